// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lmctl/base/output.h"
#include "lmctl/sinks/figures.h"
#include "lmctl/sinks/stream/stream.h"
#include "lmctl/sinks/stream/stream_table.h"

/* Rows after which the heading is repeated. */
#define HEADING_ROWS 40
#define PATH_LEN (2 * RESULT_NAME_LEN + 3)

static const struct output_column columns[] = {
	{ "MEASUREMENT", .kind = LAYOUT_NAME, .goes = 3, .apart = true },
	{ "FLOW", .kind = LAYOUT_NAME },
	{ "PATH", .kind = LAYOUT_NAME },
	{ "BLOCK", .kind = LAYOUT_NUMBER, .goes = 1 },
	{ "START", .kind = LAYOUT_WORD, .goes = 4 },
	{ "START", .kind = LAYOUT_WORD, .comes = 4 },
	{ "SENT", .kind = LAYOUT_NUMBER },
	{ "RECEIVED", .kind = LAYOUT_NUMBER, .goes = 7 },
	{ "LOST", .kind = LAYOUT_NUMBER },
	{ "RATIO", .kind = LAYOUT_NUMBER, .goes = 6 },
	{ "ROUND-TRIP", .kind = LAYOUT_NUMBER, .goes = 2 },
	{ "STATUS", .kind = LAYOUT_WORD, .goes = 5 },
	{ "STATUS", .kind = LAYOUT_WORD, .comes = 5 },
};

#define COLUMNS ARRAY_SIZE(columns)
#define COLUMN_FLOW 1
/* Its short form follows. */
#define COLUMN_START 4

/**
 * struct row - a line to come
 * @order: number of the row, so that rows of a flow stay in order
 * @style: its style
 * @cell: strings in @text
 * @text: allocated
 */
struct row {
	uint64_t order;
	enum output_style style;
	const char *cell[COLUMNS];
	char *text;
};

/**
 * struct bucket - the rows of a block of a measurement, or its gap rows
 * @measurement: its name
 * @gaps: gap rows, which are printed at the next end of any block
 * @block: block number
 * @flows: there are rows of flows
 * @rows: the rows
 * @n: number of rows
 * @room: number of rows that @rows has room for
 * @next: next bucket
 */
struct bucket {
	char measurement[RESULT_NAME_LEN];
	bool gaps;
	int64_t block;
	bool flows;
	struct row *rows;
	size_t n;
	size_t room;
	struct bucket *next;
};

/**
 * struct stream_table - state between blocks
 * @period_ms: length of a block
 * @fn: takes lines
 * @arg: for @fn
 * @buckets: blocks that have not ended
 * @held: sorted rows of ended blocks
 * @hold: they wait until there are enough for a heading
 * @waiting: number of their rows
 * @order: number of all rows
 * @layout: shared by all blocks, so that columns stay in place
 * @printed: rows since the last heading, HEADING_ROWS at first
 * @any: there was a block
 * @offset: local time less UTC of the first block
 * @form: FIGURE_OFFSET once that has changed
 */
struct stream_table {
	uint32_t period_ms;
	stream_text_fn fn;
	void *arg;
	struct bucket *buckets;
	struct bucket held;
	bool hold;
	size_t waiting;
	uint64_t order;
	struct output_layout layout;
	size_t printed;
	bool any;
	long offset;
	unsigned int form;
};

struct stream_table *stream_table_new(uint32_t period_ms, stream_text_fn fn,
				      void *arg)
{
	struct stream_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->period_ms = period_ms;
	table->fn = fn;
	table->arg = arg;
	table->printed = HEADING_ROWS;
	return table;
}

void stream_table_hold(struct stream_table *table)
{
	table->hold = true;
}

void stream_table_offset(struct stream_table *table)
{
	table->form = FIGURE_OFFSET;
}

