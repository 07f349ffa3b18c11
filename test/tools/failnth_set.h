/* SPDX-License-Identifier: GPL-2.0-only */
/* The operations of failnth_request.c, for failnth_set.c. */
#ifndef FAILNTH_SET_H
#define FAILNTH_SET_H

#include "sr6flow.h"

/* The set that they work on. */
#define SET "failnth"

extern struct sr6flow *handle;

/**
 * struct operation - something to do under faults
 * @name: for the report
 * @options: of the set
 * @flows: number of flows in the set before
 * @run: the operation; 0 or a negative errno
 * @enomem: the least number of allocations that it must fail for; of the
 *	requests that look for the set, or for the type, two are the core's
 * @creates: there is no set before
 * @grows: the hash table gets another size, at a time of its own
 * @pages: the bigger table is pages; only for whom injects faults there
 */
struct operation {
	const char *name;
	struct sr6flow_options options;
	unsigned int flows;
	int (*run)(const struct operation *op);
	unsigned int enomem;
	bool creates;
	bool grows;
	bool pages;
};

extern const struct operation operations[];
extern const size_t operations_count;

/* Flow number @i; what the set has before an operation begins with 0. */
struct sr6flow_flow flow_number(unsigned int i);

/* Flows number 0 to @count - 1, the first of which has a name and counters. */
void flows_fill(unsigned int count);

#endif /* FAILNTH_SET_H */
