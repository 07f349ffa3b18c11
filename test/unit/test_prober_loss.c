// SPDX-License-Identifier: GPL-2.0-only
/*
 * The prober on bad networks and with many flows. Nothing may be lost but
 * messages, and nothing may be wrong.
 */
#include <stdio.h>

#include "prober_bench.h"
#include "test/unit/unit.h"

UNIT_EACH(bench_setup, bench_teardown)

#define BLOCKS 50

struct network {
	const char *name;
	bool auth;
	bool stateful;
	bool in_band;
	unsigned int npeers;
	unsigned int flows;
	unsigned int loss;
	unsigned int duplicate;
	int64_t delay_ms;
	int64_t jitter_ms;
	/* Blocks that may take longer than half a period, of BLOCKS. */
	unsigned int slow;
};

/* 30 % each way: 51 % of all exchanges fail. */
static const struct network networks[] = {
	{ "good", false, false, false, 1, 20, 0, 0, 5, 0, 0 },
	{ "lossy", false, false, false, 1, 1, 30, 0, 2, 0, 0 },
	{ "lossy, authenticated", true, true, false, 1, 30, 30, 0, 2, 0, 1 },
	{ "lossy, 200 flows", false, false, false, 1, 200, 30, 0, 2, 0, 2 },
	{ "lossy, in band", true, false, true, 1, 50, 30, 0, 2, 0, 2 },
	{ "lossy, path", true, true, false, 3, 5, 30, 0, 2, 0, 2 },
	{ "reordered", true, true, false, 1, 200, 0, 0, 1, 40, 0 },
	{ "duplicated", true, true, false, 1, 50, 0, 50, 5, 5, 0 },
	{ "all of it", true, true, false, 2, 30, 30, 20, 10, 60, BLOCKS },
	{ "far away", true, false, false, 1, 20, 30, 0, 160, 40, BLOCKS },
};

static void run_network(const struct network *network, uint64_t seed)
{
	unsigned int i, slow = 0;
	uint64_t all = (uint64_t)network->flows * BLOCKS;

	bench_init();
	bench.auth = network->auth;
	bench.stateful = network->stateful;
	bench.in_band = network->in_band;
	bench.npeers = network->npeers;
	bench.flows = network->flows;
	bench.loss = network->loss;
	bench.duplicate = network->duplicate;
	bench.delay = network->delay_ms * BENCH_MS;
	bench.jitter = network->jitter_ms * BENCH_MS;
	bench.seed = seed;
	bench_start(BLOCKS);
	for (i = 0; i < BLOCKS; i++) {
		bench_next_for(i, SECOND / 2);
		slow += bench.ends <= i;
	}
	bench_run(PROBER_PATIENCE * SECOND);
	assert_int_equal(bench.results, all);
	assert_int_equal(bench.ends, BLOCKS);
	assert_int_equal(bench.reports, BLOCKS * network->npeers);
	assert_int_equal(bench_answers(ANSWER_VALID), all * network->npeers);
	assert_in_range(slow, 0, network->slow);
}

TEST_ROWS(networks, test_network)
{
	uint64_t seed;

	for (seed = 1; seed <= 5; seed++)
		run_network(*state, seed);
}

/* A peer that was away for three blocks still has them. */
static bool away(struct net_event *msg)
{
	(void)msg;
	return bench.now > block_start(&bench.config.timing,
					BENCH_FIRST_BLOCK + 4);
}

TEST(test_away)
{
	unsigned int i;

	bench.flows = 5000;
	bench.request = away;
	bench_start(8);
	for (i = 0; i < 8; i++)
		bench_next(i);
	bench_run(SECOND / 2);
	assert_int_equal(bench_answers(ANSWER_VALID), 8 * 5000);
	assert_int_equal(bench.ends, 8);
}

/* As many open blocks as can be; no stream of messages for nothing. */
TEST(test_many_silent)
{
	unsigned int i;

	bench.period_ms = 10000;
	bench.flows = 100000;
	bench.request = bench_lose;
	bench_start(PROBER_PATIENCE);
	for (i = 0; i < PROBER_PATIENCE; i++)
		bench_next(i);
	bench_run(PROBER_PATIENCE * 10 * SECOND);
	bench_expect(PROBER_PATIENCE * 100000, PROBER_PATIENCE,
		     ANSWER_NO_ANSWER, PROBER_PATIENCE * 100000);
	/* 16 in a hundredth of the period. */
	assert_in_range(bench.sent[0], 1000,
			16 * 100 * (2 * PROBER_PATIENCE + 1));
}

static void run_many(unsigned int loss, uint64_t most_messages)
{
	int64_t began;
	unsigned int i;

	bench_init();
	bench.auth = true;
	bench.period_ms = 10000;
	bench.flows = 100000;
	bench.loss = loss;
	bench.delay = 2 * BENCH_MS;
	bench.jitter = BENCH_MS;
	bench_start(3);
	for (i = 0; i < 3; i++) {
		bench_next(i);
		began = bench.now;
		bench_run(5 * SECOND);
		assert_int_equal(bench.ends, i + 1);
		printf("# %u %% loss: 100000 flows in %lld ms, %llu messages\n",
		       loss, (long long)(bench.last_result - began) / 1000000,
		       (unsigned long long)bench.report[0].requests);
		assert_in_range(bench.report[0].requests, 100000 / 9,
				most_messages);
	}
	assert_int_equal(bench_answers(ANSWER_VALID), 300000);
}

TEST(test_many)
{
	run_many(0, 100000 / 7 + 16);
}

/* Every message is sent about twice. */
TEST(test_many_lossy)
{
	run_many(30, 100000 / 7 * 5 / 2);
}
