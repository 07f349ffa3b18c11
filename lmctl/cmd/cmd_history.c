// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl history: show the database, per block of a flow or as sums of all flows.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/array.h"
#include "lmctl/base/json.h"
#include "lmctl/base/output.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/history_options.h"
#include "lmctl/sinks/figures.h"
#include "lmctl/sinks/stream/stream.h"
#include "lmctl/sinks/stream/stream_json.h"
#include "lmctl/sinks/stream/stream_table.h"

/* Most rows of a table, which is in memory until its end. */
#define TABLE_ROWS 10000

/**
 * struct show - state of the command
 * @options: selection of results
 * @json: JSON lines
 * @invalid: only rows that are not exact
 * @reader: opened database
 * @rows: table of a flow's blocks, NULL with @json
 * @of: measurement of the block whose results are in @rows, NULL if none
 * @block: its number
 * @sums: table of sums, NULL with @json
 * @form: of times in tables
 * @shown: number of rows or sums
 * @line: JSON line of a block
 */
struct show {
	struct history_options options;
	bool json;
	bool invalid;
	struct history_reader *reader;
	struct stream_table *rows;
	const struct measurement *of;
	int64_t block;
	struct libscols_table *sums;
	unsigned int form;
	uint64_t shown;
	struct stream_json line;
};

enum { OPT_INVALID = 0x100 };

static const struct argp_option options[] = {
	{ .name = "json", .key = 'j', .doc = "Print JSON, one object per line" },
	{ .name = "invalid", .key = OPT_INVALID,
	  .doc = "Show only blocks that are not exact; without SELECTOR, show only flows that "
		 "have such blocks" },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct show *show = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &show->options;
		return 0;
	case 'j':
		show->json = true;
		return 0;
	case OPT_INVALID:
		show->invalid = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			return lmctl_usage(state, "'%s': only one SELECTOR is accepted", arg);
		show->options.query.flow = arg;
		return 0;
	case ARGP_KEY_END:
		return history_options_check(state, &show->options);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &history_argp }, { 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "[SELECTOR]",
	.doc = "Show results that 'lmctl run' stored in its history: block by block for the "
	       "flows with this name or SID list, or the totals of all flows. SELECTOR is NAME or "
	       "[SOURCE@]SID[,SID...].",
	.children = children,
};

