/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the history share: a folder for databases, and SQL on them.
 */
#ifndef TEST_UNIT_HISTORY_BENCH_H
#define TEST_UNIT_HISTORY_BENCH_H

#include <sqlite3.h>
#include <stdint.h>
#include "lmctl/sinks/history/history.h"
#include "lmctl/sinks/history/history_read.h"

/* A retention for blocks that are years old. */
#define BENCH_FOREVER INT64_C(1000000000000)

/* Name of the database; its folder is made and removed around every test. */
extern char bench_file[];

/* The history that bench_open() opens. */
extern struct sink bench_sink;

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
 * bench_open() - open the history
 * @retention: seconds
 */
void bench_open(int64_t retention);

/**
 * bench_close() - write what waits, and close the history
 */
void bench_close(void);

/**
 * bench_read() - open the history for reading
 *
 * Return: reader for history_read_close().
 */
struct history_reader *bench_read(void);

/**
 * bench_block() - give the history a result, and the end of its block
 * @result: result
 */
void bench_block(const struct result *result);

/**
 * bench_give() - give the history a block of a flow
 * @block: block number
 * @sent: packets sent; one less was received
 */
void bench_give(int64_t block, uint64_t sent);

/**
 * bench_wait_written() - wait until so many results are written
 * @results: number of results
 */
void bench_wait_written(uint64_t results);

/**
 * bench_wait_failed() - wait until more transactions have failed
 * @failures: number of failures that is exceeded
 */
void bench_wait_failed(uint64_t failures);

#endif /* TEST_UNIT_HISTORY_BENCH_H */
