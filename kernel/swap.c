// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notices that a set stood in for another, or was asked in two ways, see swap.h.
 *
 * @index is where a set was when it was last listed: the core does not swap a set that
 * is being listed, so this is certain then. @asked is what the last rule that counts
 * said, @asked_before the one before it that was different. Both sides are written
 * without a lock: whoever writes one of them looks at the other one of all other sets
 * of the namespace afterwards, with a barrier between, so of a listing and a packet that
 * contradict each other at least one sees it.
 *
 * Invariant: while a set has @index, no other set has it as @asked or @asked_before, so
 * that a packet that reaches another set by that index is looked at.
 *
 * A list of sets asks its members by its own index. A set that is asked by that and by
 * the index of a rule may count a packet twice.
 */

#include <linux/hash.h>

#include "swap.h"

#define SR6FLOW_NETS_BITS 6

/* Protects writes to the lists, which readers walk under RCU. */
static DEFINE_SPINLOCK(sr6flow_sets_lock);
/* By namespace, so that none pays for the sets of many others. */
static struct hlist_head sr6flow_sets[1 << SR6FLOW_NETS_BITS];

static struct hlist_head *sr6flow_sets_of(const struct net *net)
{
	return &sr6flow_sets[hash_ptr(net, SR6FLOW_NETS_BITS)];
}

/**
 * sr6flow_swap_watch() - begin to notice swaps of a set
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
 * sr6flow_swap_forget() - end noticing swaps of a set
 * @h: set, to be freed after a grace period of RCU; may be called in a softirq
 */
void sr6flow_swap_forget(struct sr6flow_htype *h)
{
	spin_lock_bh(&sr6flow_sets_lock);
	hlist_del_rcu(&h->sets);
	spin_unlock_bh(&sr6flow_sets_lock);
}

/* Whoever read the set before and reads it again finds another instance. */
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
 * sr6flow_listed() - remember where a set is
 * @h: set, which the core does not swap now
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

/* Once for a listing; what takes turns further on writes nothing. */
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
 * sr6flow_asked() - look whether a set stands in for another
 * @h: set that a rule asks to count; the caller holds RCU
 * @index: by which index the rule knows it
 *
 * For a set that takes turns in being asked by two indexes no other set is looked at.
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
