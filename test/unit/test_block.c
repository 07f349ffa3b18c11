// SPDX-License-Identifier: GPL-2.0-only
/* Block arithmetic: numbers, boundaries, colours, windows, bad timings. */
#include <string.h>
#include <errno.h>

#include "ip_set_hash_sr6flow.h"
#include "lmctl/base/block.h"
#include "test/unit/unit.h"

#define MS BLOCK_NS_PER_MS

static struct block_timing timing_of(uint64_t period_ms)
{
	struct block_timing timing;
	char error[256];

	assert_int_equal(block_timing_init(&timing, period_ms, 0, 0, error,
					   sizeof(error)), 0);
	return timing;
}

TEST(test_defaults)
{
	struct block_timing timing = timing_of(10000);

	assert_int_equal(timing.period, 10000 * MS);
	assert_int_equal(timing.guard, 5000 * MS);
	assert_int_equal(timing.band, 1000 * MS);
	timing = timing_of(1);
	assert_int_equal(timing.guard, 500000);
	assert_int_equal(timing.band, 100000);
	timing_of(BLOCK_PERIOD_MAX_MS);
}

TEST(test_timing)
{
	static const struct {
		uint64_t period_ms;
		int64_t guard, band;
		int result;
		const char *word;
	} cases[] = {
		{ 100, 50 * MS, 10 * MS, 0, NULL },
		{ 100, 0, 49999999, 0, NULL },
		{ 100, 0, 50 * MS, -EINVAL, "guard" },
		{ 100, 10 * MS, 10 * MS, -EINVAL, "guard" },
		{ 100, 10 * MS + 1, 10 * MS, 0, NULL },
		{ 100, 90 * MS, 10 * MS, -EINVAL, "guard" },
		{ 100, 90 * MS - 1, 10 * MS, 0, NULL },
		{ 100, 200 * MS, 0, -EINVAL, "guard" },
		{ 100, -1, 0, -EINVAL, "guard" },
		{ 100, 0, -1, -EINVAL, "guard" },
		{ 100, INT64_MAX, INT64_MAX, -EINVAL, "guard" },
		{ 0, 0, 0, -EINVAL, "period" },
		{ BLOCK_PERIOD_MAX_MS + 1, 0, 0, -EINVAL, "period" },
		{ UINT64_MAX, 0, 0, -EINVAL, "period" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct block_timing timing;
		char error[256] = "";

		assert_int_equal(block_timing_init(&timing, cases[i].period_ms,
						   cases[i].guard,
						   cases[i].band, error,
						   sizeof(error)),
				 cases[i].result);
		if (cases[i].word)
			assert_non_null(strstr(error, cases[i].word));
		else
			assert_string_equal(error, "");
	}
}

TEST(test_number)
{
	static const struct {
		uint64_t period_ms;
		int64_t time, block;
	} cases[] = {
		{ 100, 0, 0 },
		{ 100, 100 * MS - 1, 0 },
		{ 100, 100 * MS, 1 },
		{ 100, -1, -1 },
		{ 100, -100 * MS, -1 },
		{ 100, -100 * MS - 1, -2 },
		{ 7, 7 * MS * 12345 + 3, 12345 },
		{ 10000, INT64_C(1700000000123456789), 170000000 },
		{ 1, INT64_MAX, INT64_MAX / MS },
		{ BLOCK_PERIOD_MAX_MS, INT64_MAX, 106751 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct block_timing timing = timing_of(cases[i].period_ms);
		int64_t start = block_start(&timing, cases[i].block);

		assert_int_equal(block_number(&timing, cases[i].time),
				 cases[i].block);
		assert_true(start <= cases[i].time);
		assert_true(cases[i].time - start < timing.period);
		assert_int_equal(block_number(&timing, start), cases[i].block);
	}
}

TEST(test_boundaries)
{
	struct block_timing timing;
	char error[256];

	assert_int_equal(block_timing_init(&timing, 1000, 400 * MS, 50 * MS,
					   error, sizeof(error)), 0);
	assert_int_equal(block_start(&timing, 7), 7000 * MS);
	assert_int_equal(block_colour_deadline(&timing, 7), 7350 * MS);
	assert_int_equal(block_window_open(&timing, 7), 8400 * MS);
	assert_int_equal(block_window_close(&timing, 7), 8950 * MS);
}

TEST(test_far_away)
{
	struct block_timing timing = timing_of(BLOCK_PERIOD_MAX_MS);

	assert_int_equal(block_start(&timing, INT64_MAX), INT64_MAX);
	assert_int_equal(block_start(&timing, INT64_MIN), INT64_MIN);
	assert_int_equal(block_window_open(&timing, INT64_MAX), INT64_MAX);
	assert_int_equal(block_window_close(&timing, INT64_MAX), INT64_MAX);
	assert_int_equal(block_colour_deadline(&timing, INT64_MAX), INT64_MAX);
}

TEST(test_colour)
{
	static const struct {
		uint32_t mask, even, odd;
	} cases[] = {
		{ SR6FLOW_MASK_DEFAULT, 0x00010000, 0x00020000 },
		{ 0x80010000, 0x00010000, 0x80000000 },
		{ 0x00040000, 0, 0x00040000 },
		{ 0x0000000c, 0x00000004, 0x00000008 },
		{ 0x00000004, 0, 0x00000004 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(block_colour(cases[i].mask, 0),
				 cases[i].even);
		assert_int_equal(block_colour(cases[i].mask, 1), cases[i].odd);
		assert_int_equal(block_colour(cases[i].mask, -1),
				 cases[i].odd);
		assert_int_equal(block_colour(cases[i].mask, INT64_MIN),
				 cases[i].even);
		assert_int_equal(block_colour(cases[i].mask, INT64_MAX),
				 cases[i].odd);
	}
}

TEST(test_ranges)
{
	struct block_ranges ranges = { .n = 0 };
	int64_t i;

	assert_false(block_ranges_have(&ranges, 0));
	block_ranges_add(&ranges, 10, 20);
	block_ranges_add(&ranges, 15, 30);
	block_ranges_add(&ranges, 5, 10);
	assert_int_equal(ranges.n, 1);
	for (i = 0; i < 40; i++)
		assert_int_equal(block_ranges_have(&ranges, i),
				 i >= 5 && i <= 30);
	block_ranges_add(&ranges, INT64_MAX, INT64_MAX);
	block_ranges_add(&ranges, INT64_MIN, -100);
	assert_true(block_ranges_have(&ranges, INT64_MAX));
	assert_true(block_ranges_have(&ranges, INT64_MIN));
	assert_false(block_ranges_have(&ranges, -99));
	assert_false(block_ranges_have(&ranges, INT64_MAX - 1));
	/* One for which there is room, and one for which there is none. */
	block_ranges_add(&ranges, 50, 50);
	block_ranges_add(&ranges, 60, 70);
	assert_int_equal(ranges.n, BLOCK_RANGES_MAX);
	for (i = 31; i < 80; i++)
		assert_int_equal(block_ranges_have(&ranges, i),
				 i >= 50 && i <= 70);
}
