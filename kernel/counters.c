// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-CPU counters: their memory, and their sum.
 *
 * The kernel's per-CPU allocator allocates memory of each flow for every possible CPU.
 * Here groups of flows share pages, and a CPU gets a page
 * when it counts its first packet of one of them. If there is no memory for it
 * at that moment, the packet must still be counted: the CPU counts with atomic
 * operations in a page that all CPUs share and that is allocated with the flows.
 *
 * Besides the counters, a flow has witnesses that all its packets follow one path.
 */

#include <linux/error-injection.h>
#include <linux/slab.h>

#include "counters.h"
#include "table.h"

struct sr6flow_cpu_counters __percpu *sr6flow_diagnostics_alloc(void)
{
	struct sr6flow_cpu_counters __percpu *cpu;
	int i;

	/* Aligned, so that a CPU needs one cache line, not two. */
	cpu = __alloc_percpu_gfp(sizeof(*cpu), 64, SR6FLOW_GFP);
	if (!cpu)
		return NULL;
	for_each_possible_cpu(i)
		u64_stats_init(&per_cpu_ptr(cpu, i)->syncp);
	return cpu;
}

/*
 * The per-CPU allocator is the only one here without fault injection. A debug kernel
 * makes this function fail instead.
 */
ALLOW_ERROR_INJECTION(sr6flow_diagnostics_alloc, NULL);

/**
 * sr6flow_diagnostics_size() - memory of one sr6flow_diagnostics_alloc()
 *
 * With memory control groups the per-CPU allocator keeps a pointer for every
 * PCPU_MIN_ALLOC_SIZE bytes of a unit, whether the memory is charged or not.
 *
 * Return: bytes over all CPUs.
 */
size_t sr6flow_diagnostics_size(void)
{
	size_t size = sizeof(struct sr6flow_cpu_counters), overhead = 0;

	if (IS_ENABLED(CONFIG_MEMCG))
		overhead = size / PCPU_MIN_ALLOC_SIZE * sizeof(void *);
	return num_possible_cpus() * size + overhead;
}

/**
 * sr6flow_diagnose() - count a packet among the diagnostics of a set
 * @h: set
 * @what: which diagnostic
 */
void sr6flow_diagnose(const struct sr6flow_htype *h,
		      enum sr6flow_diagnostic what)
{
	sr6flow_counting_begin();
	sr6flow_counters_add(this_cpu_ptr(h->diagnostics), what, 1, 0);
	sr6flow_counting_end();
}

static void sr6flow_counters_read(const struct sr6flow_cpu_counters *c,
				  unsigned int slot, u64 *packets, u64 *bytes)
{
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&c->syncp);
		*packets = u64_stats_read(&c->slot[slot].packets);
		*bytes = u64_stats_read(&c->slot[slot].bytes);
	} while (u64_stats_fetch_retry(&c->syncp, start));
}

/**
 * sr6flow_diagnosed() - read a diagnostic of a set
 * @h: set
 * @what: which diagnostic
 *
 * Return: packets over all CPUs.
 */
u64 sr6flow_diagnosed(const struct sr6flow_htype *h,
		      enum sr6flow_diagnostic what)
{
	u64 sum = 0, packets, bytes;
	int i;

	for_each_possible_cpu(i) {
		sr6flow_counters_read(per_cpu_ptr(h->diagnostics, i), what,
				      &packets, &bytes);
		sum += packets;
	}
	return sum;
}

void sr6flow_pool_init(struct sr6flow_pool *pool)
{
	spin_lock_init(&pool->lock);
	INIT_LIST_HEAD(&pool->roomy);
	atomic_long_set(&pool->pages, 0);
}

static size_t sr6flow_group_size(void)
{
	return struct_size_t(struct sr6flow_group, page, nr_cpu_ids);
}

static size_t sr6flow_shared_size(void)
{
	return array_size(SR6FLOW_GROUP_FLOWS, sizeof(struct sr6flow_shared));
}

static size_t sr6flow_witnesses_size(void)
{
	return array_size(SR6FLOW_GROUP_FLOWS, sizeof(struct sr6flow_witnesses));
}

/**
 * sr6flow_pool_size() - memory of all counters
 * @pool: pool
 *
 * Return: bytes as the allocator sees them.
 */
size_t sr6flow_pool_size(struct sr6flow_pool *pool)
{
	return READ_ONCE(pool->groups) *
	       (kmalloc_size_roundup(sr6flow_group_size()) +
		kmalloc_size_roundup(sr6flow_shared_size()) +
		kmalloc_size_roundup(sr6flow_witnesses_size())) +
	       atomic_long_read(&pool->pages) * sizeof(struct sr6flow_page);
}

