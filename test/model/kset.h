/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel of a node as far as figures depend on it: sets, their flows and counters,
 * and the rules that name a set. It does what kernel/match.c and kernel/README.md say.
 */
#ifndef TEST_MODEL_KSET_H
#define TEST_MODEL_KSET_H

#include <stdbool.h>
#include <stdint.h>

#include "sr6flow.h"

/* Bytes of every packet: what is counted of both must agree. */
#define KSET_BYTES 100

/**
 * struct kflow - a flow in a set
 * @there: it is in the set
 * @generation: identity of its counters
 * @counters: by slot
 * @source: 1 + the node that the last packet was from, 0 without one
 * @segments_left: 1 + that of the last packet, likewise
 * @source_changes: see struct sr6flow_record
 * @segments_left_changes: likewise
 * @seen: what a sabotaged reader has seen of them
 */
struct kflow {
	bool there;
	uint64_t generation;
	struct sr6flow_counters counters[SR6FLOW_SLOTS_MAX];
	unsigned int source;
	unsigned int segments_left;
	uint64_t source_changes;
	uint64_t segments_left_changes;
	struct sr6flow_counters seen[SR6FLOW_SLOTS_MAX];
};

/**
 * struct kset - a set
 * @instance: its identity
 * @mask: mark mask
 * @colour: active colour
 * @by_hand: someone has set that who should not
 * @listed: it had the name when it was last listed, and no packet said otherwise
 * @flow: flows
 */
struct kset {
	uint64_t instance;
	uint32_t mask;
	uint32_t colour;
	bool by_hand;
	bool listed;
	struct kflow *flow;
};

/**
 * struct kernel - the kernel of a node
 * @set: the sets; the second one is for swaps
 * @shown: index of the one that has the name
 * @there: there is a set of that name
 * @rules: rules that mark and count by the name; none if negative
 * @members: rules that name it but neither mark nor count
 * @changes: how often its rules changed
 * @identity: number of identities given so far
 * @nflows: flows per set
 * @netmask: bits of the source in their keys
 * @mask: mark mask of its sets
 * @wrap: counters begin just below 2^64
 */
struct kernel {
	struct kset set[2];
	unsigned int shown;
	bool there;
	int rules;
	int members;
	uint64_t changes;
	uint64_t identity;
	unsigned int nflows;
	unsigned int netmask;
	uint32_t mask;
	bool wrap;
};

/**
 * kernel_init() - two sets with all flows, and one rule
 * @kernel: has the number of flows and the netmask; the rest is filled
 * @wrap: counters begin just below 2^64
 */
void kernel_init(struct kernel *kernel, bool wrap);

/**
 * kernel_free() - free the sets
 * @kernel: kernel
 */
void kernel_free(struct kernel *kernel);

/**
 * kernel_set() - the set of the name
 * @kernel: kernel
 *
 * Return: the set.
 */
static inline struct kset *kernel_set(struct kernel *kernel)
{
	return &kernel->set[kernel->shown];
}

/**
 * kernel_renew() - the set is created anew, with the same flows
 * @kernel: kernel
 */
void kernel_renew(struct kernel *kernel);

/**
 * kernel_listed() - the set of the name is listed, see kernel/swap.c
 * @kernel: kernel
 */
void kernel_listed(struct kernel *kernel);

/**
 * kernel_back() - counters of a flow lose what they had
 * @kernel: kernel
 * @flow: flow
 */
void kernel_back(struct kernel *kernel, unsigned int flow);

/**
 * kernel_add() - add a flow; or write its counters, which renews them, too
 * @kernel: kernel
 * @flow: flow
 * @packets: what all counters are then
 */
void kernel_add(struct kernel *kernel, unsigned int flow, uint64_t packets);

/**
 * struct kpacket - what a kernel sees of a packet
 * @flow: its flow in the set
 * @source: node that it is from
 * @segments_left: Segments Left
 * @word: its mark word
 */
struct kpacket {
	unsigned int flow;
	unsigned int source;
	unsigned int segments_left;
	uint32_t word;
};

/**
 * kernel_mark() - a packet passes the rules of a marking node
 * @kernel: kernel
 * @packet: packet, whose mark word is written
 */
void kernel_mark(struct kernel *kernel, struct kpacket *packet);

/**
 * kernel_count() - a packet passes the rules of a counting node
 * @kernel: kernel
 * @packet: packet
 */
void kernel_count(struct kernel *kernel, const struct kpacket *packet);

#endif /* TEST_MODEL_KSET_H */
