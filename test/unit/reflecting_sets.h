/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reflector under test with two sets.
 */
#ifndef TEST_UNIT_REFLECTING_SETS_H
#define TEST_UNIT_REFLECTING_SETS_H

#include "test/unit/reflecting.h"

#define MASK 0xc0u

static const struct block_timing timing = {
	.period = BLOCK_NS_PER_S,
	.guard = BLOCK_NS_PER_S / 2,
	.band = BLOCK_NS_PER_S / 10,
};

static struct ledger *ledgers[2];

static inline struct sr6flow_flow flow(unsigned int i)
{
	struct sr6flow_flow made = { .nsids = 3 };

	made.sids[0].s6_addr[0] = 0xfc;
	made.sids[2].s6_addr[15] = (uint8_t)i;
	return made;
}

static inline void reflecting_sets(struct ledger *one, struct ledger *other)
{
	ledgers[0] = one;
	ledgers[1] = other;
	reflector_ledgers(reflector, ledgers, 2);
}

static inline int teardown(void **state)
{
	(void)state;
	reflector_free(reflector);
	ledger_free(ledgers[0]);
	ledger_free(ledgers[1]);
	return 0;
}

#endif /* TEST_UNIT_REFLECTING_SETS_H */
