// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets as they should be, so far as the input says so. No fuzzer finds SID
 * lists and lengths that fit: a header is made right and then, by its bits, a
 * little wrong.
 */
#include <linux/if_ether.h>
#include <linux/sctp.h>
#include <linux/seg6.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "flows.h"
#include "packet_read.h"

/* Bits of the first byte of a packet. */
enum {
	PACKET_HEADERS = 7,
	PACKET_OFFSET = 8,
	PACKET_GSO = 16,
	PACKET_CHANGED = 32,
	PACKET_CUT = 64,
	PACKET_PAGED = 128,
};

/* Bits of a Segment Routing Header that is a little wrong. */
enum {
	SRH_LAST_ENTRY = 1,
	SRH_LENGTH = 2,
	SRH_LEFT = 4,
	SRH_TYPE = 8,
	SRH_TLV = 16,
};

static u8 *put(struct packet *packet, size_t len)
{
	u8 *at = packet->bytes + packet->len;

	/* No headers and payload together are as long as that. */
	must(packet->len + len <= PACKET_MAX);
	memset(at, 0, len);
	packet->len += (unsigned int)len;
	return at;
}

/* Flow number, Tag, bits, and the values for each of them. */
static u8 *put_srh(struct packet *packet, struct input *input)
{
	__u8 sids[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	u8 flow = (u8)input_number(input, 1) & 0x1f;
	u16 tag = (u16)input_number(input, 2);
	unsigned int bits = (unsigned int)input_number(input, 1);
	unsigned int n = flows_sids(sids, flow);
	unsigned int tlv = bits & SRH_TLV ? input_number(input, 1) % 5 : 0;
	struct ipv6_sr_hdr *srh = (void *)put(packet, 8 + 16 * n + 8 * tlv);

	srh->hdrlen = (u8)(2 * n + tlv);
	srh->type = IPV6_SRCRT_TYPE_4;
	srh->segments_left = (u8)(bits >> 5) % (n + 1);
	srh->first_segment = (u8)(n - 1);
	srh->tag = htons(tag);
	sr6flow_sids_reverse((void *)srh->segments, (const void *)sids, n);
	if (bits & SRH_LAST_ENTRY)
		srh->first_segment = (u8)input_number(input, 1);
	if (bits & SRH_LENGTH)
		srh->hdrlen = (u8)input_number(input, 1);
	if (bits & SRH_LEFT)
		srh->segments_left = (u8)input_number(input, 1);
	if (bits & SRH_TYPE)
		srh->type = (u8)input_number(input, 1);
	return &srh->nexthdr;
}

static u8 *put_option(struct packet *packet, struct input *input, u8 type)
{
	unsigned int more = input_number(input, 1) % 4;
	u8 *at = put(packet, 8 + (type == NEXTHDR_AUTH ? 4 : 8) * more);

	at[1] = (u8)more;
	return at;
}

static u8 *put_fragment(struct packet *packet, struct input *input)
{
	struct frag_hdr *frag = (void *)put(packet, sizeof(*frag));

	frag->frag_off = htons((u16)(input_number(input, 1) << 2));
	return &frag->nexthdr;
}

/* Append a header, and write its type to the one before, at @next. */
static u8 *put_header(struct packet *packet, struct input *input, u8 *next)
{
	static const u8 types[] = {
		NEXTHDR_ROUTING, NEXTHDR_ROUTING, NEXTHDR_HOP, NEXTHDR_DEST,
		NEXTHDR_FRAGMENT, NEXTHDR_AUTH,
	};

	*next = types[input_number(input, 1) % sizeof(types)];
	if (*next == NEXTHDR_ROUTING)
		return put_srh(packet, input);
	if (*next == NEXTHDR_FRAGMENT)
		return put_fragment(packet, input);
	return put_option(packet, input, *next);
}

static u8 *put_ip6(struct packet *packet, struct input *input)
{
	struct ipv6hdr *ip6 = (void *)put(packet, sizeof(*ip6));
	u8 tclass = (u8)input_number(input, 1);
	__u8 sids[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];

	ip6->version = 6;
	ip6->priority = tclass >> 4;
	ip6->flow_lbl[0] = (u8)(tclass << 4);
	/* The flow of one SID, so that a packet without more can be of it. */
	flows_sids(sids, 0);
	memcpy(&ip6->daddr, sids[0], sizeof(ip6->daddr));
	/* By bits of the Traffic Class that are in no mask. */
	flows_source((__u8 *)&ip6->saddr, tclass >> 3 & 15);
	return &ip6->nexthdr;
}

static void put_transport(struct packet *packet, struct input *input, u8 *next)
{
	static const u8 types[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, NEXTHDR_NONE,
	};
	struct tcphdr *tcp;

	*next = types[input_number(input, 1) % sizeof(types)];
	if (*next == IPPROTO_TCP) {
		tcp = (void *)put(packet, sizeof(*tcp));
		tcp->doff = input_number(input, 1) % 16;
		put(packet, tcp->doff > 5 ? (tcp->doff - 5U) * 4 : 0);
	} else if (*next == IPPROTO_SCTP) {
		put(packet, sizeof(struct sctphdr));
	} else if (*next == IPPROTO_UDP) {
		put(packet, sizeof(struct udphdr));
	}
}

static u8 *put_ip4(struct packet *packet)
{
	struct iphdr *ip4 = (void *)put(packet, sizeof(*ip4));

	ip4->version = 4;
	ip4->ihl = 5;
	return &ip4->protocol;
}

/* Up to three packets within each other, and some payload. */
static void put_payload(struct packet *packet, struct input *input, u8 *next)
{
	unsigned int depth = (unsigned int)input_number(input, 1);

	for (unsigned int i = 0; i < depth % 4; i++) {
		struct ethhdr *eth = NULL;
		unsigned int kind = depth >> (2 + 2 * i) & 3;

		packet->inner = (u16)packet->len;
		if (kind & 2) {
			*next = IPPROTO_ETHERNET;
			eth = (void *)put(packet, sizeof(*eth));
			eth->h_proto = htons(kind & 1 ? ETH_P_IPV6 : ETH_P_IP);
			next = (u8 *)&eth->h_source;
		}
		*next = kind & 1 ? IPPROTO_IPV6 : IPPROTO_IPIP;
		next = kind & 1 ? put_ip6(packet, input) : put_ip4(packet);
	}
	put_transport(packet, input, next);
	put(packet, input_number(input, 1));
}

static struct sk_buff *frags(unsigned int n)
{
	struct sk_buff *list = NULL;

	while (n--) {
		struct sk_buff *frag = calloc(1, sizeof(*frag));

		must(frag);
		frag->next = list;
		list = frag;
	}
	return list;
}

static void read_gso(struct packet *packet, struct input *input)
{
	static const u32 types[] = {
		SKB_GSO_TCPV6, SKB_GSO_TCPV4, SKB_GSO_SCTP, SKB_GSO_UDP,
		SKB_GSO_UDP_L4, SKB_GSO_GRE, SKB_GSO_UDP_TUNNEL_CSUM, 0,
	};
	unsigned int bits = (unsigned int)input_number(input, 1);

	packet->gso.gso_size = (u16)input_number(input, 1);
	packet->gso.gso_type = types[bits & 7] | (bits & 8 ? types[0] : 0);
	packet->gso.gso_segs = bits & 16 ? (u16)input_number(input, 2) : 0;
	packet->encapsulation = bits & 32;
	if (bits & 64) {
		packet->gso.gso_size = GSO_BY_FRAGS;
		packet->frag = frags(bits % (PACKET_FRAGS_MAX + 1));
		packet->gso.frag_list = packet->frag;
	}
	if (bits & 128)
		packet->inner = (u16)input_number(input, 2);
}

/* At most the packet, at least what is before the IPv6 header. */
static unsigned int read_length(const struct packet *packet,
				struct input *input)
{
	unsigned int len = (unsigned int)input_number(input, 2);

	return max(len % (packet->len + 1), (unsigned int)packet->network);
}

void packet_read(struct packet *packet, struct input *input)
{
	unsigned int bits = (unsigned int)input_number(input, 1), n;
	u8 *next;

	memset(packet, 0, sizeof(*packet));
	if (bits & PACKET_OFFSET)
		packet->network = input_number(input, 1) % 4 * 8;
	put(packet, packet->network);
	next = put_ip6(packet, input);
	for (n = bits & PACKET_HEADERS; n; n--)
		next = put_header(packet, input, next);
	put_payload(packet, input, next);
	if (bits & PACKET_GSO)
		read_gso(packet, input);
	for (n = bits & PACKET_CHANGED ? input_number(input, 1) % 16 : 0; n;
	     n--) {
		unsigned int at = (unsigned int)input_number(input, 2);

		packet->bytes[at % packet->len] ^= (u8)input_number(input, 1);
	}
	if (bits & PACKET_CUT)
		packet->len = read_length(packet, input);
	packet->linear = packet->len;
	if (bits & PACKET_PAGED)
		packet->linear = read_length(packet, input);
}

void packet_free(struct packet *packet)
{
	struct sk_buff *frag = packet->frag, *next;

	for (; frag; frag = next) {
		next = frag->next;
		free(frag);
	}
}
