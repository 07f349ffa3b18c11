// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/sinks/view/view_feed.h"

/**
 * struct measure - a measurement
 * @of: it
 * @label: end of its path
 * @silent: of each peer, blocks in a row without an answer
 * @now: of the block whose results come
 * @last: of the block before
 * @next: next measurement
 */
struct measure {
	struct measurement of;
	char label[VIEW_PEER_LEN];
	uint64_t silent[RESULT_PEERS_MAX];
	struct view_totals now;
	struct view_totals last;
	struct measure *next;
};

/**
 * struct view_feed - the daemon's view
 * @view: flows
 * @measures: measurements
 * @alarms: raised alarms
 * @nalarms: their number
 * @version: counts blocks and changes
 * @block: block that ended last
 * @period_ms: length of a block
 * @source: adds facts
 * @arg: for @source
 */
struct view_feed {
	struct view view;
	struct measure *measures;
	struct view_alarm alarms[VIEW_LIST_MAX];
	unsigned int nalarms;
	uint64_t version;
	int64_t block;
	uint32_t period_ms;
	view_source_fn source;
	void *arg;
};

struct view_feed *view_feed_new(void)
{
	struct view_feed *feed = calloc(1, sizeof(*feed));

	if (feed)
		view_init(&feed->view, VIEW_FLOWS_DEFAULT);
	return feed;
}

static void free_measure(struct measure **at)
{
	struct measure *measure = *at;

	*at = measure->next;
	free(measure);
}

void view_feed_free(struct view_feed *feed)
{
	if (!feed)
		return;
	view_clear(&feed->view);
	while (feed->measures)
		free_measure(&feed->measures);
	free(feed);
}

void view_feed_limit(struct view_feed *feed, uint32_t flows)
{
	feed->view.limit = flows;
}

void view_feed_source(struct view_feed *feed, view_source_fn fn, void *arg)
{
	feed->source = fn;
	feed->arg = arg;
}

struct view *view_feed_view(struct view_feed *feed)
{
	return &feed->view;
}

uint64_t view_feed_version(const struct view_feed *feed)
{
	return feed->version;
}

bool view_feed_keeps(struct view_feed *feed, const struct result *result)
{
	return view_find(&feed->view, result->of->name, result->flow);
}

static struct measure **find(struct view_feed *feed, const char *name)
{
	struct measure **at = &feed->measures;

	while (*at && strcmp((*at)->of.name, name))
		at = &(*at)->next;
	return at;
}

/* Measurements differ in their name, but a reload may change the others. */
static struct measure *get(struct view_feed *feed, const struct measurement *of)
{
	struct measure **at = find(feed, of->name), *measure = *at;
	const char *names[RESULT_PEERS_MAX];
	unsigned int i;

	if (measure && measurement_same_path(&measure->of, of))
		return measure;
	if (!measure) {
		*at = calloc(1, sizeof(**at));
		measure = *at;
	}
	if (!measure)
		return NULL;
	memset(measure->silent, 0, sizeof(measure->silent));
	measure->of = *of;
	for (i = 0; i < of->npeers; i++)
		names[i] = of->peer[i];
	view_peer(measure->label, names, of->npeers, of->group);
	return measure;
}

static const enum view_kind kinds[] = {
	[RESULT_EXACT] = VIEW_EXACT,
	[RESULT_INVALID] = VIEW_INVALID,
	[RESULT_ANOMALY] = VIEW_ANOMALY,
};

static void feed_result(void *self, const struct result *result)
{
	const struct delay *delay = &result->peer[result->of->npeers - 1].delay;
	const struct segment total = result_total(result);
	struct view_feed *feed = self;
	struct measure *measure = get(feed, result->of);
	const bool exact = total.status == RESULT_EXACT;
	const struct view_row row = {
		.measurement = result->of->name,
		.peer = measure ? measure->label : "",
		.flow = result->flow,
		.block = result->block,
		.period_ms = result->period_ms,
		.kind = kinds[total.status],
		.word = total.word,
		.sent = result_sent(result),
		.received = result_received(result),
		.lost = exact ? (uint64_t)total.lost : 0,
		.trip = delay->known ? delay->round_trip : 0,
	};

	feed->period_ms = result->period_ms;
	if (measure)
		view_totals_add(&measure->now, row.lost, row.word);
	view_take(&feed->view, &row);
}

