// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gap rows: blocks without figures are summed up once, to the packet, or never.
 * The bench compares each row with what the blocks without figures lost.
 */
#include <string.h>

#include "prober_bench.h"
#include "test/unit/unit.h"

UNIT_EACH(bench_setup, bench_teardown)

#define FIRST BENCH_FIRST_BLOCK

/* The peer @lost of them does not get anything. */
static unsigned int lost;

static bool lose_one(struct net_event *msg)
{
	return msg->peer != lost;
}

static void start(unsigned int flows, unsigned int blocks)
{
	bench_init();
	bench.flows = flows;
	bench_start(blocks);
}

static void finish(uint64_t gaps)
{
	bench_run((PROBER_PATIENCE + 1) * SECOND);
	assert_int_equal(bench.wrong, 0);
	assert_int_equal(bench.gaps, gaps);
}

static void gap_is(unsigned int first, unsigned int last, uint64_t n)
{
	assert_int_equal(bench.gap.first, FIRST + first);
	assert_int_equal(bench.gap.block, FIRST + last);
	assert_int_equal(bench.gap.gap, n);
}

/* Some blocks that one peer read late. */
static void late(unsigned int peer, unsigned int from, unsigned int to)
{
	bench.peer_reason[peer] = REASON_READ_LATE;
	bench_blocks(from, to);
	bench.peer_reason[peer] = REASON_NONE;
}

/* Twenty blocks without a message: the last ones are still asked for then. */
TEST(test_outage)
{
	start(3, 30);
	bench_blocks(0, 5);
	bench.request = bench_lose;
	bench_blocks(5, 25);
	assert_int_equal(bench.gaps, 0);
	bench.request = NULL;
	bench_blocks(25, 26);
	assert_int_equal(bench.gaps, 3);
	/* The last ones of the outage were still asked for, and answered. */
	gap_is(5, 24 - PROBER_PATIENCE, 20 - PROBER_PATIENCE);
	assert_int_equal(bench_answers(ANSWER_NO_ANSWER), 3 * bench.gap.gap);
	assert_int_equal(bench.gap.covers, RESULT_TOTAL | RESULT_SEGMENT(0));
	bench_blocks(26, 30);
	finish(3);
}

/* One block that one end read late. Each row comes once. */
static void run_late(bool here)
{
	start(1, 12);
	bench.invalid_reason = REASON_READ_LATE;
	bench_blocks(0, 4);
	if (here)
		bench.invalid_flow = 0;
	else
		bench.peer_reason[0] = REASON_STILL_COUNTING;
	bench_blocks(4, 5);
	bench.invalid_flow = -1;
	bench.peer_reason[0] = REASON_NONE;
	/* One exact block tells nothing of the one before it. */
	bench_blocks(5, 6);
	assert_int_equal(bench.gaps, 0);
	bench_blocks(6, 7);
	assert_int_equal(bench.gaps, 1);
	gap_is(4, 4, 1);
	bench_blocks(7, 12);
	finish(1);
}

TEST(test_late)
{
	run_late(true);
	run_late(false);
}

/* What was wrong was more than the time. */
static void run_broken(enum reason here, enum reason there)
{
	start(1, 12);
	bench.invalid_reason = here;
	bench_blocks(0, 4);
	bench.invalid_flow = here ? 0 : -1;
	bench.peer_reason[0] = there;
	bench_blocks(4, 6);
	bench.invalid_flow = -1;
	bench.peer_reason[0] = REASON_NONE;
	bench_blocks(6, 10);
	assert_int_equal(bench.gaps, 0);
	/* That is over, and the next gap has its row. */
	late(0, 10, 11);
	finish(0);
}

TEST(test_broken)
{
	enum reason reason;

	for (reason = REASON_NONE + 1; reason <= REASON_UNKNOWN; reason++) {
		if (reason_timing(reason))
			continue;
		run_broken(reason, REASON_NONE);
		run_broken(REASON_NONE, reason);
	}
}

/* Something happened in the gap that only the identities know. */
static void run_identity(bool here, bool there)
{
	start(1, 16);
	bench_blocks(0, 4);
	late(0, 4, 6);
	bench.epoch += here;
	bench.peer_epoch[0] += there;
	bench_blocks(6, 10);
	assert_int_equal(bench.gaps, 0);
	late(0, 10, 11);
	bench_blocks(11, 14);
	gap_is(10, 10, 1);
	finish(1);
}

TEST(test_identity)
{
	run_identity(true, false);
	run_identity(false, true);
	run_identity(true, true);
}

/* Without cumulative counters a gap stays open, whoever does not know them. */
static void run_unknown(bool here)
{
	uint64_t *epoch = here ? &bench.epoch : &bench.peer_epoch[0];

	start(1, 12);
	bench_blocks(0, 3);
	*epoch = 0;
	late(0, 3, 5);
	bench_blocks(5, 8);
	assert_int_equal(bench.gaps, 0);
	*epoch = 1;
	bench_blocks(8, 9);
	assert_int_equal(bench.gaps, 1);
	gap_is(3, 4, 2);
	bench_blocks(9, 12);
	finish(1);
}

TEST(test_unknown)
{
	run_unknown(true);
	run_unknown(false);
}

/* Blocks with figures between others are not counted twice. */
TEST(test_every_other)
{
	unsigned int i;

	start(2, 20);
	bench_blocks(0, 4);
	for (i = 4; i < 13; i++) {
		bench.peer_reason[0] = i % 2 ? REASON_NONE : REASON_READ_LATE;
		bench_blocks(i, i + 1);
	}
	assert_int_equal(bench.gaps, 0);
	bench.peer_reason[0] = REASON_NONE;
	bench_blocks(13, 20);
	gap_is(4, 12, 5);
	finish(2);
}

