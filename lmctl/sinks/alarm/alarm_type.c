// SPDX-License-Identifier: GPL-2.0-only
/*
 * Alarms as a sink of a service: the children that run their programs, and the
 * metric of raised alarms.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/block.h"
#include "lmctl/base/messages.h"
#include "lmctl/sinks/alarm/alarm.h"
#include "lmctl/sinks/metrics/metrics.h"

/**
 * struct watching - alarms of a service
 * @alarms: the alarms
 * @host: service
 * @children: a program ended
 * @patience: a program exceeds its time
 */
struct watching {
	struct sink *alarms;
	const struct sink_host *host;
	sd_event_source *children;
	sd_event_source *patience;
};

/**
 * struct visit - receiver of the samples of a walk
 * @fn: called for each
 * @arg: for @fn
 */
struct visit {
	metrics_flow_fn fn;
	void *arg;
};

static int on_patience(sd_event_source *source, uint64_t usec, void *arg);

/* A started program ended or exceeds its time. */
static void reap(void *self)
{
	struct watching *watching = self;
	int64_t next = alarm_reap(watching->alarms);

	watching->patience = sd_event_source_unref(watching->patience);
	if (next != INT64_MAX)
		sd_event_add_time(watching->host->event, &watching->patience,
				  CLOCK_MONOTONIC,
				  (uint64_t)next / BLOCK_NS_PER_US + 1, 0,
				  on_patience, watching);
}

static int on_patience(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	reap(arg);
	return 0;
}

static int on_child(sd_event_source *source,
		    const struct signalfd_siginfo *info, void *arg)
{
	(void)source;
	(void)info;
	reap(arg);
	return 0;
}

static int watch_children(struct watching *watching)
{
	sigset_t set;
	int err;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	err = sd_event_add_signal(watching->host->event, &watching->children,
				  SIGCHLD, on_child, watching);
	if (err < 0)
		lmctl_error("cannot watch children: %s", strerror(-err));
	return err < 0 ? err : 0;
}

static void walk_begin(void *self)
{
	const struct watching *watching = self;

	alarm_walk_begin(watching->alarms);
}

static void take_status(const struct alarm_status *status, void *arg)
{
	const struct visit *visit = arg;
	const struct metrics_flow_value value = {
		.label = status->alarm,
		.measurement = status->measurement,
		.flow = status->flow,
		.value = status->raised,
	};

	visit->fn(&value, visit->arg);
}

static bool walk_step(void *self, unsigned int n, metrics_flow_fn fn, void *arg)
{
	const struct watching *watching = self;
	struct visit visit = { fn, arg };

	return alarm_walk(watching->alarms, n, take_status, &visit);
}

static const struct metrics_flows raised = {
	.family = {
		.name = "sr6flow_alarms_raised",
		.help = "Flows for which the alarm is raised: 0 or 1 where each flow has series of its own",
		.type = METRICS_GAUGE,
	},
	.label = "alarm",
	.begin = walk_begin,
	.step = walk_step,
};

static int prepare(void *self, const struct sink_items *items)
{
	const struct watching *watching = self;

	return alarm_prepare(watching->alarms, items->item, items->n);
}

static void commit(void *self, bool follow)
{
	const struct watching *watching = self;

	alarm_commit(watching->alarms, follow, watching->host->progress,
		     watching->host->arg);
}

static void ended(void *self, const char *measurement)
{
	const struct watching *watching = self;

	alarm_ended(watching->alarms, measurement);
}

static void close_watching(void *self)
{
	struct watching *watching = self;

	if (!watching)
		return;
	sd_event_source_unref(watching->children);
	sd_event_source_unref(watching->patience);
	free(watching);
}

static int watch(void **self, struct sink *sink, const struct sink_host *host)
{
	struct watching *watching = calloc(1, sizeof(*watching));
	int err;

	*self = watching;
	if (!watching) {
		lmctl_error("out of memory");
		return -ENOMEM;
	}
	watching->alarms = sink;
	watching->host = host;
	metrics_watch(host->metrics, &raised, watching);
	err = watch_children(watching) ?: alarm_open(sink, NULL, 0);
	if (!err)
		alarm_listen(sink, host->view);
	return err;
}

const struct sink_type alarm_type = {
	.section = &alarm_section,
	.open = watch,
	.prepare = prepare,
	.commit = commit,
	.block_end = reap,
	.ended = ended,
	.close = close_watching,
};
