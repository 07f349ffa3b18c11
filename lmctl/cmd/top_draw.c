// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/array.h"
#include "lmctl/base/duration.h"
#include "lmctl/base/output.h"
#include "lmctl/cmd/top_draw.h"
#include "lmctl/sinks/figures.h"

/* Blocks of a sparkline at least. */
#define SPARK_MIN 16
/* Longest character of UTF-8 in a sparkline. */
#define SPARK_BYTES 3
#define LINE_LEN 512
/* Longest name of a flow on a terminal of the following widths. */
#define SHORT_NAME 24
#define SHORT_NAMES_FROM 60
#define SHORT_NAMES_TO 140
/* Height of a terminal with a line between what is wrong and the flows. */
#define TALL 30

static const char *const orders[] = {
	[VIEW_BY_LOSS] = "loss",
	[VIEW_BY_RATE] = "rate",
	[VIEW_BY_NAME] = "name",
	[VIEW_BY_PEER] = "peer",
};

/**
 * struct drawing - a screen in progress
 * @top: what is shown
 * @put: takes lines
 * @arg: for @put
 * @left: lines that are left
 */
struct drawing {
	struct top *top;
	top_put_fn put;
	void *arg;
	unsigned int left;
};

static void put(struct drawing *drawing, enum top_style style, const char *text,
		size_t len)
{
	if (!drawing->left)
		return;
	drawing->left--;
	drawing->put(drawing->arg, style, text, len);
}

static bool fits(const struct top *top, const char *text)
{
	return !top->width || layout_width(text) <= top->width;
}

/* Cut behind a word, so that no number is cut. */
static void put_short(struct drawing *drawing, enum top_style style,
		      const char *text)
{
	char line[LINE_LEN];
	char *blank;

	snprintf(line, sizeof(line) - sizeof(" ..."), "%s", text);
	while (!fits(drawing->top, line)) {
		char *end = strrchr(line, '\0');

		/* The last cut leaves " ..." behind. */
		if (end - line >= 4 && !strcmp(end - 4, " ..."))
			end[-4] = '\0';
		blank = strrchr(line, ' ');
		if (!blank)
			break;
		strcpy(blank, " ...");
	}
	put(drawing, style, line, strlen(line));
}

/* Left and right in one line, or the left alone. */
static void put_both(struct drawing *drawing, enum top_style style,
		     const char *left, const char *right)
{
	size_t used = layout_width(left) + layout_width(right);
	char line[2 * LINE_LEN];

	if (drawing->top->width && used + 2 > drawing->top->width) {
		put_short(drawing, style, left);
		return;
	}
	snprintf(line, sizeof(line), "%s%*s%s", left,
		 drawing->top->width ? (int)(drawing->top->width - used) : 2,
		 "", right);
	put(drawing, style, line, strlen(line));
}

static void put_title(struct drawing *drawing)
{
	const struct view_state *state = &drawing->top->state;
	char left[LINE_LEN], right[LINE_LEN] = "", period[DURATION_STRLEN];
	time_t seconds = (time_t)(state->time_ms / 1000);
	char clock[FIGURE_LEN] = "";
	struct tm tm;

	snprintf(left, sizeof(left), "lmctl top%s%s%s",
		 *state->node ? " - " : "", state->node,
		 drawing->top->paused ? " - PAUSED" : "");
	if (drawing->top->heard && localtime_r(&seconds, &tm))
		strftime(clock, sizeof(clock), "%T", &tm);
	if (*clock)
		snprintf(right, sizeof(right), "blocks of %s, %s",
			 duration_format(state->period_ms, period), clock);
	put_both(drawing, TOP_TITLE, left, right);
}

static void put_totals(struct drawing *drawing, size_t n)
{
	const struct top *top = drawing->top;
	const struct view_totals *totals = &top->state.totals;
	char left[LINE_LEN], right[LINE_LEN];
	size_t last = top->first + top->rows;

	snprintf(left, sizeof(left), "%" PRIu64 " flows: %" PRIu64 " with loss, %" PRIu64 " not exact",
		 totals->flows, totals->lossy, totals->inexact);
	snprintf(right, sizeof(right), "%s%s%sby %s%s, %zu-%zu of %zu%s",
		 *top->filter ? "filter " : "", top->filter,
		 *top->filter ? ", " : "", orders[top->order],
		 top->reverse ? " reversed" : "", n ? top->first + 1 : 0, last,
		 n, top->state.kept < totals->flows ? " kept" : "");
	put_both(drawing, TOP_PLAIN, left, right);
}

