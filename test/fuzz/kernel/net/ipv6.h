/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_NET_IPV6_H
#define STANDIN_NET_IPV6_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>

#define NEXTHDR_HOP 0
#define NEXTHDR_IPV4 4
#define NEXTHDR_IPV6 41
#define NEXTHDR_ROUTING 43
#define NEXTHDR_FRAGMENT 44
#define NEXTHDR_AUTH 51
#define NEXTHDR_NONE 59
#define NEXTHDR_DEST 60

#define IP6_OFFSET 0xfff8

struct frag_hdr {
	__u8 nexthdr;
	__u8 reserved;
	__be16 frag_off;
	__be32 identification;
};

#define ipv6_optlen(header) (((header)->hdrlen + 1) * 8)
#define ipv6_authlen(header) (((header)->hdrlen + 2) * 4)

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (struct ipv6hdr *)skb_network_header(skb);
}

static inline bool ipv6_addr_equal(const struct in6_addr *a,
				   const struct in6_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

int ipv6_skip_exthdr(const struct sk_buff *skb, int offset, u8 *nexthdr,
		     __be16 *frag_off);

static inline bool ipv6_addr_any(const struct in6_addr *address)
{
	static const struct in6_addr any;

	return ipv6_addr_equal(address, &any);
}

static inline bool ipv6_addr_is_multicast(const struct in6_addr *address)
{
	return address->s6_addr[0] == 0xff;
}

#endif /* STANDIN_NET_IPV6_H */