static struct sr6flow_group *sr6flow_group_alloc(struct sr6flow_pool *pool,
						 gfp_t gfp)
{
	struct sr6flow_group *group;

	group = kzalloc(sr6flow_group_size(), gfp);
	if (!group)
		return NULL;
	group->shared = kzalloc(sr6flow_shared_size(), gfp);
	if (!group->shared)
		goto free_group;
	group->witnesses = kzalloc(sr6flow_witnesses_size(), gfp);
	if (!group->witnesses)
		goto free_shared;
	group->pool = pool;
	return group;

free_shared:
	kfree(group->shared);
free_group:
	kfree(group);
	return NULL;
}

static void sr6flow_group_free(struct sr6flow_group *group)
{
	unsigned int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		if (!group->page[cpu])
			continue;
		kfree(group->page[cpu]);
		atomic_long_dec(&group->pool->pages);
	}
	kfree(group->witnesses);
	kfree(group->shared);
	kfree(group);
}

/* Assign a flow to a group with room; the caller holds pool->lock. */
static bool sr6flow_group_enter(struct sr6flow_pool *pool,
				struct sr6flow_elem *flow)
{
	struct sr6flow_group *group;

	group = list_first_entry_or_null(&pool->roomy, struct sr6flow_group,
					 list);
	if (!group)
		return false;
	flow->group = group;
	flow->index = find_first_zero_bit(group->used, SR6FLOW_GROUP_FLOWS);
	__set_bit(flow->index, group->used);
	if (bitmap_full(group->used, SR6FLOW_GROUP_FLOWS))
		list_del_init(&group->list);
	return true;
}

/**
 * sr6flow_counters_get() - allocate the counters of a new flow
 * @pool: pool of the set
 * @flow: flow
 * @gfp: GFP_ATOMIC from a packet
 *
 * Return: true, or false if there is no memory.
 */
bool sr6flow_counters_get(struct sr6flow_pool *pool, struct sr6flow_elem *flow,
			  gfp_t gfp)
{
	struct sr6flow_group *group;
	bool entered;

	spin_lock_bh(&pool->lock);
	entered = sr6flow_group_enter(pool, flow);
	spin_unlock_bh(&pool->lock);
	if (entered)
		return true;
	group = sr6flow_group_alloc(pool, gfp);
	if (!group)
		return false;
	spin_lock_bh(&pool->lock);
	list_add(&group->list, &pool->roomy);
	WRITE_ONCE(pool->groups, pool->groups + 1);
	sr6flow_group_enter(pool, flow);
	spin_unlock_bh(&pool->lock);
	return true;
}

/* Set the counters of a flow to zero. */
static void sr6flow_counters_clear(struct sr6flow_elem *flow)
{
	struct sr6flow_group *group = flow->group;
	struct sr6flow_page *page;
	unsigned int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		/* A packet of another flow may add a page at any time. */
		page = READ_ONCE(group->page[cpu]);
		if (page)
			memset(page->flow[flow->index].slot, 0,
			       sizeof(page->flow[flow->index].slot));
	}
	memset(&group->shared[flow->index], 0, sizeof(*group->shared));
	memset(&group->witnesses[flow->index], 0, sizeof(*group->witnesses));
}

/**
 * sr6flow_counters_put() - release the counters of a flow
 * @flow: flow that no packet and no reader can find any more
 */
void sr6flow_counters_put(struct sr6flow_elem *flow)
{
	struct sr6flow_group *group = flow->group;
	struct sr6flow_pool *pool = group->pool;
	bool empty;

	sr6flow_counters_clear(flow);
	spin_lock_bh(&pool->lock);
	__clear_bit(flow->index, group->used);
	empty = bitmap_empty(group->used, SR6FLOW_GROUP_FLOWS);
	if (empty) {
		list_del_init(&group->list);
		WRITE_ONCE(pool->groups, pool->groups - 1);
	} else if (list_empty(&group->list)) {
		list_add(&group->list, &pool->roomy);
	}
	spin_unlock_bh(&pool->lock);
	if (empty)
		sr6flow_group_free(group);
}

static struct sr6flow_page *sr6flow_page_alloc(void)
{
	struct sr6flow_page *page;
	unsigned int i;

