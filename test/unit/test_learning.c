// SPDX-License-Identifier: GPL-2.0-only
/*
 * Learning: which requests add a flow to a set, for which keys and blocks, how
 * long it stays, and what the operator's flows see of it.
 */
#include <errno.h>
#include <string.h>

#include "lmctl/engine/ledger.h"
#include "test/unit/unit.h"

#define MASK 0x30000u
#define TIMEOUT 100
#define FLOWS 4
/* The first block that is reported. */
#define FIRST 1000

static const struct block_timing timing = {
	.period = BLOCK_NS_PER_S,
	.guard = BLOCK_NS_PER_S / 2,
	.band = BLOCK_NS_PER_S / 10,
};

static const struct sr6flow_set set = { .mask = MASK, .netmask = 128 };

static struct ledger *ledger;
static struct learning *learning;
static struct keys keys;
static unsigned int wakes;
static int64_t block;

static void wake(void *arg)
{
	assert_ptr_equal(arg, &wakes);
	wakes++;
}

static void configure(uint32_t flows)
{
	learning_configure(learning, &(struct learning_config){
		.flows = flows, .timeout = TIMEOUT, .keys = &keys,
		.wake = wake, .arg = &wakes,
	});
}

static void block_end(void)
{
	ledger_set(ledger, &set);
	ledger_block_end(ledger, block++);
}

static int setup(void **state)
{
	(void)state;
	ledger = ledger_new(&timing);
	learning = ledger_learning(ledger);
	keys = (struct keys){ .n = 2, .key = { { .id = "a" }, { .id = "b" } } };
	wakes = 0;
	block = FIRST;
	configure(FLOWS);
	block_end();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ledger_free(ledger);
	return 0;
}

UNIT_EACH(setup, teardown)

static struct sr6flow_flow flow(unsigned int i)
{
	struct sr6flow_flow made = { .nsids = 2, .netmask = 128 };

	made.source.s6_addr[0] = 0xfd;
	made.source.s6_addr[15] = (uint8_t)i;
	made.sids[1].s6_addr[0] = 0xfc;
	return made;
}

static struct blocktlv request(unsigned int i, int64_t of)
{
	struct blocktlv tlv = {
		.version = BLOCKTLV_VERSION, .mask = MASK, .block = of,
		.flow = flow(i),
	};

	blocktlv_timing(&tlv, &timing);
	return tlv;
}

/* What a reflector does with an authenticated request. Is it the ledger's? */
static bool ask_of(const struct blocktlv *tlv, const char *key)
{
	return ledger_keep(ledger, tlv, key) || ledger_learn(ledger, tlv, key);
}

static bool ask(unsigned int i, const char *key)
{
	struct blocktlv tlv = request(i, block);

	return ask_of(&tlv, key);
}

static void dump(unsigned int i, uint32_t timeout)
{
	const struct sr6flow_record record = {
		.flow = flow(i), .instance = 1, .generation = 1 + i,
		.timeout = timeout,
	};

	assert_int_equal(ledger_flow(ledger, &set, &record), 0);
}

/* There is a job for flow @i; it ends with @err. */
static void expect_job(unsigned int i, bool renew, int err)
{
	struct learning_job job;
	struct sr6flow_flow wanted = flow(i);

	assert_true(learning_next(learning, &job));
	assert_memory_equal(&job.flow, &wanted, sizeof(wanted));
	assert_int_equal(job.renew, renew);
	assert_int_equal(job.timeout, TIMEOUT);
	learning_done(learning, &job, err);
}

/* Somebody with the key asks for flow @i, which is learned. */
static void learn(unsigned int i, const char *key)
{
	assert_true(ask(i, key));
	expect_job(i, false, 0);
}

static void expect_none(void)
{
	struct learning_job job;

	assert_false(learning_next(learning, &job));
}

/* It is a request for the set, from which nothing is learned. */
static void ask_in_vain(const struct blocktlv *tlv)
{
	assert_true(ask_of(tlv, "a"));
	expect_none();
}

static uint64_t refused(void)
{
	return learning_stats(learning)->refused;
}

TEST(test_learns)
{
	assert_true(ask(1, "a"));
	assert_int_equal(wakes, 1);
	/* Asked again and again: one job. */
	assert_true(ask(1, "a"));
	assert_true(ask(2, "a"));
	assert_int_equal(wakes, 1);
	expect_job(1, false, 0);
	expect_job(2, false, 0);
	expect_none();
	assert_true(ask(1, "a"));
	expect_none();
	dump(1, TIMEOUT - 1);
	dump(2, TIMEOUT - 1);
	block_end();
	assert_int_equal(learning_stats(learning)->flows, 2);
	assert_int_equal(learning_stats(learning)->learned, 2);
	assert_int_equal(refused() + learning_stats(learning)->failed, 0);
}

TEST(test_off)
{
	configure(0);
	assert_true(ask(1, "a"));
	expect_none();
	dump(2, 5);
	block_end();
	assert_int_equal(learning_stats(learning)->flows, 0);
	configure(FLOWS);
	dump(2, 5);
	block_end();
	assert_int_equal(learning_stats(learning)->flows, 1);
	configure(0);
	assert_int_equal(learning_stats(learning)->flows, 0);
}

