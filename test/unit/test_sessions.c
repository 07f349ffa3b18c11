// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a reflector remembers of its senders: sessions with their replay
 * window, and rate limits.
 */
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/block.h"
#include "lmctl/engine/ratelimit.h"
#include "lmctl/engine/sessions.h"
#include "test/unit/unit.h"

#define MAX 4
#define S BLOCK_NS_PER_S
#define MS BLOCK_NS_PER_MS

static struct sockaddr_in6 sender(unsigned int i)
{
	struct sockaddr_in6 from = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(4000),
	};

	from.sin6_addr.s6_addr[0] = 0xfd;
	from.sin6_addr.s6_addr[15] = (uint8_t)i;
	from.sin6_addr.s6_addr[14] = (uint8_t)(i >> 8);
	return from;
}

static int setup(void **state)
{
	*state = sessions_new(MAX);
	return !*state;
}

static int teardown(void **state)
{
	sessions_free(*state);
	return 0;
}

static struct session *get(void **state, unsigned int i)
{
	const struct sockaddr_in6 from = sender(i);
	struct session *session = sessions_get(*state, &from, 1);

	assert_non_null(session);
	return session;
}

TEST_WITH(setup, teardown, test_key)
{
	struct sockaddr_in6 from = sender(1);
	struct session *session = get(state, 1);

	assert_int_equal(session_number(session), 0);
	assert_int_equal(session_number(get(state, 1)), 1);
	assert_int_equal(session_number(sessions_get(*state, &from, 2)), 0);
	from.sin6_port = htons(4001);
	assert_int_equal(session_number(sessions_get(*state, &from, 1)), 0);
	assert_int_equal(session_number(get(state, 2)), 0);
	assert_int_equal(session_number(get(state, 1)), 2);
	assert_int_equal(sessions_count(*state), 4);
}

TEST_WITH(setup, teardown, test_flow_label_is_no_key)
{
	struct sockaddr_in6 from = sender(1);

	session_number(get(state, 1));
	from.sin6_flowinfo = htonl(77);
	assert_int_equal(session_number(sessions_get(*state, &from, 1)), 1);
}

TEST_WITH(setup, teardown, test_longest_unused_goes)
{
	unsigned int i;

	for (i = 0; i < MAX; i++)
		session_number(get(state, i));
	get(state, 0);
	for (i = 100; i < 100 + MAX - 1; i++)
		get(state, i);
	assert_int_equal(sessions_count(*state), MAX);
	assert_int_equal(session_number(get(state, 0)), 1);
	assert_int_equal(session_number(get(state, 1)), 0);
}

TEST_WITH(setup, teardown, test_replay)
{
	struct session *session = get(state, 1);

	assert_true(session_accept(session, 5, 5 * S));
	assert_false(session_accept(session, 5, 5 * S));
	assert_true(session_accept(session, 6, 6 * S));
	assert_false(session_accept(session, 5, 5 * S));
	assert_false(session_accept(session, 6, 6 * S));
	assert_true(session_accept(session, 4, 4 * S));
	assert_false(session_accept(session, 4, 4 * S));
}

/* Every number of a window in any order is accepted once. */
TEST_WITH(setup, teardown, test_window_in_disorder)
{
	struct session *session = get(state, 1);
	uint32_t i, seq;

	for (i = 0; i < SESSION_WINDOW; i++) {
		seq = i * 389 % SESSION_WINDOW;
		assert_true(session_accept(session, seq, seq));
	}
	for (seq = 0; seq < SESSION_WINDOW; seq++)
		assert_false(session_accept(session, seq, seq));
}

TEST_WITH(setup, teardown, test_window_edge)
{
	struct session *session = get(state, 1);
	uint32_t top = 5000;

	assert_true(session_accept(session, top, top));
	assert_true(session_accept(session, top - SESSION_WINDOW + 1, 1));
	assert_false(session_accept(session, top - SESSION_WINDOW, 1));
	assert_false(session_accept(session, 0, 0));
	/* The slot of a number that leaves the window is free for a new one. */
	assert_true(session_accept(session, top + 1, top + 1));
	assert_false(session_accept(session, top + 1 - SESSION_WINDOW, 1));
	assert_true(session_accept(session, top + 2 + SESSION_WINDOW, top + 2));
	assert_true(session_accept(session, top + 3, top + 2));
	assert_false(session_accept(session, top + 2, top + 2));
}

TEST_WITH(setup, teardown, test_numbers_wrap)
{
	struct session *session = get(state, 1);
	uint32_t i;

	for (i = 0; i < 3 * SESSION_WINDOW; i++) {
		uint32_t seq = UINT32_MAX - SESSION_WINDOW + i;

		assert_true(session_accept(session, seq, i));
		assert_false(session_accept(session, seq, i));
		if (i)
			assert_false(session_accept(session, seq - 1, i - 1));
	}
}

