// SPDX-License-Identifier: GPL-2.0-only
/*
 * The family of the alarms. Flows without series of their own are summed here
 * as everywhere, whatever the number of alarms.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/sinks/alarm/alarm.h"
#include "lmctl/sinks/metrics/metrics_state.h"

#define KEY_MAX (2 * RESULT_NAME_LEN)

/* Flows whose alarms one step writes. */
#define STEP_FLOWS 128

/*
 * An alarm of the flows without series: its name and that of the measurement,
 * each with the NUL.
 */
struct alarm_series {
	uint64_t raised;
	bool lost;
	UT_hash_handle hh;
	size_t len;
	char key[];
};

static const struct metrics_family family = {
	"sr6flow_alarms_raised", NULL,
	"Flows for which the alarm is raised: 0 or 1 where each flow has series of its own",
	METRICS_GAUGE,
};

static void write_sample(struct metrics_render *render, const char *alarm,
			 const char *measurement, const char *flow,
			 uint64_t raised)
{
	char name[SR6FLOW_FLOW_STRLEN];
	struct metrics_label labels[4] = {
		{ "alarm", alarm }, { "measurement", measurement },
	};

	metrics_flow_labels(flow, &labels[2], name);
	metrics_count(&render->writer, labels, 4, raised);
}

static struct alarm_series *sum_new(struct metrics_render *render,
				    const char *key, size_t len)
{
	struct alarm_series *sum = calloc(1, sizeof(*sum) + len);

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
		   const struct alarm_status *status)
{
	char key[KEY_MAX], *end = key;
	struct alarm_series *sum;

	end = stpcpy(end, status->alarm) + 1;
	end = stpcpy(end, status->measurement) + 1;
	HASH_FIND(hh, render->sums, key, (size_t)(end - key), sum);
	if (!sum)
		sum = sum_new(render, key, (size_t)(end - key));
	if (sum)
		sum->raised += status->raised;
	else
		render->alarms.failed = true;
}

static void take_status(const struct alarm_status *status, void *arg)
{
	struct metrics_render *render = arg;
	const struct flow_series *series;

	series = metrics_series(render->writer.metrics, status->measurement,
				status->flow);
	if (series)
		write_sample(render, status->alarm, status->measurement,
			     series->flow, status->raised);
	else
		add_up(render, status);
}

void metrics_alarms_begin(struct metrics_render *render)
{
	render->writer.text = &render->alarms;
	metrics_family(&render->writer, &family);
	alarm_walk_begin(render->writer.metrics->alarms);
}

bool metrics_alarms_step(struct metrics_render *render)
{
	const struct alarm_series *sum;

	/* The families of flows came before. */
	render->writer.text = &render->alarms;
	render->writer.family = &family;
	if (alarm_walk(render->writer.metrics->alarms, STEP_FLOWS, take_status,
		       render))
		return true;
	for (sum = render->sums; sum; sum = sum->hh.next)
		write_sample(render, sum->key, sum->key + strlen(sum->key) + 1,
			     "", sum->raised);
	metrics_alarms_end(render);
	return false;
}

void metrics_alarms_end(struct metrics_render *render)
{
	struct alarm_series *sum, *next;

	HASH_ITER(hh, render->sums, sum, next) {
		/* It is in the table. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		HASH_DEL(render->sums, sum);
		free(sum);
	}
}
