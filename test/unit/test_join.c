// SPDX-License-Identifier: GPL-2.0-only
/*
 * The join of two recordings: what is exact, what is invalid and why, what is left
 * out, what cannot be joined at all.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <limits.h>

#include "lmctl/base/block.h"
#include "lmctl/cmd/join.h"
#include "test/unit/unit.h"

#define BOOTED INT64_C(1700000000000000)

/* The join of a test, and what it says. */
static struct join *join;
static const struct join_row *const *rows;
static size_t nrows;
static char error[512];

struct total {
	uint64_t exact, invalid, anomalies, sent, received;
};

/*
 * The records of both ends, "FLOW.BLOCK=PACKETS" or "FLOW.BLOCK=REASON" each, with
 * ",back=MS" for a boot time that is so much less than that of the first record (the
 * clock was set back) and ",source=" for another last source than the usual one: a
 * number, "none", or "key" for one in the flow.
 * The rows are "FLOW.BLOCK" if they are exact, with ":anomaly" or the words of both
 * ends, ":SENT/RECEIVED", if not.
 */
struct scenario {
	const char *name;
	const char *sent;
	const char *received;
	const char *rows;
	struct total totals[2];
	uint64_t left_out;
};

static void start(bool trust)
{
	join_free(join);
	join = join_new(trust);
	assert_non_null(join);
	error[0] = '\0';
}

static int setup(void **state)
{
	(void)state;
	start(false);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	join_free(join);
	join = NULL;
	return 0;
}

UNIT_EACH(setup, teardown)

static struct record record_of(int flow, int64_t block)
{
	struct record record = {
		.node = "node", .set = "set",
		.instance = 1, .generation = 2,
		.flow = { .nsids = 2 },
		.period_ms = 100, .guard_us = 50000, .band_us = 10000,
		.mask = SR6FLOW_MASK_DEFAULT,
		.block = block,
		.last_source.s6_addr = { [15] = 1 },
		.clock = { .boot = 0xb007, .boot_time_us = BOOTED },
	};

	record.flow.sids[0].s6_addr[0] = 0xfc;
	record.flow.sids[1].s6_addr[0] = 0xfc;
	record.flow.sids[1].s6_addr[15] = (uint8_t)flow;
	record.colour = block_colour(record.mask, block);
	return record;
}

static int try(enum join_side side, const struct record *record, bool wanted)
{
	return join_add(join, side, record, wanted, error, sizeof(error));
}

static void add(enum join_side side, const struct record *record)
{
	if (try(side, record, true))
		fail_msg("%s", error);
}

static void finish(void)
{
	if (join_finish(join, error, sizeof(error)))
		fail_msg("%s", error);
	rows = join_rows(join, &nrows);
}

static void cannot_finish(const char *words)
{
	assert_int_equal(join_finish(join, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, words));
}

static void add_source(struct record *record, const char *source)
{
	if (!strcmp(source, "key"))
		record->flow.netmask = 128;
	record->last_source.s6_addr[15] =
		isdigit(*source) ? (uint8_t)(1 + atoi(source)) : 0;
}

/* One record of the text of a scenario. */
static void add_text(enum join_side side, char *text)
{
	char *value = strchr(text, '='), *back = strstr(text, ",back=");
	char *source = strstr(text, ",source="), *dot = strchr(text, '.');
	struct record record;

	assert_true(value && dot);
	record = record_of(atoi(text), atoi(dot + 1));
	if (source)
		add_source(&record, source + strlen(",source="));
	if (back)
		record.clock.boot_time_us -= 1000 * atoi(back + strlen(",back="));
	value[strcspn(value, ",")] = '\0';
	if (isdigit(*++value))
		record.packets = strtoull(value, NULL, 10);
	else
		record.reason = reason_parse(value);
	record.bytes = record.packets;
	add(side, &record);
}

static void add_texts(enum join_side side, const char *texts)
{
	char *copy = strdup(texts), *rest, *text;

	assert_non_null(copy);
	for (text = strtok_r(copy, " ", &rest); text;
	     text = strtok_r(NULL, " ", &rest))
		add_text(side, text);
	free(copy);
}

