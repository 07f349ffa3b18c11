/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lines of the stream for people: the rows of a block are kept until its
 * end, sorted by flow and aligned with those before. Pure but for the question
 * whether standard output is a terminal that shows colours.
 */
#ifndef LMCTL_SINKS_STREAM_STREAM_TABLE_H
#define LMCTL_SINKS_STREAM_STREAM_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include "lmctl/engine/result.h"

struct stream_table;

/**
 * typedef stream_text_fn - takes whole lines
 * @arg: as given to stream_table_new()
 * @text: lines
 * @len: their length in bytes
 */
typedef void (*stream_text_fn)(void *arg, const char *text, size_t len);

/**
 * stream_table_new() - begin to print
 * @period_ms: length of a block, for blocks without flows
 * @fn: called with what is to be printed
 * @arg: for @fn
 *
 * Return: table for stream_table_free(), or NULL when memory is short.
 */
struct stream_table *stream_table_new(uint32_t period_ms, stream_text_fn fn,
				      void *arg);

/**
 * stream_table_hold() - print the rows of several blocks together
 * @table: table
 *
 * For blocks of the past, which nobody waits for one by one. What waits is
 * printed by stream_table_free() at the latest.
 */
void stream_table_hold(struct stream_table *table);

/**
 * stream_table_offset() - print local times with their offset from UTC
 * @table: table
 *
 * Otherwise it is printed from the first block on that has another offset than
 * the first of all.
 */
void stream_table_offset(struct stream_table *table);

/**
 * stream_table_result() - take a flow in a block in
 * @table: table
 * @result: result
 *
 * Return: 0 or -ENOMEM.
 */
int stream_table_result(struct stream_table *table,
			const struct result *result);

/**
 * stream_table_report() - take a peer in a block in
 * @table: table
 * @report: report, shown if the block has no flows
 *
 * Return: 0 or -ENOMEM.
 */
int stream_table_report(struct stream_table *table,
			const struct peer_report *report);

/**
 * stream_table_end() - print a block
 * @table: table
 * @measurement: name of the measurement
 * @block: block number
 *
 * Return: 0 or -ENOMEM.
 */
int stream_table_end(struct stream_table *table, const char *measurement,
		     int64_t block);

/**
 * stream_table_free() - print what is left and free a table
 * @table: table or NULL
 */
void stream_table_free(struct stream_table *table);

#endif /* LMCTL_SINKS_STREAM_STREAM_TABLE_H */
