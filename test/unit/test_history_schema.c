// SPDX-License-Identifier: GPL-2.0-only
/*
 * The history's tables: one of an earlier version is brought up to date and keeps
 * what it has, and flows of one SID list and several sources are several flows.
 */
#include <stdio.h>
#include <string.h>
#include <errno.h>
#include <time.h>
#include "lmctl/sinks/history/history_read.h"
#include "test/unit/capture.h"
#include "test/unit/history_bench.h"
#include "test/unit/result_make.h"
#include "test/unit/unit.h"

static void write_version_1(void)
{
	FILE *file = fopen("test/unit/history_v1.sql", "r");
	sqlite3 *sql = bench_connect();
	char text[8192] = "";

	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_int_equal(sqlite3_exec(sql, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sql);
}

static struct history_sum sums[4];
static struct sr6flow_flow flows[4];
static unsigned int nsums;
static struct result rows[8];
static unsigned int nrows;

static int take_sum(const struct history_sum *sum, void *arg)
{
	(void)arg;
	assert_true(nsums < 4);
	flows[nsums] = *sum->flow;
	sums[nsums++] = *sum;
	return 0;
}

static int take_row(const struct result *result, void *arg)
{
	(void)arg;
	assert_true(nrows < 8);
	rows[nrows++] = *result;
	return 0;
}

static int read_sums(const char *flow)
{
	const struct history_query query = { .flow = flow, .until_ms = INT64_MAX };
	struct history_reader *reader = bench_read();
	int err;

	nsums = 0;
	err = history_read_sums(reader, &query, take_sum, NULL);
	history_read_close(reader);
	return err;
}

static int read_rows(const char *flow)
{
	const struct history_query query = { .flow = flow, .until_ms = INT64_MAX };
	struct history_reader *reader = bench_read();
	int err;

	nrows = 0;
	err = history_read_results(reader, &query, take_row, NULL);
	history_read_close(reader);
	return err;
}

static void give(const char *text, unsigned int netmask, int64_t block,
		 uint64_t sent)
{
	const struct measurement of = make_measurement(false, 1);
	struct sr6flow_flow flow = make_flow(text);
	struct result result;

	if (flow.netmask)
		flow.netmask = netmask;
	result = make_result(&of, &flow, block, sent, sent - 1);
	bench_block(&result);
}

TEST_WITH(history_setup, history_teardown, test_update)
{
	struct history_reader *reader;
	char error[256];

	write_version_1();
	/* Who only reads leaves it alone, and says what to do. */
	assert_int_equal(history_read_open(bench_file, &reader, error,
					   sizeof(error)), -EPROTO);
	assert_non_null(strstr(error, "lmctl run"));
	assert_int_equal(bench_sql("PRAGMA user_version"), 1);
	bench_open(BENCH_FOREVER);
	give("gold=fcff:2::1,fcff:8::100", 0, MADE_BLOCK + 2, 30);
	give("gold=fd00::1@fcff:2::1,fcff:8::100", 128, MADE_BLOCK + 3,
	     40);
	bench_close();
	assert_int_equal(bench_sql("PRAGMA user_version"), 2);
	assert_int_equal(bench_sql("SELECT count(*) FROM flows"), 2);
	/* What there was and what came belong to one flow. */
	assert_int_equal(bench_sql("SELECT count(*) FROM results"
				   " WHERE flow_id = 7"), 3);
	assert_int_equal(read_sums(NULL), 0);
	assert_int_equal(nsums, 2);
	assert_int_equal(sums[0].sent + sums[1].sent, 10 + 30 + 40);
	/* Once more: it is up to date. */
	bench_open(BENCH_FOREVER);
	bench_close();
	assert_int_equal(bench_sql("SELECT count(*) FROM results"), 4);
}

/* Interrupted, it is what it was; nothing is lost or there twice. */
TEST_WITH(history_setup, history_teardown, test_update_fails)
{
	write_version_1();
	bench_sql("CREATE TABLE flows_2 (id INTEGER)");
	capture(STDERR_FILENO);
	assert_int_not_equal(history_open(bench_file, BENCH_FOREVER, &bench_sink), 0);
	assert_int_equal(count(capture_end(), "\n"), 1);
	assert_int_equal(bench_sql("PRAGMA user_version"), 1);
	assert_int_equal(bench_sql("SELECT last_ms FROM flows"),
			 INT64_C(1700000000000));
	bench_sql("DROP TABLE flows_2");
	bench_open(BENCH_FOREVER);
	bench_close();
	assert_int_equal(read_sums("gold"), 0);
	assert_int_equal(nsums, 1);
	assert_int_equal(sums[0].sent, 10);
	assert_int_equal(sums[0].invalid, 1);
}

TEST_WITH(history_setup, history_teardown, test_sources)
{
	bench_open(BENCH_FOREVER);
	give("fd00::1@fcff:2::1", 128, MADE_BLOCK, 10);
	give("fd00::2@fcff:2::1", 128, MADE_BLOCK + 1, 20);
	give("fd00::@fcff:2::1", 64, MADE_BLOCK + 2, 40);
	give("fcff:2::1", 0, MADE_BLOCK + 3, 80);
	bench_close();
	/* The list alone means all of them, a source those that have it. */
	assert_int_equal(read_sums("fcff:2::1"), 0);
	assert_int_equal(nsums, 4);
	assert_int_equal(read_sums("fd00::2@fcff:2::1"), 0);
	assert_int_equal(nsums, 2);
	assert_int_equal(sums[0].sent + sums[1].sent, 20 + 40);
	assert_int_equal(flows[0].netmask + flows[1].netmask, 128 + 64);
	assert_int_equal(read_sums("fd00::3@fcff:2::1"), 0);
	assert_int_equal(nsums, 1);
	assert_int_equal(sums[0].sent, 40);
	assert_int_equal(flows[0].source.s6_addr[0], 0xfd);
	assert_int_equal(read_sums("fd01::3@fcff:2::1"), -ENOENT);
}

static void give_silent(const struct measurement *of,
			const struct sr6flow_flow *flow, int64_t block)
{
	struct result result = make_result(of, flow, block, 100, 0);

	result.peer[0].answer.status = ANSWER_NO_ANSWER;
	bench_sink.ops->result(bench_sink.self, &result);
}

/* A gap row is behind its last block, and in the totals. */
static void check_gap(bool group)
{
	const struct measurement of = make_measurement(group, group ? 2 : 1);
	const struct sr6flow_flow flow = make_flow("gold=fd00::1@fcff:2::1");
	const struct result gap = make_gap(&of, &flow, MADE_BLOCK, 2, 200,
					   150);
	struct segment total;

	bench_open(BENCH_FOREVER);
	give_silent(&of, &flow, MADE_BLOCK);
	give_silent(&of, &flow, MADE_BLOCK + 1);
	give_silent(&of, &flow, MADE_BLOCK + 3);
	bench_sink.ops->gap(bench_sink.self, &gap);
	bench_sink.ops->block_end(bench_sink.self, &of, MADE_BLOCK + 3);
	bench_close();
	assert_int_equal(read_rows("gold"), 0);
	assert_int_equal(nrows, 4);
	assert_int_equal(rows[0].gap + rows[1].gap + rows[3].gap, 0);
	assert_int_equal(rows[2].gap, 2);
	assert_int_equal(rows[2].first, MADE_BLOCK);
	assert_int_equal(rows[2].block, MADE_BLOCK + 1);
	/* What it pointed at went with the reader. */
	rows[2].of = &of;
	total = result_total(&rows[2]);
	assert_int_equal(total.status, RESULT_EXACT);
	assert_int_equal(total.lost, 50);
	assert_int_equal(total.received_bytes, 15000);
	assert_int_equal(read_sums(NULL), 0);
	assert_int_equal(nsums, 1);
	assert_int_equal(sums[0].gap_blocks, 2);
	assert_int_equal(sums[0].sent, 200);
	assert_int_equal(sums[0].received, 150);
	assert_int_equal(sums[0].exact, 0);
	assert_int_equal(sums[0].invalid, 3);
	assert_int_equal(read_sums("gold"), 0);
	assert_int_equal(sums[0].gap_blocks, 2);
}

TEST_WITH(history_setup, history_teardown, test_gap)
{
	check_gap(false);
}

TEST_WITH(history_setup, history_teardown, test_gap_of_group)
{
	check_gap(true);
}

static void give_gap(const struct result *gap)
{
	bench_open(BENCH_FOREVER);
	bench_sink.ops->gap(bench_sink.self, gap);
	bench_sink.ops->block_end(bench_sink.self, gap->of, gap->block);
	bench_close();
}

/* It goes with its last block. One of segments alone is not kept. */
TEST_WITH(history_setup, history_teardown, test_gap_expires)
{
	const struct measurement of = make_measurement(false, 2);
	const struct sr6flow_flow flow = make_flow("gold=fcff:2::1");
	struct result gap = make_gap(&of, &flow, MADE_BLOCK, 2, 200, 150);

	gap.covers = RESULT_SEGMENT(0);
	give_gap(&gap);
	assert_int_equal(bench_sql("SELECT count(*) FROM gaps"), 0);
	gap.covers = RESULT_TOTAL;
	make_received(&gap, 1, 150);
	give_gap(&gap);
	assert_int_equal(bench_sql("SELECT received FROM gaps"), 150);
	bench_open(86400);
	give("new=fcff:3::1", 0, (int64_t)time(NULL) / 10, 10);
	bench_close();
	assert_int_equal(bench_sql("SELECT count(*) FROM gaps"), 0);
	assert_int_equal(bench_sql("SELECT count(*) FROM blocks"), 1);
}

/* What lmctl does not write is not read. */
TEST_WITH(history_setup, history_teardown, test_bad_source)
{
	static const char *const bad[] = {
		"fd00::1", "fd00::1/0", "fd00::1/129", "fd00::1/64", "/64",
		"fd00::1/128 ", "1.2.3.4/32", "fd00::1/", "x/128",
	};
	char text[128];
	unsigned int i;

	bench_open(BENCH_FOREVER);
	give("fd00::1@fcff:2::1", 128, MADE_BLOCK, 10);
	bench_close();
	assert_int_equal(read_sums(NULL), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text), "UPDATE flows SET source = '%s'",
			 bad[i]);
		bench_sql(text);
		assert_int_equal(read_sums(NULL), -EUCLEAN);
	}
}
