// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "test/model/kset.h"
#include "test/model/need.h"

/* Counters of a set that was filled long ago, shortly before 2^64. */
#define NEARLY_WRAPPED (UINT64_MAX - 20)

static void write_counters(struct kflow *flow, uint64_t packets)
{
	unsigned int slot;

	for (slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++)
		flow->counters[slot] = (struct sr6flow_counters){
			packets, packets * KSET_BYTES,
		};
}

void kernel_back(struct kernel *kernel, unsigned int flow)
{
	write_counters(&kernel_set(kernel)->flow[flow], 0);
}

void kernel_add(struct kernel *kernel, unsigned int flow, uint64_t packets)
{
	struct kflow *added = &kernel_set(kernel)->flow[flow];

	added->there = true;
	added->source = 0;
	added->segments_left = 0;
	added->source_changes = 0;
	added->segments_left_changes = 0;
	added->generation = ++kernel->identity;
	write_counters(added, packets);
}

void kernel_renew(struct kernel *kernel)
{
	struct kset *set = kernel_set(kernel);
	unsigned int flow;

	set->instance = ++kernel->identity;
	set->mask = kernel->mask;
	set->colour = sr6flow_colour(set->mask, 0);
	set->by_hand = false;
	set->listed = false;
	for (flow = 0; flow < kernel->nflows; flow++)
		kernel_add(kernel, flow, 0);
}

void kernel_init(struct kernel *kernel, bool wrap)
{
	unsigned int flow;

	kernel->there = true;
	kernel->rules = 1;
	kernel->wrap = wrap;
	for (; kernel->shown < 2; kernel->shown++) {
		kernel_set(kernel)->flow =
			need(calloc(kernel->nflows, sizeof(struct kflow)));
		kernel_renew(kernel);
	}
	kernel->shown = 0;
	for (flow = 0; flow < kernel->nflows && wrap; flow++)
		kernel_add(kernel, flow, NEARLY_WRAPPED);
}

void kernel_free(struct kernel *kernel)
{
	free(kernel->set[0].flow);
	free(kernel->set[1].flow);
}

static void move(struct kernel *kernel, struct kset *set)
{
	set->listed = false;
	set->instance = ++kernel->identity;
}

static struct kset *other_set(struct kernel *kernel)
{
	return &kernel->set[!kernel->shown];
}

void kernel_listed(struct kernel *kernel)
{
	if (other_set(kernel)->listed)
		move(kernel, other_set(kernel));
	kernel_set(kernel)->listed = true;
}

/* A rule that counts asks the set of the name. */
static void ask(struct kernel *kernel)
{
	if (kernel->rules <= 0 || !other_set(kernel)->listed)
		return;
	move(kernel, other_set(kernel));
	move(kernel, kernel_set(kernel));
}

/* Of the first packet nothing has changed. */
static bool changes(unsigned int *seen, unsigned int now)
{
	bool changed = *seen && *seen != now + 1;

	*seen = now + 1;
	return changed;
}

static void count(const struct kernel *kernel, struct kflow *flow,
		  const struct kpacket *packet, unsigned int slot)
{
	flow->counters[slot].packets++;
	flow->counters[slot].bytes += KSET_BYTES;
	flow->source_changes += changes(&flow->source, packet->source) &&
				!kernel->netmask;
	flow->segments_left_changes += changes(&flow->segments_left,
					       packet->segments_left);
}

/* As sr6flow_marked_before() of the kernel. */
static bool marked_before(uint32_t mask, uint32_t masked)
{
	return masked && masked != mask &&
	       sr6flow_carrier_info(sr6flow_carrier(mask))->starts_zero;
}

void kernel_mark(struct kernel *kernel, struct kpacket *packet)
{
	struct kset *set = kernel_set(kernel);
	struct kflow *flow = &set->flow[packet->flow];
	int rule;

	if (!kernel->there)
		return;
	ask(kernel);
	if (!flow->there)
		return;
	for (rule = 0; rule < kernel->rules; rule++) {
		if (marked_before(set->mask, packet->word & set->mask)) {
			count(kernel, flow, packet, SR6FLOW_SLOTS_MAX - 1);
			continue;
		}
		packet->word = (packet->word & ~set->mask) | set->colour;
		count(kernel, flow, packet,
		      sr6flow_slot(set->mask, packet->word));
	}
}

void kernel_count(struct kernel *kernel, const struct kpacket *packet)
{
	struct kset *set = kernel_set(kernel);
	struct kflow *flow = &set->flow[packet->flow];
	int rule;

	if (!kernel->there)
		return;
	ask(kernel);
	if (!flow->there)
		return;
	for (rule = 0; rule < kernel->rules; rule++)
		count(kernel, flow, packet,
		      sr6flow_slot(set->mask, packet->word));
}
