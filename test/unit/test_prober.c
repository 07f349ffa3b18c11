// SPDX-License-Identifier: GPL-2.0-only
/*
 * The prober on a network that keeps all messages: what is asked of
 * whom, and what comes out. When: test_prober_pace.c; hostile replies:
 * test_prober_replies.c; lost messages and many flows: test_prober_loss.c.
 */
#include <string.h>

#include "prober_bench.h"
#include "test/unit/unit.h"

UNIT_EACH(bench_setup, bench_teardown)

TEST(test_exact)
{
	const struct delay *delay = &bench.kept[0].peer[0].delay;
	const struct peer_report *report = &bench.report[0];

	bench_one(SECOND / 2);
	bench_expect(1, 1, ANSWER_VALID, 1);
	assert_int_equal(bench.sent[0], 1);
	assert_true(delay->known && delay->one_way);
	assert_int_equal(delay->round_trip, 10 * BENCH_MS);
	assert_int_equal(delay->forward, 5 * BENCH_MS);
	assert_int_equal(delay->backward, 5 * BENCH_MS);
	/* Estimates are rounded up: 8 bits of multiplier. */
	assert_in_range(delay->error, 3 * BENCH_MS, 3 * BENCH_MS + 20000);
	assert_int_equal(bench.reports, 1);
	assert_ptr_equal(report->of, bench.kept[0].of);
	assert_int_equal(report->block, BENCH_FIRST_BLOCK);
	assert_int_equal(report->requests, 1);
	assert_int_equal(report->replies, 1);
	assert_int_equal(rejects_total(&report->rejects), 0);
	assert_int_equal(report->samples, 1);
	assert_int_equal(report->round_trip_avg, 10 * BENCH_MS);
	assert_true(report->one_way && report->peer_synchronised);
	assert_int_equal(report->forward_avg, 5 * BENCH_MS);
	assert_int_equal(report->backward_avg, 5 * BENCH_MS);
	assert_int_equal(report->error_max, delay->error);
	assert_int_equal(report->offset, 0);
	assert_int_equal(prober_run(bench.prober), INT64_MAX);
}

TEST(test_unsynchronised)
{
	bench_start(1);
	prober_clock(bench.prober, false, 2 * BENCH_MS);
	bench_next_for(0, SECOND / 2);
	bench_expect(1, 1, ANSWER_VALID, 1);
	assert_true(bench.kept[0].peer[0].delay.known);
	assert_false(bench.kept[0].peer[0].delay.one_way);
	assert_false(bench.report[0].one_way);
	assert_true(bench.report[0].peer_synchronised);
}

/* 1000 flows of 1 to 4 SIDs: a TLV is 100 bytes on the average. */
TEST(test_packed)
{
	uint64_t sent;

	bench.flows = 1000;
	bench.auth = *state != NULL;
	bench_start(2);
	bench_next_for(0, SECOND / 2);
	bench_expect(1000, 1, ANSWER_VALID, 1000);
	sent = bench.sent[0];
	bench_next_for(1, SECOND / 2);
	bench_expect(2000, 2, ANSWER_VALID, 2000);
	assert_in_range(bench.sent[0] - sent, 1000 / 9, 1000 / 7 + 1);
	/* At first one by one, until a reply has come. */
	assert_in_range(sent, 1000 / 9 + 16, 1000 / 7 + 16);
}
TEST_AGAIN(test_packed_auth, "test_packed: auth", test_packed, "")

TEST(test_in_band)
{
	bench.flows = 40;
	bench.auth = *state != NULL;
	bench.in_band = true;
	bench_one(SECOND / 2);
	bench_expect(40, 1, ANSWER_VALID, 40);
	assert_int_equal(bench.sent[0], 40);
}
TEST_AGAIN(test_in_band_auth, "test_in_band: auth", test_in_band, "")

