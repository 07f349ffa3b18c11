// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/seldom.h"
#include "lmctl/node/sets.h"
#include "lmctl/node/tables.h"
#include "lmctl/node/tunsrc.h"
#include "lmctl/service/followed.h"
#include "lmctl/service/follower.h"

/* Changes of routes that follow one another are handled together. */
#define SETTLE (50 * BLOCK_NS_PER_MS)
/* Most paths and most writes at once, and the time between two batches. */
#define BATCH 64
#define PAUSE (5 * BLOCK_NS_PER_MS)
/* Time between two looks at the set and at the tunnel source. */
#define LOOK BLOCK_NS_PER_S
/* Part of a period between two dumps. */
#define DUMP_SHARE 4

/**
 * struct follower - a follower
 * @set: name of the set
 * @import: its section
 * @timing: blocks and reading window
 * @loop: loop
 * @task: does the work
 * @handle: library handle
 * @routing: routes
 * @following: flows
 * @feed: fills @routing
 * @tunsrc: tunnel source
 * @elsewhere: addresses or devices have changed
 * @timeout: of added flows
 * @look: when to look again
 * @step: when to handle changed paths
 * @dump: when the set may be dumped again
 * @dump_wanted: it is to be dumped
 * @recalled: flows of an earlier run are known
 * @waiting: the set is missing, and that was reported
 * @fulls: messages that a new flow would replace another one
 * @table_waiting: so is this table
 * @all: all tables are followed
 * @table: tables that are followed otherwise
 * @ntables: their number
 * @failing: error of writes that was reported, 0 if none
 * @failed: a write has failed since the last look
 * @failures: messages about them
 * @changes: flows added and removed at the last message
 * @said: messages about them
 */
struct follower {
	char set[SR6FLOW_SETNAME_MAX + 1];
	struct config_import import;
	struct block_timing timing;
	struct loop *loop;
	struct task *task;
	struct sr6flow *handle;
	struct routing *routing;
	struct following *following;
	struct routefeed *feed;
	struct tunsrc tunsrc;
	bool elsewhere;
	uint32_t timeout;
	int64_t look;
	int64_t step;
	int64_t dump;
	bool dump_wanted;
	bool recalled;
	bool waiting;
	struct seldom fulls;
	bool table_waiting[CONFIG_TABLES_MAX];
	bool all;
	uint32_t table[CONFIG_TABLES_MAX];
	unsigned int ntables;
	int failing;
	bool failed;
	struct seldom failures;
	uint64_t changes;
	struct seldom said;
};

static int find_source(void *arg, const struct seg6_route *route,
		       const struct in6_addr *sid, struct in6_addr *source,
		       char *reason)
{
	struct follower *follower = arg;
	int err = tunsrc_find(&follower->tunsrc, sid, route->device, source);

	if (err)
		tunsrc_reason(err, reason, SEG6_REASON_SIZE);
	return err;
}

static void report_left_out(void *arg, const struct seg6_route *route,
			    const char *reason)
{
	const struct follower *follower = arg;
	char text[SEG6_DESTINATION_STRLEN];

	lmctl_warning("set '%s': route %s and others like it are left out: %s",
		      follower->set, seg6_destination(route, text), reason);
}

static const struct following_ops following_ops = {
	.source = find_source,
	.table = table_name,
	.left_out = report_left_out,
};

static void on_changed(void *arg)
{
	struct follower *follower = arg;
	int64_t due = wallclock_time() + SETTLE;

	if (follower->step <= due)
		return;
	follower->step = due;
	task_wake(follower->task);
}

static void on_elsewhere(void *arg)
{
	struct follower *follower = arg;

	follower->elsewhere = true;
}

static const struct routefeed_ops feed_ops = {
	.changed = on_changed,
	.elsewhere = on_elsewhere,
};

/* VRF devices come and go. */
static void look_at_tables(struct follower *follower)
{
	const struct config_import *import = &follower->import;
	uint32_t table[CONFIG_TABLES_MAX] = { 0 };
	bool all = !import->ntables;
	unsigned int i, n = 0;

	for (i = 0; i < import->ntables; i++) {
		bool *waiting = &follower->table_waiting[i];
		bool missing = false;

		if (!strcmp(import->table[i], CONFIG_TABLES_ALL))
			all = true;
		else if (!table_parse(import->table[i], &table[n]))
			n++;
		else
			missing = true;
		if (missing && !*waiting)
			lmctl_warning("set '%s': there is no routing table or VRF '%s' yet; waiting for it",
				      follower->set, import->table[i]);
		*waiting = missing;
	}
	if (all == follower->all && n == follower->ntables &&
	    !memcmp(table, follower->table, sizeof(table)))
		return;
	memcpy(follower->table, table, sizeof(table));
	follower->all = all;
	follower->ntables = n;
	routing_tables(follower->routing, table, n, all);
	routefeed_reread(follower->feed);
}

