// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows without source in their key: a figure is of packets that both ends counted from
 * one source, and of nothing else. The bench compares every figure and gap row with
 * what was counted.
 */
#include <string.h>

#include "prober_bench.h"
#include "test/unit/unit.h"

#define SECOND BLOCK_NS_PER_S

static void start(struct bench *bench, unsigned int npeers, unsigned int blocks)
{
	bench_init(bench);
	bench->sourceless = true;
	bench->npeers = npeers;
	bench->flows = 3;
	bench_start(bench, blocks);
}

static void finish(struct bench *bench)
{
	bench_run(bench, (PROBER_PATIENCE + 1) * SECOND);
	assert_int_equal(bench->wrong, 0);
	bench_stop(bench);
}

/* All answers of a peer are invalid for one reason, or valid. */
static void answers_are(const struct bench *bench, unsigned int peer,
			enum reason reason)
{
	uint64_t i;

	for (i = 0; i < bench->results; i++) {
		const struct answer *answer = &bench->kept[i].peer[peer].answer;

		assert_int_equal(answer->status, reason ? ANSWER_INVALID :
							  ANSWER_VALID);
		assert_int_equal(answer->reason, reason);
	}
}

static void one_peer(uint8_t own, uint8_t last, bool auth, enum reason reason)
{
	struct bench bench;

	bench_init(&bench);
	bench.sourceless = true;
	bench.auth = auth;
	bench.flows = 3;
	bench_start(&bench, 4);
	bench.last[0] = own;
	bench.last[1] = last;
	bench_blocks(&bench, 0, 4);
	assert_int_equal(bench.results, 12);
	answers_are(&bench, 0, reason);
	finish(&bench);
}

/* A peer of an earlier version answers without, and so does an old module. */
TEST(test_one_peer)
{
	bool auth;

	for (auth = false; !auth; auth = true) {
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
		struct bench bench;

		start(&bench, 1, 4);
		bench.last[1] = lasts[i];
		bench.arrive_until = 0;
		bench_blocks(&bench, 0, 4);
		assert_int_equal(bench.results, 12);
		answers_are(&bench, 0, REASON_NONE);
		assert_int_equal(result_total(&bench.kept[0]).status,
				 RESULT_EXACT);
		assert_int_equal(result_total(&bench.kept[0]).received, 0);
		finish(&bench);
	}
}

/* Each peer of a path has its own answer; figures between others are exact. */
TEST(test_path)
{
	struct bench bench;
	struct result *first;

	start(&bench, 2, 4);
	first = &bench.kept[0];
	bench.last[2] = 2;
	bench_blocks(&bench, 0, 4);
	answers_are(&bench, 0, REASON_NONE);
	answers_are(&bench, 1, REASON_TWO_SOURCES);
	assert_int_equal(result_segment(first, 0).status, RESULT_EXACT);
	assert_int_equal(result_segment(first, 1).status, RESULT_INVALID);
	assert_string_equal(result_total(first).word, "two-sources");
	finish(&bench);
}

/* What this node counted last tells whether peers mean its packets. */
TEST(test_path_alone)
{
	uint8_t last;

	for (last = 0; last < 3; last++) {
		struct bench bench;
		struct segment segment;

		start(&bench, 2, 4);
		bench.invalid_flow = 0;
		bench.invalid_reason = REASON_READ_LATE;
		bench.last[1] = last;
		bench.last[2] = last;
		bench_blocks(&bench, 0, 4);
		segment = result_segment(&bench.kept[0], 1);
		if (last == 1)
			assert_int_equal(segment.status, RESULT_EXACT);
		else
			assert_string_equal(segment.word,
					    last ? "two-sources" :
						   "source-unknown");
		finish(&bench);
	}
}

TEST(test_group)
{
	struct bench bench;

	bench_init(&bench);
	bench.sourceless = true;
	bench.npeers = 3;
	bench.group = true;
	bench.split = true;
	bench_start(&bench, 8);
	bench_blocks(&bench, 0, 4);
	assert_int_equal(result_total(&bench.kept[0]).status, RESULT_EXACT);
	bench.results = 0;
	bench.last[3] = 2;
	bench_blocks(&bench, 4, 8);
	assert_string_equal(result_total(&bench.kept[0]).word, "two-sources");
	finish(&bench);
}

/*
 * Peers receive nothing of the blocks before and after the gap, so these are exact from
 * whatever source; of those in it, which they read late, they received something.
 */
static void run_gap(unsigned int npeers, bool group, uint8_t own, uint8_t last,
		    uint64_t gaps)
{
	struct bench bench;
	unsigned int peer;

	bench_init(&bench);
	bench.sourceless = true;
	bench.npeers = npeers;
	bench.group = group;
	bench.split = group;
	bench_start(&bench, 16);
	bench.last[0] = own;
	bench.last[npeers] = last;
	bench.arrive_from = 4;
	bench.arrive_until = 8;
	bench_blocks(&bench, 0, 4);
	for (peer = 0; peer < npeers; peer++)
		bench.peer_reason[peer] = REASON_READ_LATE;
	bench_blocks(&bench, 4, 8);
	for (peer = 0; peer < npeers; peer++)
		bench.peer_reason[peer] = REASON_NONE;
	bench_blocks(&bench, 8, 12);
	assert_int_equal(bench.gaps, gaps);
	finish(&bench);
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