/* A long way ahead is neither behind nor a reason to compute too much. */
TEST_WITH(setup, teardown, test_far_numbers)
{
	struct session *session = get(state, 1);

	assert_true(session_accept(session, 0, 1));
	assert_true(session_accept(session, INT32_MAX, 2));
	assert_false(session_accept(session, 0, 1));
	assert_false(session_accept(session, (uint32_t)INT32_MAX + (1u << 31),
				    2));
	assert_true(session_accept(session, UINT32_MAX - 1, 3));
}

TEST_WITH(setup, teardown, test_sender_begins_anew)
{
	struct session *session = get(state, 1);
	uint32_t i;

	for (i = 0; i < 3000; i++)
		assert_true(session_accept(session, i, i * MS));
	/* Low numbers with new timestamps: no replay can have those. */
	assert_true(session_accept(session, 0, 10 * S));
	assert_true(session_accept(session, 1, 11 * S));
	assert_false(session_accept(session, 0, 10 * S));
	assert_false(session_accept(session, 1, 11 * S));
	/* What was on its way, or is repeated from before, is not. */
	for (i = 0; i < 3010; i++)
		assert_false(session_accept(session, i, i * MS));
	assert_true(session_accept(session, 2, 12 * S));
}

TEST_WITH(setup, teardown, test_sender_clock_set_back)
{
	struct session *session = get(state, 1);

	assert_true(session_accept(session, 1, 100 * S));
	assert_true(session_accept(session, 2, 95 * S));
	assert_true(session_accept(session, 3, 96 * S));
	assert_false(session_accept(session, 2, 95 * S));
}

static struct ratelimit *limit;

static int setup_limit(void **state)
{
	(void)state;
	limit = ratelimit_new(MAX);
	return !limit;
}

static int teardown_limit(void **state)
{
	(void)state;
	ratelimit_free(limit);
	return 0;
}

static bool allow(unsigned int source, int64_t now)
{
	const struct sockaddr_in6 from = sender(source);

	return ratelimit_allow(limit, &from.sin6_addr, now);
}

static unsigned int allowed(unsigned int source, int64_t now, unsigned int n)
{
	unsigned int passed = 0;

	while (n--)
		passed += allow(source, now);
	return passed;
}

TEST_WITH(setup_limit, teardown_limit, test_no_limit)
{
	assert_int_equal(allowed(1, 0, 1000), 1000);
	assert_int_equal(ratelimit_count(limit), 0);
}

TEST_WITH(setup_limit, teardown_limit, test_burst_and_rate)
{
	ratelimit_set(limit, 10, 5);
	assert_int_equal(allowed(1, 0, 100), 5);
	assert_int_equal(allowed(2, 0, 100), 5);
	assert_int_equal(allowed(1, 100 * MS - 1, 100), 0);
	assert_int_equal(allowed(1, 100 * MS, 100), 1);
	assert_int_equal(allowed(1, 300 * MS, 100), 2);
	assert_int_equal(allowed(1, 1000 * S, 100), 5);
}

/* Nothing is lost by asking often. */
TEST_WITH(setup_limit, teardown_limit, test_no_rounding)
{
	unsigned int passed = 0;
	int64_t now;

	ratelimit_set(limit, 3, 1);
	assert_true(allow(1, 0));
	for (now = MS; now <= 100 * S; now += MS)
		passed += allow(1, now);
	assert_int_equal(passed, 300 - 1);
}

TEST_WITH(setup_limit, teardown_limit, test_clock_jumps)
{
	ratelimit_set(limit, 1, 2);
	assert_int_equal(allowed(1, 100 * S, 9), 2);
	assert_int_equal(allowed(1, 50 * S, 9), 0);
	assert_int_equal(allowed(1, 51 * S, 9), 1);
	assert_int_equal(allowed(1, INT64_MAX, 9), 2);
	assert_int_equal(allowed(1, INT64_MIN, 9), 0);
	assert_int_equal(allowed(1, INT64_MAX, 9), 2);
}

TEST_WITH(setup_limit, teardown_limit, test_largest_limit)
{
	ratelimit_set(limit, UINT32_MAX, UINT32_MAX);
	assert_int_equal(allowed(1, INT64_MIN, 100), 100);
	assert_int_equal(allowed(1, INT64_MAX, 100), 100);
	ratelimit_set(limit, 1, 0);
	assert_int_equal(allowed(1, INT64_MAX, 100), 1);
}

TEST_WITH(setup_limit, teardown_limit, test_sources_are_bounded)
{
	unsigned int i;

	ratelimit_set(limit, 1, 1);
	for (i = 0; i < 10000; i++) {
		assert_true(allow(i, 0));
		assert_true(ratelimit_count(limit) <= MAX);
	}
	/* The newest is still known, the first forgotten. */
	assert_false(allow(9999, 0));
	assert_true(allow(0, 0));
}
