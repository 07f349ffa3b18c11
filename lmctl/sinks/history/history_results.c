// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results of flows, one by one: read in batches, each in a transaction of its
 * own, and given when it has ended.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "ip_set_hash_sr6flow.h"
#include "lmctl/sinks/history/history_read_private.h"
#include "lmctl/sinks/history/history_schema.h"

/* Most results that wait for the function of the caller. */
#define BATCH 128

/*
 * Most rows per transaction. One per result would cost more than the rows; a
 * single one would keep the writer's log from being reused meanwhile.
 */
#define ROWS_MAX 20000

/* Columns of a row of READ_RESULTS. */
enum {
	AT_BLOCK,
	AT_MEASUREMENT,
	AT_NUMBER,
	AT_PERIOD,
	AT_START,
	AT_MASK,
	AT_FLOW,
	AT_REASON,
	AT_SENT,
	AT_SENT_BYTES,
	AT_PEER,
	AT_ANSWER,
	AT_PACKETS,
	AT_BYTES,
	AT_PEER_MASK,
	AT_PEER_PERIOD,
	AT_ROUND_TRIP,
	AT_FORWARD,
	AT_BACKWARD,
	AT_ERROR,
	AT_GAPS,
};

static int block_at(struct history_reader *reader, sqlite3_stmt *statement,
		    struct history_block *block)
{
	int64_t of = sqlite3_column_int64(statement, AT_MEASUREMENT);
	int64_t id = sqlite3_column_int64(statement, AT_BLOCK);
	int err;

	if (block->of && block->id == id)
		return 0;
	block->id = id;
	block->number = sqlite3_column_int64(statement, AT_NUMBER);
	block->period_ms = (uint32_t)sqlite3_column_int64(statement, AT_PERIOD);
	block->start_ms = sqlite3_column_int64(statement, AT_START);
	block->mask = (uint32_t)sqlite3_column_int64(statement, AT_MASK);
	err = history_block_valid(reader, block);
	if (!err && !sr6flow_mask_valid(block->mask))
		err = history_corrupt(reader);
	return err ? err : history_find_measurement(reader, of, &block->of);
}

static void peer_at(sqlite3_stmt *statement, struct result_peer *peer)
{
	const char *word = history_text_at(statement, AT_ANSWER);
	struct delay *delay = &peer->delay;
	uint64_t value;

	peer->answer = answer_parse(word ?: "valid");
	/* lmctl writes no word for a valid answer. */
	if (word && peer->answer.status == ANSWER_VALID)
		peer->answer = (struct answer){ ANSWER_INVALID, REASON_UNKNOWN };
	history_number_at(statement, AT_PACKETS, &peer->packets);
	history_number_at(statement, AT_BYTES, &peer->bytes);
	history_number_at(statement, AT_PEER_MASK, &value);
	peer->mask = (uint32_t)value;
	history_number_at(statement, AT_PEER_PERIOD, &value);
	peer->period_ms = (uint32_t)value;
	delay->known = history_number_at(statement, AT_ROUND_TRIP, &value);
	delay->round_trip = (int64_t)value;
	delay->one_way = history_number_at(statement, AT_FORWARD, &value);
	delay->forward = (int64_t)value;
	history_number_at(statement, AT_BACKWARD, &value);
	delay->backward = (int64_t)value;
	history_number_at(statement, AT_ERROR, &value);
	delay->error = (int64_t)value;
}

