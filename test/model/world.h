/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A world: two or three nodes with their kernels, clocks and daemons, and the path
 * between them, as a history has it; and what is true of it.
 *
 * Everything that happens has its place in the agenda, by true time. The daemons are
 * the product's own code: rotator, reader, recorder, prober, ledger and reflector. What
 * they ask for is answered by standin_kernel.c and standin_loop.c, which let time pass
 * for it: while a daemon reads a set, packets are counted and other daemons run.
 */
#ifndef TEST_MODEL_WORLD_H
#define TEST_MODEL_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "lmctl/base/block.h"
#include "lmctl/cmd/join.h"
#include "test/model/agenda.h"
#include "test/model/daemon.h"
#include "test/model/history.h"
#include "test/model/kset.h"
#include "test/model/nodeclock.h"
#include "test/model/records.h"
#include "test/model/truth.h"

/* True number of the block in which a history begins. */
#define WORLD_FIRST 1000

/**
 * struct node - a node
 * @world: the world
 * @id: which one
 * @clock: its clock
 * @epoch: how often that was set
 * @kernel: its kernel
 * @daemon: its daemon
 * @records: what its reader recorded
 * @suspended: until when it is, true time
 * @coloured: packets come to it with the colour of this parity; negative: with none
 * @sends: it sends, if it is an ingress
 * @mute: its daemon sends no messages
 */
struct node {
	struct world *world;
	enum node_id id;
	struct nodeclock clock;
	unsigned int epoch;
	struct kernel kernel;
	struct daemon daemon;
	struct records records;
	int64_t suspended;
	int coloured;
	bool sends;
	bool mute;
};

/**
 * struct path - the network between the nodes
 * @delay: nanoseconds
 * @cleared: what it makes of marks: 0 nothing, 1 no colour, 2 both bits
 * @twice: packets cross the egress twice
 * @dropping: bit per node whose packets it loses, all of them
 * @cut: it loses all messages
 * @messages: number of messages so far
 */
struct path {
	int64_t delay;
	int cleared;
	bool twice;
	unsigned int dropping;
	bool cut;
	uint64_t messages;
};

/**
 * struct world - a world
 * @history: what happens
 * @blind: sabotage: the product does not see this, see sabotage.h
 * @timing: blocks
 * @now: true time
 * @standing: what has happened since @now changed last
 * @until: when packets stop and daemons are ended
 * @part: nanoseconds of a part of a period
 * @agenda: what is to happen
 * @node: nodes
 * @path: path
 * @truth: truth
 * @join: records of both ends, or NULL
 */
struct world {
	const struct history *history;
	unsigned int blind;
	struct block_timing timing;
	int64_t now;
	uint64_t standing;
	int64_t until;
	int64_t part;
	struct agenda agenda;
	struct node node[NODES];
	struct path path;
	struct truth truth;
	struct join *join;
};

/**
 * world_new() - make a world and let a history happen in it
 * @history: history; must live as long
 * @blind: sabotage, 0 for none
 *
 * Return: the world after that, for world_free().
 */
struct world *world_new(const struct history *history, unsigned int blind);

/**
 * world_free() - free a world
 * @world: world
 */
void world_free(struct world *world);

/**
 * world_pass() - let time pass
 * @world: world
 * @ns: how much; may become more, if something else takes longer
 */
void world_pass(struct world *world, int64_t ns);

/**
 * world_happens() - put something on the agenda
 * @world: world
 * @after: nanoseconds from now
 * @happen: function
 * @n: for @happen
 */
void world_happens(struct world *world, int64_t after,
		   void (*happen)(struct world *world,
				  const struct happening *happening),
		   uint64_t n);

/**
 * world_flow() - place of a flow in a set
 * @world: world
 * @at: node of the set
 * @from: node that sends the flow
 * @flow: number of the flow
 *
 * Return: its place: with the source in its key every ingress has flows of its own at
 * the egress.
 */
unsigned int world_flow(const struct world *world, enum node_id at,
			enum node_id from, unsigned int flow);

/**
 * node_time() - what the clock of a node shows
 * @node: node
 *
 * Return: nanoseconds since 1970.
 */
static inline int64_t node_time(const struct node *node)
{
	return nodeclock_shows(&node->clock, node->world->now);
}

#endif /* TEST_MODEL_WORLD_H */