/* The rows as the text of a scenario. */
static const char *rows_text(void)
{
	static char text[512];
	size_t len = 0, i;

	for (i = 0; i < nrows; i++) {
		const struct join_row *row = rows[i];

		len += snprintf(text + len, sizeof(text) - len, "%s%d.%d",
				i ? " " : "",
				row->flow->flow.sids[1].s6_addr[15],
				(int)row->block);
		if (row->status == JOIN_ANOMALY)
			len += snprintf(text + len, sizeof(text) - len,
					":anomaly");
		else if (row->status == JOIN_INVALID)
			len += snprintf(text + len, sizeof(text) - len, ":%s/%s",
					join_word(&row->count[JOIN_SENT]) ?: "-",
					join_word(&row->count[JOIN_RECEIVED]) ?: "-");
		assert_true(len < sizeof(text));
		if (row->status != JOIN_INVALID) {
			assert_null(join_word(&row->count[JOIN_SENT]));
			assert_null(join_word(&row->count[JOIN_RECEIVED]));
		}
	}
	return text;
}

static void check_totals(const struct total totals[2])
{
	const struct join_flow *flow = NULL;
	int i;

	for (i = 0; (flow = join_next_flow(join, flow)); i++) {
		assert_in_range(i, 0, 1);
		assert_int_equal(flow->exact, totals[i].exact);
		assert_int_equal(flow->invalid, totals[i].invalid);
		assert_int_equal(flow->anomalies, totals[i].anomalies);
		assert_int_equal(flow->sent, totals[i].sent);
		assert_int_equal(flow->received, totals[i].received);
	}
}

