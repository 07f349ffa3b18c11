// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "test/model/kset.h"
#include "test/model/need.h"

/* Counters of a set that was filled long ago, shortly before 2^64. */
#define NEARLY_WRAPPED (UINT64_MAX - 20)

void kernel_add(struct kernel *kernel, unsigned int flow, uint64_t packets)
{
	struct kflow *added = &kernel_set(kernel)->flow[flow];
	unsigned int slot;

	added->there = true;
	added->generation = ++kernel->identity;
	for (slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++)
		added->counters[slot] = (struct sr6flow_counters){
			packets, packets * KSET_BYTES,
		};
}

void kernel_renew(struct kernel *kernel)
{
	struct kset *set = kernel_set(kernel);
	unsigned int flow;

	set->instance = ++kernel->identity;
	set->mask = SR6FLOW_MASK_DEFAULT;
	set->colour = sr6flow_colour(set->mask, 0);
	set->by_hand = false;
	for (flow = 0; flow < kernel->nflows; flow++)
		kernel_add(kernel, flow, 0);
}

void kernel_init(struct kernel *kernel, unsigned int nflows, bool wrap)
{
	unsigned int flow;

	memset(kernel, 0, sizeof(*kernel));
	kernel->there = true;
	kernel->rules = 1;
	kernel->nflows = nflows;
	kernel->wrap = wrap;
	for (; kernel->shown < 2; kernel->shown++) {
		kernel_set(kernel)->flow =
			need(calloc(nflows, sizeof(struct kflow)));
		kernel_renew(kernel);
	}
	kernel->shown = 0;
	for (flow = 0; flow < nflows && wrap; flow++)
		kernel_add(kernel, flow, NEARLY_WRAPPED);
}

void kernel_free(struct kernel *kernel)
{
	free(kernel->set[0].flow);
	free(kernel->set[1].flow);
}

static void count(struct kflow *flow, unsigned int slot)
{
	flow->counters[slot].packets++;
	flow->counters[slot].bytes += KSET_BYTES;
}

void kernel_mark(struct kernel *kernel, unsigned int flow, uint32_t *word)
{
	struct kset *set = kernel_set(kernel);
	struct kflow *marked = &set->flow[flow];
	int rule;

	if (!kernel->there || !marked->there)
		return;
	for (rule = 0; rule < kernel->rules; rule++) {
		if (sr6flow_colour_valid(set->mask, *word & set->mask)) {
			count(marked, SR6FLOW_SLOTS_MAX - 1);
			continue;
		}
		*word = (*word & ~set->mask) | set->colour;
		count(marked, sr6flow_slot(set->mask, *word));
	}
}

void kernel_count(struct kernel *kernel, unsigned int flow, uint32_t word)
{
	struct kset *set = kernel_set(kernel);
	struct kflow *counted = &set->flow[flow];
	int rule;

	if (!kernel->there || !counted->there)
		return;
	for (rule = 0; rule < kernel->rules; rule++)
		count(counted, sr6flow_slot(set->mask, word));
}
