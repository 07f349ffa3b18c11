// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the history: results come back as they were given, sums are of exact
 * blocks only, and a file that somebody else has changed is not believed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <inttypes.h>
#include <time.h>
#include "lmctl/base/when.h"
#include "lmctl/sinks/figures.h"
#include "lmctl/sinks/history/history_read_private.h"
#include "lmctl/sinks/stream/stream_json.h"
#include "test/unit/capture.h"
#include "test/unit/golden.h"
#include "test/unit/history_bench.h"
#include "test/unit/result_make.h"
#include "test/unit/unit.h"

#define BLOCKS_MAX 8

static struct measurement path, group;
static struct sr6flow_flow gold, plain;
static struct result given[BLOCKS_MAX];
static size_t ngiven;

static struct result *give(const struct measurement *of,
			   const struct sr6flow_flow *flow, uint64_t sent,
			   uint64_t received)
{
	struct result *result = &given[ngiven];

	*result = make_result(of, flow, MADE_BLOCK + (int64_t)ngiven++, sent,
			      received);
	return result;
}

/* Results of all kinds, one block each. */
static void make_given(void)
{
	struct result *result;
	unsigned int i;

	ngiven = 0;
	path = make_measurement(false, 3);
	group = make_measurement(true, 2);
	strcpy(group.name, "any");
	gold = make_flow("gold=fcff:2::1,fcff:8::100");
	plain = make_flow("fcff:2::1");

	result = give(&path, &gold, 1000, 990);
	make_received(result, 1, 980);
	make_received(result, 2, 970);
	for (i = 0; i < 3; i++) {
		result->peer[i].mask = 0x00030000;
		result->peer[i].period_ms = 10000;
		result->peer[i].delay = (struct delay){
			.known = true, .round_trip = 1000000 + i,
			.one_way = i < 2, .forward = i < 2 ? 600000 : 0,
			.backward = i < 2 ? -400000 : 0,
			.error = i < 2 ? 5000 : 0,
		};
	}
	result = give(&path, &gold, 0, 0);
	result->reason = REASON_CLOCK_STEPPED;
	result->sent_bytes = 0;
	result->peer[1].answer = (struct answer){ ANSWER_INVALID,
						  REASON_READ_LATE };
	result->peer[2].answer = (struct answer){ ANSWER_NO_ANSWER,
						  REASON_NONE };
	result = give(&path, &gold, 100, 100);
	make_received(result, 1, 100);
	make_received(result, 2, 103);
	result = give(&path, &gold, UINT64_C(1) << 40, 100);
	make_received(result, 2, 1);
	result->peer[0].answer = (struct answer){ ANSWER_MASK_DIFFERS,
						  REASON_NONE };
	result->peer[0].mask = 0x3;
	result = give(&group, &gold, 500, 200);
	make_received(result, 1, 299);
	give(&group, &plain, 0, 0);
}

static void write_given(void)
{
	size_t i;

	/* Long ago is not too old. */
	bench_open(BENCH_FOREVER);
	for (i = 0; i < ngiven; i++)
		bench_block(&given[i]);
	bench_close();
}

static int setup(void **state)
{
	history_setup(state);
	make_given();
	write_given();
	return 0;
}

static int same(const struct result *result, void *arg)
{
	static struct stream_json got, wanted;
	size_t *n = arg;

	while (*n < ngiven && given[*n].flow != &gold)
		(*n)++;
	assert_true(*n < ngiven);
	assert_true(stream_json_result(&got, result));
	assert_true(stream_json_result(&wanted, &given[*n]));
	if (got.line.len != wanted.line.len ||
	    memcmp(got.line.text, wanted.line.text, got.line.len))
		fail_msg("wrote %.*s, read %.*s", (int)wanted.line.len,
			 wanted.line.text, (int)got.line.len, got.line.text);
	assert_string_equal(result->of->set, given[*n].of->set);
	assert_int_equal(result->of->group, given[*n].of->group);
	(*n)++;
	return 0;
}

static int tally(const struct result *result, void *arg)
{
	(void)result;
	(*(size_t *)arg)++;
	return 0;
}

