// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the prober asks: pace, window, back-off, a full socket, a dead peer.
 */
#include <inttypes.h>

#include "lmctl/stamp/blocktlv.h"
#include "lmctl/stamp/stamp.h"
#include "prober_bench.h"
#include "test/unit/unit.h"

UNIT_EACH(bench_setup, bench_teardown)

TEST(test_silent)
{
	bench.flows = 2000;
	bench.request = bench_lose_first;
	bench_one(9 * BENCH_MS);
	/* No stream to a peer that does not reply. */
	assert_int_equal(bench.sent[0], 16);
	bench_run(PROBER_PATIENCE * SECOND - 9 * BENCH_MS);
	bench_expect(2000, 1, ANSWER_NO_ANSWER, 2000);
	assert_int_equal(bench.reports, 1);
	assert_int_equal(bench.report[0].requests, bench.sent[0]);
	assert_int_equal(bench.report[0].samples, 0);
	assert_in_range(bench.sent[0], 1000, 16 * 100 * PROBER_PATIENCE + 16);
	assert_int_equal(prober_run(bench.prober), INT64_MAX);
}

/* The other one is not held up, and its report does not wait. */
TEST(test_one_silent)
{
	bench.npeers = 2;
	bench.flows = 3;
	bench.request = bench_lose_first;
	bench_one(20 * BENCH_MS);
	bench_expect(0, 0, ANSWER_VALID, 0);
	assert_int_equal(bench.reports, 1);
	assert_int_equal(bench.report[1].replies, 3);
	bench_run(PROBER_PATIENCE * SECOND);
	bench_expect(3, 1, ANSWER_VALID, 3);
	assert_int_equal(bench_answers(ANSWER_NO_ANSWER), 3);
	assert_int_equal(bench.reports, 2);
	assert_int_equal(bench.sent[1], 3);
}

TEST(test_back_off)
{
	bench.request = bench_lose_first;
	bench_one(9 * BENCH_MS);
	assert_int_equal(bench.sent[0], 1);
	/* 10 + 15 + 22.5 ms, then 1/32 of the period. */
	bench_run(39 * BENCH_MS);
	assert_int_equal(bench.sent[0], 4);
	bench_run(SECOND - 48 * BENCH_MS);
	assert_in_range(bench.sent[0], 33, 35);
	bench_run((PROBER_PATIENCE - 1) * SECOND);
	assert_in_range(bench.sent[0], 50, 62);
}

TEST(test_again)
{
	bench.flows = 1000;
	bench.again = 3;
	bench_start(1);
	bench_next(0);
	assert_int_equal(prober_run(bench.prober), bench.now + BENCH_MS);
	assert_int_equal(bench.sent[0], 3);
	assert_int_equal(prober_run(bench.prober), bench.now + BENCH_MS);
	bench.again = -1;
	bench_run(SECOND / 2);
	bench_expect(1000, 1, ANSWER_VALID, 1000);
	/* What was not sent has taken no number and was not counted. */
	assert_int_equal(bench.report[0].requests, bench.sent[0]);
	assert_in_range(bench.sent[0], 1000 / 9 + 16, 1000 / 8 + 16);
}

TEST(test_window)
{
	bench.flows = 1000;
	bench.window = 4;
	bench.delay = 2 * BENCH_MS;
	bench_one(3 * BENCH_MS);
	assert_int_equal(bench.sent[0], 4);
	bench_run(3 * BENCH_MS);
	assert_int_equal(bench.sent[0], 8);
	bench_run(SECOND / 2);
	bench_expect(1000, 1, ANSWER_VALID, 1000);
}

TEST(test_paced)
{
	bench.flows = 10000;
	bench_one(10 * BENCH_MS);
	assert_int_equal(bench.sent[0], 16 + 64);
	bench_run(1 * BENCH_MS);
	assert_int_equal(bench.sent[0], 16 + 64 + 64);
	bench_run(SECOND / 2);
	bench_expect(10000, 1, ANSWER_VALID, 10000);
}

