// SPDX-License-Identifier: GPL-2.0-only
/*
 * The history: what was written is read back, old results go, and trouble with
 * the file costs neither the service nor more results than it must.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <glob.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "lmctl/sinks/history/history_db.h"
#include "lmctl/sinks/history/history_read.h"
#include "test/unit/capture.h"
#include "test/unit/history_bench.h"
#include "test/unit/result_make.h"
#include "test/unit/unit.h"

#define RETENTION INT64_C(3600)
#define NOBODY 65534

/* The writer's connection, to make its disk small. */
static sqlite3 *writer;

int __wrap_sqlite3_open_v2(const char *file, sqlite3 **sql, int flags,
			   const char *vfs);
int __real_sqlite3_open_v2(const char *file, sqlite3 **sql, int flags,
			   const char *vfs);

int __wrap_sqlite3_open_v2(const char *file, sqlite3 **sql, int flags,
			   const char *vfs)
{
	int code = __real_sqlite3_open_v2(file, sql, flags, vfs);

	if (flags & SQLITE_OPEN_READWRITE)
		writer = *sql;
	return code;
}

static int64_t now_block(void)
{
	return (int64_t)time(NULL) / 10;
}

/* The file was corrupt and has another name now. */
static bool moved_aside(void)
{
	char pattern[128];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s.corrupt-*Z", bench_file);
	if (glob(pattern, 0, NULL, &found))
		return false;
	assert_int_equal(found.gl_pathc, 1);
	globfree(&found);
	return true;
}

/* Somebody else holds the database until sqlite3_close(). */
static sqlite3 *lock(void)
{
	sqlite3 *other = bench_connect();

	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
			 SQLITE_OK);
	return other;
}

/* What was printed since capture(): so many lines, with these parts. */
static void said(unsigned int lines, const char *first, const char *last)
{
	const char *text = capture_end();

	assert_non_null(strstr(text, first));
	assert_non_null(strstr(text, last));
	assert_int_equal(count(text, "\n"), lines);
}

