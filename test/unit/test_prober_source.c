// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows without source in their key: a figure is of packets that both ends counted from
 * one source, and of nothing else. The bench compares every figure and gap row with
 * what was counted.
 */
#include <string.h>

#include "prober_bench.h"
#include "test/unit/unit.h"

UNIT_EACH(bench_setup, bench_teardown)

/* Nothing is started yet. */
static void make(unsigned int npeers, bool group)
{
	bench_init();
	bench.sourceless = true;
	bench.npeers = npeers;
	bench.group = group;
	bench.split = group;
}

static void start(unsigned int npeers)
{
	make(npeers, false);
	bench.flows = 3;
	bench_start(4);
}

static void finish(void)
{
	bench_run((PROBER_PATIENCE + 1) * SECOND);
}

/* All answers of a peer are invalid for one reason, or valid. */
static void answers_are(unsigned int peer, enum reason reason)
{
	uint64_t i;

	for (i = 0; i < bench.results; i++) {
		const struct answer *answer = &bench.kept[i].peer[peer].answer;

		assert_int_equal(answer->status, reason ? ANSWER_INVALID :
							  ANSWER_VALID);
		assert_int_equal(answer->reason, reason);
	}
}

static void one_peer(uint8_t own, uint8_t last, bool auth, enum reason reason)
{
	make(1, false);
	bench.auth = auth;
	bench.flows = 3;
	bench_start(4);
	bench.last[0] = own;
	bench.last[1] = last;
	bench_blocks(0, 4);
	assert_int_equal(bench.results, 12);
	answers_are(0, reason);
	finish();
}

/* A peer of an earlier version answers without, and so does an old module. */
TEST(test_one_peer)
{
	for (int auth = 0; auth < 2; auth++) {
		one_peer(1, 1, auth, REASON_NONE);
		one_peer(1, 2, auth, REASON_TWO_SOURCES);
		one_peer(1, 0, auth, REASON_SOURCE_UNKNOWN);
		one_peer(0, 1, auth, REASON_TWO_SOURCES);
		one_peer(0, 0, auth, REASON_SOURCE_UNKNOWN);
	}
}

/* What was not received has no source. */
TEST(test_nothing_received)
{
	static const uint8_t lasts[] = { 0, 1, 2 };
	size_t i;

	for (i = 0; i < sizeof(lasts); i++) {
		start(1);
		bench.last[1] = lasts[i];
		bench.arrive_until = 0;
		bench_blocks(0, 4);
		assert_int_equal(bench.results, 12);
		answers_are(0, REASON_NONE);
		assert_int_equal(result_total(&bench.kept[0]).status,
				 RESULT_EXACT);
		assert_int_equal(result_total(&bench.kept[0]).received, 0);
		finish();
	}
}

/* Each peer of a path has its own answer; figures between others are exact. */
TEST(test_path)
{
	struct result *first;

	start(2);
	first = &bench.kept[0];
	bench.last[2] = 2;
	bench_blocks(0, 4);
	answers_are(0, REASON_NONE);
	answers_are(1, REASON_TWO_SOURCES);
	assert_int_equal(result_segment(first, 0).status, RESULT_EXACT);
	assert_int_equal(result_segment(first, 1).status, RESULT_INVALID);
	assert_string_equal(result_total(first).word, "two-sources");
	finish();
}

/* What this node counted last tells whether peers mean its packets. */
TEST(test_path_alone)
{
	uint8_t last;

	for (last = 0; last < 3; last++) {
		struct segment segment;

		start(2);
		bench.invalid_flow = 0;
		bench.invalid_reason = REASON_READ_LATE;
		bench.last[1] = last;
		bench.last[2] = last;
		bench_blocks(0, 4);
		segment = result_segment(&bench.kept[0], 1);
		if (last == 1)
			assert_int_equal(segment.status, RESULT_EXACT);
		else
			assert_string_equal(segment.word, last ? "two-sources" :
						   "source-unknown");
		finish();
	}
}

TEST(test_group)
{
	make(3, true);
	bench_start(8);
	bench_blocks(0, 4);
	assert_int_equal(result_total(&bench.kept[0]).status, RESULT_EXACT);
	bench.results = 0;
	bench.last[3] = 2;
	bench_blocks(4, 8);
	assert_string_equal(result_total(&bench.kept[0]).word, "two-sources");
	finish();
}

/*
 * Peers receive nothing of the blocks before and after the gap, so these are exact from
 * whatever source; of those in it, which they read late, they received something.
 */
static void run_gap(unsigned int npeers, bool group, uint8_t own, uint8_t last,
		    uint64_t gaps)
{
	unsigned int peer;

	make(npeers, group);
	bench_start(16);
	bench.last[0] = own;
	bench.last[npeers] = last;
	bench.arrive_from = 4;
	bench.arrive_until = 8;
	bench_blocks(0, 4);
	for (peer = 0; peer < npeers; peer++)
		bench.peer_reason[peer] = REASON_READ_LATE;
	bench_blocks(4, 8);
	for (peer = 0; peer < npeers; peer++)
		bench.peer_reason[peer] = REASON_NONE;
	bench_blocks(8, 12);
	assert_int_equal(bench.gaps, gaps);
	finish();
}

TEST(test_gap)
{
	run_gap(1, false, 1, 1, 1);
	run_gap(1, false, 1, 2, 0);
	run_gap(1, false, 1, 0, 0);
	run_gap(1, false, 0, 0, 0);
	run_gap(3, true, 1, 1, 1);
	run_gap(3, true, 1, 2, 0);
	run_gap(3, true, 1, 0, 0);
}