/* Both forms of the start of a block. */
static void start_cells(struct stream_table *table, int64_t block,
			uint32_t period_ms, const char **cells,
			char text[2][FIGURE_LEN])
{
	long offset = figure_offset(block * period_ms);

	if (!table->any)
		table->offset = offset;
	table->any = true;
	if (offset != table->offset)
		table->form = FIGURE_OFFSET;
	cells[COLUMN_START] = figure_start(block, period_ms, table->form,
					   text[0]);
	cells[COLUMN_START + 1] = figure_start(block, period_ms, table->form |
					       FIGURE_SHORT, text[1]);
}

static struct bucket **find(struct stream_table *table,
			    const char *measurement, bool gaps, int64_t block)
{
	struct bucket **at = &table->buckets;

	while (*at && ((*at)->gaps != gaps ||
		       (!gaps && (*at)->block != block) ||
		       strcmp((*at)->measurement, measurement)))
		at = &(*at)->next;
	return at;
}

static struct bucket *get(struct stream_table *table, const char *measurement,
			  bool gaps, int64_t block)
{
	struct bucket **at = find(table, measurement, gaps, block);

	if (*at)
		return *at;
	*at = calloc(1, sizeof(**at));
	if (!*at)
		return NULL;
	snprintf((*at)->measurement, sizeof((*at)->measurement), "%s",
		 measurement);
	(*at)->gaps = gaps;
	(*at)->block = block;
	return *at;
}

static void drop_rows(struct stream_table *table, struct bucket *bucket)
{
	size_t i;

	for (i = 0; i < bucket->n; i++)
		free(bucket->rows[i].text);
	table->waiting -= bucket->n;
	bucket->n = 0;
}

/* One allocation per row: all its cells, one after the other. */
static int copy_cells(struct row *row, const char *const *cells)
{
	size_t len = 0, i;
	char *at;

	for (i = 0; i < COLUMNS; i++)
		len += strlen(cells[i]) + 1;
	at = malloc(len);
	if (!at)
		return -ENOMEM;
	row->text = at;
	for (i = 0; i < COLUMNS; i++) {
		row->cell[i] = at;
		at = stpcpy(at, cells[i]) + 1;
	}
	return 0;
}

static int make_room(struct bucket *bucket, size_t more)
{
	size_t room = bucket->room ? bucket->room : 16;
	struct row *rows;

	while (room < bucket->n + more)
		room *= 2;
	if (room == bucket->room)
		return 0;
	rows = reallocarray(bucket->rows, room, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	bucket->rows = rows;
	bucket->room = room;
	return 0;
}

static int add_row(struct stream_table *table, struct bucket *bucket,
		   enum output_style style, const char *const *cells)
{
	struct row *row;

	if (make_room(bucket, 1))
		return -ENOMEM;
	row = &bucket->rows[bucket->n];
	if (copy_cells(row, cells))
		return -ENOMEM;
	row->order = table->order++;
	row->style = style;
	bucket->n++;
	table->waiting++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct row *row = a, *other = b;
	int by_flow = strverscmp(row->cell[COLUMN_FLOW],
				 other->cell[COLUMN_FLOW]);

	return by_flow ? by_flow : (row->order > other->order) -
				   (row->order < other->order);
}

static void give(struct stream_table *table, char *text)
{
	size_t len = strlen(text);

	/* The string lacks the last newline. */
	text[len] = '\n';
	table->fn(table->arg, text, len + 1);
}

/* Once, and again when it changes. */
static void give_note(struct stream_table *table)
{
	char note[OUTPUT_NOTE_LEN], *text;

	if (!table->layout.changed)
		return;
	output_table_note(&table->layout, note, sizeof(note));
	text = *note ? layout_wrap(note, table->layout.width, 0) : NULL;
	if (text)
		give(table, text);
	free(text);
}

static int print_lines(struct stream_table *table, struct libscols_table *lines)
{
	bool heading = table->printed >= HEADING_ROWS;
	char *text;

	table->layout.width = output_width();
	text = output_table_text(lines, &table->layout, heading);
	if (!text)
		return -ENOMEM;
	give_note(table);
	give(table, text);
	free(text);
	if (heading || table->layout.changed)
		table->printed = 0;
	table->printed += scols_table_get_nlines(lines);
	return 0;
}

static int print_held(struct stream_table *table)
{
	struct libscols_table *lines = output_table(columns, COLUMNS);
	struct bucket *held = &table->held;
	int err = lines ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; !err && i < held->n; i++)
		err = output_row(lines, held->rows[i].style,
				 held->rows[i].cell);
	if (!err)
		err = print_lines(table, lines);
	scols_unref_table(lines);
	drop_rows(table, held);
	return err;
}

