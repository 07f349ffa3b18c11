// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ledger: what it answers about every block around the kept ones, what a
 * clock that is set back does to it, and what strangers may ask.
 */
#include "test/unit/ledger_bench.h"
#include "test/unit/unit.h"

static const struct in6_addr bob = { .s6_addr = { 0xfd, [15] = 2 } };
static const struct in6_addr carol = { .s6_addr = { 0xfd, [15] = 3 } };

TEST_WITH(setup, teardown, test_kept_blocks)
{
	int64_t newest = 100, b;

	for (b = newest - 20; b <= newest; b++)
		block(b, REASON_NONE, (uint64_t)b);
	for (b = newest - LEDGER_BLOCKS + 1; b <= newest; b++)
		expect_valid(0, b, (uint64_t)b);
	for (b = newest - 20; b <= newest - LEDGER_BLOCKS; b++)
		expect(0, b, ANSWER_TOO_OLD);
	for (b = newest + 1; b < newest + 20; b++)
		expect(0, b, ANSWER_NOT_FINISHED);
}

TEST_WITH(setup, teardown, test_hostile_numbers)
{
	static const int64_t newest[] = {
		0, -1, 100, INT64_MIN, INT64_MIN + 3, INT64_MAX - 3, INT64_MAX,
	};
	static const int64_t asked[] = {
		INT64_MIN, INT64_MIN + 1, INT64_MIN + 7, -1, 0, 1,
		INT64_MAX - 7, INT64_MAX - 1, INT64_MAX,
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(newest); i++) {
		block(newest[i], REASON_NONE, 5);
		for (j = 0; j < ARRAY_SIZE(asked); j++) {
			struct blocktlv tlv = ask_from(&alice, 0, asked[j]);

			if (asked[j] > newest[i])
				assert_int_equal(tlv.answer.status,
						 ANSWER_NOT_FINISHED);
			else
				assert_int_not_equal(tlv.answer.status,
						     ANSWER_NOT_FINISHED);
		}
	}
}

TEST_WITH(setup, teardown, test_negative_blocks)
{
	int64_t b;

	for (b = -20; b <= -3; b++)
		block(b, REASON_NONE, (uint64_t)(b + 100));
	for (b = -10; b <= -3; b++)
		expect_valid(0, b, (uint64_t)(b + 100));
	expect(0, -11, ANSWER_TOO_OLD);
	expect(0, -2, ANSWER_NOT_FINISHED);
}

TEST_WITH(setup, teardown, test_nothing_reported)
{
	struct blocktlv tlv = request(0, 10);

	/* Known or not: who just started has not seen every flow. */
	assert_false(ledger_ask(ledger, &tlv, &alice));
	assert_int_equal(tlv.answer.status, ANSWER_NOT_FINISHED);
	dump(0, 1, 5);
	expect(0, 10, ANSWER_NOT_FINISHED);
	expect(0, INT64_MIN, ANSWER_NOT_FINISHED);
	record(0, 10, REASON_NONE, 5);
	expect(0, 10, ANSWER_NOT_FINISHED);
	ledger_block_end(ledger, 10);
	expect_valid(0, 10, 5);
	/* The flow was there; it is the readings that were not. */
	expect_invalid(0, 9, REASON_READ_LATE);
}

TEST_WITH(setup, teardown, test_unknown_flow_tells_timing)
{
	struct blocktlv own = request(0, 10), tlv = request(1, 10);

	block(10, REASON_NONE, 5);
	tlv.mask = 1;
	tlv.period_ms = 1;
	tlv.guard = 1;
	tlv.band = 1;
	assert_false(ledger_ask(ledger, &tlv, &alice));
	assert_int_equal(tlv.answer.status, ANSWER_UNKNOWN_FLOW);
	assert_int_equal(tlv.mask, own.mask);
	assert_int_equal(tlv.period_ms, own.period_ms);
	assert_int_equal(tlv.guard, own.guard);
	assert_int_equal(tlv.band, own.band);
	assert_int_equal(tlv.received.packets, 0);
}

static void expect_difference(struct blocktlv tlv, enum answer_status status)
{
	struct blocktlv own = request(0, 0);

	assert_true(ledger_ask(ledger, &tlv, &alice));
	assert_int_equal(tlv.answer.status, status);
	assert_int_equal(tlv.received.packets, 0);
	assert_int_equal(tlv.mask, own.mask);
	assert_int_equal(tlv.period_ms, own.period_ms);
	assert_int_equal(tlv.guard, own.guard);
	assert_int_equal(tlv.band, own.band);
}

