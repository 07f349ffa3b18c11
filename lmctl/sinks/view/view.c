// SPDX-License-Identifier: GPL-2.0-only
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/flowkey.h"
#include "lmctl/base/messages.h"
#include "lmctl/sinks/figures.h"
#include "lmctl/sinks/view/view.h"

/* Flows that are looked at to find one to be replaced. */
#define SEARCH_MAX 64
#define MS_PER_S 1e3

static struct view_flow *next_of(const struct view *view,
				 const struct view_flow *flow)
{
	return (struct view_flow *)flowmap_next(&view->map, flow ?
						&flow->entry : NULL);
}

/* No walk may be at a flow that is gone. */
static void drop(struct flowmap_entry *entry, void *arg)
{
	struct view *view = arg;
	struct view_walk *walk;

	for (walk = view->walks; walk; walk = walk->next)
		if (walk->at == (struct view_flow *)entry)
			walk->at = next_of(view, walk->at);
}

void view_walk_begin(struct view *view, struct view_walk *walk)
{
	walk->at = next_of(view, NULL);
	walk->next = view->walks;
	view->walks = walk;
}

struct view_flow *view_walk_next(struct view *view, struct view_walk *walk)
{
	struct view_flow *flow = walk->at;

	if (flow)
		walk->at = next_of(view, flow);
	return flow;
}

void view_walk_end(struct view *view, struct view_walk *walk)
{
	struct view_walk **at = &view->walks;

	while (*at && *at != walk)
		at = &(*at)->next;
	if (*at)
		*at = walk->next;
}

void view_init(struct view *view, size_t limit)
{
	*view = (struct view){
		.map = {
			.size = sizeof(struct view_flow),
			.keep = VIEW_KEEP,
			.drop = drop,
			.arg = view,
		},
		.limit = limit,
	};
	view_walk_begin(view, &view->hand);
}

void view_clear(struct view *view)
{
	flowmap_clear(&view->map);
}

void view_end(struct view *view, const char *measurement)
{
	flowmap_end(&view->map, measurement);
}

const char *view_peer(char *text, const char *const *names, unsigned int n,
		      bool group)
{
	size_t len = 0;
	unsigned int i;

	if (!group) {
		snprintf(text, VIEW_PEER_LEN, "%s", names[n - 1]);
		return text;
	}
	for (i = 0; i < n && len < VIEW_PEER_LEN; i++)
		len += (size_t)snprintf(text + len, VIEW_PEER_LEN - len,
					"%s%s", i ? "+" : "", names[i]);
	if (len >= VIEW_PEER_LEN)
		snprintf(text, VIEW_PEER_LEN, "%s and %u more", names[0],
			 n - 1);
	return text;
}

static void sum_up(struct view_flow *flow)
{
	unsigned int i;

	flow->sent = 0;
	flow->lost = 0;
	for (i = 0; i < VIEW_BLOCKS; i++) {
		flow->sent += flow->past[i].sent;
		flow->lost += flow->past[i].lost;
	}
}

/* Make room for a newer block: those that the flow has no result of are empty. */
static void shift(struct view_flow *flow, int64_t by)
{
	size_t n = by < VIEW_BLOCKS ? (size_t)by : VIEW_BLOCKS;

	memmove(flow->past + n, flow->past,
		(VIEW_BLOCKS - n) * sizeof(*flow->past));
	memset(flow->past, 0, n * sizeof(*flow->past));
}

static void set_last(struct view_flow *flow, const struct view_row *row)
{
	snprintf(flow->peer, sizeof(flow->peer), "%s", row->peer);
	snprintf(flow->word, sizeof(flow->word), "%s", row->word ?: "");
	/* Of another program, when the view is made from lines. */
	message_harmless(flow->peer);
	message_harmless(flow->word);
	flow->last = *row;
	flow->last.measurement = flow->entry.table->name;
	flow->last.peer = flow->peer;
	flow->last.flow = &flow->entry.flow;
	flow->last.word = row->word ? flow->word : NULL;
}

static void put(struct view_flow *flow, const struct view_row *row)
{
	struct view_past *past;
	int64_t ago;

	if (flow->last.period_ms && flow->last.period_ms != row->period_ms) {
		memset(flow->past, 0, sizeof(flow->past));
		flow->last.period_ms = 0;
	}
	if (!flow->last.period_ms || row->block > flow->last.block) {
		if (flow->last.period_ms)
			shift(flow, row->block - flow->last.block);
		set_last(flow, row);
	}
	ago = flow->last.block - row->block;
	if (ago >= VIEW_BLOCKS)
		return;
	past = &flow->past[ago];
	*past = (struct view_past){ .kind = row->kind };
	if (row->kind == VIEW_EXACT) {
		past->sent = row->sent.packets;
		past->lost = row->lost;
	}
	sum_up(flow);
}

void view_past(struct view_flow *flow, const struct view_past *past, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < VIEW_BLOCKS; i++)
		if (!flow->past[i].kind)
			flow->past[i] = past[i];
	sum_up(flow);
}

bool view_calm(const struct view_flow *flow)
{
	return flow->last.kind == VIEW_EXACT && !flow->lost && !flow->alarms;
}

