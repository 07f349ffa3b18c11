// SPDX-License-Identifier: GPL-2.0-only
/*
 * The family of the alarms. Flows without series of their own are summed here
 * as everywhere, whatever the number of alarms.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/sinks/metrics_state.h"
#include "lmctl/sinks/alarm.h"
#include "lmctl/sinks/metrics_text.h"

#define KEY_MAX (2 * RESULT_NAME_LEN + SR6FLOW_FLOW_STRLEN)

/* Alarms of one series: its names one after the other, each with the NUL. */
struct alarm_series {
	uint64_t raised;
	bool lost;
	UT_hash_handle hh;
	size_t len;
	char key[];
};

struct collecting {
	const struct metrics *metrics;
	struct alarm_series *series;
};

static const char *series_label(const struct metrics *metrics,
				const struct alarm_status *status, char *text)
{
	const char *label = metrics_flow_label(status->flow, text);
	const struct flow_series *series = NULL;
	const struct measure *measure;

	HASH_FIND_STR(metrics->measures, status->measurement, measure);
	if (measure)
		HASH_FIND_STR(measure->flows, label, series);
	return series ? label : "";
}

static struct alarm_series *series_new(const char *key, size_t len)
{
	struct alarm_series *series = calloc(1, sizeof(*series) + len);

	if (series) {
		series->len = len;
		memcpy(series->key, key, len);
	}
	return series;
}

static void collect(const struct alarm_status *status, void *arg)
{
	struct collecting *collecting = arg;
	struct alarm_series *series;
	char text[SR6FLOW_FLOW_STRLEN];
	char key[KEY_MAX], *end = key;

	end = stpcpy(end, status->alarm) + 1;
	end = stpcpy(end, status->measurement) + 1;
	end = stpcpy(end, series_label(collecting->metrics, status, text)) + 1;
	HASH_FIND(hh, collecting->series, key, (size_t)(end - key), series);
	if (!series) {
		series = series_new(key, (size_t)(end - key));
		if (!series)
			return;
		HASH_ADD(hh, collecting->series, key, series->len, series);
		if (series->lost) {
			free(series);
			return;
		}
	}
	series->raised += status->raised;
}

void metrics_alarms(struct metrics_writer *writer, void *alarms)
{
	static const struct metrics_family family = {
		"sr6flow_alarms_raised", NULL,
		"Flows for which the alarm is raised: 0 or 1 where each flow has series of its own",
		METRICS_GAUGE,
	};
	struct collecting collecting = { .metrics = writer->metrics };
	struct metrics_label labels[] = {
		{ .name = "alarm" }, { .name = "measurement" },
		{ .name = "flow" },
	};
	struct alarm_series *series, *next;

	alarm_each(alarms, collect, &collecting);
	metrics_family(writer, &family);
	HASH_ITER(hh, collecting.series, series, next) {
		labels[0].value = series->key;
		labels[1].value = labels[0].value + strlen(labels[0].value) + 1;
		labels[2].value = labels[1].value + strlen(labels[1].value) + 1;
		metrics_count(writer, labels, 3, series->raised);
		/* It is in the table. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		HASH_DEL(collecting.series, series);
		free(series);
	}
}