TEST_WITH(setup, teardown, test_differences_first)
{
	static const int64_t numbers[] = { INT64_MIN, 1, 10, 11, INT64_MAX };
	unsigned int i;

	block(10, REASON_NONE, 5);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct blocktlv tlv = request(0, numbers[i]);

		tlv.band++;
		expect_difference(tlv, ANSWER_TIMING_DIFFERS);
		tlv.band--;
		tlv.guard--;
		expect_difference(tlv, ANSWER_TIMING_DIFFERS);
		tlv.mask = 0x3;
		expect_difference(tlv, ANSWER_MASK_DIFFERS);
		tlv.period_ms *= 10;
		expect_difference(tlv, ANSWER_PERIOD_DIFFERS);
	}
}

/* Cumulative counters go out with a valid answer, if the recorder knows them. */
TEST_WITH(setup, teardown, test_totals)
{
	struct record made = {
		.flow = flow(0), .mask = MASK, .instance = 0x0102030405060708,
		.block = 10, .packets = 5, .bytes = 500,
		.total = { 1000, 99000 }, .continuity = 0x1112131415161718,
	};
	static const uint8_t identity[] = {
		1, 2, 3, 4, 5, 6, 7, 8,
		0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,
	};
	struct blocktlv tlv = request(0, 10);

	assert_int_equal(ledger_record(ledger, &made), 0);
	made.block = 11;
	made.continuity = 0;
	assert_int_equal(ledger_record(ledger, &made), 0);
	made.block = 12;
	made.continuity = 1;
	made.reason = REASON_READ_LATE;
	assert_int_equal(ledger_record(ledger, &made), 0);
	ledger_block_end(ledger, 12);
	assert_true(ledger_ask(ledger, &tlv, &alice));
	assert_int_equal(tlv.received_total.packets, 1000);
	assert_int_equal(tlv.received_total.bytes, 99000);
	assert_memory_equal(tlv.identity, identity, sizeof(identity));
	/* These have none, and what the request had there is gone. */
	expect_valid(0, 11, 5);
	expect_invalid(0, 12, REASON_READ_LATE);
	/* After a step there are no figures, and no cumulative ones either. */
	ledger_stepped(ledger);
	expect_invalid(0, 10, REASON_CLOCK_STEPPED);
}

TEST_WITH(setup, teardown, test_flow_added)
{
	block(10, REASON_NONE, 5);
	/* Seen first while 12 runs and 11 is read. */
	dump(1, 1, 5);
	expect_invalid(1, 10, REASON_FLOW_ADDED);
	expect(1, 11, ANSWER_NOT_FINISHED);
	block(11, REASON_NONE, 5);
	expect_invalid(1, 11, REASON_FLOW_ADDED);
	dump(1, 1, 5);
	block(12, REASON_NONE, 5);
	expect_invalid(1, 12, REASON_FLOW_ADDED);
	dump(1, 1, 5);
	block(13, REASON_NONE, 5);
	expect_invalid(1, 13, REASON_READ_LATE);
	record(1, 14, REASON_NONE, 3);
	block(14, REASON_NONE, 5);
	expect_valid(1, 14, 3);
}

TEST_WITH(setup, teardown, test_reasons)
{
	enum reason reason;

	for (reason = REASON_SET_RESTARTED; reason <= REASON_UNKNOWN;
	     reason++) {
		block(100 + (int64_t)reason, reason, 0);
		expect_invalid(0, 100 + (int64_t)reason, reason);
	}
}

TEST_WITH(setup, teardown, test_second_record)
{
	record(0, 10, REASON_NONE, 5);
	record(0, 10, REASON_CLOCK_STEPPED, 0);
	record(0, 11, REASON_READ_LATE, 0);
	record(0, 11, REASON_NONE, 5);
	ledger_block_end(ledger, 11);
	expect_invalid(0, 10, REASON_CLOCK_STEPPED);
	expect_invalid(0, 11, REASON_READ_LATE);
}

TEST_WITH(setup, teardown, test_missed_blocks)
{
	block(10, REASON_NONE, 5);
	block(14, REASON_NONE, 6);
	expect_valid(0, 10, 5);
	expect_invalid(0, 12, REASON_READ_LATE);
	expect_valid(0, 14, 6);
	/* Far ahead: nothing of a round before is taken for the present. */
	block(10 + 1000 * LEDGER_BLOCKS, REASON_NONE, 7);
	expect(0, 10, ANSWER_TOO_OLD);
	expect_invalid(0, 14 + 999 * LEDGER_BLOCKS, REASON_READ_LATE);
	assert_int_equal(ledger_flows(ledger), 1);
}

