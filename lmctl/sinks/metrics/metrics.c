// SPDX-License-Identifier: GPL-2.0-only
/* The sink: results and reports in, sums of series. */
#include <stdlib.h>
#include <string.h>

#include "lmctl/sinks/metrics/metrics_state.h"

/* A full counter stays at its maximum: it must not go back. */
static void add(uint64_t *counter, uint64_t n)
{
	if (__builtin_add_overflow(*counter, n, counter))
		*counter = UINT64_MAX;
}

static void count_word(struct segment_words *words, const char *word)
{
	unsigned int i;

	for (i = 0; i < words->n; i++)
		if (!strcmp(words->word[i], word))
			break;
	if (i == METRICS_WORDS_MAX)
		return;
	if (i == words->n)
		words->word[words->n++] = word;
	add(&words->count[i], 1);
}

static void sum_segment(struct loss_sums *sums, const struct segment *segment)
{
	add(&sums->sent, segment->sent);
	add(&sums->received, segment->received);
	add(&sums->lost, (uint64_t)segment->lost);
	add(&sums->sent_bytes, segment->sent_bytes);
	add(&sums->received_bytes, segment->received_bytes);
}

static void count_segment(struct loss_sums *sums, const struct result *result,
			  const struct segment *segment)
{
	if (sums->block != result->block) {
		sums->block = result->block;
		sums->block_sent = 0;
		sums->block_lost = 0;
	}
	add(&sums->blocks[segment->status], 1);
	if (segment->status != RESULT_EXACT)
		return;
	sum_segment(sums, segment);
	add(&sums->block_sent, segment->sent);
	add(&sums->block_lost, (uint64_t)segment->lost);
	sums->exact_end = (result->block + 1) * (int64_t)result->period_ms;
}

/* Of a group, all peers together are the only segment. */
static struct segment segment_of(const struct result *result, unsigned int i)
{
	return result->of->group ? result_total(result) :
				   result_segment(result, i);
}

static void take_result(void *self, const struct result *result)
{
	struct metrics *metrics = self;
	struct measure *measure = metrics_measure_of(metrics, result->of);
	struct flow_series *series;
	struct segment segment;
	unsigned int i;

	series = measure ? metrics_series_of(metrics, measure, result->flow) : NULL;
	if (!series)
		return;
	series->seen = measure->number;
	for (i = 0; i < measure->nsegments; i++) {
		segment = segment_of(result, i);
		count_segment(&series->sums[i], result, &segment);
		if (segment.status == RESULT_INVALID)
			count_word(&measure->segment[i], segment.word);
	}
}

/* Its blocks were counted by their own results. */
static void take_gap(void *self, const struct result *result)
{
	struct metrics *metrics = self;
	struct measure *measure = metrics_measure_of(metrics, result->of);
	struct flow_series *series;
	struct segment segment;
	unsigned int i;

	series = measure ? metrics_series_of(metrics, measure, result->flow) : NULL;
	for (i = 0; series && i < measure->nsegments; i++) {
		segment = segment_of(result, i);
		if (segment.status != RESULT_EXACT)
			continue;
		sum_segment(&series->sums[i], &segment);
		add(&series->sums[i].gap_blocks, result->gap);
	}
}

static void take_report(void *self, const struct peer_report *report)
{
	struct measure *measure = metrics_measure_of(self, report->of);
	struct peer_sums *peer;

	if (!measure)
		return;
	peer = &measure->peer[report->peer];
	add(&peer->requests, report->requests);
	add(&peer->replies, report->replies);
	add(&peer->rejected, rejects_total(&report->rejects));
	peer->last = *report;
	peer->last.of = NULL;
}

static void take_block_end(void *self, const struct measurement *of,
			   int64_t block)
{
	struct measure *measure = metrics_measure_of(self, of);
	struct flow_series *series, *next;
	struct metrics *metrics = self;

	(void)block;
	metrics->version++;
	if (!measure)
		return;
	measure->number++;
	measure->without = measure->without_now;
	measure->without_now = 0;
	HASH_ITER(hh, measure->flows, series, next)
		if (measure->number - series->seen > METRICS_KEEP_BLOCKS)
			metrics_flow_remove(metrics, measure, series);
}

void metrics_free(struct metrics *metrics)
{
	struct measure *measure, *next;
	struct source *source;

	if (!metrics)
		return;
	metrics_render_stop(metrics);
	HASH_ITER(hh, metrics->measures, measure, next)
		metrics_measure_remove(metrics, measure);
	while ((source = metrics->sources)) {
		metrics->sources = source->next;
		free(source);
	}
	free(metrics);
}

struct sink metrics_sink(struct metrics *metrics)
{
	static const struct sink_ops ops = {
		.result = take_result,
		.gap = take_gap,
		.report = take_report,
		.block_end = take_block_end,
	};

	return (struct sink){ .ops = &ops, .self = metrics };
}

struct metrics *metrics_new(int64_t start)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	if (!metrics)
		return NULL;
	metrics->start = start;
	return metrics;
}

void metrics_limit(struct metrics *metrics, uint32_t flows)
{
	metrics->limit = flows;
	metrics->version++;
}

void metrics_forget(struct metrics *metrics, const char *measurement)
{
	struct measure *measure;

	HASH_FIND_STR(metrics->measures, measurement, measure);
	if (!measure)
		return;
	metrics->version++;
	metrics_measure_remove(metrics, measure);
}

uint64_t metrics_version(const struct metrics *metrics)
{
	return metrics->version;
}

void metrics_watch(struct metrics *metrics, const struct metrics_flows *flows,
		   void *self)
{
	metrics->watched = flows;
	metrics->watched_self = self;
}
