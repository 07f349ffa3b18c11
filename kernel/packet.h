/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets: the inline checks of the fast path, for headers in one piece, the Segment
 * Routing Header directly behind the IPv6 header and no extension header behind that.
 * sr6flow_packet_parse() handles any other packet.
 */
#ifndef SR6FLOW_PACKET_H
#define SR6FLOW_PACKET_H

#include <linux/seg6.h>
#include <net/dsfield.h>
#include <net/ipv6.h>

#include "set.h"

/* Next Header of an Ethernet frame, RFC 8986 section 11.1. */
#ifndef NEXTHDR_ETHERNET
#define NEXTHDR_ETHERNET 143
#endif

enum sr6flow_kind {
	SR6FLOW_OTHER,	/* not an SRv6 packet */
	SR6FLOW_SRV6,	/* an SRv6 packet */
	SR6FLOW_BARE,	/* an SRv6 packet without a Segment Routing Header */
	SR6FLOW_UNSURE,	/* needs sr6flow_packet_parse() */
};

/**
 * struct sr6flow_packet - a parsed packet
 * @key: source, in @source, and SID list, in the packet or a copy of it
 * @source: masked source
 * @start: as sr6flow_elem.last; segments_left is SR6FLOW_NO_SEGMENTS_LEFT without an SRH
 * @word: mark word that the packet carries, only the field of the mask
 * @srh: offset of the Segment Routing Header from skb->data, 0 without one
 * @later_fragment: fragment with an offset: marked, but not counted
 */
struct sr6flow_packet {
	struct sr6flow_key key;
	struct in6_addr source;
	union sr6flow_srh_start start;
	u32 word;
	unsigned int srh;
	bool later_fragment;
};

int sr6flow_packet_parse(const struct sk_buff *skb,
			 const struct sr6flow_htype *h,
			 struct sr6flow_packet *pkt, struct in6_addr *room);
bool sr6flow_packet_mark(struct sk_buff *skb, const struct sr6flow_htype *h,
			 u32 colour, const struct sr6flow_packet *pkt);

/* The kernel's header does not declare the Tag as big endian. */
static inline __be16 sr6flow_tag(const struct ipv6_sr_hdr *srh)
{
	return (__force __be16)srh->tag;
}

/* Next headers of encapsulated packets, except NEXTHDR_ETHERNET. */
#define SR6FLOW_PAYLOADS (BIT_ULL(NEXTHDR_IPV4) | BIT_ULL(NEXTHDR_IPV6))

/* Extension headers that sr6flow_packet_parse() skips. */
#define SR6FLOW_EXTHDRS (BIT_ULL(NEXTHDR_HOP) | BIT_ULL(NEXTHDR_ROUTING) | \
			 BIT_ULL(NEXTHDR_FRAGMENT) | BIT_ULL(NEXTHDR_AUTH) | \
			 BIT_ULL(NEXTHDR_DEST))

static __always_inline bool sr6flow_is_one_of(u8 nexthdr, u64 headers)
{
	return nexthdr < 64 && headers >> nexthdr & 1;
}

static inline bool sr6flow_is_payload(u8 nexthdr)
{
	return sr6flow_is_one_of(nexthdr, SR6FLOW_PAYLOADS) ||
	       nexthdr == NEXTHDR_ETHERNET;
}

/**
 * sr6flow_packet_peek() - classify a packet by its IPv6 header
 * @ip6: its IPv6 header
 * @linear: bytes of the packet that are in one piece from there on
 * @carrier: carrier of the set's colours
 *
 * Return: SR6FLOW_SRV6 for a packet that has a routing header of which at
 * least 8 bytes can be read; SR6FLOW_BARE; SR6FLOW_OTHER; or SR6FLOW_UNSURE.
 */
static __always_inline enum sr6flow_kind
sr6flow_packet_peek(const struct ipv6hdr *ip6, unsigned int linear,
		    enum sr6flow_carrier carrier)
{
	const bool bare = !sr6flow_carrier_info(carrier)->needs_srh;
	const u64 headers = SR6FLOW_EXTHDRS | (bare ? SR6FLOW_PAYLOADS : 0);
	u8 nexthdr;

	if (unlikely(linear < sizeof(*ip6) + sizeof(struct ipv6_sr_hdr) ||
		     ip6->version != 6))
		return SR6FLOW_UNSURE;
	nexthdr = ip6->nexthdr;
	if (likely(nexthdr == NEXTHDR_ROUTING))
		return SR6FLOW_SRV6;
	/* One test for nearly all packets that are not SRv6. */
	if (!sr6flow_is_one_of(nexthdr, headers))
		return bare && nexthdr == NEXTHDR_ETHERNET ? SR6FLOW_BARE :
							     SR6FLOW_OTHER;
	return bare && sr6flow_is_payload(nexthdr) ? SR6FLOW_BARE :
						     SR6FLOW_UNSURE;
}

