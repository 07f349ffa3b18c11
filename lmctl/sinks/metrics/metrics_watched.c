// SPDX-License-Identifier: GPL-2.0-only
/*
 * The family of another part with samples for each flow. Samples of flows without
 * series of their own are summed as in other families.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/sinks/metrics/metrics_state.h"

#define KEY_MAX (2 * RESULT_NAME_LEN)

/* Number of flows per step. */
#define STEP_FLOWS 128

/*
 * The sum of flows without series: label and name of the measurement, each with the
 * NUL.
 */
struct watched_sum {
	uint64_t value;
	bool lost;
	UT_hash_handle hh;
	size_t len;
	char key[];
};

static void write_sample(struct metrics_render *render, const char *label,
			 const char *measurement, const char *flow,
			 uint64_t value)
{
	char name[SR6FLOW_FLOW_STRLEN];
	struct metrics_label labels[4] = {
		{ render->writer.metrics->watched->label, label },
		{ "measurement", measurement },
	};

	metrics_flow_labels(flow, &labels[2], name);
	metrics_count(&render->writer, labels, 4, value);
}

static struct watched_sum *sum_new(struct metrics_render *render,
				    const char *key, size_t len)
{
	struct watched_sum *sum = calloc(1, sizeof(*sum) + len);

	if (!sum)
		return NULL;
	sum->len = len;
	memcpy(sum->key, key, len);
	HASH_ADD(hh, render->sums, key, sum->len, sum);
	if (!sum->lost)
		return sum;
	free(sum);
	return NULL;
}

static void add_up(struct metrics_render *render,
		   const struct metrics_flow_value *sample)
{
	char key[KEY_MAX], *end = key;
	struct watched_sum *sum;

	end = stpcpy(end, sample->label) + 1;
	end = stpcpy(end, sample->measurement) + 1;
	HASH_FIND(hh, render->sums, key, (size_t)(end - key), sum);
	if (!sum)
		sum = sum_new(render, key, (size_t)(end - key));
	if (sum)
		sum->value += sample->value;
	else
		render->watched.failed = true;
}

static void take_sample(const struct metrics_flow_value *sample, void *arg)
{
	struct metrics_render *render = arg;
	const struct flow_series *series;

	series = metrics_series(render->writer.metrics, sample->measurement,
				sample->flow);
	if (series)
		write_sample(render, sample->label, sample->measurement,
			     series->flow, sample->value);
	else
		add_up(render, sample);
}

void metrics_watched_begin(struct metrics_render *render)
{
	const struct metrics *metrics = render->writer.metrics;

	render->writer.text = &render->watched;
	metrics_family(&render->writer, &metrics->watched->family);
	metrics->watched->begin(metrics->watched_self);
}

bool metrics_watched_step(struct metrics_render *render)
{
	const struct metrics *metrics = render->writer.metrics;
	const struct watched_sum *sum;

	/* The families of flows are complete by then. */
	render->writer.text = &render->watched;
	render->writer.family = &metrics->watched->family;
	if (metrics->watched->step(metrics->watched_self, STEP_FLOWS,
				   take_sample, render))
		return true;
	for (sum = render->sums; sum; sum = sum->hh.next)
		write_sample(render, sum->key, sum->key + strlen(sum->key) + 1,
			     "", sum->value);
	metrics_watched_end(render);
	return false;
}

void metrics_watched_end(struct metrics_render *render)
{
	struct watched_sum *sum, *next;

	HASH_ITER(hh, render->sums, sum, next) {
		/* It is in the table. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		HASH_DEL(render->sums, sum);
		free(sum);
	}
}
