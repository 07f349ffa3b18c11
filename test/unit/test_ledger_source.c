// SPDX-License-Identifier: GPL-2.0-only
/* The ledger: flows with a source in their key, and the last source of those without. */
#include "test/unit/ledger_bench.h"
#include "test/unit/unit.h"

static const struct in6_addr source = { .s6_addr = { 0xfd, [15] = 9 } };

static struct sr6flow_flow with_source(unsigned int netmask, uint8_t last)
{
	struct sr6flow_flow made = flow(0);

	made.netmask = netmask;
	made.source = source;
	made.source.s6_addr[15] = netmask == 128 ? last : 0;
	return made;
}

static void record_source(unsigned int netmask, uint8_t last, uint64_t packets)
{
	const struct record made = {
		.flow = with_source(netmask, last),
		.mask = MASK,
		.block = 10,
		.packets = packets,
	};

	assert_int_equal(ledger_record(ledger, &made), 0);
}

static struct blocktlv ask_source(unsigned int netmask, uint8_t last)
{
	struct blocktlv tlv = request(0, 10);
	bool known;

	tlv.flow = with_source(netmask, last);
	known = ledger_ask(ledger, &tlv, &alice);
	assert_int_equal(known, tlv.answer.status == ANSWER_VALID);
	assert_int_equal(tlv.flow.netmask, netmask);
	return tlv;
}

/* A valid answer has it, and no other. */
TEST_WITH(setup, teardown, test_last_source)
{
	struct record made = {
		.flow = flow(0), .mask = MASK, .block = 10, .packets = 5,
		.last_source = source,
	};
	struct blocktlv tlv = request(0, 10);

	assert_int_equal(ledger_record(ledger, &made), 0);
	made.block = 11;
	made.reason = REASON_TWO_SOURCES;
	made.packets = 0;
	assert_int_equal(ledger_record(ledger, &made), 0);
	ledger_block_end(ledger, 11);
	assert_true(ledger_ask(ledger, &tlv, &alice));
	assert_int_equal(tlv.answer.status, ANSWER_VALID);
	assert_memory_equal(&tlv.last_source, &source, sizeof(source));
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&tlv.flow.source));
	tlv = request(0, 11);
	assert_true(ledger_ask(ledger, &tlv, &alice));
	assert_int_equal(tlv.answer.status, ANSWER_INVALID);
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&tlv.last_source));
}

/* One SID list from two sources: two flows. */
TEST_WITH(setup, teardown, test_sources)
{
	record_source(128, 1, 5);
	record_source(128, 2, 7);
	ledger_block_end(ledger, 10);
	assert_int_equal(ledger_flows(ledger), 2);
	assert_int_equal(ask_source(128, 1).received.packets, 5);
	assert_int_equal(ask_source(128, 2).received.packets, 7);
	assert_int_equal(ask_source(128, 3).answer.status,
			 ANSWER_UNKNOWN_FLOW);
}

/* With another netmask there is no flow that could be the same. */
TEST_WITH(setup, teardown, test_netmask_differs)
{
	assert_int_equal(ask_source(64, 0).answer.status, ANSWER_NOT_FINISHED);
	record_source(128, 1, 5);
	assert_int_equal(ask_source(64, 0).answer.status, ANSWER_NOT_FINISHED);
	ledger_block_end(ledger, 10);
	assert_int_equal(ask_source(64, 0).answer.status,
			 ANSWER_NETMASK_DIFFERS);
	assert_int_equal(ask_source(127, 0).answer.status,
			 ANSWER_NETMASK_DIFFERS);
	expect(0, 10, ANSWER_NETMASK_DIFFERS);
}
