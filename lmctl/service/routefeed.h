/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Route feed: keeps a routing up to date by the kernel's dumps and events.
 *
 * Events are read a few at a time. When some were lost or do not show everything, all
 * routes are read again, also a few at a time; events wait for the end of a reading. The
 * time between two readings grows with the time that they take, so a storm of changes
 * costs a bounded part of a processor.
 */
#ifndef LMCTL_SERVICE_ROUTEFEED_H
#define LMCTL_SERVICE_ROUTEFEED_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/engine/routing.h"
#include "lmctl/service/loop.h"

struct routefeed;

/**
 * struct routefeed_ops - functions that a feed calls
 * @changed: paths of the routing may have changed
 * @elsewhere: addresses or devices have changed
 */
struct routefeed_ops {
	void (*changed)(void *arg);
	void (*elsewhere)(void *arg);
};

/**
 * struct routefeed_stats - counters of a feed, since the start
 * @readings: whole readings of all routes
 * @overruns: times that events were lost
 * @cut: the last reading lacks routes, see ROUTES_CUT
 */
struct routefeed_stats {
	uint64_t readings;
	uint64_t overruns;
	bool cut;
};

/**
 * routefeed_open() - open the socket of the events
 * @routing: routing to fill; must outlive the feed
 * @ops: functions; must outlive the feed
 * @arg: for @ops
 *
 * Return: feed for routefeed_close(), or NULL after a message.
 */
struct routefeed *routefeed_open(struct routing *routing,
				 const struct routefeed_ops *ops, void *arg);

/**
 * routefeed_start() - read all routes, and follow their changes
 * @feed: feed
 * @loop: loop
 *
 * Return: 0, or a negative errno after a message.
 */
int routefeed_start(struct routefeed *feed, struct loop *loop);

/**
 * routefeed_reread() - read all routes again
 * @feed: feed
 */
void routefeed_reread(struct routefeed *feed);

/**
 * routefeed_stats() - counters of a feed
 * @feed: feed
 *
 * Return: valid as long as @feed.
 */
const struct routefeed_stats *routefeed_stats(const struct routefeed *feed);

/**
 * routefeed_close() - stop
 * @feed: feed or NULL
 */
void routefeed_close(struct routefeed *feed);

#endif /* LMCTL_SERVICE_ROUTEFEED_H */
