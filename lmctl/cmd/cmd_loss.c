// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl loss: show two recordings as a table or JSON.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/flowkey.h"
#include "lmctl/base/jsonline.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/output.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/join.h"
#include "lmctl/sinks/figures.h"

/* Version of the JSON document. */
#define LOSS_VERSION 2
/* Most rows of a table, which is in memory until its end. */
#define TABLE_ROWS 10000
#define CELL_LEN FIGURE_LEN

struct loss {
	const char *path[2];
	const char *flow;
	bool json;
	bool trust_clocks;

	struct sr6flow_flow wanted;
	bool wanted_sids;
	bool found;
	struct join *join;
};

enum { OPT_FLOW = 0x100, OPT_TRUST_CLOCKS };

static const char *const statuses[] = {
	[JOIN_EXACT] = "exact",
	[JOIN_INVALID] = "invalid",
	[JOIN_ANOMALY] = "anomaly",
};

static const struct argp_option options[] = {
	{ .name = "json", .key = 'j', .doc = "Print JSON" },
	{ .name = "flow", .key = OPT_FLOW, .arg = "SELECTOR",
	  .doc = "Show only the flows with this NAME or [SOURCE@]SID[,SID...]" },
	{ .name = "trust-clocks", .key = OPT_TRUST_CLOCKS,
	  .doc = "Accept records of clocks that were not synchronised; use this only if other "
		 "means kept them within the guard band" },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct loss *loss = state->input;
	char error[256];

	switch (key) {
	case 'j':
		loss->json = true;
		return 0;
	case OPT_FLOW:
		/* A name can look like a SID: an address matches both. */
		loss->flow = arg;
		loss->wanted_sids = !sr6flow_flow_parse(&loss->wanted, arg,
							error, sizeof(error));
		return 0;
	case OPT_TRUST_CLOCKS:
		loss->trust_clocks = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			return lmctl_usage(state, "'%s': only two recordings are accepted",
					   arg);
		loss->path[state->arg_num] = arg;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < 2)
			return lmctl_usage(state, "two recordings are required, SENT and RECEIVED");
		if (!strcmp(loss->path[0], "-") && !strcmp(loss->path[1], "-"))
			return lmctl_usage(state, "'-': only one recording can come from standard input");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.args_doc = "SENT RECEIVED",
	.doc = "Join a recording of the marking node with one of the counting node into "
	       "packets sent, received and lost per flow and block. One of them may be -, "
	       "standard input.",
};

static bool wants(struct loss *loss, const struct sr6flow_flow *flow)
{
	bool same;

	if (!loss->flow)
		return true;
	same = !strcmp(flow->name, loss->flow) ||
	       (loss->wanted_sids && flowkey_matches(flow, &loss->wanted));
	loss->found |= same;
	return same;
}

static int add_line(struct loss *loss, enum join_side side, const char *line,
		    size_t len, char *error, size_t size)
{
	struct record record;
	int err = record_parse(&record, line, len, error, size);

	if (err)
		return err;
	return join_add(loss->join, side, &record, wants(loss, &record.flow),
			error, size);
}

static int read_lines(struct loss *loss, enum join_side side, FILE *stream,
		      const char *path)
{
	struct output_progress progress;
	uint64_t number = 0;
	char error[512];
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int err = 0;

	output_progress_start(&progress, "records", 0);
	while (!err && (len = getline(&line, &size, stream)) > 0) {
		bool whole = line[len - 1] == '\n';

		output_progress(&progress, ++number);
		err = add_line(loss, side, line, (size_t)len - whole, error,
			       sizeof(error));
		if (err && !whole && feof(stream)) {
			/* The recorder may still be writing the last line. */
			output_progress_end(&progress);
			lmctl_warning("%s:%" PRIu64 ": ignored an incomplete line",
				      path, number);
			err = 0;
		}
	}
	output_progress_end(&progress);
	free(line);
	if (err) {
		lmctl_error("%s:%" PRIu64 ": %s", path, number, error);
	} else if (ferror(stream)) {
		err = -EIO;
		lmctl_error("cannot read '%s': %s", path, strerror(errno));
	}
	return err;
}

