// SPDX-License-Identifier: GPL-2.0-only
/*
 * Number and bytes of the packets on the wire that an skb stands for.
 *
 * A GSO packet becomes, and a GRO packet was, several packets which all have
 * its headers. Their number follows from the payload and gso_size; gso_segs is
 * only a hint, which some drivers leave at zero. Offsets in the skb are not
 * reliable either: seg6 points the transport header at the Segment Routing
 * Header. So the code walks the headers down to the transport layer; behind an
 * unknown inner tunnel it uses the skb's inner offsets.
 */

#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/sctp.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "wire.h"

#define SR6FLOW_MAX_ENCAPS 8

#define SR6FLOW_GSO_TCP (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)
#define SR6FLOW_GSO_INNER (SKB_GSO_UDP_TUNNEL | SKB_GSO_UDP_TUNNEL_CSUM | \
			   SKB_GSO_GRE | SKB_GSO_GRE_CSUM)

static int sr6flow_skip_ethernet(const struct sk_buff *skb, int off, u8 *proto)
{
	const struct ethhdr *eth;
	const struct vlan_hdr *vlan;
	union {
		struct ethhdr eth;
		struct vlan_hdr vlan;
	} buf;
	__be16 type;
	int i;

	eth = skb_header_pointer(skb, off, sizeof(*eth), &buf.eth);
	if (!eth)
		return -1;
	type = eth->h_proto;
	off += sizeof(*eth);
	for (i = 0; i < SR6FLOW_MAX_ENCAPS && eth_type_vlan(type); i++) {
		vlan = skb_header_pointer(skb, off, sizeof(*vlan), &buf.vlan);
		if (!vlan)
			return -1;
		type = vlan->h_vlan_encapsulated_proto;
		off += sizeof(*vlan);
	}
	if (type == htons(ETH_P_IP))
		*proto = IPPROTO_IPIP;
	else if (type == htons(ETH_P_IPV6))
		*proto = IPPROTO_IPV6;
	else
		return -1;
	return off;
}

static int sr6flow_skip_ipv4(const struct sk_buff *skb, int off, u8 *proto)
{
	const struct iphdr *iph;
	struct iphdr buf;

	iph = skb_header_pointer(skb, off, sizeof(*iph), &buf);
	if (!iph || iph->ihl < 5)
		return -1;
	*proto = iph->protocol;
	return off + iph->ihl * 4;
}

static int sr6flow_skip_ipv6(const struct sk_buff *skb, int off, u8 *proto)
{
	const struct ipv6hdr *ip6;
	struct ipv6hdr buf;
	__be16 frag_off;

	ip6 = skb_header_pointer(skb, off, sizeof(*ip6), &buf);
	if (!ip6)
		return -1;
	*proto = ip6->nexthdr;
	return ipv6_skip_exthdr(skb, off + sizeof(*ip6), proto, &frag_off);
}

/*
 * Walk from the header @proto at *@off down to a transport header. Returns
 * its protocol, or -1 at an unknown header; *@off is the header at
 * which the walk ended, *@family the IP protocol around it.
 */
static int sr6flow_descend(const struct sk_buff *skb, int *off, u8 proto,
			   u8 *family)
{
	int next, i;

	for (i = 0; i < SR6FLOW_MAX_ENCAPS; i++) {
		switch (proto) {
		case IPPROTO_IPV6:
			*family = proto;
			next = sr6flow_skip_ipv6(skb, *off, &proto);
			break;
		case IPPROTO_IPIP:
			*family = proto;
			next = sr6flow_skip_ipv4(skb, *off, &proto);
			break;
		case IPPROTO_ETHERNET:
			next = sr6flow_skip_ethernet(skb, *off, &proto);
			break;
		case IPPROTO_TCP:
		case IPPROTO_UDP:
		case IPPROTO_SCTP:
			return proto;
		default:
			return -1;
		}
		if (next < 0)
			return -1;
		*off = next;
	}
	return -1;
}

