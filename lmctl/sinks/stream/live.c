// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/array.h"
#include "lmctl/base/flowkey.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/output.h"
#include "lmctl/sinks/figures.h"
#include "lmctl/sinks/flowmap.h"
#include "lmctl/sinks/stream/live.h"

/* Number of blocks after which a flow without results leaves the table. */
#define KEEP 10
/* Least height of a terminal with a line about hidden flows. */
#define NOTE_LINES 10

/**
 * struct live_flow - state of a flow in the table
 * @entry: flow and measurement
 * @last: loss in its last result
 * @last_sent: packets sent in it
 * @last_received: packets received in it
 * @trip: round trip in it, nanoseconds; 0 if not known
 * @recent: sent and lost of its last results, 0 of inexact ones
 * @ratio: loss ratio over those
 * @sent: packets sent in exact blocks
 * @lost: packets lost in them
 * @exact: number of exact blocks
 * @inexact: number of others
 */
struct live_flow {
	struct flowmap_entry entry;
	struct segment last;
	struct known last_sent;
	struct known last_received;
	int64_t trip;
	struct {
		uint64_t sent;
		uint64_t lost;
	} recent[LIVE_BLOCKS];
	double ratio;
	uint64_t sent;
	uint64_t lost;
	uint64_t exact;
	uint64_t inexact;
};

/**
 * struct live - state of the sink
 * @map: struct live_flow of each flow
 * @draw: at each end of a block
 * @failed: the terminal is closed
 * @block: block that ended last
 * @period_ms: length of a block, 0 if not known yet
 */
struct live {
	struct flowmap map;
	bool draw;
	bool failed;
	int64_t block;
	uint32_t period_ms;
};

static void recent(const struct live_flow *flow, uint64_t *sent,
		   uint64_t *lost)
{
	unsigned int i;

	*sent = 0;
	*lost = 0;
	for (i = 0; i < LIVE_BLOCKS; i++) {
		*sent += flow->recent[i].sent;
		*lost += flow->recent[i].lost;
	}
}

static void live_result(void *self, const struct result *result)
{
	const unsigned int end = result->of->npeers - 1;
	const struct delay *delay = &result->peer[end].delay;
	struct live *live = self;
	struct live_flow *flow;
	uint64_t at, sent, lost;
	bool renamed, exact;

	live->period_ms = result->period_ms;
	flow = (struct live_flow *)flowmap_get(&live->map, result->of->name,
					       result->flow, result->block,
					       &renamed);
	if (!flow)
		return;
	flow->last = result_total(result);
	flow->last_sent = result_sent(result);
	flow->last_received = result_received(result);
	flow->trip = delay->known ? delay->round_trip : 0;
	exact = flow->last.status == RESULT_EXACT;
	at = (flow->exact + flow->inexact) % LIVE_BLOCKS;
	flow->recent[at].sent = exact ? flow->last.sent : 0;
	flow->recent[at].lost = exact ? (uint64_t)flow->last.lost : 0;
	flow->sent += flow->recent[at].sent;
	flow->lost += flow->recent[at].lost;
	flow->exact += exact;
	flow->inexact += !exact;
	recent(flow, &sent, &lost);
	flow->ratio = sent ? (double)lost / (double)sent : 0;
}

/* The sum of inexact blocks: only the totals include them. */
static void live_gap(void *self, const struct result *result)
{
	const struct segment total = result_total(result);
	struct live *live = self;
	struct live_flow *flow;
	bool renamed;

	if (total.status != RESULT_EXACT)
		return;
	flow = (struct live_flow *)flowmap_get(&live->map, result->of->name,
					       result->flow, result->block,
					       &renamed);
	if (!flow)
		return;
	flow->sent += total.sent;
	flow->lost += (uint64_t)total.lost;
}

/* Most loss first, then unknown loss, then by name. */
static int compare(const void *a, const void *b)
{
	const struct live_flow *flow = *(const struct live_flow *const *)a;
	const struct live_flow *other = *(const struct live_flow *const *)b;
	bool bad = flow->last.status != RESULT_EXACT;
	bool other_bad = other->last.status != RESULT_EXACT;
	int order;

	if (flow->ratio < other->ratio || flow->ratio > other->ratio)
		return flow->ratio < other->ratio ? 1 : -1;
	if (bad != other_bad)
		return bad ? -1 : 1;
	order = strverscmp(flow->entry.flow.name, other->entry.flow.name);
	return order ? order : memcmp(flowkey(&flow->entry.flow),
				      flowkey(&other->entry.flow),
				      FLOWKEY_LEN(SR6FLOW_SIDS_MAX));
}

