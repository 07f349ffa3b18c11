// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings as lines, and their join: what is exact, what is invalid and why,
 * what is left out, what cannot be joined at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <limits.h>
#include <cmocka.h>

#include "lmctl/block.h"
#include "lmctl/join.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
/* So that tables can say which records there are. */
#define SENT (JOIN_SENT + 1)
#define RECEIVED (JOIN_RECEIVED + 1)

struct entry {
	int side;
	int flow;
	int block;
	enum reason reason;
	uint64_t packets;
};

struct row {
	int flow;
	int block;
	enum join_status status;
	const char *sent_word;
	const char *received_word;
};

struct total {
	uint64_t exact, invalid, anomalies, sent, received;
};

struct scenario {
	const char *name;
	struct entry entries[16];
	struct row rows[16];
	struct total totals[2];
	uint64_t left_out;
};

static struct record record_of(int flow, int64_t block)
{
	struct record record = {
		.node = "node", .set = "set",
		.instance = 1, .generation = 2,
		.flow = { .nsids = 2 },
		.period_ms = 100, .guard_us = 50000, .band_us = 10000,
		.mask = SR6FLOW_MASK_DEFAULT,
		.block = block,
	};

	record.flow.sids[0].s6_addr[0] = 0xfc;
	record.flow.sids[1].s6_addr[0] = 0xfc;
	record.flow.sids[1].s6_addr[15] = (uint8_t)flow;
	record.colour = block_colour(record.mask, block);
	return record;
}

static void add(struct join *join, const struct entry *entry)
{
	struct record record = record_of(entry->flow, entry->block);
	char error[512];

	record.reason = entry->reason;
	record.packets = entry->packets;
	record.bytes = entry->packets;
	assert_int_equal(join_add(join, entry->side - 1, &record, true, error,
				  sizeof(error)), 0);
}

static void check_word(const struct join_count *count, const char *want)
{
	const char *got = join_word(count);

	assert_string_equal(got ?: "", want ?: "");
}

static void check_row(const struct join_row *row, const struct row *want)
{
	assert_int_equal(row->flow->flow.sids[1].s6_addr[15], want->flow);
	assert_int_equal(row->block, want->block);
	assert_int_equal(row->status, want->status);
	check_word(&row->count[JOIN_SENT], want->sent_word);
	check_word(&row->count[JOIN_RECEIVED], want->received_word);
}

static void check_totals(const struct join *join, const struct scenario *want)
{
	const struct join_flow *flow = NULL;
	int i;

	for (i = 0; (flow = join_next_flow(join, flow)); i++) {
		assert_in_range(i, 0, 1);
		assert_int_equal(flow->exact, want->totals[i].exact);
		assert_int_equal(flow->invalid, want->totals[i].invalid);
		assert_int_equal(flow->anomalies, want->totals[i].anomalies);
		assert_int_equal(flow->sent, want->totals[i].sent);
		assert_int_equal(flow->received, want->totals[i].received);
	}
}

static void test_scenario(void **state)
{
	const struct scenario *scenario = *state;
	struct join *join = join_new();
	const struct join_row *const *rows;
	char error[512] = "";
	size_t n, i;

	assert_non_null(join);
	for (i = 0; scenario->entries[i].side; i++)
		add(join, &scenario->entries[i]);
	if (join_finish(join, error, sizeof(error)))
		fail_msg("%s", error);
	rows = join_rows(join, &n);
	for (i = 0; i < n; i++)
		check_row(rows[i], &scenario->rows[i]);
	assert_int_equal(scenario->rows[n].block, 0);
	check_totals(join, scenario);
	assert_int_equal(join_left_out(join), scenario->left_out);
	join_free(join);
}

