// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "lib/array.h"
#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/sinks/alarm/alarm.h"
#include "lmctl/sinks/history/history.h"
#include "lmctl/sinks/metrics/metrics.h"
#include "lmctl/sinks/sinks.h"
#include "lmctl/sinks/stream/stream.h"
#include "lmctl/sinks/view/view_feed.h"
#include "lmctl/sinks/view/view_sink.h"

const struct sink_type *const sink_types[] = {
	&stream_type,
	&view_type,
	&metrics_type,
	&history_type,
	&alarm_type,
	NULL
};

#define SINKS (ARRAY_SIZE(sink_types) - 1)

struct sinks {
	struct sink_host host;
	struct sink sink[SINKS];
	void *state[SINKS];
};

struct metrics *sinks_metrics(struct sinks *sinks)
{
	return sinks->host.metrics;
}

struct view_feed *sinks_view(struct sinks *sinks)
{
	return sinks->host.view;
}

int sinks_reload(struct sinks *sinks, const struct sink_items *items)
{
	unsigned int i, first = SINKS;
	int err = 0;

	/* The last one first: metrics may have to close a socket that is in use. */
	while (!err && first > 0) {
		const struct sink_type *type = sink_types[first - 1];

		if (type->prepare)
			err = type->prepare(sinks->state[first - 1],
					    &items[first - 1]);
		if (!err)
			first--;
	}
	for (i = first; i < SINKS; i++)
		if (sink_types[i]->commit)
			sink_types[i]->commit(sinks->state[i], !err);
	return err;
}

struct sinks *sinks_open(const struct sink_host *host,
			 const struct sink_items *items)
{
	struct sinks *sinks = calloc(1, sizeof(*sinks));
	unsigned int i;
	int err = 0;

	if (!sinks) {
		lmctl_error("out of memory");
		return NULL;
	}
	/* SIGPIPE is ignored: readers of standard output may disappear. */
	signal(SIGPIPE, SIG_IGN);
	sinks->host = *host;
	sinks->host.metrics = metrics_new(wallclock_time());
	sinks->host.view = view_feed_new();
	if (!sinks->host.metrics || !sinks->host.view) {
		lmctl_error("out of memory");
		err = -ENOMEM;
	}
	for (i = 0; !err && i < SINKS; i++)
		err = sink_types[i]->open(&sinks->state[i], &sinks->sink[i],
					  &sinks->host);
	if (!err && !sinks_reload(sinks, items))
		return sinks;
	sinks_close(sinks);
	return NULL;
}

void sinks_close(struct sinks *sinks)
{
	unsigned int i;

	if (!sinks)
		return;
	for (i = 0; i < SINKS; i++) {
		sink_types[i]->close(sinks->state[i]);
		sink_close(&sinks->sink[i]);
	}
	view_feed_free(sinks->host.view);
	metrics_free(sinks->host.metrics);
	free(sinks);
}

void sinks_result(const struct sinks *sinks, const struct result *result)
{
	const struct sink *sink;

	for (sink = sinks->sink; sink < sinks->sink + SINKS; sink++)
		if (sink->ops && sink->ops->result)
			sink->ops->result(sink->self, result);
}

void sinks_gap(const struct sinks *sinks, const struct result *result)
{
	const struct sink *sink;

	for (sink = sinks->sink; sink < sinks->sink + SINKS; sink++)
		if (sink->ops && sink->ops->gap)
			sink->ops->gap(sink->self, result);
}

void sinks_report(const struct sinks *sinks, const struct peer_report *report)
{
	const struct sink *sink;

	for (sink = sinks->sink; sink < sinks->sink + SINKS; sink++)
		if (sink->ops && sink->ops->report)
			sink->ops->report(sink->self, report);
}

void sinks_block_end(const struct sinks *sinks, const struct measurement *of,
		     int64_t block)
{
	unsigned int i;

	for (i = 0; i < SINKS; i++) {
		const struct sink *sink = &sinks->sink[i];

		if (sink->ops && sink->ops->block_end)
			sink->ops->block_end(sink->self, of, block);
		if (sink_types[i]->block_end)
			sink_types[i]->block_end(sinks->state[i]);
	}
}

void sinks_ended(const struct sinks *sinks, const char *measurement)
{
	unsigned int i;

	for (i = 0; i < SINKS; i++)
		if (sink_types[i]->ended)
			sink_types[i]->ended(sinks->state[i], measurement);
}
