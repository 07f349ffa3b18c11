// SPDX-License-Identifier: GPL-2.0-only
#include "reference.h"

/* Extension headers that are walked over. */
#define HEADERS_MAX 8

/* Next headers. */
enum {
	HOP = 0,
	IPV4 = 4,
	IPV6 = 41,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTH = 51,
	DEST = 60,
	ETHERNET = 143,
};

/* The rest of a packet. */
struct rest {
	const u8 *at;
	size_t len;
};

static void skip(struct rest *rest, size_t len)
{
	size_t n = len < rest->len ? len : rest->len;

	rest->at += n;
	rest->len -= n;
}

/* A routing header of type 4; false if it breaks a rule. */
static bool read_srh(struct reference *ref, struct rest rest)
{
	size_t len = 8 * (rest.at[1] + (size_t)1);
	unsigned int left = rest.at[3], n = rest.at[4] + 1U;

	if (len > rest.len || n > SR6FLOW_SIDS_MAX || 8 + 16 * n > len ||
	    left > n)
		return false;
	ref->n = n;
	ref->segments_left = left;
	memcpy(ref->sids, rest.at + 8, n * sizeof(ref->sids[0]));
	return true;
}

/* Walks over one header; false at the end of the walk. */
static bool walk(struct reference *ref, const struct packet *packet,
		 struct rest *rest, u8 *next, u32 *tag)
{
	const u8 *at = rest->at;
	u8 type = *next;

	switch (type) {
	case ROUTING:
		/* Headers behind the first SRH decide nothing. */
		if (rest->len < 8) {
			ref->malformed = !ref->srh;
			return false;
		}
		if (at[2] == 4 && !ref->srh) {
			ref->malformed = !read_srh(ref, *rest);
			ref->srh = (unsigned int)(at - packet->bytes);
			*tag = (u32)at[6] << 24 | (u32)at[7] << 16;
		}
		break;
	case FRAGMENT:
		if (rest->len < 8)
			return false;
		ref->later_fragment = at[2] || at[3] & 0xf8;
		break;
	case HOP:
	case DEST:
	case AUTH:
		if (rest->len < 2)
			return false;
		break;
	default:
		return false;
	}
	*next = at[0];
	/* A later fragment does not begin with a header. */
	if (ref->malformed || ref->later_fragment)
		return false;
	skip(rest, type == FRAGMENT ? 8 : type == AUTH ? at[1] * 4U + 8 :
							  at[1] * 8U + 8);
	return true;
}

void reference_source(__u8 *source, const __u8 *address, unsigned int netmask)
{
	unsigned int bits = netmask ? netmask : 8 * SR6FLOW_SID_LEN, bit;

	memset(source, 0, SR6FLOW_SID_LEN);
	for (bit = 0; bit < bits; bit++)
		source[bit / 8] |= address[bit / 8] & (0x80 >> bit % 8);
}

void reference_parse(struct reference *ref, const struct packet *packet,
		     bool tclass, unsigned int netmask)
{
	const u8 *ip6 = packet->bytes + packet->network;
	struct rest rest = { ip6, packet->len - packet->network };
	unsigned int i;
	u32 tag = 0;
	u8 next;

	memset(ref, 0, sizeof(*ref));
	if (rest.len < 40 || ip6[0] >> 4 != 6)
		return;
	next = ip6[6];
	skip(&rest, 40);
	for (i = 0; i < HEADERS_MAX; i++)
		if (!walk(ref, packet, &rest, &next, &tag))
			break;
	if (ref->malformed)
		return;
	ref->word = tclass ? (u32)(ip6[0] << 4 | ip6[1] >> 4) & 0xff : tag;
	reference_source(ref->source, ip6 + 8, netmask);
	ref->srv6 = ref->srh;
	if (ref->srh || !tclass)
		return;
	ref->srv6 = next == IPV4 || next == IPV6 || next == ETHERNET;
	ref->n = 1;
	memcpy(ref->sids[0], ip6 + 24, sizeof(ref->sids[0]));
}

void reference_mark(u8 *bytes, const struct packet *packet,
		    const struct reference *ref, u32 mask, u32 colour)
{
	u32 word = (ref->word & ~mask) | colour;
	u8 *ip6 = bytes + packet->network;

	if (mask & SR6FLOW_MASK_TCLASS) {
		ip6[0] = (u8)((ip6[0] & 0xf0) | (word >> 4 & 0x0f));
		ip6[1] = (u8)((ip6[1] & 0x0f) | (word << 4 & 0xf0));
	} else {
		bytes[ref->srh + 6] = (u8)(word >> 24);
		bytes[ref->srh + 7] = (u8)(word >> 16);
	}
}

bool reference_linear(const struct packet *packet, const struct reference *ref,
		      u32 mask, unsigned int linear)
{
	return linear >= (mask & SR6FLOW_MASK_TCLASS ? packet->network + 40U :
						      ref->srh + 8U);
}
