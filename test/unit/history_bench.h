/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the history share: a folder for databases, SQL on them,
 * and what was printed on stderr.
 */
#ifndef TEST_UNIT_HISTORY_BENCH_H
#define TEST_UNIT_HISTORY_BENCH_H

#include <sqlite3.h>
#include <stdint.h>
#include "lmctl/sinks/history/history.h"

/* Name of the database; its folder is made and removed around every test. */
extern char bench_file[];

/**
 * history_setup() - make the folder
 * @state: not used
 *
 * Return: 0.
 */
int history_setup(void **state);

/**
 * history_teardown() - remove the folder
 * @state: not used
 *
 * Return: 0.
 */
int history_teardown(void **state);

/**
 * bench_sql() - run SQL on the database, through a connection of its own
 * @text: SQL
 *
 * Return: the first column of the first row, 0 if there is none.
 */
int64_t bench_sql(const char *text);

/**
 * bench_connect() - open the database
 *
 * Return: connection for sqlite3_close().
 */
sqlite3 *bench_connect(void);

/**
 * bench_give() - give a sink a block of a flow
 * @sink: opened history
 * @block: block number
 * @sent: packets sent; one less was received
 */
void bench_give(const struct sink *sink, int64_t block, uint64_t sent);

/**
 * bench_wait_written() - wait until so many results are written
 * @sink: opened history
 * @results: number of results
 */
void bench_wait_written(const struct sink *sink, uint64_t results);

/**
 * bench_wait_failed() - wait until more transactions have failed
 * @sink: opened history
 * @failures: number of failures that is exceeded
 */
void bench_wait_failed(const struct sink *sink, uint64_t failures);

/**
 * bench_stderr_begin() - keep what is printed on stderr
 */
void bench_stderr_begin(void);

/**
 * bench_stderr_end() - end that
 *
 * Return: what was printed, until the next call.
 */
const char *bench_stderr_end(void);

/**
 * bench_lines() - number of lines
 * @text: text
 *
 * Return: lines.
 */
unsigned int bench_lines(const char *text);

#endif /* TEST_UNIT_HISTORY_BENCH_H */
