// SPDX-License-Identifier: GPL-2.0-only
/*
 * STAMP messages: bytes written out from the figures of RFC 8762 and 8972,
 * every length, TLV walks, timestamps over the ends of their eras, error
 * estimates.
 */
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include "lmctl/base/block.h"
#include "lmctl/stamp/stamp.h"
#include "test/unit/unit.h"

#define S BLOCK_NS_PER_S

static const struct stamp_request request = {
	.seq = 0x01020304,
	.timestamp = 0x1112131415161718,
	.error = 0xa1b2,
	.ssid = 0xc3d4,
};

static const struct stamp_reply reply = {
	.seq = 0x21222324,
	.timestamp = 0x3132333435363738,
	.error = 0xe5f6,
	.ssid = 0xc3d4,
	.received = 0x4142434445464748,
	.sender = {
		.seq = 0x01020304,
		.timestamp = 0x1112131415161718,
		.error = 0xa1b2,
		.ssid = 0xc3d4,
	},
	.sender_ttl = 0xfe,
};

static const uint8_t request_open[STAMP_BASE_LEN] = {
	0x01, 0x02, 0x03, 0x04,				/* 0: sequence number */
	0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,	/* 4: timestamp */
	0xa1, 0xb2,					/* 12: error estimate */
	0xc3, 0xd4,					/* 14: SSID */
};

static const uint8_t request_auth[STAMP_AUTH_BASE_LEN] = {
	0x01, 0x02, 0x03, 0x04,				/* 0: sequence number */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,		/* 4: MBZ */
	0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,	/* 16: timestamp */
	0xa1, 0xb2,					/* 24: error estimate */
	0xc3, 0xd4,					/* 26: SSID */
};

static const uint8_t reply_open[STAMP_BASE_LEN] = {
	0x21, 0x22, 0x23, 0x24,				/* 0: sequence number */
	0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38,	/* 4: timestamp */
	0xe5, 0xf6,					/* 12: error estimate */
	0xc3, 0xd4,					/* 14: SSID */
	0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,	/* 16: received */
	0x01, 0x02, 0x03, 0x04,				/* 24: sender's number */
	0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,	/* 28: its timestamp */
	0xa1, 0xb2,					/* 36: its estimate */
	0, 0,						/* 38: MBZ */
	0xfe,						/* 40: its TTL */
	0, 0, 0,					/* 41: MBZ */
};

static const uint8_t reply_auth[STAMP_AUTH_BASE_LEN] = {
	0x21, 0x22, 0x23, 0x24,				/* 0: sequence number */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,		/* 4: MBZ */
	0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38,	/* 16: timestamp */
	0xe5, 0xf6,					/* 24: error estimate */
	0xc3, 0xd4,					/* 26: SSID */
	0, 0, 0, 0,					/* 28: MBZ */
	0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,	/* 32: received */
	0, 0, 0, 0, 0, 0, 0, 0,				/* 40: MBZ */
	0x01, 0x02, 0x03, 0x04,				/* 48: sender's number */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,		/* 52: MBZ */
	0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,	/* 64: its timestamp */
	0xa1, 0xb2,					/* 72: its estimate */
	0, 0, 0, 0, 0, 0,				/* 74: MBZ */
	0xfe,						/* 80: its TTL */
};

TEST(test_base_len)
{
	assert_int_equal(stamp_base_len(false), 44);
	assert_int_equal(stamp_base_len(true), 112);
}

/* Writes into room that is neither larger nor zeroed. */
static void writes(bool auth, const uint8_t *request_bytes,
		   const uint8_t *reply_bytes)
{
	size_t len = stamp_base_len(auth);
	uint8_t *data = test_malloc(len);

	memset(data, 0x5a, len);
	stamp_request_write(data, auth, &request);
	assert_memory_equal(data, request_bytes, len);
	memset(data, 0x5a, len);
	stamp_reply_write(data, auth, &reply);
	assert_memory_equal(data, reply_bytes, len);
	test_free(data);
}

TEST(test_write)
{
	writes(false, request_open, reply_open);
	writes(true, request_auth, reply_auth);
}

static void request_is_right(const struct stamp_request *got)
{
	assert_memory_equal(got, &request, sizeof(*got));
}

static void reply_is_right(const struct stamp_reply *got)
{
	assert_memory_equal(got, &reply, sizeof(*got));
}

