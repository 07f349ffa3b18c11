// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "test/unit/capture.h"
#include "test/unit/history_bench.h"
#include "test/unit/result_make.h"
#include "test/unit/unit.h"

#define WAIT_US 2000
/* A limit for machines that are busy, not a time that anything takes. */
#define WAITS_MAX 15000

char bench_file[64];
struct sink bench_sink;
static char folder[32];

int history_setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/test_history.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(bench_file, sizeof(bench_file), "%s/history.db", folder);
	return 0;
}

int history_teardown(void **state)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	capture_teardown(state);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char path[sizeof(folder) + sizeof(entry->d_name)];

		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (*entry->d_name != '.')
			unlink(path);
	}
	closedir(dir);
	assert_int_equal(rmdir(folder), 0);
	return 0;
}

sqlite3 *bench_connect(void)
{
	sqlite3 *sql;

	assert_int_equal(sqlite3_open(bench_file, &sql), SQLITE_OK);
	sqlite3_busy_timeout(sql, 10000);
	return sql;
}

int64_t bench_sql(const char *text)
{
	sqlite3 *sql = bench_connect();
	sqlite3_stmt *statement;
	int64_t value = 0;

	if (sqlite3_prepare_v2(sql, text, -1, &statement, NULL))
		fail_msg("%s: %s", text, sqlite3_errmsg(sql));
	if (sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int64(statement, 0);
	if (sqlite3_finalize(statement))
		fail_msg("%s: %s", text, sqlite3_errmsg(sql));
	sqlite3_close(sql);
	return value;
}

void bench_open(int64_t retention)
{
	assert_int_equal(history_open(bench_file, retention, &bench_sink), 0);
}

void bench_close(void)
{
	bench_sink.ops->free(bench_sink.self);
}

struct history_reader *bench_read(void)
{
	struct history_reader *reader;
	char error[256];

	assert_int_equal(history_read_open(bench_file, &reader, error, sizeof(error)), 0);
	return reader;
}

void bench_block(const struct result *result)
{
	bench_sink.ops->result(bench_sink.self, result);
	bench_sink.ops->block_end(bench_sink.self, result->of, result->block);
}

void bench_give(int64_t block, uint64_t sent)
{
	struct sr6flow_flow flow = make_flow("gold=fcff::1,fcff::2");
	struct measurement of = make_measurement(false, 1);
	struct result result = make_result(&of, &flow, block, sent, sent - 1);

	bench_block(&result);
}

void bench_wait_written(uint64_t results)
{
	struct history_state now;
	unsigned int i;

	for (i = 0; i < WAITS_MAX; i++) {
		history_state(&bench_sink, &now);
		if (now.results >= results && !now.waiting)
			break;
		usleep(WAIT_US);
	}
	assert_int_equal(now.results, results);
	assert_int_equal(now.waiting, 0);
}

void bench_wait_failed(uint64_t failures)
{
	struct history_state now;
	unsigned int i;

	for (i = 0; i < WAITS_MAX; i++) {
		history_state(&bench_sink, &now);
		if (now.failures > failures)
			return;
		usleep(WAIT_US);
	}
	fail_msg("%llu failures only", (unsigned long long)now.failures);
}
