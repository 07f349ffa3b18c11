/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The source of flows that were given without one, and the netmask of the others.
 */
#ifndef LMCTL_CMD_FLOWSOURCE_H
#define LMCTL_CMD_FLOWSOURCE_H

#include "lmctl/cmd/flowlist.h"

/**
 * flowsource_fill() - complete the sources of flows that were given
 * @list: flows; those with a source keep it
 * @handle: library handle
 * @set: name of the set
 * @warn: warn if the kernel has no fixed tunnel source, so that it may choose another
 *	  one later
 *
 * A source that was given with a netmask must have that of the set.
 *
 * Flows for a marking set that were given without a source get the tunnel source of this
 * node, unless the set has no netmask. A set is marking if it is LMCTL_SET_TX, or
 * if the rule of a marking node names it. For other sets nobody but the user knows the
 * source, and the library says so.
 *
 * Return: 0, or a negative errno after a message.
 */
int flowsource_fill(struct flowlist *list, struct sr6flow *handle,
		    const char *set, bool warn);

/**
 * flowsource_warn() - warn that the kernel may choose another tunnel source
 * @set: name of the set
 * @flow: a flow that was given the present choice
 */
void flowsource_warn(const char *set, const struct sr6flow_flow *flow);

#endif /* LMCTL_CMD_FLOWSOURCE_H */