/* Every length, in a block of just that length: ASan sees a byte too many. */
static void every_length(bool auth, const uint8_t *request_bytes,
			 const uint8_t *reply_bytes)
{
	size_t base = stamp_base_len(auth);
	uint8_t longer[STAMP_AUTH_BASE_LEN + 5] = { 0 };

	for (size_t len = 0; len <= base + 5; len++) {
		uint8_t *data = malloc(len);
		struct stamp_request got = { 0 };
		struct stamp_reply got_reply = { 0 };

		memcpy(longer, request_bytes, base);
		if (len)
			memcpy(data, longer, len);
		assert_int_equal(stamp_request_read(data, len, auth, &got),
				 len >= base);
		if (len >= base)
			request_is_right(&got);
		memcpy(longer, reply_bytes, base);
		if (len)
			memcpy(data, longer, len);
		assert_int_equal(stamp_reply_read(data, len, auth, &got_reply),
				 len >= base);
		if (len >= base)
			reply_is_right(&got_reply);
		free(data);
	}
}

TEST(test_read)
{
	every_length(false, request_open, reply_open);
	every_length(true, request_auth, reply_auth);
}

/* Whatever stands where zeros must be is not looked at. */
TEST(test_must_be_zero)
{
	uint8_t data[STAMP_AUTH_BASE_LEN];
	struct stamp_request got = { 0 };
	struct stamp_reply got_reply = { 0 };

	memcpy(data, request_auth, sizeof(data));
	memset(data + 4, 0xff, 12);
	memset(data + 28, 0xff, sizeof(data) - 28);
	assert_true(stamp_request_read(data, sizeof(data), true, &got));
	request_is_right(&got);
	memcpy(data, reply_auth, sizeof(data));
	memset(data + 40, 0xff, 8);
	memset(data + 74, 0xff, 6);
	memset(data + 81, 0xff, sizeof(data) - 81);
	assert_true(stamp_reply_read(data, sizeof(data), true, &got_reply));
	reply_is_right(&got_reply);
	memcpy(data, reply_open, STAMP_BASE_LEN);
	data[38] = data[39] = data[41] = data[42] = data[43] = 0xff;
	assert_true(stamp_reply_read(data, STAMP_BASE_LEN, false, &got_reply));
	reply_is_right(&got_reply);
}

/* A padding of 3 bytes, an empty TLV of a strange type, a block TLV of 2. */
static const uint8_t tlvs[] = {
	0x80, 0x01, 0x00, 0x03, 0xaa, 0xbb, 0xcc,
	0x60, 0x4d, 0x00, 0x00,
	0x00, 0xf0, 0x00, 0x02, 0x11, 0x22,
};

TEST(test_tlv_walk)
{
	static const struct {
		size_t begin, end;
		uint8_t flags, type;
		uint16_t len;
	} expected[] = {
		{ 44, 51, 0x80, STAMP_TLV_PADDING, 3 },
		{ 51, 55, STAMP_TLV_MALFORMED | STAMP_TLV_INTEGRITY, 77, 0 },
		{ 55, 61, 0, STAMP_TLV_BLOCK, 2 },
	};
	size_t len = STAMP_BASE_LEN + sizeof(tlvs), offset = STAMP_BASE_LEN;
	uint8_t *data = test_malloc(len);
	struct stamp_tlv tlv;

	memcpy(data, request_open, STAMP_BASE_LEN);
	memcpy(data + STAMP_BASE_LEN, tlvs, sizeof(tlvs));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_int_equal(stamp_tlv_next(data, len, &offset, &tlv), 1);
		assert_ptr_equal(tlv.header, data + expected[i].begin);
		assert_ptr_equal(tlv.value, data + expected[i].begin + 4);
		assert_int_equal(offset, expected[i].end);
		assert_int_equal(tlv.flags, expected[i].flags);
		assert_int_equal(tlv.type, expected[i].type);
		assert_int_equal(tlv.len, expected[i].len);
	}
	assert_int_equal(stamp_tlv_next(data, len, &offset, &tlv), 0);
	assert_int_equal(offset, len);
	test_free(data);
}

/* The walk over a message cut anywhere ends, and says whether it was cut. */
TEST(test_tlv_truncated)
{
	for (size_t len = 0; len <= sizeof(tlvs); len++) {
		uint8_t *data = malloc(len);
		size_t offset = 0, begin = 0;
		struct stamp_tlv tlv;
		int ret;

		if (len)
			memcpy(data, tlvs, len);
		while ((ret = stamp_tlv_next(data, len, &offset, &tlv)) == 1)
			begin = offset;
		if (len == 0 || len == 7 || len == 11 || len == 17) {
			assert_int_equal(ret, 0);
		} else {
			assert_int_equal(ret, -EBADMSG);
			assert_ptr_equal(tlv.header, data + begin);
			assert_null(tlv.value);
			assert_int_equal(tlv.len, 0);
		}
		assert_int_equal(offset, begin);
		free(data);
	}
}

