/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The identity of a flow as bytes: netmask, source and SID list, which lie side by
 * side in struct sr6flow_flow. Two ends mean the same flow if these are equal.
 */
#ifndef LMCTL_BASE_FLOWKEY_H
#define LMCTL_BASE_FLOWKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "sr6flow.h"

/* Bytes of the identity of a flow with @n SIDs. */
#define FLOWKEY_LEN(n) \
	(offsetof(struct sr6flow_flow, sids) + 16 * (size_t)(n) - \
	 offsetof(struct sr6flow_flow, netmask))

/**
 * flowkey() - the identity of a flow
 * @flow: flow whose source has no bits beyond its netmask
 *
 * Return: FLOWKEY_LEN(flow->nsids) bytes inside @flow.
 */
static inline const void *flowkey(const struct sr6flow_flow *flow)
{
	return &flow->netmask;
}

/**
 * flowkey_restore() - the flow of an identity
 * @flow: filled, without a name
 * @key: identity
 * @nsids: number of its SIDs
 */
static inline void flowkey_restore(struct sr6flow_flow *flow, const void *key,
				   unsigned int nsids)
{
	memset(flow, 0, sizeof(*flow));
	flow->nsids = nsids;
	memcpy((char *)flow + offsetof(struct sr6flow_flow, netmask), key,
	       FLOWKEY_LEN(nsids));
}

/**
 * flowkey_equal() - are two flows the same
 * @a: flow whose source has no bits beyond its netmask
 * @b: another one
 *
 * Return: true if they are; names do not count.
 */
static inline bool flowkey_equal(const struct sr6flow_flow *a,
				 const struct sr6flow_flow *b)
{
	return a->nsids == b->nsids &&
	       !memcmp(flowkey(a), flowkey(b), FLOWKEY_LEN(a->nsids));
}

/**
 * flowkey_matches() - is a flow one that a user names by its SID list
 * @flow: flow
 * @wanted: parsed from the text; without source it names the flows of all sources,
 *	    with one that of which the source is within @flow's netmask
 *
 * Return: true if it is.
 */
bool flowkey_matches(const struct sr6flow_flow *flow,
		     const struct sr6flow_flow *wanted);

#endif /* LMCTL_BASE_FLOWKEY_H */
