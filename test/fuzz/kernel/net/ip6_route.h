/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_NET_IP6_ROUTE_H
#define STANDIN_NET_IP6_ROUTE_H

#include <net/ipv6.h>

#define PACKET_HOST 0
#define PACKET_LOOPBACK 5

#define IP6CB(skb) (&(skb)->cb)

static inline bool ipv6_l3mdev_skb(u16 flags)
{
	return flags & 64;
}

/* Multicast, link-local, loopback. */
static inline bool rt6_need_strict(const struct in6_addr *daddr)
{
	static const struct in6_addr loopback = { .s6_addr = { [15] = 1 } };
	const __u8 *byte = daddr->s6_addr;

	return byte[0] == 0xff || (byte[0] == 0xfe && (byte[1] & 0xc0) == 0x80) ||
	       ipv6_addr_equal(daddr, &loopback);
}

#endif /* STANDIN_NET_IP6_ROUTE_H */
