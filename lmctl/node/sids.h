/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this node does with packets after the rule that counts them: decapsulate,
 * forward or drop them. Pure: routes go in, facts come out.
 */
#ifndef LMCTL_NODE_SIDS_H
#define LMCTL_NODE_SIDS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "sr6flow.h"

/**
 * enum sid_fate - what this node does with a packet to a SID
 * @SID_UNKNOWN: not known
 * @SID_TAKEN: decapsulates it, or delivers it locally
 * @SID_ENDPOINT: forwards it to the next SID of the list, or drops it if there is
 *		  none
 * @SID_FORWARDED: forwards it
 * @SID_NOWHERE: has no route for it, or one that drops it
 */
enum sid_fate {
	SID_UNKNOWN,
	SID_TAKEN,
	SID_ENDPOINT,
	SID_FORWARDED,
	SID_NOWHERE,
};

/**
 * struct sid_route - the route to a SID
 * @fate: its effect
 * @some: SID_NOWHERE: packets from some device are forwarded
 * @action: action of seg6local, 0 without
 * @table: table in which the inner packet is looked up, 0 if none is
 * @empty: that table has no routes
 * @block: length of the locator block in bits, 0 unless SIDs are containers that this
 *	   node shifts (NEXT-C-SID)
 * @function: length of a compressed SID in bits
 * @own: a SID before it in the same container is of this node
 */
struct sid_route {
	enum sid_fate fate;
	bool some;
	uint32_t action;
	uint32_t table;
	bool empty;
	uint8_t block;
	uint8_t function;
	bool own;
};

/* Looks up the route to a SID. */
typedef void (*sid_lookup_fn)(const struct in6_addr *sid,
			      struct sid_route *route, void *arg);

/**
 * enum sid_kind - what this node does with the packets of a flow, once counted
 * @SIDS_TAKEN: decapsulates them
 * @SIDS_FORWARDED: forwards them
 * @SIDS_TRANSIT: forwards them, and none of their SIDs is of this node
 * @SIDS_ENDPOINT: drops them, because the route wants another SID
 * @SIDS_NOWHERE: drops them, because there is no route
 * @SIDS_EMPTY: drops them, because the table behind the route is empty
 * @SIDS_UNKNOWN: is not known
 * @SIDS_KINDS: number of kinds
 */
enum sid_kind {
	SIDS_TAKEN,
	SIDS_FORWARDED,
	SIDS_TRANSIT,
	SIDS_ENDPOINT,
	SIDS_NOWHERE,
	SIDS_EMPTY,
	SIDS_UNKNOWN,
	SIDS_KINDS,
};

/**
 * struct sid_facts - flows of a counting set
 * @flows: number of flows of each kind
 * @first: the first flow of each
 * @route: the route to its last SID
 */
struct sid_facts {
	uint64_t flows[SIDS_KINDS];
	struct sr6flow_flow first[SIDS_KINDS];
	struct sid_route route[SIDS_KINDS];
};

/**
 * sid_follow() - find the route to a SID, also within a container
 * @sid: SID of a list
 * @lookup: called for the SID and for its shifted forms
 * @arg: for @lookup
 * @route: filled
 *
 * A container (NEXT-C-SID) has SIDs of several nodes; the search begins at the
 * first one of this node.
 */
void sid_follow(const struct in6_addr *sid, sid_lookup_fn lookup, void *arg,
		struct sid_route *route);

/**
 * sid_facts_add() - add a flow
 * @facts: facts, zeros at first
 * @flow: flow
 * @lookup: looks up SIDs of its list
 * @arg: for @lookup
 */
void sid_facts_add(struct sid_facts *facts, const struct sr6flow_flow *flow,
		   sid_lookup_fn lookup, void *arg);

#endif /* LMCTL_NODE_SIDS_H */
