// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flows of a set.
 *
 * A flow is in a hash table, where packets find it, and in a list in order of
 * creation, newest first, which walkers follow: dumps, flush and the search
 * for expired flows. New flows are put in front. So a walk ends, and visits
 * every flow that stays exactly once, regardless of added and removed flows and
 * of resizes of the hash table.
 *
 * A walker that releases the lock or RCU between two slices pins the flow at its
 * place. A pinned flow that is removed leaves the hash table at once
 * and the list with its last pin.
 *
 * Removed flows wait in a graveyard for an RCU grace period. A worker then frees
 * them in process context, so that removing a million flows does not cause a
 * million RCU callbacks in a softirq.
 */

#include <linux/mm.h>
#include <linux/slab.h>

#include "table.h"

/*
 * Most buckets of a table without flows. Buckets are charged to no control group, so
 * their number follows the number of flows, which are charged.
 */
#define SR6FLOW_BUCKETS_MAX SR6FLOW_HASHSIZE_DEFAULT

/* The key of the hash table. */
struct sr6flow_lookup {
	const struct sr6flow_htype *h;
	struct sr6flow_key key;
};

static u32 sr6flow_hash_lookup(const void *data, u32 len, u32 seed)
{
	const struct sr6flow_lookup *lookup = data;

	return sr6flow_hash(lookup->key.source, lookup->h->netmask,
			    lookup->key.sids, lookup->key.n,
			    &lookup->h->secret, seed);
}

static u32 sr6flow_hash_flow(const void *data, u32 len, u32 seed)
{
	const struct sr6flow_elem *flow = data;
	const struct sr6flow_htype *h = container_of(flow->group->pool,
						     struct sr6flow_htype, pool);

	return sr6flow_hash(&flow->source, h->netmask, flow->sids, flow->n,
			    &h->secret, seed);
}

static int sr6flow_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct sr6flow_lookup *lookup = arg->key;

	return !sr6flow_has_key(obj, &lookup->key, lookup->h->netmask);
}

static const struct rhashtable_params sr6flow_params = {
	.head_offset		= offsetof(struct sr6flow_elem, node),
	.hashfn			= sr6flow_hash_lookup,
	.obj_hashfn		= sr6flow_hash_flow,
	.obj_cmpfn		= sr6flow_differs,
	.automatic_shrinking	= true,
};

static void sr6flow_free(struct sr6flow_elem *flow)
{
	kfree(rcu_dereference_protected(flow->base, true));
	kfree(rcu_dereference_protected(flow->name, true));
	sr6flow_counters_put(flow);
	kfree(flow);
}

static void sr6flow_reap(struct work_struct *work)
{
	struct sr6flow_htype *h = container_of(work, struct sr6flow_htype, reaper);
	struct llist_node *dead = llist_del_all(&h->graveyard);
	struct sr6flow_elem *flow, *next;

	if (!dead)
		return;
	/* Packets and dumps that found these flows must be done with them. */
	synchronize_rcu();
	llist_for_each_entry_safe(flow, next, dead, grave) {
		sr6flow_free(flow);
		cond_resched();
	}
}

static void sr6flow_bury(struct sr6flow_htype *h, struct sr6flow_elem *flow)
{
	WRITE_ONCE(flow->state, SR6FLOW_BURIED);
	list_del_rcu(&flow->list);
	if (llist_add(&flow->grave, &h->graveyard))
		queue_work(sr6flow_wq, &h->reaper);
}

static void sr6flow_unpin_locked(struct sr6flow_htype *h, struct sr6flow_elem *flow)
{
	if (!--flow->pins && flow->state == SR6FLOW_DEAD)
		sr6flow_bury(h, flow);
}

#define sr6flow_dereference(h, pointer) \
	rcu_dereference_protected(pointer, lockdep_is_held(&(h)->lock))

/*
 * Bytes of a flow without its counters, as the allocator sees them; the caller
 * holds h->lock.
 */
static size_t sr6flow_size(const struct sr6flow_htype *h,
			   const struct sr6flow_elem *flow)
{
	const struct sr6flow_name *name = sr6flow_dereference(h, flow->name);
	const struct sr6flow_base *base = sr6flow_dereference(h, flow->base);
	size_t size = kmalloc_size_roundup(struct_size(flow, sids, flow->n));

	if (name)
		size += kmalloc_size_roundup(sr6flow_name_size(strlen(name->text)));
	if (base)
		size += kmalloc_size_roundup(sizeof(*base));
	return size;
}

