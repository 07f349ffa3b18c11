// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lmctl/base/duration.h"
#include "lmctl/base/html.h"
#include "lmctl/sinks/figures.h"
#include "lmctl/sinks/view/view_page.h"
#include "lmctl/sinks/view/view_page_parts.h"

/* Flows that are compared, and rows that are written, per step. */
#define STEP_FLOWS 256
#define STEP_ROWS 16
/* Bounds of the time between two pages in seconds. */
#define REFRESH_MIN 5
#define REFRESH_MAX 60

/**
 * struct view_page - a page in progress
 * @feed: view
 * @walk: flows that have not been compared
 * @state: state at the begin
 * @on: it is being written
 * @worst: the worst flows so far, copies: they may go meanwhile, with their
 *	   measurement
 * @measurement: its name, for each of these
 * @order: pointers to those, the worst first
 * @n: their number
 * @at: next row
 * @text: text so far
 */
struct view_page {
	struct view_feed *feed;
	struct view_walk walk;
	struct view_state state;
	bool on;
	struct view_flow worst[VIEW_PAGE_FLOWS];
	char measurement[VIEW_PAGE_FLOWS][RESULT_NAME_LEN];
	struct view_flow *order[VIEW_PAGE_FLOWS];
	size_t n;
	size_t at;
	struct text text;
};

struct view_page *view_page_new(struct view_feed *feed)
{
	struct view_page *page = calloc(1, sizeof(*page));

	if (page)
		page->feed = feed;
	return page;
}

void view_page_free(struct view_page *page)
{
	if (page)
		view_page_stop(page);
	free(page);
}

void view_page_stop(struct view_page *page)
{
	if (!page->on)
		return;
	page->on = false;
	view_walk_end(view_feed_view(page->feed), &page->walk);
	text_free(&page->text);
}

void view_page_begin(struct view_page *page)
{
	page->on = true;
	page->n = 0;
	page->at = 0;
	view_feed_state(page->feed, &page->state);
	view_walk_begin(view_feed_view(page->feed), &page->walk);
}

static void copy_flow(struct view_page *page, struct view_flow *to,
		      const struct view_flow *from)
{
	char *measurement = page->measurement[to - page->worst];

	snprintf(measurement, RESULT_NAME_LEN, "%s", from->last.measurement);
	*to = *from;
	to->last.measurement = measurement;
	to->last.peer = to->peer;
	to->last.flow = &to->entry.flow;
	to->last.word = from->last.word ? to->word : NULL;
}

/* The row of the best flow becomes that of a worse one. */
static void compare(struct view_page *page, const struct view_flow *flow)
{
	struct view_flow *copy;
	size_t place = page->n;

	if (page->n == VIEW_PAGE_FLOWS) {
		copy = page->order[--place];
		if (view_compare(flow, copy, VIEW_BY_LOSS) > 0)
			return;
	} else {
		copy = &page->worst[page->n++];
	}
	copy_flow(page, copy, flow);
	while (place && view_compare(flow, page->order[place - 1],
				     VIEW_BY_LOSS) < 0) {
		page->order[place] = page->order[place - 1];
		place--;
	}
	page->order[place] = copy;
}

static void put_head(struct view_page *page)
{
	const struct view_state *state = &page->state;
	uint32_t refresh = state->period_ms / 1000;
	struct text *text = &page->text;

	if (refresh < REFRESH_MIN)
		refresh = REFRESH_MIN;
	if (refresh > REFRESH_MAX)
		refresh = REFRESH_MAX;
	text_string(text, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"refresh\" content=\"");
	text_number(text, refresh);
	text_string(text, "\">\n<title>");
	html_text(text, state->node);
	text_string(text, " - lmctl</title>\n<style>\n");
	text_string(text, view_page_style);
	text_string(text, "</style>\n</head>\n<body>\n");
}

static void put_title(struct view_page *page)
{
	const struct view_state *state = &page->state;
	time_t seconds = (time_t)(state->time_ms / 1000);
	char period[DURATION_STRLEN], time[FIGURE_LEN] = "";
	struct text *text = &page->text;
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(time, sizeof(time), "%F %T %Z", &tm);
	text_string(text, "<header>\n<h1>");
	html_text(text, state->node);
	text_string(text, "</h1>\n<p>");
	html_text(text, time);
	text_string(text, ", blocks of ");
	html_text(text, duration_format(state->period_ms, period));
	text_string(text, "</p>\n</header>\n");
}

static void put_wrong(struct view_page *page)
{
	const struct view_state *state = &page->state;
	struct text *text = &page->text;
	unsigned int i;

	if (!state->nwrong) {
		text_string(text, "<p class=\"ok\">OK: nothing is wrong</p>\n");
		return;
	}
	text_string(text, "<ul class=\"wrong\">\n");
	for (i = 0; i < state->nwrong; i++) {
		text_string(text, "<li>");
		html_text(text, state->wrong[i]);
		text_string(text, "</li>\n");
	}
	text_string(text, "</ul>\n");
}

static void put_total(struct text *text, const char *name, uint64_t number,
		      const char *class)
{
	text_string(text, "<div");
	if (number)
		text_string(text, class);
	text_string(text, "><dt>");
	text_string(text, name);
	text_string(text, "</dt><dd>");
	text_number(text, number);
	text_string(text, "</dd></div>\n");
}

static void put_totals(struct view_page *page)
{
	const struct view_totals *totals = &page->state.totals;
	struct text *text = &page->text;

	text_string(text, "<dl class=\"totals\">\n");
	put_total(text, "flows", totals->flows, "");
	put_total(text, "with loss", totals->lossy, " class=\"bad\"");
	put_total(text, "not exact", totals->inexact, " class=\"dim\"");
	text_string(text, "</dl>\n");
}

static void put_end(struct view_page *page)
{
	const struct view_state *state = &page->state;
	struct text *text = &page->text;

	if (page->n)
		text_string(text, "</tbody></table></div>\n");
	if (state->totals.flows > page->n) {
		text_string(text, "<p>");
		text_number(text, state->totals.flows - page->n);
		text_string(text, " more flows are not shown; those with most loss in the last 60 blocks are.</p>\n");
	}
	if (page->n)
		text_string(text, view_page_legend);
	view_page_peers(text, state);
	view_page_sets(text, state);
	text_string(text, "<footer><a href=\"metrics\">Metrics for Prometheus</a></footer>\n</body>\n</html>\n");
}

static void put_begin(struct view_page *page)
{
	put_head(page);
	put_title(page);
	put_wrong(page);
	put_totals(page);
	if (page->n)
		text_string(&page->text, view_page_headings);
	else if (page->state.measurements)
		text_string(&page->text, "<p>No results yet: the first come after two to four blocks.</p>\n");
	else
		text_string(&page->text, "<p>This node measures nothing: its configuration has no section measure.</p>\n");
}

int view_page_step(struct view_page *page, struct text *text)
{
	struct view *view = view_feed_view(page->feed);
	const struct view_flow *flow;
	unsigned int i;

	if (page->walk.at) {
		for (i = 0; i < STEP_FLOWS &&
			    (flow = view_walk_next(view, &page->walk)); i++)
			compare(page, flow);
		return 1;
	}
	if (!page->at)
		put_begin(page);
	for (i = 0; i < STEP_ROWS && page->at < page->n; i++)
		view_page_row(&page->text, page->order[page->at++]);
	if (page->at < page->n)
		return 1;
	put_end(page);
	if (page->text.failed) {
		view_page_stop(page);
		return -ENOMEM;
	}
	text_join(text, &page->text);
	view_page_stop(page);
	return 0;
}
