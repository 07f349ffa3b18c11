/* SPDX-License-Identifier: GPL-2.0-only */
/* A ledger, what a reader tells it, and requests. */
#ifndef TEST_UNIT_LEDGER_BENCH_H
#define TEST_UNIT_LEDGER_BENCH_H

#include <stdlib.h>
#include <string.h>

#include "lmctl/engine/ledger.h"
#include "test/unit/unit.h"

#define MASK 0xc0u

static const struct block_timing timing = {
	.period = BLOCK_NS_PER_S,
	.guard = BLOCK_NS_PER_S / 2,
	.band = BLOCK_NS_PER_S / 10,
};

static const struct in6_addr alice = { .s6_addr = { 0xfd, [15] = 1 } };

static struct ledger *ledger;

static inline int setup(void **state)
{
	(void)state;
	ledger = ledger_new(&timing);
	return !ledger;
}

static inline int teardown(void **state)
{
	(void)state;
	ledger_free(ledger);
	return 0;
}

static inline struct sr6flow_flow flow(unsigned int i)
{
	struct sr6flow_flow made = { .nsids = 2 };

	made.sids[0].s6_addr[0] = 0xfc;
	made.sids[1].s6_addr[0] = 0xfc;
	made.sids[1].s6_addr[15] = (uint8_t)i;
	made.sids[1].s6_addr[14] = (uint8_t)(i >> 8);
	return made;
}

static inline void dump(unsigned int i, uint64_t generation, uint64_t packets)
{
	const struct sr6flow_set set = { .mask = MASK };
	const struct sr6flow_record record = {
		.flow = flow(i),
		.instance = 1,
		.generation = generation,
		.slots = 0xf,
		.counters = { { packets, 0 }, [3] = { 1, 0 } },
	};

	assert_int_equal(ledger_flow(ledger, &set, &record), 0);
}

static inline void record(unsigned int i, int64_t block, enum reason reason,
		   uint64_t packets)
{
	const struct record made = {
		.flow = flow(i),
		.mask = MASK,
		.block = block,
		.reason = reason,
		.packets = reason ? 0 : packets,
		.bytes = reason ? 0 : packets * 100,
	};

	assert_int_equal(ledger_record(ledger, &made), 0);
}

/* A block of flow 0 as the reader gives it: dumps, record, end. */
static inline void block(int64_t number, enum reason reason, uint64_t packets)
{
	dump(0, 1, packets);
	record(0, number, reason, packets);
	ledger_block_end(ledger, number);
}

static inline struct blocktlv request(unsigned int i, int64_t number)
{
	struct blocktlv tlv = {
		.version = BLOCKTLV_VERSION,
		.mask = MASK,
		.block = number,
		.sent = { 7, 700 },
		.received = { 99, 99 },
		.received_total = { 98, 98 },
		.identity = { 97 },
		.flow = flow(i),
	};

	blocktlv_timing(&tlv, &timing);
	return tlv;
}

static inline struct blocktlv ask_from(const struct in6_addr *from, unsigned int i,
				int64_t number)
{
	struct blocktlv tlv = request(i, number);
	bool known = ledger_ask(ledger, &tlv, from);

	assert_int_equal(known, tlv.answer.status != ANSWER_UNKNOWN_FLOW &&
				tlv.answer.status != ANSWER_NETMASK_DIFFERS);
	assert_int_equal(tlv.received_total.packets, 0);
	assert_int_equal(tlv.identity[0], 0);
	assert_int_equal(tlv.sent.packets, 7);
	assert_int_equal(tlv.block, number);
	if (tlv.answer.status != ANSWER_VALID &&
	    tlv.answer.status != ANSWER_TWO_INGRESSES) {
		assert_int_equal(tlv.received.packets, 0);
		assert_int_equal(tlv.received.bytes, 0);
	}
	return tlv;
}

static inline void expect(unsigned int i, int64_t number, enum answer_status status)
{
	struct blocktlv tlv = ask_from(&alice, i, number);

	assert_int_equal(tlv.answer.status, status);
	assert_int_equal(tlv.answer.reason, REASON_NONE);
}

static inline void expect_valid(unsigned int i, int64_t number, uint64_t packets)
{
	struct blocktlv tlv = ask_from(&alice, i, number);

	assert_int_equal(tlv.answer.status, ANSWER_VALID);
	assert_int_equal(tlv.received.packets, packets);
	assert_int_equal(tlv.received.bytes, packets * 100);
}

static inline void expect_invalid(unsigned int i, int64_t number, enum reason reason)
{
	struct blocktlv tlv = ask_from(&alice, i, number);

	assert_int_equal(tlv.answer.status, ANSWER_INVALID);
	assert_int_equal(tlv.answer.reason, reason);
}

#endif /* TEST_UNIT_LEDGER_BENCH_H */
