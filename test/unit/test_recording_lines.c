// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lines of a recording: what is written, and what is not taken for one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include "lmctl/base/block.h"
#include "lmctl/engine/recording.h"
#include "test/unit/unit.h"

#define BOOTED INT64_C(1700000000000000)
#define LINE_MAX 2048

static struct record record_of(int flow, int64_t block)
{
	struct record record = {
		.node = "node", .set = "set",
		.instance = 1, .generation = 2,
		.flow = { .nsids = 2 },
		.period_ms = 100, .guard_us = 50000, .band_us = 10000,
		.mask = SR6FLOW_MASK_DEFAULT,
		.block = block,
		.clock = { .boot = 0xb007, .boot_time_us = BOOTED },
	};

	record.flow.sids[0].s6_addr[0] = 0xfc;
	record.flow.sids[1].s6_addr[0] = 0xfc;
	record.flow.sids[1].s6_addr[15] = (uint8_t)flow;
	record.colour = block_colour(record.mask, block);
	return record;
}

static char error[512];

static int parse(struct record *record, const char *line, size_t len)
{
	return record_parse(record, line, len, error, sizeof(error));
}

static size_t written(const struct record *record, char line[LINE_MAX])
{
	static struct record_line made;
	const struct jsonline *text = record_line(&made, record);

	assert_false(text->cut);
	assert_in_range(text->len, 1, LINE_MAX - 1);
	memcpy(line, text->text, text->len);
	line[text->len] = '\0';
	return text->len;
}

TEST(test_line)
{
	struct record record = record_of(1, 1700000001), back;
	char line[LINE_MAX];
	size_t len;

	record.instance = UINT64_MAX;
	record.packets = INT64_MAX;
	record.bytes = 7;
	strcpy(record.flow.name, "gold");
	record.flow.netmask = 64;
	record.flow.source.s6_addr[1] = 7;
	record.clock.synchronised = true;
	len = written(&record, line);
	assert_string_equal(line, "{\"v\":2,\"node\":\"node\",\"set\":\"set\","
		"\"boot\":\"000000000000b007\","
		"\"instance\":\"ffffffffffffffff\","
		"\"generation\":\"0000000000000002\","
		"\"source\":\"7::/64\",\"last_source\":null,"
		"\"sids\":[\"fc00::\",\"fc00::1\"],\"name\":\"gold\","
		"\"synchronised\":true,\"boot_time_us\":1700000000000000,"
		"\"period_ms\":100,\"guard_us\":50000,\"band_us\":10000,"
		"\"mask\":\"0x00030000\","
		"\"block\":1700000001,\"colour\":\"0x00020000\","
		"\"packets\":9223372036854775807,\"bytes\":7,"
		"\"valid\":true,\"reason\":null}\n");
	assert_int_equal(parse(&back, line, len), 0);
	assert_memory_equal(&back, &record, sizeof(back));
}

/* A whole line with one value replaced. */
static char *spoilt(const char *line, const char *from, const char *to)
{
	const char *at = strstr(line, from);
	char *text = NULL;

	assert_non_null(at);
	assert_true(asprintf(&text, "%.*s%s%s", (int)(at - line), line, to,
			     at + strlen(from)) > 0);
	return text;
}

/* Read as it was written, and from a line that another program has written. */
TEST(test_last_source)
{
	struct record record = record_of(1, 7), back;
	char line[LINE_MAX], *spaced;
	size_t len;

	record.last_source.s6_addr[1] = 9;
	len = written(&record, line);
	assert_non_null(strstr(line, "\"source\":null,\"last_source\":\"9::\","));
	assert_int_equal(parse(&back, line, len), 0);
	assert_memory_equal(&back, &record, sizeof(back));
	spaced = spoilt(line, "\"last_source\":", "\"last_source\" : ");
	assert_int_equal(parse(&back, spaced, strlen(spaced)), 0);
	assert_memory_equal(&back, &record, sizeof(back));
	free(spaced);
	/* Early recordings of version 2 did not have it. */
	spaced = spoilt(line, "\"last_source\":\"9::\",", "");
	assert_int_equal(parse(&back, spaced, strlen(spaced)), 0);
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&back.last_source));
	free(spaced);
}

/* What is kept of the line before is only what is the same. */
TEST(test_lines)
{
	static struct record_line kept;
	int i;

	for (i = 0; i < 128; i++) {
		static struct record_line once;
		struct record record = record_of(i, 1000 + (i & 1));
		const struct jsonline *one, *other;

		record.instance += i >> 1 & 1;
		record.generation += i;
		if (i & 4) {
			record.mask = 0x00000024;
			record.colour = block_colour(record.mask, record.block);
		}
		record.reason = i & 8 ? REASON_NO_RULE : REASON_NONE;
		record.clock.synchronised = i & 16;
		record.clock.boot_time_us += i & 32;
		record.clock.boot += i & 64;
		memset(&once, 0, sizeof(once));
		one = record_line(&once, &record);
		other = record_line(&kept, &record);
		assert_int_equal(other->len, one->len);
		assert_memory_equal(other->text, one->text, one->len);
	}
}