static void sr6flow_unlink(struct sr6flow_htype *h, struct sr6flow_elem *flow)
{
	rhashtable_remove_fast(&h->table, &flow->node, sr6flow_params);
	h->memory -= sr6flow_size(h, flow);
	WRITE_ONCE(h->count, h->count - 1);
	WRITE_ONCE(flow->state, SR6FLOW_DEAD);
	if (!flow->pins)
		sr6flow_bury(h, flow);
}

/**
 * sr6flow_table_init() - make an empty table
 * @h: set
 * @hashsize: initial and least number of buckets; bounded
 *
 * Return: 0 or a negative errno.
 */
int sr6flow_table_init(struct sr6flow_htype *h, u32 hashsize)
{
	struct rhashtable_params params = sr6flow_params;

	params.min_size = clamp_t(u32, hashsize, 64, SR6FLOW_BUCKETS_MAX);
	/* More than a second ago, for sr6flow_may_sweep(). */
	h->swept = jiffies - HZ - 1;
	INIT_LIST_HEAD(&h->flows);
	init_llist_head(&h->graveyard);
	INIT_WORK(&h->reaper, sr6flow_reap);
	spin_lock_init(&h->lock);
	sr6flow_pool_init(&h->pool);
	get_random_bytes(&h->secret, sizeof(h->secret));
	return rhashtable_init(&h->table, &params);
}

static void sr6flow_free_entry(void *flow, void *arg)
{
	sr6flow_free(flow);
}

/**
 * sr6flow_table_free() - free the table and all flows
 * @h: set that no packet, walker or request can reach any more
 *
 * Sleeps, and reschedules between buckets.
 */
void sr6flow_table_free(struct sr6flow_htype *h)
{
	/* Flows that were removed before still use the counters' pool. */
	flush_work(&h->reaper);
	rhashtable_free_and_destroy(&h->table, sr6flow_free_entry, NULL);
}

/**
 * sr6flow_table_size() - memory and buckets of the hash table itself
 * @h: set
 * @buckets: number of buckets now
 *
 * Return: bytes, without the flows.
 */
size_t sr6flow_table_size(struct sr6flow_htype *h, u32 *buckets)
{
	struct bucket_table *tbl;
	size_t size;

	rcu_read_lock();
	tbl = rht_dereference_rcu(h->table.tbl, &h->table);
	*buckets = tbl->size;
	size = struct_size(tbl, buckets, tbl->size);
	/* A little above a power of two: kmalloc() gives nearly twice as much. */
	size = is_vmalloc_addr(tbl) ? PAGE_ALIGN(size) :
				      kmalloc_size_roundup(size);
	rcu_read_unlock();
	return size;
}

/**
 * sr6flow_find() - look a flow up
 * @h: set
 * @key: key
 *
 * The caller holds RCU.
 *
 * Return: the flow, expired or not, or NULL.
 */
struct sr6flow_elem *sr6flow_find(struct sr6flow_htype *h,
				  const struct sr6flow_key *key)
{
	const struct sr6flow_lookup lookup = { .h = h, .key = *key };

	return rhashtable_lookup(&h->table, &lookup, sr6flow_params);
}

/**
 * sr6flow_alloc() - allocate a flow
 * @h: set
 * @key: key
 * @gfp: GFP_ATOMIC from a packet
 *
 * Return: the flow or NULL.
 */
struct sr6flow_elem *sr6flow_alloc(struct sr6flow_htype *h,
				   const struct sr6flow_key *key, gfp_t gfp)
{
	struct sr6flow_elem *flow;

	flow = kzalloc(struct_size(flow, sids, key->n), gfp);
	if (!flow)
		return NULL;
	if (!sr6flow_counters_get(&h->pool, flow, gfp)) {
		kfree(flow);
		return NULL;
	}
	flow->last.segments_left = SR6FLOW_NO_SEGMENTS_LEFT;
	/* Without a netmask a multicast address: no packet has it as its source. */
	if (h->netmask)
		flow->source = *key->source;
	else
		memset(&flow->source, 0xff, sizeof(flow->source));
	flow->n = key->n;
	memcpy(flow->sids, key->sids, key->n * sizeof(*key->sids));
	return flow;
}

/**
 * sr6flow_change_free() - free the unused memory of a change
 * @change: change
 */