static const struct scenario scenarios[] = {
	{
		.name = "loss, by flow and block whatever the order",
		.entries = {
			{ SENT, 1, 8, 0, 10 }, { SENT, 2, 8, 0, 5 },
			{ SENT, 1, 7, 0, 20 }, { SENT, 2, 7, 0, 5 },
			{ RECEIVED, 2, 7, 0, 5 }, { RECEIVED, 1, 7, 0, 17 },
			{ RECEIVED, 2, 8, 0, 0 }, { RECEIVED, 1, 8, 0, 10 },
		},
		.rows = { { .flow = 1, .block = 7 }, { .flow = 1, .block = 8 },
			  { .flow = 2, .block = 7 }, { .flow = 2, .block = 8 } },
		.totals = { { 2, 0, 0, 30, 27 }, { 2, 0, 0, 10, 5 } },
	}, {
		.name = "nothing sent, nothing received",
		.entries = { { SENT, 1, 7, 0, 0 }, { RECEIVED, 1, 7, 0, 0 } },
		.rows = { { .flow = 1, .block = 7 } },
		.totals = { { 1, 0, 0, 0, 0 } },
	}, {
		.name = "invalid at one end, at the other, at both",
		.entries = {
			{ SENT, 1, 7, REASON_COLOUR_LATE, 0 },
			{ SENT, 1, 8, 0, 9 },
			{ SENT, 1, 9, REASON_CLOCK_STEPPED, 0 },
			{ SENT, 1, 10, 0, 4 },
			{ RECEIVED, 1, 7, 0, 9 },
			{ RECEIVED, 1, 8, REASON_STILL_COUNTING, 0 },
			{ RECEIVED, 1, 9, REASON_UNKNOWN, 0 },
			{ RECEIVED, 1, 10, 0, 4 },
		},
		.rows = {
			{ 1, 7, JOIN_INVALID, "colour-late", NULL },
			{ 1, 8, JOIN_INVALID, NULL, "still-counting" },
			{ 1, 9, JOIN_INVALID, "clock-stepped",
			  "unknown-reason" },
			{ 1, 10, JOIN_EXACT, NULL, NULL },
		},
		.totals = { { 1, 3, 0, 4, 4 } },
	}, {
		.name = "more received than sent is never clamped or added",
		.entries = {
			{ SENT, 1, 7, 0, 5 }, { RECEIVED, 1, 7, 0, 6 },
			{ SENT, 1, 8, 0, 5 }, { RECEIVED, 1, 8, 0, 4 },
		},
		.rows = { { 1, 7, JOIN_ANOMALY, NULL, NULL },
			  { 1, 8, JOIN_EXACT, NULL, NULL } },
		.totals = { { 1, 0, 1, 5, 4 } },
	}, {
		.name = "an anomaly of an invalid block is only invalid",
		.entries = {
			{ SENT, 1, 7, REASON_READ_LATE, 0 },
			{ RECEIVED, 1, 7, 0, 6 },
		},
		.rows = { { 1, 7, JOIN_INVALID, "read-late", NULL } },
		.totals = { { 0, 1, 0, 0, 0 } },
	}, {
		.name = "a flow that only one end has, a block that one missed",
		.entries = {
			{ SENT, 1, 7, 0, 5 }, { SENT, 1, 9, 0, 5 },
			{ SENT, 2, 8, 0, 3 },
			{ RECEIVED, 1, 7, 0, 5 }, { RECEIVED, 1, 8, 0, 5 },
			{ RECEIVED, 1, 9, 0, 5 },
		},
		.rows = {
			{ 1, 7, JOIN_EXACT, NULL, NULL },
			{ 1, 8, JOIN_INVALID, "missing", NULL },
			{ 1, 9, JOIN_EXACT, NULL, NULL },
			{ 2, 8, JOIN_INVALID, NULL, "missing" },
		},
		.totals = { { 2, 1, 0, 10, 10 }, { 0, 1, 0, 0, 0 } },
	}, {
		.name = "blocks before and after the other recording",
		.entries = {
			{ SENT, 1, 5, 0, 1 }, { SENT, 1, 6, 0, 2 },
			{ SENT, 1, 7, 0, 4 }, { SENT, 2, 5, 0, 8 },
			{ RECEIVED, 1, 6, 0, 2 }, { RECEIVED, 1, 7, 0, 4 },
			{ RECEIVED, 1, 8, 0, 8 },
		},
		.rows = { { .flow = 1, .block = 6 }, { .flow = 1, .block = 7 } },
		.totals = { { 2, 0, 0, 6, 6 } },
		.left_out = 3,
	}, {
		.name = "a block recorded twice is not to be trusted",
		.entries = {
			{ SENT, 1, 7, 0, 5 }, { SENT, 1, 7, 0, 5 },
			{ SENT, 1, 8, 0, 5 },
			{ SENT, 1, 8, REASON_CLOCK_STEPPED, 0 },
			{ RECEIVED, 1, 7, 0, 5 }, { RECEIVED, 1, 8, 0, 5 },
		},
		.rows = {
			{ 1, 7, JOIN_INVALID, "recorded-twice", NULL },
			{ 1, 8, JOIN_INVALID, "clock-stepped", NULL },
		},
		.totals = { { 0, 2, 0, 0, 0 } },
	}, {
		.name = "recorded three times, the other end not at all",
		.entries = {
			{ SENT, 1, 7, 0, 5 }, { SENT, 1, 7, 0, 5 },
			{ SENT, 1, 7, 0, 5 }, { RECEIVED, 2, 7, 0, 0 },
		},
		.rows = {
			{ 1, 7, JOIN_INVALID, "recorded-twice", "missing" },
			{ 2, 7, JOIN_INVALID, "missing", NULL },
		},
		.totals = { { 0, 1, 0, 0, 0 }, { 0, 1, 0, 0, 0 } },
	}, {
		.name = "the largest counts",
		.entries = {
			{ SENT, 1, 7, 0, INT64_MAX },
			{ SENT, 1, 8, 0, INT64_MAX },
			{ RECEIVED, 1, 7, 0, INT64_MAX },
			{ RECEIVED, 1, 8, 0, 0 },
		},
		.rows = { { .flow = 1, .block = 7 }, { .flow = 1, .block = 8 } },
		.totals = { { 2, 0, 0, 2 * (uint64_t)INT64_MAX, INT64_MAX } },
	}, {
		.name = "a clock set back, and a flow not recorded again",
		.entries = {
			{ SENT, 1, 6, 0, 5 }, { RECEIVED, 1, 6, 0, 4 },
			{ SENT, 1, 8, 0, 9 }, { RECEIVED, 1, 8, 0, 7 },
			{ SENT, 2, 7, REASON_CLOCK_STEPPED, 0 },
			{ RECEIVED, 2, 8, 0, 1 },
			{ SENT, 2, 8, REASON_CLOCK_STEPPED, 0 },
		},
		.rows = {
			{ .flow = 1, .block = 6 },
			{ 1, 8, JOIN_INVALID, "clock-stepped", NULL },
			{ 2, 7, JOIN_INVALID, "clock-stepped", "missing" },
			{ 2, 8, JOIN_INVALID, "clock-stepped", NULL },
		},
		.totals = { { 1, 1, 0, 5, 4 }, { 0, 2, 0, 0, 0 } },
	},
};