static void put_wrong(struct drawing *drawing)
{
	const struct top *top = drawing->top;
	const struct view_state *state = &top->state;
	char line[LINE_LEN];

	if (*top->note)
		put_short(drawing, TOP_BAD, top->note);
	else if (!top->heard)
		put_short(drawing, TOP_DIM, "waiting for the state of the daemon");
	else if (!state->nwrong)
		put_short(drawing, TOP_GOOD, "OK: nothing is wrong");
	else if (state->nwrong == 1)
		put_short(drawing, TOP_BAD, state->wrong[0]);
	else {
		snprintf(line, sizeof(line), "[%u, key w] %s", state->nwrong,
			 state->wrong[0]);
		put_short(drawing, TOP_BAD, line);
	}
}

static const char *spark_sign(const struct top *top,
			      const struct view_past *past)
{
	static const char *const bars[2][VIEW_LEVELS + 1] = {
		{ "\u00b7", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585",
		  "\u2586", "\u2587", "\u2588" },
		{ ".", "1", "2", "3", "4", "5", "6", "7", "8" },
	};

	switch (past->kind) {
	case VIEW_NONE:
		return " ";
	case VIEW_INVALID:
		return top->ascii ? "x" : "\u00d7";
	case VIEW_ANOMALY:
		return "+";
	default:
		return past->sent ? bars[top->ascii][view_level(past)] : "-";
	}
}

/* Oldest first. */
static void spark(const struct top *top, const struct view_flow *flow,
		  unsigned int n, char *text)
{
	while (n--)
		text = stpcpy(text, spark_sign(top, &flow->past[n]));
}

/* Short names are whole: other columns go instead. */
#define COLUMNS(flow_kind)                                                    \
	{                                                                     \
		{ "MEASUREMENT", .kind = LAYOUT_NAME, .goes = 3 },            \
		{ "FLOW", .kind = (flow_kind) },                              \
		{ "PEER", .kind = LAYOUT_NAME, .goes = 6 },                   \
		{ "RATE/s", .kind = LAYOUT_NUMBER, .goes = 5 },               \
		{ "SENT", .kind = LAYOUT_NUMBER, .goes = 2 },                 \
		{ "RECEIVED", .kind = LAYOUT_NUMBER, .goes = 2 },             \
		{ "LOST", .kind = LAYOUT_NUMBER },                            \
		{ "RATIO", .kind = LAYOUT_NUMBER, .goes = 4 },                \
		{ "LAST 60", .kind = LAYOUT_NUMBER, .goes = 8 },              \
		{ "ROUND-TRIP", .kind = LAYOUT_NUMBER, .goes = 1 },           \
		{ "BLOCKS", .kind = LAYOUT_WORD, .goes = 7 },                 \
		{ "STATUS", .kind = LAYOUT_WORD },                            \
	}

static const struct output_column short_names[] = COLUMNS(LAYOUT_WORD);
static const struct output_column long_names[] = COLUMNS(LAYOUT_NAME);

_Static_assert(VIEW_BLOCKS == 60, "heading of a column");

/* An alarm is marked by more than a colour. */
static const char *status(const struct view_flow *flow, char *text, size_t size)
{
	snprintf(text, size, "%s%s", flow->alarms ? "! " : "",
		 flow->last.kind == VIEW_EXACT ? "exact" : flow->word);
	return text;
}

static enum top_style style_of(const struct view_flow *flow)
{
	if (flow->alarms || (flow->last.kind == VIEW_EXACT && flow->last.lost))
		return TOP_BAD;
	return flow->last.kind == VIEW_EXACT ? TOP_PLAIN : TOP_DIM;
}

/* In between: a narrow terminal needs them shorter, a wide one has room for all. */
static bool names_are_short(const struct top *top)
{
	return top->width >= SHORT_NAMES_FROM && top->width < SHORT_NAMES_TO;
}