static const struct sr6flow_flow *flow_of(const struct history_reader *reader,
					  int64_t id)
{
	size_t low = 0, high = reader->nflows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (reader->flows[middle].id == id)
			return &reader->flows[middle].flow;
		if (reader->flows[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* A peer without a row did not answer. */
static int result_at(struct history_reader *reader, sqlite3_stmt *statement,
		     const struct history_block *block, struct result *result)
{
	const char *reason = history_text_at(statement, AT_REASON);
	unsigned int i;

	*result = (struct result){
		.of = &block->of->of,
		.flow = flow_of(reader, sqlite3_column_int64(statement,
							     AT_FLOW)),
		.block = block->number,
		.period_ms = block->period_ms,
		.mask = block->mask,
		.colour = block_colour(block->mask, block->number),
		.reason = reason ? reason_parse(reason) : REASON_NONE,
	};
	history_number_at(statement, AT_SENT, &result->sent);
	history_number_at(statement, AT_SENT_BYTES, &result->sent_bytes);
	for (i = 0; i < RESULT_PEERS_MAX; i++)
		result->peer[i].answer.status = ANSWER_NO_ANSWER;
	return result->flow ? 0 : history_corrupt(reader);
}

/**
 * struct gap_place - where the gap rows behind a result are
 * @block_id: row of its block, 0 if there are none
 * @flow_id: row of its flow
 */
struct gap_place {
	int64_t block_id;
	int64_t flow_id;
};

/**
 * struct batch - results that were read and not yet given
 * @block: of the last result
 * @flow_id: its flow
 * @n: number of results
 * @results: the results
 * @gaps: of each
 */
struct batch {
	struct history_block block;
	int64_t flow_id;
	size_t n;
	struct result results[BATCH];
	struct gap_place gaps[BATCH];
};

/* The row is not of another answer of the result before. */
static bool is_next(sqlite3_stmt *statement, const struct batch *batch)
{
	return sqlite3_column_int64(statement, AT_FLOW) !=
	       batch->flow_id ||
	       sqlite3_column_int64(statement, AT_BLOCK) != batch->block.id;
}

static int take_result(struct history_reader *reader,
		       const struct history_query *query,
		       sqlite3_stmt *statement, struct batch *batch)
{
	struct history_block *block = &batch->block;
	int err = block_at(reader, statement, block);

	if (err)
		return err;
	batch->flow_id = sqlite3_column_int64(statement, AT_FLOW);
	if (!history_wants(query, block->of))
		return 0;
	batch->gaps[batch->n] = (struct gap_place){
		sqlite3_column_int(statement, AT_GAPS) ? block->id : 0,
		batch->flow_id,
	};
	return result_at(reader, statement, block, &batch->results[batch->n++]);
}

static void take_answer(const struct history_query *query,
			sqlite3_stmt *statement, struct batch *batch)
{
	int64_t peer = sqlite3_column_int64(statement, AT_PEER);
	struct result *result;

	if (!batch->n ||
	    sqlite3_column_type(statement, AT_PEER) == SQLITE_NULL ||
	    !history_wants(query, batch->block.of))
		return;
	result = &batch->results[batch->n - 1];
	if (peer >= 0 && peer < result->of->npeers)
		peer_at(statement, &result->peer[peer]);
}

/* Return: 1 if there are more, 0 if not, or a negative errno. */
static int read_batch(struct history_reader *reader,
		      const struct history_query *query, struct batch *batch)
{
	sqlite3_stmt *statement = reader->statement[READ_RESULTS];
	unsigned int rows;
	bool full = false;
	int code, err = 0;

	sqlite3_bind_int64(statement, 1, query->until_ms);
	sqlite3_bind_int64(statement, 2, batch->block.start_ms);
	sqlite3_bind_int64(statement, 3, batch->block.id);
	sqlite3_bind_int64(statement, 4, batch->flow_id);
	sqlite3_bind_text(statement, 5, reader->ids, -1, SQLITE_STATIC);
	batch->n = 0;
	for (rows = 0; !err && (code = sqlite3_step(statement)) == SQLITE_ROW;
	     rows++) {
		bool next = is_next(statement, batch);

		full = next && (batch->n == BATCH || rows >= ROWS_MAX);
		if (full)
			break;
		if (next)
			err = take_result(reader, query, statement, batch);
		if (!err)
			take_answer(query, statement, batch);
	}
	sqlite3_reset(statement);
	if (err || full)
		return err ? err : 1;
	return history_errno(code);
}

/* Its one known peer is the last: what the end of the path received. */
static int give_gap(struct history_reader *reader, sqlite3_stmt *statement,
		    struct result *result, history_result_fn fn, void *arg)
{
	struct result_peer *last = &result->peer[result->of->npeers - 1];
	unsigned int i;

	result->reason = REASON_NONE;
	result->colour = 0;
	result->covers = RESULT_TOTAL |
			 (result->of->npeers == 1 ? RESULT_SEGMENT(0) : 0);
	history_number_at(statement, 0, &result->gap);
	history_number_at(statement, 1, &result->sent);
	history_number_at(statement, 2, &result->sent_bytes);
	history_number_at(statement, 3, &result->received.packets);
	history_number_at(statement, 4, &result->received.bytes);
	result->first = sqlite3_column_int64(statement, 5);
	if (!result->gap || result->first > result->block)
		return history_corrupt(reader);
	memset(result->peer, 0, sizeof(result->peer));
	for (i = 0; i < result->of->npeers; i++)
		result->peer[i].answer.status = ANSWER_NOT_ASKED;
	if (!result->of->group) {
		last->answer.status = ANSWER_VALID;
		last->packets = result->received.packets;
		last->bytes = result->received.bytes;
	}
	return fn(result, arg);
}

static int read_gaps(struct history_reader *reader,
		     const struct gap_place *place, struct result *result,
		     history_result_fn fn, void *arg)
{
	sqlite3_stmt *statement = reader->statement[GET_FLOW_GAPS];
	int code = SQLITE_DONE, err = 0;

	sqlite3_bind_int64(statement, 1, place->block_id);
	sqlite3_bind_int64(statement, 2, place->flow_id);
	while (!err && (code = sqlite3_step(statement)) == SQLITE_ROW)
		err = give_gap(reader, statement, result, fn, arg);
	sqlite3_reset(statement);
	return err ? err : history_errno(code);
}

static int give(struct history_reader *reader, struct batch *batch, size_t i,
		history_result_fn fn, void *arg)
{
	int err = fn(&batch->results[i], arg);

	if (err || !batch->gaps[i].block_id)
		return err;
	return read_gaps(reader, &batch->gaps[i], &batch->results[i], fn, arg);
}

int history_read_results(struct history_reader *reader,
			 const struct history_query *query,
			 history_result_fn fn, void *arg)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	int more = 1, err;
	size_t i;

	if (!batch)
		return -ENOMEM;
	batch->block.start_ms = query->since_ms;
	batch->block.id = INT64_MIN;
	reader->error = NULL;
	err = history_find_flows(reader, query->flow);
	while (!err && more) {
		more = read_batch(reader, query, batch);
		err = more < 0 ? more : 0;
		for (i = 0; !err && i < batch->n; i++)
			err = give(reader, batch, i, fn, arg);
	}
	free(batch);
	return err;
}