void sr6flow_change_free(struct sr6flow_change *change)
{
	if (change->flow)
		sr6flow_free(change->flow);
	kfree(change->name);
	kfree(change->base);
}

static void sr6flow_set_extensions(const struct ip_set *set,
				   struct sr6flow_elem *flow,
				   struct sr6flow_change *change)
{
	struct sr6flow_htype *h = set->data;
	struct sr6flow_name *old;
	unsigned long timeout;

	if (SET_WITH_TIMEOUT(set)) {
		ip_set_timeout_set(&timeout, change->ext->timeout);
		WRITE_ONCE(flow->timeout, timeout);
	}
	/* A packet has no skbinfo, and does not remove that of a flow. */
	if (SET_WITH_SKBINFO(set) && !change->ext->target)
		ip_set_init_skbinfo(&flow->skbinfo, change->ext);
	if (!change->name)
		return;
	old = rcu_replace_pointer(flow->name, change->name,
				  lockdep_is_held(&h->lock));
	change->name = NULL;
	if (old)
		kfree_rcu(old, rcu);
}

static void sr6flow_write(struct sr6flow_htype *h, struct sr6flow_elem *flow,
			  struct sr6flow_change *change)
{
	struct sr6flow_base *base = change->base, *old;
	unsigned int slot = change->slot;
	struct sr6flow_sum sum;

	old = sr6flow_dereference(h, flow->base);
	if (old)
		memcpy(base->slot, old->slot, sizeof(base->slot));
	sr6flow_counted(flow, &sum);
	if (change->has_packets)
		base->slot[slot].packets = change->packets - sum.packets[slot];
	if (change->has_bytes)
		base->slot[slot].bytes = change->bytes - sum.bytes[slot];
	base->generation = ++h->generation;
	rcu_assign_pointer(flow->base, base);
	change->base = NULL;
	if (old)
		kfree_rcu(old, rcu);
}

static void sr6flow_forget_oldest(struct sr6flow_htype *h)
{
	struct sr6flow_elem *flow;

	list_for_each_entry_reverse(flow, &h->flows, list) {
		if (flow->state != SR6FLOW_LIVE)
			continue;
		sr6flow_unlink(h, flow);
		return;
	}
}

static int sr6flow_insert(struct ip_set *set, struct sr6flow_change *change)
{
	struct sr6flow_htype *h = set->data;
	struct sr6flow_elem *flow = change->flow;
	int err;

	if (h->count >= h->maxelem && !(SET_WITH_FORCEADD(set) && h->count)) {
		/* A request gets an error; for a packet only the log can report it. */
		if (change->ext->target && net_ratelimit())
			pr_warn("Set %s is full, maxelem %u reached\n",
				set->name, h->maxelem);
		return -SR6FLOW_ERR_FULL;
	}
	flow->generation = ++h->generation;
	sr6flow_set_extensions(set, flow, change);
	if (change->write)
		sr6flow_write(h, flow, change);
	err = rhashtable_insert_fast(&h->table, &flow->node, sr6flow_params);
	if (err)
		return err;
	change->flow = NULL;
	list_add_rcu(&flow->list, &h->flows);
	WRITE_ONCE(h->count, h->count + 1);
	h->memory += sr6flow_size(h, flow);
	if (h->count > h->maxelem)
		sr6flow_forget_oldest(h);
	return 0;
}

static int sr6flow_update(struct ip_set *set, struct sr6flow_elem *flow,
			  struct sr6flow_change *change)
{
	struct sr6flow_htype *h = set->data;

	if (!change->refresh && !change->write)
		return -IPSET_ERR_EXIST;
	h->memory -= sr6flow_size(h, flow);
	if (change->refresh)
		sr6flow_set_extensions(set, flow, change);
	if (change->write)
		sr6flow_write(h, flow, change);
	h->memory += sr6flow_size(h, flow);
	return 0;
}

/**
 * sr6flow_apply() - add a flow or change one that exists
 * @set: set
 * @key: key
 * @change: what to do
 *
 * Takes the lock; allocates nothing but hash table memory.
 *
 * Return: 0; -ENOENT if there is no such flow and @change has none to insert;
 * -IPSET_ERR_EXIST; -SR6FLOW_ERR_FULL; -ENOMEM; -EBUSY from a hash table that
 * is being resized and has an improbably long chain. After an error the set is
 * unchanged, except that an expired flow with the key is removed.
 */
