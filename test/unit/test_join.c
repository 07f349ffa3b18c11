// SPDX-License-Identifier: GPL-2.0-only
/*
 * The join of two recordings: what is exact, what is invalid and why, what is left
 * out, what cannot be joined at all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <limits.h>

#include "lmctl/base/block.h"
#include "lmctl/cmd/join.h"
#include "test/unit/unit.h"

/* So that tables can say which records there are. */
#define SENT (JOIN_SENT + 1)
#define RECEIVED (JOIN_RECEIVED + 1)
#define BOOTED INT64_C(1700000000000000)

struct entry {
	int side;
	int flow;
	int block;
	enum reason reason;
	uint64_t packets;
	/* Less boot time than the first record: the clock was set back. */
	int back_ms;
	/* Last source, 0 for the usual one; NONE, or KEY for one in the flow. */
	int source;
};

#define NONE (-1)
#define KEY (-2)

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
		.clock = { .boot = 0xb007, .boot_time_us = BOOTED },
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
	record.clock.boot_time_us -= entry->back_ms * 1000;
	record.flow.netmask = entry->source == KEY ? 128 : 0;
	if (entry->source >= 0)
		record.last_source.s6_addr[15] = (uint8_t)(1 + entry->source);
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
			{ 1, 6, JOIN_INVALID, "clock-stepped", NULL },
			{ 1, 8, JOIN_INVALID, "clock-stepped", NULL },
			{ 2, 7, JOIN_INVALID, "clock-stepped", "missing" },
			{ 2, 8, JOIN_INVALID, "clock-stepped", NULL },
		},
		.totals = { { 0, 2, 0, 0, 0 }, { 0, 2, 0, 0, 0 } },
	}, {
		.name = "a clock set right while nothing recorded",
		.entries = {
			{ SENT, 1, 6, 0, 5 }, { SENT, 1, 7, 0, 5 },
			{ SENT, 1, 8, 0, 5, 210 }, { SENT, 1, 9, 0, 6, 210 },
			{ RECEIVED, 1, 6, 0, 4, 210 },
			{ RECEIVED, 1, 7, 0, 4, 210 },
			{ RECEIVED, 1, 8, 0, 4, 210 },
			{ RECEIVED, 1, 9, 0, 4, 210 },
		},
		.rows = {
			{ 1, 6, JOIN_INVALID, "clock-stepped", NULL },
			{ 1, 7, JOIN_INVALID, "clock-stepped", NULL },
			{ .flow = 1, .block = 8 }, { .flow = 1, .block = 9 },
		},
		.totals = { { 2, 2, 0, 11, 8 } },
	}, {
		.name = "steps within the guard band, until they are more",
		.entries = {
			{ SENT, 1, 6, 0, 5 }, { SENT, 1, 7, 0, 5, 6 },
			{ SENT, 1, 8, 0, 5, 12 }, { SENT, 1, 9, 0, 5, 18 },
			{ RECEIVED, 1, 6, 0, 4, 6 },
			{ RECEIVED, 1, 7, 0, 4, 6 },
			{ RECEIVED, 1, 8, 0, 4, 6 },
			{ RECEIVED, 1, 9, 0, 4, 9 },
		},
		.rows = {
			{ 1, 6, JOIN_INVALID, "clock-stepped", NULL },
			{ 1, 7, JOIN_INVALID, "clock-stepped", NULL },
			{ .flow = 1, .block = 8 }, { .flow = 1, .block = 9 },
		},
		.totals = { { 2, 2, 0, 10, 8 } },
	}, {
		.name = "packets of another source, or of nobody knows which",
		.entries = {
			{ SENT, 1, 5, 0, 5 },
			{ RECEIVED, 1, 5, 0, 5, .source = 1 },
			{ SENT, 1, 6, 0, 5 },
			{ RECEIVED, 1, 6, 0, 4, .source = NONE },
			{ SENT, 1, 7, 0, 5, .source = NONE },
			{ RECEIVED, 1, 7, 0, 3 },
			{ SENT, 1, 8, 0, 5, .source = NONE },
			{ RECEIVED, 1, 8, 0, 2, .source = NONE },
			{ SENT, 1, 9, 0, 5 },
			{ RECEIVED, 1, 9, REASON_READ_LATE, 0, .source = 1 },
			{ SENT, 1, 10, 0, 0 },
			{ RECEIVED, 1, 10, 0, 1, .source = 1 },
		},
		.rows = {
			{ 1, 5, JOIN_INVALID, NULL, "two-sources" },
			{ 1, 6, JOIN_INVALID, NULL, "source-unknown" },
			{ 1, 7, JOIN_INVALID, "source-unknown", NULL },
			{ 1, 8, JOIN_INVALID, "source-unknown",
			  "source-unknown" },
			{ 1, 9, JOIN_INVALID, NULL, "read-late" },
			{ 1, 10, JOIN_INVALID, NULL, "two-sources" },
		},
		.totals = { { 0, 6, 0, 0, 0 } },
	}, {
		.name = "what was not received has no source",
		.entries = {
			{ SENT, 1, 6, 0, 5 },
			{ RECEIVED, 1, 6, 0, 0, .source = 1 },
			{ SENT, 1, 7, 0, 5 },
			{ RECEIVED, 1, 7, 0, 0, .source = NONE },
		},
		.rows = { { .flow = 1, .block = 6 }, { .flow = 1, .block = 7 } },
		.totals = { { 2, 0, 0, 10, 0 } },
	}, {
		.name = "the source of the key says it all",
		.entries = {
			{ SENT, 1, 6, 0, 5, .source = KEY },
			{ RECEIVED, 1, 6, 0, 4, .source = KEY },
		},
		.rows = { { .flow = 1, .block = 6 } },
		.totals = { { 1, 0, 0, 5, 4 } },
	}, {
		.name = "the clock of one recording was wrong, and never set",
		.entries = {
			{ SENT, 1, 6, 0, 5 }, { RECEIVED, 1, 6, 0, 5, 200 },
		},
		.rows = { { 1, 6, JOIN_INVALID, "clock-unsynchronised",
			    "clock-unsynchronised" } },
		.totals = { { 0, 1, 0, 0, 0 } },
	},
};