/* Reading is by index only: no row is sorted, none but those wanted are seen. */
static void no_sorting(struct history_reader *reader)
{
	int i;

	for (i = READ_RESULTS; i < N_STATEMENTS; i++) {
		sqlite3_stmt *statement = reader->statement[i];

		assert_int_equal(sqlite3_stmt_status(statement,
						     SQLITE_STMTSTATUS_SORT,
						     0), 0);
		assert_int_equal(sqlite3_stmt_status(statement,
						     SQLITE_STMTSTATUS_AUTOINDEX,
						     0), 0);
	}
}

/* Returns how many results were read. */
static size_t results(struct history_query query, int expected, history_result_fn take)
{
	struct history_reader *reader = bench_read();
	size_t n = 0;

	assert_int_equal(history_read_results(reader, &query, take, &n), expected);
	no_sorting(reader);
	history_read_close(reader);
	return n;
}

static size_t sums(const char *flow, history_sum_fn take)
{
	const struct history_query query = { .flow = flow, .until_ms = INT64_MAX };
	struct history_reader *reader = bench_read();
	size_t n = 0;

	assert_int_equal(history_read_sums(reader, &query, take, &n), 0);
	no_sorting(reader);
	history_read_close(reader);
	return n;
}

#define QUERY(...) (struct history_query){ __VA_ARGS__ }

TEST_WITH(setup, history_teardown, test_same)
{
	assert_int_equal(results(QUERY("gold", NULL, 0, INT64_MAX), 0, same), 5);
	assert_int_equal(results(QUERY("fcff:2:0::1,fcff:8::100", NULL, 0, INT64_MAX), 0,
				 same), 5);
}

TEST_WITH(setup, history_teardown, test_query)
{
	const int64_t first = MADE_BLOCK * 10000;

#define N(...) results(QUERY(__VA_ARGS__), 0, tally)
	assert_int_equal(N("gold", NULL, first, first + 30000), 3);
	assert_int_equal(N("gold", NULL, first, first + 30001), 4);
	assert_int_equal(N("gold", NULL, first + 1, first + 30000), 2);
	assert_int_equal(N("gold", "any", first, INT64_MAX), 1);
	assert_int_equal(N("gold", "none", first, INT64_MAX), 0);
	assert_int_equal(N("fcff:2::1", NULL, first, INT64_MAX), 1);
	results(QUERY("silver", NULL, first, INT64_MAX), -ENOENT, tally);
	results(QUERY("fcff:2::2", NULL, first, INT64_MAX), -ENOENT, tally);
}

static int print_sum(const struct history_sum *sum, void *arg)
{
	char flow[SR6FLOW_FLOW_STRLEN];

	(*(size_t *)arg)++;
	printf("%s %s: %" PRIu64 " exact, %" PRIu64 " invalid, %" PRIu64 " anomalies, sent %"
	       PRIu64 ", received %" PRIu64, sum->of->name,
	       sr6flow_flow_format(sum->flow, flow), sum->exact, sum->invalid,
	       sum->anomalies, sum->sent, sum->received);
	if (sum->worst >= 0)
		printf(", worst %g in block %" PRId64 " of %" PRIu32 " ms", sum->worst,
		       sum->worst_block, sum->worst_period_ms);
	puts("");
	return 0;
}

TEST_WITH(setup, history_teardown, test_sums)
{
	capture(STDOUT_FILENO);
	assert_int_equal(sums(NULL, print_sum), 3);
	puts("of one SID list:");
	assert_int_equal(sums("fcff:2::1", print_sum), 1);
	golden("history-sums", capture_end());
}

/* More than are read in a transaction, of flows that share a name or not. */
#define MANY_BLOCKS 300

static void write_many(void)
{
	static const char *const names[] = {
		"gold=fcff::1", "fcff::2", "gold=fcff::3", "gold=fcff::4",
	};
	struct measurement of = make_measurement(false, 1);
	struct sr6flow_flow flow;
	unsigned int f;
	int64_t i;

	bench_open(BENCH_FOREVER);
	for (i = 0; i < MANY_BLOCKS; i++) {
		for (f = 0; f < 4; f++) {
			struct result result;

			flow = make_flow(names[f]);
			result = make_result(&of, &flow, MADE_BLOCK + i,
					     1000 * f + (uint64_t)i,
					     1000 * f + (uint64_t)i);
			/* The last one is the worst. */
			if (i == MANY_BLOCKS - 1)
				make_received(&result, 0, 1);
			bench_sink.ops->result(bench_sink.self, &result);
		}
		bench_sink.ops->block_end(bench_sink.self, &of, MADE_BLOCK + i);
	}
	bench_wait_written(4 * MANY_BLOCKS);
	bench_close();
}

