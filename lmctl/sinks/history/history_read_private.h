/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the readers of the history share among themselves.
 */
#ifndef LMCTL_SINKS_HISTORY_HISTORY_READ_PRIVATE_H
#define LMCTL_SINKS_HISTORY_HISTORY_READ_PRIVATE_H

#include <sqlite3.h>
#include <stdbool.h>
#include "lmctl/base/block.h"
#include "lmctl/sinks/history/history_read.h"

enum {
	FIND_FLOWS,
	GET_FLOW,
	GET_MEASUREMENT,
	GET_PEERS,
	READ_RESULTS,
	ADD_SUMS,
	ADD_FLOW_SUMS,
	SKIP_BLOCKS,
	ADD_GAPS,
	ADD_FLOW_GAPS,
	GET_FLOW_GAPS,
	N_STATEMENTS,
};

struct known_measurement {
	struct known_measurement *next;
	int64_t id;
	struct measurement of;
};

struct wanted_flow {
	int64_t id;
	struct sr6flow_flow flow;
};

struct sums;

struct history_reader {
	sqlite3 *sql;
	sqlite3_stmt *statement[N_STATEMENTS];
	struct known_measurement *measurements;
	struct wanted_flow *flows;
	size_t nflows;
	char *ids;
	struct sums *sums;
	const char *error;
};

struct history_block {
	int64_t id;
	const struct known_measurement *of;
	int64_t number;
	uint32_t period_ms;
	int64_t start_ms;
	uint32_t mask;
};

/**
 * history_number_at() - number in a column
 * @statement: statement with a row
 * @column: column
 * @value: filled, 0 if there is none
 *
 * Return: true unless the column is NULL.
 */
bool history_number_at(sqlite3_stmt *statement, int column, uint64_t *value);

/**
 * history_text_at() - text in a column
 * @statement: statement with a row
 * @column: column
 *
 * Return: text, NULL if there is none.
 */
const char *history_text_at(sqlite3_stmt *statement, int column);

/**
 * history_corrupt() - note that a file has what lmctl does not write
 * @reader: reader, whose error is set
 *
 * Return: -EUCLEAN.
 */
int history_corrupt(struct history_reader *reader);

/**
 * history_flow_at() - flow in the columns id, sids, name
 * @reader: reader
 * @statement: statement with a row
 * @flow: filled
 *
 * Return: 0 or -EUCLEAN.
 */
int history_flow_at(struct history_reader *reader, sqlite3_stmt *statement,
		    struct sr6flow_flow *flow);

/**
 * history_find_flows() - flows that an argument stands for
 * @reader: reader, whose list of flows is filled
 * @text: name or SID list; a name can look like a SID, so both are looked for
 *
 * Return: 0, -ENOENT if there is none, or another negative errno.
 */
int history_find_flows(struct history_reader *reader, const char *text);

/**
 * history_find_measurement() - measurement of a row
 * @reader: reader
 * @id: its row
 * @to: filled
 *
 * Return: 0 or a negative errno.
 */
int history_find_measurement(struct history_reader *reader, int64_t id,
			     const struct known_measurement **to);

/**
 * history_block_valid() - do number, period and start of a block agree
 * @reader: reader
 * @block: block
 *
 * Return: 0 or -EUCLEAN.
 */
int history_block_valid(struct history_reader *reader,
			const struct history_block *block);

/**
 * history_sums_function() - make the functions that ADD_ statements call for
 *			     every row
 * @reader: reader with an open database
 *
 * Return: 0 or a negative errno.
 */
int history_sums_function(struct history_reader *reader);

/**
 * history_wants() - is a measurement the wanted one
 * @query: which
 * @known: measurement
 *
 * Return: true if it is.
 */
bool history_wants(const struct history_query *query,
		   const struct known_measurement *known);

#endif /* LMCTL_SINKS_HISTORY_HISTORY_READ_PRIVATE_H */
