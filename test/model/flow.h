/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flows of a world, by number, and the addresses of its nodes.
 */
#ifndef TEST_MODEL_FLOW_H
#define TEST_MODEL_FLOW_H

#include <string.h>

#include "sr6flow.h"

/* All bits of a source. */
#define FLOW_NETMASK 128

/**
 * address_of() - address of a node
 * @node: node
 * @address: filled
 */
static inline void address_of(unsigned int node, struct in6_addr *address)
{
	memset(address, 0, sizeof(*address));
	address->s6_addr[0] = 0xfd;
	address->s6_addr[15] = (uint8_t)(node + 1);
}

/**
 * flow_make() - a flow
 * @number: its number
 * @netmask: bits of the source in its key
 * @node: node that sends it
 * @flow: filled
 */
static inline void flow_make(unsigned int number, unsigned int netmask,
			     unsigned int node, struct sr6flow_flow *flow)
{
	memset(flow, 0, sizeof(*flow));
	flow->netmask = netmask;
	if (netmask)
		address_of(node, &flow->source);
	flow->nsids = 1;
	flow->sids[0].s6_addr[0] = 0xfc;
	flow->sids[0].s6_addr[14] = (uint8_t)(number >> 8);
	flow->sids[0].s6_addr[15] = (uint8_t)number;
}

/**
 * flow_number() - number of a flow
 * @flow: flow
 *
 * Return: as given to flow_make().
 */
static inline unsigned int flow_number(const struct sr6flow_flow *flow)
{
	return (unsigned int)flow->sids[0].s6_addr[14] << 8 |
	       flow->sids[0].s6_addr[15];
}

/**
 * flow_is_of() - may a flow be one that a node sends
 * @flow: flow
 * @node: node
 *
 * Return: true if it is, or if its key does not say.
 */
static inline bool flow_is_of(const struct sr6flow_flow *flow,
			      unsigned int node)
{
	return !flow->netmask || flow->source.s6_addr[15] == node + 1;
}

#endif /* TEST_MODEL_FLOW_H */