/* Each key has its half; flows with no key count for all. */
TEST(test_quota)
{
	assert_true(ask(1, "a"));
	assert_true(ask(2, "a"));
	assert_true(ask(3, "a"));
	assert_int_equal(refused(), 1);
	assert_true(ask(4, "b"));
	assert_true(ask(5, "b"));
	assert_true(ask(6, "b"));
	assert_int_equal(refused(), 2);
	expect_job(1, false, 0);
	expect_job(2, false, 0);
	expect_job(4, false, 0);
	expect_job(5, false, 0);
	expect_none();
	assert_true(ask(7, "c"));
	assert_int_equal(refused(), 3);
	expect_none();
}

/* What a restart finds counts for no key, but within the limit of all. */
TEST(test_restart)
{
	unsigned int i;

	for (i = 1; i < FLOWS; i++)
		dump(i, TIMEOUT);
	block_end();
	assert_int_equal(learning_stats(learning)->flows, FLOWS - 1);
	assert_true(ask(10, "a"));
	assert_true(ask(11, "b"));
	assert_int_equal(refused(), 1);
	expect_job(10, false, 0);
	/* They pass to the key that asks, as far as its share goes. */
	assert_true(ask(1, "a"));
	assert_true(ask(2, "a"));
	ledger_block_end(ledger, block + 20);
	ledger_block_end(ledger, block + 21);
	block += 22;
	assert_int_equal(learning_stats(learning)->flows, 0);
	assert_true(ask(20, "a"));
	assert_true(ask(21, "a"));
	assert_true(ask(22, "a"));
	assert_int_equal(refused(), 2);
}

TEST(test_rotation)
{
	learn(1, "a");
	learn(2, "a");
	dump(1, TIMEOUT);
	dump(2, TIMEOUT);
	block_end();
	/* The senders change their key, flow by flow. */
	assert_true(ask(1, "b"));
	learn(3, "a");
	assert_true(ask(2, "b"));
	assert_true(ask(4, "b"));
	assert_int_equal(refused(), 1);
	/* The old key goes: what it had counts for none. */
	keys = (struct keys){ .n = 1, .key = { { .id = "b" } } };
	configure(FLOWS);
	learn(4, "b");
	assert_true(ask(5, "b"));
	assert_int_equal(refused(), 2);
}

TEST(test_blocks)
{
	static const struct {
		int64_t ahead;
		bool learned;
	} cases[] = {
		{ INT64_MIN, false }, { -10, false }, { -9, false },
		{ -8, true }, { 0, true }, { 1, true }, { 2, false },
		{ INT64_MAX, false },
	};
	struct blocktlv tlv;
	unsigned int i;

	/* Only those that are reported after the first one. */
	for (i = 0; i < 2; i++) {
		tlv = request(1, block - 1 - (int64_t)i);
		ask_in_vain(&tlv);
	}
	for (i = 0; i < 20; i++)
		block_end();
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t ahead = cases[i].ahead;

		tlv = request(100 + i, ahead > -100 && ahead < 100 ?
					       block + ahead : ahead);
		assert_true(ask_of(&tlv, i % 2 ? "a" : "b"));
		if (cases[i].learned)
			expect_job(100 + i, false, -EEXIST);
		expect_none();
	}
	assert_int_equal(refused(), 0);
}

TEST(test_before_first_report)
{
	struct ledger *was = ledger;

	ledger = ledger_new(&timing);
	learning = ledger_learning(ledger);
	configure(FLOWS);
	ledger_set(ledger, &set);
	assert_true(ask(1, "a"));
	expect_none();
	ledger_free(was);
}

/* The set of an egress that has learned nothing yet is empty. */
TEST(test_empty_set)
{
	struct blocktlv tlv = request(1, block);
	const struct in6_addr from = { .s6_addr = { 0xfd } };

	assert_false(ledger_ask(ledger, &tlv, &from));
	assert_int_equal(tlv.answer.status, ANSWER_UNKNOWN_FLOW);
	tlv = request(1, block);
	tlv.flow.netmask = 64;
	assert_false(ledger_ask(ledger, &tlv, &from));
	assert_int_equal(tlv.answer.status, ANSWER_NETMASK_DIFFERS);
	assert_int_equal(tlv.mask, MASK);
}

/* Another mask, netmask, period, guard time or guard band: not this set's. */
TEST(test_differences)
{
	struct blocktlv tlv;
	unsigned int i;

	for (i = 0; i < 5; i++) {
		tlv = request(1, block);
		tlv.mask ^= i == 0;
		tlv.period_ms += i == 1;
		tlv.guard += i == 2;
		tlv.band += i == 3;
		tlv.flow.netmask -= i == 4;
		assert_false(ask_of(&tlv, "a"));
		expect_none();
	}
}

