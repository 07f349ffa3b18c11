// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parsing any packet, and writing a colour into it.
 *
 * Every header comes from the network and may be hostile: the code reads only bytes
 * that skb_header_pointer() has found in the packet, and bounds the number of
 * extension headers.
 */

#include "packet.h"
#include "table.h"

/* RFC 8200 lists six kinds of extension headers; one of them can come twice. */
#define SR6FLOW_MAX_EXTHDRS 8

/*
 * RFC 8754 section 2. The list must be inside the header and the header inside
 * the packet. Reduced encapsulation leaves the first segment out, so Segments
 * Left may be one more than Last Entry.
 */
static int sr6flow_parse_srh(const struct sk_buff *skb, unsigned int off,
			     const struct ipv6_sr_hdr *srh,
			     struct sr6flow_packet *pkt, struct in6_addr *room)
{
	unsigned int n = srh->first_segment + 1;
	unsigned int len = ipv6_optlen(srh);
	unsigned int list = n * sizeof(struct in6_addr);

	if (n > SR6FLOW_SIDS_MAX || sizeof(*srh) + list > len ||
	    len > skb->len - off || srh->segments_left > n)
		return -EINVAL;
	pkt->key.sids = skb_header_pointer(skb, off + sizeof(*srh), list,
					   room);
	if (!pkt->key.sids)
		return -EINVAL;
	pkt->key.n = n;
	memcpy(&pkt->start, srh, sizeof(pkt->start));
	pkt->word = (u32)ntohs(sr6flow_tag(srh)) << 16;
	pkt->srh = off;
	return 0;
}

/*
 * Walk the extension headers, find the outermost Segment Routing Header and a
 * Fragment header on either side of it (RFC 8200 section 4.5 puts it behind).
 * Returns the next header at which the walk ended or a negative errno.
 */
static int sr6flow_walk(const struct sk_buff *skb, unsigned int off,
			u8 nexthdr, struct sr6flow_packet *pkt,
			struct in6_addr *room)
{
	union {
		struct ipv6_sr_hdr srh;
		struct frag_hdr frag;
		struct ipv6_opt_hdr opt;
	} buf;
	const struct ipv6_sr_hdr *srh;
	const struct ipv6_opt_hdr *opt;
	const struct frag_hdr *frag;
	unsigned int i;

	for (i = 0; i < SR6FLOW_MAX_EXTHDRS; i++) {
		switch (nexthdr) {
		case NEXTHDR_ROUTING:
			srh = skb_header_pointer(skb, off, sizeof(*srh),
						 &buf.srh);
			if (!srh)
				return pkt->srh ? nexthdr : -EINVAL;
			if (srh->type == IPV6_SRCRT_TYPE_4 && !pkt->srh &&
			    sr6flow_parse_srh(skb, off, srh, pkt, room))
				return -EINVAL;
			nexthdr = srh->nexthdr;
			off += ipv6_optlen(srh);
			break;
		case NEXTHDR_FRAGMENT:
			frag = skb_header_pointer(skb, off, sizeof(*frag),
						  &buf.frag);
			if (!frag)
				return nexthdr;
			nexthdr = frag->nexthdr;
			off += sizeof(*frag);
			if (!(frag->frag_off & htons(IP6_OFFSET)))
				break;
			pkt->later_fragment = true;
			return nexthdr;
		case NEXTHDR_HOP:
		case NEXTHDR_DEST:
		case NEXTHDR_AUTH:
			opt = skb_header_pointer(skb, off, sizeof(*opt),
						 &buf.opt);
			if (!opt)
				return nexthdr;
			off += nexthdr == NEXTHDR_AUTH ? ipv6_authlen(opt) :
							 ipv6_optlen(opt);
			nexthdr = opt->nexthdr;
			break;
		default:
			return nexthdr;
		}
	}
	return nexthdr;
}

/*
 * Prepare the start of the header for the flow: it keeps its length only if a header
 * with these four bytes needs no other check.
 */
