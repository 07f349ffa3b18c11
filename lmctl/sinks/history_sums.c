// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sums over many blocks. They are made here and not by SQL, which would sort
 * all rows first and hold one transaction meanwhile.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
/* Without this uthash exits when memory is short. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>
#include "lmctl/output.h"
#include "lmctl/sinks/history_read_private.h"
#include "lmctl/sinks/history_schema.h"

struct sum_key {
	int64_t measurement_id;
	int64_t flow_id;
};

struct sum_item {
	UT_hash_handle hh;
	struct sum_key key;
	struct sr6flow_flow flow;
	struct history_sum sum;
	bool lost;
};

/* Return: 1, or 0 if the flow was just deleted. */
static int read_flow(struct history_reader *reader, struct sum_item *item)
{
	sqlite3_stmt *statement = reader->statement[GET_FLOW];
	int code, err;

	sqlite3_bind_int64(statement, 1, item->key.flow_id);
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		err = history_flow_at(reader, statement, &item->flow) ?: 1;
	else
		err = history_errno(code);
	sqlite3_reset(statement);
	return err;
}

static int add_item(struct history_reader *reader,
		    const struct history_block *block,
		    const struct sum_key *key, struct sum_item **items,
		    struct sum_item **to)
{
	struct sum_item *item = calloc(1, sizeof(*item));
	int err;

	if (!item)
		return -ENOMEM;
	item->key = *key;
	item->sum.of = &block->of->of;
	item->sum.flow = &item->flow;
	item->sum.worst = -1;
	err = read_flow(reader, item);
	if (err == 1)
		HASH_ADD(hh, *items, key, sizeof(item->key), item);
	if (item->lost)
		err = -ENOMEM;
	if (err == 1) {
		*to = item;
		return 0;
	}
	free(item);
	return err;
}

static void count_exact(struct history_sum *sum,
			const struct history_block *block,
			sqlite3_stmt *statement)
{
	uint64_t sent, received;
	double ratio;

	history_number_at(statement, 3, &sent);
	history_number_at(statement, 5, &received);
	sum->exact++;
	sum->sent += sent;
	sum->received += received;
	if (!sent)
		return;
	ratio = (double)(sent - received) / (double)sent;
	if (ratio <= sum->worst)
		return;
	sum->worst = ratio;
	sum->worst_block = block->number;
	sum->worst_period_ms = block->period_ms;
}

/* When its packets were lost is not known: it is no worst block. */
static void count_gap(struct history_sum *sum, sqlite3_stmt *statement)
{
	uint64_t blocks, sent, received;

	history_number_at(statement, 2, &blocks);
	history_number_at(statement, 3, &sent);
	history_number_at(statement, 5, &received);
	if (sqlite3_column_int(statement, 1) != RESULT_EXACT)
		return;
	sum->gap_blocks += blocks;
	sum->sent += sent;
	sum->received += received;
}

/* @gaps: rows of gaps, otherwise of results. */
static int count_row(struct history_reader *reader,
		     const struct history_block *block, bool gaps,
		     sqlite3_stmt *statement, struct sum_item **items)
{
	struct sum_key key = {
		.measurement_id = block->of->id,
		.flow_id = sqlite3_column_int64(statement, 0),
	};
	struct sum_item *item;
	int err = 0;

	/* The key has no padding. NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	HASH_FIND(hh, *items, &key, sizeof(key), item);
	if (!item)
		err = add_item(reader, block, &key, items, &item);
	if (err || !item)
		return err;
	if (gaps) {
		count_gap(&item->sum, statement);
		return 0;
	}
	switch (sqlite3_column_int(statement, 1)) {
	case RESULT_EXACT:
		count_exact(&item->sum, block, statement);
		break;
	case RESULT_ANOMALY:
		item->sum.anomalies++;
		break;
	default:
		item->sum.invalid++;
	}
	return 0;
}

static int count_rows(struct history_reader *reader,
		      const struct history_block *block, bool gaps,
		      sqlite3_stmt *statement, struct sum_item **items)
{
	int code, err = 0;

	sqlite3_bind_int64(statement, 1, block->id);
	while (!err && (code = sqlite3_step(statement)) == SQLITE_ROW)
		err = count_row(reader, block, gaps, statement, items);
	sqlite3_reset(statement);
	return err ? err : history_errno(code);
}

static int count_block(struct history_reader *reader,
		       const struct history_query *query,
		       const struct history_block *block,
		       struct sum_item **items)
{
	sqlite3_stmt *results = reader->statement[GET_RESULT];
	sqlite3_stmt *gaps = reader->statement[GET_FLOW_GAPS];
	size_t i;
	int err = 0;

	if (!query->flow) {
		err = count_rows(reader, block, false,
				 reader->statement[GET_RESULTS], items);
		return err ? err :
		       count_rows(reader, block, true,
				  reader->statement[GET_GAPS], items);
	}
	for (i = 0; !err && i < reader->nflows; i++) {
		sqlite3_bind_int64(results, 2, reader->flows[i].id);
		sqlite3_bind_int64(gaps, 2, reader->flows[i].id);
		err = count_rows(reader, block, false, results, items);
		if (!err)
			err = count_rows(reader, block, true, gaps, items);
	}
	return err;
}

static int compare(const struct sum_item *a, const struct sum_item *b)
{
	char x[SR6FLOW_FLOW_STRLEN], y[SR6FLOW_FLOW_STRLEN];
	int order = strverscmp(a->sum.of->name, b->sum.of->name);

	if (!order && a->key.measurement_id != b->key.measurement_id)
		order = a->key.measurement_id < b->key.measurement_id ? -1 : 1;
	return order ? order : strverscmp(sr6flow_flow_format(&a->flow, x),
					  sr6flow_flow_format(&b->flow, y));
}

static void free_items(struct sum_item *items)
{
	struct sum_item *item, *next;

	HASH_ITER(hh, items, item, next) {
		HASH_DEL(items, item);
		free(item);
	}
}

int history_read_sums(struct history_reader *reader,
		      const struct history_query *query,
		      history_sum_fn fn, void *arg)
{
	struct history_block block = { .start_ms = query->since_ms, .id = -1 };
	struct sum_item *items = NULL, *item;
	struct output_progress progress;
	uint64_t blocks = 0;
	int err = 0;

	reader->error = NULL;
	if (query->flow)
		err = history_find_flows(reader, query->flow);
	output_progress_start(&progress, "blocks", 0);
	while (!err && (err = history_next_block(reader, query, &block)) == 1) {
		err = history_wants_block(query, &block) ?
		      count_block(reader, query, &block, &items) : 0;
		output_progress(&progress, ++blocks);
	}
	output_progress_end(&progress);
	if (!err)
		HASH_SORT(items, compare);
	for (item = items; !err && item; item = item->hh.next)
		err = fn(&item->sum, arg);
	free_items(items);
	return err;
}
