/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Routes to the SIDs of a set's flows, from the kernel.
 */
#ifndef LMCTL_NODE_SIDROUTES_H
#define LMCTL_NODE_SIDROUTES_H

#include "lmctl/node/sids.h"
#include "sr6flow.h"

/**
 * sidroutes_read() - what becomes of the packets of a set's flows here
 * @handle: handle
 * @set: name of a counting set
 * @facts: filled
 *
 * Each SID is looked up once, and no more than some hundred: the rest is not known.
 * Nothing is known if the kernel cannot be asked for routes.
 *
 * Return: 0, or the error of sr6flow_dump(); sr6flow_error() has the sentence.
 */
int sidroutes_read(struct sr6flow *handle, const char *set,
		   struct sid_facts *facts);

#endif /* LMCTL_NODE_SIDROUTES_H */
