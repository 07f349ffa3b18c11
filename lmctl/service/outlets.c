// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/service/outlets.h"
#include "lmctl/sinks/alarm/alarm.h"
#include "lmctl/sinks/history/history.h"
#include "lmctl/sinks/metrics/httpd.h"
#include "lmctl/sinks/stream/live.h"
#include "lmctl/sinks/stream/stream.h"

enum { PRINT, METRICS, HISTORY, ALARM, SINKS };

struct outlets {
	struct loop *loop;
	/* One without ops is not there. */
	struct sink sink[SINKS];
	bool streaming;
	/* There is nothing to do but to print. */
	bool only_lines;
	struct metrics *metrics;
	struct httpd *httpd;
	struct config_metrics listening;
	struct config_history kept;
	sd_event_source *children;
	sd_event_source *patience;
	sd_event_source *writable;
};

struct metrics *outlets_metrics(struct outlets *outlets)
{
	return outlets->metrics;
}

static void sink_close(struct sink *sink)
{
	if (sink->ops && sink->ops->free)
		sink->ops->free(sink->self);
	*sink = (struct sink){ .ops = NULL };
}

/* A reader slower than a block has its lines when it takes them. */
static void pump(struct outlets *outlets)
{
	int more = stream_pump(&outlets->sink[PRINT]);

	if (more < 0 && outlets->only_lines)
		loop_stop(outlets->loop, EXIT_FAILURE);
	if (outlets->writable)
		sd_event_source_set_enabled(outlets->writable,
					    more > 0 ? SD_EVENT_ON :
						       SD_EVENT_OFF);
}

static int on_writable(sd_event_source *source, int fd, uint32_t events,
		       void *arg)
{
	(void)source;
	(void)fd;
	(void)events;
	pump(arg);
	return 0;
}

static int print_open(struct outlets *outlets, enum outlets_print print,
		      uint32_t period_ms)
{
	int err;

	if (print == OUTLETS_WATCH)
		return live_open(&outlets->sink[PRINT]);
	err = stream_open(&outlets->sink[PRINT], print == OUTLETS_JSON,
			  period_ms);
	if (err)
		return err;
	outlets->streaming = true;
	/* A regular file is always writable and refused here. */
	if (!sd_event_add_io(loop_event(outlets->loop), &outlets->writable,
			     STDOUT_FILENO, EPOLLOUT, on_writable, outlets))
		sd_event_source_set_enabled(outlets->writable, SD_EVENT_OFF);
	return 0;
}

static uint64_t page_version(void *arg)
{
	return metrics_version(arg);
}

static void page_begin(void *arg, bool openmetrics)
{
	metrics_render_begin(arg, openmetrics);
}

static int page_step(void *arg, struct text *page)
{
	return metrics_render_step(arg, page);
}

static void page_stop(void *arg)
{
	metrics_render_stop(arg);
}

static void page_now(void *arg, bool openmetrics, struct text *text)
{
	metrics_now(arg, openmetrics, text);
}

static const struct httpd_ops page_ops = {
	.version = page_version,
	.begin = page_begin,
	.step = page_step,
	.stop = page_stop,
	.now = page_now,
};

static int httpd_start(struct outlets *outlets,
		       const struct config_metrics *metrics,
		       struct httpd **httpd)
{
	*httpd = NULL;
	if (!metrics->on)
		return 0;
	return httpd_open(httpd, loop_event(outlets->loop), &metrics->listen,
			  &page_ops, outlets->metrics);
}

/*
 * Another address on the same port, as [::] in place of [::1]: the present one
 * has to go first, and comes back if that was not the reason.
 */
static int httpd_exchange(struct outlets *outlets,
			  const struct config_metrics *metrics,
			  struct httpd **httpd)
{
	int err;

