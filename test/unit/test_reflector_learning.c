// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reflector and flows that no set has: which messages make it learn them, and
 * for which of its sets.
 */
#include "test/unit/reflecting_sets.h"
#include "test/unit/unit.h"


/* Ledger i has flow i. */
static struct ledger *make_ledger(unsigned int i)
{
	struct ledger *ledger = ledger_new(&timing);
	const struct sr6flow_set set = { .mask = MASK };
	const struct sr6flow_record dumped = { .flow = flow(i) };

	assert_non_null(ledger);
	assert_int_equal(ledger_flow(ledger, &set, &dumped), 0);
	ledger_block_end(ledger, BLOCK);
	return ledger;
}

/* Flows of that ledger are learned from now on. */
static void learn_of(struct ledger *ledger, unsigned int flows)
{
	config.learn = 1;
	reconfigure();
	learning_configure(ledger_learning(ledger), &(struct learning_config){
		.flows = flows, .timeout = 1000, .keys = &keys,
	});
}

/* One authenticated request for the flow; is there a job of that ledger? */
static bool learns(unsigned int i, unsigned int of, uint32_t seq)
{
	struct sr6flow_flow wanted = flow(i);
	struct learning_job job;

	begin(seq, 0);
	append_block(i, BLOCK + 1);
	if (config.auth)
		append_hmac(0);
	seal(0);
	assert_true(handle());
	if (!learning_next(ledger_learning(ledgers[of]), &job))
		return false;
	assert_memory_equal(&job.flow, &wanted, sizeof(wanted));
	assert_false(job.renew);
	learning_done(ledger_learning(ledgers[of]), &job, 0);
	return true;
}

TEST_AUTH(test_learning)
{
	struct learning_stats stats;
	uint32_t seq = 0;

	learn_of(ledgers[0], 2);
	learn_of(ledgers[1], 2);
	assert_true(learns(7, 0, ++seq));
	assert_false(learns(7, 0, ++seq));
	/* Flows that a set has are learned for none. */
	assert_false(learns(0, 0, ++seq));
	assert_false(learns(1, 0, ++seq));
	assert_false(learns(1, 1, ++seq));
	/* Two keys: the second flow of one is too many, and the other set's not. */
	assert_false(learns(8, 0, ++seq));
	assert_false(learns(8, 1, ++seq));
	reflector_learned(reflector, &stats);
	assert_int_equal(stats.learned, 1);
	assert_int_equal(stats.refused, 2);
	learn_of(ledgers[0], 4);
	assert_true(learns(8, 0, ++seq));
}

/* Not if it is off, and not for what may have been recorded at any time. */
TEST_AUTH(test_learning_off)
{
	learn_of(ledgers[0], 2);
	config.learn = 0;
	reconfigure();
	assert_false(learns(7, 0, 1));
	config.learn = 1;
	config.freshness = 0;
	reconfigure();
	assert_false(learns(7, 0, 2));
}

/* No message without a key, and no TLV that its HMAC does not cover. */
TEST_AUTH(test_learning_forged)
{
	struct learning_job job;
	unsigned int i;

	learn_of(ledgers[0], 2);
	for (i = 0; i < 4; i++) {
		begin(i, i == 3 ? 61 * BLOCK_NS_PER_S : 0);
		append_block(7, BLOCK + 1);
		if (i)
			append_hmac(i == 1);
		if (i == 2)
			data[len - 1] ^= 1;
		seal(0);
		/* The stale one has an answer, too: the time. */
		assert_true(handle());
		assert_false(learning_next(ledger_learning(ledgers[0]), &job));
	}
	begin(i, 0);
	append_block(7, BLOCK + 1);
	append_hmac(0);
	seal(0);
	data[STAMP_AUTH_BASE_LEN - 1] ^= 1;
	assert_false(handle());
	assert_false(learning_next(ledger_learning(ledgers[0]), &job));
}

TEST(test_learning_unauthenticated)
{
	struct learning_job job;
	unsigned int i;

	learn_of(ledgers[0], 2);
	for (i = 0; i < 2; i++) {
		begin(i, 0);
		append_block(7, BLOCK + 1);
		if (i)
			append_hmac(0);
		assert_true(handle());
		assert_false(learning_next(ledger_learning(ledgers[0]), &job));
	}
}
