/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Learning: which flows a counting set gets because authenticated requests name
 * them, and how long it keeps them. Pure: requests and dumps go in, jobs for the
 * one who writes to the set come out.
 *
 * A flow is a learned one if it has a timeout: so a new process knows which they
 * are, and the flows of the operator, which have none, stay as they are. While
 * requests name a learned flow its timeout is renewed when half of it is over.
 *
 * At most as many as the configuration says, jobs and flows that were removed a
 * moment ago included, and of them each key has an equal share.
 */
#ifndef LMCTL_ENGINE_LEARNING_H
#define LMCTL_ENGINE_LEARNING_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/stamp/keys.h"
#include "sr6flow.h"

struct learning;

/**
 * struct learning_config - how much to learn
 * @flows: most flows, 0 to learn none
 * @timeout: seconds until a flow is removed that no request names
 * @keys: keys of the requests; only their ids are used
 * @wake: called when there are jobs where there were none; may be NULL
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
 * struct learning_stats - what became of it
 * @flows: learned flows in the set, by the last whole block
 * @learned: flows that were added, since the start
 * @refused: requests for a flow that was not added because of the limits of all
 *	     or of the key, since the start
 * @failed: flows that the set did not take, since the start
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
 * @renew: it is in the set: renew its timeout. Otherwise add it if it is not
 *	   there
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
 * learning_new() - learn nothing yet
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
 * learning_dumped() - a flow is in the set
 * @learning: learning
 * @record: flow in a dump
 */
void learning_dumped(struct learning *learning,
		     const struct sr6flow_record *record);

/**
 * learning_block_end() - all dumps of a block were taken in
 * @learning: learning
 * @block: block number
 * @history: blocks that requests can ask for
 *
 * Makes the jobs that renew timeouts. A flow from which the operator takes the timeout
 * after the dump and before its job gets it again: the set cannot be asked for the
 * timeout of one flow.
 */
void learning_block_end(struct learning *learning, int64_t block,
			unsigned int history);

/**
 * learning_stepped() - block numbers from before mean nothing any more
 * @learning: learning
 */
void learning_stepped(struct learning *learning);

/**
 * learning_keep() - a request names a flow that may be a learned one
 * @learning: learning
 * @flow: flow
 * @block: block that it asks for
 * @key: id of its key
 *
 * Return: true if it is, or is about to be.
 */
bool learning_keep(struct learning *learning, const struct sr6flow_flow *flow,
		   int64_t block, const char *key);

/**
 * learning_add() - a request names a flow that the set does not have
 * @learning: learning
 * @flow: flow
 * @block: block that it asks for
 * @key: id of its key
 *
 * Refuses a block that is not newer than the last one that was asked of this flow:
 * that request may be a repeated one.
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
 * Return: true if there is one: do it and call learning_done() before anything
 * else.
 */
bool learning_next(struct learning *learning, struct learning_job *job);

/**
 * learning_done() - what became of a job
 * @learning: learning
 * @job: job of learning_next()
 * @err: 0 or a negative errno
 *
 * After an error other than -EEXIST nothing is added before the next block.
 */
void learning_done(struct learning *learning, const struct learning_job *job,
		   int err);

/**
 * learning_stats() - what became of it
 * @learning: learning
 *
 * Return: valid as long as @learning.
 */
const struct learning_stats *learning_stats(const struct learning *learning);

#endif /* LMCTL_ENGINE_LEARNING_H */
