// SPDX-License-Identifier: GPL-2.0-only
/*
 * In the place of libsr6flow: reads and writes the set of the node whose daemon runs.
 * Time passes meanwhile.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/model/daemon.h"
#include "test/model/flow.h"
#include "test/model/need.h"
#include "test/model/sabotage.h"
#include "test/model/standin.h"
#include "test/model/world.h"

/* A message to the kernel and its answer. */
#define CALL_NS (20 * BLOCK_NS_PER_US)
/* How often a rotator looks at the clock while others of its node are held up. */
#define HELD_PARTS 10

struct sr6flow {
	struct node *node;
};

/*
 * The daemon waits; it may be held up or suspended meanwhile. A rotator that is not held
 * up has its turn all the same.
 */
static void spend(struct node *node, int64_t ns)
{
	struct world *world = node->world;
	int64_t until;

	world_pass(world, ns);
	while ((until = daemon_held(node)) > world->now) {
		int64_t left = until - world->now;

		if (node->suspended <= world->now) {
			loop_progress(&node->daemon.loop);
			left = left < HELD_PARTS * world->part ?
			       left : HELD_PARTS * world->part;
		}
		world_pass(world, left);
	}
}

void standin_spend(struct node *node)
{
	spend(node, CALL_NS);
}

/* A slow call is slow before it does something, or after. */
static void spend_slow(struct node *node, bool before)
{
	int64_t part = before ? node->daemon.slow / 2 : node->daemon.slow;

	if (!part)
		return;
	node->daemon.slow -= part;
	spend(node, part);
}

int __wrap_sr6flow_open(struct sr6flow **handle);
void __wrap_sr6flow_close(struct sr6flow *handle);
const char *__wrap_sr6flow_error(const struct sr6flow *handle);
int __wrap_sr6flow_info(struct sr6flow *handle, const char *set,
			struct sr6flow_set *info);
int __wrap_sr6flow_set_colour(struct sr6flow *handle, const char *set,
			      uint32_t colour);
int __wrap_sr6flow_dump(struct sr6flow *handle, const char *set,
			sr6flow_dump_fn fn, void *arg);
int __wrap_sr6flow_destroy(struct sr6flow *handle, const char *set);
void __wrap_lmctl_error(const char *format, ...);
void __wrap_lmctl_warning(const char *format, ...);

int __wrap_sr6flow_open(struct sr6flow **handle)
{
	*handle = need(calloc(1, sizeof(**handle)));
	(*handle)->node = daemon_running;
	return 0;
}

void __wrap_sr6flow_close(struct sr6flow *handle)
{
	free(handle);
}

const char *__wrap_sr6flow_error(const struct sr6flow *handle)
{
	(void)handle;
	return "the model's kernel says no";
}

/* What is said of ten thousand histories nobody reads. */
void __wrap_lmctl_error(const char *format, ...)
{
	(void)format;
}

void __wrap_lmctl_warning(const char *format, ...)
{
	(void)format;
}

int __wrap_sr6flow_destroy(struct sr6flow *handle, const char *set)
{
	(void)handle;
	(void)set;
	return -EBUSY;
}

static uint32_t colour_shown(const struct node *node, const struct kset *set)
{
	const struct block_timing *timing = &node->world->timing;

	if (!sabotaged(node->world->blind, SABOTAGE_COLOUR) ||
	    node->id == EGRESS)
		return set->colour;
	return block_colour(set->mask, block_number(timing, node_time(node)));
}

static void show_set(struct node *node, struct sr6flow_set *info)
{
	const struct kset *set = kernel_set(&node->kernel);
	const struct kernel *kernel = &node->kernel;

	memset(info, 0, sizeof(*info));
	info->mask = set->mask;
	info->colour = colour_shown(node, set);
	info->netmask = kernel->netmask;
	info->references = (uint32_t)((kernel->rules > 0 ? kernel->rules : 0) +
				      kernel->members);
}

int __wrap_sr6flow_info(struct sr6flow *handle, const char *set,
			struct sr6flow_set *info)
{
	struct node *node = handle->node;

	(void)set;
	spend(node, CALL_NS);
	spend_slow(node, true);
	if (!node->kernel.there)
		return -ENOENT;
	show_set(node, info);
	spend_slow(node, false);
	return 0;
}