static int read_recording(struct loss *loss, enum join_side side)
{
	const char *path = loss->path[side];
	FILE *stream;
	int err;

	if (!strcmp(path, "-"))
		return read_lines(loss, side, stdin, "standard input");
	stream = fopen(path, "re");
	if (!stream) {
		err = -errno;
		lmctl_error("cannot read '%s': %s", path, strerror(-err));
		return err;
	}
	err = read_lines(loss, side, stream, path);
	fclose(stream);
	return err;
}

static const char *format_u64(uint64_t value, char *cell)
{
	snprintf(cell, CELL_LEN, "%" PRIu64, value);
	return cell;
}

/* Format "sent clock-stepped, received missing", each part only if it applies. */
static const char *format_reason(const struct join_row *row, char *cell,
				 size_t size)
{
	const char *sent = join_word(&row->count[JOIN_SENT]);
	const char *received = join_word(&row->count[JOIN_RECEIVED]);

	if (row->status == JOIN_ANOMALY)
		return "more received than sent";
	snprintf(cell, size, "%s%s%s%s%s", sent ? "sent " : "", sent ?: "",
		 sent && received ? ", " : "", received ? "received " : "",
		 received ?: "");
	return cell;
}

static const struct output_column row_columns[] = {
	{ "FLOW", .kind = LAYOUT_NAME },
	{ "BLOCK", .kind = LAYOUT_NUMBER },
	{ "SENT", .kind = LAYOUT_NUMBER },
	{ "RECEIVED", .kind = LAYOUT_NUMBER, .goes = 2 },
	{ "LOST", .kind = LAYOUT_NUMBER },
	{ "RATIO", .kind = LAYOUT_NUMBER, .goes = 1 },
	{ "STATUS", .kind = LAYOUT_WORD },
	{ "REASON", .kind = LAYOUT_TEXT },
};

static int print_row(struct libscols_table *table, const struct join_row *row)
{
	static const enum output_style styles[] = {
		[JOIN_EXACT] = OUTPUT_PLAIN,
		[JOIN_INVALID] = OUTPUT_DIM,
		[JOIN_ANOMALY] = OUTPUT_BAD,
	};
	const struct join_count *sent = &row->count[JOIN_SENT];
	const struct join_count *received = &row->count[JOIN_RECEIVED];
	char cells[5][CELL_LEN], flow[SR6FLOW_FLOW_STRLEN], reason[128];
	const char *line[8] = { sr6flow_flow_format(&row->flow->flow, flow) };
	uint64_t lost = sent->packets - received->packets;

	snprintf(cells[0], CELL_LEN, "%" PRId64, row->block);
	line[1] = cells[0];
	line[2] = join_word(sent) ? "-" : format_u64(sent->packets, cells[1]);
	line[3] = join_word(received) ? "-" :
		  format_u64(received->packets, cells[2]);
	line[4] = "-";
	line[5] = "-";
	if (row->status == JOIN_EXACT) {
		line[4] = format_u64(lost, cells[3]);
		line[5] = figure_ratio(sent->packets, lost, cells[4]);
	}
	line[6] = statuses[row->status];
	line[7] = format_reason(row, reason, sizeof(reason));
	return output_row(table, styles[row->status], line);
}

static int print_rows(const struct join *join)
{
	size_t n, i = 0;
	const struct join_row *const *rows = join_rows(join, &n);
	int err = 0;

	while (!err && i < n) {
		size_t end = n - i > TABLE_ROWS ? i + TABLE_ROWS : n;
		struct libscols_table *table = output_table(row_columns, 8);

		if (!table)
			return -ENOMEM;
		for (; !err && i < end; i++)
			err = print_row(table, rows[i]);
		if (output_table_end(table, !err))
			err = -EIO;
	}
	return err;
}

