// SPDX-License-Identifier: GPL-2.0-only
/* Series of measurements and flows, also across reloads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/messages.h"
#include "lmctl/sinks/metrics/metrics_state.h"

void metrics_flow_labels(const char *flow, struct metrics_label *labels,
			 char name[SR6FLOW_FLOW_STRLEN])
{
	const char *sids = strrchr(flow, '=');

	snprintf(name, SR6FLOW_FLOW_STRLEN, "%.*s",
		 sids ? (int)(sids - flow) : (int)strlen(flow), flow);
	labels[0] = (struct metrics_label){ "flow", name };
	labels[1] = (struct metrics_label){ "sids", sids ? sids + 1 : flow };
}

static void series_free(struct flow_series *series)
{
	unsigned int i;

	if (!series)
		return;
	for (i = 0; i < RESULT_PEERS_MAX; i++)
		free(series->sums[i].labels);
	free(series);
}

/* The peers of a group are one receiver, named by all their names. */
static const char *segment_peer(const struct measure *measure, unsigned int i,
				char *text, size_t size)
{
	const struct measurement *of = &measure->of;
	size_t at;
	unsigned int j;

	if (!of->group)
		return of->peer[i];
	at = (size_t)snprintf(text, size, "%s", of->peer[0]);
	for (j = 1; j < of->npeers && at < size; j++)
		at += (size_t)snprintf(text + at, size - at, "+%s",
				       of->peer[j]);
	return text;
}

static char *make_labels(const struct measure *measure, const char *peer,
			 const char *flow)
{
	char name[SR6FLOW_FLOW_STRLEN];
	struct metrics_label labels[4] = {
		{ "measurement", measure->of.name },
		{ "peer", peer },
	};

	if (!flow)
		return metrics_labels(labels, 2);
	metrics_flow_labels(flow, &labels[2], name);
	return metrics_labels(labels, 4);
}

static char *segment_labels(const struct measure *measure, unsigned int i,
			    const char *flow)
{
	char text[RESULT_PEERS_MAX * RESULT_NAME_LEN];

	return make_labels(measure,
			   segment_peer(measure, i, text, sizeof(text)), flow);
}

static struct flow_series *series_new(const struct measure *measure,
				      const char *flow)
{
	size_t len = strlen(flow) + 1;
	struct flow_series *series = calloc(1, sizeof(*series) + len);
	unsigned int i;

	if (!series)
		return NULL;
	memcpy(series->flow, flow, len);
	for (i = 0; i < measure->nsegments; i++) {
		series->sums[i].labels = segment_labels(measure, i, flow);
		if (!series->sums[i].labels) {
			series_free(series);
			return NULL;
		}
	}
	return series;
}

void metrics_flow_remove(struct metrics *metrics, struct measure *measure,
			 struct flow_series *series)
{
	if (metrics->rendering && metrics->render.flow == series)
		metrics->render.flow = series->hh.next;
	HASH_DEL(measure->flows, series);
	series_free(series);
	metrics->nflows--;
}

static void labels_free(struct measure *measure)
{
	unsigned int i;

	for (i = 0; i < RESULT_PEERS_MAX; i++) {
		free(measure->segment[i].labels);
		free(measure->peer[i].labels);
	}
}

static void measure_clear(struct metrics *metrics, struct measure *measure)
{
	struct flow_series *series, *next;

	metrics->render.broken = true;
	HASH_ITER(hh, measure->flows, series, next)
		metrics_flow_remove(metrics, measure, series);
	series_free(measure->rest);
	labels_free(measure);
}

void metrics_measure_remove(struct metrics *metrics, struct measure *measure)
{
	HASH_DEL(metrics->measures, measure);
	measure_clear(metrics, measure);
	free(measure);
}

static bool measure_name(struct measure *measure)
{
	unsigned int i;

	for (i = 0; i < measure->nsegments; i++) {
		measure->segment[i].labels = segment_labels(measure, i, NULL);
		if (!measure->segment[i].labels)
			return false;
	}
	for (i = 0; i < measure->of.npeers; i++) {
		measure->peer[i].labels =
			make_labels(measure, measure->of.peer[i], NULL);
		if (!measure->peer[i].labels)
			return false;
	}
	return true;
}

static struct measure *measure_new(const struct measurement *of)
{
	struct measure *measure = calloc(1, sizeof(*measure));

	if (!measure)
		return NULL;
	measure->of = *of;
	measure->nsegments = of->group ? 1 : of->npeers;
	if (measure_name(measure))
		return measure;
	labels_free(measure);
	free(measure);
	return NULL;
}

