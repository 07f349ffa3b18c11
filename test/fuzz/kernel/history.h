/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last counted packet of each flow, and the number of packets that differed from the
 * one before: a second opinion on the witnesses of flows.
 */
#ifndef TEST_FUZZ_KERNEL_HISTORY_H
#define TEST_FUZZ_KERNEL_HISTORY_H

#include "reference.h"
#include "world.h"

struct sr6flow_elem;

/* Forget all flows. */
void history_begin(void);

/* A packet of a flow, with this meaning, met a rule that counts. */
void history_add(const struct ip_set *set, const struct sr6flow_elem *flow,
		 const struct reference *ref);

/* Compare with the witnesses of all flows of a set. Stops the program if they differ. */
void history_check(const struct ip_set *set);

#endif /* TEST_FUZZ_KERNEL_HISTORY_H */