static int setup_many(void **state)
{
	history_setup(state);
	write_many();
	return 0;
}

/* Each once, by block and flow. */
static int in_order(const struct result *result, void *arg)
{
	size_t *n = arg;
	uint64_t f = *n % 3 ? *n % 3 + 1 : 0, i = *n / 3;

	assert_int_equal(result->block, MADE_BLOCK + (int64_t)i);
	assert_int_equal(result->sent, 1000 * f + i);
	assert_int_equal(result->peer[0].answer.status, ANSWER_VALID);
	assert_int_equal(result->flow->sids[0].s6_addr[15], f + 1);
	(*n)++;
	return 0;
}

TEST_WITH(setup_many, history_teardown, test_many)
{
	assert_int_equal(results(QUERY("gold", NULL, 0, INT64_MAX), 0, in_order),
			 3 * MANY_BLOCKS);
}

static int check_many(const struct history_sum *sum, void *arg)
{
	const uint64_t of_first = MANY_BLOCKS * (MANY_BLOCKS - 1) / 2;
	uint64_t f = sum->flow->sids[0].s6_addr[15] - 1u;
	uint64_t sent = of_first + MANY_BLOCKS * 1000 * f;

	assert_int_equal(sum->exact, MANY_BLOCKS);
	assert_int_equal(sum->sent, sent);
	assert_int_equal(sum->received, sent - 1000 * f - MANY_BLOCKS + 2);
	assert_int_equal(sum->worst_block, MADE_BLOCK + MANY_BLOCKS - 1);
	(*(size_t *)arg)++;
	return 0;
}

TEST_WITH(setup_many, history_teardown, test_many_sums)
{
	assert_int_equal(sums(NULL, check_many), 4);
	assert_int_equal(sums("gold", check_many), 3);
}

static void corrupt(const char *sql)
{
	struct history_query query = { .flow = "gold", .until_ms = INT64_MAX };
	struct history_reader *reader;
	size_t n = 0;

	bench_sql(sql);
	reader = bench_read();
	if (history_read_results(reader, &query, tally, &n) != -EUCLEAN)
		fail_msg("'%s' is not noticed", sql);
	assert_non_null(strstr(history_read_error(reader), "does not write"));
	history_read_close(reader);
}

/* One after the other, each seen before those that were done earlier. */
TEST_WITH(setup, history_teardown, test_hostile)
{
	corrupt("UPDATE peers SET name = char(27) || '[2J'");
	corrupt("UPDATE measurements SET name = 'a' || char(10) || 'b'");
	corrupt("UPDATE measurements SET name = hex(zeroblob(100))");
	corrupt("UPDATE blocks SET mask = 0");
	corrupt("UPDATE blocks SET period_ms = 0");
	corrupt("UPDATE blocks SET number = 9223372036854775807"
		" WHERE id = 1");
	corrupt("UPDATE flows SET sids = sids || ',x' || id");
}

static int is_unknown(const struct result *result, void *arg)
{
	size_t *n = arg;

	assert_int_equal(result->peer[0].answer.status, ANSWER_INVALID);
	assert_int_equal(result->peer[0].answer.reason, REASON_UNKNOWN);
	(*n)++;
	return 0;
}

/* A word for a valid answer, or one of a later version, makes no figure. */
TEST_WITH(setup, history_teardown, test_unknown_words)
{
	bench_sql("UPDATE answers SET answer = 'valid' WHERE peer = 0");
	results(QUERY("gold", NULL, 0, INT64_MAX), 0, is_unknown);
	bench_sql("UPDATE answers SET answer = 'later' WHERE peer = 0");
	results(QUERY("gold", NULL, 0, INT64_MAX), 0, is_unknown);
}

static void when_is(const char *text, int expected, int64_t wanted)
{
	int64_t ms = 0;
	int err = when_parse(text, 1700000000000, WHEN_SINCE, &ms);

	if (err != expected || ms != wanted)
		fail_msg("'%s': %d, %lld", text, err, (long long)ms);
}

#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