TEST_WITH(setup, teardown, test_clock_set_back)
{
	int64_t b;

	for (b = 90; b <= 100; b++) {
		dump(1, 1, 5);
		record(1, b, REASON_NONE, 50);
		block(b, REASON_NONE, 5);
	}
	/* Recorded again, as the recorder does it; flow 1 is not. */
	block(97, REASON_CLOCK_STEPPED, 0);
	expect_valid(0, 96, 5);
	expect_valid(1, 96, 50);
	expect_invalid(0, 97, REASON_CLOCK_STEPPED);
	expect_invalid(1, 97, REASON_CLOCK_STEPPED);
	expect(0, 98, ANSWER_NOT_FINISHED);
	expect(1, 100, ANSWER_NOT_FINISHED);
	for (b = 98; b <= 100; b++)
		block(b, REASON_CLOCK_STEPPED, 0);
	expect_invalid(1, 100, REASON_CLOCK_STEPPED);
	block(101, REASON_NONE, 9);
	expect_valid(0, 101, 9);
	expect_invalid(0, 100, REASON_CLOCK_STEPPED);
}

TEST_WITH(setup, teardown, test_clock_stepped)
{
	int64_t b;

	for (b = 90; b <= 100; b++)
		block(b, b == 97 ? REASON_READ_LATE : REASON_NONE, 5);
	ledger_stepped(ledger);
	for (b = 93; b <= 100; b++)
		expect_invalid(0, b, REASON_CLOCK_STEPPED);
	/* Forwards: some are cut off, and the next is of the time after it. */
	block(101, REASON_CLOCK_STEPPED, 0);
	block(103, REASON_CLOCK_STEPPED, 0);
	block(104, REASON_NONE, 6);
	expect_valid(0, 104, 6);
	expect_invalid(0, 100, REASON_CLOCK_STEPPED);
	expect_invalid(0, 102, REASON_READ_LATE);
}

TEST_WITH(setup, teardown, test_clock_set_back_far)
{
	int64_t b;

	for (b = 1000; b <= 1010; b++)
		block(b, REASON_NONE, 5);
	ledger_block_end(ledger, 10);
	expect(0, 1009, ANSWER_NOT_FINISHED);
	for (b = 11; b <= 30; b++)
		block(b, REASON_NONE, 6);
	expect_valid(0, 30, 6);
	assert_int_equal(ledger_flows(ledger), 1);
}

TEST_WITH(setup, teardown, test_removed_flow_goes)
{
	int64_t b;

	dump(1, 1, 5);
	record(1, 10, REASON_NONE, 3);
	block(10, REASON_NONE, 5);
	for (b = 11; b <= 10 + LEDGER_BLOCKS - 1; b++)
		block(b, REASON_NONE, 5);
	expect_valid(1, 10, 3);
	block(b++, REASON_NONE, 5);
	expect(1, 10, ANSWER_TOO_OLD);
	assert_int_equal(ledger_flows(ledger), 2);
	block(b, REASON_NONE, 5);
	expect(1, 10, ANSWER_UNKNOWN_FLOW);
	assert_int_equal(ledger_flows(ledger), 1);
}

/* A set that loses and gets flows all the time does not grow the ledger. */
TEST_WITH(setup, teardown, test_memory_is_bounded)
{
	unsigned int i;

	for (i = 0; i < 5000; i++) {
		dump(i, 1, 1);
		record(i, i, REASON_NONE, 1);
		ledger_block_end(ledger, i);
		assert_true(ledger_flows(ledger) <= LEDGER_BLOCKS + 1);
	}
}

/* Asking makes nothing. */
TEST_WITH(setup, teardown, test_asking_costs_no_memory)
{
	unsigned int i;

	block(10, REASON_NONE, 5);
	for (i = 1; i < 5000; i++)
		expect(i, 10, ANSWER_UNKNOWN_FLOW);
	assert_int_equal(ledger_flows(ledger), 1);
}

static void expect_from(const struct in6_addr *from, int64_t number,
			enum answer_status status)
{
	assert_int_equal(ask_from(from, 0, number).answer.status, status);
}

