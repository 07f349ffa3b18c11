/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Follower: adds flows for the SRv6 routes of this node to a set and removes them again,
 * see engine/following.h. It works in small bounded steps.
 */
#ifndef LMCTL_SERVICE_FOLLOWER_H
#define LMCTL_SERVICE_FOLLOWER_H

#include <stddef.h>
#include <stdint.h>
#include "lmctl/engine/following.h"
#include "lmctl/service/config.h"
#include "lmctl/service/loop.h"
#include "lmctl/service/routefeed.h"

struct follower;

/**
 * struct follower_stats - counters of a follower
 * @routes: routes with a seg6 encapsulation
 * @following: counters of its flows
 * @feed: counters of its readings
 */
struct follower_stats {
	uint64_t routes;
	struct following_stats following;
	struct routefeed_stats feed;
};

/**
 * follower_open() - prepare to follow the routes
 * @import: its section; the set may be missing
 * @loop: loop
 *
 * Return: follower for follower_close(), or NULL after a message.
 */
struct follower *follower_open(const struct config_import *import,
			       struct loop *loop);

/**
 * follower_configure() - start, or go on with other settings
 * @follower: follower
 * @import: section of its set
 * @timing: blocks and reading window
 */
void follower_configure(struct follower *follower,
			const struct config_import *import,
			const struct block_timing *timing);

/**
 * follower_close() - stop; its flows stay in the set
 * @follower: follower or NULL
 */
void follower_close(struct follower *follower);

/**
 * follower_set() - which set
 * @follower: follower
 *
 * Return: its name.
 */
const char *follower_set(const struct follower *follower);

/**
 * follower_stats() - counters of a follower
 * @follower: follower
 * @stats: filled
 */
void follower_stats(const struct follower *follower,
		    struct follower_stats *stats);

#endif /* LMCTL_SERVICE_FOLLOWER_H */
