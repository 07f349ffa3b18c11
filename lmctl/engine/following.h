/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Following: the flows of a set follow the paths of a routing. Pure: changed paths and
 * dumps of the set go in, jobs for its writer come out.
 *
 * Paths with the same source and SID list share one flow. When the last one is gone, the
 * flow stays until its last block has been reported: the block is read in its window, and
 * peers are asked for it for PROBER_PATIENCE blocks more. A path that is back by then has
 * the flow as it was.
 *
 * Only flows that the following added are ever removed, and only after a dump that still
 * has them with their name: someone else may have deleted and added them meanwhile. After
 * a restart, a flow that the set has already is taken for one of them if it was remembered,
 * or if a path has it and its name is one that the pattern makes. All others belong to the
 * operator.
 */
#ifndef LMCTL_ENGINE_FOLLOWING_H
#define LMCTL_ENGINE_FOLLOWING_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include "lmctl/base/block.h"
#include "lmctl/engine/routing.h"
#include "sr6flow.h"

struct following;

/**
 * struct following_ops - functions that a following calls
 * @source: find the source of packets, see seg6_set_flow()
 * @table: fill @text of TABLE_NAME_LEN bytes with the name of a table, return it
 * @left_out: report why a route has no flow: called once for each reason
 */
struct following_ops {
	seg6_source_fn *source;
	const char *(*table)(uint32_t table, char *text);
	void (*left_out)(void *arg, const struct seg6_route *route,
			 const char *reason);
};

/**
 * struct following_stats - counters of a following
 * @flows: flows in the set that a path has
 * @leaving: flows in the set that no path has any more
 * @missing: flows that are not in the set yet
 * @left_out: paths that no flow can represent
 * @added: flows that were added, since the start
 * @removed: flows that were removed, since the start
 */
struct following_stats {
	uint64_t flows;
	uint64_t leaving;
	uint64_t missing;
	uint64_t left_out;
	uint64_t added;
	uint64_t removed;
};

/**
 * struct following_job - a change of the set
 * @flow: flow
 * @remove: remove it, otherwise add it
 * @entry: for following_done()
 */
struct following_job {
	struct sr6flow_flow flow;
	bool remove;
	void *entry;
};

/**
 * following_new() - make a following
 * @routing: its routes; no one else calls routing_next()
 * @ops: functions; must outlive the following
 * @arg: for @ops
 *
 * Return: following for following_free(), or NULL when memory is short.
 */
struct following *following_new(struct routing *routing,
				const struct following_ops *ops, void *arg);

/**
 * following_free() - free a following; flows stay in the set
 * @following: following or NULL
 */
void following_free(struct following *following);

/**
 * following_configure() - set or change the settings
 * @following: following
 * @timing: blocks and reading window; copied
 * @pattern: names of flows to be added, see seg6_name(); must outlive the following
 */
void following_configure(struct following *following,
			 const struct block_timing *timing, const char *pattern);

/**
 * following_set() - note the state of the set
 * @following: following
 * @set: state, NULL if there is no such set
 *
 * Return: true if the set must be dumped: who has added its flows, or what others have
 * changed, is not known, or a flow is to be removed.
 */
bool following_set(struct following *following, const struct sr6flow_set *set);

/**
 * following_dump_begin() - begin or restart a dump
 * @following: following
 */
void following_dump_begin(struct following *following);

/**
 * following_dumped() - note a flow of a dump
 * @following: following
 * @flow: flow with its name
 */
void following_dumped(struct following *following,
		      const struct sr6flow_flow *flow);

/**
 * following_dump_end() - end a whole dump
 * @following: following
 * @now: time, nanoseconds since 1970
 */
void following_dump_end(struct following *following, int64_t now);

/**
 * following_remember() - note a flow that an earlier following had added
 * @following: following that knows its set
 * @flow: flow; removed like one whose last path is gone, unless a path has it, or the set
 *	  does not have it with this name
 */
void following_remember(struct following *following,
			const struct sr6flow_flow *flow);

/**
 * following_settled() - note that all paths are known
 * @following: following; without a set, nothing is noted
 *
 * Call it when following_step() has nothing left to do after all routes were read. Until
 * then, a remembered flow without a path stays: its route may not have been seen.
 */
void following_settled(struct following *following);

/**
 * following_each() - go through the flows for following_remember()
 * @following: following
 * @fn: called for each flow that the following, or an earlier one, added
 * @arg: for @fn
 */
void following_each(const struct following *following,
		    void (*fn)(const struct sr6flow_flow *flow, void *arg),
		    void *arg);

/**
 * following_step() - handle changed paths
 * @following: following
 * @now: time, nanoseconds since 1970
 * @most: number of paths in this call
 *
 * Return: true if more are left.
 */
bool following_step(struct following *following, int64_t now,
		    unsigned int most);

/**
 * following_next() - the next job
 * @following: following
 * @now: time, nanoseconds since 1970
 * @job: filled
 *
 * No flow is added when it would replace another one, which would be added again in place
 * of a third one.
 *
 * Return: true if there is a job: do it and call following_done() before anything else.
 */
bool following_next(struct following *following, int64_t now,
		    struct following_job *job);

/**
 * following_done() - report the result of a job
 * @following: following
 * @job: job of following_next()
 * @err: 0 or a negative errno
 *
 * After an error other than -EEXIST there is no job before following_retry().
 */
void following_done(struct following *following,
		    const struct following_job *job, int err);

/**
 * following_retry() - try failed jobs again
 * @following: following
 */
void following_retry(struct following *following);

/**
 * following_due() - when following_next() has a job
 * @following: following
 *
 * Return: time, INT64_MIN for at once, INT64_MAX for never.
 */
int64_t following_due(const struct following *following);

/**
 * following_stepped() - note a step of the clock or a suspension
 * @following: following
 * @step: nanoseconds
 */
void following_stepped(struct following *following, int64_t step);

/**
 * following_stats() - counters of a following
 * @following: following
 * @stats: filled
 */
void following_stats(const struct following *following,
		     struct following_stats *stats);

#endif /* LMCTL_ENGINE_FOLLOWING_H */
