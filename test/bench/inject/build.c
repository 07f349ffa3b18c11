// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets. Each is linear, unshared and no GSO packet, and has the headroom of
 * a driver that thinks of tunnels, so that encapsulation does not move it.
 *
 * SID j, from 1 in path order, of flow f is fcff:j:F:f::1, with the upper and
 * lower 16 bits of the flow's number: no two flows share a SID.
 */

#include <linux/etherdevice.h>
#include <linux/icmpv6.h>
#include <linux/seg6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "inject.h"

#define HEADROOM 512
#define PAYLOAD 64
#define UPPER_MAX sizeof(struct tcphdr)

/* Of a packet on the wire of the counting side. */
#define TAG 1

static struct in6_addr address(u16 a, u16 b, u16 c, u16 d, u16 e, u16 h)
{
	return (struct in6_addr){ .in6_u.u6_addr16 = {
		htons(a), htons(b), htons(c), htons(d), htons(e), 0, 0, htons(h)
	} };
}

static struct in6_addr sid(unsigned int j, unsigned int flow)
{
	return address(0xfcff, j, flow >> 16, flow, 0, 1);
}

static void put_ipv6(struct sk_buff *skb, u8 nexthdr, struct in6_addr saddr,
		     struct in6_addr daddr, unsigned int payload)
{
	struct ipv6hdr *ip6 = skb_put_zero(skb, sizeof(*ip6));

	ip6->version = 6;
	ip6->payload_len = htons(payload);
	ip6->nexthdr = nexthdr;
	ip6->hop_limit = 64;
	ip6->saddr = saddr;
	ip6->daddr = daddr;
}

static void put_srh(struct sk_buff *skb, unsigned int n, unsigned int flow)
{
	struct ipv6_sr_hdr *srh;
	unsigned int i;

	srh = skb_put_zero(skb, struct_size(srh, segments, n));
	srh->nexthdr = IPPROTO_IPV6;
	srh->hdrlen = 2 * n;
	srh->type = IPV6_SRCRT_TYPE_4;
	srh->segments_left = n - 1;
	srh->first_segment = n - 1;
	srh->tag = (__force u16)htons(TAG);
	for (i = 0; i < n; i++)
		srh->segments[i] = sid(n - i, flow);
}

static size_t upper_size(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return sizeof(struct tcphdr);
	case IPPROTO_ICMPV6:
		return sizeof(struct icmp6hdr);
	}
	return sizeof(struct udphdr);
}

static void put_upper(struct sk_buff *skb, u8 proto)
{
	struct icmp6hdr *icmp;
	struct tcphdr *tcp;
	struct udphdr *udp;

	switch (proto) {
	case IPPROTO_TCP:
		tcp = skb_put_zero(skb, sizeof(*tcp));
		tcp->source = htons(49152);
		tcp->dest = htons(443);
		tcp->doff = sizeof(*tcp) / 4;
		tcp->ack = 1;
		break;
	case IPPROTO_ICMPV6:
		icmp = skb_put_zero(skb, sizeof(*icmp));
		icmp->icmp6_type = ICMPV6_ECHO_REQUEST;
		break;
	default:
		udp = skb_put_zero(skb, sizeof(*udp));
		udp->source = htons(49152);
		udp->dest = htons(9);
		udp->len = htons(sizeof(*udp) + PAYLOAD);
	}
	skb_put_zero(skb, PAYLOAD);
}

/* The headers in front of the packet of a host. */
static void put_outer(struct sk_buff *skb, const struct inject_case *what,
		      unsigned int flow, unsigned int inner)
{
	struct in6_addr from = address(0xfc00, 0x12, 0, 0, 0, 1);
	unsigned int n = what->sids;

	if (what->kind == INJECT_TUNNEL) {
		put_ipv6(skb, IPPROTO_IPV6, from, sid(1, flow), inner);
	} else if (what->kind == INJECT_SRV6) {
		put_ipv6(skb, IPPROTO_ROUTING, from, sid(1, flow), inner +
			 sizeof(struct ipv6_sr_hdr) +
			 n * sizeof(struct in6_addr));
		put_srh(skb, n, flow);
	}
}

/* A steered packet's address has the number of SIDs and the flow in it. */
static struct in6_addr destination(const struct inject_case *what,
				   unsigned int flow)
{
	if (what->kind == INJECT_STEERED)
		return address(0xfd00, 0xb, what->sids, flow >> 16, flow, 2);
	return address(0xfd00, 0xd, 0, flow >> 16, flow, 2);
}

/**
 * inject_build() - make a packet
 * @what: the case
 * @flow: number of its flow
 *
 * Return: the packet as a driver hands it on, or NULL.
 */
struct sk_buff *inject_build(const struct inject_case *what, unsigned int flow)
{
	unsigned int upper = upper_size(what->proto) + PAYLOAD;
	struct ethhdr *eth;
	struct sk_buff *skb;

	skb = netdev_alloc_skb(inject_in, HEADROOM + sizeof(*eth) +
			       2 * sizeof(struct ipv6hdr) +
			       sizeof(struct ipv6_sr_hdr) +
			       INJECT_SIDS_MAX * sizeof(struct in6_addr) +
			       UPPER_MAX + PAYLOAD);
	if (!skb)
		return NULL;
	skb_reserve(skb, HEADROOM);
	eth = skb_put_zero(skb, sizeof(*eth));
	ether_addr_copy(eth->h_dest, inject_in->dev_addr);
	eth->h_proto = htons(ETH_P_IPV6);
	put_outer(skb, what, flow, sizeof(struct ipv6hdr) + upper);
	put_ipv6(skb, what->proto, address(0xfd00, 0xa, 0, 0, 0, 2),
		 destination(what, flow), upper);
	put_upper(skb, what->proto);
	skb->protocol = eth_type_trans(skb, inject_in);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}
