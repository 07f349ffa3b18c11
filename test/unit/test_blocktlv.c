// SPDX-License-Identifier: GPL-2.0-only
/* The per-flow block TLV: bytes written out by hand, every length, rounding. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/stamp/blocktlv.h"
#include "test/unit/unit.h"

#define MS BLOCK_NS_PER_MS

/* Two SIDs: fc00:2::1, fc00:8::100; source fc00:a::/52. */
static const uint8_t golden[BLOCKTLV_LEN(2)] = {
	2, 2, 0, 52,			/* version, SIDs, status, prefix */
	0x00, 0x03, 0x00, 0x01,		/* 4: mark mask */
	0x00, 0x00, 0x27, 0x10,		/* 8: period, 10000 ms */
	0x80, 0x00, 0x19, 0x9a,		/* 12: a half, a tenth */
	0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,	/* 16: block */
	0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,	/* 24: sent */
	0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28,
	0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38,	/* 40: received */
	0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,
	0xfc, 0, 0, 0xa, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0,	/* 56 */
	0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58,	/* 72: sent */
	0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68,
	0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78,	/* 88: received */
	0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88,
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,	/* 104 */
	0xfc, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,	/* 120 */
	0xfc, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
};

/* The same in version 1, which ends the fixed part before the source. */
static const uint8_t golden_1[BLOCKTLV_LEN_1(2)] = {
	1, 2, 0, 0,			/* version, SIDs, status, zero */
	0x00, 0x03, 0x00, 0x01,		/* 4: mark mask */
	0x00, 0x00, 0x27, 0x10,		/* 8: period, 10000 ms */
	0x80, 0x00, 0x19, 0x9a,		/* 12: a half, a tenth */
	0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,	/* 16: block */
	0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,	/* 24: sent */
	0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28,
	0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38,	/* 40: received */
	0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,
	0xfc, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,	/* 56 */
	0xfc, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
};

static struct blocktlv golden_tlv(void)
{
	struct blocktlv tlv = {
		.version = 2,
		.answer = { ANSWER_VALID, REASON_NONE },
		.mask = 0x00030001,
		.period_ms = 10000,
		.guard = 0x8000,
		.band = 0x199a,
		.block = 0x0102030405060708,
		.sent = { 0x1112131415161718, 0x2122232425262728 },
		.received = { 0x3132333435363738, 0x4142434445464748 },
		.sent_total = { 0x5152535455565758, 0x6162636465666768 },
		.received_total = { 0x7172737475767778, 0x8182838485868788 },
		.flow = { .nsids = 2, .netmask = 52 },
	};

	memcpy(&tlv.flow.source, golden + 56, 16);
	memcpy(tlv.identity, golden + 104, 16);
	memcpy(tlv.flow.sids, golden + 120, 32);
	return tlv;
}

static struct blocktlv golden_tlv_1(void)
{
	struct blocktlv tlv = golden_tlv();

	tlv.version = 1;
	memset(&tlv.sent_total, 0, sizeof(tlv.sent_total));
	memset(&tlv.received_total, 0, sizeof(tlv.received_total));
	memset(tlv.identity, 0, sizeof(tlv.identity));
	tlv.flow.netmask = 0;
	memset(&tlv.flow.source, 0, sizeof(tlv.flow.source));
	return tlv;
}

/* As bytes of version 2, which has all but the name. */
static void same(struct blocktlv a, struct blocktlv b)
{
	uint8_t one[BLOCKTLV_LEN(16)] = { 0 }, other[sizeof(one)] = { 0 };

	assert_int_equal(a.version, b.version);
	a.version = b.version = 2;
	blocktlv_write(&a, one);
	blocktlv_write(&b, other);
	assert_memory_equal(one, other, sizeof(one));
	assert_string_equal(a.flow.name, b.flow.name);
}

static void golden_is(const uint8_t *bytes, size_t len, struct blocktlv tlv)
{
	uint8_t *value = test_malloc(len);
	struct blocktlv got;

	memset(value, 0x5a, len);
	blocktlv_write(&tlv, value);
	assert_memory_equal(value, bytes, len);
	/* Whatever was in it before. */
	memset(&got, 0x5a, sizeof(got));
	assert_int_equal(blocktlv_read(&got, bytes, len), 0);
	same(got, tlv);
	test_free(value);
}

