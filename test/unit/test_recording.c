// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of a recording are read from left to right if they are as lmctl writes
 * them, and as JSON if not. The two ways must never differ: a blank before the
 * line, which JSON allows, makes it take the second one.
 */
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>

#include "lmctl/base/block.h"
#include "lmctl/engine/recording.h"
#include "test/unit/unit.h"

#define LINE_MAX 1024

static struct record record_of(unsigned int i)
{
	struct record record = {
		.node = "a.node", .set = "lm-tx",
		.instance = UINT64_C(0x9bcdef0123456789), .generation = i,
		.flow = { .nsids = 1 + i % 3 },
		.period_ms = 100, .guard_us = 50000, .band_us = 10000,
		.mask = i & 1 ? SR6FLOW_MASK_DEFAULT : 0x00000004,
		.block = i & 2 ? -7 : 170000001,
		.clock.boot = i & 1 ? UINT64_C(0xfedcba9876543210) : 0,
		.clock.boot_time_us = i & 2 ? -1 : INT64_C(1800000000123456),
		.clock.synchronised = i & 4,
		.packets = INT64_MAX / 100, .bytes = 0,
	};
	unsigned int sid;

	for (sid = 0; sid < record.flow.nsids; sid++)
		inet_pton(AF_INET6, sid ? "::ffff:1.2.3.4" : "fcff:8::100",
			  &record.flow.sids[sid]);
	if (i & 2) {
		record.flow.netmask = i & 1 ? 128 : 63;
		inet_pton(AF_INET6, i & 1 ? "fcff:1::1" : "fcff:1:0:2::",
			  &record.flow.source);
	}
	if (i & 4)
		strcpy(record.flow.name, "gold_1.x:y-z");
	if (i & 8) {
		record.reason = 1 + i % (REASON_UNKNOWN - 1);
		record.packets = 0;
	}
	record.colour = block_colour(record.mask, record.block);
	return record;
}

static size_t line_of(const struct record *record, char *line)
{
	static struct record_line made;
	const struct jsonline *text;

	memset(&made, 0, sizeof(made));
	text = record_line(&made, record);
	assert_in_range(text->len, 2, LINE_MAX - 2);
	memcpy(line, text->text, text->len - 1);
	return text->len - 1;
}

/* Both ways say the same of @line, which has room for a blank before it. */
static bool same(const char *line, size_t len)
{
	struct record fast, slow;
	char error[2][512] = { "", "" };
	int err = record_parse(&fast, line, len, error[0], sizeof(error[0]));

	assert_int_equal(line[-1], ' ');
	assert_int_equal(record_parse(&slow, line - 1, len + 1, error[1],
				      sizeof(error[1])), err);
	if (err)
		return false;
	assert_memory_equal(&fast, &slow, sizeof(fast));
	return true;
}

TEST(test_whole)
{
	char line[LINE_MAX] = " ", error[512];
	unsigned int i;

	for (i = 0; i < 16; i++) {
		struct record record = record_of(i), back;
		size_t len = line_of(&record, line + 1);

		assert_true(same(line + 1, len));
		assert_int_equal(record_parse(&back, line + 1, len, error,
					      sizeof(error)), 0);
		assert_memory_equal(&back, &record, sizeof(back));
	}
}

/* Every byte replaced, left out, or doubled. */
TEST(test_spoilt)
{
	static const char bytes[] = "0199afAF-+.,:\"\\{}[] eE/xn\x01\x7f\xc3";
	char line[LINE_MAX] = " ", bad[LINE_MAX] = " ";
	unsigned int i, good = 0, spoilt = 0;
	size_t len, at, j;

	for (i = 0; i < 16; i++) {
		struct record record = record_of(i);

		len = line_of(&record, line + 1);
		for (at = 1; at <= len; at++) {
			for (j = 0; j < sizeof(bytes); j++) {
				memcpy(bad, line, len + 1);
				bad[at] = bytes[j];
				good += same(bad + 1, len);
				spoilt++;
			}
			memcpy(bad, line, at);
			memcpy(bad + at, line + at + 1, len - at);
			good += same(bad + 1, len - 1);
			memcpy(bad + at, line + at, len - at + 1);
			memcpy(bad + at + 1, line + at, len - at + 1);
			good += same(bad + 1, len + 1);
			spoilt += 2;
		}
	}
	/* Digits of numbers and letters of names may be others. */
	assert_in_range(good, spoilt / 100, spoilt / 2);
}

/* Cut off anywhere. */
TEST(test_cut)
{
	char line[LINE_MAX] = " ";
	struct record record = record_of(5);
	size_t len = line_of(&record, line + 1);

	while (len--)
		assert_false(same(line + 1, len));
}

/* A source of whatever length has no bits beyond it. */
TEST(test_source)
{
	static const char *const sources[] = {
		"\"fcff:1:0:3::/63\"", "\"fcff:1:0:2::/0\"",
		"\"fcff:1:0:2::/129\"", "\"fcff:1:0:2::/063\"",
		"\"fcff:1:0:2::/ 63\"", "\"fcff:1:0:2::/+63\"",
		"\"fcff:1:0:2::/0x3f\"", "\"fcff:1:0:2::\"", "\"/63\"",
		"\"fcff:1:0:2::/\"", "\"fcff:1:0:2::/63 \"", "\"\"", "63",
	};
	static const char good[] = "\"fcff:1:0:2::/63\"";
	char line[LINE_MAX] = " ", bad[2 * LINE_MAX] = " ";
	struct record record = record_of(2);
	char *at;
	size_t len = line_of(&record, line + 1), head, i;

	line[len + 1] = '\0';
	assert_true(same(line + 1, len));
	at = strstr(line, good);
	assert_non_null(at);
	head = (size_t)(at - line);
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		snprintf(bad, sizeof(bad), "%.*s%s%s", (int)head, line,
			 sources[i], at + strlen(good));
		if (same(bad + 1, strlen(bad + 1)))
			fail_msg("%s", sources[i]);
	}
}

/* What lmctl wrote before flows had a source, and nobody knew of the clock. */
TEST(test_version_before)
{
	static const char line[] =
		"{\"v\":1,\"node\":\"a\",\"set\":\"lm-tx\",\"instance\":\"9bcdef0123456789\",\"generation\":\"0000000000000001\",\"sids\":[\"fcff:8::100\"],\"name\":null,\"period_ms\":100,\"guard_us\":50000,\"band_us\":10000,\"mask\":\"0x00030000\",\"block\":8,\"colour\":\"0x00010000\",\"packets\":7,\"bytes\":700,\"valid\":true,\"reason\":null}";
	struct record record;
	char error[512] = "";

	if (record_parse(&record, line, strlen(line), error, sizeof(error)))
		fail_msg("%s", error);
	assert_int_equal(record.packets, 7);
	assert_int_equal(record.flow.nsids, 1);
	assert_int_equal(record.flow.netmask, 0);
	assert_int_equal(record.clock.boot, 0);
	assert_false(record.clock.synchronised);
}

/* A version that is 2 in 32 bits is another one. */
TEST(test_version)
{
	static const char other[] = "{\"v\":4294967298";
	char line[2 * LINE_MAX], whole[LINE_MAX], error[512];
	struct record record = record_of(5);
	size_t len = line_of(&record, whole), head = strlen("{\"v\":2");

	memcpy(line, other, strlen(other));
	memcpy(line + strlen(other), whole + head, len - head);
	len += strlen(other) - head;
	assert_int_not_equal(record_parse(&record, line, len, error,
					  sizeof(error)), 0);
	assert_memory_equal(error, "version 4294967298 of the format", 32);
}