/* A flow that went must not come back by what was asked before. */
TEST(test_replay)
{
	struct blocktlv first, last;
	unsigned int i;

	first = request(1, block);
	assert_true(ask_of(&first, "a"));
	expect_job(1, false, 0);
	for (i = 0; i < 3; i++) {
		dump(1, TIMEOUT);
		block_end();
	}
	last = request(1, block - 1);
	assert_true(ask_of(&last, "a"));
	/* It is deleted, and nobody knows for a block. */
	for (i = 0; i < 3; i++)
		block_end();
	assert_true(ask_of(&first, "a"));
	ask_in_vain(&last);
	for (i = 0; i < 30; i++) {
		block_end();
		assert_true(ask_of(&first, "a"));
		ask_in_vain(&last);
	}
	assert_int_equal(refused(), 0);
	/* A new one brings it back. */
	learn(1, "a");
}

/* So do requests from before a step of the clock. */
TEST(test_step)
{
	struct blocktlv before;
	unsigned int i;

	for (i = 0; i < 5; i++)
		block_end();
	before = request(1, block - 1);
	ledger_stepped(ledger);
	ask_in_vain(&before);
	block_end();
	ask_in_vain(&before);
	learn(1, "a");
	/* Back by 500 blocks: the new numbers are good. */
	dump(1, TIMEOUT);
	block_end();
	block -= 500;
	ledger_stepped(ledger);
	dump(1, TIMEOUT);
	block_end();
	block_end();
	block_end();
	learn(1, "a");
}

TEST(test_operator)
{
	unsigned int i;

	dump(1, 0);
	dump(2, SR6FLOW_NO_TIMEOUT);
	block_end();
	assert_int_equal(learning_stats(learning)->flows, 0);
	for (i = 0; i < 3; i++) {
		assert_true(ask(1, "a"));
		assert_true(ask(2, "a"));
		expect_none();
		dump(1, 0);
		dump(2, 0);
		block_end();
		expect_none();
	}
	/* A learned one that the operator makes his own is let alone. */
	learn(3, "a");
	dump(3, 1);
	block_end();
	dump(3, 0);
	expect_none();
	block_end();
	assert_true(ask(3, "a"));
	block_end();
	expect_none();
	assert_int_equal(learning_stats(learning)->flows, 0);
	/* One that was typed at the same time, too. */
	assert_true(ask(4, "a"));
	expect_job(4, false, -EEXIST);
	assert_int_equal(learning_stats(learning)->learned, 1);
	assert_int_equal(learning_stats(learning)->failed, 0);
}

TEST(test_renewal)
{
	unsigned int i;

	learn(1, "a");
	learn(2, "a");
	/* Flow 1 is asked for in every block, flow 2 not any more. */
	for (i = TIMEOUT; i > TIMEOUT / 2 + 1; i--) {
		dump(1, i);
		dump(2, i);
		block_end();
		assert_true(ask(1, "a"));
		expect_none();
	}
	for (i = TIMEOUT / 2; i; i--) {
		dump(1, i);
		dump(2, i);
		block_end();
		assert_true(ask(1, "a"));
		/* What fails is tried again, not more than once per block. */
		expect_job(1, true, i % 2 ? 0 : -EBUSY);
		expect_none();
	}
	dump(1, TIMEOUT);
	block_end();
	expect_none();
	for (i = 0; i < 2; i++) {
		dump(1, TIMEOUT);
		block_end();
	}
	assert_int_equal(learning_stats(learning)->flows, 1);
	assert_int_equal(learning_stats(learning)->learned, 2);
}

/* A job that waits is not done when the operator has taken the flow. */
TEST(test_renewal_waits)
{
	learn(1, "a");
	dump(1, 1);
	block_end();
	dump(1, 0);
	expect_none();
}

/* A full set is not asked again before the next block. */
TEST(test_full)
{
	assert_true(ask(1, "a"));
	assert_true(ask(2, "a"));
	assert_true(ask(3, "b"));
	expect_job(1, false, -ENOSPC);
	expect_none();
	assert_int_equal(learning_stats(learning)->failed, 3);
	assert_true(ask(1, "a"));
	assert_true(ask(4, "b"));
	expect_none();
	block_end();
	learn(4, "b");
	assert_int_equal(refused(), 0);
	assert_int_equal(learning_stats(learning)->failed, 3);
}

/* Blocks without a dump make nobody add what is there. */
TEST(test_no_dump)
{
	learn(1, "a");
	dump(1, TIMEOUT);
	block_end();
	block_end();
	assert_true(ask(1, "a"));
	expect_none();
}

/* Whatever is asked, there are never more than the limit. */
TEST(test_bounded)
{
	unsigned int i, jobs = 0;
	struct learning_job job;

	for (i = 0; i < 2000; i++) {
		ask(i % 200, i % 3 ? "a" : "b");
		if (i % 10 == 0)
			block_end();
		while (i % 7 == 0 && learning_next(learning, &job)) {
			learning_done(learning, &job, 0);
			jobs++;
		}
	}
	/* Each place is free again when its flow cannot be repeated any more. */
	assert_in_range(jobs, FLOWS, FLOWS * (2000 / 10 / LEDGER_BLOCKS + 1));
	assert_true(refused() > 1000);
}