static void test_wanted(void **state)
{
	struct record record = record_of(1, 7);
	struct join *join = join_new();
	char error[512];
	size_t n;

	(void)state;
	join_add(join, JOIN_SENT, &record, false, error, sizeof(error));
	join_add(join, JOIN_RECEIVED, &record, false, error, sizeof(error));
	record = record_of(2, 9);
	join_add(join, JOIN_SENT, &record, true, error, sizeof(error));
	assert_int_equal(join_finish(join, error, sizeof(error)), 0);
	assert_int_equal(join_next_flow(join, NULL)->flow.sids[1].s6_addr[15],
			 2);
	assert_null(join_next_flow(join, join_next_flow(join, NULL)));
	/* The flow's block lies beyond what was received of any flow. */
	join_rows(join, &n);
	assert_int_equal(n, 0);
	assert_int_equal(join_left_out(join), 1);
	join_free(join);
}

/* Known by its name at one end only: both ends' records are its rows. */
static void wanted_at(enum join_side named)
{
	const struct join_row *const *rows;
	struct record record = record_of(1, 7);
	struct join *join = join_new();
	char error[512];
	size_t n;

	join_add(join, JOIN_SENT, &record, named == JOIN_SENT, error,
		 sizeof(error));
	join_add(join, JOIN_RECEIVED, &record, named == JOIN_RECEIVED, error,
		 sizeof(error));
	assert_int_equal(join_finish(join, error, sizeof(error)), 0);
	rows = join_rows(join, &n);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0]->status, JOIN_EXACT);
	join_free(join);
}

