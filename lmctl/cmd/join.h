/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Join of two recordings, one of each end: what was sent and received per flow
 * and block, and what of it is exact.
 */
#ifndef LMCTL_CMD_JOIN_H
#define LMCTL_CMD_JOIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/engine/recording.h"

struct join;

/**
 * enum join_side - the two recordings
 * @JOIN_SENT: of the marking node
 * @JOIN_RECEIVED: of the counting node
 */
enum join_side {
	JOIN_SENT,
	JOIN_RECEIVED,
};

/**
 * struct join_end - what a recording is of
 * @node: name of the node
 * @set: name of the set
 * @period_ms: length of a block
 * @guard_us: guard time
 * @band_us: guard band
 * @mask: mark mask
 * @netmask: bits of the source in its flows
 * @first: lowest block number
 * @last: highest block number
 * @records: number of records
 */
struct join_end {
	char node[NAME_LEN];
	char set[NAME_LEN];
	uint32_t period_ms;
	int64_t guard_us;
	int64_t band_us;
	uint32_t mask;
	unsigned int netmask;
	int64_t first;
	int64_t last;
	uint64_t records;
};

/**
 * struct join_flow - a flow and its totals over the exact rows
 * @flow: the flow
 * @exact: number of exact rows
 * @invalid: number of invalid rows
 * @anomalies: number of anomalies
 * @sent: packets sent
 * @received: packets received, never more than @sent
 */
struct join_flow {
	struct sr6flow_flow flow;
	uint64_t exact;
	uint64_t invalid;
	uint64_t anomalies;
	uint64_t sent;
	uint64_t received;
};

/**
 * enum join_status - what a row is worth
 * @JOIN_EXACT: its numbers are exact
 * @JOIN_INVALID: they are not known
 * @JOIN_ANOMALY: both ends say they are exact, but more was received than
 *		  sent: they are not of the same packets
 */
enum join_status {
	JOIN_EXACT,
	JOIN_INVALID,
	JOIN_ANOMALY,
};

/**
 * struct join_count - what one end says
 * @there: it has a record
 * @twice: it has more than one, and so none that can be trusted
 * @reason: why the record is invalid
 * @unsynchronised: nothing says that the clock was right
 * @packets: packets in the block
 */
struct join_count {
	bool there;
	bool twice;
	enum reason reason;
	bool unsynchronised;
	uint64_t packets;
};

/**
 * struct join_row - one flow in one block
 * @flow: flow
 * @block: block number
 * @status: status
 * @count: by enum join_side
 */
struct join_row {
	const struct join_flow *flow;
	int64_t block;
	enum join_status status;
	struct join_count count[2];
};

/**
 * join_new() - make a join
 * @trust_clocks: clocks agree, whatever the records say of them
 *
 * Without that the two records of a row must be of one clock, or of two that were
 * synchronised. In any case a recording is not trusted before its last record from
 * which it follows that its clock was set by more than the guard band: nobody knows
 * since when it was wrong.
 *
 * Return: join for join_free(), or NULL when memory is short.
 */
struct join *join_new(bool trust_clocks);

/**
 * join_free() - free a join
 * @join: join or NULL
 */
void join_free(struct join *join);

/**
 * join_add() - add a record
 * @join: join
 * @side: recording that it is from
 * @record: record
 * @wanted: its flow is to have rows, those of its other records included: the
 *	    ends may call a flow by different names. The blocks of a recording
 *	    are those of all its flows
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0; -EINVAL if it does not belong to the records before; -ENOMEM.
 */
int join_add(struct join *join, enum join_side side,
	     const struct record *record, bool wanted,
	     char *error, size_t size);

/**
 * join_finish() - join what was added
 * @join: join
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0; -EINVAL if the recordings cannot be joined; -ENOMEM.
 */
int join_finish(struct join *join, char *error, size_t size);

/**
 * join_end() - what a recording is of
 * @join: join
 * @side: recording
 *
 * Return: valid as long as @join.
 */
const struct join_end *join_end(const struct join *join, enum join_side side);

/**
 * join_rows() - rows by flow and block
 * @join: finished join
 * @n: filled with their number
 *
 * Return: array, valid as long as @join.
 */
const struct join_row *const *join_rows(const struct join *join, size_t *n);

/**
 * join_next_flow() - wanted flows, sorted by name and SID list
 * @join: finished join
 * @flow: flow before, NULL for the first
 *
 * Return: flow, or NULL at the end.
 */
const struct join_flow *join_next_flow(const struct join *join,
				       const struct join_flow *flow);

/**
 * join_left_out() - number of rows of blocks that only one recording reaches
 * @join: finished join
 *
 * Return: rows.
 */
uint64_t join_left_out(const struct join *join);

/**
 * join_word() - why one end's count is of no use
 * @count: count
 *
 * Return: a word as reason_word() has them, "missing" without a record,
 * "recorded-twice" with two, "clock-unsynchronised"; NULL if it is of use.
 */
const char *join_word(const struct join_count *count);

/**
 * join_unsynchronised() - number of rows that are invalid only by their clocks
 * @join: finished join
 *
 * Return: rows.
 */
uint64_t join_unsynchronised(const struct join *join);

#endif /* LMCTL_CMD_JOIN_H */
