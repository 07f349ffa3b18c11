// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <linux/seg6.h>
#include <linux/seg6_iptunnel.h>
#include <stdio.h>
#include <string.h>
#include "lmctl/node/seg6.h"

/* Room for a name before it is shortened. */
#define LONG_NAME_SIZE 512
/* Replaces the middle of a name that is too long. */
#define ELLIPSIS ".."

/*
 * The parts of struct seg6_iptunnel_encap that make the SID list. A netlink
 * attribute aligns it for neither addresses nor pointers.
 */
struct encap {
	int mode;
	unsigned int n;
	bool hmac;
	const unsigned char *segments;
};

static int encap_read(struct encap *encap, const struct seg6_route *route)
{
	const unsigned char *srh = (const unsigned char *)route->encap +
				   sizeof(encap->mode);
	size_t fixed = sizeof(encap->mode) + sizeof(struct ipv6_sr_hdr);
	struct ipv6_sr_hdr header;

	if (route->encap_len < fixed)
		return -EINVAL;
	memcpy(&encap->mode, route->encap, sizeof(encap->mode));
	memcpy(&header, srh, sizeof(header));
	encap->n = header.first_segment + 1u;
	encap->segments = srh + sizeof(header);
	encap->hmac = header.flags & SR6_FLAG1_HMAC;
	return route->encap_len < fixed + encap->n * 16 ? -EINVAL : 0;
}

/* Segments in path order: the SRH has them reversed (RFC 8754, section 2). */
static int append(struct sr6flow_flow *flow, const struct encap *encap,
		  unsigned int first)
{
	unsigned int i;

	for (i = first; i < encap->n; i++) {
		if (flow->nsids == SR6FLOW_SIDS_MAX)
			return -ENOTSUP;
		memcpy(&flow->sids[flow->nsids++],
		       encap->segments + (encap->n - 1 - i) * 16, 16);
	}
	return 0;
}

/* The kernel fills the last entry of an inline SRH from the packet. */
static int inline_sids(struct sr6flow_flow *flow, struct encap *encap,
		       const struct seg6_route *route, char *reason)
{
	int err;

	if (route->prefix_len != 128) {
		snprintf(reason, SEG6_REASON_SIZE, "mode inline appends each "
			 "packet's own destination to the SID list, only a "
			 "/128 route has one flow");
		return -ENOTSUP;
	}
	encap->segments += 16;
	encap->n--;
	err = append(flow, encap, 0);
	if (!err && flow->nsids < SR6FLOW_SIDS_MAX)
		memcpy(&flow->sids[flow->nsids++], route->dst, 16);
	else
		err = -ENOTSUP;
	return err;
}

/*
 * The reduced SRH lacks the first SID. A single SID needs no SRH; then only the
 * Traffic Class can carry the colour. With an HMAC the kernel keeps the SRH
 * unchanged.
 */
static int reduced_sids(struct sr6flow_flow *flow, const struct encap *encap,
			uint32_t mask, char *reason)
{
	if (encap->n > 1)
		return append(flow, encap, 1);
	if (!encap->hmac &&
	    sr6flow_carrier_info(sr6flow_carrier(mask))->needs_srh) {
		snprintf(reason, SEG6_REASON_SIZE, "reduced encapsulation with "
			 "one SID has no SRH whose Tag could be marked; use a "
			 "set with a Traffic Class mask or mode encap");
		return -ENOTSUP;
	}
	return append(flow, encap, 0);
}

int seg6_flow(struct sr6flow_flow *flow, const struct seg6_route *route,
	      uint32_t mask, char *reason)
{
	struct encap encap;

	memset(flow, 0, sizeof(*flow));
	if (encap_read(&encap, route)) {
		snprintf(reason, SEG6_REASON_SIZE,
			 "the kernel's description of the SRH is damaged");
		return -EINVAL;
	}
	snprintf(reason, SEG6_REASON_SIZE, "%u segments: a flow has at most %d "
		 "SIDs", encap.n, SR6FLOW_SIDS_MAX);
	switch (encap.mode) {
	case SEG6_IPTUN_MODE_INLINE:
		return inline_sids(flow, &encap, route, reason);
	case SEG6_IPTUN_MODE_ENCAP:
	case SEG6_IPTUN_MODE_L2ENCAP:
		return append(flow, &encap, 0);
	case SEG6_IPTUN_MODE_ENCAP_RED:
	case SEG6_IPTUN_MODE_L2ENCAP_RED:
		return reduced_sids(flow, &encap, mask, reason);
	}
	snprintf(reason, SEG6_REASON_SIZE, "unknown seg6 mode %d; update lmctl",
		 encap.mode);
	return -ENOTSUP;
}

bool seg6_keeps_source(const struct seg6_route *route)
{
	struct encap encap;

	return !encap_read(&encap, route) &&
	       encap.mode == SEG6_IPTUN_MODE_INLINE;
}

