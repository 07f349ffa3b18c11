/* SPDX-License-Identifier: GPL-2.0-only */
/* The flows of a set: finding one for a packet; find, add, remove, expire, free. */
#ifndef SR6FLOW_TABLE_H
#define SR6FLOW_TABLE_H

#include <net/ipv6.h>

#include "set.h"

/**
 * struct sr6flow_change - change of a flow, and the memory for it
 * @flow: flow to insert if there is none with the key, or NULL
 * @name: name to set, or NULL to leave it
 * @base: memory for written counters, or NULL
 * @ext: timeout and skbinfo
 * @refresh: set @name and @ext of an existing flow
 * @write: the counters in @slot are written
 * @slot: slot to write
 * @packets: new value
 * @bytes: new value
 * @has_packets: @packets is to be written
 * @has_bytes: @bytes is to be written
 *
 * sr6flow_apply() sets the pointers that it used to NULL.
 */
struct sr6flow_change {
	struct sr6flow_elem *flow;
	struct sr6flow_name *name;
	struct sr6flow_base *base;
	const struct ip_set_ext *ext;
	bool refresh;
	bool write;
	unsigned int slot;
	u64 packets;
	u64 bytes;
	bool has_packets;
	bool has_bytes;
};

int sr6flow_table_init(struct sr6flow_htype *h, u32 hashsize);
void sr6flow_table_free(struct sr6flow_htype *h);
size_t sr6flow_table_size(struct sr6flow_htype *h, u32 *buckets);
struct sr6flow_elem *sr6flow_find(struct sr6flow_htype *h,
				  const struct sr6flow_key *key);
struct sr6flow_elem *sr6flow_alloc(struct sr6flow_htype *h,
				   const struct sr6flow_key *key, gfp_t gfp);
void sr6flow_change_free(struct sr6flow_change *change);
int sr6flow_apply(struct ip_set *set, const struct sr6flow_key *key,
		  struct sr6flow_change *change);
int sr6flow_remove(struct sr6flow_htype *h, const struct sr6flow_key *key);
void sr6flow_sweep(struct sr6flow_htype *h, bool all);
bool sr6flow_may_sweep(const struct sr6flow_htype *h);
struct sr6flow_elem *sr6flow_pin(struct sr6flow_htype *h, struct sr6flow_elem *flow);
void sr6flow_unpin(struct sr6flow_htype *h, struct sr6flow_elem *flow);

/*
 * Compare the source of a packet with the last one of a flow without source in its key;
 * it changes under readers, see sr6flow_witness().
 */
static __always_inline bool sr6flow_source_is(const struct sr6flow_elem *flow,
					      const struct in6_addr *source)
{
	const sr6flow_word *a = (const sr6flow_word *)source;
	const sr6flow_word *b = (const sr6flow_word *)&flow->source;
	unsigned int i;

	for (i = 0; i < SR6FLOW_SID_WORDS; i++)
		if (a[i] != READ_ONCE(b[i]))
			return false;
	return true;
}

/* Result of a quick lookup. */
enum sr6flow_found {
	SR6FLOW_HERE,
	SR6FLOW_NOWHERE,
	SR6FLOW_ELSEWHERE,	/* call sr6flow_find() */
};

static __always_inline bool sr6flow_has_key(const struct sr6flow_elem *flow,
					    const struct sr6flow_key *key,
					    bool sourced)
{
	const struct in6_addr *a = key->sids, *b = flow->sids;
	unsigned int n = key->n;

	if (n != flow->n)
		return false;
	if (sourced && !ipv6_addr_equal(key->source, &flow->source))
		return false;
	for (; n >= 4; n -= 4)
		if (!ipv6_addr_equal(a++, b++) || !ipv6_addr_equal(a++, b++) ||
		    !ipv6_addr_equal(a++, b++) || !ipv6_addr_equal(a++, b++))
			return false;
	for (; n; n--)
		if (!ipv6_addr_equal(a++, b++))
			return false;
	return true;
}

/*
 * As rht_ptr_rcu(), but NULL for an empty bucket, which saves making and comparing
 * the end marker. Bit 0 is the lock of the bucket.
 */
static __always_inline struct rhash_head *
sr6flow_first(struct rhash_lock_head __rcu *const *bucket)
{
	return (struct rhash_head *)((unsigned long)rcu_dereference(*bucket) &
				     ~BIT(0));
}

/**
 * sr6flow_find_quickly() - look a flow up in the current hash table
 * @h: set
 * @key: key
 * @sourced: the set has a netmask
 * @flow: set to the flow, expired or not, if it is here
 *
 * Like rhashtable_lookup(), but all inline, and without the second table to which a
 * resize moves flows. The caller holds RCU.
 *
 * Return: SR6FLOW_HERE, SR6FLOW_NOWHERE, or SR6FLOW_ELSEWHERE during a resize.
 */
static __always_inline enum sr6flow_found
sr6flow_find_quickly(struct sr6flow_htype *h, const struct sr6flow_key *key,
		     bool sourced, struct sr6flow_elem **flow)
{
	struct bucket_table *tbl = rht_dereference_rcu(h->table.tbl, &h->table);
	struct rhash_lock_head __rcu *const *bucket;
	struct rhash_head *node;
	unsigned int hash;

	if (unlikely(tbl->nest))
		return SR6FLOW_ELSEWHERE;
	hash = rht_bucket_index(tbl, sr6flow_hash(key->source, sourced,
						  key->sids, key->n,
						  &h->secret, tbl->hash_rnd));
	bucket = &tbl->buckets[hash];
	node = sr6flow_first(bucket);
	if (node) {
		rht_for_each_entry_rcu_from(*flow, node, node, tbl, hash, node)
			if (likely(sr6flow_has_key(*flow, key, sourced)))
				return SR6FLOW_HERE;
		/* A flow that is moved leads to the end of another bucket. */
		if (unlikely(node != RHT_NULLS_MARKER(bucket)))
			return SR6FLOW_ELSEWHERE;
	}
	/* Pairs with the barrier of rhashtable when it begins to move flows. */
	smp_rmb();
	return likely(!rcu_access_pointer(tbl->future_tbl)) ? SR6FLOW_NOWHERE :
							      SR6FLOW_ELSEWHERE;
}

/* The source of a packet or a request, masked with the set's netmask. */
static __always_inline struct in6_addr
sr6flow_source(const struct sr6flow_htype *h, const struct in6_addr *address)
{
	const sr6flow_word *mask = (const sr6flow_word *)&h->source_mask;
	const sr6flow_word *from = (const sr6flow_word *)address;
	struct in6_addr source;
	sr6flow_word *to = (sr6flow_word *)&source;
	unsigned int i;

	for (i = 0; i < SR6FLOW_SID_WORDS; i++)
		to[i] = from[i] & mask[i];
	return source;
}

/**
 * sr6flow_expired() - check whether a flow has timed out
 * @flow: flow
 *
 * Return: true if it has; its removal is due.
 */
static __always_inline bool sr6flow_expired(const struct sr6flow_elem *flow)
{
	unsigned long timeout = READ_ONCE(flow->timeout);

	/*
	 * As ip_set_timeout_expired(), which reads it twice, and without
	 * time_after(), for whose type check a zeroed stack costs more.
	 */
	return timeout != IPSET_ELEM_PERMANENT && (long)(jiffies - timeout) > 0;
}

#endif /* SR6FLOW_TABLE_H */
