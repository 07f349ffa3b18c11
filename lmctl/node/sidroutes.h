/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Routes to the SIDs of a set's flows, from the kernel.
 */
#ifndef LMCTL_NODE_SIDROUTES_H
#define LMCTL_NODE_SIDROUTES_H

#include "lmctl/node/sids.h"
#include "sr6flow.h"

/**
 * sidroutes_read() - find what this node does with the packets of a set's flows
 * @handle: handle
 * @set: name of a counting set
 * @facts: filled
 *
 * Each SID is looked up once, up to a few hundred; the others are unknown. All are
 * unknown if the kernel does not answer requests for routes.
 *
 * Return: 0, or the error of sr6flow_dump(); sr6flow_error() has the sentence.
 */
int sidroutes_read(struct sr6flow *handle, const char *set,
		   struct sid_facts *facts);

#endif /* LMCTL_NODE_SIDROUTES_H */
