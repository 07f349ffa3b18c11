/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Upkeep of the sets of a service: notices that a set has no flows, that its rule is
 * gone or that the set itself is gone, and has 'lmctl up' put back what a section set
 * names.
 */
#ifndef LMCTL_SERVICE_UPKEEP_H
#define LMCTL_SERVICE_UPKEEP_H

#include "lmctl/service/config.h"
#include "lmctl/service/loop.h"

struct upkeep;

/**
 * upkeep_open() - watch the sets of a configuration
 * @config: configuration
 * @file: its file
 * @loop: loop
 *
 * Return: upkeep for upkeep_close(), or NULL after a message.
 */
struct upkeep *upkeep_open(const struct config *config, const char *file,
			   struct loop *loop);

/**
 * upkeep_follow() - watch the sets of another configuration
 * @upkeep: upkeep
 * @config: configuration
 *
 * What is known of a set that both have stays known: nothing is reported twice. A
 * set for which memory is short is not watched, after a message.
 */
void upkeep_follow(struct upkeep *upkeep, const struct config *config);

/**
 * upkeep_flows() - go through the sets that exist
 * @upkeep: upkeep or NULL
 * @i: index to begin at, 0 at first; set to the index behind the set
 * @flows: filled with the number of flows at the last look
 *
 * Return: name of the set, NULL after the last.
 */
const char *upkeep_flows(const struct upkeep *upkeep, unsigned int *i,
			 uint32_t *flows);

/**
 * upkeep_close() - stop watching
 * @upkeep: upkeep or NULL
 */
void upkeep_close(struct upkeep *upkeep);

#endif /* LMCTL_SERVICE_UPKEEP_H */