static const struct output_column total_columns[] = {
	{ "FLOW", .kind = LAYOUT_NAME },
	{ "BLOCKS", .kind = LAYOUT_NUMBER },
	{ "SENT", .kind = LAYOUT_NUMBER },
	{ "RECEIVED", .kind = LAYOUT_NUMBER, .goes = 2 },
	{ "LOST", .kind = LAYOUT_NUMBER },
	{ "RATIO", .kind = LAYOUT_NUMBER, .goes = 1 },
	{ "INVALID", .kind = LAYOUT_NUMBER },
	{ "ANOMALIES", .kind = LAYOUT_NUMBER },
};

static int print_total(struct libscols_table *table,
		       const struct join_flow *total)
{
	char cells[7][CELL_LEN], flow[SR6FLOW_FLOW_STRLEN];
	uint64_t lost = total->sent - total->received;
	const char *line[] = {
		sr6flow_flow_format(&total->flow, flow),
		format_u64(total->exact, cells[0]),
		format_u64(total->sent, cells[1]),
		format_u64(total->received, cells[2]),
		format_u64(lost, cells[3]),
		figure_ratio(total->sent, lost, cells[4]),
		format_u64(total->invalid, cells[5]),
		format_u64(total->anomalies, cells[6]),
	};

	return output_row(table, OUTPUT_PLAIN, line);
}

static int print_totals(const struct join *join)
{
	struct libscols_table *table = output_table(total_columns, 8);
	const struct join_flow *flow = NULL;
	int err = 0;

	if (!table)
		return -ENOMEM;
	while (!err && (flow = join_next_flow(join, flow)))
		err = print_total(table, flow);
	if (output_table_end(table, !err))
		err = -EIO;
	return err;
}

static void print_end(const char *what, const struct join_end *end)
{
	output_paragraph(0, "%s node %s, set %s, blocks %" PRId64 " to %"
			 PRId64, what, end->node, end->set, end->first,
			 end->last);
}

static int print_table(const struct join *join)
{
	const struct join_end *sent = join_end(join, JOIN_SENT);
	int err;

	print_end("Sent:    ", sent);
	print_end("Received:", join_end(join, JOIN_RECEIVED));
	output_paragraph(0, "Period %u ms, mark mask 0x%08x", sent->period_ms,
			 sent->mask);
	if (join_left_out(join))
		output_paragraph(0, "%" PRIu64 " rows left out, of blocks that only one recording reaches",
				 join_left_out(join));
	putchar('\n');
	err = print_rows(join);
	if (err)
		return err;
	puts("\nTotals of the blocks that are exact:");
	return print_totals(join);
}

static json_t *end_object(const struct join_end *end)
{
	return json_pack("{s:s, s:s, s:I, s:I}", "node", end->node,
			 "set", end->set, "first", (json_int_t)end->first,
			 "last", (json_int_t)end->last);
}

static void put_flow(struct jsonline *line, const struct sr6flow_flow *flow)
{
	jsonline_begin(line);
	jsonline_string(line, "name", *flow->name ? flow->name : NULL);
	jsonline_source(line, "source", flow);
	jsonline_sids(line, "sids", flow);
}

static void put_ratio(struct jsonline *line, bool known, uint64_t sent,
		      uint64_t lost)
{
	known = known && sent;
	jsonline_real(line, "ratio", known,
		      known ? (double)lost / (double)sent : 0);
}

static void put_row(struct jsonline *line, const struct join_row *row)
{
	const struct join_count *sent = &row->count[JOIN_SENT];
	const struct join_count *received = &row->count[JOIN_RECEIVED];
	bool exact = row->status == JOIN_EXACT;
	uint64_t lost = sent->packets - received->packets;

	put_flow(line, &row->flow->flow);
	jsonline_integer(line, "block", row->block);
	jsonline_counter(line, "sent", !join_word(sent), sent->packets);
	jsonline_counter(line, "received", !join_word(received),
			 received->packets);
	jsonline_counter(line, "lost", exact, lost);
	put_ratio(line, exact, sent->packets, lost);
	jsonline_string(line, "status", statuses[row->status]);
	jsonline_string(line, "sent_reason", join_word(sent));
	jsonline_string(line, "received_reason", join_word(received));
	jsonline_close(line, '}');
}

