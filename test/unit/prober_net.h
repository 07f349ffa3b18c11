/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is under way in the network of prober_bench.c, by time, and its random
 * sequence.
 */
#ifndef TEST_UNIT_PROBER_NET_H
#define TEST_UNIT_PROBER_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum net_kind {
	NET_REQUEST,
	NET_REPLY,
	NET_LEDGER,
};

/* Something that happens; those at the same time by their order. */
struct net_event {
	int64_t time;
	uint64_t order;
	enum net_kind kind;
	unsigned int peer;
	unsigned int block;	/* what a peer reads */
	size_t len;
	uint8_t *data;		/* a message, for free() */
};

/* A network; zeros at first. */
struct net {
	struct net_event *event;	/* a heap, the next one first */
	size_t n;
	size_t room;
	uint64_t order;
	uint64_t random;
};

/* Add an event, whose order is set. */
void net_push(struct net *net, struct net_event event);
/* Take the next event out, of which there must be one. */
struct net_event net_pop(struct net *net);
/* Begin a random sequence with a seed that is not 0. */
void net_seed(struct net *net, uint64_t seed);
/* Its next 64 bits (xorshift, Marsaglia 2003). */
uint64_t net_random(struct net *net);
/* Does something happen that happens so often? */
bool net_chance(struct net *net, unsigned int percent);

#endif /* TEST_UNIT_PROBER_NET_H */