TEST(test_tlv_lengths)
{
	uint8_t data[] = { 0x80, 0xf0, 0xff, 0xff, 0x01 };
	size_t offset = 0;
	struct stamp_tlv tlv;

	assert_int_equal(stamp_tlv_next(data, sizeof(data), &offset, &tlv),
			 -EBADMSG);
	data[2] = 0;
	data[3] = 2;
	assert_int_equal(stamp_tlv_next(data, sizeof(data), &offset, &tlv),
			 -EBADMSG);
	data[3] = 1;
	assert_int_equal(stamp_tlv_next(data, sizeof(data), &offset, &tlv), 1);
	assert_int_equal(tlv.len, 1);
	/* A message that is shorter than its base packet has no TLVs. */
	offset = STAMP_BASE_LEN;
	assert_int_equal(stamp_tlv_next(data, sizeof(data), &offset, &tlv), 0);
	assert_int_equal(stamp_tlv_next(data, 0, &offset, &tlv), 0);
}

/* The longest value that a length can tell. */
TEST(test_tlv_longest)
{
	size_t len = STAMP_TLV_HEADER_LEN + UINT16_MAX, offset = 0;
	uint8_t *data = test_calloc(1, len);
	struct stamp_tlv tlv;

	assert_ptr_equal(stamp_tlv_write(data, STAMP_TLV_PADDING, UINT16_MAX),
			 data + 4);
	assert_int_equal(stamp_tlv_next(data, len - 1, &offset, &tlv),
			 -EBADMSG);
	assert_int_equal(stamp_tlv_next(data, len, &offset, &tlv), 1);
	assert_int_equal(tlv.len, UINT16_MAX);
	assert_int_equal(offset, len);
	test_free(data);
}

TEST(test_tlv_write)
{
	static const uint8_t expected[] = { 0x80, 0xf0, 0x01, 0x48 };
	uint8_t data[sizeof(expected)];

	memset(data, 0x5a, sizeof(data));
	assert_ptr_equal(stamp_tlv_write(data, STAMP_TLV_BLOCK, 0x148),
			 data + 4);
	assert_memory_equal(data, expected, sizeof(data));
}

/* Seconds from the dates by Python's datetime; NTP's era 1 begins in 2036. */
TEST(test_time_known)
{
	static const struct {
		int64_t ns;
		bool ptp;
		uint64_t timestamp;
	} cases[] = {
		{ 0, false, 0x83aa7e8000000000 },
		{ 0, true, 0 },
		/* 2024-03-01 12:00:00.5 */
		{ 1709294400 * S + S / 2, false, 0xe98c41c080000000 },
		{ 1709294400 * S + S / 2, true, 0x65e1c3401dcd6500 },
		/* 2036-02-07 06:28:15 and one second later */
		{ 2085978495 * S + S / 4, false, 0xffffffff40000000 },
		{ 2085978496 * S, false, 0 },
		/* the last second of 32 bits since 1970 and the next one */
		{ INT64_C(4294967295) * S + 999999999, true, 0xffffffff3b9ac9ff },
		{ INT64_C(4294967296) * S, true, 0 },
		/* before 1970 */
		{ -1, true, 0xffffffff3b9ac9ff },
		{ -S / 2, false, 0x83aa7e7f80000000 },
		/* 4.29 units, and 999999999 * 2^32 / 10^9 = 4294967291.7 */
		{ 1, false, 0x83aa7e8000000004 },
		{ 999999999, false, 0x83aa7e80fffffffc },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(stamp_time_encode(cases[i].ns, cases[i].ptp),
				 cases[i].timestamp);
		assert_int_equal(stamp_time_decode(cases[i].timestamp,
						   cases[i].ptp, cases[i].ns),
				 cases[i].ns);
	}
}

static void round_trip(int64_t ns)
{
	/* 68 years are a little more than 2^31 seconds. */
	static const int64_t distance = INT64_C(2147483647) * S;

	for (int ptp = 0; ptp < 2; ptp++) {
		uint64_t timestamp = stamp_time_encode(ns, ptp);

		assert_int_equal(stamp_time_decode(timestamp, ptp, ns), ns);
		assert_int_equal(stamp_time_decode(timestamp, ptp,
						   ns + distance), ns);
		assert_int_equal(stamp_time_decode(timestamp, ptp,
						   ns - distance), ns);
	}
}

