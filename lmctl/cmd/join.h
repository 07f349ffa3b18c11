/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Join of two recordings, one of each end: packets sent and received per flow and
 * block, and whether they are exact.
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
 * struct join_end - properties of a recording
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
 * enum join_status - validity of a row
 * @JOIN_EXACT: its numbers are exact
 * @JOIN_INVALID: they are not known
 * @JOIN_ANOMALY: both ends are exact, but more was received than sent: they did not
 *		  count the same packets
 */
enum join_status {
	JOIN_EXACT,
	JOIN_INVALID,
	JOIN_ANOMALY,
};

/**
 * struct join_count - count of one end
 * @there: it has a record
 * @twice: it has more than one record, so none is trusted
 * @reason: why the record is invalid
 * @unsynchronised: nothing shows that the clock was right
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
 * @trust_clocks: treat the clocks as equal, whatever the records show
 *
 * Otherwise the two records of a row must be from one clock, or from two
 * synchronised clocks. In any case, records before the last step of a recording's
 * clock by more than the guard band are not trusted: the time from which it was
 * wrong is unknown.
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
 * @side: its recording
 * @record: record
 * @wanted: make rows for its flow, for its other records, too: the ends may have
 *	    different names for a flow. The blocks of a recording are those of all
 *	    its flows
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0; -EINVAL if it does not belong to the records before; -ENOMEM.
 */
int join_add(struct join *join, enum join_side side,
	     const struct record *record, bool wanted,
	     char *error, size_t size);

/**
 * join_finish() - join the added records
 * @join: join
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0; -EINVAL if the recordings cannot be joined; -ENOMEM.
 */
int join_finish(struct join *join, char *error, size_t size);

/**
 * join_end() - properties of a recording
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
 * join_left_out() - number of rows of blocks outside one of the recordings
 * @join: finished join
 *
 * Return: rows.
 */
uint64_t join_left_out(const struct join *join);

/**
 * join_word() - reason for which the count of an end is unusable
 * @count: count
 *
 * Return: a word as reason_word() has them, "missing" without a record,
 * "recorded-twice" with two, "clock-unsynchronised"; NULL if it is usable.
 */
const char *join_word(const struct join_count *count);

/**
 * join_unsynchronised() - number of rows that only their clocks make invalid
 * @join: finished join
 *
 * Return: rows.
 */
uint64_t join_unsynchronised(const struct join *join);

#endif /* LMCTL_CMD_JOIN_H */
