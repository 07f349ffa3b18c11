/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the history's database while its writer goes on: some thousand rows are
 * a transaction, which has ended when they are given on, so that a reader whose
 * output waits for a person keeps no log from being reused.
 */
#ifndef LMCTL_SINKS_HISTORY_HISTORY_READ_H
#define LMCTL_SINKS_HISTORY_HISTORY_READ_H

#include <stddef.h>
#include <stdint.h>
#include "lmctl/engine/result.h"

struct history_reader;

/**
 * struct history_query - which results
 * @flow: name or [SOURCE@]SID list of the flows, NULL for all
 * @measurement: name of the measurement, NULL for all
 * @since_ms: blocks that began at this time, milliseconds since 1970, or later
 * @until_ms: ... and before this time
 */
struct history_query {
	const char *flow;
	const char *measurement;
	int64_t since_ms;
	int64_t until_ms;
};

/**
 * struct history_sum - a flow of a measurement over many blocks
 * @of: the measurement
 * @flow: the flow
 * @exact: number of blocks that are exact
 * @gap_blocks: number of blocks without a figure of their own that gap rows are about;
 *		they are among @invalid, too
 * @sent: packets in both of these; likewise the next
 * @received: packets
 * @worst: highest loss ratio of a block, negative if nothing was ever sent
 * @worst_block: its block number
 * @worst_period_ms: its length
 * @invalid: number of blocks that are not known
 * @anomalies: number of blocks with more received than sent
 */
struct history_sum {
	const struct measurement *of;
	const struct sr6flow_flow *flow;
	uint64_t exact;
	uint64_t gap_blocks;
	uint64_t sent;
	uint64_t received;
	double worst;
	int64_t worst_block;
	uint32_t worst_period_ms;
	uint64_t invalid;
	uint64_t anomalies;
};

/**
 * typedef history_result_fn - called for every result
 * @result: valid until the function returns; its @of until the reader is closed
 * @arg: as given to history_read_results()
 *
 * Return: 0, or another value, which ends the reading.
 */
typedef int (*history_result_fn)(const struct result *result, void *arg);

/**
 * typedef history_sum_fn - called for every sum
 * @sum: valid until the function returns
 * @arg: as given to history_read_sums()
 *
 * Return: 0, or another value, which ends the reading.
 */
typedef int (*history_sum_fn)(const struct history_sum *sum, void *arg);

/**
 * history_read_open() - open a database for reading
 * @file: its name
 * @reader: filled, for history_read_close()
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0 or a negative errno.
 */
int history_read_open(const char *file, struct history_reader **reader,
		      char *error, size_t size);

/**
 * history_read_close() - close a database
 * @reader: reader or NULL
 */
void history_read_close(struct history_reader *reader);

/**
 * history_read_error() - what the last failure was
 * @reader: reader
 *
 * Return: sentence, valid until the next call.
 */
const char *history_read_error(const struct history_reader *reader);

/**
 * history_read_results() - results in the order of time, and each gap row behind
 *			    its last block
 * @reader: reader
 * @query: which; with a flow
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0; -ENOENT: no such flow, whatever the time; the value of @fn; or
 * another negative errno.
 */
int history_read_results(struct history_reader *reader,
			 const struct history_query *query,
			 history_result_fn fn, void *arg);

/**
 * history_read_sums() - sums in the order of measurements and flows
 * @reader: reader
 * @query: which
 * @fn: called for each
 * @arg: for @fn
 *
 * Shows progress on a terminal, as output_progress() does.
 *
 * Return: as history_read_results().
 */
int history_read_sums(struct history_reader *reader,
		      const struct history_query *query,
		      history_sum_fn fn, void *arg);

#endif /* LMCTL_SINKS_HISTORY_HISTORY_READ_H */