static struct live_flow **sorted(const struct live *live, size_t *n)
{
	struct flowmap_entry *entry;
	struct live_flow **flows;
	size_t i = 0;

	*n = 0;
	for (entry = flowmap_next(&live->map, NULL); entry;
	     entry = flowmap_next(&live->map, entry))
		++*n;
	flows = calloc(*n + 1, sizeof(struct live_flow *));
	if (!flows)
		return NULL;
	for (entry = flowmap_next(&live->map, NULL); entry;
	     entry = flowmap_next(&live->map, entry))
		flows[i++] = (struct live_flow *)entry;
	qsort(flows, *n, sizeof(struct live_flow *), compare);
	return flows;
}

/* "LAST 10" is LIVE_BLOCKS. */
static const struct output_column columns[] = {
	{ "MEASUREMENT", .kind = LAYOUT_NAME, .goes = 4, .apart = true },
	{ "FLOW", .kind = LAYOUT_NAME },
	{ "SENT", .kind = LAYOUT_NUMBER },
	{ "RECEIVED", .kind = LAYOUT_NUMBER, .goes = 5 },
	{ "LOST", .kind = LAYOUT_NUMBER },
	{ "RATIO", .kind = LAYOUT_NUMBER, .goes = 6 },
	{ "LAST 10", .kind = LAYOUT_NUMBER, .goes = 7 },
	{ "TOTAL SENT", .kind = LAYOUT_NUMBER, .goes = 8 },
	{ "TOTAL LOST", .kind = LAYOUT_NUMBER, .goes = 9 },
	{ "TOTAL RATIO", .kind = LAYOUT_NUMBER, .goes = 3 },
	{ "BLOCKS", .kind = LAYOUT_NUMBER, .goes = 2 },
	{ "INEXACT", .kind = LAYOUT_NUMBER },
	{ "ROUND-TRIP", .kind = LAYOUT_NUMBER, .goes = 1 },
	{ "STATUS", .kind = LAYOUT_WORD },
};

#define COLUMNS ARRAY_SIZE(columns)

_Static_assert(LIVE_BLOCKS == 10, "heading of a column");

static const char *count(uint64_t value, char *text)
{
	const struct known known = { .known = true, .packets = value };

	return figure_count(&known, text);
}

static int add_row(struct libscols_table *table, const struct live_flow *flow)
{
	char text[11][FIGURE_LEN], name[FIGURE_FLOW_LEN];
	const struct segment *last = &flow->last;
	bool exact = last->status == RESULT_EXACT;
	const struct known lost = { exact, (uint64_t)last->lost, 0 };
	uint64_t recent_sent, recent_lost;
	const char *cells[COLUMNS] = {
		flow->entry.table->name,
		figure_flow(&flow->entry.flow, name),
		figure_count(&flow->last_sent, text[0]),
		figure_count(&flow->last_received, text[1]),
		figure_count(&lost, text[2]),
		exact ? figure_ratio(last->sent, lost.packets, text[3]) : "-",
		NULL,
		count(flow->sent, text[5]),
		count(flow->lost, text[6]),
		figure_ratio(flow->sent, flow->lost, text[7]),
		count(flow->exact, text[8]),
		count(flow->inexact, text[9]),
		flow->trip ? figure_delay(flow->trip, text[10]) : "-",
		exact ? "exact" : last->word,
	};

	recent(flow, &recent_sent, &recent_lost);
	cells[6] = figure_ratio(recent_sent, recent_lost, text[4]);
	return output_row(table, recent_lost ? OUTPUT_BAD :
			  exact ? OUTPUT_PLAIN : OUTPUT_DIM, cells);
}

static char *table_text(struct live_flow *const *flows, size_t n,
			struct output_layout *layout)
{
	struct libscols_table *table = output_table(columns, COLUMNS);
	char *text = NULL;
	int err = table ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; !err && i < n; i++)
		err = add_row(table, flows[i]);
	if (!err)
		text = output_table_text(table, layout, true);
	scols_unref_table(table);
	return text;
}

/* Choose the longest form that fits: a truncated number would be wrong. */
static void print_top(const struct live *live, size_t flows, FILE *stream,
		      unsigned int width)
{
	char start[FIGURE_LEN], line[128];
	int form, len;

	if (!live->period_ms) {
		fputs("no results yet\n", stream);
		return;
	}
	figure_start(live->block, live->period_ms, FIGURE_LOCAL, start);
	for (form = 0; form < 3; form++) {
		len = snprintf(line, sizeof(line), form == 2 ? "block %" PRId64 :
			       form == 1 ? "block %" PRId64 " of %s" :
			       "block %" PRId64 " of %s, %zu flows, worst of the last %d results first",
			       live->block, start, flows, LIVE_BLOCKS);
		if (!width || len <= (int)width)
			break;
	}
	fprintf(stream, "%s\n", line);
}