int __wrap_sr6flow_set_colour(struct sr6flow *handle, const char *set,
			      uint32_t colour)
{
	struct node *node = handle->node;

	(void)set;
	spend(node, CALL_NS);
	spend_slow(node, true);
	if (!node->kernel.there)
		return -ENOENT;
	if (node->daemon.stuck)
		return -EPERM;
	kernel_set(&node->kernel)->colour = colour;
	kernel_set(&node->kernel)->by_hand = false;
	spend_slow(node, false);
	return 0;
}

/* The second dump of a block sees nothing that has been counted since the first. */
static void confirm_blindly(const struct node *node, const struct kflow *flow,
			    struct sr6flow_record *record)
{
	struct kflow *seen = (struct kflow *)flow;
	const struct block_timing *timing = &node->world->timing;
	int64_t open = node_time(node) % timing->period - timing->guard;

	if (open < (timing->period - timing->band - timing->guard) / 2)
		memcpy(seen->seen, flow->counters, sizeof(seen->seen));
	else
		memcpy(record->counters, flow->seen, sizeof(flow->seen));
}

/* The address of the node that the last packet was from. */
static void show_last_source(const struct node *node, const struct kflow *flow,
			     struct sr6flow_record *record)
{
	unsigned int from = flow->source;

	if (node->kernel.netmask || !from ||
	    node->world->history->param[PARAM_OLD_MODULE])
		return;
	if (sabotaged(node->world->blind, SABOTAGE_SOURCE))
		from = INGRESS + 1;
	address_of(from - 1, &record->last_source);
}

static void show_flow(const struct node *node, unsigned int number,
		      struct sr6flow_record *record)
{
	const struct kset *set = &node->kernel.set[node->kernel.shown];
	const struct kflow *flow = &set->flow[number];
	unsigned int blind = node->world->blind;
	unsigned int nflows = (unsigned int)
			      node->world->history->param[PARAM_FLOWS];
	bool other = number >= nflows;

	memset(record, 0, sizeof(*record));
	flow_make(other ? number - nflows : number, node->kernel.netmask,
		  node->id == EGRESS ? other ? OTHER : INGRESS : node->id,
		  &record->flow);
	record->source_changes = flow->source_changes;
	record->segments_left_changes = flow->segments_left_changes;
	show_last_source(node, flow, record);
	record->instance = set->instance;
	record->generation = flow->generation;
	record->slots = (1 << SR6FLOW_SLOTS_MAX) - 1;
	memcpy(record->counters, flow->counters, sizeof(record->counters));
	if (sabotaged(blind, SABOTAGE_IDENTITY)) {
		record->instance = 1;
		record->generation = 1;
	}
	if (sabotaged(blind, SABOTAGE_CONFIRM))
		confirm_blindly(node, flow, record);
	if (sabotaged(blind, SABOTAGE_UNCOLOURED))
		memset(&record->counters[0], 0, sizeof(record->counters[0]));
	if (sabotaged(blind, SABOTAGE_BEFORE) ||
	    sabotaged(blind, SABOTAGE_UNCOLOURED))
		memset(&record->counters[SR6FLOW_SLOTS_MAX - 1], 0,
		       sizeof(record->counters[0]));
	if (sabotaged(blind, SABOTAGE_COUNTER) && node->id == EGRESS)
		record->counters[1].packets += node_time(node) /
					       node->world->timing.period / 16;
}

static bool interrupted(struct node *node, uint64_t instance)
{
	if (node->kernel.there &&
	    kernel_set(&node->kernel)->instance == instance &&
	    !node->daemon.interrupts)
		return false;
	if (node->daemon.interrupts)
		node->daemon.interrupts--;
	return true;
}

int __wrap_sr6flow_dump(struct sr6flow *handle, const char *set,
			sr6flow_dump_fn fn, void *arg)
{
	struct node *node = handle->node;
	uint64_t instance = kernel_set(&node->kernel)->instance;
	int64_t each = node->world->history->param[PARAM_DUMP] *
		       BLOCK_NS_PER_US;
	struct sr6flow_record record;
	struct sr6flow_set info;
	unsigned int flow;
	int err;

	(void)set;
	spend(node, CALL_NS);
	spend_slow(node, true);
	if (!node->kernel.there)
		return -ENOENT;
	kernel_listed(&node->kernel);
	show_set(node, &info);
	for (flow = 0; flow < node->kernel.nflows; flow++) {
		spend(node, each);
		if (interrupted(node, instance))
			return -EINTR;
		if (!kernel_set(&node->kernel)->flow[flow].there)
			continue;
		show_flow(node, flow, &record);
		err = fn(&info, &record, arg);
		if (err)
			return err;
	}
	spend_slow(node, false);
	return 0;
}
