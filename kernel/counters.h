/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of flows and sets: their memory, counting a packet, their sum. */
#ifndef SR6FLOW_COUNTERS_H
#define SR6FLOW_COUNTERS_H

#include <linux/bitmap.h>
#include <linux/u64_stats_sync.h>

#include "flow.h"
#include "ip_set_hash_sr6flow.h"

struct sr6flow_htype;

/**
 * struct sr6flow_cpu_counters - counters of one CPU for a flow or a set
 * @slot: counters, one line of 64 bytes; for a flow by colour slot
 * @syncp: makes 64-bit counters readable on 32-bit machines
 *
 * Written only by its CPU, between sr6flow_counting_begin() and _end().
 */
struct sr6flow_cpu_counters {
	struct {
		u64_stats_t packets;
		u64_stats_t bytes;
	} slot[SR6FLOW_SLOTS_MAX];
	struct u64_stats_sync syncp;
};

#define SR6FLOW_PAGE_SIZE 4096
#define SR6FLOW_GROUP_FLOWS (SR6FLOW_PAGE_SIZE / sizeof(struct sr6flow_cpu_counters))

/**
 * struct sr6flow_page - counters of one CPU for a group of flows
 * @flow: by sr6flow_elem.index
 */
struct sr6flow_page {
	struct sr6flow_cpu_counters flow[SR6FLOW_GROUP_FLOWS];
};

/**
 * struct sr6flow_shared - counters of the CPUs without a page for a flow
 * @slot: by colour slot
 */
struct sr6flow_shared {
	struct {
		atomic64_t packets;
		atomic64_t bytes;
	} slot[SR6FLOW_SLOTS_MAX];
};

/**
 * struct sr6flow_witnesses - numbers of packets that differ from the packet before
 * @source: in the source
 * @segments_left: in Segments Left
 *
 * Written under sr6flow_htype.lock, read without.
 */
struct sr6flow_witnesses {
	atomic64_t source;
	atomic64_t segments_left;
};

/**
 * struct sr6flow_pool - memory of the counters of a set's flows
 * @lock: taken inside no other lock
 * @roomy: groups that have room for another flow
 * @groups: number of groups
 * @pages: number of pages of all groups
 */
struct sr6flow_pool {
	/* Protects roomy, groups, and sr6flow_group.used and .list. */
	spinlock_t lock;
	struct list_head roomy;
	unsigned long groups;
	atomic_long_t pages;
};

/**
 * struct sr6flow_group - counters of some flows of a set
 * @pool: the set's
 * @list: in sr6flow_pool.roomy, empty while the group is full
 * @used: indexes that belong to flows
 * @shared: counters of the CPUs that cannot get a page, by sr6flow_elem.index
 * @witnesses: by sr6flow_elem.index
 * @page: by CPU, NULL until the CPU counts a packet of one of the flows;
 *	set only by the CPU itself
 *
 * A CPU that never counts costs a pointer. Most possible CPUs never count.
 */
struct sr6flow_group {
	struct sr6flow_pool *pool;
	struct list_head list;
	DECLARE_BITMAP(used, SR6FLOW_GROUP_FLOWS);
	struct sr6flow_shared *shared;
	struct sr6flow_witnesses *witnesses;
	struct sr6flow_page *page[];
};

/**
 * struct sr6flow_base - written counters: readers add them to the per-CPU counters
 * @rcu: for freeing
 * @generation: identity of the counters since they were written
 * @slot: added to the sum of all CPUs, modulo 2^64
 *
 * Immutable once published: a writer replaces it.
 */
struct sr6flow_base {
	struct rcu_head rcu;
	u64 generation;
	struct {
		u64 packets;
		u64 bytes;
	} slot[SR6FLOW_SLOTS_MAX];
};

/* Slots of sr6flow_htype.diagnostics; only .packets is used. */
enum sr6flow_diagnostic {
	SR6FLOW_NO_FLOW,
	SR6FLOW_MALFORMED,
	SR6FLOW_NOT_WRITABLE,
};

/**
 * struct sr6flow_sum - counters of a flow over all CPUs
 * @generation: identity of the counters
 * @packets: by slot
 * @bytes: by slot
 * @last_source: of the last packet, zeros before the first one; in a set with a netmask
 *		 that of the key
 * @changes: numbers of packets that differ from the packet before
 */
struct sr6flow_sum {
	u64 generation;
	u64 packets[SR6FLOW_SLOTS_MAX];
	u64 bytes[SR6FLOW_SLOTS_MAX];
	struct in6_addr last_source;
	struct {
		u64 source;
		u64 segments_left;
	} changes;
};

struct sr6flow_cpu_counters __percpu *sr6flow_diagnostics_alloc(void);
size_t sr6flow_diagnostics_size(void);
void sr6flow_diagnose(const struct sr6flow_htype *h,
		      enum sr6flow_diagnostic what);
u64 sr6flow_diagnosed(const struct sr6flow_htype *h,
		      enum sr6flow_diagnostic what);

void sr6flow_pool_init(struct sr6flow_pool *pool);
size_t sr6flow_pool_size(struct sr6flow_pool *pool);
bool sr6flow_counters_get(struct sr6flow_pool *pool, struct sr6flow_elem *flow,
			  gfp_t gfp);
void sr6flow_counters_put(struct sr6flow_elem *flow);
void sr6flow_count_first(struct sr6flow_elem *flow, unsigned int slot, u64 packets,
			 u64 bytes);
void sr6flow_witness(struct sr6flow_htype *h, struct sr6flow_elem *flow,
		     const struct in6_addr *source,
		     union sr6flow_srh_start start);
void sr6flow_counted(const struct sr6flow_elem *flow, struct sr6flow_sum *sum);
void sr6flow_sum(const struct sr6flow_elem *flow, struct sr6flow_sum *sum);
bool sr6flow_total_matches(const struct sr6flow_elem *flow,
			   const struct ip_set_ext *ext);

/*
 * Under nft, a packet that a process sends runs with bottom halves on, and a received
 * packet can interrupt it. On 64-bit machines the interruption cannot tear an addition
 * to a u64_stats_t, which must only stay on its CPU. On 32-bit machines the sequence
 * count of u64_stats does not nest.
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
static __always_inline void sr6flow_counters_add(struct sr6flow_cpu_counters *c,
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
 * Writes only a cache line of this CPU.
 *
 * Return: true, or false if this CPU has no page yet.
 */
static __always_inline bool sr6flow_count_here(struct sr6flow_elem *flow,
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
