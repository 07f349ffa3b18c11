// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reflector and base packets: bytes of replies, what is dropped and in
 * which order, replays, rate limits, loops.
 */
#include <arpa/inet.h>

#include "test/unit/reflecting.h"
#include "test/unit/unit.h"

static int setup(void **state)
{
	(void)state;
	return reflecting_start(false);
}

static int setup_auth(void **state)
{
	(void)state;
	return reflecting_start(true);
}

static int teardown(void **state)
{
	(void)state;
	reflector_free(reflector);
	return 0;
}

UNIT_EACH(setup, teardown)

#define TEST_AUTH(name) TEST_WITH(setup_auth, teardown, name)

/* Written out from the figures of RFC 8762, section 4.3.1, and RFC 8972. */
TEST(test_bytes)
{
	static const uint8_t sent[STAMP_BASE_LEN] = {
		0x00, 0x00, 0x00, 0x07,
		0xe8, 0xfe, 0x4c, 0x80, 0x40, 0x00, 0x00, 0x00,
		0x80, 0x01,
		0xab, 0xcd,
	};
	static const uint8_t expected[STAMP_BASE_LEN] = {
		0x00, 0x00, 0x00, 0x07,
		/* 2023-11-14 22:13:20.5, 25 us later in 2^-32 s */
		0xe8, 0xfe, 0x6f, 0x80, 0x80, 0x01, 0xa3, 0x6e,
		/* 123456 ns: 130 * 2^12 * 2^-32 s, rounded up */
		0x8c, 0x82,
		0xab, 0xcd,
		0xe8, 0xfe, 0x6f, 0x80, 0x80, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x07,
		0xe8, 0xfe, 0x4c, 0x80, 0x40, 0x00, 0x00, 0x00,
		0x80, 0x01,
		0x00, 0x00,
		0x3d,
		0x00, 0x00, 0x00,
	};

	begin(0, 0);
	memcpy(data, sent, sizeof(sent));
	request.received = INT64_C(1700000000500000000);
	left = request.received + 25000;
	reflector_clock(reflector, true, 123456);
	assert_true(handle());
	assert_int_equal(len, sizeof(expected));
	assert_memory_equal(data, expected, sizeof(expected));
}

/* Unless it was told better, the clock is not synchronised. */
TEST(test_clock_claims)
{
	int64_t error_ns;
	bool ptp;

	assert_true(send_base(1));
	assert_false(stamp_error_decode(reply().error, &ptp, &error_ns));
	reflector_clock(reflector, true, 5000);
	assert_true(send_base(2));
	assert_true(stamp_error_decode(reply().error, &ptp, &error_ns));
	assert_true(error_ns >= 5000);
}

TEST(test_ptp_sender)
{
	struct stamp_request base = { .seq = 1 };
	int64_t error_ns;
	bool ptp;

	begin(1, 0);
	base.timestamp = stamp_time_encode(RECEIVED - 100, true);
	base.error = stamp_error_encode(false, true, 1);
	stamp_request_write(data, false, &base);
	assert_true(handle());
	stamp_error_decode(reply().error, &ptp, &error_ns);
	assert_true(ptp);
	assert_int_equal(reply().received, stamp_time_encode(RECEIVED, true));
	assert_int_equal(reply().timestamp, stamp_time_encode(LEFT, true));
	assert_int_equal(reply().sender.error, base.error);
	assert_int_equal(reply().sender.timestamp, base.timestamp);
}

TEST(test_every_length)
{
	size_t want;

	for (want = 0; want < STAMP_BASE_LEN; want++) {
		begin(1, 0);
		memset(data + want, GUARD_BYTE, STAMP_BASE_LEN - want);
		len = want;
		assert_false(handle());
	}
	assert_int_equal(STATS(short_), STAMP_BASE_LEN);
	for (want = STAMP_BASE_LEN; want < STAMP_BASE_LEN + 300; want++) {
		begin(1, 0);
		memset(data + len, 0, want - len);
		len = want;
		assert_true(handle());
	}
	begin(1, 0);
	memset(data + len, 0, STAMP_MESSAGE_MAX - len);
	len = STAMP_MESSAGE_MAX;
	assert_true(handle());
	begin(1, 0);
	memset(data + len, 0, STAMP_MESSAGE_MAX + 1 - len);
	len = STAMP_MESSAGE_MAX + 1;
	assert_false(handle());
	assert_int_equal(STATS(oversized), 1);
	assert_int_equal(STATS(replies), 301);
	assert_int_equal(STATS(requests), 302 + STAMP_BASE_LEN);
}