TEST(test_several_peers)
{
	struct segment total;

	bench.npeers = 3;
	bench.group = *state != NULL;
	bench.flows = 5;
	bench.invalid_flow = 2;
	bench_start(1);
	bench_next(0);
	/* A sum tells nothing without the own count: no need to ask. */
	assert_int_equal(bench.results, bench.group ? 1 : 0);
	bench_run(SECOND / 2);
	bench_expect(5, 1, ANSWER_VALID, bench.group ? 12 : 15);
	assert_int_equal(bench_answers(ANSWER_NOT_ASKED), bench.group ? 3 : 0);
	assert_int_equal(bench.reports, 3);
	total = result_total(&bench.kept[0]);
	if (bench.group) {
		assert_int_equal(bench.kept_flow[0], 2);
		assert_int_equal(total.status, RESULT_INVALID);
	} else {
		assert_int_equal(result_segment(&bench.kept[2], 1).status,
				 RESULT_EXACT);
		assert_int_equal(result_segment(&bench.kept[2], 1).lost, 10);
		assert_int_equal(bench.kept[2].reason, REASON_FLOW_RESTARTED);
		assert_int_equal(total.status, RESULT_EXACT);
	}
}
TEST_AGAIN(group_of_3, "group of 3", test_several_peers, "")

TEST(test_not_asked)
{
	bench.invalid_flow = 0;
	bench_start(1);
	bench_next(0);
	bench_expect(1, 0, ANSWER_NOT_ASKED, 1);
	assert_int_equal(bench.kept[0].reason, REASON_FLOW_RESTARTED);
	/* There is a delay all the same. */
	bench_run(SECOND / 2);
	bench_expect(1, 1, ANSWER_NOT_ASKED, 1);
	assert_int_equal(bench.report[0].samples, 1);
}

TEST(test_empty)
{
	bench.flows = 0;
	bench.in_band = bench.auth = *state != NULL;
	bench_one(SECOND / 2);
	bench_expect(0, 1, ANSWER_VALID, 0);
	assert_int_equal(bench.sent[0], 1);
	assert_int_equal(bench.report[0].samples, 1);
}
TEST_AGAIN(test_empty_auth_in_band, "test_empty: auth, in band", test_empty, "")

TEST(test_unknown_flow)
{
	bench.flows = 20;
	bench.forget_flow = 7;
	bench_one(SECOND / 2);
	bench_expect(20, 1, ANSWER_VALID, 19);
	assert_int_equal(bench_answers(ANSWER_UNKNOWN_FLOW), 1);
	assert_int_equal(bench.kept[7].peer[0].mask, SR6FLOW_MASK_DEFAULT);
}

TEST(test_never_finished)
{
	bench.peer_late = 100 * SECOND;
	bench_one(PROBER_PATIENCE * SECOND - 1);
	bench_expect(0, 0, ANSWER_NOT_FINISHED, 0);
	bench_run(1);
	bench_expect(1, 1, ANSWER_NOT_FINISHED, 1);
	assert_true(bench.kept[0].peer[0].delay.known);
}

TEST(test_flush)
{
	bench.npeers = 2;
	bench.flows = 10;
	bench.request = bench_lose_first;
	bench_start(3);
	bench_next_for(0, SECOND / 4);
	bench_next(1);
	bench_records(2);
	prober_flush(bench.prober);
	bench_expect(30, 3, ANSWER_VALID, 10);
	assert_int_equal(bench_answers(ANSWER_NO_ANSWER), 50);
	/* Two blocks were asked for. */
	assert_int_equal(bench.reports, 4);
	/* Replies that are still under way harm nobody. */
	bench_run(SECOND);
	bench_expect(30, 3, ANSWER_VALID, 10);
}

