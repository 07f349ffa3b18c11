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

/**
 * world_begin() - load the module into a fresh kernel
 */
void world_begin(void);

/**
 * world_end() - unload the module; stops the program if it left anything
 */
void world_end(void);

/**
 * world_settle() - run all work that is due, and let a grace period go by
 *
 * Between two calls into the module; stops the program if a lock is held.
 */
void world_settle(void);

/**
 * world_tick() - make all work due that waits for its time
 */
void world_tick(void);

/**
 * world_refuse() - let an allocation fail
 * @nth: the one after so many that are granted, once; negative for none
 */
void world_refuse(int nth);

/**
 * world_refused() - see whether an allocation has failed since world_refuse()
 *
 * Return: true if one did.
 */
bool world_refused(void);

/**
 * world_memory() - pieces of memory that the module has
 *
 * Return: their number, without those that wait for a grace period.
 */
size_t world_memory(void);

/**
 * standin_table_move() - begin to move a hash table, or go on with it
 * @ht: table
 * @buckets: entries of so many buckets are moved; when none are left, the
 *	     second table becomes the only one
 */
void standin_table_move(struct rhashtable *ht, unsigned int buckets);

/**
 * skb_make() - a packet in memory
 * @skb: filled
 * @data: its bytes
 * @linear: of which so many are in the linear part
 * @len: number of bytes
 */
void skb_make(struct sk_buff *skb, const void *data, size_t linear, size_t len);

/**
 * skb_room() - an empty message in memory
 * @skb: filled
 * @size: most bytes that it can get
 */
void skb_room(struct sk_buff *skb, size_t size);

/**
 * skb_drop() - free a packet or message
 * @skb: from skb_make() or skb_room()
 */
void skb_drop(struct sk_buff *skb);

#endif /* TEST_FUZZ_KERNEL_WORLD_H */