/* Without a fixed source, the kernel's choice may change: ask for some at a time. */
static void look_at_source(struct follower *follower, int64_t now)
{
	struct tunsrc *tunsrc = &follower->tunsrc;
	const struct in6_addr was = tunsrc->source;
	bool changed;

	if (tunsrc_refresh(tunsrc))
		return;
	changed = !IN6_ARE_ADDR_EQUAL(&was, &tunsrc->source) ||
		  (follower->elsewhere && !tunsrc->fixed);
	follower->elsewhere = false;
	if (!changed && tunsrc->fixed)
		return;
	routing_again(follower->routing, changed ? UINT_MAX : BATCH);
	if (follower->step > now)
		follower->step = now;
}

static int dump_flow(const struct sr6flow_set *set,
		     const struct sr6flow_record *record, void *arg)
{
	struct follower *follower = arg;

	(void)set;
	following_dumped(follower->following, &record->flow);
	loop_progress(follower->loop);
	return 0;
}

static int dump_again(void *arg)
{
	struct follower *follower = arg;

	following_dump_begin(follower->following);
	return 0;
}

static void dump_set(struct follower *follower, int64_t now)
{
	int64_t pause = follower->timing.period / DUMP_SHARE;

	follower->dump = now + (pause > LOOK ? pause : LOOK);
	following_dump_begin(follower->following);
	if (lmctl_dump(follower->handle, follower->set, dump_flow, dump_again,
		       follower))
		return;
	follower->dump_wanted = false;
	following_dump_end(follower->following, now);
}

static void miss_set(struct follower *follower, int err)
{
	following_set(follower->following, NULL);
	if (!follower->waiting)
		lmctl_warning("%s; %s", sr6flow_error(follower->handle),
			      err == -ENOENT ?
			      "waiting for it to follow the routes" :
			      "no flow follows the routes until it can be used");
	follower->waiting = true;
}

static void report_full(struct follower *follower,
			const struct sr6flow_set *info)
{
	struct following_stats stats;

	following_stats(follower->following, &stats);
	if (stats.missing && info->forceadd && info->flows >= info->maxelem &&
	    seldom(&follower->fulls, 1))
		lmctl_warning("set '%s' is full, and with forceadd a new flow replaces another one: no flow is added for more routes; create the set with a larger maxelem",
			      follower->set);
}

/* Between two failures in a full set, flows that are removed make room for others. */
static void report_success(struct follower *follower)
{
	struct following_stats stats;

	following_stats(follower->following, &stats);
	if (follower->failing && !follower->failed && !stats.missing) {
		lmctl_note("set '%s': flows can be changed again",
			   follower->set);
		follower->failing = 0;
	}
	follower->failed = false;
}

static void look_at_set(struct follower *follower, int64_t now)
{
	struct sr6flow_set info;
	int err = sr6flow_info(follower->handle, follower->set, &info);

	if (err) {
		miss_set(follower, err);
		return;
	}
	if (follower->waiting)
		lmctl_note("set '%s': its flows follow the routes",
			   follower->set);
	follower->waiting = false;
	follower->timeout = info.timeout == SR6FLOW_NO_TIMEOUT ?
			    SR6FLOW_NO_TIMEOUT : 0;
	if (!follower->recalled) {
		following_set(follower->following, &info);
		followed_read(follower->set, follower->following);
	}
	follower->recalled = true;
	if (following_set(follower->following, &info))
		follower->dump_wanted = true;
	/* Paths have waited for the set. */
	if (follower->step > follower->look)
		follower->step = now;
	if (follower->dump_wanted && now >= follower->dump)
		dump_set(follower, now);
	if (info.netmask)
		look_at_source(follower, now);
	report_full(follower, &info);
	report_success(follower);
	following_retry(follower->following);
}

static void report_flows(struct follower *follower)
{
	struct follower_stats stats;
	uint64_t changes;

	follower_stats(follower, &stats);
	changes = stats.following.added + stats.following.removed;
	if (seldom(&follower->said, changes - follower->changes))
		lmctl_note("set '%s': %" PRIu64 " flows follow %" PRIu64 " routes; %" PRIu64 " flows of removed routes wait for the report of their last blocks",
			   follower->set, stats.following.flows, stats.routes,
			   stats.following.leaving);
	follower->changes = changes;
}

static void look(struct follower *follower, int64_t now)
{
	follower->look = now + LOOK;
	look_at_tables(follower);
	look_at_set(follower, now);
	report_flows(follower);
}

