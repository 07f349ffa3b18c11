// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "test/model/chance.h"
#include "test/model/need.h"
#include "test/model/path.h"
#include "test/model/world.h"

/* One packet in so many follows close on the one before. */
#define BURST 4
#define BURST_SHORTER 16

static int64_t param(const struct world *world, enum param param)
{
	return world->history->param[param];
}

static uint64_t seed(const struct world *world)
{
	return (uint64_t)param(world, PARAM_SEED);
}

static int64_t delay(const struct world *world, enum chance_stream stream,
		     uint64_t n, enum param jitter)
{
	return world->path.delay +
	       chance_below(seed(world), stream, n,
			    param(world, jitter) * BLOCK_NS_PER_US);
}

/* One number for each packet of each flow of each node: @i is its place. */
static uint64_t packet_name(const struct node *node, unsigned int flow,
			    size_t i)
{
	return ((uint64_t)node->id << 60 | (uint64_t)flow << 32) + i;
}

/* A packet, or a copy of it, comes to the egress. */
static void arrive(struct world *world, const struct happening *happening)
{
	struct node *egress = &world->node[EGRESS];
	struct true_packet *packet = &world->truth.packets[happening->n];
	struct kpacket seen = {
		.flow = world_flow(world, EGRESS, packet->node, packet->flow),
		.source = packet->node,
		.word = packet->word,
	};

	if (egress->suspended > world->now)
		return;
	packet->of->arrived++;
	if (world->path.cleared)
		seen.word = world->path.cleared == 1 ? 0 : egress->kernel.mask;
	seen.segments_left = world->path.twice;
	kernel_count(&egress->kernel, &seen);
	seen.segments_left = 0;
	if (world->path.twice)
		kernel_count(&egress->kernel, &seen);
}

static void travel(struct world *world, size_t packet, uint64_t name)
{
	if (world->path.dropping & 1u << world->truth.packets[packet].node ||
	    chance_happens(seed(world), CHANCE_FATE, name,
			   param(world, PARAM_LOSS)))
		return;
	world_happens(world, delay(world, CHANCE_DELAY, name, PARAM_JITTER),
		      arrive, packet);
	if (chance_happens(seed(world), CHANCE_COPY, name,
			   param(world, PARAM_COPIES)))
		world_happens(world, delay(world, CHANCE_COPY, ~name, PARAM_JITTER),
			      arrive, packet);
}

/*
 * The block that runs. With the other colour it is the one before, until the change is
 * late, or, once that has been read, the next one. Who sets the colour by hand moves
 * packets from one block to the other for as long as that lasts.
 */
static int64_t block_of(const struct node *node, const struct kset *set)
{
	const struct block_timing *timing = &node->world->timing;
	int64_t now = node_time(node);
	int64_t block = block_number(timing, now);
	int64_t open = block_window_open(timing, block - 1);
	int64_t close = block_window_close(timing, block - 1);

	if (block_colour(set->mask, block) == set->colour)
		return block;
	if (now <= block_colour_deadline(timing, block))
		return block - 1;
	if (now >= open + (close - open) / 4 * 3)
		return block + 1;
	return set->by_hand ? block - 1 : block;
}

static void pass_ingress(struct node *node, unsigned int flow, uint64_t name)
{
	struct world *world = node->world;
	int64_t block = block_of(node, kernel_set(&node->kernel));
	size_t packet = truth_sent(&world->truth, node->id, flow, block,
				   node->epoch);
	struct kpacket seen = { .flow = flow, .source = node->id };

	if (node->coloured >= 0)
		seen.word = sr6flow_colour(node->kernel.mask,
					   (unsigned int)node->coloured);
	kernel_mark(&node->kernel, &seen);
	world->truth.packets[packet].word = seen.word;
	travel(world, packet, name);
}

static bool idle(const struct node *node, unsigned int flow)
{
	const struct world *world = node->world;
	uint64_t block = (uint64_t)(world->now / world->timing.period);

	return chance_happens(seed(world), CHANCE_IDLE,
			      packet_name(node, flow, block),
			      param(world, PARAM_IDLE));
}

static int64_t gap(const struct world *world, uint64_t name)
{
	int64_t mean = world->timing.period / param(world, PARAM_PACKETS);
	int64_t gap = chance_below(seed(world), CHANCE_GAP, 2 * name, 2 * mean);

	if (!chance_below(seed(world), CHANCE_GAP, 2 * name + 1, BURST))
		gap /= BURST_SHORTER;
	return gap + 1;
}

/* @n: node and flow; @len: number of the packet. */
static void send_packet(struct world *world, const struct happening *happening)
{
	struct node *node = &world->node[happening->n % NODES];
	unsigned int flow = (unsigned int)(happening->n / NODES);
	uint64_t name = packet_name(node, flow, happening->len);
	struct happening next = *happening;

	if (world->now >= world->until)
		return;
	next.len++;
	next.time = world->now + gap(world, name);
	agenda_add(&world->agenda, next);
	if (node->sends && node->suspended <= world->now && !idle(node, flow))
		pass_ingress(node, flow, name);
}

void path_start(struct world *world, enum node_id node)
{
	int64_t flow;

	for (flow = 0; flow < param(world, PARAM_FLOWS); flow++)
		world_happens(world, 1, send_packet,
			      (uint64_t)flow * NODES + node);
}

/* @n: node to which, and from which ingress, or for which, it is. */
static void deliver(struct world *world, const struct happening *happening)
{
	daemon_receive(&world->node[happening->n % NODES],
		       (unsigned int)(happening->n / NODES), happening->data,
		       happening->len);
}

static void carry(struct world *world, uint64_t name, uint64_t n,
		  const uint8_t *data, size_t len)
{
	struct happening happening = {
		.time = world->now + 1 +
			delay(world, CHANCE_MESSAGE_DELAY, name,
			      PARAM_MESSAGE_JITTER),
		.happen = deliver, .n = n, .len = len,
		.data = need(malloc(len)),
	};

	memcpy(happening.data, data, len);
	agenda_add(&world->agenda, happening);
}

void path_message(struct world *world, enum node_id from, enum node_id to,
		  const uint8_t *data, size_t len)
{
	uint64_t name = 4 * world->path.messages++;
	uint64_t ingress = from == EGRESS ? to : from;

	if (world->path.cut ||
	    chance_happens(seed(world), CHANCE_MESSAGE, name,
			   param(world, PARAM_MESSAGE_LOSS)))
		return;
	carry(world, name, ingress * NODES + to, data, len);
	if (chance_happens(seed(world), CHANCE_MESSAGE, name + 1,
			   param(world, PARAM_MESSAGE_COPIES)))
		carry(world, name + 2, ingress * NODES + to, data, len);
}
