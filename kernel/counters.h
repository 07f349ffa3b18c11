/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting a packet. */
#ifndef SR6FLOW_COUNTERS_H
#define SR6FLOW_COUNTERS_H

#include "sr6flow.h"

/*
 * A packet that a process sends, under nft with bottom halves on, could be
 * interrupted by one that is received. On 64-bit machines an addition to a
 * u64_stats_t cannot be torn by that; it must only stay on its CPU. On 32-bit
 * machines the sequence count of u64_stats does not nest.
 */
static __always_inline void sr6flow_counting_begin(void)
{
	if (IS_ENABLED(CONFIG_64BIT))
		preempt_disable();
	else
		local_bh_disable();
}

static __always_inline void sr6flow_counting_end(void)
{
	if (IS_ENABLED(CONFIG_64BIT))
		preempt_enable();
	else
		local_bh_enable();
}

/* Between sr6flow_counting_begin() and _end(), to counters of this CPU. */
static __always_inline void sr6flow_counters_add(struct sr6flow_counters *c,
						 unsigned int slot,
						 u64 packets, u64 bytes)
{
	u64_stats_update_begin(&c->syncp);
	u64_stats_add(&c->slot[slot].packets, packets);
	u64_stats_add(&c->slot[slot].bytes, bytes);
	u64_stats_update_end(&c->syncp);
}

/**
 * sr6flow_count_here() - count packets of a flow in the page of this CPU
 * @flow: flow; the caller holds RCU
 * @slot: colour slot
 * @packets: packets
 * @bytes: bytes
 *
 * Writes a cache line that belongs to this CPU, and no other.
 *
 * Return: true, or false if this CPU has no page yet.
 */
static __always_inline bool sr6flow_count_here(struct sr6flow *flow,
					       unsigned int slot, u64 packets,
					       u64 bytes)
{
	struct sr6flow_group *group = flow->group;
	struct sr6flow_page *page;
	unsigned long cpu;

	sr6flow_counting_begin();
	cpu = smp_processor_id();
	page = READ_ONCE(group->page[cpu]);
	if (likely(page))
		sr6flow_counters_add(&page->flow[flow->index], slot, packets,
				     bytes);
	sr6flow_counting_end();
	return page;
}

#endif /* SR6FLOW_COUNTERS_H */
