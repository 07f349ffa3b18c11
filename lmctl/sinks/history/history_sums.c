// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sums over many blocks. They are made here and not by GROUP BY, which would
 * sort all rows first and hold one transaction meanwhile. SQLite calls a
 * function for every row, as giving rows out costs as much as finding them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
/* Without this uthash exits when memory is short. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>
#include "lmctl/base/output.h"
#include "lmctl/sinks/history/history_read_private.h"
#include "lmctl/sinks/history/history_schema.h"

/* Rows per transaction, about, and blocks of the first one. */
#define ROWS_WANTED 500000
#define BLOCKS_FIRST 16

/* Arguments of the function. */
enum {
	ARG_MEASUREMENT,
	ARG_NUMBER,
	ARG_PERIOD,
	ARG_START,
	ARG_FLOW,
	ARG_STATUS,
	ARG_SENT,
	ARG_RECEIVED,
	N_ARGS,
};

/* Arguments of that of gap rows. */
enum {
	GAP_MEASUREMENT,
	GAP_FLOW,
	GAP_STATUS,
	GAP_BLOCKS,
	GAP_SENT,
	GAP_RECEIVED,
	N_GAP_ARGS,
};

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

/**
 * struct sums - state of the reading
 * @reader: reader
 * @query: which
 * @items: all sums
 * @last: sum of the row before
 * @of_id: measurement of the row before
 * @of: the same
 * @rows: number of rows
 * @err: why the rest is not read
 */
struct sums {
	struct history_reader *reader;
	const struct history_query *query;
	struct sum_item *items;
	struct sum_item *last;
	int64_t of_id;
	const struct known_measurement *of;
	uint64_t rows;
	int err;
};

static int add_item(struct sums *sums, const struct sum_key *key)
{
	struct sum_item *item = calloc(1, sizeof(*item));
	int err;

	if (!item)
		return -ENOMEM;
	item->key = *key;
	item->sum.of = &sums->of->of;
	item->sum.flow = &item->flow;
	item->sum.worst = -1;
	err = read_flow(sums->reader, item);
	if (err == 1)
		HASH_ADD(hh, sums->items, key, sizeof(item->key), item);
	if (item->lost)
		err = -ENOMEM;
	if (err == 1) {
		sums->last = item;
		return 0;
	}
	free(item);
	return err;
}

/*
 * Blocks have mostly the same flows in the same order: the next one is a guess
 * that is cheaper than the hash.
 */
