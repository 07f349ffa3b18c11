// SPDX-License-Identifier: GPL-2.0-only
/* The page, in small steps. */
#include <errno.h>
#include <stdlib.h>

#include "lmctl/sinks/metrics/metrics_state.h"

#define NS_PER_MS INT64_C(1000000)
#define MS_PER_S 1e3

/* Number of flows at the end of one segment per step. */
#define STEP_SEGMENTS 128

static void write_process(struct metrics_writer *writer)
{
	static const struct metrics_family build = {
		"sr6flow_build", NULL, "Version of lmctl", METRICS_INFO,
	};
	/* The usual name in client libraries of Prometheus. */
	static const struct metrics_family start = {
		"process_start_time_seconds", "seconds",
		"Start of the process, in Unix time", METRICS_GAUGE,
	};

	metrics_family(writer, &build);
	metrics_count(writer,
		      &(struct metrics_label){ "version", SR6FLOW_VERSION },
		      1, 1);
	metrics_family(writer, &start);
	metrics_number(writer, NULL, 0,
		       /* Whole milliseconds. NOLINTNEXTLINE(bugprone-integer-division) */
		       (double)(writer->metrics->start / NS_PER_MS) /
		       MS_PER_S);
}

void metrics_now(const struct metrics *metrics, bool openmetrics,
		 struct text *text)
{
	struct metrics_writer writer = {
		.text = text, .openmetrics = openmetrics, .metrics = metrics,
	};
	const struct source *source;

	write_process(&writer);
	for (source = metrics->sources; source; source = source->next)
		source->fn(&writer, source->arg);
	if (openmetrics)
		text_string(text, "# EOF\n");
}

static void measure_begin(struct metrics_render *render,
			  const struct measure *measure)
{
	render->measure = measure;
	render->flow = measure ? measure->flows : NULL;
}

void metrics_render_begin(struct metrics *metrics, bool openmetrics)
{
	struct metrics_render *render = &metrics->render;

	*render = (struct metrics_render){
		.writer = { .openmetrics = openmetrics, .metrics = metrics },
	};
	metrics->rendering = true;
	metrics->renders++;
	metrics_flows_begin(render);
	if (metrics->watched)
		metrics_watched_begin(render);
	measure_begin(render, metrics->measures);
}

void metrics_render_stop(struct metrics *metrics)
{
	struct metrics_render *render = &metrics->render;
	unsigned int i;

	if (!metrics->rendering)
		return;
	metrics->rendering = false;
	for (i = 0; i < METRICS_FLOW_FAMILIES; i++)
		text_free(&render->flows[i]);
	text_free(&render->watched);
	if (metrics->watched)
		metrics_watched_end(render);
}

/*
 * A flow added after the render began may be on the page already, with a series
 * that ended: Prometheus accepts each series once.
 */
static void flows_step(struct metrics_render *render)
{
	const struct metrics *metrics = render->writer.metrics;
	const struct measure *measure = render->measure;
	unsigned int n = 0;

	for (; render->flow && n < STEP_SEGMENTS; n += measure->nsegments) {
		if (render->flow->born < metrics->renders)
			metrics_flow_write(render, measure, render->flow);
		render->flow = render->flow->hh.next;
	}
	if (render->flow)
		return;
	if (measure->rest)
		metrics_flow_write(render, measure, measure->rest);
	measure_begin(render, measure->hh.next);
}

static int finish(struct metrics *metrics, struct text *page)
{
	struct metrics_render *render = &metrics->render;
	unsigned int i;

	for (i = 0; i < METRICS_FLOW_FAMILIES; i++)
		text_join(page, &render->flows[i]);
	text_join(page, &render->watched);
	render->writer.text = page;
	metrics_measures_write(&render->writer);
	metrics_render_stop(metrics);
	if (!page->failed)
		return 0;
	text_free(page);
	return -ENOMEM;
}

int metrics_render_step(struct metrics *metrics, struct text *page)
{
	struct metrics_render *render = &metrics->render;

	if (render->broken) {
		metrics_render_stop(metrics);
		return -EAGAIN;
	}
	if (render->measure) {
		flows_step(render);
		return 1;
	}
	if (metrics->watched && metrics_watched_step(render))
		return 1;
	return finish(metrics, page);
}

int metrics_source(struct metrics *metrics, metrics_source_fn fn, void *arg)
{
	struct source **end = &metrics->sources;
	struct source *source = calloc(1, sizeof(*source));

	if (!source)
		return -ENOMEM;
	source->fn = fn;
	source->arg = arg;
	while (*end)
		end = &(*end)->next;
	*end = source;
	return 0;
}

void metrics_source_remove(struct metrics *metrics, metrics_source_fn fn,
			   void *arg)
{
	struct source **at = &metrics->sources;
	struct source *source;

	while (*at && ((*at)->fn != fn || (*at)->arg != arg))
		at = &(*at)->next;
	source = *at;
	if (!source)
		return;
	*at = source->next;
	free(source);
}