static int add_row(const struct top *top, struct libscols_table *table,
		   const struct view_flow *flow, unsigned int blocks)
{
	char text[8][FIGURE_LEN], name[SR6FLOW_FLOW_STRLEN];
	char word[VIEW_WORD_LEN + 2], bars[VIEW_BLOCKS * SPARK_BYTES + 1];
	const struct view_row *last = &flow->last;
	bool exact = last->kind == VIEW_EXACT;
	const struct known lost = { exact, last->lost, 0 };
	char *label = layout_shorten(view_label(flow, name),
				     names_are_short(top) ? SHORT_NAME :
							    sizeof(name));
	int err;
	const char *const cells[] = {
		last->measurement,
		label,
		flow->peer,
		view_rate(flow, text[0]),
		figure_count(&last->sent, text[1]),
		figure_count(&last->received, text[2]),
		figure_count(&lost, text[3]),
		exact ? figure_ratio(last->sent.packets, last->lost, text[4]) :
			"-",
		figure_ratio(flow->sent, flow->lost, text[5]),
		last->trip ? figure_delay(last->trip, text[6]) : "-",
		bars,
		status(flow, word, sizeof(word)),
	};

	_Static_assert(ARRAY_SIZE(cells) == ARRAY_SIZE(long_names), "a cell each");
	spark(top, flow, blocks, bars);
	err = label ? output_row(table, OUTPUT_PLAIN, cells) : -ENOMEM;
	free(label);
	return err;
}

/* Styles are those of lines, which the terminal has its own ways for. */
static char *table_of(const struct top *top, struct view_flow *const *flows,
		      size_t n, unsigned int blocks,
		      struct output_layout *layout)
{
	const struct output_column *columns = names_are_short(top) ?
					      short_names : long_names;
	struct libscols_table *table = output_table(columns,
						    ARRAY_SIZE(long_names));
	char *text = NULL;
	int err = table ? scols_table_enable_colors(table, 0) : -ENOMEM;
	size_t i;

	*layout = (struct output_layout){ .width = top->width };
	for (i = 0; !err && i < n; i++)
		err = add_row(top, table, flows[i], blocks);
	if (!err)
		text = output_table_text(table, layout, true);
	scols_unref_table(table);
	return text;
}

static unsigned int widest_line(const char *text)
{
	size_t widest = 0, len;
	char line[2 * LINE_LEN];

	for (; *text; text += len + !!text[len]) {
		len = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (layout_width(line) > widest)
			widest = layout_width(line);
	}
	return (unsigned int)widest;
}

/* The sparkline has the width that is left over. */
static char *fitted(const struct top *top, struct view_flow *const *flows,
		    size_t n, struct output_layout *layout)
{
	unsigned int blocks = SPARK_MIN, used;
	char *text;

	if (!top->width)
		return table_of(top, flows, n, VIEW_BLOCKS, layout);
	text = table_of(top, flows, n, blocks, layout);
	used = text ? widest_line(text) : top->width;
	if (used >= top->width || layout->layout.step < 0)
		return text;
	free(text);
	blocks += top->width - used;
	return table_of(top, flows, n,
			blocks < VIEW_BLOCKS ? blocks : VIEW_BLOCKS, layout);
}

/* A row is a line, but where no table fits. */
static void put_table(struct drawing *drawing, const char *text,
		      struct view_flow *const *flows, size_t n,
		      const struct output_layout *layout)
{
	bool table = layout->layout.step >= 0;
	size_t line;

	for (line = 0; *text; line++) {
		size_t len = strcspn(text, "\n");

		put(drawing, !table ? TOP_PLAIN : !line ? TOP_HEADING :
		    line <= n ? style_of(flows[line - 1]) : TOP_PLAIN, text,
		    len);
		text += len + !!text[len];
	}
}

static void put_nothing(struct drawing *drawing, bool filtered)
{
	const struct top *top = drawing->top;

	if (filtered)
		put_short(drawing, TOP_PLAIN, "no flow matches the filter");
	else if (!top->heard || *top->note)
		return;
	else if (!top->state.measurements)
		put_short(drawing, TOP_PLAIN, "this node measures nothing: its configuration has no section measure");
	else
		put_short(drawing, TOP_PLAIN, "no results yet: the first come after two to four blocks");
}