	/* A failure is no loss, so do not use the reserves. */
	page = kzalloc(sizeof(*page), GFP_NOWAIT | __GFP_NOWARN);
	if (!page)
		return NULL;
	for (i = 0; i < SR6FLOW_GROUP_FLOWS; i++)
		u64_stats_init(&page->flow[i].syncp);
	return page;
}

static void sr6flow_shared_add(struct sr6flow_shared *shared,
			       unsigned int slot, u64 packets, u64 bytes)
{
	atomic64_add(packets, &shared->slot[slot].packets);
	atomic64_add(bytes, &shared->slot[slot].bytes);
}

/**
 * sr6flow_count_first() - count packets on a CPU that has no page yet
 * @flow: flow; the caller holds RCU
 * @slot: colour slot
 * @packets: packets
 * @bytes: bytes
 */
void sr6flow_count_first(struct sr6flow_elem *flow, unsigned int slot, u64 packets,
			 u64 bytes)
{
	/* Before the CPU is fixed, because PREEMPT_RT may sleep here. */
	struct sr6flow_page *new = sr6flow_page_alloc(), *page;
	struct sr6flow_group *group = flow->group;

	sr6flow_counting_begin();
	/* cmpxchg() makes readers on other CPUs see the page zeroed. */
	page = cmpxchg(&group->page[smp_processor_id()], NULL, new) ?: new;
	if (page)
		sr6flow_counters_add(&page->flow[flow->index], slot, packets,
				     bytes);
	else
		sr6flow_shared_add(&group->shared[flow->index], slot, packets,
				   bytes);
	sr6flow_counting_end();
	if (page != new)
		kfree(new);
	else if (new)
		atomic_long_inc(&group->pool->pages);
}

static void sr6flow_source_write(struct sr6flow_elem *flow,
				 const struct in6_addr *source)
{
	const sr6flow_word *from = (const sr6flow_word *)source;
	sr6flow_word *to = (sr6flow_word *)&flow->source;
	unsigned int i;

	if (!ipv6_addr_is_multicast(&flow->source))
		atomic64_inc(&flow->group->witnesses[flow->index].source);
	/*
	 * A reader that sees a packet counted, or a word of the new source, must see the
	 * change: for this packet, and for the next one of another CPU, which finds the
	 * new source and does not differ.
	 */
	smp_wmb();
	for (i = 1; i < SR6FLOW_SID_WORDS; i++)
		WRITE_ONCE(to[i], from[i]);
	/* The first source is no change. Readers see it only when it is complete. */
	smp_wmb();
	WRITE_ONCE(to[0], from[0]);
}

/*
 * Read the source of the last packet, zeros before the first one. If the source changes
 * meanwhile, the result may mix two; the changes, which are read afterwards, show it.
 */
static void sr6flow_source_read(const struct sr6flow_elem *flow,
				struct in6_addr *source)
{
	const sr6flow_word *from = (const sr6flow_word *)&flow->source;
	sr6flow_word *to = (sr6flow_word *)source;
	unsigned int i;

	to[0] = READ_ONCE(from[0]);
	/* Pairs with the second barrier of sr6flow_source_write(). */
	smp_rmb();
	for (i = 1; i < SR6FLOW_SID_WORDS; i++)
		to[i] = READ_ONCE(from[i]);
	if (ipv6_addr_is_multicast(source))
		memset(source, 0, sizeof(*source));
}

static bool sr6flow_source_changes(const struct sr6flow_htype *h,
				   const struct sr6flow_elem *flow,
				   const struct in6_addr *source)
{
	return !h->netmask && !sr6flow_source_is(flow, source);
}

/* The first usual header is stored too, but is not counted as a change. */
static bool sr6flow_start_changes(const struct sr6flow_elem *flow,
				  union sr6flow_srh_start start)
{
	union sr6flow_srh_start last = { .all = READ_ONCE(flow->last.all) };

	return start.segments_left != SR6FLOW_NO_SEGMENTS_LEFT &&
	       (start.segments_left != last.segments_left ||
		(start.hdrlen && !last.hdrlen));
}

static void sr6flow_start_write(struct sr6flow_elem *flow,
				union sr6flow_srh_start start)
{
	u8 last = flow->last.segments_left;

	if (last != SR6FLOW_NO_SEGMENTS_LEFT && last != start.segments_left)
		atomic64_inc(&flow->group->witnesses[flow->index].segments_left);
	/* As in sr6flow_source_write(). */
	smp_wmb();
	WRITE_ONCE(flow->last.all, start.all);
}

