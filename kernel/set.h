/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A set.
 *
 * Packets only read the table of flows, under RCU. All other code that changes a set
 * holds sr6flow_htype.lock: the type asks the ipset core not to take the core's own
 * lock (region_lock in the variant).
 */
#ifndef SR6FLOW_SET_H
#define SR6FLOW_SET_H

#include <linux/rhashtable.h>
#include <linux/workqueue.h>

#include "counters.h"
#include "hash.h"

/*
 * Memory for requests. It is charged to the control group of the requester. Where the
 * control group has none left the request fails, and the OOM killer does not run.
 */
#define SR6FLOW_GFP (GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/* Flows to visit in one hold of a set's lock, or for one message. */
#define SR6FLOW_SLICE 512

/* How much of the source is in the key. */
enum sr6flow_source_part {
	SR6FLOW_NO_SOURCE,
	SR6FLOW_WHOLE_SOURCE,
	SR6FLOW_SOURCE_PREFIX,
	SR6FLOW_SOURCE_PARTS,
};

/**
 * struct sr6flow_htype - a set; struct htype in the hash types of the ipset core
 * @mask: mark mask
 * @asked: index by which a rule last made the set count, see swap.c
 * @index: index at which the set was last listed
 * @netmask: bits of the source in the key, 0 for none
 * @carrier: field of @mask, enum sr6flow_carrier
 * @asked_before: the last other index before @asked
 * @source_mask: mask of source addresses; all bits without a netmask, because then
 *		 whole addresses are compared with the last packet's
 * @colour: active colour; written with WRITE_ONCE, read once per packet
 * @factor: from sr6flow_slot_factor()
 * @gc_period: jiffies between two searches for expired flows, 0 without timeouts
 * @table: flows by key; readers under RCU, writers hold @lock
 * @secret: key of the hash
 * @diagnostics: per-CPU counters by enum sr6flow_diagnostic
 * @pool: memory of the flows' counters
 * @maxelem: most flows
 * @net: namespace of the set, only compared
 * @sets: link in a list of sets of the namespace
 * @asked_twice: two indexes made it count since it was listed
 * @instance: identity of the set, see swap.c
 * @lock: protects the members below and all writes to flows
 * @flows: flows in order of creation, newest first
 * @count: live flows
 * @memory: bytes of all live flows
 * @generation: last generation of a flow's counters
 * @swept: jiffies of the last search for expired flows
 * @graveyard: removed flows that wait to be freed
 * @reaper: frees them
 * @gc: removes expired flows
 * @destroy: frees the set
 * @rcu: for freeing
 *
 * Independent of struct ip_set, which the core frees first.
 */
struct sr6flow_htype {
	u32 mask;
	u16 asked;
	u16 index;
	u32 colour;
	u8 netmask;
	u8 carrier;
	u16 asked_before;
	u64 factor;
	struct in6_addr source_mask;
	unsigned long gc_period;
	struct sr6flow_cpu_counters __percpu *diagnostics;
	struct rhashtable table;
	struct sr6flow_secret secret;
	struct sr6flow_pool pool;
	u32 maxelem;

	const struct net *net;
	struct hlist_node sets;
	bool asked_twice;
	atomic64_t instance;

	/* Protects the following members. */
	spinlock_t lock;
	struct list_head flows;
	u32 count;
	u64 memory;
	u64 generation;
	unsigned long swept;

	struct llist_head graveyard;
	struct work_struct reaper;
	struct delayed_work gc;
	struct work_struct destroy;
	struct rcu_head rcu;
};

extern struct workqueue_struct *sr6flow_wq;

#endif /* SR6FLOW_SET_H */
