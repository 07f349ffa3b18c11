// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <errno.h>
#include "lmctl/base/duration.h"
#include "test/unit/unit.h"

TEST(test_parse)
{
	static const struct {
		const char *text;
		int err;
		uint64_t ms;
	} rows[] = {
		{ "10", 0, 10000 },
		{ "10s", 0, 10000 },
		{ "500ms", 0, 500 },
		{ "0", 0, 0 },
		{ "0ms", 0, 0 },
		{ "007s", 0, 7000 },
		{ "5min", 0, 300000 },
		{ "2h", 0, 7200000 },
		{ "30d", 0, 2592000000 },
		{ "366000d", 0, DURATION_MAX_MS },
		{ "366001d", -ERANGE, 0 },
		{ "8784000h", 0, DURATION_MAX_MS },
		{ "8784001h", -ERANGE, 0 },
		{ "99999999999999999999999999ms", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 s", -EINVAL, 0 },
		{ "1s ", -EINVAL, 0 },
		{ "1.5s", -EINVAL, 0 },
		{ "1m", -EINVAL, 0 },
		{ "1S", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t ms = 12345;
		int err = duration_parse(rows[i].text, &ms);

		if (err != rows[i].err || ms != (err ? 12345 : rows[i].ms))
			fail_msg("'%s': %d, %llu ms", rows[i].text, err,
				 (unsigned long long)ms);
	}
}

TEST(test_format)
{
	char text[DURATION_STRLEN];
	uint64_t ms;

	assert_string_equal(duration_format(10000, text), "10s");
	assert_string_equal(duration_format(500, text), "500ms");
	assert_string_equal(duration_format(1500, text), "1500ms");
	assert_string_equal(duration_format(0, text), "0s");
	duration_format(UINT64_MAX, text);
	duration_format(DURATION_MAX_MS - 1, text);
	assert_int_equal(duration_parse(text, &ms), 0);
	assert_int_equal(ms, DURATION_MAX_MS - 1);
}