static void test_wanted_at_one_end(void **state)
{
	(void)state;
	wanted_at(JOIN_SENT);
	wanted_at(JOIN_RECEIVED);
}

static void test_totals_overflow(void **state)
{
	struct join *join = join_new();
	char error[512] = "";
	int block;

	(void)state;
	for (block = 1; block < 4; block++) {
		add(join, &(struct entry){ SENT, 1, block, 0, INT64_MAX });
		add(join, &(struct entry){ RECEIVED, 1, block, 0, 0 });
	}
	assert_int_equal(join_finish(join, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "64 bits"));
	join_free(join);
}

/* What two records are refused for, from one recording and from both. */
static void refuse(struct record b, enum join_side side, const char *word)
{
	struct record a = record_of(1, 7);
	struct join *join = join_new();
	char error[512] = "";
	int err;

	assert_int_equal(join_add(join, JOIN_SENT, &a, true, error,
				  sizeof(error)), 0);
	err = join_add(join, side, &b, true, error, sizeof(error));
	if (side == JOIN_RECEIVED) {
		assert_int_equal(err, 0);
		err = join_finish(join, error, sizeof(error));
	}
	assert_int_equal(err, -EINVAL);
	assert_non_null(strstr(error, word));
	join_free(join);
}

static void test_refused(void **state)
{
	struct record record = record_of(1, 8);

	(void)state;
	refuse(record, JOIN_RECEIVED, "none in common");
	record = record_of(1, 7);
	record.period_ms = 200;
	refuse(record, JOIN_SENT, "200 ms");
	refuse(record, JOIN_RECEIVED, "--period");
	record = record_of(1, 7);
	record.guard_us = 60500;
	refuse(record, JOIN_SENT, "60.5 ms");
	refuse(record, JOIN_RECEIVED, "--guard");
	record = record_of(1, 7);
	record.band_us = 20000;
	refuse(record, JOIN_SENT, "20 ms");
	refuse(record, JOIN_RECEIVED, "--guard-band");
	record = record_of(1, 7);
	record.mask = 4;
	refuse(record, JOIN_SENT, "0x00000004");
	refuse(record, JOIN_RECEIVED, "mark mask");
	record = record_of(1, 7);
	strcpy(record.node, "other");
	refuse(record, JOIN_SENT, "'other'");
	record = record_of(1, 7);
	strcpy(record.set, "other");
	refuse(record, JOIN_SENT, "'other'");
}

