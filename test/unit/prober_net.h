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

/**
 * struct net_event - something that happens
 * @time: when
 * @order: order of those at the same time
 * @kind: a message comes to a peer, a reply to the prober, or a peer reads
 * @peer: the peer
 * @block: what it reads
 * @len: bytes of the message
 * @data: the message, for free()
 */
struct net_event {
	int64_t time;
	uint64_t order;
	enum net_kind kind;
	unsigned int peer;
	unsigned int block;
	size_t len;
	uint8_t *data;
};

/**
 * struct net - a network; zeros at first
 * @event: a heap, the next one first
 * @n: number of events
 * @room: room for events
 * @order: events so far
 * @random: state of the sequence
 */
struct net {
	struct net_event *event;
	size_t n;
	size_t room;
	uint64_t order;
	uint64_t random;
};

/**
 * net_push() - add an event
 * @net: network
 * @event: event; its order is set
 */
void net_push(struct net *net, struct net_event event);

/**
 * net_pop() - take the next event out
 * @net: network that has events
 *
 * Return: event.
 */
struct net_event net_pop(struct net *net);

/**
 * net_seed() - begin a random sequence
 * @net: network
 * @seed: which, not 0
 */
void net_seed(struct net *net, uint64_t seed);

/**
 * net_random() - next number (xorshift, Marsaglia 2003)
 * @net: network
 *
 * Return: 64 bits.
 */
uint64_t net_random(struct net *net);

/**
 * net_chance() - does it happen this time
 * @net: network
 * @percent: how often
 *
 * Return: true if it does.
 */
bool net_chance(struct net *net, unsigned int percent);

#endif /* TEST_UNIT_PROBER_NET_H */