/* Senders that are shorter get an answer only where somebody asked for it. */
TEST(test_twamp_light)
{
	size_t want, replies = 0;

	config.twamp_light = true;
	reconfigure();
	for (want = 0; want <= STAMP_BASE_LEN; want++) {
		begin(1, 0);
		memset(data + want, GUARD_BYTE, STAMP_BASE_LEN - want);
		request.len = want;
		if (!reflector_handle(reflector, &request, leave)) {
			assert_in_range(want, 0, 13);
			assert_int_equal(request.len, want);
			continue;
		}
		replies++;
		assert_int_equal(request.len, STAMP_BASE_LEN);
		assert_int_equal(data[STAMP_BASE_LEN], GUARD_BYTE);
		len = STAMP_BASE_LEN;
		assert_int_equal(reply().sender.seq, 1);
		assert_int_equal(reply().received,
				 stamp_time_encode(RECEIVED, false));
		/* What it did not send is 0, and not what lay there. */
		if (want == 14)
			assert_int_equal(reply().ssid, 0);
	}
	assert_int_equal(replies, 31);
	assert_int_equal(STATS(lengthened), 30);
	assert_int_equal(STATS(short_), 14);
}

/* An authenticated request cannot be shorter: its HMAC is at the end. */
TEST_AUTH(test_auth_twamp_light)
{
	config.twamp_light = true;
	reconfigure();
	begin(1, 0);
	len = 44;
	memset(data + len, GUARD_BYTE, STAMP_AUTH_BASE_LEN - len);
	assert_false(handle());
	assert_int_equal(STATS(short_), 1);
}

TEST(test_groups_are_not_answered)
{
	static const struct {
		const char *to;
		bool answered;
	} addresses[] = {
		{ "ff02::1", false }, { "ff0e::1:2", false },
		{ "::ffff:224.0.0.1", false }, { "::ffff:239.1.2.3", false },
		{ "::ffff:255.255.255.255", false },
		{ "fe80::1", true }, { "2001:db8::1", true },
		{ "::ffff:192.0.2.1", true }, { "::", true },
	};
	unsigned int i, dropped = 0;

	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		begin(1, 0);
		inet_pton(AF_INET6, addresses[i].to, &request.to);
		assert_int_equal(handle(), addresses[i].answered);
		dropped += !addresses[i].answered;
		assert_int_equal(STATS(multicast), dropped);
	}
}

TEST(test_unsent)
{
	assert_true(send_base(1));
	assert_true(send_base(2));
	reflector_unsent(reflector);
	assert_int_equal(STATS(replies), 1);
	assert_int_equal(STATS(unsent), 1);
}

TEST(test_stateless)
{
	assert_true(send_base(77));
	assert_int_equal(reply().seq, 77);
	assert_int_equal(reply().sender.seq, 77);
	/* Without authentication a number may come twice. */
	assert_true(send_base(77));
}

TEST(test_stateful)
{
	uint32_t i;

	config.stateful = true;
	reconfigure();
	for (i = 0; i < 3; i++) {
		begin(70 + 5 * i, 0);
		assert_true(handle());
		assert_int_equal(reply().seq, i);
		assert_int_equal(reply().sender.seq, 70 + 5 * i);
	}
	/* Sessions outlive a reload; another sender has one of its own. */
	reconfigure();
	assert_true(send_base(1));
	assert_int_equal(reply().seq, 3);
	begin(1, 0);
	request.from.sin6_port = htons(4001);
	assert_true(handle());
	assert_int_equal(reply().seq, 0);
}

TEST(test_rate_limit)
{
	unsigned int i, replies = 0;

	config.rate = 10;
	config.burst = 4;
	reconfigure();
	for (i = 0; i < 50; i++)
		replies += send_base(i);
	assert_int_equal(replies, 4);
	assert_int_equal(STATS(limited), 46);
	begin(i, 0);
	request.from.sin6_addr.s6_addr[15] = 2;
	assert_true(handle());
}

TEST(test_reply_is_not_answered)
{
	assert_true(send_base(1));
	request.from.sin6_port = htons(STAMP_PORT);
	assert_false(handle());
	assert_int_equal(STATS(looped), 1);
}

