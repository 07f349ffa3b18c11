/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reflector under test with two sets, whose ledgers the test makes.
 */
#ifndef TEST_UNIT_REFLECTING_SETS_H
#define TEST_UNIT_REFLECTING_SETS_H

#include "test/unit/reflecting.h"

#define MASK 0xc0u
/* The last block that was read. */
#define BLOCK 100

static const struct block_timing timing = {
	.period = BLOCK_NS_PER_S,
	.guard = BLOCK_NS_PER_S / 2,
	.band = BLOCK_NS_PER_S / 10,
};

static struct ledger *ledgers[2];

static struct ledger *make_ledger(unsigned int i);

static inline struct sr6flow_flow flow(unsigned int i)
{
	struct sr6flow_flow made = { .nsids = 3 };

	made.sids[0].s6_addr[0] = 0xfc;
	made.sids[2].s6_addr[15] = (uint8_t)i;
	return made;
}

static inline int start(bool auth)
{
	if (reflecting_start(auth))
		return -1;
	ledgers[0] = make_ledger(0);
	ledgers[1] = make_ledger(1);
	reflector_ledgers(reflector, ledgers, 2);
	return 0;
}

static inline int setup(void **state)
{
	(void)state;
	return start(false);
}

static inline int setup_auth(void **state)
{
	(void)state;
	return start(true);
}

static inline int teardown(void **state)
{
	(void)state;
	reflector_free(reflector);
	ledger_free(ledgers[0]);
	ledger_free(ledgers[1]);
	return 0;
}

UNIT_EACH(setup, teardown)

#define TEST_AUTH(name) TEST_WITH(setup_auth, teardown, name)

static inline struct blocktlv block_of(unsigned int version, unsigned int i,
				       int64_t block)
{
	struct blocktlv tlv = {
		.version = (uint8_t)version,
		.mask = MASK,
		.block = block,
		.sent = { 60, 1200 },
		.flow = flow(i),
	};

	blocktlv_timing(&tlv, &timing);
	return tlv;
}

static inline uint8_t *append_tlv(const struct blocktlv *tlv)
{
	uint8_t *value = append(STAMP_TLV_BLOCK,
				(uint16_t)(tlv->version == BLOCKTLV_VERSION_1 ?
					   BLOCKTLV_LEN_1(tlv->flow.nsids) :
					   BLOCKTLV_LEN(tlv->flow.nsids)));

	blocktlv_write(tlv, value);
	return value;
}

/* Append a block TLV; returns its value. */
static inline uint8_t *append_block(unsigned int i, int64_t block)
{
	const struct blocktlv tlv = block_of(BLOCKTLV_VERSION, i, block);

	return append_tlv(&tlv);
}

#endif /* TEST_UNIT_REFLECTING_SETS_H */