	httpd_close(outlets->httpd);
	err = httpd_start(outlets, metrics, httpd);
	if (!err) {
		outlets->httpd = NULL;
	} else if (httpd_start(outlets, &outlets->listening,
			       &outlets->httpd)) {
		lmctl_warning("metrics: the port is lost until the next reload");
		outlets->listening.on = false;
	}
	return err;
}

static bool same_listener(const struct config_metrics *a,
			  const struct config_metrics *b)
{
	return a->on == b->on && (!a->on || !memcmp(&a->listen, &b->listen,
						    sizeof(a->listen)));
}

static int metrics_reload(struct outlets *outlets,
			  const struct config_metrics *metrics)
{
	const struct sockaddr_in6 *listen = &metrics->listen;
	char text[INET6_ADDRSTRLEN];
	struct httpd *httpd;
	int err;

	if (same_listener(metrics, &outlets->listening))
		return 0;
	err = httpd_start(outlets, metrics, &httpd);
	if (err == -EADDRINUSE && outlets->httpd &&
	    listen->sin6_port == outlets->listening.listen.sin6_port)
		err = httpd_exchange(outlets, metrics, &httpd);
	if (err) {
		lmctl_error("metrics: cannot listen on [%s]:%u: %s; choose another address or port",
			    inet_ntop(AF_INET6, &listen->sin6_addr, text,
				      sizeof(text)),
			    ntohs(listen->sin6_port), strerror(-err));
		return err;
	}
	httpd_close(outlets->httpd);
	outlets->httpd = httpd;
	outlets->listening = *metrics;
	return 0;
}

static bool same_history(const struct config_history *a,
			 const struct config_history *b)
{
	return a->on == b->on && (!a->on || !strcmp(a->file, b->file));
}

static void history_commit(struct outlets *outlets, const struct sink *sink,
			   const struct config_history *history)
{
	if (!same_history(history, &outlets->kept)) {
		sink_close(&outlets->sink[HISTORY]);
		outlets->sink[HISTORY] = *sink;
	} else if (history->on) {
		history_retain(&outlets->sink[HISTORY], history->retention_s);
	}
	outlets->kept = *history;
}

static int on_patience(sd_event_source *source, uint64_t usec, void *arg);

