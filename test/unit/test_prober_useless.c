// SPDX-License-Identifier: GPL-2.0-only
/*
 * A peer whose replies are of no use, and what is known of why: what it sends is
 * short, foreign, of the other mode or from elsewhere; or its clock is far away.
 */
#include <string.h>

#include "lmctl/stamp/stamp.h"
#include "prober_bench.h"
#include "test/unit/unit.h"

UNIT_EACH(bench_setup, bench_teardown)

#define FLOWS 30

static bool short_one(struct net_event *msg)
{
	msg->len = 20;
	return true;
}

static bool text(struct net_event *msg)
{
	memset(msg->data, 'x', msg->len);
	return true;
}

/* A reflector without keys answers what has come as if it were of its mode. */
static bool plain(struct net_event *msg)
{
	struct stamp_reply reply = { .timestamp = (uint64_t)bench.now };

	assert_true(stamp_request_read(msg->data, msg->len, false, &reply.sender));
	stamp_reply_write(msg->data, false, &reply);
	prober_receive(bench.prober, msg->peer, msg->data, msg->len, bench.now);
	return false;
}

static const struct cause {
	const char *name;
	bool auth;
	bench_mangle_fn request, reply;
	enum reject why;
	size_t len;
} causes[] = {
	{ "short", false, NULL, short_one, REJECT_SHORT, 20 },
	{ "short, authenticated", true, NULL, short_one, REJECT_SHORT, 20 },
	{ "text", false, NULL, text, REJECT_FOREIGN, 0 },
	{ "text, authenticated", true, NULL, text, REJECT_KEY, 0 },
	{ "of a reflector without keys", true, plain, NULL, REJECT_PLAIN, 0 },
};

/* All replies are of no use, for one cause. */
TEST_ROWS(causes, test_cause)
{
	const struct peer_report *report = &bench.report[0];
	const struct cause *cause = *state;

	bench.auth = cause->auth;
	bench.flows = FLOWS;
	bench.request = cause->request;
	bench.reply = cause->reply;
	bench_one(PROBER_PATIENCE * SECOND);
	bench_expect(FLOWS, 1, ANSWER_UNUSABLE, FLOWS);
	assert_int_equal(report->replies, 0);
	assert_int_equal(report->auth, bench.auth);
	assert_in_range(report->rejects.n[cause->why], 100, report->requests);
	assert_int_equal(rejects_total(&report->rejects),
			 report->rejects.n[cause->why]);
	if (cause->len)
		assert_int_equal(report->rejects.len, cause->len);
}

/* It is not taken, but the peer that was asked has it in its report. */
static bool elsewhere(struct net_event *msg)
{
	const struct sockaddr_in6 from = {
		.sin6_addr.s6_addr = { 0xfd, [15] = 9 }, .sin6_port = 7,
	};

	prober_receive_elsewhere(bench.prober, msg->data, msg->len, &from);
	msg->data[5] ^= 1;
	prober_receive_elsewhere(bench.prober, msg->data, msg->len, &from);
	prober_receive_elsewhere(bench.prober, msg->data, 3, &from);
	return false;
}

TEST(test_elsewhere)
{
	unsigned int auth;

	for (auth = 0; auth < 2; auth++) {
		bench_init();
		bench.auth = auth;
		bench.flows = FLOWS;
		bench.reply = elsewhere;
		/* Without authentication the changed byte is not looked at. */
		bench_one(PROBER_PATIENCE * SECOND);
		bench_expect(FLOWS, 1, ANSWER_UNUSABLE, FLOWS);
		assert_int_equal(bench.report[0].rejects.n[REJECT_ELSEWHERE],
				 bench.report[0].requests * (auth ? 1 : 2));
		assert_int_equal(rejects_total(&bench.report[0].rejects),
				 bench.report[0].rejects.n[REJECT_ELSEWHERE]);
		assert_int_equal(bench.report[0].rejects.from.sin6_port, 7);
	}
}

static uint8_t kept[STAMP_MESSAGE_MAX];
static size_t kept_len;

static bool keep(struct net_event *msg)
{
	memcpy(kept, msg->data, msg->len);
	kept_len = msg->len;
	return true;
}

/* Who is silent is so although the network doubles what came before. */
TEST(test_again)
{
	bench.reply = keep;
	bench_start(2);
	bench_next_for(0, SECOND / 2);
	bench_expect(1, 1, ANSWER_VALID, 1);
	bench.reply = bench_lose;
	bench_next(1);
	prober_receive(bench.prober, 0, kept, kept_len, bench.now);
	bench_run(PROBER_PATIENCE * SECOND);
	bench_expect(2, 2, ANSWER_NO_ANSWER, 1);
	assert_int_equal(bench.report[0].rejects.n[REJECT_AGAIN], 1);
	assert_int_equal(rejects_total(&bench.report[0].rejects), 1);
}

/* By more than the freshness: one answer tells for all flows. */
TEST(test_stale)
{
	static const int64_t offsets[] = { -75 * SECOND, 75 * SECOND };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		bench_init();
		bench.auth = true;
		bench.flows = 2000;
		bench.peer_offset = offsets[i];
		bench_one(SECOND / 4);
		bench_expect(2000, 1, ANSWER_CLOCKS_DIFFER, 2000);
		assert_in_range(bench.sent[0], 1, 16);
		assert_int_equal(bench.report[0].offset, offsets[i]);
		assert_int_equal(reflector_stats(bench.reflector[0])->stale_replies,
				 1);
	}
}

/* A message that somebody held back is stale although the clocks are right. */
static bool hold_back(struct net_event *msg)
{
	(void)msg;
	/* All at first, then none any more. */
	bench.delay = 5 * BENCH_MS;
	return true;
}

TEST(test_held_back)
{
	bench.auth = true;
	bench.flows = 20;
	/* The freshness is 60 s, for six periods a block is asked for. */
	bench.period_ms = 20000;
	bench.delay = 61 * SECOND;
	bench.delay_back = 5 * BENCH_MS;
	bench.request = hold_back;
	bench_one(100 * SECOND);
	bench_expect(20, 1, ANSWER_VALID, 20);
	assert_in_range(reflector_stats(bench.reflector[0])->stale_replies, 1,
			100);
}
