// SPDX-License-Identifier: GPL-2.0-only
/* The hash table: see linux/rhashtable.h. */
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "world.h"

/* Few, so that flows share them. */
#define BUCKETS 8

static struct bucket_table *table_new(u32 seed)
{
	struct bucket_table *tbl =
		standin_alloc(struct_size(tbl, buckets, BUCKETS), GFP_ATOMIC);

	if (!tbl)
		return NULL;
	tbl->size = BUCKETS;
	tbl->hash_rnd = seed;
	return tbl;
}

int rhashtable_init(struct rhashtable *ht,
		    const struct rhashtable_params *params)
{
	might_sleep();
	ht->p = *params;
	ht->tbl = table_new(1);
	return ht->tbl ? 0 : -ENOMEM;
}

static void *object_of(const struct rhashtable *ht, struct rhash_head *head)
{
	return (char *)head - ht->p.head_offset;
}

static struct rhash_lock_head **bucket_of(const struct rhashtable *ht,
					  struct bucket_table *tbl,
					  struct rhash_head *head)
{
	u32 hash = ht->p.obj_hashfn(object_of(ht, head), 0, tbl->hash_rnd);

	return &tbl->buckets[rht_bucket_index(tbl, hash)];
}

static void bucket_push(struct rhash_lock_head **bucket,
			struct rhash_head *head)
{
	head->next = *bucket ? (void *)*bucket : RHT_NULLS_MARKER(bucket);
	*bucket = (void *)head;
}

/* Takes the first entry, or returns NULL. */
static struct rhash_head *bucket_pop(struct rhash_lock_head **bucket)
{
	struct rhash_head *head = (void *)*bucket;

	if (head)
		*bucket = rht_is_a_nulls(head->next) ? NULL :
						       (void *)head->next;
	return head;
}

void rhashtable_free_and_destroy(struct rhashtable *ht,
				 void (*fn)(void *object, void *arg),
				 void *arg)
{
	struct bucket_table *tbl, *next;
	struct rhash_head *head;
	unsigned int i;

	might_sleep();
	for (tbl = ht->tbl; tbl; tbl = next) {
		next = tbl->future_tbl;
		for (i = 0; i < tbl->size; i++)
			while ((head = bucket_pop(&tbl->buckets[i])))
				fn(object_of(ht, head), arg);
		kfree(tbl);
	}
}

void *standin_table_find(struct rhashtable *ht, const void *key)
{
	struct rhashtable_compare_arg arg = { .ht = ht, .key = key };
	struct bucket_table *tbl;
	struct rhash_head *head;

	standin_need(standin_context.rcu);
	for (tbl = ht->tbl; tbl; tbl = tbl->future_tbl) {
		u32 hash = ht->p.hashfn(key, 0, tbl->hash_rnd);

		head = rht_ptr_rcu(&tbl->buckets[rht_bucket_index(tbl, hash)]);
		for (; !rht_is_a_nulls(head); head = head->next)
			if (!ht->p.obj_cmpfn(&arg, object_of(ht, head)))
				return object_of(ht, head);
	}
	return NULL;
}

/* The kernel's may need memory for this, to grow. */
int standin_table_insert(struct rhashtable *ht, struct rhash_head *head)
{
	struct bucket_table *tbl = ht->tbl->future_tbl ?: ht->tbl;
	void *memory = standin_alloc(1, GFP_ATOMIC);

	if (!memory)
		return -ENOMEM;
	kfree(memory);
	bucket_push(bucket_of(ht, tbl, head), head);
	return 0;
}

static bool bucket_remove(struct rhash_lock_head **bucket,
			  struct rhash_head *head)
{
	struct rhash_head *before = (void *)*bucket;

	if (before == head)
		return bucket_pop(bucket);
	for (; before && !rht_is_a_nulls(before); before = before->next) {
		if (before->next != head)
			continue;
		before->next = head->next;
		return true;
	}
	return false;
}

int standin_table_remove(struct rhashtable *ht, struct rhash_head *head)
{
	struct bucket_table *tbl;

	for (tbl = ht->tbl; tbl; tbl = tbl->future_tbl)
		if (bucket_remove(bucket_of(ht, tbl, head), head))
			return 0;
	standin_stop("it removes an entry that is not there");
}

void standin_table_move(struct rhashtable *ht, unsigned int buckets)
{
	struct bucket_table *old = ht->tbl, *new = old->future_tbl;
	struct rhash_head *head;
	unsigned int i = 0;

	if (!new) {
		new = table_new(old->hash_rnd * 7 + 1);
		old->future_tbl = new;
	}
	if (!new)
		return;
	for (; i < old->size && buckets; i++) {
		buckets -= !!old->buckets[i];
		while ((head = bucket_pop(&old->buckets[i])))
			bucket_push(bucket_of(ht, new, head), head);
	}
	while (i < old->size && !old->buckets[i])
		i++;
	if (i < old->size)
		return;
	ht->tbl = new;
	kfree(old);
}