/**
 * sr6flow_witness() - compare a packet with the one before it
 * @h: set
 * @flow: flow; the caller holds RCU, and counts the packet afterwards
 * @source: source of the packet
 * @start: start of its Segment Routing Header, see struct sr6flow_packet
 *
 * Takes the lock and writes only if they differ.
 */
void sr6flow_witness(struct sr6flow_htype *h, struct sr6flow_elem *flow,
		     const struct in6_addr *source,
		     union sr6flow_srh_start start)
{
	if (!sr6flow_source_changes(h, flow, source) &&
	    !sr6flow_start_changes(flow, start))
		return;
	spin_lock_bh(&h->lock);
	/* Another CPU may have stored the same values meanwhile. */
	if (sr6flow_source_changes(h, flow, source))
		sr6flow_source_write(flow, source);
	if (sr6flow_start_changes(flow, start))
		sr6flow_start_write(flow, start);
	spin_unlock_bh(&h->lock);
}

static void sr6flow_page_sum(const struct sr6flow_page *page,
			     unsigned int index, struct sr6flow_sum *sum)
{
	unsigned int slot;
	u64 packets, bytes;

	for (slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++) {
		sr6flow_counters_read(&page->flow[index], slot, &packets,
				      &bytes);
		sum->packets[slot] += packets;
		sum->bytes[slot] += bytes;
	}
}

/**
 * sr6flow_counted() - sum the counters of a flow without written counters
 * @flow: flow; the caller holds RCU or the set's lock
 * @sum: packets and bytes are overwritten
 */
void sr6flow_counted(const struct sr6flow_elem *flow, struct sr6flow_sum *sum)
{
	const struct sr6flow_group *group = flow->group;
	const struct sr6flow_shared *shared = &group->shared[flow->index];
	const struct sr6flow_page *page;
	unsigned int slot, cpu;

	for (slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++) {
		sum->packets[slot] = atomic64_read(&shared->slot[slot].packets);
		sum->bytes[slot] = atomic64_read(&shared->slot[slot].bytes);
	}
	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		page = READ_ONCE(group->page[cpu]);
		if (page)
			sr6flow_page_sum(page, flow->index, sum);
	}
}

/**
 * sr6flow_sum() - counters of a flow
 * @flow: flow; the caller holds RCU
 * @sum: filled
 */
void sr6flow_sum(const struct sr6flow_elem *flow, struct sr6flow_sum *sum)
{
	const struct sr6flow_witnesses *witnesses =
		&flow->group->witnesses[flow->index];
	const struct sr6flow_base *base = rcu_dereference(flow->base);
	unsigned int slot;

	sr6flow_counted(flow, sum);
	/* Pairs with the barriers in sr6flow_source_write() and sr6flow_start_write(). */
	smp_rmb();
	sr6flow_source_read(flow, &sum->last_source);
	/*
	 * Likewise: if the changes are those of an earlier sum, every packet counted
	 * since then had this source.
	 */
	smp_rmb();
	sum->changes.source = atomic64_read(&witnesses->source);
	sum->changes.segments_left = atomic64_read(&witnesses->segments_left);
	sum->generation = flow->generation;
	if (!base)
		return;
	sum->generation = base->generation;
	for (slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++) {
		sum->packets[slot] += base->slot[slot].packets;
		sum->bytes[slot] += base->slot[slot].bytes;
	}
}

static bool sr6flow_compare(u64 counter, u64 value, u8 op)
{
	switch (op) {
	case IPSET_COUNTER_NONE:
		return true;
	case IPSET_COUNTER_EQ:
		return counter == value;
	case IPSET_COUNTER_NE:
		return counter != value;
	case IPSET_COUNTER_LT:
		return counter < value;
	case IPSET_COUNTER_GT:
		return counter > value;
	}
	return false;
}

/**
 * sr6flow_total_matches() - compare the total over all colours
 * @flow: flow; the caller holds RCU
 * @ext: values and operators of --packets-... and --bytes-...
 *
 * Return: true if both comparisons hold.
 */
bool sr6flow_total_matches(const struct sr6flow_elem *flow,
			   const struct ip_set_ext *ext)
{
	u64 packets = 0, bytes = 0;
	struct sr6flow_sum sum;
	unsigned int slot;

	sr6flow_sum(flow, &sum);
	for (slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++) {
		packets += sum.packets[slot];
		bytes += sum.bytes[slot];
	}
	return sr6flow_compare(packets, ext->packets, ext->packets_op) &&
	       sr6flow_compare(bytes, ext->bytes, ext->bytes_op);
}