static const struct scenario scenarios[] = {
	{
		.name = "loss, by flow and block whatever the order",
		.sent = "1.8=10 2.8=5 1.7=20 2.7=5",
		.received = "2.7=5 1.7=17 2.8=0 1.8=10",
		.rows = "1.7 1.8 2.7 2.8",
		.totals = { { 2, 0, 0, 30, 27 }, { 2, 0, 0, 10, 5 } },
	}, {
		.name = "nothing sent, nothing received",
		.sent = "1.7=0",
		.received = "1.7=0",
		.rows = "1.7",
		.totals = { { 1, 0, 0, 0, 0 } },
	}, {
		.name = "invalid at one end, at the other, at both",
		.sent = "1.7=colour-late 1.8=9 1.9=clock-stepped 1.10=4",
		.received = "1.7=9 1.8=still-counting 1.9=unknown-reason "
			    "1.10=4",
		.rows = "1.7:colour-late/- 1.8:-/still-counting "
			"1.9:clock-stepped/unknown-reason 1.10",
		.totals = { { 1, 3, 0, 4, 4 } },
	}, {
		.name = "more received than sent is never clamped or added",
		.sent = "1.7=5 1.8=5",
		.received = "1.7=6 1.8=4",
		.rows = "1.7:anomaly 1.8",
		.totals = { { 1, 0, 1, 5, 4 } },
	}, {
		.name = "an anomaly of an invalid block is only invalid",
		.sent = "1.7=read-late",
		.received = "1.7=6",
		.rows = "1.7:read-late/-",
		.totals = { { 0, 1, 0, 0, 0 } },
	}, {
		.name = "a flow that only one end has, a block that one missed",
		.sent = "1.7=5 1.9=5 2.8=3",
		.received = "1.7=5 1.8=5 1.9=5",
		.rows = "1.7 1.8:missing/- 1.9 2.8:-/missing",
		.totals = { { 2, 1, 0, 10, 10 }, { 0, 1, 0, 0, 0 } },
	}, {
		.name = "blocks before and after the other recording",
		.sent = "1.5=1 1.6=2 1.7=4 2.5=8",
		.received = "1.6=2 1.7=4 1.8=8",
		.rows = "1.6 1.7",
		.totals = { { 2, 0, 0, 6, 6 } },
		.left_out = 3,
	}, {
		.name = "a block recorded twice is not to be trusted",
		.sent = "1.7=5 1.7=5 1.8=5 1.8=clock-stepped",
		.received = "1.7=5 1.8=5",
		.rows = "1.7:recorded-twice/- 1.8:clock-stepped/-",
		.totals = { { 0, 2, 0, 0, 0 } },
	}, {
		.name = "recorded three times, the other end not at all",
		.sent = "1.7=5 1.7=5 1.7=5",
		.received = "2.7=0",
		.rows = "1.7:recorded-twice/missing 2.7:missing/-",
		.totals = { { 0, 1, 0, 0, 0 }, { 0, 1, 0, 0, 0 } },
	}, {
		.name = "the largest counts",
		.sent = "1.7=9223372036854775807 1.8=9223372036854775807",
		.received = "1.7=9223372036854775807 1.8=0",
		.rows = "1.7 1.8",
		.totals = { { 2, 0, 0, 2 * (uint64_t)INT64_MAX, INT64_MAX } },
	}, {
		.name = "a clock set back, and a flow not recorded again",
		.sent = "1.6=5 1.8=9 2.7=clock-stepped 2.8=clock-stepped",
		.received = "1.6=4 1.8=7 2.8=1",
		.rows = "1.6:clock-stepped/- 1.8:clock-stepped/- "
			"2.7:clock-stepped/missing 2.8:clock-stepped/-",
		.totals = { { 0, 2, 0, 0, 0 }, { 0, 2, 0, 0, 0 } },
	}, {
		.name = "a clock set right while nothing recorded",
		.sent = "1.6=5 1.7=5 1.8=5,back=210 1.9=6,back=210",
		.received = "1.6=4,back=210 1.7=4,back=210 1.8=4,back=210 "
			    "1.9=4,back=210",
		.rows = "1.6:clock-stepped/- 1.7:clock-stepped/- 1.8 1.9",
		.totals = { { 2, 2, 0, 11, 8 } },
	}, {
		.name = "steps within the guard band, until they are more",
		.sent = "1.6=5 1.7=5,back=6 1.8=5,back=12 1.9=5,back=18",
		.received = "1.6=4,back=6 1.7=4,back=6 1.8=4,back=6 "
			    "1.9=4,back=9",
		.rows = "1.6:clock-stepped/- 1.7:clock-stepped/- 1.8 1.9",
		.totals = { { 2, 2, 0, 10, 8 } },
	}, {
		.name = "packets of another source, or of nobody knows which",
		.sent = "1.5=5 1.6=5 1.7=5,source=none 1.8=5,source=none "
			"1.9=5 1.10=0",
		.received = "1.5=5,source=1 1.6=4,source=none 1.7=3 "
			    "1.8=2,source=none 1.9=read-late,source=1 "
			    "1.10=1,source=1",
		.rows = "1.5:-/two-sources 1.6:-/source-unknown "
			"1.7:source-unknown/- "
			"1.8:source-unknown/source-unknown 1.9:-/read-late "
			"1.10:-/two-sources",
		.totals = { { 0, 6, 0, 0, 0 } },
	}, {
		.name = "what was not received has no source",
		.sent = "1.6=5 1.7=5",
		.received = "1.6=0,source=1 1.7=0,source=none",
		.rows = "1.6 1.7",
		.totals = { { 2, 0, 0, 10, 0 } },
	}, {
		.name = "the source of the key says it all",
		.sent = "1.6=5,source=key",
		.received = "1.6=4,source=key",
		.rows = "1.6",
		.totals = { { 1, 0, 0, 5, 4 } },
	}, {
		.name = "the clock of one recording was wrong, and never set",
		.sent = "1.6=5",
		.received = "1.6=5,back=200",
		.rows = "1.6:clock-unsynchronised/clock-unsynchronised",
		.totals = { { 0, 1, 0, 0, 0 } },
	},
};