/* All is asked for once when the peer has not read it, and once when it has. */
TEST(test_not_finished)
{
	const unsigned int full = (2000 + 7) / 8;

	bench.flows = 2000;
	bench.peer_late = 600 * BENCH_MS;
	bench_one(500 * BENCH_MS);
	/* 16 with one flow each, until the peer has answered one. */
	assert_in_range(bench.sent[0], full + 5, full + 16 + 25);
	assert_int_equal(bench.results, 0);
	bench_run(SECOND);
	bench_expect(2000, 1, ANSWER_VALID, 2000);
	assert_in_range(bench.sent[0], 2 * full, 2 * full + 16 + 30);
	assert_in_range(bench.last_result, bench.now - 900 * BENCH_MS,
			bench.now - 800 * BENCH_MS);
}

/* A peer of two sets: one of them is read late, the other one never. */
static bool two_sets(struct net_event *msg)
{
	size_t offset = stamp_base_len(false);
	struct blocktlv value;
	struct stamp_tlv tlv;

	while (stamp_tlv_next(msg->data, msg->len, &offset, &tlv) == 1) {
		assert_int_equal(blocktlv_read(&value, tlv.value, tlv.len), 0);
		if (value.flow.source.s6_addr[15] & 1 ||
		    bench.now < bench.last_result) {
			value.answer.status = ANSWER_NOT_FINISHED;
			blocktlv_write(&value, tlv.value);
		}
	}
	return true;
}

TEST(test_two_sets)
{
	const unsigned int full = (2000 + 7) / 8;

	bench.flows = 2000;
	bench.reply = two_sets;
	bench_start(1);
	bench_next(0);
	/* Until the first set is read, there is no result. */
	bench.last_result = bench.now + SECOND / 2;
	bench_run(2 * SECOND);
	assert_int_equal(bench.answers[ANSWER_NOT_FINISHED], 0);
	bench_run(PROBER_PATIENCE * SECOND);
	assert_int_equal(bench_answers(ANSWER_VALID), 1000);
	assert_int_equal(bench_answers(ANSWER_NOT_FINISHED), 1000);
	assert_in_range(bench.sent[0], full * 3, full * PROBER_PATIENCE);
}

/* Answers of the other flows do not make those that wait be asked for. */
TEST(test_not_finished_lossy)
{
	const unsigned int full = (2000 + 7) / 8;

	bench.flows = 2000;
	bench.loss = 20;
	bench.peer_late = 600 * BENCH_MS;
	bench_one(2 * SECOND);
	bench_expect(2000, 1, ANSWER_VALID, 2000);
	assert_in_range(bench.sent[0], 2 * full, 5 * full);
}

/* The ledger of the peer is a new one: it has not read block 1, and block 2 late. */
static void restart(void)
{
	ledger_free(bench.ledger[0]);
	bench.ledger[0] = ledger_new(&bench.config.timing);
	assert_non_null(bench.ledger[0]);
	ledger_begins(bench.ledger[0], BENCH_FIRST_BLOCK + 2);
}

TEST(test_restart)
{
	const unsigned int full = 667;
	uint64_t sent;

	bench.flows = 8 * full;
	bench_start(3);
	bench_next_for(0, SECOND / 2);
	bench_expect(bench.flows, 1, ANSWER_VALID, bench.flows);
	sent = bench.sent[0];
	bench_next_for(1, BENCH_MS);
	restart();
	bench_run(SECOND / 2);
	bench_expect(2 * bench.flows, 2, ANSWER_TOO_OLD, bench.flows);
	print_message("# restarted: %" PRIu64 " messages for %u\n",
		      bench.sent[0] - sent, full);
	assert_in_range(bench.sent[0] - sent, full, full + full / 4);
	sent = bench.sent[0];
	bench.peer_late = 700 * BENCH_MS;
	bench_next_for(2, SECOND);
	bench_expect(3 * bench.flows, 3, ANSWER_VALID, 2 * bench.flows);
	print_message("# read late: %" PRIu64 " messages for %u\n",
		      bench.sent[0] - sent, full);
	assert_in_range(bench.sent[0] - sent, 2 * full, 2 * full + full / 2);
}