/* A program that was started ended, or takes too long. */
static void reap(struct outlets *outlets)
{
	int64_t next = alarm_reap(&outlets->sink[ALARM]);

	outlets->patience = sd_event_source_unref(outlets->patience);
	if (next != INT64_MAX)
		sd_event_add_time(loop_event(outlets->loop),
				  &outlets->patience, CLOCK_MONOTONIC,
				  (uint64_t)next / BLOCK_NS_PER_US + 1, 0,
				  on_patience, outlets);
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

static void history_metrics(struct metrics_writer *writer, void *arg)
{
	static const struct metrics_family written = {
		.name = "sr6flow_history_results",
		.help = "Results written to the history",
		.type = METRICS_COUNTER,
	};
	static const struct metrics_family dropped = {
		.name = "sr6flow_history_dropped_results",
		.help = "Results that the history had to give up",
		.type = METRICS_COUNTER,
	};
	const struct outlets *outlets = arg;
	struct history_state state;

	if (!outlets->kept.on)
		return;
	history_state(&outlets->sink[HISTORY], &state);
	metrics_family(writer, &written);
	metrics_count(writer, NULL, 0, state.results);
	metrics_family(writer, &dropped);
	metrics_count(writer, NULL, 0, state.dropped);
}

static int add_sources(struct outlets *outlets)
{
	metrics_watch(outlets->metrics, &outlets->sink[ALARM]);
	if (!metrics_source(outlets->metrics, history_metrics, outlets))
		return 0;
	lmctl_error("out of memory");
	return -ENOMEM;
}

static int watch_children(struct outlets *outlets)
{
	sigset_t set;
	int err;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	err = sd_event_add_signal(loop_event(outlets->loop),
				  &outlets->children, SIGCHLD, on_child,
				  outlets);
	if (err < 0)
		lmctl_error("cannot watch children: %s", strerror(-err));
	return err < 0 ? err : 0;
}

/* What a mistake makes fail comes first; only then the sinks follow. */
static void progress(void *arg)
{
	struct outlets *outlets = arg;

	loop_progress(outlets->loop);
}

int outlets_reload(struct outlets *outlets, const struct config *config)
{
	const struct config_history *history = &config->history;
	struct sink sink = { .ops = NULL };
	int err = 0;

	if (history->on && !same_history(history, &outlets->kept))
		err = history_open(history->file, history->retention_s, &sink);
	if (!err)
		err = metrics_reload(outlets, &config->metrics);
	if (!err)
		err = alarm_reload(&outlets->sink[ALARM], config->alarm,
				   config->nalarms, progress, outlets);
	if (err) {
		sink_close(&sink);
		return err;
	}
	history_commit(outlets, &sink, history);
	metrics_limit(outlets->metrics, config->metrics.flows);
	outlets->only_lines = !config->nrotate && !config->reflect.on &&
			      !config->metrics.on && !history->on &&
			      !config->nalarms;
	return 0;
}

struct outlets *outlets_open(const struct config *config,
			     enum outlets_print print, struct loop *loop)
{
	struct outlets *outlets = calloc(1, sizeof(*outlets));

	if (outlets)
		outlets->metrics = metrics_new(config->metrics.flows,
					       wallclock_time());
	if (!outlets || !outlets->metrics) {
		lmctl_error("out of memory");
		free(outlets);
		return NULL;
	}
	/* Of standard output as of messages: whoever reads them may go away. */
	signal(SIGPIPE, SIG_IGN);
	outlets->loop = loop;
	outlets->sink[METRICS] = metrics_sink(outlets->metrics);
	if (watch_children(outlets) ||
	    alarm_open(&outlets->sink[ALARM], config->alarm,
		       config->nalarms) ||
	    add_sources(outlets))
		goto failed;
	if (print != OUTLETS_SILENT &&
	    print_open(outlets, print, (uint32_t)(config->timing.period /
						  BLOCK_NS_PER_MS)))
		goto failed;
	if (!outlets_reload(outlets, config))
		return outlets;
failed:
	outlets_close(outlets);
	return NULL;
}

void outlets_close(struct outlets *outlets)
{
	unsigned int i;

	if (!outlets)
		return;
	httpd_close(outlets->httpd);
	for (i = 0; i < SINKS; i++)
		sink_close(&outlets->sink[i]);
	sd_event_source_unref(outlets->children);
	sd_event_source_unref(outlets->patience);
	sd_event_source_unref(outlets->writable);
	free(outlets);
}

void outlets_result(struct outlets *outlets, const struct result *result)
{
	struct sink *sink;

	for (sink = outlets->sink; sink < outlets->sink + SINKS; sink++)
		if (sink->ops && sink->ops->result)
			sink->ops->result(sink->self, result);
}

void outlets_gap(struct outlets *outlets, const struct result *result)
{
	struct sink *sink;

	for (sink = outlets->sink; sink < outlets->sink + SINKS; sink++)
		if (sink->ops && sink->ops->gap)
			sink->ops->gap(sink->self, result);
}

void outlets_report(struct outlets *outlets, const struct peer_report *report)
{
	struct sink *sink;

	for (sink = outlets->sink; sink < outlets->sink + SINKS; sink++)
		if (sink->ops && sink->ops->report)
			sink->ops->report(sink->self, report);
}

void outlets_block_end(struct outlets *outlets, const struct measurement *of,
		       int64_t block)
{
	struct sink *sink;

	for (sink = outlets->sink; sink < outlets->sink + SINKS; sink++)
		if (sink->ops && sink->ops->block_end)
			sink->ops->block_end(sink->self, of, block);
	if (outlets->streaming)
		pump(outlets);
	reap(outlets);
}