/* Fields that must be zero are ignored: TWAMP Light pads with anything. */
TEST(test_padding_in_base)
{
	begin(1, 0);
	memset(data + 16, 0x5a, STAMP_BASE_LEN - 16);
	assert_true(handle());
	assert_int_equal(data[43], 0);
	/* A sender without a clock. */
	begin(1, 0);
	memset(data + 4, 0, STAMP_BASE_LEN - 4);
	assert_true(handle());
	assert_int_equal(STATS(looped), 0);
}

static bool send_auth(uint32_t seq, int64_t age, unsigned int key)
{
	begin(seq, age);
	seal(key);
	return handle();
}

TEST_AUTH(test_auth_each_key)
{
	uint8_t hmac[STAMP_HMAC_LEN];
	unsigned int i;

	for (i = 0; i < keys.n; i++) {
		assert_true(send_auth(i, 0, i));
		assert_ptr_equal(keys_verify_base(&keys, data, len),
				 &keys.key[i]);
		assert_int_equal(reply().timestamp,
				 stamp_time_encode(LEFT, false));
		memcpy(hmac, data + STAMP_AUTH_BASE_LEN - sizeof(hmac),
		       sizeof(hmac));
		seal(i);
		assert_memory_equal(data + STAMP_AUTH_BASE_LEN - sizeof(hmac),
				    hmac, sizeof(hmac));
	}
}

/* One wrong bit anywhere, and nothing happens. */
TEST_AUTH(test_auth_every_bit)
{
	unsigned int bit;

	for (bit = 0; bit < 8 * STAMP_AUTH_BASE_LEN; bit++) {
		begin(1, 0);
		seal(0);
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(handle());
	}
	assert_int_equal(STATS(unauthenticated), 8 * STAMP_AUTH_BASE_LEN);
	/* Nor did any of them leave a trace. */
	assert_true(send_auth(1, 0, 0));
}

TEST_AUTH(test_auth_unauthenticated_request)
{
	begin(1, 0);
	len = STAMP_BASE_LEN;
	memset(data + len, GUARD_BYTE, STAMP_AUTH_BASE_LEN - len);
	assert_false(handle());
	assert_int_equal(STATS(short_), 1);
	assert_false(send_base(1));
	assert_int_equal(STATS(unauthenticated), 1);
}

TEST_AUTH(test_auth_key_taken_away)
{
	assert_true(send_auth(1, 0, 1));
	keys.n = 1;
	reconfigure();
	assert_false(send_auth(2, 0, 1));
	assert_true(send_auth(3, 0, 0));
	keys.n = 0;
	reconfigure();
	assert_false(send_auth(4, 0, 0));
}

TEST_AUTH(test_auth_freshness)
{
	static const struct {
		int64_t age;
		bool fresh;
	} cases[] = {
		{ 0, true }, { 59, true }, { 61, false }, { -59, true },
		{ -61, false }, { 1000000000, false }, { -1000000000, false },
	};
	unsigned int i;

	/* Within a pause, one of the stale ones is answered. */
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(send_auth(i, cases[i].age * BLOCK_NS_PER_S, 0),
				 cases[i].fresh || i == 2);
	assert_int_equal(STATS(stale), 3);
	assert_int_equal(STATS(stale_replies), 1);
	assert_int_equal(STATS(stale_by), 1000000000 * BLOCK_NS_PER_S);
	assert_int_equal(STATS(replies), 4);
	assert_int_equal(STATS(requests), 7);
	config.freshness = 0;
	reconfigure();
	assert_true(send_auth(100, 1000000000 * BLOCK_NS_PER_S, 0));
}

/* The times, and nothing that was asked for; ten a second, whoever asks. */
TEST_AUTH(test_auth_stale)
{
	unsigned int i, replied = 0;
	uint8_t *value;

	config.stateful = true;
	reconfigure();
	for (i = 0; i < 1000; i++) {
		begin(i, 61 * BLOCK_NS_PER_S);
		request.from.sin6_addr.s6_addr[14] = (uint8_t)i;
		request.received += i * BLOCK_NS_PER_MS;
		append(STAMP_TLV_COS, 4);
		value = append(STAMP_TLV_DIRECT, 12);
		append_hmac(0);
		seal(0);
		if (!handle())
			continue;
		replied++;
		assert_int_equal(reply().seq, i);
		assert_int_equal(reply().sender.seq, i);
		assert_int_equal(reply().received,
				 stamp_time_encode(request.received, false));
		assert_non_null(keys_verify_base(&keys, data, len));
		assert_int_equal(*(value - STAMP_TLV_HEADER_LEN),
				 STAMP_TLV_UNRECOGNISED | STAMP_TLV_INTEGRITY);
		assert_int_equal(value[0] | value[5] | value[11], 0);
	}
	assert_int_equal(replied, 10);
	assert_int_equal(STATS(stale_replies), 10);
	assert_int_equal(STATS(stale), 990);
	assert_int_equal(STATS(integrity), 0);
	/* The clock was set back. */
	begin(0, 61 * BLOCK_NS_PER_S);
	seal(0);
	request.received -= 3600 * BLOCK_NS_PER_S;
	assert_true(handle());
	/* A session that was never there has not counted. */
	assert_true(send_auth(0, 0, 0));
	assert_int_equal(reply().seq, 0);
}