TEST_WITH(setup, teardown, test_two_ingresses)
{
	int64_t b;

	for (b = 1; b <= 100; b++)
		block(b, REASON_NONE, 5);
	expect_from(&alice, 100, ANSWER_VALID);
	expect_from(&alice, 99, ANSWER_VALID);
	expect_from(&bob, 100, ANSWER_TWO_INGRESSES);
	expect_from(&alice, 100, ANSWER_TWO_INGRESSES);
	assert_int_equal(ask_from(&alice, 0, 100).received.packets, 5);
	block(101, REASON_NONE, 5);
	expect_from(&alice, 101, ANSWER_TWO_INGRESSES);
	block(102, REASON_NONE, 5);
	expect_from(&alice, 102, ANSWER_TWO_INGRESSES);
	/* Bob has sent nothing for more than two blocks. */
	block(103, REASON_NONE, 5);
	expect_from(&alice, 103, ANSWER_VALID);
	/* A third one shows as well. */
	expect_from(&carol, 103, ANSWER_TWO_INGRESSES);
	expect_from(&alice, 103, ANSWER_TWO_INGRESSES);
}

/* Both ask before the block is finished: not even the first gets a figure. */
TEST_WITH(setup, teardown, test_two_ingresses_at_once)
{
	block(10, REASON_NONE, 5);
	expect_from(&alice, 11, ANSWER_NOT_FINISHED);
	expect_from(&bob, 11, ANSWER_NOT_FINISHED);
	block(11, REASON_NONE, 5);
	expect_from(&alice, 11, ANSWER_TWO_INGRESSES);
	expect_from(&bob, 11, ANSWER_TWO_INGRESSES);
}

TEST_WITH(setup, teardown, test_idle_sender_is_no_ingress)
{
	struct blocktlv tlv = request(0, 10);

	block(10, REASON_NONE, 5);
	memset(&tlv.sent, 0, sizeof(tlv.sent));
	assert_true(ledger_ask(ledger, &tlv, &bob));
	assert_int_equal(tlv.answer.status, ANSWER_VALID);
	expect_from(&alice, 10, ANSWER_VALID);
}

/* Numbers that are not of our time leave no trace. */
TEST_WITH(setup, teardown, test_absurd_ingress)
{
	block(10, REASON_NONE, 5);
	expect_from(&bob, INT64_MAX, ANSWER_NOT_FINISHED);
	expect_from(&bob, 13, ANSWER_NOT_FINISHED);
	expect_from(&bob, INT64_MIN, ANSWER_TOO_OLD);
	expect_from(&alice, 10, ANSWER_VALID);
}

TEST_WITH(setup, teardown, test_invalid_before_two_ingresses)
{
	block(10, REASON_NO_RULE, 0);
	expect_from(&bob, 10, ANSWER_INVALID);
	expect_from(&alice, 10, ANSWER_INVALID);
}

TEST_WITH(setup, teardown, test_total)
{
	assert_int_equal(ledger_total(ledger), 0);
	dump(0, 1, 9);
	dump(1, 1, 19);
	assert_int_equal(ledger_total(ledger), 30);
	/* A dump that was interrupted and begins anew counts once. */
	dump(0, 1, 9);
	dump(0, 1, 14);
	assert_int_equal(ledger_total(ledger), 35);
	/* Counters that restarted go on from what there was. */
	dump(0, 2, 2);
	assert_int_equal(ledger_total(ledger), 38);
	ledger_block_end(ledger, 10);
	ledger_block_end(ledger, 100);
	assert_int_equal(ledger_flows(ledger), 0);
	assert_int_equal(ledger_total(ledger), 38);
}

/* What never comes need not be asked for again; by another time, it may come. */
TEST_WITH(setup, teardown, test_begins)
{
	struct blocktlv unknown = request(1, 9);

	dump(0, 1, 5);
	ledger_begins(ledger, 10);
	expect(0, 9, ANSWER_TOO_OLD);
	expect(0, INT64_MIN, ANSWER_TOO_OLD);
	expect(0, 10, ANSWER_NOT_FINISHED);
	ledger_ask(ledger, &unknown, &alice);
	assert_int_equal(unknown.answer.status, ANSWER_TOO_OLD);
	ledger_stepped(ledger);
	expect(0, 9, ANSWER_NOT_FINISHED);
	ledger_begins(ledger, 10);
	block(11, REASON_NONE, 5);
	expect(0, 9, ANSWER_TOO_OLD);
	expect_invalid(0, 10, REASON_READ_LATE);
	expect_valid(0, 11, 5);
	block(2, REASON_NONE, 6);
	expect_valid(0, 2, 6);
	expect(0, 3, ANSWER_NOT_FINISHED);
}