/**
 * sr6flow_srh_is_plain() - check a routing header for the fast path
 * @srh: header behind the IPv6 header, of which 8 bytes can be read
 * @n: number of SIDs that it claims
 * @linear: bytes of the packet that are in one piece from the IPv6 header on
 *
 * Return: true if sr6flow_parse_srh() would accept it, the whole list can be
 * read, and no extension header follows.
 */
static __always_inline bool
sr6flow_srh_is_plain(const struct ipv6_sr_hdr *srh, unsigned int n,
		     unsigned int linear)
{
	return srh->type == IPV6_SRCRT_TYPE_4 && n <= SR6FLOW_SIDS_MAX &&
	       srh->hdrlen >= 2 * n && srh->segments_left <= n &&
	       sizeof(struct ipv6hdr) + 8 + 8U * srh->hdrlen <= linear &&
	       (likely(srh->nexthdr == NEXTHDR_IPV6) ||
		!sr6flow_is_one_of(srh->nexthdr, SR6FLOW_EXTHDRS));
}

/**
 * sr6flow_srh_is_usual() - check whether a routing header equals the flow's last one
 * @flow: flow with the SID list of the header, whose @n SIDs can be read
 * @srh: header behind the IPv6 header
 * @n: number of SIDs
 *
 * A header is usual if sr6flow_srh_is_plain() accepts it and it has no TLVs: then only
 * these four bytes, which include Segments Left, need a check. The flow stores any
 * other header with length 0.
 *
 * Return: true if the header is usual and Segments Left is that of the last packet.
 */
static __always_inline bool
sr6flow_srh_is_usual(const struct sr6flow_elem *flow, const struct ipv6_sr_hdr *srh,
		     unsigned int n)
{
	const union sr6flow_srh_start any_len = { .hdrlen = 0xff };
	const u32 start = *(const u32 *)srh;

	return start == READ_ONCE(flow->last.all) && start & any_len.all;
}

/* The same for any other plain header. */
static __always_inline bool
sr6flow_srh_is_as_before(const struct sr6flow_elem *flow,
			 const struct ipv6_sr_hdr *srh, unsigned int n,
			 unsigned int linear)
{
	const union sr6flow_srh_start last = { .all = READ_ONCE(flow->last.all) };

	return sr6flow_srh_is_plain(srh, n, linear) &&
	       srh->segments_left == last.segments_left;
}

/* The part of the mark word that is in a carrier. */
static __always_inline u32 sr6flow_packet_word(const struct ipv6hdr *ip6,
					       const struct ipv6_sr_hdr *srh,
					       enum sr6flow_carrier carrier)
{
	switch (carrier) {
	case SR6FLOW_CARRIER_TAG:
		return (u32)ntohs(sr6flow_tag(srh)) << 16;
	case SR6FLOW_CARRIER_TCLASS:
		return ipv6_get_dsfield(ip6);
	}
	return 0;
}

/**
 * sr6flow_marked_before() - check whether a packet at a marking rule has a colour
 * @carrier: enum sr6flow_carrier
 * @mask: mark mask
 * @masked: mark word AND @mask
 *
 * A Tag with one of two bits was written before: by this node, where the rule is
 * present twice or the packet returns, by another marking node, or by a host or route
 * that uses the Tag for something else. A Traffic Class can have such bits from the
 * inner header, and with a mask of one bit every packet has a colour.
 *
 * Return: true if the packet must not be marked. The caller counts it in the slot of
 * both bits, which marking never uses.
 */
static __always_inline bool sr6flow_marked_before(unsigned int carrier, u32 mask,
						  u32 masked)
{
	return unlikely(masked && masked != mask) &&
	       sr6flow_carrier_info(carrier)->starts_zero;
}

static __always_inline void sr6flow_mark_tclass(struct ipv6hdr *ip6, u32 mask,
						u32 colour)
{
	/* The first word is version, Traffic Class and flow label. */
	__be32 *word = (__be32 *)ip6;

	*word = (*word & ~htonl(mask << 20)) | htonl(colour << 20);
}

static __always_inline void sr6flow_mark_tag(struct ipv6_sr_hdr *srh, u32 mask,
					     u32 colour)
{
	u32 word = (u32)ntohs(sr6flow_tag(srh)) << 16;

	srh->tag = (__force __u16)htons(((word & ~mask) | colour) >> 16);
}

/* Write a colour into a header that is writable. */
static __always_inline void sr6flow_mark(struct ipv6hdr *ip6,
					 struct ipv6_sr_hdr *srh,
					 enum sr6flow_carrier carrier, u32 mask,
					 u32 colour)
{
	switch (carrier) {
	case SR6FLOW_CARRIER_TAG:
		sr6flow_mark_tag(srh, mask, colour);
		break;
	case SR6FLOW_CARRIER_TCLASS:
		sr6flow_mark_tclass(ip6, mask, colour);
		break;
	}
}

#endif /* SR6FLOW_PACKET_H */
