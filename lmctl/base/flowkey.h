/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The identity of a flow as bytes: netmask, source and SID list, which are adjacent
 * in struct sr6flow_flow. The flows of two ends are the same if these bytes are
 * equal.
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
 * flowkey_is() - compare an identity with a flow
 * @key: identity
 * @nsids: number of its SIDs
 * @flow: flow whose source has no bits beyond its netmask
 *
 * Return: true if it is that of @flow.
 */
static inline bool flowkey_is(const void *key, unsigned int nsids,
			      const struct sr6flow_flow *flow)
{
	return nsids == flow->nsids &&
	       !memcmp(key, flowkey(flow), FLOWKEY_LEN(nsids));
}

/**
 * flowkey_equal() - compare two flows
 * @a: flow whose source has no bits beyond its netmask
 * @b: another one
 *
 * Return: true if they are the same; names are ignored.
 */
static inline bool flowkey_equal(const struct sr6flow_flow *a,
				 const struct sr6flow_flow *b)
{
	return flowkey_is(flowkey(a), a->nsids, b);
}

/**
 * flowkey_same_sids() - compare the SID lists of two flows
 * @a: flow
 * @b: another one
 *
 * Return: true if they are the same; sources and names are ignored.
 */
static inline bool flowkey_same_sids(const struct sr6flow_flow *a,
				     const struct sr6flow_flow *b)
{
	return a->nsids == b->nsids &&
	       !memcmp(a->sids, b->sids, a->nsids * sizeof(a->sids[0]));
}

/**
 * flowkey_matches() - match a flow against a flow that a user named
 * @flow: flow
 * @wanted: flow parsed from the text; without source it matches every source, with
 *	    a source it matches if the source is within @flow's netmask
 *
 * Return: true if it matches.
 */
bool flowkey_matches(const struct sr6flow_flow *flow,
		     const struct sr6flow_flow *wanted);

#endif /* LMCTL_BASE_FLOWKEY_H */
