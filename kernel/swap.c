// SPDX-License-Identifier: GPL-2.0-only
/*
 * Detects that a set stood in for another, or was reached by two indexes, see swap.h.
 *
 * @index is the index of a set when it was last listed: the core does not swap a set
 * that is being listed, so it is certain then. @asked is the index of the last rule that
 * counts, @asked_before the last different one before it. Both sides are written
 * without a lock. The writer of one side then reads the other side of all other sets
 * of the namespace, with a barrier between. So if a listing and a packet contradict each
 * other, at least one of them detects it.
 *
 * Invariant: while a set has @index, no other set has it as @asked or @asked_before, so
 * that a packet that reaches another set by that index is checked.
 *
 * A list of sets refers to its members by its own index. A set that is reached by that
 * and by the index of a rule may count a packet twice.
 */

#include <linux/hash.h>

#include "swap.h"

#define SR6FLOW_NETS_BITS 6

/* Protects writes to the lists, which readers walk under RCU. */
static DEFINE_SPINLOCK(sr6flow_sets_lock);
/* By namespace, so that a search skips the sets of most others. */
static struct hlist_head sr6flow_sets[1 << SR6FLOW_NETS_BITS];

static struct hlist_head *sr6flow_sets_of(const struct net *net)
{
	return &sr6flow_sets[hash_ptr(net, SR6FLOW_NETS_BITS)];
}

/**
 * sr6flow_swap_watch() - begin to detect swaps of a set
 * @h: set
 * @net: its namespace, which is only compared
 */
void sr6flow_swap_watch(struct sr6flow_htype *h, const struct net *net)
{
	h->net = net;
	h->index = IPSET_INVALID_ID;
	h->asked = IPSET_INVALID_ID;
	h->asked_before = IPSET_INVALID_ID;
	spin_lock_bh(&sr6flow_sets_lock);
	hlist_add_head_rcu(&h->sets, sr6flow_sets_of(net));
	spin_unlock_bh(&sr6flow_sets_lock);
}

/**
 * sr6flow_swap_forget() - stop detecting swaps of a set
 * @h: set, to be freed after a grace period of RCU; may be called in a softirq
 */
void sr6flow_swap_forget(struct sr6flow_htype *h)
{
	spin_lock_bh(&sr6flow_sets_lock);
	hlist_del_rcu(&h->sets);
	spin_unlock_bh(&sr6flow_sets_lock);
}

/* A reader that read the set before finds another instance. */
static void sr6flow_moved(struct sr6flow_htype *h)
{
	WRITE_ONCE(h->index, IPSET_INVALID_ID);
	atomic64_inc(&h->instance);
}

static bool sr6flow_is_other(const struct sr6flow_htype *other,
			     const struct sr6flow_htype *h)
{
	return other != h && other->net == h->net;
}

static void sr6flow_forget_asked(struct sr6flow_htype *h, ip_set_id_t index)
{
	if (READ_ONCE(h->asked) == index)
		WRITE_ONCE(h->asked, IPSET_INVALID_ID);
	if (READ_ONCE(h->asked_before) == index)
		WRITE_ONCE(h->asked_before, IPSET_INVALID_ID);
}

/**
 * sr6flow_listed() - store the index of a set
 * @h: set that is being listed, so that the core does not swap it
 * @index: its index
 */
void sr6flow_listed(struct sr6flow_htype *h, ip_set_id_t index)
{
	struct sr6flow_htype *other;

	if (READ_ONCE(h->index) == index && !READ_ONCE(h->asked_twice))
		return;
	if (READ_ONCE(h->index) != IPSET_INVALID_ID ||
	    READ_ONCE(h->asked_twice))
		sr6flow_moved(h);
	WRITE_ONCE(h->asked_twice, false);
	WRITE_ONCE(h->index, index);
	/* Pairs with the one in sr6flow_asked(). */
	smp_mb();
	rcu_read_lock();
	hlist_for_each_entry_rcu(other, sr6flow_sets_of(h->net), sets) {
		if (!sr6flow_is_other(other, h))
			continue;
		if (READ_ONCE(other->index) == index)
			sr6flow_moved(other);
		sr6flow_forget_asked(other, index);
	}
	rcu_read_unlock();
}

/* Once per listing: further changes between the two indexes write nothing. */
static void sr6flow_note_twice(struct sr6flow_htype *h, ip_set_id_t index,
			       ip_set_id_t before)
{
	if (READ_ONCE(h->asked_twice))
		return;
	WRITE_ONCE(h->asked_twice, true);
	WRITE_ONCE(h->asked, index);
	WRITE_ONCE(h->asked_before, before);
}

/**
 * sr6flow_asked() - check whether a set stands in for another
 * @h: set that a rule makes count; the caller holds RCU
 * @index: index by which the rule refers to it
 *
 * For a set that is reached by two indexes in turn no other set is checked.
 */
void sr6flow_asked(struct sr6flow_htype *h, ip_set_id_t index)
{
	ip_set_id_t before = READ_ONCE(h->asked);
	struct sr6flow_htype *other;

	if (index == before)
		return;
	if (index == READ_ONCE(h->asked_before)) {
		sr6flow_note_twice(h, index, before);
		return;
	}
	if (before != IPSET_INVALID_ID)
		WRITE_ONCE(h->asked_twice, true);
	WRITE_ONCE(h->asked_before, before);
	WRITE_ONCE(h->asked, index);
	if (index == READ_ONCE(h->index))
		return;
	/* Pairs with the one in sr6flow_listed(). */
	smp_mb();
	hlist_for_each_entry_rcu(other, sr6flow_sets_of(h->net), sets) {
		if (!sr6flow_is_other(other, h) ||
		    READ_ONCE(other->index) != index)
			continue;
		sr6flow_moved(other);
		sr6flow_moved(h);
	}
}
