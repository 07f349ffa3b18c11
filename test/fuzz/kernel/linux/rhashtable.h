/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hash table with the face of the kernel's: buckets end in a mark of their
 * own, and a second table may have a part of the entries. It does not grow by
 * itself; the harness says when entries are moved, see standin_table_move().
 */
#ifndef STANDIN_RHASHTABLE_H
#define STANDIN_RHASHTABLE_H

#include <linux/atomic.h>
#include <linux/random.h>
#include <linux/rcupdate.h>

struct rhash_head {
	struct rhash_head *next;
};

struct rhash_lock_head;

struct bucket_table {
	unsigned int size;
	/* The buckets are not in one piece: only the kernel's own code may look. */
	unsigned int nest;
	u32 hash_rnd;
	struct bucket_table *future_tbl;
	struct rhash_lock_head *buckets[];
};

struct rhashtable;

struct rhashtable_compare_arg {
	struct rhashtable *ht;
	const void *key;
};

struct rhashtable_params {
	u16 head_offset;
	u16 min_size;
	bool automatic_shrinking;
	u32 (*hashfn)(const void *key, u32 len, u32 seed);
	u32 (*obj_hashfn)(const void *object, u32 len, u32 seed);
	int (*obj_cmpfn)(struct rhashtable_compare_arg *arg,
			 const void *object);
};

struct rhashtable {
	struct bucket_table *tbl;
	struct rhashtable_params p;
};

int rhashtable_init(struct rhashtable *ht,
		    const struct rhashtable_params *params);
void rhashtable_free_and_destroy(struct rhashtable *ht,
				 void (*fn)(void *object, void *arg),
				 void *arg);
void *standin_table_find(struct rhashtable *ht, const void *key);
int standin_table_insert(struct rhashtable *ht, struct rhash_head *head);
int standin_table_remove(struct rhashtable *ht, struct rhash_head *head);

#define rhashtable_lookup(ht, key, params) standin_table_find(ht, key)
#define rhashtable_insert_fast(ht, head, params) standin_table_insert(ht, head)
#define rhashtable_remove_fast(ht, head, params) standin_table_remove(ht, head)

#define RHT_NULLS_MARKER(bucket) ((void *)((uintptr_t)(bucket) | 1))
#define rht_dereference_rcu(p, ht) rcu_dereference(p)

static inline bool rht_is_a_nulls(const struct rhash_head *head)
{
	return (uintptr_t)head & 1;
}

static inline unsigned int rht_bucket_index(const struct bucket_table *tbl,
					    unsigned int hash)
{
	return hash & (tbl->size - 1);
}

/* An empty bucket is NULL in memory. */
static inline struct rhash_head *
rht_ptr_rcu(struct rhash_lock_head *const *bucket)
{
	struct rhash_lock_head *head = rcu_dereference(*bucket);

	return head ? (void *)head : RHT_NULLS_MARKER(bucket);
}

#define rht_for_each_entry_rcu_from(entry, head, from, table, hash, member) \
	for (head = (from); \
	     !rht_is_a_nulls(head) && \
	     (entry = container_of(head, __typeof__(*entry), member), true); \
	     head = head->next)

#endif /* STANDIN_RHASHTABLE_H */