static void report_write(struct follower *follower, int err)
{
	if (!err || err == -EEXIST)
		return;
	follower->failed = true;
	if (follower->failing == err || !seldom(&follower->failures, 1))
		return;
	lmctl_warning("%s; retrying every second",
		      sr6flow_error(follower->handle));
	follower->failing = err;
}

/* Return: false when nothing is left to do now. */
static bool write_one(struct follower *follower, int64_t now)
{
	struct following_job job;
	int err;

	if (!following_next(follower->following, now, &job))
		return false;
	err = job.remove ? sr6flow_del(follower->handle, follower->set,
				       &job.flow) :
			   sr6flow_add(follower->handle, follower->set,
				       &job.flow, follower->timeout, false);
	following_done(follower->following, &job, err);
	report_write(follower, job.remove && err == -ESRCH ? 0 : err);
	loop_progress(follower->loop);
	return true;
}

static bool write_some(struct follower *follower, int64_t now)
{
	unsigned int i;

	for (i = 0; i < BATCH; i++)
		if (!write_one(follower, now))
			return false;
	return true;
}

/* Return: when to handle more paths. */
static int64_t step_some(struct follower *follower, int64_t now)
{
	const struct routefeed_stats *feed = routefeed_stats(follower->feed);

	if (following_step(follower->following, now, BATCH))
		return now + PAUSE;
	if (feed->readings && !feed->cut)
		following_settled(follower->following);
	return LOOP_NEVER;
}

static int64_t follower_run(void *arg, int64_t now)
{
	struct follower *follower = arg;
	int64_t due;

	if (now >= follower->look)
		look(follower, now);
	if (now >= follower->step)
		follower->step = step_some(follower, now);
	due = write_some(follower, now) ? now + PAUSE :
	      following_due(follower->following);
	if (due > follower->step)
		due = follower->step;
	return due < follower->look ? due : follower->look;
}

static void follower_stepped(void *arg, int64_t before, int64_t now)
{
	struct follower *follower = arg;

	following_stepped(follower->following, now - before);
	follower->look = now;
	follower->step = now;
	follower->dump = now;
}

static const struct task_ops ops = {
	.run = follower_run,
	.stepped = follower_stepped,
};

static int prepare(struct follower *follower)
{
	follower->handle = lmctl_open();
	if (!follower->handle || tunsrc_open(&follower->tunsrc))
		return -EINVAL;
	follower->routing = routing_new();
	if (follower->routing)
		follower->following = following_new(follower->routing,
						    &following_ops, follower);
	if (!follower->following) {
		lmctl_error("out of memory");
		return -ENOMEM;
	}
	follower->feed = routefeed_open(follower->routing, &feed_ops, follower);
	return follower->feed ? 0 : -EINVAL;
}

struct follower *follower_open(const struct config_import *import,
			       struct loop *loop)
{
	struct follower *follower = calloc(1, sizeof(*follower));

	if (!follower) {
		lmctl_error("out of memory");
		return NULL;
	}
	strcpy(follower->set, import->set);
	follower->loop = loop;
	follower->step = LOOP_NEVER;
	follower->all = true;
	if (!prepare(follower)) {
		follower->task = loop_task(loop, &ops, follower);
		if (!follower->task)
			lmctl_error("out of memory");
		else if (!routefeed_start(follower->feed, loop))
			return follower;
	}
	follower_close(follower);
	return NULL;
}

void follower_configure(struct follower *follower,
			const struct config_import *import,
			const struct block_timing *timing)
{
	bool same = follower->import.ntables == import->ntables &&
		    !memcmp(follower->import.table, import->table,
			    sizeof(import->table));

	follower->import = *import;
	follower->timing = *timing;
	following_configure(follower->following, timing,
			    follower->import.name);
	if (same)
		return;
	memset(follower->table_waiting, 0, sizeof(follower->table_waiting));
	look_at_tables(follower);
}

void follower_close(struct follower *follower)
{
	if (!follower)
		return;
	if (follower->recalled)
		followed_write(follower->set, follower->following);
	routefeed_close(follower->feed);
	following_free(follower->following);
	routing_free(follower->routing);
	tunsrc_close(&follower->tunsrc);
	task_free(follower->task);
	sr6flow_close(follower->handle);
	free(follower);
}

const char *follower_set(const struct follower *follower)
{
	return follower->set;
}

void follower_stats(const struct follower *follower,
		    struct follower_stats *stats)
{
	stats->routes = routing_count(follower->routing);
	following_stats(follower->following, &stats->following);
	stats->feed = *routefeed_stats(follower->feed);
}