TEST_ROWS(scenarios, test_scenario)
{
	const struct scenario *scenario = *state;
	struct join *join = join_new(false);
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
	struct join *join = join_new(false);
	const struct join_row *const *rows;
	char error[512];
	size_t n, i;
	int k;

	looks = 0;
	add(join, &(struct entry){ RECEIVED, 1, 0, .packets = 1 });
	add(join, &(struct entry){ RECEIVED, 1, 2 * pairs, .packets = 1 });
	for (k = 0; k < pairs; k++) {
		add(join, &(struct entry){ SENT, 1, pairs + k, .packets = 1 });
		add(join, &(struct entry){ SENT, 1, pairs - 1 - k,
					   REASON_CLOCK_STEPPED, 0, 0, 0 });
	}
	assert_int_equal(join_finish(join, error, sizeof(error)), 0);
	rows = join_rows(join, &n);
	assert_int_equal(n, 2 * pairs);
	for (i = 0; i < n; i++)
		assert_int_equal(rows[i]->count[JOIN_SENT].reason,
				 REASON_CLOCK_STEPPED);
	assert_in_range(looks, n, 4 * n);
	join_free(join);
}

/* Numbers in names count by their value. */
TEST(test_order)
{
	static const char *const names[] = { "flow-10", "flow-9", "", "a" };
	static const char *const sorted[] = { "", "a", "flow-9", "flow-10" };
	const struct join_flow *flow = NULL;
	const struct join_row *const *rows;
	struct join *join = join_new(true);
	char error[512];
	size_t n, i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct record record = record_of((int)i, 5);

		strcpy(record.flow.name, names[i]);
		assert_int_equal(join_add(join, JOIN_SENT, &record, true, error,
					  sizeof(error)), 0);
		assert_int_equal(join_add(join, JOIN_RECEIVED, &record, true,
					  error, sizeof(error)), 0);
	}
	assert_int_equal(join_finish(join, error, sizeof(error)), 0);
	rows = join_rows(join, &n);
	assert_int_equal(n, ARRAY_SIZE(sorted));
	for (i = 0; i < n; i++) {
		flow = join_next_flow(join, flow);
		assert_string_equal(flow->flow.name, sorted[i]);
		assert_ptr_equal(rows[i]->flow, flow);
	}
	join_free(join);
}