TEST_AUTH(test_auth_replay)
{
	assert_true(send_auth(5, 100, 0));
	assert_false(send_auth(5, 100, 0));
	assert_true(send_auth(6, 90, 0));
	assert_true(send_auth(4, 110, 0));
	assert_false(send_auth(4, 110, 0));
	assert_int_equal(STATS(replayed), 2);
	/* The sender was started anew. */
	assert_true(send_auth(0, 10, 0));
	assert_false(send_auth(6, 90, 0));
	assert_true(send_auth(1, 9, 0));
}

/* Who has no key, or repeats what he has heard, takes nobody's rate. */
TEST_AUTH(test_auth_rate_is_not_stolen)
{
	unsigned int i;

	config.rate = 1;
	config.burst = 2;
	reconfigure();
	assert_true(send_auth(1, 100, 0));
	for (i = 0; i < 100; i++) {
		begin(50 + i, 0);
		assert_false(handle());
		assert_false(send_auth(1, 100, 0));
		/* One of them within its pause has an answer all the same. */
		assert_int_equal(send_auth(2, 100 * BLOCK_NS_PER_S, 0), !i);
	}
	assert_int_equal(STATS(limited), 0);
	assert_true(send_auth(2, 50, 0));
	assert_false(send_auth(3, 40, 0));
	assert_int_equal(STATS(limited), 1);
}

TEST_AUTH(test_auth_loop)
{
	assert_true(send_auth(1, 0, 0));
	request.from.sin6_port = htons(STAMP_PORT);
	assert_false(handle());
	assert_int_equal(STATS(looped), 1);
}

TEST_AUTH(test_auth_stateful)
{
	config.stateful = true;
	reconfigure();
	assert_true(send_auth(100, 10, 0));
	assert_int_equal(reply().seq, 0);
	assert_true(send_auth(102, 9, 1));
	assert_int_equal(reply().seq, 1);
	assert_int_equal(reply().sender.seq, 102);
	assert_non_null(keys_verify_base(&keys, data, len));
}

/* Address of a node in a request; the flags that it comes back with. */
static uint8_t destination(const void *address, uint16_t value_len,
			   const char *to)
{
	uint8_t *value;

	begin(1, 0);
	assert_int_equal(inet_pton(AF_INET6, to, &request.to), 1);
	value = append(STAMP_TLV_DESTINATION, value_len);
	memcpy(value, address, value_len);
	assert_true(handle());
	assert_memory_equal(value, address, value_len);
	return value[-STAMP_TLV_HEADER_LEN];
}

/* RFC 9503: another node's address is not that of the asked one. */
TEST(test_destination)
{
	const uint8_t v6[20] = { 0xfd, [15] = 1 }, v4[4] = { 192, 0, 2, 1 };

	assert_int_equal(destination(v6, 16, "fd00::1"), 0);
	assert_int_equal(destination(v6, 16, "fd00::2"),
			 STAMP_TLV_UNRECOGNISED);
	assert_int_equal(destination(v6, 16, "::"), STAMP_TLV_UNRECOGNISED);
	assert_int_equal(destination(v4, 4, "::ffff:192.0.2.1"), 0);
	assert_int_equal(destination(v4, 4, "::ffff:192.0.2.2"),
			 STAMP_TLV_UNRECOGNISED);
	assert_int_equal(destination(v4, 4, "::192.0.2.1"),
			 STAMP_TLV_UNRECOGNISED);
	assert_int_equal(destination(v6, 0, "fd00::1"), STAMP_TLV_MALFORMED);
	assert_int_equal(destination(v6, 15, "fd00::1"), STAMP_TLV_MALFORMED);
	assert_int_equal(destination(v6, 17, "fd00::1"), STAMP_TLV_MALFORMED);
}