/* Print and free @object. Return: 0, -ENOMEM, or 1 if stdout is closed. */
static int print_json(json_t *object)
{
	if (!object)
		return -ENOMEM;
	json_dumpf(object, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
	putchar('\n');
	return ferror(stdout) ? 1 : 0;
}

static int print_line(struct stream_json *json, const struct result *result)
{
	if (!stream_json_result(json, result))
		return -ENOMEM;
	fwrite(json->line.text, 1, json->line.len, stdout);
	return ferror(stdout) ? 1 : 0;
}

static void print_text(void *arg, const char *text, size_t len)
{
	(void)arg;
	fwrite(text, 1, len, stdout);
}

static int end_block(struct show *show)
{
	if (!show->rows || !show->of)
		return 0;
	return stream_table_end(show->rows, show->of->name, show->block);
}

static int show_result(const struct result *result, void *arg)
{
	struct show *show = arg;
	int err = 0;

	if (show->invalid && result_total(result).status == RESULT_EXACT)
		return 0;
	show->shown++;
	if (show->json)
		return print_line(&show->line, result);
	if (result->of != show->of || result->block != show->block)
		err = end_block(show);
	show->of = result->of;
	show->block = result->block;
	if (!err)
		err = stream_table_result(show->rows, result);
	return !err && ferror(stdout) ? 1 : err;
}

static const struct output_column columns[] = {
	{ "MEASUREMENT", .kind = LAYOUT_NAME, .goes = 3, .apart = true },
	{ "FLOW", .kind = LAYOUT_NAME },
	{ "BLOCKS", .kind = LAYOUT_NUMBER, .goes = 4 },
	{ "SENT", .kind = LAYOUT_NUMBER },
	{ "RECEIVED", .kind = LAYOUT_NUMBER, .goes = 5 },
	{ "LOST", .kind = LAYOUT_NUMBER },
	{ "RATIO", .kind = LAYOUT_NUMBER },
	{ "WORST", .kind = LAYOUT_NUMBER, .goes = 2 },
	{ "WORST BLOCK", .kind = LAYOUT_WORD, .goes = 1 },
	{ "INVALID", .kind = LAYOUT_NUMBER },
	{ "ANOMALIES", .kind = LAYOUT_NUMBER },
};

#define COLUMNS ARRAY_SIZE(columns)

static const char *count(uint64_t value, char *cell)
{
	snprintf(cell, FIGURE_LEN, "%" PRIu64, value);
	return cell;
}

static int sum_row(struct libscols_table *table, const struct history_sum *sum,
		   unsigned int form)
{
	char cells[COLUMNS][FIGURE_LEN], flow[FIGURE_FLOW_LEN];
	uint64_t lost = sum->sent - sum->received;
	const char *line[COLUMNS] = {
		sum->of->name,
		figure_flow(sum->flow, flow),
		count(sum->exact, cells[2]),
		count(sum->sent, cells[3]),
		count(sum->received, cells[4]),
		count(lost, cells[5]),
		figure_ratio(sum->sent, lost, cells[6]),
		"-",
		"-",
		count(sum->invalid, cells[9]),
		count(sum->anomalies, cells[10]),
	};

	/* A block without loss is not shown as the worst. */
	if (sum->worst > 0) {
		line[7] = figure_percent(sum->worst, cells[7]);
		line[8] = figure_start(sum->worst_block, sum->worst_period_ms,
				       form, cells[8]);
	}
	return output_row(table, sum->anomalies ? OUTPUT_BAD : OUTPUT_PLAIN,
			  line);
}

static json_t *worst_value(const struct history_sum *sum)
{
	char start[FIGURE_LEN];

	if (sum->worst < 0)
		return json_null();
	return json_pack("{s:I, s:s, s:I, s:f}",
			 "block", (json_int_t)sum->worst_block,
			 "start", figure_start(sum->worst_block,
					       sum->worst_period_ms, FIGURE_UTC,
					       start),
			 "period_ms", (json_int_t)sum->worst_period_ms,
			 "ratio", sum->worst);
}

static json_t *sum_object(const struct history_sum *sum)
{
	const char *name = sum->flow->name;
	uint64_t lost = sum->sent - sum->received;

	return json_pack("{s:i, s:s, s:s, s:s?, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:I}",
			 "v", STREAM_VERSION, "type", "total",
			 "measurement", sum->of->name,
			 "name", *name ? name : NULL,
			 "source", json_source(sum->flow),
			 "sids", json_sids(sum->flow),
			 "blocks", (json_int_t)sum->exact,
			 "gap_blocks", (json_int_t)sum->gap_blocks,
			 "sent", json_counter(sum->sent),
			 "received", json_counter(sum->received),
			 "lost", json_counter(lost),
			 "ratio", sum->sent ? json_real((double)lost /
							(double)sum->sent) :
					      json_null(),
			 "worst", worst_value(sum),
			 "invalid", (json_int_t)sum->invalid,
			 "anomalies", (json_int_t)sum->anomalies);
}

static int show_sum(const struct history_sum *sum, void *arg)
{
	struct show *show = arg;
	int err = 0;

	if (show->invalid && !sum->invalid && !sum->anomalies)
		return 0;
	if (show->json)
		return print_json(sum_object(sum));
	if (show->sums && show->shown % TABLE_ROWS == 0) {
		err = output_table_end(show->sums, true);
		show->sums = NULL;
	}
	show->shown++;
	if (!err && !show->sums)
		show->sums = output_table(columns, COLUMNS);
	return !show->sums || sum_row(show->sums, sum, show->form) ? 1 : 0;
}

static int show_rows(struct show *show)
{
	int err;

	if (!show->json) {
		show->rows = stream_table_new(0, print_text, NULL);
		if (!show->rows)
			return -ENOMEM;
		stream_table_hold(show->rows);
		if (show->form)
			stream_table_offset(show->rows);
	}
	err = history_read_results(show->reader, &show->options.query,
				   show_result, show);
	if (!err)
		err = end_block(show);
	stream_table_free(show->rows);
	return err;
}

static int show_sums(struct show *show)
{
	int err = history_read_sums(show->reader, &show->options.query,
				    show_sum, show);

	if (output_table_end(show->sums, !err) && !err)
		err = 1;
	return err;
}

static int run(struct show *show)
{
	const bool flow = show->options.query.flow;
	int err = flow ? show_rows(show) : 0;

	if (!err && flow && !show->json && show->shown)
		puts("\nTotals of the blocks that are exact:");
	if (!err && (!flow || (!show->json && show->shown)))
		err = show_sums(show);
	if (!err && !show->json && !show->shown)
		puts(show->invalid ? "Nothing in this time is invalid." :
				     "There are no results of this time.");
	if (err < 0)
		history_options_failed(&show->options, show->reader, err);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cmd_history(int argc, char **argv)
{
	struct show show = { .json = false };
	int status = lmctl_parse(&argp, argc, argv, &show);

	if (status)
		return status;
	if (figure_offset_changes(show.options.query.since_ms,
				  show.options.query.until_ms))
		show.form = FIGURE_OFFSET;
	show.reader = history_options_open(&show.options);
	if (!show.reader)
		return EXIT_FAILURE;
	status = run(&show);
	history_read_close(show.reader);
	return status;
}