TEST(test_golden)
{
	assert_int_equal(BLOCKTLV_LEN(16), 376);
	assert_int_equal(BLOCKTLV_LEN_1(16), 312);
	golden_is(golden, sizeof(golden), golden_tlv());
	golden_is(golden_1, sizeof(golden_1), golden_tlv_1());
}

/* A name stays at home; the zero byte of version 1 is not looked at. */
TEST(test_not_carried)
{
	struct blocktlv tlv = golden_tlv(), got;
	uint8_t value[sizeof(golden)];

	strcpy(tlv.flow.name, "gold");
	blocktlv_write(&tlv, value);
	assert_memory_equal(value, golden, sizeof(golden));
	memcpy(value, golden_1, sizeof(golden_1));
	value[3] = 0xff;
	assert_int_equal(blocktlv_read(&got, value, sizeof(golden_1)), 0);
	assert_int_equal(got.flow.netmask, 0);
	assert_string_equal(got.flow.name, "");
}

/* Every bit of the source behind every prefix, and prefixes that are none. */
TEST(test_source)
{
	uint8_t value[sizeof(golden)];
	struct blocktlv tlv;

	memcpy(value, golden, sizeof(value));
	for (unsigned int prefix = 0; prefix <= UINT8_MAX; prefix++) {
		value[3] = (uint8_t)prefix;
		memset(value + 56, 0, 16);
		assert_int_equal(blocktlv_read(&tlv, value, sizeof(value)),
				 prefix <= 128 ? 0 : -EINVAL);
		if (prefix > 128)
			continue;
		assert_int_equal(tlv.flow.netmask, prefix);
		for (unsigned int bit = 0; bit < 128; bit++) {
			memset(value + 56, 0, 16);
			value[56 + bit / 8] = (uint8_t)(0x80 >> bit % 8);
			assert_int_equal(blocktlv_read(&tlv, value,
						       sizeof(value)),
					 bit < prefix || !prefix ? 0 : -EINVAL);
		}
	}
}

/* With prefix 0 it is not the flow's. */
TEST(test_last_source)
{
	struct blocktlv tlv = golden_tlv(), got;
	uint8_t value[sizeof(golden)];

	tlv.flow.netmask = 0;
	memset(&tlv.flow.source, 0, sizeof(tlv.flow.source));
	memset(&tlv.last_source, 0xa5, sizeof(tlv.last_source));
	blocktlv_write(&tlv, value);
	assert_int_equal(value[3], 0);
	assert_memory_equal(value + 56, &tlv.last_source, 16);
	assert_int_equal(blocktlv_read(&got, value, sizeof(value)), 0);
	assert_memory_equal(&got.last_source, &tlv.last_source, 16);
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&got.flow.source));
	value[3] = 128;
	assert_int_equal(blocktlv_read(&got, value, sizeof(value)), 0);
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&got.last_source));
	assert_memory_equal(&got.flow.source, &tlv.last_source, 16);
}

/* A length is right for one version and number of SIDs only. */
TEST(test_lengths)
{
	for (unsigned int version = 1; version <= 2; version++) {
		size_t fixed = version == 1 ? 56 : 120;

		for (unsigned int n = 0; n <= UINT8_MAX; n++) {
			for (size_t len = 0; len <= fixed + 18 * 16; len++) {
				uint8_t *value = calloc(1, len);
				struct blocktlv tlv;
				bool right = n >= 1 && n <= 16 &&
					     len == fixed + 16 * n;

				if (len > 1) {
					value[0] = (uint8_t)version;
					value[1] = (uint8_t)n;
				}
				assert_int_equal(blocktlv_read(&tlv, value,
							       len),
						 right ? 0 : -EINVAL);
				if (right)
					assert_int_equal(tlv.flow.nsids, n);
				free(value);
			}
		}
	}
}

static int version_read(uint8_t version, size_t len)
{
	uint8_t *value = calloc(1, len);
	struct blocktlv tlv;
	int ret;

	assert_non_null(value);
	memcpy(value, golden, len);
	value[0] = version;
	ret = blocktlv_read(&tlv, value, len);
	free(value);
	return ret;
}

