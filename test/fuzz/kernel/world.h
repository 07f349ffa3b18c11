/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The controls of a harness over the kernel around the module. Nothing happens by itself:
 * time, worker threads and RCU grace periods stand still until a call moves them.
 */
#ifndef TEST_FUZZ_KERNEL_WORLD_H
#define TEST_FUZZ_KERNEL_WORLD_H

#include <linux/netfilter/ipset/ip_set.h>
#include <linux/rhashtable.h>

/* The type that the module registered, NULL while it is not loaded. */
extern const struct ip_set_type *world_type;

/* Load the module into a fresh kernel. */
void world_begin(void);

/* Unload the module. Stops the program if it left anything. */
void world_end(void);

/*
 * Run all work that is due, and let a grace period go by, between two calls into the
 * module. Stops the program if a lock is held.
 */
void world_settle(void);

/* Make all work due that waits for its time. */
void world_tick(void);

/* Let one allocation fail, after @nth that are granted; none if negative. */
void world_refuse(int nth);

/* Whether an allocation has failed since world_refuse(). */
bool world_refused(void);

/*
 * Number of pieces of memory that the module has, without those that wait for a grace
 * period.
 */
size_t world_memory(void);

/*
 * Begin to move a hash table, or go on with it, by the entries of so many buckets. When
 * none are left, the second table becomes the only one.
 */
void standin_table_move(struct rhashtable *ht, unsigned int buckets);

/* Make a packet of @len bytes, of which @linear are in the linear part. */
void skb_make(struct sk_buff *skb, const void *data, size_t linear, size_t len);

/* Make an empty message with room for @size bytes. */
void skb_room(struct sk_buff *skb, size_t size);

/* Free a packet or message. */
void skb_drop(struct sk_buff *skb);

#endif /* TEST_FUZZ_KERNEL_WORLD_H */