/* Replies to block 0 are in; those to block 1 are on their way when the clock steps. */
TEST(test_stepped)
{
	unsigned int i;

	bench.flows = 10;
	bench.delay = 20 * BENCH_MS;
	bench_start(3);
	bench_next_for(0, SECOND / 4);
	bench_next_for(1, 30 * BENCH_MS);
	assert_int_equal(bench.results, 10);
	prober_stepped(bench.prober);
	assert_int_equal(bench.results, 20);
	assert_int_equal(bench.ends, 2);
	for (i = 0; i < 20; i++)
		assert_int_equal(bench.kept[i].reason,
				 i < 10 ? REASON_NONE : REASON_CLOCK_STEPPED);
	bench_run(SECOND / 4);
	assert_int_equal(bench.results, 20);
	bench_next_for(2, SECOND / 4);
	bench_expect(30, 3, ANSWER_VALID, 20);
	assert_int_equal(bench.kept[29].reason, REASON_NONE);
}

TEST(test_freed_open)
{
	bench.flows = 100;
	bench_start(2);
	bench_next(0);
	prober_run(bench.prober);
	bench_records(1);
	bench_expect(0, 0, ANSWER_VALID, 0);
}

/* A block that never ends does not stay for ever. */
TEST(test_no_end)
{
	bench_start(1);
	bench_records(0);
	bench_run(PROBER_PATIENCE * SECOND);
	bench_expect(1, 1, ANSWER_NO_ANSWER, 1);
	assert_int_equal(bench.reports, 0);
	assert_int_equal(bench.sent[0], 0);
}

/* A number comes again while replies for its first time are under way. */
TEST(test_generations)
{
	bench.flows = 10;
	bench_start(1);
	bench_next(0);
	prober_run(bench.prober);
	bench_records(0);
	bench_expect(10, 1, ANSWER_NO_ANSWER, 10);
	bench_run(SECOND / 4);
	bench_expect(10, 1, ANSWER_VALID, 0);
	assert_int_equal(prober_block_end(bench.prober, BENCH_FIRST_BLOCK), 0);
	bench_run(SECOND / 4);
	bench_expect(20, 2, ANSWER_VALID, 10);
	/* And when it was complete. */
	bench_records(0);
	assert_int_equal(prober_block_end(bench.prober, BENCH_FIRST_BLOCK), 0);
	bench_run(SECOND / 4);
	bench_expect(30, 3, ANSWER_VALID, 20);
}

TEST(test_clock_back)
{
	bench.request = bench_lose_first;
	bench_start(2);
	bench_next_for(0, SECOND / 2);
	bench.now -= 5 * SECOND;
	bench.request = NULL;
	bench_run(SECOND / 4);
	bench_expect(1, 1, ANSWER_VALID, 1);
	assert_true(bench.last_result < bench.now);
}

TEST(test_clock_back_patience)
{
	bench.request = bench_lose_first;
	bench_start(2);
	bench_next_for(0, SECOND / 2);
	bench.now -= 5 * SECOND;
	/* The time of the second one is not moved, it began after the step. */
	bench_records(1);
	assert_int_equal(prober_block_end(bench.prober,
					  BENCH_FIRST_BLOCK + 1), 0);
	bench_run(PROBER_PATIENCE * SECOND - SECOND / 2 - SECOND / 20);
	bench_expect(0, 0, ANSWER_NO_ANSWER, 0);
	bench_run(SECOND / 10);
	bench_expect(1, 1, ANSWER_NO_ANSWER, 1);
	bench_run(SECOND / 2);
	bench_expect(2, 2, ANSWER_NO_ANSWER, 2);
}

static struct key other_key(void)
{
	struct key key = *bench_key();

	key.secret[0] ^= 1;
	return key;
}

TEST(test_rekey)
{
	struct key key = other_key();

	bench.auth = true;
	bench_start(2);
	bench_next(0);
	prober_run(bench.prober);
	prober_rekey(bench.prober, &key);
	prober_rekey(bench.prober, &key);
	bench_run(SECOND / 4);
	bench_expect(1, 1, ANSWER_VALID, 1);
	/* The peer does not have the new one. */
	bench_next_for(1, SECOND / 4);
	bench_expect(1, 1, ANSWER_VALID, 1);
	prober_rekey(bench.prober, bench_key());
	bench_run(SECOND / 4);
	bench_expect(2, 2, ANSWER_VALID, 2);
}