TEST(test_invalid_lines)
{
	enum reason reason;

	for (reason = REASON_NONE + 1; reason <= REASON_UNKNOWN; reason++) {
		struct record record = record_of(3, 6), back;
		char line[LINE_MAX];
		size_t len;

		record.reason = reason;
		len = written(&record, line);
		assert_non_null(strstr(line, "\"packets\":null,\"bytes\":null,"
				       "\"valid\":false,\"reason\":\""));
		assert_non_null(strstr(line, "\"name\":null"));
		assert_int_equal(parse(&back, line, len - 1), 0);
		assert_memory_equal(&back, &record, sizeof(back));
	}
}

TEST(test_bad_lines)
{
	static const struct {
		const char *from, *to, *word;
	} cases[] = {
		{ "{", "", "not JSON" },
		{ "}", "", "not JSON" },
		{ "\"v\":2", "\"v\":3", "version 3" },
		{ "\"v\":2,", "", "not a record" },
		{ "\"v\":2", "\"v\":2,\"v\":2", "not JSON" },
		{ "\"boot\":", "\"boot\":7,\"toob\":", "boot" },
		{ "\"source\":null,", "", "not a record" },
		{ "\"source\":null", "\"source\":\"fc00::1\"", "source" },
		{ "\"last_source\":null", "\"last_source\":7", "last_source" },
		{ "\"last_source\":null", "\"last_source\":\"fc00::1/128\"",
		  "last_source" },
		{ "\"source\":null,\"last_source\":null",
		  "\"source\":\"7::/64\",\"last_source\":\"7::\"",
		  "last_source" },
		{ "\"synchronised\":false,", "", "not a record" },
		{ "\"boot_time_us\":17", "\"boot_time_us\":\"17\",\"x\":17",
		  "not a record" },
		{ "\"set\":\"set\"", "\"set\":1", "not a record" },
		{ "\"set\":\"set\"", "\"set\":\"\"", "set" },
		{ "\"node\":\"node\"", "\"node\":\"\\u001b[2J\"", "node" },
		{ "0000000000000001", "1", "instance" },
		{ "0000000000000002", "000000000000000g", "generation" },
		{ "[\"fc00::\",\"fc00::1\"]", "[]", "sids" },
		{ "[\"fc00::\",\"fc00::1\"]", "7", "sids" },
		{ "\"fc00::1\"", "\"fc00:::1\"", "sids" },
		{ "\"fc00::1\"", "null", "sids" },
		{ "\"fc00::1\"", "\"::\",\"::\",\"::\",\"::\",\"::\",\"::\",\"::\",\"::\",\"::\",\"::\",\"::\",\"::\",\"::\",\"::\",\"::\",\"::\"", "sids" },
		{ "\"name\":null", "\"name\":\"a b\"", "name" },
		{ "\"name\":null", "\"name\":0", "name" },
		{ "\"name\":null,", "", "not a record" },
		{ "\"period_ms\":100", "\"period_ms\":0", "period_ms" },
		{ "\"period_ms\":100", "\"period_ms\":86400001", "period_ms" },
		{ "\"guard_us\":50000", "\"guard_us\":0", "guard_us" },
		{ "\"guard_us\":50000", "\"guard_us\":90000", "guard_us" },
		{ "\"guard_us\":50000,", "", "not a record" },
		{ "\"guard_us\":50000", "\"guard_us\":9223372036854775807",
		  "guard_us" },
		{ "\"band_us\":10000", "\"band_us\":50000", "guard_us" },
		{ "\"band_us\":10000", "\"band_us\":-1", "guard_us" },
		{ "0x00030000", "0x00070000", "mask" },
		{ "0x00030000", "-1", "mask" },
		{ "0x00020000", "0x00010000", "colour" },
		{ "\"block\":7", "\"block\":8", "colour" },
		{ "\"block\":7", "\"block\":7.5", "not a record" },
		{ "\"packets\":5", "\"packets\":-5", "packets" },
		{ "\"packets\":5", "\"packets\":null", "packets" },
		{ "\"packets\":5", "\"packets\":18446744073709551615",
		  "not JSON" },
		{ "\"bytes\":6", "\"bytes\":6.0", "bytes" },
		{ "true", "false", "packets" },
		{ "\"reason\":null", "\"reason\":\"read-late\"", "reason" },
		{ "\"reason\":null", "\"reason\":5", "reason" },
	};
	struct record record = record_of(1, 7), back;
	char line[LINE_MAX], *bad;
	size_t len, i;

	record.packets = 5;
	record.bytes = 6;
	len = written(&record, line);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bad = spoilt(line, cases[i].from, cases[i].to);
		if (parse(&back, bad, strlen(bad)) != -EINVAL)
			fail_msg("accepted: %s", bad);
		if (!strstr(error, cases[i].word))
			fail_msg("'%s' for: %s", error, bad);
		free(bad);
	}
	/* No prefix of a line is a line, and no bytes outside it are read. */
	for (i = 0; i < len - 1; i++) {
		bad = test_malloc(i + 1);
		memcpy(bad, line, i);
		assert_int_equal(parse(&back, bad, i), -EINVAL);
		test_free(bad);
	}
}