TEST(test_wanted)
{
	struct record record = record_of(1, 7);
	struct join *join = join_new(false);
	char error[512];
	size_t n;

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

/* Of two machines, whose clocks were synchronised or not. */
static void two_clocks(bool sent, bool received, bool trust,
		       enum join_status status)
{
	const struct join_row *const *rows;
	struct join *join = join_new(trust);
	struct record record = record_of(1, 7);
	char error[512];
	size_t n;

	record.clock.synchronised = sent;
	join_add(join, JOIN_SENT, &record, true, error, sizeof(error));
	record.clock.synchronised = received;
	record.clock.boot = 2;
	join_add(join, JOIN_RECEIVED, &record, true, error, sizeof(error));
	assert_int_equal(join_finish(join, error, sizeof(error)), 0);
	rows = join_rows(join, &n);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0]->status, status);
	assert_int_equal(rows[0]->count[JOIN_SENT].unsynchronised,
			 status && !sent);
	assert_int_equal(rows[0]->count[JOIN_RECEIVED].unsynchronised,
			 status && !received);
	assert_int_equal(join_unsynchronised(join), status == JOIN_INVALID);
	join_free(join);
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
	static const enum reason reasons[] = {
		REASON_NONE, REASON_CLOCK_STEPPED, REASON_NONE,
	};
	const struct join_row *const *rows;
	struct join *join = join_new(true);
	char error[512];
	size_t n;
	int i;

	for (i = 0; i < 3; i++) {
		struct record record = record_of(1, 7 + i);

		memset(&record.clock, 0, sizeof(record.clock));
		join_add(join, JOIN_RECEIVED, &record, true, error,
			 sizeof(error));
		record.reason = reasons[i];
		join_add(join, JOIN_SENT, &record, true, error, sizeof(error));
	}
	assert_int_equal(join_finish(join, error, sizeof(error)), 0);
	rows = join_rows(join, &n);
	assert_int_equal(n, 3);
	for (i = 0; i < 3; i++)
		assert_int_equal(rows[i]->status,
				 i < 2 ? JOIN_INVALID : JOIN_EXACT);
	join_free(join);
}

/* One SID list, two sources: two flows. */
TEST(test_sources)
{
	struct join *join = join_new(false);
	struct record record = record_of(1, 7);
	char error[512];
	int i;

	record.flow.netmask = 128;
	for (i = 0; i < 2; i++) {
		record.flow.source.s6_addr[15] = (uint8_t)i;
		record.packets = 10;
		join_add(join, JOIN_SENT, &record, true, error, sizeof(error));
		record.packets = i ? 10 : 0;
		join_add(join, JOIN_RECEIVED, &record, true, error,
			 sizeof(error));
	}
	assert_int_equal(join_finish(join, error, sizeof(error)), 0);
	check_totals(join, &(struct scenario){
		.totals = { { 1, 0, 0, 10, 0 }, { 1, 0, 0, 10, 10 } },
	});
	join_free(join);
}

/* Known by its name at one end only: both ends' records are its rows. */
static void wanted_at(enum join_side named)
{
	const struct join_row *const *rows;
	struct record record = record_of(1, 7);
	struct join *join = join_new(false);
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

TEST(test_wanted_at_one_end)
{
	wanted_at(JOIN_SENT);
	wanted_at(JOIN_RECEIVED);
}

TEST(test_totals_overflow)
{
	struct join *join = join_new(false);
	char error[512] = "";
	int block;

	for (block = 1; block < 4; block++) {
		add(join, &(struct entry){ SENT, 1, block, 0, INT64_MAX, 0, 0 });
		add(join, &(struct entry){ RECEIVED, 1, block, 0, 0, 0, 0 });
	}
	assert_int_equal(join_finish(join, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "64 bits"));
	join_free(join);
}

/* What two records are refused for, from one recording and from both. */
static void refuse(struct record b, enum join_side side, const char *word)
{
	struct record a = record_of(1, 7);
	struct join *join = join_new(false);
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

TEST(test_refused)
{
	struct record record = record_of(1, 8);

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
	record.flow.netmask = 64;
	refuse(record, JOIN_SENT, "64 bits of the source");
	refuse(record, JOIN_RECEIVED, "--netmask");
	record = record_of(1, 7);
	strcpy(record.node, "other");
	refuse(record, JOIN_SENT, "'other'");
	record = record_of(1, 7);
	strcpy(record.set, "other");
	refuse(record, JOIN_SENT, "'other'");
}

TEST(test_empty)
{
	struct record record = record_of(1, 7);
	struct join *join = join_new(false);
	char error[512] = "";

	assert_int_equal(join_finish(join, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "sent is empty"));
	join_add(join, JOIN_SENT, &record, true, error, sizeof(error));
	assert_int_equal(join_finish(join, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "received is empty"));
	join_free(join);
}