static int print(struct stream_table *table, struct bucket *bucket)
{
	struct bucket *held = &table->held;

	qsort(bucket->rows, bucket->n, sizeof(*bucket->rows), compare);
	if (make_room(held, bucket->n)) {
		drop_rows(table, bucket);
		return -ENOMEM;
	}
	memcpy(held->rows + held->n, bucket->rows,
	       bucket->n * sizeof(*bucket->rows));
	held->n += bucket->n;
	bucket->n = 0;
	if (table->hold && held->n < HEADING_ROWS)
		return 0;
	return print_held(table);
}

static const char *delay_cell(const struct delay *delay, char *text)
{
	return delay->known ? figure_delay(delay->round_trip, text) : "-";
}

/* For a group, the longest: it determines the wait. */
static struct delay group_delay(const struct result *result)
{
	struct delay longest = { .known = false };
	unsigned int i;

	for (i = 0; i < result->of->npeers; i++) {
		const struct delay *delay = &result->peer[i].delay;

		if (delay->known && (!longest.known ||
				     delay->round_trip > longest.round_trip))
			longest = *delay;
	}
	return longest;
}

static const enum output_style styles[] = {
	[RESULT_EXACT] = OUTPUT_PLAIN,
	[RESULT_INVALID] = OUTPUT_DIM,
	[RESULT_ANOMALY] = OUTPUT_BAD,
};

static const char *status_cell(const struct result *result,
			       const struct segment *segment, char *text,
			       size_t size)
{
	if (segment->status == RESULT_EXACT && !result->gap)
		return "exact";
	if (segment->status == RESULT_EXACT) {
		snprintf(text, size, "exact, sum of %" PRIu64 " blocks",
			 result->gap);
		return text;
	}
	if (segment->status == RESULT_ANOMALY)
		return "anomaly: more received than sent";
	snprintf(text, size, "invalid: %s", segment->word);
	return text;
}

/* The same for a narrow terminal. */
static const char *word_cell(const struct result *result,
			     const struct segment *segment, char *text,
			     size_t size)
{
	if (segment->status != RESULT_EXACT)
		return segment->word;
	if (!result->gap)
		return "exact";
	snprintf(text, size, "exact sum of %" PRIu64, result->gap);
	return text;
}

static void block_cell(const struct result *result, char *text, size_t size)
{
	if (result->gap && result->first != result->block)
		snprintf(text, size, "%" PRId64 "-%" PRId64, result->first,
			 result->block);
	else
		snprintf(text, size, "%" PRId64, result->block);
}

static int loss_row(struct stream_table *table, struct bucket *bucket,
		    const struct result *result, const char *path,
		    const struct segment *segment, const struct known *sent,
		    const struct known *received, const struct delay *delay)
{
	char flow[FIGURE_FLOW_LEN], block[2 * FIGURE_LEN], start[2][FIGURE_LEN];
	char counts[3][FIGURE_LEN], ratio[FIGURE_LEN], trip[FIGURE_LEN];
	char status[2 * FIGURE_LEN], word[2 * FIGURE_LEN];
	const bool exact = segment->status == RESULT_EXACT;
	const struct known lost = {
		.known = exact,
		.packets = (uint64_t)segment->lost,
	};
	const char *cells[COLUMNS] = {
		result->of->name,
		figure_flow(result->flow, flow),
		path,
		block,
		NULL,
		NULL,
		figure_count(sent, counts[0]),
		figure_count(received, counts[1]),
		figure_count(&lost, counts[2]),
		exact ? figure_ratio(segment->sent, lost.packets, ratio) : "-",
		delay_cell(delay, trip),
		status_cell(result, segment, status, sizeof(status)),
		word_cell(result, segment, word, sizeof(word)),
	};

	start_cells(table, result->gap ? result->first : result->block,
		    result->period_ms, cells, start);
	block_cell(result, block, sizeof(block));
	return add_row(table, bucket, exact && segment->lost ? OUTPUT_BAD :
		       styles[segment->status], cells);
}