/* A full view: another flow goes, or this one. Bounded, so that a block is, too. */
static bool make_room(struct view *view, const struct view_flow *fresh)
{
	unsigned int i;

	for (i = 0; i < SEARCH_MAX && !view_calm(fresh); i++) {
		struct view_flow *flow = view_walk_next(view, &view->hand);

		if (!flow)
			view->hand.at = next_of(view, NULL);
		if (!flow || flow == fresh || !view_calm(flow))
			continue;
		flowmap_remove(&view->map, &flow->entry);
		return true;
	}
	return false;
}

struct view_flow *view_take(struct view *view, const struct view_row *row)
{
	struct view_flow *flow;
	bool renamed;

	flow = (struct view_flow *)flowmap_get(&view->map, row->measurement,
					       row->flow, row->block,
					       &renamed);
	if (!flow)
		return NULL;
	put(flow, row);
	if (view->map.n <= view->limit || make_room(view, flow))
		return flow;
	flowmap_remove(&view->map, &flow->entry);
	return NULL;
}

struct view_flow *view_find(struct view *view, const char *measurement,
			    const struct sr6flow_flow *flow)
{
	return (struct view_flow *)flowmap_find(&view->map, measurement, flow);
}

unsigned int view_level(const struct view_past *past)
{
	static const double bounds[VIEW_LEVELS - 1] = {
		1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1,
	};
	unsigned int level = 1;
	double ratio;

	if (!past->lost)
		return 0;
	ratio = (double)past->lost / (double)past->sent;
	while (level < VIEW_LEVELS && ratio >= bounds[level - 1])
		level++;
	return level;
}

static double ratio_of(const struct view_flow *flow)
{
	return flow->sent ? (double)flow->lost / (double)flow->sent : 0;
}

/* Not known is less than 0. */
static double rate_of(const struct view_flow *flow)
{
	const struct known *sent = &flow->last.sent;

	return sent->known ? (double)sent->packets * MS_PER_S /
			     flow->last.period_ms : -1;
}

/* The greater one first. */
static int descending(double a, double b)
{
	return (a < b) - (a > b);
}

static int by_name(const struct view_flow *a, const struct view_flow *b)
{
	int order = strverscmp(a->entry.flow.name, b->entry.flow.name);

	/* Flows with a name first. */
	if (!*a->entry.flow.name != !*b->entry.flow.name)
		return !*a->entry.flow.name - !*b->entry.flow.name;
	return order ?: memcmp(flowkey(&a->entry.flow), flowkey(&b->entry.flow),
			       FLOWKEY_LEN(SR6FLOW_SIDS_MAX)) ?:
	       strcmp(a->last.measurement, b->last.measurement);
}

static int by_loss(const struct view_flow *a, const struct view_flow *b)
{
	int order = descending(ratio_of(a), ratio_of(b));

	if (!order)
		order = (a->last.kind == VIEW_EXACT) -
			(b->last.kind == VIEW_EXACT);
	return order ?: by_name(a, b);
}

int view_compare(const struct view_flow *a, const struct view_flow *b,
		 enum view_order order)
{
	switch (order) {
	case VIEW_BY_RATE:
		return descending(rate_of(a), rate_of(b)) ?: by_name(a, b);
	case VIEW_BY_NAME:
		return by_name(a, b);
	case VIEW_BY_PEER:
		return strverscmp(a->peer, b->peer) ?: by_loss(a, b);
	default:
		return by_loss(a, b);
	}
}

bool view_matches(const struct view_flow *flow, const char *pattern)
{
	const char *name = flow->entry.flow.name;
	char sids[SR6FLOW_FLOW_STRLEN];

	if (!*pattern)
		return true;
	figure_sids(&flow->entry.flow, sids);
	if (strpbrk(pattern, "*?["))
		return !fnmatch(pattern, *name ? name : sids, 0);
	return strstr(name, pattern) || strstr(sids, pattern) ||
	       strstr(flow->peer, pattern);
}

struct sorting {
	enum view_order order;
	int sign;
};

static int compare(const void *a, const void *b, void *arg)
{
	const struct sorting *sorting = arg;

	return sorting->sign *
	       view_compare(*(const struct view_flow *const *)a,
			    *(const struct view_flow *const *)b,
			    sorting->order);
}

struct view_flow **view_sorted(struct view *view, enum view_order order,
			       bool reverse, const char *pattern, size_t *n)
{
	struct view_flow **flows = calloc(view->map.n + 1, sizeof(*flows));
	struct sorting sorting = { order, reverse ? -1 : 1 };
	struct view_flow *flow;

	*n = 0;
	if (!flows)
		return NULL;
	for (flow = next_of(view, NULL); flow; flow = next_of(view, flow))
		if (view_matches(flow, pattern))
			flows[(*n)++] = flow;
	qsort_r(flows, *n, sizeof(*flows), compare, &sorting);
	return flows;
}

const char *view_label(const struct view_flow *flow, char *text)
{
	if (!*flow->entry.flow.name)
		return sr6flow_flow_format(&flow->entry.flow, text);
	strcpy(text, flow->entry.flow.name);
	return text;
}

const char *view_rate(const struct view_flow *flow, char *text)
{
	double rate = rate_of(flow);

	if (rate < 0)
		return "-";
	snprintf(text, FIGURE_LEN, "%.*f", rate >= 100 || rate == 0 ? 0 :
		 rate >= 10 ? 1 : 2, rate);
	return text;
}
