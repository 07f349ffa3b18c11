// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/model/chance.h"
#include "test/model/faults.h"
#include "test/model/flow.h"
#include "test/model/need.h"
#include "test/model/path.h"
#include "test/model/world.h"

#define STANDING_MAX 1000000
/* What a time daemon may slew, and how often in a period it changes its mind. */
#define WANDER_PPM 500
#define WANDER_TIMES 2

void world_happens(struct world *world, int64_t after,
		   void (*happen)(struct world *world,
				  const struct happening *happening),
		   uint64_t n)
{
	agenda_add(&world->agenda, (struct happening){
		.time = world->now + after, .happen = happen, .n = n,
	});
}

/* So much happens at one time only if something is done again and again. */
static void time_passes(struct world *world, int64_t time)
{
	if (time > world->now) {
		world->now = time;
		world->standing = 0;
	} else if (++world->standing > STANDING_MAX) {
		fprintf(stderr, "model: seed %" PRId64 ": time stands still\n",
			world->history->param[PARAM_SEED]);
		abort();
	}
}

static void run_until(struct world *world, int64_t until)
{
	struct agenda *agenda = &world->agenda;

	while (agenda->n && agenda->heap[0].time <= until) {
		struct happening happening = agenda_next(agenda);

		time_passes(world, happening.time);
		happening.happen(world, &happening);
	}
	if (until > world->now)
		world->now = until;
}

void world_pass(struct world *world, int64_t ns)
{
	run_until(world, world->now + ns);
}

/* A clock that is slewed now this way and now that, within bounds. */
static void wander(struct world *world, const struct happening *happening)
{
	const int64_t *param = world->history->param;
	struct node *node = &world->node[happening->n % NODES];
	uint64_t times = happening->n / NODES;
	int64_t most = param[PARAM_WANDER] * BLOCK_NS_PER_US;
	int64_t off = node_time(node) - world->now;
	int64_t ppm = chance_below((uint64_t)param[PARAM_SEED], CHANCE_WANDER,
				   happening->n, 2 * WANDER_PPM + 1) -
		      WANDER_PPM;
	int64_t then = off + world->timing.period / WANDER_TIMES * ppm /
			     1000000;

	if (then > most)
		ppm = -WANDER_PPM;
	else if (then < -most)
		ppm = WANDER_PPM;
	nodeclock_change(&node->clock, world->now, 0, ppm);
	daemon_wake(node);
	if (world->now < world->until)
		world_happens(world, world->timing.period / WANDER_TIMES,
			      wander, (times + 1) * NODES + node->id);
}

unsigned int world_flow(const struct world *world, enum node_id at,
			enum node_id from, unsigned int flow)
{
	const int64_t *param = world->history->param;

	return at == EGRESS && from == OTHER && param[PARAM_SOURCE] ?
	       (unsigned int)param[PARAM_FLOWS] + flow : flow;
}

static void node_begin(struct world *world, enum node_id id)
{
	const int64_t *param = world->history->param;
	struct node *node = &world->node[id];

	node->world = world;
	node->id = id;
	node->coloured = -1;
	node->sends = id == INGRESS;
	node->clock = (struct nodeclock){
		.since = world->now,
		.shown = world->now,
	};
	/* The egress is the one that goes wrong: only the difference counts. */
	if (id == EGRESS)
		nodeclock_change(&node->clock, world->now,
				 param[PARAM_OFFSET] * BLOCK_NS_PER_US,
				 param[PARAM_SLEW]);
	node->kernel.netmask = param[PARAM_SOURCE] ? FLOW_NETMASK : 0;
	node->kernel.mask = (uint32_t)param[PARAM_MASK];
	node->kernel.nflows = world_flow(world, id, OTHER,
					 (unsigned int)param[PARAM_FLOWS]);
	kernel_init(&node->kernel, param[PARAM_WRAP]);
}

static void world_begin(struct world *world)
{
	const int64_t *param = world->history->param;
	unsigned int id;

	world->timing.period = param[PARAM_PERIOD] * BLOCK_NS_PER_MS;
	world->part = world->timing.period / HISTORY_PARTS;
	world->timing.guard = param[PARAM_GUARD] * world->part;
	world->timing.band = param[PARAM_BAND] * world->part;
	world->now = WORLD_FIRST * world->timing.period;
	world->until = world->now + param[PARAM_BLOCKS] * world->timing.period;
	world->path.delay = param[PARAM_DELAY] * BLOCK_NS_PER_US;
	world->join = need(join_new(false));
	for (id = 0; id < NODES; id++)
		node_begin(world, id);
}

/* Of another ingress the rows are checked, too, if it measures. */
static void world_start(struct world *world)
{
	uint64_t id;

	faults_plan(world);
	for (id = INGRESS; id <= EGRESS; id++)
		if (world->history->param[PARAM_WANDER])
			world_happens(world, 0, wander, id);
	daemon_start(&world->node[INGRESS]);
	daemon_start(&world->node[EGRESS]);
	path_start(world, INGRESS);
	if (!history_has(world->history, KIND_OTHER))
		return;
	path_start(world, OTHER);
	daemon_start(&world->node[OTHER]);
}

/* A record without a row is a row without a reason. */
static void world_owed(struct world *world, const struct node *node)
{
	int64_t i;

	for (i = 0; i < node->daemon.owed; i++)
		truth_row(&world->truth, (struct row){
			.node = node->id, .word = "",
		});
}

static void world_join(struct world *world)
{
	const struct join_row *const *rows;
	char error[256];
	size_t n, i;

	if (join_finish(world->join, error, sizeof(error)))
		return;
	rows = join_rows(world->join, &n);
	for (i = 0; i < n; i++) {
		const struct sr6flow_flow *flow = &rows[i]->flow->flow;
		const struct join_count *sent = &rows[i]->count[JOIN_SENT];
		const struct join_count *received =
			&rows[i]->count[JOIN_RECEIVED];
		struct row row = {
			.node = INGRESS,
			.flow = flow_number(flow),
			.block = rows[i]->block,
			.joined = true,
			.sent = sent->packets,
			.received = received->packets,
		};

		if (!flow_is_of(flow, INGRESS))
			continue;
		if (rows[i]->status != JOIN_EXACT)
			row.word = join_word(sent) ?: join_word(received) ?:
				   "anomaly";
		truth_row(&world->truth, row);
	}
}

struct world *world_new(const struct history *history, unsigned int blind)
{
	struct world *world = need(calloc(1, sizeof(*world)));
	unsigned int id;

	world->history = history;
	world->blind = blind;
	world_begin(world);
	world_start(world);
	run_until(world, world->until);
	for (id = 0; id < NODES; id++) {
		daemon_end(&world->node[id], true);
		world_owed(world, &world->node[id]);
	}
	/* What is under way arrives, or not. */
	while (world->agenda.n)
		run_until(world, world->agenda.heap[0].time);
	world_join(world);
	return world;
}

void world_free(struct world *world)
{
	unsigned int id;

	for (id = 0; id < NODES; id++) {
		daemon_end(&world->node[id], false);
		kernel_free(&world->node[id].kernel);
	}
	agenda_free(&world->agenda);
	truth_free(&world->truth);
	join_free(world->join);
	free(world);
}