static void test_empty(void **state)
{
	struct record record = record_of(1, 7);
	struct join *join = join_new();
	char error[512] = "";

	(void)state;
	assert_int_equal(join_finish(join, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "sent is empty"));
	join_add(join, JOIN_SENT, &record, true, error, sizeof(error));
	assert_int_equal(join_finish(join, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "received is empty"));
	join_free(join);
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

static void test_line(void **state)
{
	struct record record = record_of(1, 1700000001), back;
	char error[512], line[LINE_MAX];
	size_t len;

	(void)state;
	record.instance = UINT64_MAX;
	record.packets = INT64_MAX;
	record.bytes = 7;
	strcpy(record.flow.name, "gold");
	len = written(&record, line);
	assert_string_equal(line, "{\"v\":1,\"node\":\"node\",\"set\":\"set\","
		"\"instance\":\"ffffffffffffffff\","
		"\"generation\":\"0000000000000002\","
		"\"sids\":[\"fc00::\",\"fc00::1\"],\"name\":\"gold\","
		"\"period_ms\":100,\"guard_us\":50000,\"band_us\":10000,"
		"\"mask\":\"0x00030000\","
		"\"block\":1700000001,\"colour\":\"0x00020000\","
		"\"packets\":9223372036854775807,\"bytes\":7,"
		"\"valid\":true,\"reason\":null}\n");
	assert_int_equal(record_parse(&back, line, len, error, sizeof(error)),
			 0);
	assert_memory_equal(&back, &record, sizeof(back));
}

/* What is kept of the line before is only what is the same. */
static void test_lines(void **state)
{
	static struct record_line kept;
	int i;

	(void)state;
	for (i = 0; i < 16; i++) {
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
		memset(&once, 0, sizeof(once));
		one = record_line(&once, &record);
		other = record_line(&kept, &record);
		assert_int_equal(other->len, one->len);
		assert_memory_equal(other->text, one->text, one->len);
	}
}

static void test_invalid_lines(void **state)
{
	enum reason reason;

	(void)state;
	for (reason = REASON_NONE + 1; reason <= REASON_UNKNOWN; reason++) {
		struct record record = record_of(3, 6), back;
		char error[512], line[LINE_MAX];
		size_t len;

		record.reason = reason;
		len = written(&record, line);
		assert_non_null(strstr(line, "\"packets\":null,\"bytes\":null,"
				       "\"valid\":false,\"reason\":\""));
		assert_non_null(strstr(line, "\"name\":null"));
		assert_int_equal(record_parse(&back, line, len - 1, error,
					      sizeof(error)), 0);
		assert_memory_equal(&back, &record, sizeof(back));
	}
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

static void test_bad_lines(void **state)
{
	static const struct {
		const char *from, *to, *word;
	} cases[] = {
		{ "{", "", "not JSON" },
		{ "}", "", "not JSON" },
		{ "\"v\":1", "\"v\":2", "version 2" },
		{ "\"v\":1,", "", "not a record" },
		{ "\"v\":1", "\"v\":1,\"v\":1", "not JSON" },
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
	char line[LINE_MAX], error[512], *bad;
	size_t len, i;

	(void)state;
	record.packets = 5;
	record.bytes = 6;
	len = written(&record, line);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bad = spoilt(line, cases[i].from, cases[i].to);
		if (record_parse(&back, bad, strlen(bad), error,
				 sizeof(error)) != -EINVAL)
			fail_msg("accepted: %s", bad);
		if (!strstr(error, cases[i].word))
			fail_msg("'%s' for: %s", error, bad);
		free(bad);
	}
	/* No prefix of a line is a line, and no bytes outside it are read. */
	for (i = 0; i < len - 1; i++) {
		bad = test_malloc(i + 1);
		memcpy(bad, line, i);
		assert_int_equal(record_parse(&back, bad, i, error,
					      sizeof(error)), -EINVAL);
		test_free(bad);
	}
}

static const struct CMUnitTest fixed[] = {
	cmocka_unit_test(test_wanted),
	cmocka_unit_test(test_wanted_at_one_end),
	cmocka_unit_test(test_totals_overflow),
	cmocka_unit_test(test_refused),
	cmocka_unit_test(test_empty),
	cmocka_unit_test(test_line),
	cmocka_unit_test(test_lines),
		cmocka_unit_test(test_invalid_lines),
	cmocka_unit_test(test_bad_lines),
};

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenarios) + ARRAY_SIZE(fixed)] = {
		0
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(scenarios); i++) {
		tests[i].name = scenarios[i].name;
		tests[i].test_func = test_scenario;
		tests[i].initial_state = (void *)&scenarios[i];
	}
	memcpy(&tests[i], fixed, sizeof(fixed));
	return cmocka_run_group_tests_name("join", tests, NULL, NULL);
}