static void put_total(struct jsonline *line, const struct join_flow *flow)
{
	uint64_t lost = flow->sent - flow->received;

	put_flow(line, &flow->flow);
	jsonline_counter(line, "blocks", true, flow->exact);
	jsonline_counter(line, "sent", true, flow->sent);
	jsonline_counter(line, "received", true, flow->received);
	jsonline_counter(line, "lost", true, lost);
	put_ratio(line, true, flow->sent, lost);
	jsonline_counter(line, "invalid", true, flow->invalid);
	jsonline_counter(line, "anomalies", true, flow->anomalies);
	jsonline_close(line, '}');
}

/* Print and free; output_close() reports a failure to print. */
static int print_value(const char *before, json_t *value)
{
	if (!value) {
		lmctl_error("out of memory for JSON");
		return -ENOMEM;
	}
	fputs(before, stdout);
	json_dumpf(value, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(value);
	return 0;
}

/* Every object fits: it has one flow. */
static void print_object(const char *before, const struct jsonline *line)
{
	fputs(before, stdout);
	fwrite(line->text, 1, line->len, stdout);
}

/* Print row by row: a tree of all rows would need many times their memory. */
static int print_json(const struct join *join)
{
	const struct join_end *sent = join_end(join, JOIN_SENT);
	const struct join_flow *flow = NULL;
	struct jsonline line;
	const char *before;
	size_t n, i;
	const struct join_row *const *rows = join_rows(join, &n);
	int err;

	printf("{\"v\":%d,\"period_ms\":%u,\"mask\":\"0x%08x\"", LOSS_VERSION,
	       sent->period_ms, sent->mask);
	err = print_value(",\"sent\":", end_object(sent));
	if (!err)
		err = print_value(",\"received\":",
				  end_object(join_end(join, JOIN_RECEIVED)));
	printf(",\"left_out\":%" PRIu64 ",\"rows\":[", join_left_out(join));
	for (i = 0; i < n; i++) {
		put_row(&line, rows[i]);
		print_object(i ? ",\n" : "\n", &line);
	}
	fputs("\n],\"totals\":[", stdout);
	before = "\n";
	while ((flow = join_next_flow(join, flow))) {
		put_total(&line, flow);
		print_object(before, &line);
		before = ",\n";
	}
	puts("\n]}");
	return err;
}

static int run(struct loss *loss)
{
	char error[512];

	if (read_recording(loss, JOIN_SENT) ||
	    read_recording(loss, JOIN_RECEIVED))
		return EXIT_FAILURE;
	if (loss->flow && !loss->found) {
		lmctl_error("no flow '%s' in '%s' or '%s'", loss->flow,
			    loss->path[JOIN_SENT], loss->path[JOIN_RECEIVED]);
		return EXIT_FAILURE;
	}
	if (join_finish(loss->join, error, sizeof(error))) {
		lmctl_error("'%s' and '%s': %s", loss->path[JOIN_SENT],
			    loss->path[JOIN_RECEIVED], error);
		return EXIT_FAILURE;
	}
	if (loss->json ? print_json(loss->join) : print_table(loss->join))
		return EXIT_FAILURE;
	if (join_unsynchronised(loss->join))
		lmctl_warning("%" PRIu64 " rows are invalid because no record shows that the clocks of the nodes were synchronised; synchronise them by NTP or PTP (chrony: rtcsync), or use --trust-clocks if they agreed to within the guard band",
			      join_unsynchronised(loss->join));
	return EXIT_SUCCESS;
}

int cmd_loss(int argc, char **argv)
{
	struct loss loss = { .flow = NULL };
	int status = lmctl_parse(&argp, argc, argv, &loss);

	if (status)
		return status;
	loss.join = join_new(loss.trust_clocks);
	if (!loss.join) {
		lmctl_error("out of memory");
		return EXIT_FAILURE;
	}
	status = run(&loss);
	join_free(loss.join);
	return status;
}