/*
 * Lines below the table: columns left out, number of hidden flows. A terminal of
 * few lines has no room for the first.
 */
static void print_rest(size_t more, const struct output_layout *layout,
		       unsigned int lines, FILE *stream)
{
	char note[OUTPUT_NOTE_LEN] = "", *wrapped;

	if (lines >= NOTE_LINES)
		output_table_note(layout, note, sizeof(note));
	wrapped = *note ? layout_wrap(note, layout->width, 0) : NULL;
	if (wrapped)
		fprintf(stream, "\n%s", wrapped);
	free(wrapped);
	if (more)
		fprintf(stream, "\n... %zu more flows", more);
}

/* The table of the first flows of @n; NULL when memory is short. */
static char *draw(const struct live *live, struct live_flow *const *flows,
		  size_t shown, size_t n, unsigned int lines,
		  unsigned int width)
{
	struct output_layout layout = { .width = width };
	char *table = shown ? table_text(flows, shown, &layout) : NULL;
	char *text = NULL;
	size_t len;
	FILE *stream = open_memstream(&text, &len);

	if (!stream) {
		free(table);
		return NULL;
	}
	print_top(live, n, stream, width);
	if (table) {
		fputs(table, stream);
		print_rest(n - shown, &layout, lines, stream);
	}
	if (fclose(stream) || (shown && !table)) {
		free(text);
		text = NULL;
	}
	free(table);
	return text;
}

static size_t count_lines(const char *text)
{
	size_t n = 1;

	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

char *live_draw(struct sink *sink, unsigned int lines, unsigned int width)
{
	struct live *live = sink->self;
	size_t n, shown;
	struct live_flow **flows = sorted(live, &n);
	char *text = NULL;

	shown = n < lines ? n : lines;
	while (flows) {
		size_t used, over;

		text = draw(live, flows, shown, n, lines, width);
		used = text ? count_lines(text) : 0;
		if (used <= lines || shown <= 1)
			break;
		/* Fewer flows fit if some need several lines: try again with fewer. */
		over = (used - lines + used / shown - 1) / (used / shown);
		shown = over < shown ? shown - over : 1;
		free(text);
	}
	free(flows);
	if (!text)
		lmctl_error("out of memory for a table; try --json");
	return text;
}

/* Default for a terminal that does not report its size. */
static void terminal_size(unsigned int *lines, unsigned int *width)
{
	struct winsize size;

	*lines = 24;
	*width = 80;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row &&
	    size.ws_col) {
		*lines = size.ws_row > 4 ? size.ws_row : 4;
		*width = size.ws_col;
	}
}

/* A stopped or disconnected terminal accepts no more output. */
static bool writable(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) > 0;
}

static void live_block_end(void *self, const struct measurement *of,
			   int64_t block)
{
	struct sink sink = { .self = self };
	struct live *live = self;
	unsigned int lines, width;
	char *text;

	live->block = block;
	flowmap_end(&live->map, of->name);
	if (!live->draw || live->failed || !writable())
		return;
	terminal_size(&lines, &width);
	text = live_draw(&sink, lines, width);
	if (!text)
		return;
	if (printf("\033[H\033[J%s", text) < 0 || fflush(stdout)) {
		lmctl_error("cannot write to the terminal: %s",
			    strerror(errno));
		live->failed = true;
	}
	free(text);
}

static void live_free(void *self)
{
	struct live *live = self;

	/* The shell's next output begins a line. */
	if (live->draw && !live->failed)
		putchar('\n');
	flowmap_clear(&live->map);
	free(live);
}

static const struct sink_ops ops = {
	.result = live_result,
	.gap = live_gap,
	.block_end = live_block_end,
	.free = live_free,
};

int live_new(struct sink *sink)
{
	struct live *live = calloc(1, sizeof(*live));

	if (!live) {
		lmctl_error("out of memory for results");
		return -ENOMEM;
	}
	live->map.size = sizeof(struct live_flow);
	live->map.keep = KEEP;
	*sink = (struct sink){ &ops, live };
	return 0;
}

int live_open(struct sink *sink)
{
	struct live *live;
	int err;

	if (!output_redraws()) {
		lmctl_error("standard output is not a terminal that can be redrawn (TERM); omit --watch, or use --json");
		return -ENOTTY;
	}
	err = live_new(sink);
	if (err)
		return err;
	live = sink->self;
	live->draw = true;
	fputs("\033[H\033[Jwaiting for the first block", stdout);
	fflush(stdout);
	return 0;
}