TEST(test_when)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{ "2h", 1700000000000 - 7200000 },
		{ "0s", 1700000000000 },
		{ "@1700000000", 1700000000000 },
		{ "@1700000000.25", 1700000000250 },
		{ "@0", 0 },
		{ "@99999999999", INT64_C(99999999999000) },
		{ "30d", 1700000000000 - INT64_C(2592000000) },
		{ "1970-01-01T00:00Z", 0 },
		{ "2023-11-14T22:13:20Z", 1700000000000 },
		{ "2023-11-14 22:13:20Z", 1700000000000 },
		{ "2023-11-14T22:13:20.250Z", 1700000000250 },
		{ "2023-11-14T22:13:20.1239Z", 1700000000123 },
		{ "2023-11-15T00:13:20+02:00", 1700000000000 },
		{ "2023-11-14T16:43:20-0530", 1700000000000 },
		{ "2023-11-14T23:13:20", 1700000000000 },
		{ "2023-07-01", 1688162400000 },
		{ "2024-02-29Z", 1709164800000 },
	};
	static const char *const no_unit[] = { "0", "1761343200", "20261025" };
	static const char *const bad[] = {
		"@100000000000", "@", "@-1", "@1s", "2023-02-29Z", "2023-11-31", "2023-13-01",
		"2023-00-01", "2023-11-00", "2023-11-14T24:00", "2023-11-14T22",
		"2023-11-14T22:13:20.", "2023-11-14T22:13:20+2", "2023-11-14T22:13:20Zx",
		"1969-12-31", "yesterday", "", "-1h",
	};
	size_t i;

	setenv("TZ", BERLIN, 1);
	tzset();
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		when_is(rows[i].text, 0, rows[i].ms);
	for (i = 0; i < ARRAY_SIZE(no_unit); i++)
		when_is(no_unit[i], -EDOM, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		when_is(bad[i], -EINVAL, 0);
}

/*
 * A span of local time has every block whose local time is in it: hours that
 * come twice are begun with the first and ended with the last.
 */
TEST(test_changes)
{
	static const struct {
		const char *zone;
		const char *text;
		int64_t since;
		int64_t until;
	} rows[] = {
		/* 00:00Z to 02:00Z: three o'clock comes once. */
		{ BERLIN, "2026-10-25T02:00", 1792886400, 1792890000 },
		{ BERLIN, "2026-10-25T02:59:59", 1792889999,
		  1792893599 },
		{ BERLIN, "2026-10-25T01:59:59", 1792886399,
		  1792886399 },
		{ BERLIN, "2026-10-25T03:00", 1792893600, 1792893600 },
		{ BERLIN, "2026-10-25T02:00+01:00", 1792890000,
		  1792890000 },
		/* Skipped: the begin is before it, the end behind. */
		{ BERLIN, "2026-03-29T02:30", 1774744200, 1774747800 },
		{ BERLIN, "2026-03-29T03:00", 1774746000, 1774746000 },
		{ "EST5EDT,M3.2.0,M11.1.0", "2026-11-01T01:30", 1793511000,
		  1793514600 },
		/* Half an hour. */
		{ "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-04-05T01:45", 1775313900,
		  1775315700 },
		{ "UTC", "2026-10-25T02:00", 1792893600, 1792893600 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t since, until;

		setenv("TZ", rows[i].zone, 1);
		tzset();
		assert_int_equal(when_parse(rows[i].text, 0, WHEN_SINCE,
					    &since), 0);
		assert_int_equal(when_parse(rows[i].text, 0, WHEN_UNTIL,
					    &until), 0);
		if (since != rows[i].since * 1000 ||
		    until != rows[i].until * 1000)
			fail_msg("%s in %s: %lld, %lld", rows[i].text,
				 rows[i].zone, (long long)since / 1000,
				 (long long)until / 1000);
	}
}

/* A summer within them counts, too. */
TEST(test_offsets)
{
	const int64_t day = 86400000, october = INT64_C(1792886400000);

	setenv("TZ", BERLIN, 1);
	tzset();
	assert_false(figure_offset_changes(october - day, october + 3600000));
	assert_true(figure_offset_changes(october - day, october + 3600001));
	assert_false(figure_offset_changes(october + 3600000, october + day));
	assert_true(figure_offset_changes(october - 250 * day,
					  october + 10 * day));
	setenv("TZ", "UTC", 1);
	tzset();
	assert_false(figure_offset_changes(0, october));
}