static void write_file(const char *text, long offset)
{
	FILE *stream = fopen(bench_file, offset ? "r+" : "w");

	assert_non_null(stream);
	assert_int_equal(fseek(stream, offset, SEEK_SET), 0);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

TEST_WITH(history_setup, history_teardown, test_mode)
{
	struct stat st;

	umask(0);
	bench_open(RETENTION);
	assert_int_equal(stat(bench_file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	bench_close();
	assert_int_equal(bench_sql("PRAGMA auto_vacuum"), 2);
	assert_int_equal(bench_sql("PRAGMA user_version"), HISTORY_DB_VERSION);
	assert_int_equal(bench_sql("PRAGMA application_id"),
			 HISTORY_DB_APPLICATION);
}

TEST_WITH(history_setup, history_teardown, test_first_stays)
{
	int64_t block = now_block();

	bench_open(RETENTION);
	bench_give(block, 10);
	bench_give(block, 20);
	bench_close();
	assert_int_equal(bench_sql("SELECT count(*) FROM results"), 1);
	assert_int_equal(bench_sql("SELECT sent FROM results"), 10);
	assert_int_equal(bench_sql("SELECT packets FROM answers"), 9);
}

/* A block without results writes nothing, and a free without blocks is right. */
TEST_WITH(history_setup, history_teardown, test_empty)
{
	struct measurement of = make_measurement(false, 1);

	bench_open(RETENTION);
	bench_close();
	bench_open(RETENTION);
	bench_sink.ops->block_end(bench_sink.self, &of, now_block());
	bench_close();
	assert_int_equal(bench_sql("SELECT count(*) FROM blocks"), 0);
}

TEST_WITH(history_setup, history_teardown, test_retention)
{
	int64_t old = now_block() - 2 * RETENTION / 10, i;

	bench_open(4 * RETENTION);
	for (i = 0; i < 20; i++)
		bench_give(old + i, 10);
	bench_wait_written(20);
	assert_int_equal(bench_sql("SELECT count(*) FROM results"), 20);
	history_retain(&bench_sink, RETENTION);
	bench_give(now_block(), 7);
	bench_close();
	assert_int_equal(bench_sql("SELECT count(*) FROM results"), 1);
	assert_int_equal(bench_sql("SELECT count(*) FROM answers"), 1);
	assert_int_equal(bench_sql("SELECT count(*) FROM blocks"), 1);
	assert_int_equal(bench_sql("SELECT sent FROM results"), 7);
}

static void give_flows(int64_t block, int n)
{
	struct measurement of = make_measurement(false, 1);
	int i;

	for (i = 0; i < n; i++) {
		struct sr6flow_flow flow;
		struct result result;
		char text[64];

		snprintf(text, sizeof(text), "f%d=fcff::%x", i, i + 1);
		flow = make_flow(text);
		result = make_result(&of, &flow, block, 1000, 999);
		bench_sink.ops->result(bench_sink.self, &result);
	}
	bench_sink.ops->block_end(bench_sink.self, &of, block);
}

/* Bounded work per call, nothing left at the end, and a file that shrinks. */
TEST_WITH(history_setup, history_teardown, test_expire)
{
	int64_t block = 1000, now_ms = INT64_C(1000) * time(NULL);
	int64_t pages, left, before = 5 * 4000;
	struct history_db *db;
	char error[256];
	int i;

	bench_open(BENCH_FOREVER);
	for (i = 0; i < 5; i++)
		give_flows(block + i, 4000);
	bench_close();
	pages = bench_sql("PRAGMA page_count");
	assert_int_equal(history_db_open(bench_file, &db, error, sizeof(error)),
			 0);
	for (i = 0; i < 8; i++) {
		assert_int_equal(history_db_expire(db, now_ms, 3000), 0);
		left = bench_sql("SELECT count(*) FROM results");
		assert_true(left >= before - 3000);
		assert_true(left < before || !left);
		assert_int_equal(bench_sql("SELECT count(*) FROM answers"),
				 left);
		before = left;
	}
	assert_int_equal(left, 0);
	assert_int_equal(bench_sql("SELECT count(*) FROM blocks"), 0);
	for (i = 0; i < 8; i++)
		assert_int_equal(history_db_expire(db, now_ms, 2000), 0);
	history_db_close(db);
	assert_int_equal(bench_sql("SELECT count(*) FROM flows"), 0);
	assert_int_equal(bench_sql("SELECT count(*) FROM peers"), 0);
	assert_int_equal(bench_sql("SELECT count(*) FROM measurements"), 0);
	assert_true(bench_sql("PRAGMA page_count") < pages);
}

TEST_WITH(history_setup, history_teardown, test_locked)
{
	sqlite3 *other;

	capture(STDERR_FILENO);
	bench_open(RETENTION);
	other = lock();
	bench_give(now_block(), 10);
	bench_wait_failed(0);
	bench_give(now_block() + 1, 10);
	bench_wait_failed(1);
	bench_give(now_block() + 2, 10);
	sqlite3_close(other);
	bench_wait_written(3);
	bench_close();
	said(2, "cannot be written: database is locked", "is written again; 0 results were");
	assert_int_equal(bench_sql("SELECT count(*) FROM results"), 3);
}

/* Locked until the end: the sink gives up then, and says so. */
TEST_WITH(history_setup, history_teardown, test_locked_to_the_end)
{
	sqlite3 *other;

	capture(STDERR_FILENO);
	bench_open(RETENTION);
	other = lock();
	bench_give(now_block(), 10);
	bench_close();
	sqlite3_close(other);
	assert_non_null(strstr(capture_end(), "1 results could not be written"));
	assert_int_equal(bench_sql("SELECT count(*) FROM results"), 0);
}

/* What waits is bounded; the oldest goes. */
TEST_WITH(history_setup, history_teardown, test_backlog)
{
	struct measurement of = make_measurement(false, RESULT_PEERS_MAX);
	struct sr6flow_flow flow = make_flow("fcff::1");
	struct history_state now;
	int64_t block = now_block();
	sqlite3 *other;
	uint64_t given = 0;

	capture(STDERR_FILENO);
	bench_open(RETENTION);
	other = lock();
	do {
		struct result result = make_result(&of, &flow, block, 1, 1);

		bench_sink.ops->result(bench_sink.self, &result);
		if (++given % 5000 == 0)
			bench_sink.ops->block_end(bench_sink.self, &of, block++);
		history_state(&bench_sink, &now);
		assert_true(now.waiting <= HISTORY_BACKLOG);
		assert_true(given < 1000000);
	} while (!now.dropped);
	bench_sink.ops->block_end(bench_sink.self, &of, block);
	bench_close();
	sqlite3_close(other);
	assert_non_null(strstr(capture_end(), "the oldest are dropped"));
	assert_true(given * sizeof(struct result) > HISTORY_BACKLOG / 10 * 9);
}

/* A corrupt file has another name afterwards, and a new one has what comes. */
static void begins_anew(void)
{
	capture(STDERR_FILENO);
	bench_open(RETENTION);
	bench_give(now_block() + 1, 20);
	bench_close();
	said(1, "was corrupt", "");
	assert_true(moved_aside());
	assert_int_equal(bench_sql("SELECT sum(sent) FROM results"), 20);
}

TEST_WITH(history_setup, history_teardown, test_corrupt_at_start)
{
	write_file("this is no database but a text of some length, as it may "
		   "be after a disk has lost what it had", 0);
	begins_anew();
}

/* The first page is right, so that it shows only when results are written. */
TEST_WITH(history_setup, history_teardown, test_corrupt_later)
{
	static char rubbish[80000];

	bench_open(RETENTION);
	bench_give(now_block(), 10);
	bench_close();
	memset(rubbish, 'x', sizeof(rubbish) - 1);
	write_file(rubbish, 8192);
	begins_anew();
}

TEST_WITH(history_setup, history_teardown, test_full)
{
	char limit[64];
	struct history_state now;

	capture(STDERR_FILENO);
	bench_open(RETENTION);
	bench_give(now_block(), 10);
	bench_wait_written(1);
	snprintf(limit, sizeof(limit), "PRAGMA max_page_count = %d",
		 (int)bench_sql("PRAGMA page_count") + 3);
	assert_int_equal(sqlite3_exec(writer, limit, NULL, NULL, NULL),
			 SQLITE_OK);
	give_flows(now_block() + 1, 2000);
	bench_wait_failed(0);
	history_state(&bench_sink, &now);
	assert_int_equal(now.results, 1);
	bench_give(now_block() + 2, 10);
	sqlite3_exec(writer, "PRAGMA max_page_count = 1000000", NULL, NULL,
		     NULL);
	bench_wait_written(2002);
	bench_close();
	said(2, "database or disk is full", "is written again; 0 results");
	assert_int_equal(bench_sql("SELECT count(*) FROM results"), 2002);
	assert_int_equal(bench_sql("SELECT count(*) FROM results AS r"
				   " JOIN flows AS f ON f.id = r.flow_id"
				   " WHERE f.name LIKE 'f%'"), 2000);
}

/* Root may write everything, so this is somebody else. */
static void become_nobody(void)
{
	char folder[sizeof("/tmp/test_history.XXXXXX")];

	if (geteuid())
		return;
	memcpy(folder, bench_file, sizeof(folder) - 1);
	folder[sizeof(folder) - 1] = '\0';
	assert_int_equal(chown(folder, NOBODY, NOBODY), 0);
	assert_int_equal(seteuid(NOBODY), 0);
}

/* SQLite then opens it for reading, and that connection never can write. */
TEST_WITH(history_setup, history_teardown, test_write_protected)
{
	uid_t user = geteuid();

	become_nobody();
	bench_open(RETENTION);
	bench_give(now_block(), 10);
	bench_close();
	assert_int_equal(chmod(bench_file, 0444), 0);
	capture(STDERR_FILENO);
	bench_open(RETENTION);
	bench_give(now_block() + 1, 20);
	bench_wait_failed(0);
	bench_give(now_block() + 2, 30);
	assert_int_equal(chmod(bench_file, 0644), 0);
	bench_wait_written(2);
	bench_close();
	said(2, "cannot be written: ", "is written again; 0 results");
	assert_int_equal(bench_sql("SELECT count(*) FROM results"), 3);
	assert_int_equal(seteuid(user), 0);
}

/* Somebody deletes the file: what comes then is in a new one. */
TEST_WITH(history_setup, history_teardown, test_deleted)
{
	bench_open(RETENTION);
	bench_give(now_block(), 10);
	bench_wait_written(1);
	assert_int_equal(unlink(bench_file), 0);
	bench_give(now_block() + 1, 20);
	bench_close();
	assert_int_equal(bench_sql("SELECT sent FROM results"), 20);
}

static void refused(int expected, const char *why)
{
	struct history_reader *reader;
	char error[256];

	capture(STDERR_FILENO);
	assert_int_equal(history_open(bench_file, RETENTION, &bench_sink), expected);
	said(1, why, "");
	assert_int_equal(history_read_open(bench_file, &reader, error,
					   sizeof(error)), expected);
	assert_non_null(strstr(error, why));
	assert_false(moved_aside());
}

TEST_WITH(history_setup, history_teardown, test_refused)
{
	bench_open(RETENTION);
	bench_close();
	bench_sql("PRAGMA user_version = 3");
	refused(-EPROTO, "it has version 3 and this lmctl knows 2");
	bench_sql("PRAGMA user_version = 0");
	refused(-EPROTO, "it has version 0 and this lmctl knows 2");
	bench_sql("PRAGMA user_version = 2");
	bench_sql("PRAGMA application_id = 77");
	refused(-EINVAL, "database of another program");
	capture(STDERR_FILENO);
	assert_int_equal(history_open("/nonexistent/history.db", RETENTION,
				      &bench_sink), -ENOENT);
	assert_non_null(strstr(capture_end(), "/nonexistent/history.db"));
}
