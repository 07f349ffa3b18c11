// SPDX-License-Identifier: GPL-2.0-only
/*
 * A peer whose replies are of no use, and what is known of why: what it sends is
 * short, foreign, of the other mode or from elsewhere; or its clock is far away.
 */
#include <string.h>

#include "lmctl/stamp/stamp.h"
#include "prober_bench.h"
#include "test/unit/unit.h"

#define SECOND BLOCK_NS_PER_S
#define FLOWS 30

static void start(struct bench *bench, bool auth, bench_mangle_fn reply)
{
	bench_init(bench);
	bench->auth = auth;
	bench->flows = FLOWS;
	bench->reply = reply;
	bench_start(bench, 1);
	bench_block(bench, 0);
}

/* All replies are of no use, for one cause. */
static void expect(struct bench *bench, enum reject why)
{
	const struct peer_report *report = &bench->report[0];

	bench_run(bench, PROBER_PATIENCE * SECOND);
	bench_expect(bench, FLOWS, 1, ANSWER_UNUSABLE, FLOWS);
	assert_int_equal(report->replies, 0);
	assert_int_equal(report->auth, bench->auth);
	assert_in_range(report->rejects.n[why], 100, report->requests);
	assert_int_equal(rejects_total(&report->rejects), report->rejects.n[why]);
}

static bool short_one(struct bench *bench, unsigned int peer, uint8_t *data,
		      size_t *len)
{
	(void)bench;
	(void)peer;
	(void)data;
	*len = 20;
	return true;
}

TEST(test_short)
{
	struct bench bench;
	unsigned int auth;

	for (auth = 0; auth < 2; auth++) {
		start(&bench, auth, short_one);
		expect(&bench, REJECT_SHORT);
		assert_int_equal(bench.report[0].rejects.len, 20);
		bench_stop(&bench);
	}
}

static bool text(struct bench *bench, unsigned int peer, uint8_t *data,
		 size_t *len)
{
	(void)bench;
	(void)peer;
	memset(data, 'x', *len);
	return true;
}

TEST(test_foreign)
{
	struct bench bench;

	start(&bench, false, text);
	expect(&bench, REJECT_FOREIGN);
	bench_stop(&bench);
	start(&bench, true, text);
	expect(&bench, REJECT_KEY);
	bench_stop(&bench);
}

/* A reflector without keys answers what has come as if it were of its mode. */
static bool plain(struct bench *bench, unsigned int peer, uint8_t *data,
		  size_t *len)
{
	struct stamp_reply reply = { .timestamp = (uint64_t)bench->now };

	(void)peer;
	assert_true(stamp_request_read(data, *len, false, &reply.sender));
	stamp_reply_write(data, false, &reply);
	prober_receive(bench->prober, peer, data, *len, bench->now);
	return false;
}

TEST(test_plain)
{
	struct bench bench;

	start(&bench, true, NULL);
	bench.request = plain;
	expect(&bench, REJECT_PLAIN);
	bench_stop(&bench);
}

/* It is not taken, but the peer that was asked has it in its report. */
static bool elsewhere(struct bench *bench, unsigned int peer, uint8_t *data,
		      size_t *len)
{
	const struct sockaddr_in6 from = {
		.sin6_addr.s6_addr = { 0xfd, [15] = 9 }, .sin6_port = 7,
	};

	(void)peer;
	prober_receive_elsewhere(bench->prober, data, *len, &from);
	data[5] ^= 1;
	prober_receive_elsewhere(bench->prober, data, *len, &from);
	prober_receive_elsewhere(bench->prober, data, 3, &from);
	return false;
}

TEST(test_elsewhere)
{
	struct bench bench;
	unsigned int auth;

	for (auth = 0; auth < 2; auth++) {
		start(&bench, auth, elsewhere);
		/* Without authentication the changed byte is not looked at. */
		bench_run(&bench, PROBER_PATIENCE * SECOND);
		bench_expect(&bench, FLOWS, 1, ANSWER_UNUSABLE, FLOWS);
		assert_int_equal(bench.report[0].rejects.n[REJECT_ELSEWHERE],
				 bench.report[0].requests * (auth ? 1 : 2));
		assert_int_equal(rejects_total(&bench.report[0].rejects),
				 bench.report[0].rejects.n[REJECT_ELSEWHERE]);
		assert_int_equal(bench.report[0].rejects.from.sin6_port, 7);
		bench_stop(&bench);
	}
}

static uint8_t kept[STAMP_MESSAGE_MAX];
static size_t kept_len;

static bool keep(struct bench *bench, unsigned int peer, uint8_t *data,
		 size_t *len)
{
	(void)bench;
	(void)peer;
	memcpy(kept, data, *len);
	kept_len = *len;
	return true;
}

/* Who is silent is so although the network doubles what came before. */
TEST(test_again)
{
	struct bench bench;

	bench_init(&bench);
	bench.reply = keep;
	bench_start(&bench, 2);
	bench_block(&bench, 0);
	bench_run(&bench, SECOND / 2);
	bench_expect(&bench, 1, 1, ANSWER_VALID, 1);
	bench.reply = bench_lose;
	bench_block(&bench, 1);
	prober_receive(bench.prober, 0, kept, kept_len, bench.now);
	bench_run(&bench, PROBER_PATIENCE * SECOND);
	bench_expect(&bench, 2, 2, ANSWER_NO_ANSWER, 1);
	assert_int_equal(bench.report[0].rejects.n[REJECT_AGAIN], 1);
	assert_int_equal(rejects_total(&bench.report[0].rejects), 1);
	bench_stop(&bench);
}

static void start_apart(struct bench *bench, int64_t offset)
{
	bench_init(bench);
	bench->auth = true;
	bench->flows = 2000;
	bench->peer_offset = offset;
	bench_start(bench, 1);
	bench_block(bench, 0);
}

/* By more than the freshness: one answer tells for all flows. */
TEST(test_stale)
{
	static const int64_t offsets[] = { -75 * SECOND, 75 * SECOND };
	struct bench bench;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		start_apart(&bench, offsets[i]);
		bench_run(&bench, SECOND / 4);
		bench_expect(&bench, 2000, 1, ANSWER_CLOCKS_DIFFER, 2000);
		assert_in_range(bench.sent[0], 1, 16);
		assert_int_equal(bench.report[0].offset, offsets[i]);
		assert_int_equal(reflector_stats(bench.reflector[0])->stale_replies,
				 1);
		bench_stop(&bench);
	}
}

/* A message that somebody held back is stale although the clocks are right. */
static bool hold_back(struct bench *bench, unsigned int peer, uint8_t *data,
		      size_t *len)
{
	(void)peer;
	(void)data;
	(void)len;
	/* All at first, then none any more. */
	bench->delay = 5 * BENCH_MS;
	return true;
}

TEST(test_held_back)
{
	struct bench bench;

	bench_init(&bench);
	bench.auth = true;
	bench.flows = 20;
	/* The freshness is 60 s, for six periods a block is asked for. */
	bench.period_ms = 20000;
	bench.delay = 61 * SECOND;
	bench.delay_back = 5 * BENCH_MS;
	bench.request = hold_back;
	bench_start(&bench, 1);
	bench_block(&bench, 0);
	bench_run(&bench, 100 * SECOND);
	bench_expect(&bench, 20, 1, ANSWER_VALID, 20);
	assert_in_range(reflector_stats(bench.reflector[0])->stale_replies, 1,
			100);
	bench_stop(&bench);
}