int sr6flow_apply(struct ip_set *set, const struct sr6flow_key *key,
		  struct sr6flow_change *change)
{
	struct sr6flow_htype *h = set->data;
	struct sr6flow_elem *flow;
	int err;

	spin_lock_bh(&h->lock);
	rcu_read_lock();
	flow = sr6flow_find(h, key);
	if (flow && sr6flow_expired(flow)) {
		sr6flow_unlink(h, flow);
		flow = NULL;
	}
	if (flow)
		err = sr6flow_update(set, flow, change);
	else if (change->flow)
		err = sr6flow_insert(set, change);
	else
		err = -ENOENT;
	rcu_read_unlock();
	spin_unlock_bh(&h->lock);
	return err;
}

/**
 * sr6flow_remove() - remove a flow
 * @h: set
 * @key: key
 *
 * Return: 0 or -IPSET_ERR_EXIST if there is none.
 */
int sr6flow_remove(struct sr6flow_htype *h, const struct sr6flow_key *key)
{
	struct sr6flow_elem *flow;
	int err = -IPSET_ERR_EXIST;

	spin_lock_bh(&h->lock);
	rcu_read_lock();
	flow = sr6flow_find(h, key);
	if (flow) {
		if (!sr6flow_expired(flow))
			err = 0;
		sr6flow_unlink(h, flow);
	}
	rcu_read_unlock();
	spin_unlock_bh(&h->lock);
	return err;
}

/**
 * sr6flow_may_sweep() - check whether a full set may be searched for expired flows
 * @h: set
 *
 * Limits searches before the next period to one a second.
 *
 * Return: true if flows can expire and the last search is over a second ago.
 */
bool sr6flow_may_sweep(const struct sr6flow_htype *h)
{
	return h->gc_period &&
	       time_after(jiffies, READ_ONCE(h->swept) + HZ);
}

/**
 * sr6flow_sweep() - remove flows
 * @h: set
 * @all: all flows, not only the expired ones
 *
 * Sleeps between slices.
 */
void sr6flow_sweep(struct sr6flow_htype *h, bool all)
{
	unsigned int n = 0;
	struct sr6flow_elem *flow, *next;

	WRITE_ONCE(h->swept, jiffies);
	spin_lock_bh(&h->lock);
	list_for_each_entry_safe(flow, next, &h->flows, list) {
		bool pause = ++n % SR6FLOW_SLICE == 0;

		flow->pins += pause;
		if (flow->state == SR6FLOW_LIVE &&
		    (all || sr6flow_expired(flow)))
			sr6flow_unlink(h, flow);
		if (!pause)
			continue;
		spin_unlock_bh(&h->lock);
		cond_resched();
		spin_lock_bh(&h->lock);
		/* The next flow may be gone; the pinned one is still in the list. */
		next = list_next_entry(flow, list);
		sr6flow_unpin_locked(h, flow);
	}
	spin_unlock_bh(&h->lock);
}

/**
 * sr6flow_pin() - keep a place in the list
 * @h: set
 * @flow: flow that the caller found in the list under RCU, which it holds
 *
 * Return: @flow, or if that has left the list the next one that has not, for
 * sr6flow_unpin(); NULL at the end of the list.
 */
struct sr6flow_elem *sr6flow_pin(struct sr6flow_htype *h, struct sr6flow_elem *flow)
{
	bool pinned = false;

	while (!pinned) {
		/* A buried flow still points to its successor in the list. */
		while (!list_entry_is_head(flow, &h->flows, list) &&
		       READ_ONCE(flow->state) == SR6FLOW_BURIED)
			flow = list_entry_rcu(flow->list.next, struct sr6flow_elem,
					      list);
		if (list_entry_is_head(flow, &h->flows, list))
			return NULL;
		spin_lock_bh(&h->lock);
		pinned = flow->state != SR6FLOW_BURIED;
		flow->pins += pinned;
		spin_unlock_bh(&h->lock);
	}
	return flow;
}

/**
 * sr6flow_unpin() - release a place in the list
 * @h: set
 * @flow: from sr6flow_pin(); it may be freed after the next grace period
 */
void sr6flow_unpin(struct sr6flow_htype *h, struct sr6flow_elem *flow)
{
	spin_lock_bh(&h->lock);
	sr6flow_unpin_locked(h, flow);
	spin_unlock_bh(&h->lock);
}
