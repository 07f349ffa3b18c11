// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an intruder without the key can make of authentic messages: he reads,
 * keeps, drops, redirects them and puts parts of them together. All nodes have
 * one key. No count may reach a flow, block or peer that it is not of.
 */
#include <string.h>

#include "prober_bench.h"
#include "test/unit/unit.h"

UNIT_EACH(bench_setup, bench_teardown)

#define FLOWS 3

static uint8_t kept[STAMP_MESSAGE_MAX];
static size_t kept_len;

/*
 * The HMAC of the TLVs covers the Sequence Number of the base packet and
 * nothing else of it (RFC 8972, section 4.8), and all peers are asked the same
 * with the same numbers: the TLVs of the first peer fit the base packet of the
 * second.
 */
static bool splice(struct net_event *msg)
{
	size_t base = stamp_base_len(bench.auth);

	if (!msg->peer) {
		memcpy(kept, msg->data, msg->len);
		kept_len = msg->len;
		return true;
	}
	assert_int_equal(msg->len, kept_len);
	assert_memory_equal(msg->data, kept, sizeof(uint32_t));
	memcpy(msg->data + base, kept + base, msg->len - base);
	return true;
}

TEST(test_splice)
{
	bench.npeers = 2;
	bench.flows = FLOWS;
	bench.auth = true;
	bench.stateful = *state != NULL;
	bench_start(2);
	/* From the second block on, one message asks for all flows. */
	bench_next_for(0, SECOND / 4);
	bench.reply = splice;
	bench_next_for(1, 8 * BENCH_MS);
	bench_run(4 * BENCH_MS);
	bench.reply = NULL;
	bench_run(SECOND / 2);
	bench_expect(2 * FLOWS, 2, ANSWER_VALID, 4 * FLOWS);
	assert_int_equal(rejects_total(&bench.report[0].rejects), 0);
	assert_int_equal(rejects_total(&bench.report[1].rejects), 1);
}
TEST_AGAIN(test_splice_stateful_peers, "test_splice: stateful peers", test_splice, "")

/* HMACs do not cover the addresses of a packet, either. */
TEST(test_redirect)
{
	bench.npeers = 2;
	bench.flows = FLOWS;
	bench.auth = true;
	bench.redirect = true;
	bench_one(SECOND / 2);
	bench_expect(0, 0, ANSWER_VALID, 0);
	bench.redirect = false;
	bench_run(SECOND / 2);
	bench_expect(FLOWS, 1, ANSWER_VALID, 2 * FLOWS);
	assert_true(rejects_total(&bench.report[0].rejects));
	assert_true(rejects_total(&bench.report[1].rejects));
}

static struct key stolen_key(void)
{
	struct key key = { .id = "old", .len = 16 };

	memset(key.secret, 0xaa, key.len);
	return key;
}

/* A key that leaked, and was therefore replaced. */
static bool with_stolen_key(struct net_event *msg)
{
	const struct key key = stolen_key();

	key_seal_base(&key, msg->data);
	return true;
}

TEST(test_old_key)
{
	const struct key key = stolen_key();

	bench.flows = 0;
	bench.auth = true;
	bench_start(2);
	prober_rekey(bench.prober, &key);
	prober_rekey(bench.prober, bench_key());
	bench.reply = with_stolen_key;
	bench_next_for(0, SECOND / 2);
	bench_expect(0, 0, ANSWER_VALID, 0);
	bench.reply = NULL;
	bench_run(SECOND / 2);
	bench_expect(0, 1, ANSWER_VALID, 0);
	assert_true(rejects_total(&bench.report[0].rejects));
}