static void feed_report(void *self, const struct peer_report *report)
{
	struct measure *measure = get(self, report->of);

	if (!measure || !report->requests)
		return;
	if (report->replies)
		measure->silent[report->peer] = 0;
	else
		measure->silent[report->peer]++;
}

static void feed_block_end(void *self, const struct measurement *of,
			   int64_t block)
{
	struct view_feed *feed = self;
	struct measure *measure = get(feed, of);

	feed->block = block;
	feed->version++;
	view_end(&feed->view, of->name);
	if (!measure)
		return;
	measure->last = measure->now;
	measure->now = (struct view_totals){ .flows = 0 };
}

static const struct sink_ops ops = {
	.result = feed_result,
	.report = feed_report,
	.block_end = feed_block_end,
};

struct sink view_feed_sink(struct view_feed *feed)
{
	return (struct sink){ &ops, feed };
}

void view_feed_ended(struct view_feed *feed, const char *measurement)
{
	struct measure **at = find(feed, measurement);

	if (*at)
		free_measure(at);
	flowmap_forget(&feed->view.map, measurement);
	feed->version++;
}

static void count_alarm(struct view_feed *feed, const char *alarm, bool raised)
{
	struct view_alarm *of = feed->alarms;
	struct view_alarm *end = of + feed->nalarms;

	while (of < end && strcmp(of->name, alarm))
		of++;
	if (of == end && raised && feed->nalarms < VIEW_LIST_MAX) {
		feed->nalarms++;
		snprintf(of->name, sizeof(of->name), "%s", alarm);
		of->flows = 0;
		end++;
	}
	if (of == end)
		return;
	if (raised)
		of->flows++;
	else if (of->flows)
		of->flows--;
	if (!of->flows)
		*of = feed->alarms[--feed->nalarms];
}

void view_feed_alarm(struct view_feed *feed, const char *alarm,
		     const char *measurement, const struct sr6flow_flow *flow,
		     bool raised)
{
	struct view_flow *kept = view_find(&feed->view, measurement, flow);

	count_alarm(feed, alarm, raised);
	if (kept && raised)
		kept->alarms++;
	else if (kept && kept->alarms)
		kept->alarms--;
	feed->version++;
}

static void add_peer(struct view_state *state, const struct measure *measure,
		     unsigned int i)
{
	struct view_peer_state *peer = &state->peer[state->npeers++];

	memcpy(peer->measurement, measure->of.name, sizeof(peer->measurement));
	memcpy(peer->name, measure->of.peer[i], sizeof(peer->name));
	peer->silent = measure->silent[i];
}

/* Those that answer, or those that do not. */
static void add_peers(struct view_state *state, const struct view_feed *feed,
		      bool silent)
{
	const struct measure *measure;
	unsigned int i;

	for (measure = feed->measures; measure; measure = measure->next)
		for (i = 0; i < measure->of.npeers; i++) {
			if (silent != !!measure->silent[i])
				continue;
			state->silent += silent;
			if (state->npeers < VIEW_PEERS_MAX)
				add_peer(state, measure, i);
		}
}

void view_feed_state(struct view_feed *feed, struct view_state *state)
{
	const struct measure *measure;

	memset(state, 0, sizeof(*state));
	state->period_ms = feed->period_ms;
	state->block = feed->block;
	state->kept = feed->view.map.n;
	for (measure = feed->measures; measure; measure = measure->next)
		view_totals_join(&state->totals, &measure->last);
	add_peers(state, feed, true);
	add_peers(state, feed, false);
	state->nalarms = feed->nalarms;
	memcpy(state->alarm, feed->alarms, sizeof(state->alarm));
	if (feed->source)
		feed->source(state, feed->arg);
	view_state_judge(state);
}