static int find_item(struct sums *sums, int64_t flow_id)
{
	const struct sum_key key = { sums->of_id, flow_id };
	struct sum_item *item = sums->last ? sums->last->hh.next : NULL;

	if (!item)
		item = sums->items;
	if (!item || item->key.flow_id != flow_id ||
	    item->key.measurement_id != key.measurement_id)
		/* The key has no padding. NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
		HASH_FIND(hh, sums->items, &key, sizeof(key), item);
	sums->last = item;
	return item ? 0 : add_item(sums, &key);
}

static int find_measurement(struct sums *sums, int64_t id)
{
	if (sums->of && sums->of_id == id)
		return 0;
	sums->of_id = id;
	return history_find_measurement(sums->reader, id, &sums->of);
}

static int set_worst(struct sums *sums, double ratio,
		     sqlite3_value *const *args)
{
	const struct history_block block = {
		.number = sqlite3_value_int64(args[ARG_NUMBER]),
		.period_ms = (uint32_t)sqlite3_value_int64(args[ARG_PERIOD]),
		.start_ms = sqlite3_value_int64(args[ARG_START]),
	};
	struct history_sum *sum = &sums->last->sum;

	sum->worst = ratio;
	sum->worst_block = block.number;
	sum->worst_period_ms = block.period_ms;
	return history_block_valid(sums->reader, &block);
}

static int count_exact(struct sums *sums, sqlite3_value *const *args)
{
	struct history_sum *sum = &sums->last->sum;
	uint64_t sent = (uint64_t)sqlite3_value_int64(args[ARG_SENT]);
	uint64_t received = (uint64_t)sqlite3_value_int64(args[ARG_RECEIVED]);
	double ratio;

	sum->exact++;
	sum->sent += sent;
	sum->received += received;
	if (!sent)
		return 0;
	ratio = (double)(sent - received) / (double)sent;
	return ratio > sum->worst ? set_worst(sums, ratio, args) : 0;
}

static int count_row(struct sums *sums, sqlite3_value *const *args)
{
	int64_t of = sqlite3_value_int64(args[ARG_MEASUREMENT]);
	int err = find_measurement(sums, of);

	if (err || !history_wants(sums->query, sums->of))
		return err;
	err = find_item(sums, sqlite3_value_int64(args[ARG_FLOW]));
	if (err || !sums->last)
		return err;
	switch (sqlite3_value_int(args[ARG_STATUS])) {
	case RESULT_EXACT:
		return count_exact(sums, args);
	case RESULT_ANOMALY:
		sums->last->sum.anomalies++;
		break;
	default:
		sums->last->sum.invalid++;
	}
	return 0;
}

/* When its packets were lost is not known: it is no worst block. */
static int count_gap(struct sums *sums, sqlite3_value *const *args)
{
	int err = find_measurement(sums,
				   sqlite3_value_int64(args[GAP_MEASUREMENT]));
	struct history_sum *sum;

	if (err || !history_wants(sums->query, sums->of) ||
	    sqlite3_value_int(args[GAP_STATUS]) != RESULT_EXACT)
		return err;
	err = find_item(sums, sqlite3_value_int64(args[GAP_FLOW]));
	if (err || !sums->last)
		return err;
	sum = &sums->last->sum;
	sum->gap_blocks += (uint64_t)sqlite3_value_int64(args[GAP_BLOCKS]);
	sum->sent += (uint64_t)sqlite3_value_int64(args[GAP_SENT]);
	sum->received += (uint64_t)sqlite3_value_int64(args[GAP_RECEIVED]);
	return 0;
}

static void step_gap(sqlite3_context *context, int n, sqlite3_value **args)
{
	struct history_reader *reader = sqlite3_user_data(context);
	struct sums *sums = reader->sums;

	(void)n;
	if (!sums->err)
		sums->err = count_gap(sums, args);
}

static void step(sqlite3_context *context, int n, sqlite3_value **args)
{
	struct history_reader *reader = sqlite3_user_data(context);
	struct sums *sums = reader->sums;

	(void)n;
	sums->rows++;
	if (!sums->err)
		sums->err = count_row(sums, args);
}

static void finish(sqlite3_context *context)
{
	sqlite3_result_null(context);
}

int history_sums_function(struct history_reader *reader)
{
	int code = sqlite3_create_function(reader->sql, "lmctl_sum", N_ARGS,
					   SQLITE_UTF8 | SQLITE_DIRECTONLY,
					   reader, NULL, step, finish);

	if (!code)
		code = sqlite3_create_function(reader->sql, "lmctl_gap",
					       N_GAP_ARGS, SQLITE_UTF8 |
					       SQLITE_DIRECTONLY, reader, NULL,
					       step_gap, finish);
	return history_errno(code);
}

/**
 * struct span - blocks that are counted in one transaction
 * @start_ms: start of the block before
 * @id: the block before
 * @blocks: number of blocks
 */
struct span {
	int64_t start_ms;
	int64_t id;
	int64_t blocks;
};

static sqlite3_stmt *bind_span(struct sums *sums, int of, const struct span *span)
{
	sqlite3_stmt *statement = sums->reader->statement[of];

	sqlite3_bind_int64(statement, 1, sums->query->until_ms);
	sqlite3_bind_int64(statement, 2, span->start_ms);
	sqlite3_bind_int64(statement, 3, span->id);
	sqlite3_bind_int64(statement, 4, span->blocks);
	if (of == ADD_FLOW_SUMS)
		sqlite3_bind_text(statement, 5, sums->reader->ids, -1,
				  SQLITE_STATIC);
	return statement;
}

/* Return: 1 if there are blocks after the last of them, 0, or -errno. */
static int skip(struct sums *sums, struct span *span)
{
	sqlite3_stmt *statement = bind_span(sums, SKIP_BLOCKS, span);
	int code = sqlite3_step(statement);

	span->start_ms = sqlite3_column_int64(statement, 0);
	span->id = sqlite3_column_int64(statement, 1);
	sqlite3_reset(statement);
	return code == SQLITE_ROW ? 1 : history_errno(code);
}

static int count_span(struct sums *sums, struct span *span)
{
	sqlite3_stmt *statement = bind_span(sums, sums->query->flow ?
					    ADD_FLOW_SUMS : ADD_SUMS, span);
	int code = sqlite3_step(statement);

	sqlite3_reset(statement);
	if (code != SQLITE_ROW)
		return history_errno(code);
	return sums->err ? sums->err : skip(sums, span);
}

/* Both statements see the same blocks. */
static int count_rows(struct sums *sums, struct span *span)
{
	sqlite3 *sql = sums->reader->sql;
	uint64_t before = sums->rows, rows;
	int more = history_errno(sqlite3_exec(sql, "BEGIN", NULL, NULL, NULL));

	if (!more)
		more = count_span(sums, span);
	if (!sqlite3_get_autocommit(sql))
		sqlite3_exec(sql, "COMMIT", NULL, NULL, NULL);
	rows = sums->rows - before;
	span->blocks = rows > ROWS_WANTED / 2 ?
		       (int64_t)((uint64_t)span->blocks * ROWS_WANTED / rows) :
		       2 * span->blocks;
	if (!span->blocks)
		span->blocks = 1;
	return more;
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

static int count_gaps(struct sums *sums)
{
	const struct history_query *query = sums->query;
	sqlite3_stmt *statement = sums->reader->statement[query->flow ?
							  ADD_FLOW_GAPS :
							  ADD_GAPS];
	int code;

	sqlite3_bind_int64(statement, 1, query->since_ms);
	sqlite3_bind_int64(statement, 2, query->until_ms);
	if (query->flow)
		sqlite3_bind_text(statement, 3, sums->reader->ids, -1,
				  SQLITE_STATIC);
	code = sqlite3_step(statement);
	sqlite3_reset(statement);
	return sums->err ? sums->err : history_errno(code);
}

int history_read_sums(struct history_reader *reader,
		      const struct history_query *query,
		      history_sum_fn fn, void *arg)
{
	struct sums sums = { .reader = reader, .query = query };
	struct span span = { query->since_ms, INT64_MIN, BLOCKS_FIRST };
	struct output_progress progress;
	struct sum_item *item;
	int more = 1, err = 0;

	reader->error = NULL;
	reader->sums = &sums;
	if (query->flow)
		err = history_find_flows(reader, query->flow);
	output_progress_start(&progress, "results", 0);
	while (!err && more) {
		more = count_rows(&sums, &span);
		err = more < 0 ? more : 0;
		output_progress(&progress, sums.rows);
	}
	output_progress_end(&progress);
	if (!err)
		err = count_gaps(&sums);
	if (!err)
		HASH_SORT(sums.items, compare);
	for (item = sums.items; !err && item; item = item->hh.next)
		err = fn(&item->sum, arg);
	free_items(sums.items);
	reader->sums = NULL;
	return err;
}
