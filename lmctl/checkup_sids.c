// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/seg6_local.h>

#include "lmctl/checkup_sids.h"

#define SID_LEN 16
/* What containers usually are made of, in bits: see RFC 9800, section 4.1. */
#define BLOCK_USUAL 32
#define FUNCTION_USUAL 16

#define TEXT(finding, ...) \
	snprintf((finding)->text, sizeof((finding)->text), __VA_ARGS__)
#define REMEDY(finding, ...) \
	snprintf((finding)->remedy, sizeof((finding)->remedy), __VA_ARGS__)

/* As the kernel does it. False if nothing is behind the first SID. */
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

/* Of a container, what is here may come behind SIDs of other nodes. */
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
		/* It came by a device of those that know the SID before. */
		route->some = false;
		own = true;
	}
	route->own = own;
}

/*
 * It has no route to the last SID. Is that of no concern? Yes, where it sends packets
 * of the flow to a SID before that one, and where it knows no SID but in a VRF.
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

static const char *action_name(uint32_t action)
{
	static const char *const names[] = {
		[SEG6_LOCAL_ACTION_END] = "End",
		[SEG6_LOCAL_ACTION_END_X] = "End.X",
		[SEG6_LOCAL_ACTION_END_T] = "End.T",
		[SEG6_LOCAL_ACTION_END_DT6] = "End.DT6",
		[SEG6_LOCAL_ACTION_END_DT4] = "End.DT4",
		[SEG6_LOCAL_ACTION_END_B6] = "End.B6",
		[SEG6_LOCAL_ACTION_END_B6_ENCAP] = "End.B6.Encaps",
		[SEG6_LOCAL_ACTION_END_DT46] = "End.DT46",
	};

	return action < sizeof(names) / sizeof(names[0]) && names[action] ?
	       names[action] : "seg6local";
}

/* Room for "2 flows, first NAME" of the longest flow. */
#define WHO_LEN (SR6FLOW_FLOW_STRLEN + 64)

static const char *who(const struct sid_facts *facts, enum sid_kind kind,
		       char text[WHO_LEN])
{
	const struct sr6flow_flow *flow = &facts->first[kind];
	char element[SR6FLOW_FLOW_STRLEN];

	snprintf(text, WHO_LEN, "%" PRIu64 " flow%s, first %s",
		 facts->flows[kind], facts->flows[kind] == 1 ? "" : "s",
		 *flow->name ? flow->name : sr6flow_flow_format(flow, element));
	return text;
}

static void find_dropped(const struct sid_facts *facts, enum sid_kind kind,
			 struct sid_finding *finding)
{
	const struct sr6flow_flow *flow = &facts->first[kind];
	const struct sid_route *route = &facts->route[kind];
	char text[WHO_LEN], sid[INET6_ADDRSTRLEN];

	finding->level = FINDING_NOTE;
	who(facts, kind, text);
	inet_ntop(AF_INET6, &flow->sids[flow->nsids - 1], sid, sizeof(sid));
	if (kind == SIDS_ENDPOINT)
		TEXT(finding, "this node drops packets after it counted them: %s would send them to another SID, but %s is their last one (%s)",
		     action_name(route->action), sid, text);
	else if (kind == SIDS_NOWHERE)
		TEXT(finding, "this node drops packets after it counted them: it has no route to their last SID %s (%s)",
		     sid, text);
	else
		TEXT(finding, "this node drops packets after it counted them: %s of their last SID %s looks into table %u, which is empty (%s)",
		     action_name(route->action), sid, route->table, text);
	if (kind == SIDS_EMPTY)
		REMEDY(finding, "add routes to that table ('ip -6 route show table %u'); such drops are not loss of the network, so the figures do not have them",
		       route->table);
	else
		REMEDY(finding, "add its route, such as 'ip -6 route add %s encap seg6local action End.DT6 ...'; such drops are not loss of the network, so the figures do not have them",
		       sid);
}

/* Where only a default route is left of the egress, it looks like this, too. */
static void find_transit(const char *text, struct sid_finding *finding)
{
	finding->level = FINDING_NOTE;
	TEXT(finding, "this node sends packets on after it counted them, and none of their SIDs is its own (%s)",
	     text);
	REMEDY(finding, "if it is their egress, the route of their last SID is missing: add it; elsewhere the way behind the count is not measured");
}

static void find(const struct sid_facts *facts, enum sid_kind kind,
		 struct sid_finding *finding)
{
	char text[WHO_LEN];

	*finding = (struct sid_finding){ .level = FINDING_GOOD };
	who(facts, kind, text);
	if (kind == SIDS_TAKEN)
		TEXT(finding, "this node takes packets out of the tunnel after it counted them (%s)",
		     text);
	else if (kind == SIDS_FORWARDED)
		TEXT(finding, "this node sends packets on after it counted them, and the way behind it is not measured (%s)",
		     text);
	else if (kind == SIDS_TRANSIT)
		find_transit(text, finding);
	else
		find_dropped(facts, kind, finding);
}

bool sid_finding(const struct sid_facts *facts, unsigned int i,
		 struct sid_finding *finding)
{
	enum sid_kind kind;

	/* What is not known is not worth a word. */
	for (kind = SIDS_TAKEN; kind < SIDS_UNKNOWN; kind++) {
		if (facts->flows[kind] && !i--) {
			find(facts, kind, finding);
			return true;
		}
	}
	return false;
}