/* Of a later version nothing is known but where its status is. */
TEST(test_version)
{
	const struct answer unknown = { .status = ANSWER_UNKNOWN_VERSION };
	uint8_t value[3] = { 3, 200, 0 };

	assert_int_equal(version_read(0, sizeof(golden)), -EINVAL);
	assert_int_equal(version_read(1, sizeof(golden)), -EINVAL);
	assert_int_equal(version_read(2, sizeof(golden)), 0);
	for (unsigned int version = 3; version <= UINT8_MAX; version++) {
		for (size_t len = 3; len <= sizeof(golden); len += 7)
			assert_int_equal(version_read((uint8_t)version, len),
					 -EPROTONOSUPPORT);
		assert_int_equal(version_read((uint8_t)version, 2), -EINVAL);
	}
	blocktlv_write_status(&unknown, value);
	assert_int_equal(value[0], 3);
	assert_int_equal(value[1], 200);
	assert_int_equal(value[2], 11);
}

TEST(test_round_trip)
{
	static const int64_t blocks[] = {
		INT64_MIN, -1, 0, 1, INT64_MAX,
	};
	static const struct answer answers[] = {
		{ ANSWER_VALID, REASON_NONE },
		{ ANSWER_UNKNOWN_FLOW, REASON_NONE },
		{ ANSWER_UNKNOWN_VERSION, REASON_NONE },
		{ ANSWER_INVALID, REASON_CLOCK_STEPPED },
		{ ANSWER_INVALID, REASON_COUNTER_BACK },
	};

	for (unsigned int n = 1; n <= SR6FLOW_SIDS_MAX; n++) {
		for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
			struct blocktlv tlv = golden_tlv(), got;
			uint8_t *value = test_malloc(BLOCKTLV_LEN(n));

			tlv.answer = answers[i];
			tlv.block = blocks[i];
			tlv.sent.packets = UINT64_MAX;
			tlv.flow.nsids = n;
			memset(tlv.flow.sids, 0, sizeof(tlv.flow.sids));
			memset(tlv.flow.sids, 0xfc, 16 * n);
			blocktlv_write(&tlv, value);
			assert_int_equal(blocktlv_read(&got, value,
						       BLOCKTLV_LEN(n)), 0);
			same(got, tlv);
			test_free(value);
		}
	}
}

/* Minus one is a block in the year before 1970, in two's complement. */
TEST(test_negative_block)
{
	static const uint8_t minus_one[8] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	};
	struct blocktlv tlv = golden_tlv();
	uint8_t value[sizeof(golden)];

	tlv.block = -1;
	blocktlv_write(&tlv, value);
	assert_memory_equal(value + 16, minus_one, 8);
}

TEST(test_timing)
{
	static const struct {
		struct block_timing timing;
		uint32_t period_ms;
		uint16_t guard, band;
	} cases[] = {
		/* 6553.6 is rounded up */
		{ { 10000 * MS, 5000 * MS, 1000 * MS }, 10000, 32768, 6554 },
		/* 21845.33 is rounded down */
		{ { 3 * MS, MS, 1 }, 3, 21845, 0 },
		/* a half is rounded up: 65536 ns are 0.5 of 131072 parts */
		{ { 8192 * MS, 4096 * MS, 62500000 }, 8192, 32768, 500 },
		{ { 8192 * MS, 4096 * MS, 62562500 }, 8192, 32768, 501 },
		{ { 8192 * MS, 4096 * MS, 62562499 }, 8192, 32768, 500 },
		/* all but a nanosecond of a day does not wrap */
		{ { 86400000 * MS, 86400000 * MS - 2, 1 }, 86400000, 65535, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct blocktlv tlv = { .mask = 7 };

		blocktlv_timing(&tlv, &cases[i].timing);
		assert_int_equal(tlv.period_ms, cases[i].period_ms);
		assert_int_equal(tlv.guard, cases[i].guard);
		assert_int_equal(tlv.band, cases[i].band);
		assert_int_equal(tlv.mask, 7);
	}
}
