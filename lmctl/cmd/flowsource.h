/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Default source of flows, and check of their netmask.
 */
#ifndef LMCTL_CMD_FLOWSOURCE_H
#define LMCTL_CMD_FLOWSOURCE_H

#include "lmctl/cmd/flowlist.h"

/**
 * flowsource_fill() - complete the sources of flows
 * @list: flows; those with a source keep it
 * @handle: library handle
 * @set: name of the set
 * @warn: warn if the kernel has no fixed tunnel source: it may choose another one
 *	  later
 *
 * A netmask given with a source must be that of the set.
 *
 * In a marking set with netmask, the default source is the tunnel source of this
 * node. A set is marking if it is LMCTL_SET_TX or if the rule of a marking node
 * names it. For other sets the user must name the source; the library reports a
 * missing one.
 *
 * Return: 0, or a negative errno after a message.
 */
int flowsource_fill(struct flowlist *list, struct sr6flow *handle,
		    const char *set, bool warn);

/**
 * flowsource_warn() - warn that the kernel may choose another tunnel source
 * @set: name of the set
 * @flow: a flow with the present choice
 */
void flowsource_warn(const char *set, const struct sr6flow_flow *flow);

#endif /* LMCTL_CMD_FLOWSOURCE_H */