/* A reader that was held up has no records of most of the blocks. */
TEST(test_held_up)
{
	start(1, 20);
	bench_blocks(0, 4);
	bench_blocks(11, 14);
	assert_int_equal(bench.gaps, 1);
	gap_is(4, 10, 7);
	finish(1);
}

/* A block that is answered after the next one is no gap. */
TEST(test_overtaken)
{
	start(1, 8);
	bench_blocks(0, 3);
	/* The third one finds no answer until the fifth has one. */
	bench.request = bench_lose;
	bench_blocks(3, 4);
	bench_run(SECOND / 2);
	bench.request = NULL;
	bench_blocks(4, 6);
	bench_expect(6, 6, ANSWER_VALID, 6);
	finish(0);
}

TEST(test_stepped)
{
	start(1, 12);
	bench_blocks(0, 4);
	late(0, 4, 5);
	prober_stepped(bench.prober);
	bench_blocks(5, 12);
	finish(0);
}

/* A flow that left the set and came back. */
TEST(test_removed)
{
	start(1, 12);
	bench_blocks(0, 4);
	bench_run(block_window_open(&bench.config.timing, FIRST + 4) - bench.now);
	assert_int_equal(prober_block_end(bench.prober, FIRST + 4), 0);
	bench.results_of[4]++;
	bench_blocks(5, 10);
	finish(0);
}

/* Of several peers on a path, each part has its own gap. */
TEST(test_path)
{
	unsigned int i;

	bench.npeers = 3;
	bench.flows = 2;
	bench_start(20);
	bench_blocks(0, 4);
	/* The middle: the whole has figures, both segments beside it do not. */
	late(1, 4, 6);
	bench_blocks(6, 8);
	assert_int_equal(bench.gaps, 2);
	assert_int_equal(bench.gap.covers, RESULT_SEGMENT(1) | RESULT_SEGMENT(2));
	assert_int_equal(result_total(&bench.gap).status, RESULT_INVALID);
	/* This node: the other segments have figures all the time. */
	bench.invalid_reason = REASON_READ_LATE;
	bench.invalid_flow = 1;
	bench_blocks(8, 9);
	bench.invalid_flow = -1;
	bench_blocks(9, 11);
	assert_int_equal(bench.gaps, 3);
	assert_int_equal(bench.gap.covers, RESULT_SEGMENT(0) | RESULT_TOTAL);
	/* All of them. */
	for (i = 0; i < 3; i++)
		bench.peer_reason[i] = REASON_READ_LATE;
	bench_blocks(11, 13);
	memset(bench.peer_reason, 0, sizeof(bench.peer_reason));
	bench_blocks(13, 15);
	assert_int_equal(bench.gaps, 5);
	assert_int_equal(bench.gap.covers, RESULT_TOTAL | RESULT_SEGMENT(0) |
			 RESULT_SEGMENT(1) | RESULT_SEGMENT(2));
	gap_is(11, 12, 2);
	finish(5);
}

/* As many blocks between the same two are no reason to be one row. */
TEST(test_path_other_blocks)
{
	/* By block, then by peer: its answer is late. */
	static const bool answers_late[][3] = {
		{ true, true, true }, { true, false, false },
		{ false, false, true }, { true, true, true },
	};
	unsigned int i, peer;

	bench.npeers = 3;
	bench_start(12);
	bench_blocks(0, 4);
	for (i = 0; i < 4; i++) {
		for (peer = 0; peer < 3; peer++)
			bench.peer_reason[peer] = answers_late[i][peer] ?
						  REASON_READ_LATE : REASON_NONE;
		bench_blocks(4 + i, 5 + i);
	}
	memset(bench.peer_reason, 0, sizeof(bench.peer_reason));
	bench_blocks(8, 10);
	assert_int_equal(bench.gaps, 2);
	assert_int_equal(bench.gap.covers, RESULT_SEGMENT(2) | RESULT_TOTAL);
	gap_is(4, 7, 3);
	finish(2);
}

/* A group's gap is the sum of all of its peers. */
TEST(test_group)
{
	bench.npeers = 3;
	bench.group = true;
	bench.split = true;
	bench.reply = lose_one;
	bench_start(20);
	lost = RESULT_PEERS_MAX;
	bench_blocks(0, 4);
	lost = 1;
	bench_blocks(4, 14);
	lost = RESULT_PEERS_MAX;
	bench_blocks(14, 16);
	assert_int_equal(bench.gap.covers, RESULT_TOTAL);
	assert_int_equal(bench.gap.first, FIRST + 4);
	assert_int_equal(bench.gap.peer[0].answer.status, ANSWER_NOT_ASKED);
	finish(1);
}

/* On a bad network all is told in the end, once. */
TEST(test_bad_network)
{
	uint64_t silent, i;

	bench.flows = 20;
	bench.loss = 97;
	bench.auth = true;
	bench_start(50);
	bench.loss = 0;
	bench_blocks(0, 3);
	bench.loss = 97;
	bench_blocks(3, 45);
	bench.loss = 0;
	bench_blocks(45, 50);
	bench_run((PROBER_PATIENCE + 1) * SECOND);
	assert_int_equal(bench.wrong, 0);
	silent = bench_answers(ANSWER_NO_ANSWER);
	assert_true(silent > 100);
	for (i = 0; i < 20; i++)
		silent -= bench.gap_blocks[i];
	assert_int_equal(silent, 0);
}