TEST_ROWS(scenarios, test_scenario)
{
	const struct scenario *scenario = *state;

	add_texts(JOIN_SENT, scenario->sent);
	add_texts(JOIN_RECEIVED, scenario->received);
	finish();
	assert_string_equal(rows_text(), scenario->rows);
	check_totals(scenario->totals);
	assert_int_equal(join_left_out(join), scenario->left_out);
}

static size_t looks;

enum reason __real_reason_first(enum reason a, enum reason b);
enum reason __wrap_reason_first(enum reason a, enum reason b);

enum reason __wrap_reason_first(enum reason a, enum reason b)
{
	looks++;
	return __real_reason_first(a, b);
}

/*
 * Every second record steps the clock back: each row is looked at a few times,
 * not once per step.
 */
TEST(test_many_steps)
{
	const int pairs = 5000;
	struct record record = record_of(1, 0);
	size_t i;
	int k;

	looks = 0;
	add(JOIN_RECEIVED, &record);
	record = record_of(1, 2 * pairs);
	add(JOIN_RECEIVED, &record);
	for (k = 0; k < pairs; k++) {
		record = record_of(1, pairs + k);
		add(JOIN_SENT, &record);
		record = record_of(1, pairs - 1 - k);
		record.reason = REASON_CLOCK_STEPPED;
		add(JOIN_SENT, &record);
	}
	finish();
	assert_int_equal(nrows, 2 * pairs);
	for (i = 0; i < nrows; i++)
		assert_int_equal(rows[i]->count[JOIN_SENT].reason,
				 REASON_CLOCK_STEPPED);
	assert_in_range(looks, nrows, 4 * nrows);
}

/* Numbers in names count by their value. */
TEST(test_order)
{
	static const char *const names[] = { "flow-10", "flow-9", "", "a" };
	static const char *const sorted[] = { "", "a", "flow-9", "flow-10" };
	const struct join_flow *flow = NULL;
	size_t i;

	start(true);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct record record = record_of((int)i, 5);

		strcpy(record.flow.name, names[i]);
		add(JOIN_SENT, &record);
		add(JOIN_RECEIVED, &record);
	}
	finish();
	assert_int_equal(nrows, ARRAY_SIZE(sorted));
	for (i = 0; i < nrows; i++) {
		flow = join_next_flow(join, flow);
		assert_string_equal(flow->flow.name, sorted[i]);
		assert_ptr_equal(rows[i]->flow, flow);
	}
}

TEST(test_wanted)
{
	struct record record = record_of(1, 7);

	try(JOIN_SENT, &record, false);
	try(JOIN_RECEIVED, &record, false);
	record = record_of(2, 9);
	add(JOIN_SENT, &record);
	finish();
	assert_int_equal(join_next_flow(join, NULL)->flow.sids[1].s6_addr[15],
			 2);
	assert_null(join_next_flow(join, join_next_flow(join, NULL)));
	/* The flow's block lies beyond what was received of any flow. */
	assert_int_equal(nrows, 0);
	assert_int_equal(join_left_out(join), 1);
}

/* Of two machines, whose clocks were synchronised or not. */
static void two_clocks(bool sent, bool received, bool trust,
		       enum join_status status)
{
	struct record record = record_of(1, 7);

	start(trust);
	record.clock.synchronised = sent;
	add(JOIN_SENT, &record);
	record.clock.synchronised = received;
	record.clock.boot = 2;
	add(JOIN_RECEIVED, &record);
	finish();
	assert_int_equal(nrows, 1);
	assert_int_equal(rows[0]->status, status);
	assert_int_equal(rows[0]->count[JOIN_SENT].unsynchronised,
			 status && !sent);
	assert_int_equal(rows[0]->count[JOIN_RECEIVED].unsynchronised,
			 status && !received);
	assert_int_equal(join_unsynchronised(join), status == JOIN_INVALID);
}