static void carry_flow(const struct measure *measure,
		       struct flow_series *series,
		       const struct measure *old,
		       const struct flow_series *from)
{
	struct loss_sums *to;
	unsigned int i, j;
	char *labels;

	series->seen = from->seen;
	for (i = 0; i < measure->nsegments; i++) {
		to = &series->sums[i];
		for (j = 0; j < old->nsegments; j++)
			if (!strcmp(measure->segment[i].labels,
				    old->segment[j].labels))
				break;
		if (j == old->nsegments)
			continue;
		labels = to->labels;
		*to = from->sums[j];
		to->labels = labels;
	}
}

static void carry_peers(struct measure *measure, const struct measure *old)
{
	struct segment_words *words;
	struct peer_sums *peer;
	unsigned int i, j;
	char *labels;

	for (i = 0; i < measure->nsegments; i++)
		for (j = 0; j < old->nsegments; j++) {
			words = &measure->segment[i];
			labels = words->labels;
			if (strcmp(labels, old->segment[j].labels))
				continue;
			*words = old->segment[j];
			words->labels = labels;
		}
	for (i = 0; i < measure->of.npeers; i++)
		for (j = 0; j < old->of.npeers; j++) {
			peer = &measure->peer[i];
			labels = peer->labels;
			if (strcmp(labels, old->peer[j].labels))
				continue;
			*peer = old->peer[j];
			peer->labels = labels;
		}
}

/* Drop the result and report it once; results that fit are still counted. */
static void *short_of_memory(struct metrics *metrics)
{
	if (!metrics->warned)
		lmctl_warning("metrics: out of memory: series are missing; reduce flows in section metrics");
	metrics->warned = true;
	return NULL;
}

static struct flow_series *flow_add(struct metrics *metrics,
				    struct measure *measure, const char *flow)
{
	struct flow_series *series = series_new(measure, flow);

	if (!series)
		return short_of_memory(metrics);
	series->born = metrics->renders;
	HASH_ADD_STR(measure->flows, flow, series);
	if (series->lost) {
		series_free(series);
		return short_of_memory(metrics);
	}
	metrics->nflows++;
	return series;
}

/*
 * Peers changed by a reload: the series of remaining peers continue, because
 * counters must not go back.
 */
static void measure_carry(struct metrics *metrics, struct measure *measure,
			  struct measure *old)
{
	struct flow_series *from, *series;

	measure->number = old->number;
	measure->without_now = old->without_now;
	carry_peers(measure, old);
	for (from = old->flows; from; from = from->hh.next) {
		series = flow_add(metrics, measure, from->flow);
		if (series)
			carry_flow(measure, series, old, from);
	}
	if (!old->rest)
		return;
	measure->rest = series_new(measure, "");
	if (measure->rest)
		carry_flow(measure, measure->rest, old, old->rest);
}

struct measure *metrics_measure_of(struct metrics *metrics,
				   const struct measurement *of)
{
	struct measure *measure, *old;

	HASH_FIND_STR(metrics->measures, of->name, old);
	if (old && measurement_same_path(&old->of, of))
		return old;
	measure = measure_new(of);
	if (!measure)
		return short_of_memory(metrics);
	if (old) {
		measure_carry(metrics, measure, old);
		metrics_measure_remove(metrics, old);
	}
	HASH_ADD_STR(metrics->measures, of.name, measure);
	if (!measure->lost)
		return measure;
	measure_clear(metrics, measure);
	free(measure);
	return short_of_memory(metrics);
}

static struct flow_series *rest_of(struct metrics *metrics,
				   struct measure *measure)
{
	measure->without_now++;
	if (!measure->rest)
		measure->rest = series_new(measure, "");
	return measure->rest ? measure->rest : short_of_memory(metrics);
}

struct flow_series *metrics_series_of(struct metrics *metrics,
				      struct measure *measure,
				      const struct sr6flow_flow *flow)
{
	char text[SR6FLOW_FLOW_STRLEN];
	struct flow_series *series;

	sr6flow_flow_format(flow, text);
	HASH_FIND_STR(measure->flows, text, series);
	if (series)
		return series;
	if (metrics->nflows >= metrics->limit)
		return rest_of(metrics, measure);
	return flow_add(metrics, measure, text);
}

const struct flow_series *metrics_series(const struct metrics *metrics,
					 const char *measurement,
					 const struct sr6flow_flow *flow)
{
	const struct flow_series *series = NULL;
	char text[SR6FLOW_FLOW_STRLEN];
	const struct measure *measure;

	HASH_FIND_STR(metrics->measures, measurement, measure);
	if (!measure)
		return NULL;
	sr6flow_flow_format(flow, text);
	HASH_FIND_STR(measure->flows, text, series);
	return series;
}
