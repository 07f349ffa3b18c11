// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers at every distance: a block whose packets may have arrived too late is never
 * exact. The peers of the bench always answer as if they had not.
 */

#include "prober_bench.h"
#include "test/unit/unit.h"

UNIT_EACH(bench_setup, bench_teardown)

#define BLOCKS 12
/* Guard time less guard band with a period of a second. */
#define MOST_MS 400
/* All of what a reply takes can be the clock of the peer, which is behind. */
#define BEHIND_MS 300

static void start(int64_t there_ms, int64_t back_ms)
{
	bench_init();
	bench.flows = 3;
	bench.delay = there_ms * BENCH_MS;
	bench.delay_back = back_ms * BENCH_MS;
	bench_start(BLOCKS);
}

static void read_all(void)
{
	unsigned int i;

	for (i = 0; i < BLOCKS; i++)
		bench_next(i);
	bench_run(PROBER_PATIENCE * SECOND);
}

static void finish(void)
{
	bench_run((PROBER_PATIENCE + 1) * SECOND);
	assert_int_equal(bench.ends, BLOCKS);
	assert_int_equal(bench.results, 3 * BLOCKS);
}

static void run_distance(int64_t there_ms, int64_t back_ms)
{
	enum answer_status status = ANSWER_VALID;

	if (there_ms + back_ms > MOST_MS)
		status = ANSWER_DELAY_TOO_LONG;
	else if (back_ms > BEHIND_MS)
		status = ANSWER_CLOCKS_DIFFER;
	start(there_ms, back_ms);
	read_all();
	assert_int_equal(bench.gaps, 0);
	assert_int_equal(bench_answers(status), 3 * BLOCKS);
	finish();
}

/* Up to three periods, near the limit by the millisecond. */
TEST(test_distances)
{
	int64_t ms;

	for (ms = 0; ms <= 3000; ms += 50)
		run_distance(ms, ms);
	for (ms = MOST_MS / 2 - 3; ms <= MOST_MS / 2 + 3; ms++)
		run_distance(ms, ms);
}

/* All of the round trip may be the way there. */
TEST(test_one_way)
{
	int64_t ms;

	for (ms = 0; ms <= 3000; ms += 75) {
		run_distance(ms, 0);
		run_distance(0, ms);
	}
}

static unsigned int slow;

/* A reply that is late because this node was: it is not the only one. */
static bool late_reply(struct net_event *msg)
{
	(void)msg;
	if (slow++ % 3 == 0)
		bench.now += 450 * BENCH_MS;
	return true;
}

TEST(test_lag)
{
	start(5, 5);
	bench.reply = late_reply;
	slow = 0;
	read_all();
	assert_int_equal(bench_answers(ANSWER_VALID), 3 * BLOCKS);
	finish();
}

/* It moves away and comes back: blocks of the time between have a gap row. */
TEST(test_moves)
{
	unsigned int i;

	start(5, 5);
	for (i = 0; i < BLOCKS; i++) {
		bench.delay = (i > 3 && i < 7 ? 2000 : 5) * BENCH_MS;
		bench_next_for(i, SECOND / 4);
	}
	bench_run(PROBER_PATIENCE * SECOND);
	assert_true(bench_answers(ANSWER_DELAY_TOO_LONG) > 0);
	assert_int_equal(bench.gaps, 3);
	finish();
}

/* Who was far away is not asked the same again, who is for once is. */
TEST(test_asked)
{
	unsigned int i;
	uint64_t first;

	start(250, 250);
	bench_next_for(0, 4 * SECOND);
	first = bench.sent[0];
	assert_true(first > 10);
	for (i = 4; i < BLOCKS; i++)
		bench_next(i);
	bench_run(SECOND);
	assert_in_range(bench.sent[0] - first, 1, (BLOCKS - 4) * first / 2);
}