TEST(test_two_clocks)
{
	two_clocks(true, true, false, JOIN_EXACT);
	two_clocks(true, false, false, JOIN_INVALID);
	two_clocks(false, true, false, JOIN_INVALID);
	two_clocks(false, false, false, JOIN_INVALID);
	two_clocks(false, false, true, JOIN_EXACT);
}

/* Version 1 has no clocks: a step shows where it cut a block off. */
TEST(test_version_before)
{
	int i;

	start(true);
	for (i = 0; i < 3; i++) {
		struct record record = record_of(1, 7 + i);

		memset(&record.clock, 0, sizeof(record.clock));
		add(JOIN_RECEIVED, &record);
		record.reason = i == 1 ? REASON_CLOCK_STEPPED : REASON_NONE;
		add(JOIN_SENT, &record);
	}
	finish();
	assert_int_equal(nrows, 3);
	for (i = 0; i < 3; i++)
		assert_int_equal(rows[i]->status,
				 i < 2 ? JOIN_INVALID : JOIN_EXACT);
}

/* One SID list, two sources: two flows. */
TEST(test_sources)
{
	static const struct total totals[] = {
		{ 1, 0, 0, 10, 0 }, { 1, 0, 0, 10, 10 },
	};
	struct record record = record_of(1, 7);
	int i;

	record.flow.netmask = 128;
	for (i = 0; i < 2; i++) {
		record.flow.source.s6_addr[15] = (uint8_t)i;
		record.packets = 10;
		add(JOIN_SENT, &record);
		record.packets = i ? 10 : 0;
		add(JOIN_RECEIVED, &record);
	}
	finish();
	check_totals(totals);
}

/* Known by its name at one end only: both ends' records are its rows. */
TEST(test_wanted_at_one_end)
{
	struct record record = record_of(1, 7);
	enum join_side named;

	for (named = JOIN_SENT; named <= JOIN_RECEIVED; named++) {
		start(false);
		try(JOIN_SENT, &record, named == JOIN_SENT);
		try(JOIN_RECEIVED, &record, named == JOIN_RECEIVED);
		finish();
		assert_string_equal(rows_text(), "1.7");
	}
}

TEST(test_totals_overflow)
{
	add_texts(JOIN_SENT, "1.1=9223372036854775807 1.2=9223372036854775807 "
			     "1.3=9223372036854775807");
	add_texts(JOIN_RECEIVED, "1.1=0 1.2=0 1.3=0");
	cannot_finish("64 bits");
}

/* What two records are refused for, from one recording and from both. */
static void refuse(struct record b, const char *one, const char *both)
{
	struct record a = record_of(1, 7);

	if (one) {
		start(false);
		add(JOIN_SENT, &a);
		assert_int_equal(try(JOIN_SENT, &b, true), -EINVAL);
		assert_non_null(strstr(error, one));
	}
	if (both) {
		start(false);
		add(JOIN_SENT, &a);
		add(JOIN_RECEIVED, &b);
		cannot_finish(both);
	}
}

TEST(test_refused)
{
	struct record record = record_of(1, 8);

	refuse(record, NULL, "none in common");
	record = record_of(1, 7);
	record.period_ms = 200;
	refuse(record, "200 ms", "--period");
	record = record_of(1, 7);
	record.guard_us = 60500;
	refuse(record, "60.5 ms", "--guard");
	record = record_of(1, 7);
	record.band_us = 20000;
	refuse(record, "20 ms", "--guard-band");
	record = record_of(1, 7);
	record.mask = 4;
	refuse(record, "0x00000004", "mark mask");
	record = record_of(1, 7);
	record.flow.netmask = 64;
	refuse(record, "64 bits of the source", "--netmask");
	record = record_of(1, 7);
	strcpy(record.node, "other");
	refuse(record, "'other'", NULL);
	record = record_of(1, 7);
	strcpy(record.set, "other");
	refuse(record, "'other'", NULL);
}

TEST(test_empty)
{
	struct record record = record_of(1, 7);

	cannot_finish("sent is empty");
	add(JOIN_SENT, &record);
	cannot_finish("received is empty");
}