TEST(test_time_round_trip)
{
	static const int64_t seconds[] = {
		-2208988800, -1, 0, 1, 1709294400, 2085978495, 2085978496,
		INT64_C(4294967295), INT64_C(4294967296), INT64_C(6380945791),
		INT64_C(6380945792),
	};

	for (size_t i = 0; i < ARRAY_SIZE(seconds); i++) {
		for (int64_t ns = 0; ns < 3000; ns++)
			round_trip(seconds[i] * S + ns);
		for (int64_t ns = S - 3000; ns < S; ns++)
			round_trip(seconds[i] * S + ns);
		for (int64_t ns = 0; ns < S; ns += 999983)
			round_trip(seconds[i] * S + ns);
	}
}

/* What a stranger may send: it must not overflow, and stays close by. */
TEST(test_time_strange)
{
	static const int64_t near[] = {
		INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX - 1, INT64_MAX,
	};
	static const uint64_t timestamps[] = {
		0, 1, UINT64_MAX, UINT64_C(1) << 63, UINT32_MAX,
		UINT64_C(0x7fffffffffffffff), UINT64_C(0xffffffff00000000),
	};
	int64_t got;

	for (size_t i = 0; i < ARRAY_SIZE(near); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(timestamps); j++) {
			for (int ptp = 0; ptp < 2; ptp++) {
				got = stamp_time_decode(timestamps[j], ptp,
							near[i]);
				assert_true(llabs(got / 2 - near[i] / 2) <
					    INT64_C(2147483660) * S / 2);
			}
		}
	}
	/* Fractions that round up to the next second. */
	assert_int_equal(stamp_time_decode(0x83aa7e80ffffffff, false, 0), S);
	/* More than a second of nanoseconds: nonsense, but a number. */
	assert_int_equal(stamp_time_decode(UINT32_MAX, true, 0), UINT32_MAX);
	assert_int_equal(stamp_time_decode(stamp_time_encode(INT64_MAX, true),
					   true, INT64_MAX), INT64_MAX);
	assert_int_equal(stamp_time_decode(stamp_time_encode(INT64_MIN, true),
					   true, INT64_MIN), INT64_MIN);
}

TEST(test_error_known)
{
	static const struct {
		bool synchronised, ptp;
		int64_t ns;
		uint16_t error;
	} cases[] = {
		/* Never a multiplier of zero; 1 ns is 4.29 units. */
		{ false, false, 0, 0x0001 },
		{ false, false, -5, 0x0001 },
		{ false, false, 1, 0x0005 },
		/* 59 ns are 253.4 units, 60 ns are 257.7 */
		{ false, false, 59, 0x00fe },
		{ false, false, 60, 0x0181 },
		{ true, false, 1, 0x8005 },
		{ false, true, 1, 0x4005 },
		/* 2^32 units */
		{ true, true, S, 0xd980 },
		/* one nanosecond more needs the next multiplier */
		{ true, true, S + 1, 0xd981 },
		/* 16 s, what adjtimex says of a clock that was never set */
		{ false, false, 16 * S, 0x1d80 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(stamp_error_encode(cases[i].synchronised,
						    cases[i].ptp, cases[i].ns),
				 cases[i].error);
}

/* Never less than it was, and at most a part of 127 and 2 ns more. */
TEST(test_error_round_trip)
{
	for (int64_t ns = 0; ns < INT64_MAX / 2; ns = ns * 9 / 8 + 1) {
		bool ptp;
		int64_t got;

		if (ns > INT64_MAX / 9)
			break;
		assert_true(stamp_error_decode(stamp_error_encode(true, false,
								  ns),
					       &ptp, &got));
		assert_false(ptp);
		assert_true(got >= ns);
		assert_true(got <= ns + ns / 127 + 2);
		assert_false(stamp_error_decode(stamp_error_encode(false, true,
								   ns),
						&ptp, &got));
		assert_true(ptp);
		assert_true(got >= ns);
	}
}

TEST(test_error_strange)
{
	bool ptp = false;
	int64_t ns = 0;

	/* Invalid: S is not believed, Z still says how to read timestamps. */
	assert_false(stamp_error_decode(0xc000, &ptp, &ns));
	assert_true(ptp);
	assert_int_equal(ns, INT64_MAX);
	assert_false(stamp_error_decode(0xbf00, &ptp, &ns));
	assert_false(ptp);
	assert_int_equal(ns, INT64_MAX);
	/* 255 * 2^31 s are more than can be told. */
	assert_true(stamp_error_decode(0xbfff, &ptp, &ns));
	assert_int_equal(ns, INT64_MAX);
	assert_true(stamp_error_decode(stamp_error_encode(true, false,
							  INT64_MAX),
				       &ptp, &ns));
	assert_int_equal(ns, INT64_MAX);
	for (unsigned int error = 0; error <= UINT16_MAX; error++) {
		stamp_error_decode((uint16_t)error, &ptp, &ns);
		assert_true(ns > 0);
	}
}
