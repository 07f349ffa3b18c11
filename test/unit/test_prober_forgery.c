// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an intruder without the key can make of authentic messages: he reads,
 * keeps, drops, redirects them and puts parts of them together. All nodes have
 * one key. No count may reach a flow, block or peer that it is not of.
 */
#include <string.h>

#include "prober_bench.h"
#include "test/unit/unit.h"

#define SECOND BLOCK_NS_PER_S
#define FLOWS 3

static uint8_t kept[STAMP_MESSAGE_MAX];
static size_t kept_len;

/*
 * The HMAC of the TLVs covers the Sequence Number of the base packet and
 * nothing else of it (RFC 8972, section 4.8), and all peers are asked the same
 * with the same numbers: the TLVs of the first peer fit the base packet of the
 * second.
 */
static bool splice(struct bench *bench, unsigned int peer, uint8_t *data,
		   size_t *len)
{
	size_t base = stamp_base_len(bench->auth);

	if (!peer) {
		memcpy(kept, data, *len);
		kept_len = *len;
		return true;
	}
	assert_int_equal(*len, kept_len);
	assert_memory_equal(data, kept, sizeof(uint32_t));
	memcpy(data + base, kept + base, *len - base);
	return true;
}

TEST(test_splice)
{
	struct bench bench;

	bench_init(&bench);
	bench.npeers = 2;
	bench.flows = FLOWS;
	bench.auth = true;
	bench.stateful = *state != NULL;
	bench_start(&bench, 2);
	/* From the second block on, one message asks for all flows. */
	bench_block(&bench, 0);
	bench_run(&bench, SECOND / 4);
	bench.reply = splice;
	bench_block(&bench, 1);
	bench_run(&bench, 8 * BENCH_MS);
	bench_run(&bench, 4 * BENCH_MS);
	bench.reply = NULL;
	assert_int_equal(bench.wrong, 0);
	bench_run(&bench, SECOND / 2);
	bench_expect(&bench, 2 * FLOWS, 2, ANSWER_VALID, 4 * FLOWS);
	assert_int_equal(rejects_total(&bench.report[0].rejects), 0);
	assert_int_equal(rejects_total(&bench.report[1].rejects), 1);
	bench_stop(&bench);
}
TEST_AGAIN(test_splice_stateful_peers, "test_splice: stateful peers", test_splice, "")

/* HMACs do not cover the addresses of a packet, either. */
TEST(test_redirect)
{
	struct bench bench;

	bench_init(&bench);
	bench.npeers = 2;
	bench.flows = FLOWS;
	bench.auth = true;
	bench.redirect = true;
	bench_start(&bench, 1);
	bench_block(&bench, 0);
	bench_run(&bench, SECOND / 2);
	bench_expect(&bench, 0, 0, ANSWER_VALID, 0);
	bench.redirect = false;
	bench_run(&bench, SECOND / 2);
	bench_expect(&bench, FLOWS, 1, ANSWER_VALID, 2 * FLOWS);
	assert_true(rejects_total(&bench.report[0].rejects));
	assert_true(rejects_total(&bench.report[1].rejects));
	bench_stop(&bench);
}

static struct key stolen_key(void)
{
	struct key key = { .id = "old", .len = 16 };

	memset(key.secret, 0xaa, key.len);
	return key;
}

/* A key that leaked, and was therefore replaced. */
static bool with_stolen_key(struct bench *bench, unsigned int peer,
			    uint8_t *data, size_t *len)
{
	const struct key key = stolen_key();

	(void)bench;
	(void)peer;
	(void)len;
	key_seal_base(&key, data);
	return true;
}

TEST(test_old_key)
{
	const struct key key = stolen_key();
	struct bench bench;

	bench_init(&bench);
	bench.flows = 0;
	bench.auth = true;
	bench_start(&bench, 2);
	prober_rekey(bench.prober, &key);
	prober_rekey(bench.prober, bench_key());
	bench.reply = with_stolen_key;
	bench_block(&bench, 0);
	bench_run(&bench, SECOND / 2);
	bench_expect(&bench, 0, 0, ANSWER_VALID, 0);
	bench.reply = NULL;
	bench_run(&bench, SECOND / 2);
	bench_expect(&bench, 0, 1, ANSWER_VALID, 0);
	assert_true(rejects_total(&bench.report[0].rejects));
	bench_stop(&bench);
}