/*
 * Offset of the transport header whose payload is cut into segments, or a
 * negative number; @family is set to the IP protocol around it.
 *
 * Behind an unknown tunnel the walk continues at the inner network
 * header. (seg6 overwrites the inner transport header with the outer one of a
 * packet that was in a tunnel before.)
 */
static int sr6flow_transport(const struct sk_buff *skb, u8 *family)
{
	unsigned int type = skb_shinfo(skb)->gso_type;
	int off = skb_network_offset(skb), inner;
	const u8 *version;
	u8 buf, proto;

	if (sr6flow_descend(skb, &off, IPPROTO_IPV6, family) >= 0 &&
	    !(type & SR6FLOW_GSO_INNER))
		return off;
	inner = skb_inner_network_offset(skb);
	if (!skb->encapsulation || inner <= off)
		return -1;
	version = skb_header_pointer(skb, inner, sizeof(buf), &buf);
	if (!version)
		return -1;
	switch (*version >> 4) {
	case 4:
		proto = IPPROTO_IPIP;
		break;
	case 6:
		proto = IPPROTO_IPV6;
		break;
	default:
		return -1;
	}
	off = inner;
	return sr6flow_descend(skb, &off, proto, family) < 0 ? -1 : off;
}

/*
 * Bytes of headers that every segment repeats, or 0 if they are unknown;
 * @extra is set to the bytes that segmentation adds to each segment.
 */
static unsigned int sr6flow_headers(const struct sk_buff *skb,
				    unsigned int *extra)
{
	unsigned int type = skb_shinfo(skb)->gso_type;
	const struct tcphdr *tcp;
	struct tcphdr buf;
	u8 family;
	int off;

	*extra = 0;
	off = sr6flow_transport(skb, &family);
	if (off < 0)
		return 0;
	if (type & SR6FLOW_GSO_TCP) {
		tcp = skb_header_pointer(skb, off, sizeof(buf), &buf);
		if (!tcp || tcp->doff < 5)
			return 0;
		off += tcp->doff * 4;
	} else if (type & SKB_GSO_SCTP) {
		off += sizeof(struct sctphdr);
	} else if (type & SKB_GSO_UDP) {
		/* UDP that IP fragments: only the first has a UDP header. */
		if (family == IPPROTO_IPV6)
			*extra = sizeof(struct frag_hdr);
	} else {
		off += sizeof(struct udphdr);
	}
	return off - skb_network_offset(skb);
}

/* SCTP: the segments are the fragments of the list, of any size. */
static unsigned int sr6flow_listed_segments(const struct sk_buff *skb,
					    unsigned int headers)
{
	const struct sk_buff *frag;
	unsigned int n;

	n = skb_headlen(skb) > skb_network_offset(skb) + headers;
	skb_walk_frags(skb, frag)
		n++;
	return max(n, 1U);
}

/**
 * sr6flow_wire() - packets and bytes of a packet on the wire
 * @skb: packet
 *
 * Return: them.
 */
struct sr6flow_wire sr6flow_wire(const struct sk_buff *skb)
{
	unsigned int len = skb->len - skb_network_offset(skb);
	unsigned int gso_size = skb_shinfo(skb)->gso_size;
	struct sr6flow_wire wire = { .packets = 1, .bytes = len };
	unsigned int headers, extra, n;

	if (!skb_is_gso(skb))
		return wire;
	headers = sr6flow_headers(skb, &extra);
	if (!headers || headers > len) {
		wire.packets = max_t(u64, skb_shinfo(skb)->gso_segs, 1);
		return wire;
	}
	if (gso_size == GSO_BY_FRAGS)
		n = sr6flow_listed_segments(skb, headers);
	else
		n = max(DIV_ROUND_UP(len - headers, gso_size), 1U);
	wire.packets = n;
	wire.bytes = len + (u64)(n - 1) * headers + (n > 1 ? (u64)n * extra : 0);
	return wire;
}