static void sr6flow_keep_usual(struct sr6flow_packet *pkt, unsigned int usual_off)
{
	if (pkt->srh != usual_off || pkt->start.hdrlen != 2 * pkt->key.n ||
	    sr6flow_is_one_of(pkt->start.nexthdr, SR6FLOW_EXTHDRS))
		pkt->start.hdrlen = 0;
}

/**
 * sr6flow_packet_parse() - find the flow, colour and fragment state
 * @skb: packet
 * @h: set
 * @pkt: filled; valid as long as @skb is not changed
 * @room: for SR6FLOW_SIDS_MAX SIDs that are not in one piece
 *
 * Return: SR6FLOW_SRV6, SR6FLOW_OTHER, or -EINVAL for a malformed Segment
 * Routing Header.
 */
int sr6flow_packet_parse(const struct sk_buff *skb,
			 const struct sr6flow_htype *h,
			 struct sr6flow_packet *pkt, struct in6_addr *room)
{
	unsigned int off = skb_network_offset(skb);
	const struct ipv6hdr *ip6;
	struct ipv6hdr _ip6;
	int nexthdr;

	ip6 = skb_header_pointer(skb, off, sizeof(*ip6), &_ip6);
	if (!ip6 || ip6->version != 6)
		return SR6FLOW_OTHER;
	pkt->srh = 0;
	pkt->later_fragment = false;
	pkt->source = sr6flow_source(h, &ip6->saddr);
	pkt->key.source = &pkt->source;
	nexthdr = sr6flow_walk(skb, off + sizeof(*ip6), ip6->nexthdr, pkt, room);
	if (nexthdr < 0)
		return nexthdr;
	/* sr6flow_parse_srh() has read the Tag. */
	if (h->carrier == SR6FLOW_CARRIER_TCLASS)
		pkt->word = ipv6_get_dsfield(ip6);
	if (pkt->srh) {
		sr6flow_keep_usual(pkt, off + sizeof(*ip6));
		return SR6FLOW_SRV6;
	}
	if (sr6flow_carrier_info(h->carrier)->needs_srh ||
	    !sr6flow_is_payload(nexthdr))
		return SR6FLOW_OTHER;
	*room = ip6->daddr;
	pkt->key.sids = room;
	pkt->key.n = 1;
	pkt->start.segments_left = SR6FLOW_NO_SEGMENTS_LEFT;
	return SR6FLOW_SRV6;
}

/**
 * sr6flow_packet_mark() - write a colour into a packet
 * @skb: packet; its header may move, which invalidates pointers into it
 * @h: set; no bit outside its mark mask changes
 * @colour: colour
 * @pkt: from sr6flow_packet_parse()
 *
 * Return: true, or false if the header cannot be made writable.
 */
bool sr6flow_packet_mark(struct sk_buff *skb, const struct sr6flow_htype *h,
			 u32 colour, const struct sr6flow_packet *pkt)
{
	/* The word that the carrier is in, and the end of its header. */
	unsigned int word = 0, end = 0;
	__wsum from, to;

	if ((pkt->word & h->mask) == colour)
		return true;
	switch ((enum sr6flow_carrier)h->carrier) {
	case SR6FLOW_CARRIER_TAG:
		end = pkt->srh + sizeof(struct ipv6_sr_hdr);
		word = end - sizeof(from);
		break;
	case SR6FLOW_CARRIER_TCLASS:
		word = skb_network_offset(skb);
		end = word + sizeof(struct ipv6hdr);
		break;
	}
	if (skb_ensure_writable(skb, end))
		return false;
	from = *(__force __wsum *)(skb->data + word);
	sr6flow_mark(ipv6_hdr(skb), (struct ipv6_sr_hdr *)(skb->data + pkt->srh),
		     h->carrier, h->mask, colour);
	to = *(__force __wsum *)(skb->data + word);
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->csum = csum_add(csum_sub(skb->csum, from), to);
	return true;
}
