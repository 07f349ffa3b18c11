/* SPDX-License-Identifier: GPL-2.0-only */
/* The dump of a set, as the ipset core requests it, and the check of its records. */
#ifndef TEST_FUZZ_KERNEL_LISTING_H
#define TEST_FUZZ_KERNEL_LISTING_H

#include "world.h"

/* Flows and records of a set that a listing keeps account of. */
#define LISTING_FLOWS_MAX 128
#define LISTING_RECORDS_MAX (4 * LISTING_FLOWS_MAX)

/**
 * struct listing - a dump that is under way
 * @cb: state of the core between two messages
 * @open: it is under way
 * @start: generations of the flows that were there when it began
 * @nstart: their number
 * @seen: generations of the flows listed
 * @nseen: their number
 * @record: listed records: generation of the flow and colour
 * @nrecord: their number
 */
struct listing {
	struct netlink_callback cb;
	bool open;
	u64 start[LISTING_FLOWS_MAX];
	unsigned int nstart;
	u64 seen[LISTING_RECORDS_MAX];
	unsigned int nseen;
	u64 record[LISTING_RECORDS_MAX];
	unsigned int nrecord;
};

/*
 * Get the next message of a dump, of at most @room bytes; a listing of zeros begins.
 * Stops the program if a record is not well-formed, comes twice, or if at the end a flow
 * is missing that was in the set all the time.
 */
void listing_next(struct listing *listing, struct ip_set *set, size_t room);

/* Give a dump up. */
void listing_end(struct listing *listing, struct ip_set *set);

/* Dump a set of few flows, which is one message, to a packet for skb_drop(). */
void listing_print(struct ip_set *set, struct sk_buff *skb);

#endif /* TEST_FUZZ_KERNEL_LISTING_H */