/* As many flows as have room: the title, totals, what is wrong, headings and keys stay. */
static int put_flows(struct drawing *drawing)
{
	struct top *top = drawing->top;
	const bool tall = top->lines >= TALL;
	size_t n, most = top->lines > 5 ? top->lines - 5 - tall : 1;
	struct view_flow **flows = view_sorted(&top->view, top->order,
					       top->reverse, top->filter, &n);
	struct output_layout layout;
	char *text = NULL;

	if (!flows)
		return -ENOMEM;
	if (top->first + most > n)
		top->first = n > most ? n - most : 0;
	top->rows = n - top->first < most ? n - top->first : most;
	put_totals(drawing, n);
	put_wrong(drawing);
	if (tall)
		put(drawing, TOP_PLAIN, "", 0);
	if (n)
		text = fitted(top, flows + top->first, top->rows, &layout);
	if (text)
		put_table(drawing, text, flows + top->first, top->rows, &layout);
	else
		put_nothing(drawing, top->view.map.n);
	free(text);
	free(flows);
	return n && !text ? -ENOMEM : 0;
}

static void put_text(struct drawing *drawing, enum top_style style,
		     const char *text)
{
	char *lines = layout_wrap(text, drawing->top->width, 2), *at = lines;

	while (at && *at) {
		size_t len = strcspn(at, "\n");

		put(drawing, style, at, len);
		at += len + !!at[len];
	}
	free(lines);
}

static void put_all_wrong(struct drawing *drawing)
{
	const struct view_state *state = &drawing->top->state;
	unsigned int i;

	if (*drawing->top->note)
		put_text(drawing, TOP_BAD, drawing->top->note);
	for (i = 0; i < state->nwrong; i++)
		put_text(drawing, TOP_BAD, state->wrong[i]);
	if (!state->nwrong)
		put_text(drawing, TOP_GOOD, "OK: nothing is wrong");
}

static void put_help(struct drawing *drawing)
{
	static const char *const keys[] = {
		"l r n p      sort by loss, rate, name, peer",
		"left right   sort by the next of these",
		"i            invert the order",
		"up down      scroll, also by pages; home: the first flow",
		"/            filter: a shell pattern of names, or a part of a name",
		"space        pause and go on",
		"w            all problems",
		"q            quit",
		"",
		"RATE/s LOST RATIO and STATUS are those of the last block",
		"LAST 60 is the loss ratio over the last 60 blocks",
		"BLOCKS are the last blocks, the last one on the right:",
	};
	const bool ascii = drawing->top->ascii;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		put_short(drawing, TOP_PLAIN, keys[i]);
	put_short(drawing, TOP_PLAIN, ascii ?
		  "  .          no loss" : "  \u00b7          no loss");
	put_short(drawing, TOP_PLAIN, ascii ?
		  "  1 to 8     loss: below 0.01 % to 10 % and more, by factors of three" :
		  "  \u2581 to \u2588     loss: below 0.01 % to 10 % and more, by factors of three");
	put_short(drawing, TOP_PLAIN, ascii ?
		  "  x          not exact" : "  \u00d7          not exact");
	put_short(drawing, TOP_PLAIN, "  +          more received than sent");
	put_short(drawing, TOP_PLAIN, "  -          nothing was sent");
	put_short(drawing, TOP_PLAIN, "! in STATUS: an alarm is raised for the flow");
}

static void put_keys(struct drawing *drawing)
{
	const struct top *top = drawing->top;
	char line[LINE_LEN];

	drawing->left = 1;
	if (top->editing) {
		snprintf(line, sizeof(line), "filter: %s_", top->filter);
		put_short(drawing, TOP_TITLE, line);
	} else if (top->page != TOP_FLOWS) {
		put_short(drawing, TOP_DIM, "any key: back to the flows, q: quit");
	} else {
		put_short(drawing, TOP_DIM, "sort l r n p   filter /   pause space   problems w   help ?   quit q");
	}
}

/* The last line has the keys. */
int top_draw(struct top *top, top_put_fn fn, void *arg)
{
	struct drawing drawing = { top, fn, arg, top->lines - 1 };
	int err = 0;

	put_title(&drawing);
	if (top->page == TOP_FLOWS)
		err = put_flows(&drawing);
	else if (top->page == TOP_WRONG)
		put_all_wrong(&drawing);
	else
		put_help(&drawing);
	while (drawing.left)
		put(&drawing, TOP_PLAIN, "", 0);
	put_keys(&drawing);
	return err;
}

char *top_table(struct top *top)
{
	struct output_layout layout;
	size_t n;
	struct view_flow **flows = view_sorted(&top->view, top->order,
					       top->reverse, top->filter, &n);
	char *text = flows ? fitted(top, flows, n, &layout) : NULL;

	free(flows);
	return text;
}
