/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the readers of the history share among themselves.
 */
#ifndef LMCTL_SINKS_HISTORY_READ_PRIVATE_H
#define LMCTL_SINKS_HISTORY_READ_PRIVATE_H

#include <sqlite3.h>
#include <stdbool.h>
#include "lmctl/block.h"
#include "lmctl/sinks/history_read.h"

enum {
	FIND_FLOWS,
	GET_FLOW,
	GET_MEASUREMENT,
	GET_PEERS,
	NEXT_BLOCK,
	GET_RESULT,
	GET_RESULTS,
	GET_ANSWERS,
	GET_GAPS,
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

struct history_reader {
	sqlite3 *sql;
	sqlite3_stmt *statement[N_STATEMENTS];
	struct known_measurement *measurements;
	struct wanted_flow *flows;
	size_t nflows;
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
 * history_next_block() - step to the next block
 * @reader: reader
 * @query: which
 * @block: the one before; filled
 *
 * Return: 1, 0 if there is no more, or a negative errno.
 */
int history_next_block(struct history_reader *reader,
		       const struct history_query *query,
		       struct history_block *block);

/**
 * history_wants_block() - is a block one of the wanted measurement's
 * @query: which
 * @block: block
 *
 * Return: true if it is.
 */
bool history_wants_block(const struct history_query *query,
			 const struct history_block *block);

#endif /* LMCTL_SINKS_HISTORY_READ_PRIVATE_H */
