// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notices that a set stood in for another, see swap.h.
 *
 * Each set has two indexes. @index is where it was when it was last listed: the core
 * does not swap a set that is being listed, so this is certain then. @asked is what the
 * last rule that counts said. Both are written without a lock: whoever writes one of
 * them looks at the other one of all other sets afterwards, with a barrier between, so
 * of a listing and a packet that contradict each other at least one sees it. A list of
 * sets asks its members by its own index, at which no set of this type is ever listed.
 *
 * Invariant: while a set has @index, no other set has the same @asked, so that a packet
 * that reaches another set by that index finds the fast path closed.
 */

#include "swap.h"

/* Protects writes to the list, which readers walk under RCU. */
static DEFINE_SPINLOCK(sr6flow_sets_lock);
static LIST_HEAD(sr6flow_sets);

/**
 * sr6flow_swap_watch() - begin to notice swaps of a set
 * @h: set
 * @net: its namespace, which is only compared
 */
void sr6flow_swap_watch(struct sr6flow_set *h, const struct net *net)
{
	h->net = net;
	h->index = IPSET_INVALID_ID;
	h->asked = IPSET_INVALID_ID;
	spin_lock_bh(&sr6flow_sets_lock);
	list_add_rcu(&h->sets, &sr6flow_sets);
	spin_unlock_bh(&sr6flow_sets_lock);
}

/**
 * sr6flow_swap_forget() - end noticing swaps of a set
 * @h: set, to be freed after a grace period of RCU; may be called in a softirq
 */
void sr6flow_swap_forget(struct sr6flow_set *h)
{
	spin_lock_bh(&sr6flow_sets_lock);
	list_del_rcu(&h->sets);
	spin_unlock_bh(&sr6flow_sets_lock);
}

/* Whoever read the set before and reads it again finds another instance. */
static void sr6flow_moved(struct sr6flow_set *h)
{
	WRITE_ONCE(h->index, IPSET_INVALID_ID);
	atomic64_inc(&h->moves);
}

/* Whether @other is a set of the same namespace that was at @index when it was listed. */
static bool sr6flow_was_at(const struct sr6flow_set *other,
			   const struct sr6flow_set *h, ip_set_id_t index)
{
	return other != h && other->net == h->net &&
	       READ_ONCE(other->index) == index;
}

/**
 * sr6flow_listed() - remember where a set is
 * @h: set, which the core does not swap now
 * @index: its index
 */
void sr6flow_listed(struct sr6flow_set *h, ip_set_id_t index)
{
	struct sr6flow_set *other;

	if (READ_ONCE(h->index) == index)
		return;
	if (READ_ONCE(h->index) != IPSET_INVALID_ID)
		sr6flow_moved(h);
	WRITE_ONCE(h->index, index);
	/* Pairs with the one in sr6flow_asked(). */
	smp_mb();
	rcu_read_lock();
	list_for_each_entry_rcu(other, &sr6flow_sets, sets) {
		if (sr6flow_was_at(other, h, index))
			sr6flow_moved(other);
		if (other != h && other->net == h->net &&
		    READ_ONCE(other->asked) == index)
			WRITE_ONCE(other->asked, IPSET_INVALID_ID);
	}
	rcu_read_unlock();
}

/**
 * sr6flow_asked() - look whether a set stands in for another
 * @h: set that a rule asks to count; the caller holds RCU
 * @index: by which index the rule knows it
 */
void sr6flow_asked(struct sr6flow_set *h, ip_set_id_t index)
{
	struct sr6flow_set *other;

	if (index == READ_ONCE(h->asked))
		return;
	WRITE_ONCE(h->asked, index);
	if (index == READ_ONCE(h->index))
		return;
	/* Pairs with the one in sr6flow_listed(). */
	smp_mb();
	list_for_each_entry_rcu(other, &sr6flow_sets, sets) {
		if (sr6flow_was_at(other, h, index)) {
			sr6flow_moved(other);
			sr6flow_moved(h);
		}
	}
}
