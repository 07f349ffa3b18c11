// SPDX-License-Identifier: GPL-2.0-only
/*
 * The prober on paths that do not take its longest messages: the kernel knows it,
 * comes to know it, knows it without the size, or never knows it.
 */

#include "prober_bench.h"
#include "test/unit/unit.h"

UNIT_EACH(bench_setup, bench_teardown)

#define FLOWS 1000
#define ROUND (10 * BENCH_MS)

static void start(bool auth, size_t path_max)
{
	bench_init();
	bench.auth = auth;
	bench.flows = FLOWS;
	bench.path_max = path_max;
	bench.path_said = path_max;
	bench_start(3);
}

/* Not one message is lost, and none is shorter than it must be. */
static void known(bool auth, size_t path_max, unsigned int least,
		  unsigned int most)
{
	start(auth, path_max);
	bench_next_for(0, SECOND / 2);
	bench_expect(FLOWS, 1, ANSWER_VALID, FLOWS);
	assert_int_equal(bench.too_long, 0);
	assert_int_equal(bench.report[0].requests, bench.sent[0]);
	assert_int_equal(bench.report[0].replies, bench.sent[0]);
	assert_in_range(bench.sent[0], least, most);
}

TEST(test_known)
{
	/* Flows have 1 to 4 SIDs: TLVs of 140 to 188 bytes, one in each of the first 16. */
	known(false, 1300, FLOWS / 8, FLOWS / 7 + 16);
	known(false, PROBER_SAFE_MAX, FLOWS / 8, FLOWS / 7 + 16);
	known(true, PROBER_SAFE_MAX, FLOWS / 7, FLOWS / 6 + 16);
	/* IPv4 only. */
	known(true, 576 - 28, FLOWS / 3, FLOWS / 2 + 16);
	/* Two of the shortest, and of others one. */
	known(false, 44 + 2 * 140, FLOWS / 2, FLOWS);
}

/* The kernel refuses it and does not know the size. */
TEST(test_size_unknown)
{
	start(false, 1300);
	bench.path_said = 0;
	bench_next_for(0, SECOND / 2);
	bench_expect(FLOWS, 1, ANSWER_VALID, FLOWS);
	assert_int_equal(bench.too_long, 0);
}

/* A router says so of the first ones; the next round is shorter. */
TEST(test_becomes_known)
{
	start(false, PROBER_SAFE_MAX);
	bench.path_known = INT64_MAX;
	bench_next(0);
	/* 10 ms there and back for one flow each, then full ones. */
	bench_run(12 * BENCH_MS);
	assert_in_range(bench.too_long, FLOWS / 9, FLOWS / 8);
	bench.path_known = bench.now;
	bench_run(40 * BENCH_MS);
	bench_expect(FLOWS, 1, ANSWER_VALID, FLOWS);
	assert_in_range(bench.too_long, FLOWS / 9, FLOWS / 8);
}

/* Nobody says so, or it is the way back. Each block has one long message, and no more. */
TEST(test_dark)
{
	uint64_t first;

	start(true, PROBER_SAFE_MAX);
	bench.path_known = INT64_MAX;
	bench_next_for(0, 60 * BENCH_MS);
	bench_expect(FLOWS, 1, ANSWER_VALID, FLOWS);
	first = bench.too_long;
	assert_in_range(first, FLOWS / 8, FLOWS / 6);
	bench_next_for(1, SECOND / 2);
	bench_expect(2 * FLOWS, 2, ANSWER_VALID, 2 * FLOWS);
	assert_int_equal(bench.too_long, first + 1);

	/* The path is another one: full messages in the block after. */
	bench.path_max = 0;
	first = bench.sent[0];
	bench_next_for(2, SECOND / 2);
	bench_expect(3 * FLOWS, 3, ANSWER_VALID, 3 * FLOWS);
	assert_in_range(bench.sent[0] - first, FLOWS / 9, FLOWS / 6);
	assert_int_equal(bench.report[0].requests, bench.report[0].replies);
}
