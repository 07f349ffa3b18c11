/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Learning: adds the flows named by authenticated requests to a counting set, and
 * keeps them while they are requested. Pure: requests and dumps go in, jobs for the
 * writer of the set come out.
 *
 * A learned flow is one with a timeout: a restarted process recognises it, and the
 * flows of the operator, which have no timeout, are not touched. While requests
 * name a learned flow, its timeout is renewed at half of its time.
 *
 * The configuration limits the number of learned flows, including jobs and recently
 * removed flows. Each key has an equal share of it.
 */
#ifndef LMCTL_ENGINE_LEARNING_H
#define LMCTL_ENGINE_LEARNING_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/stamp/keys.h"
#include "sr6flow.h"

struct learning;

/**
 * struct learning_config - limits of learning
 * @flows: most flows, 0 to learn none
 * @timeout: seconds without a request until a flow is removed
 * @keys: keys of the requests; only their ids are used
 * @wake: called when the first job is queued; may be NULL
 * @arg: for @wake
 */
struct learning_config {
	uint32_t flows;
	uint32_t timeout;
	const struct keys *keys;
	void (*wake)(void *arg);
	void *arg;
};

/**
 * struct learning_stats - counters of learning
 * @flows: learned flows in the set at the end of the last block
 * @learned: flows that were added, since the start
 * @refused: requests for flows that a limit kept out, of the set or of the key,
 *	     since the start
 * @failed: flows that could not be added to the set, since the start
 */
struct learning_stats {
	uint64_t flows;
	uint64_t learned;
	uint64_t refused;
	uint64_t failed;
};

/**
 * struct learning_job - a change of the set
 * @flow: flow, without a name
 * @renew: renew the timeout of a flow in the set; otherwise add the flow if it is
 *	   missing
 * @timeout: seconds
 * @entry: for learning_done()
 */
struct learning_job {
	struct sr6flow_flow flow;
	bool renew;
	uint32_t timeout;
	void *entry;
};

/**
 * learning_new() - make a learning without a limit set: it learns nothing
 *
 * Return: learning for learning_free(), or NULL when memory is short.
 */
struct learning *learning_new(void);

/**
 * learning_free() - free a learning
 * @learning: learning or NULL; flows stay in the set
 */
void learning_free(struct learning *learning);

/**
 * learning_configure() - change the limits
 * @learning: learning
 * @config: limits; copied. Flows beyond them stay until they time out
 */
void learning_configure(struct learning *learning,
			const struct learning_config *config);

/**
 * learning_dumped() - note a flow of a dump
 * @learning: learning
 * @record: flow in a dump
 */
void learning_dumped(struct learning *learning,
		     const struct sr6flow_record *record);

/**
 * learning_block_end() - note the end of a block's dumps
 * @learning: learning
 * @block: block number
 * @history: blocks that requests can ask for
 *
 * Queue the jobs that renew timeouts. If the operator removes the timeout of a flow
 * between the dump and its job, the job sets it again: the timeout of a single flow
 * cannot be read.
 */
void learning_block_end(struct learning *learning, int64_t block,
			unsigned int history);

/**
 * learning_stepped() - forget block numbers after a step of the clock
 * @learning: learning
 */
void learning_stepped(struct learning *learning);

/**
 * learning_keep() - note a request for a flow that may be learned
 * @learning: learning
 * @flow: flow
 * @block: block that it asks for
 * @key: id of its key
 *
 * Return: true if the flow is learned or queued.
 */
bool learning_keep(struct learning *learning, const struct sr6flow_flow *flow,
		   int64_t block, const char *key);

/**
 * learning_add() - learn a flow that the set does not have
 * @learning: learning
 * @flow: flow
 * @block: block that it asks for
 * @key: id of its key
 *
 * Reject a block that is not newer than the last one requested for this flow: the
 * request may be a replay.
 *
 * Return: true if there is a job for it now.
 */
bool learning_add(struct learning *learning, const struct sr6flow_flow *flow,
		  int64_t block, const char *key);

/**
 * learning_next() - the next job
 * @learning: learning
 * @job: filled
 *
 * Return: true if there is a job: do it and call learning_done() before anything
 * else.
 */
bool learning_next(struct learning *learning, struct learning_job *job);

/**
 * learning_done() - report the result of a job
 * @learning: learning
 * @job: job of learning_next()
 * @err: 0 or a negative errno
 *
 * After an error other than -EEXIST nothing is added before the next block.
 */
void learning_done(struct learning *learning, const struct learning_job *job,
		   int err);

/**
 * learning_stats() - counters of learning
 * @learning: learning
 *
 * Return: valid as long as @learning.
 */
const struct learning_stats *learning_stats(const struct learning *learning);

#endif /* LMCTL_ENGINE_LEARNING_H */