int seg6_set_flow(struct sr6flow_flow *flow, const struct seg6_route *route,
		  uint32_t mask, unsigned int netmask, seg6_source_fn *source,
		  void *arg, char *reason)
{
	int err = seg6_flow(flow, route, mask, reason);

	if (err || !netmask)
		return err;
	if (seg6_keeps_source(route)) {
		snprintf(reason, SEG6_REASON_SIZE, "mode inline keeps the "
			 "source of each host; import it into a set made with "
			 "'lmctl init --netmask 0'");
		return -ENOTSUP;
	}
	if (route->source && !IN6_IS_ADDR_UNSPECIFIED(route->source))
		flow->source = *route->source;
	else
		err = source(arg, route, &flow->sids[0], &flow->source, reason);
	flow->netmask = netmask;
	sr6flow_source_mask(flow->source.s6_addr, netmask);
	return err;
}

const char *seg6_destination(const struct seg6_route *route, char *text)
{
	unsigned int host = route->family == AF_INET6 ? 128 : 32;
	size_t len;

	if (!route->prefix_len)
		return strcpy(text, "default");
	inet_ntop(route->family, route->dst, text, INET6_ADDRSTRLEN);
	len = strlen(text);
	if (route->prefix_len != host)
		snprintf(text + len, SEG6_DESTINATION_STRLEN - len, "/%u",
			 route->prefix_len);
	return text;
}

int seg6_pattern_check(const char *pattern)
{
	char name[LONG_NAME_SIZE] = "";
	size_t len = 0;

	/* Placeholder that is valid everywhere in a name. */
	for (; *pattern; pattern++) {
		if (len == SR6FLOW_NAME_MAX)
			return -EINVAL;
		name[len++] = *pattern == '%' ? '0' : *pattern;
		if (*pattern == '%' && !strchr("dti", *++pattern))
			return -EINVAL;
		if (!*pattern)
			return -EINVAL;
	}
	return sr6flow_name_valid(name, len) ? 0 : -EINVAL;
}

static void expand(char *name, const char *pattern,
		   const struct seg6_route *route, const char *table,
		   unsigned int index)
{
	char destination[SEG6_DESTINATION_STRLEN];
	size_t len = 0;

	seg6_destination(route, destination);
	for (; *pattern && len < LONG_NAME_SIZE; pattern++) {
		char *to = name + len;
		size_t room = LONG_NAME_SIZE - len;

		if (*pattern != '%')
			len += (size_t)snprintf(to, room, "%c", *pattern);
		else if (*++pattern == 'd')
			len += (size_t)snprintf(to, room, "%s", destination);
		else if (*pattern == 't')
			len += (size_t)snprintf(to, room, "%.32s", table);
		else
			len += (size_t)snprintf(to, room, "%u", index);
	}
}

void seg6_name(struct sr6flow_flow *flow, const char *pattern,
	       const struct seg6_route *route, const char *table,
	       unsigned int index)
{
	char name[LONG_NAME_SIZE + 1] = "0";
	char *start = name + 1;
	size_t len, i;

	expand(start, pattern, route, table, index);
	for (i = 0; start[i]; i++)
		if (!sr6flow_name_valid((const char[]){ 'a', start[i] }, 2))
			start[i] = '_';
	if (!sr6flow_name_valid(start, 1))
		start = name;
	len = strlen(start);
	if (len > SR6FLOW_NAME_MAX) {
		size_t tail = (SR6FLOW_NAME_MAX - strlen(ELLIPSIS)) / 2;
		size_t front = SR6FLOW_NAME_MAX - strlen(ELLIPSIS) - tail;

		snprintf(flow->name, sizeof(flow->name), "%.*s%s%s", (int)front,
			 start, ELLIPSIS, start + len - tail);
	} else {
		memcpy(flow->name, start, len + 1);
	}
}

/* Characters that %d, %t and %i make. */
static const char *class_of(char letter)
{
	if (letter == 'd')
		return "0123456789abcdef:._";
	return letter == 'i' ? "0123456789" :
	       "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:._-";
}

/* Ends of what %@letter can make from the places @from of a name. */
static uint32_t match_letter(const char *name, uint32_t from, char letter)
{
	static const char otherwise[] = "default";
	const char *class = class_of(letter);
	size_t len = strlen(otherwise);
	uint32_t ends = 0;
	unsigned int i;

	for (i = 0; name[i]; i++) {
		if ((from | ends) & 1u << i && strchr(class, name[i]))
			ends |= 1u << (i + 1);
		if (letter == 'd' && from & 1u << i &&
		    !strncmp(name + i, otherwise, len))
			ends |= 1u << (i + len);
	}
	return ends;
}

/* All ways to match at once, so that no pattern takes long. */
bool seg6_name_fits(const char *pattern, const char *name)
{
	uint32_t places = 1, ends;
	size_t len = strlen(name);
	unsigned int i;

	_Static_assert(SR6FLOW_NAME_MAX < 32, "a bit for each place of a name");
	if (len > SR6FLOW_NAME_MAX)
		return false;
	for (; *pattern; pattern++) {
		ends = 0;
		if (*pattern == '%')
			ends = match_letter(name, places, *++pattern);
		else
			for (i = 0; i < len; i++)
				if (places & 1u << i && name[i] == *pattern)
					ends |= 1u << (i + 1);
		places = ends;
	}
	return places & 1u << len;
}
