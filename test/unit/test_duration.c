// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "lmctl/base/duration.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

static const char *parsed(char *input)
{
	static char result[32];
	uint64_t ms = 12345;
	int err = duration_parse(input, &ms);

	if (!err)
		snprintf(result, sizeof(result), "%" PRIu64 " ms", ms);
	else
		assert_int_equal(ms, 12345);
	return err ? strerrorname_np(-err) : result;
}

TEST(test_parse)
{
	golden_rows("durations", parsed);
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