static int total_row(struct stream_table *table, struct bucket *bucket,
		     const struct result *result)
{
	const struct measurement *of = result->of;
	const struct segment total = result_total(result);
	const struct known sent = result_sent(result);
	const struct known received = result_received(result);
	const struct delay delay = of->group ? group_delay(result) :
				   result->peer[of->npeers - 1].delay;
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "here > %s", of->peer[0]);
	return loss_row(table, bucket, result,
			of->group ? "group" : of->npeers > 1 ? "total" : path,
			&total, &sent, &received, &delay);
}

static int segment_row(struct stream_table *table, struct bucket *bucket,
		       const struct result *result, unsigned int i)
{
	const struct segment segment = result_segment(result, i);
	const struct known from = i ? result_arrived(result, i - 1) :
				      result_sent(result);
	const struct known to = result_arrived(result, i);
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "%s > %s",
		 i ? result->of->peer[i - 1] : "here", result->of->peer[i]);
	return loss_row(table, bucket, result, path, &segment, &from, &to,
			&result->peer[i].delay);
}

int stream_table_result(struct stream_table *table,
			const struct result *result)
{
	const struct measurement *of = result->of;
	struct bucket *bucket = get(table, of->name, result->gap,
				    result->block);
	unsigned int i;
	int err = 0;

	if (!bucket)
		return -ENOMEM;
	/* Rows of peers, which are for blocks without flows. */
	if (!bucket->flows)
		drop_rows(table, bucket);
	bucket->flows = true;
	if (result_covers(result, RESULT_TOTAL))
		err = total_row(table, bucket, result);
	for (i = 0; !err && !of->group && of->npeers > 1 && i < of->npeers; i++)
		if (result_covers(result, RESULT_SEGMENT(i)))
			err = segment_row(table, bucket, result, i);
	if (!err && table->waiting >= STREAM_ROWS_MAX)
		err = print(table, bucket);
	return err;
}

int stream_table_report(struct stream_table *table,
			const struct peer_report *report)
{
	const struct measurement *of = report->of;
	struct bucket *bucket = get(table, of->name, false, report->block);
	char path[PATH_LEN], block[FIGURE_LEN], start[2][FIGURE_LEN];
	char trip[FIGURE_LEN];
	const char *cells[COLUMNS] = {
		of->name, "-", path, block, NULL, NULL, "-", "-", "-", "-",
		report->samples ? figure_delay(report->round_trip_avg, trip) :
				  "-",
		report->samples ? "no flows" : "no flows, no answer",
		report->samples ? "no flows" : "no-answer",
	};

	if (!bucket)
		return -ENOMEM;
	if (bucket->flows)
		return 0;
	snprintf(path, sizeof(path), "here > %s", of->peer[report->peer]);
	start_cells(table, report->block, table->period_ms, cells, start);
	snprintf(block, sizeof(block), "%" PRId64, report->block);
	return add_row(table, bucket, OUTPUT_DIM, cells);
}

/* Print and forget the bucket that a link points to. */
static int end(struct stream_table *table, struct bucket **at)
{
	struct bucket *bucket = *at;
	int err = bucket->n ? print(table, bucket) : 0;

	*at = bucket->next;
	free(bucket->rows);
	free(bucket);
	return err;
}

int stream_table_end(struct stream_table *table, const char *measurement,
		     int64_t block)
{
	struct bucket **at = find(table, measurement, false, block);
	int err = *at ? end(table, at) : 0;

	at = find(table, measurement, true, block);
	if (*at && !err)
		err = end(table, at);
	return err;
}

void stream_table_free(struct stream_table *table)
{
	if (!table)
		return;
	while (table->buckets)
		end(table, &table->buckets);
	if (table->held.n)
		print_held(table);
	free(table->held.rows);
	free(table);
}
