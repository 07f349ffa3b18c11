/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flows of a world, by number.
 */
#ifndef TEST_MODEL_FLOW_H
#define TEST_MODEL_FLOW_H

#include <string.h>

#include "sr6flow.h"

/**
 * flow_make() - SID list of a flow
 * @number: its number
 * @flow: filled
 */
static inline void flow_make(unsigned int number, struct sr6flow_flow *flow)
{
	memset(flow, 0, sizeof(*flow));
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

#endif /* TEST_MODEL_FLOW_H */
