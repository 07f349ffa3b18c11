// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "lmctl/node/sids.h"

#define SID_LEN 16
/* Usual lengths in a container, in bits: see RFC 9800, section 4.1. */
#define BLOCK_USUAL 32
#define FUNCTION_USUAL 16

/* Shift as the kernel does; false if nothing is behind the first SID. */
static bool shift(struct in6_addr *sid, unsigned int block,
		  unsigned int function)
{
	static const uint8_t none[SID_LEN];
	unsigned int at = block / 8, len = function / 8;
	unsigned int rest;

	if (!len || at + len >= SID_LEN)
		return false;
	rest = SID_LEN - at - len;
	if (!memcmp(sid->s6_addr + at + len, none, rest))
		return false;
	memmove(sid->s6_addr + at, sid->s6_addr + at + len, rest);
	memset(sid->s6_addr + SID_LEN - len, 0, len);
	return true;
}

/* In a container, SIDs of this node may follow SIDs of other nodes. */
static bool reach(struct in6_addr *sid, sid_lookup_fn lookup, void *arg,
		  struct sid_route *route)
{
	while (shift(sid, BLOCK_USUAL, FUNCTION_USUAL)) {
		lookup(sid, route, arg);
		if (route->fate == SID_TAKEN || route->block)
			return true;
	}
	return false;
}

void sid_follow(const struct in6_addr *sid, sid_lookup_fn lookup, void *arg,
		struct sid_route *route)
{
	struct in6_addr at = *sid;
	struct sid_route found;
	bool own = false;

	lookup(&at, route, arg);
	if (route->fate == SID_FORWARDED || route->fate == SID_NOWHERE) {
		if (!reach(&at, lookup, arg, &found))
			return;
		*route = found;
	}
	while (route->block && shift(&at, route->block, route->function)) {
		lookup(&at, route, arg);
		/* The packet came from a device for which the SID before is known. */
		route->some = false;
		own = true;
	}
	route->own = own;
}

/*
 * No route to the last SID is not a fault if this node sends packets of the flow to
 * an earlier SID, or if it knows the SIDs in a VRF only.
 */
static bool unconcerned(const struct sr6flow_flow *flow,
			const struct sid_route *last, sid_lookup_fn lookup,
			void *arg)
{
	bool before = false, none = true;
	struct sid_route route;
	unsigned int i;

	for (i = 0; i + 1 < flow->nsids; i++) {
		sid_follow(&flow->sids[i], lookup, arg, &route);
		none &= route.fate == SID_NOWHERE;
		if (route.fate == SID_ENDPOINT)
			before = i + 2 < flow->nsids;
	}
	return before || (none && last->some);
}

static bool is_own(const struct sr6flow_flow *flow,
		   const struct sid_route *last, sid_lookup_fn lookup,
		   void *arg)
{
	struct sid_route route;
	bool own = last->own;
	unsigned int i;

	for (i = 0; i + 1 < flow->nsids && !own; i++) {
		sid_follow(&flow->sids[i], lookup, arg, &route);
		own = route.own || route.fate == SID_ENDPOINT ||
		      route.fate == SID_TAKEN;
	}
	return own;
}

static enum sid_kind judge(const struct sr6flow_flow *flow,
			   const struct sid_route *last, sid_lookup_fn lookup,
			   void *arg)
{
	switch (last->fate) {
	case SID_TAKEN:
		return last->empty ? SIDS_EMPTY : SIDS_TAKEN;
	case SID_ENDPOINT:
		return SIDS_ENDPOINT;
	case SID_FORWARDED:
		return is_own(flow, last, lookup, arg) ? SIDS_FORWARDED :
							 SIDS_TRANSIT;
	case SID_NOWHERE:
		return unconcerned(flow, last, lookup, arg) ? SIDS_FORWARDED :
							      SIDS_NOWHERE;
	default:
		return SIDS_UNKNOWN;
	}
}

void sid_facts_add(struct sid_facts *facts, const struct sr6flow_flow *flow,
		   sid_lookup_fn lookup, void *arg)
{
	struct sid_route last;
	enum sid_kind kind;

	sid_follow(&flow->sids[flow->nsids - 1], lookup, arg, &last);
	kind = judge(flow, &last, lookup, arg);
	if (facts->flows[kind]++)
		return;
	facts->first[kind] = *flow;
	facts->route[kind] = last;
}
