/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sinks: outputs for results. Each has a folder of its own here and a row in
 * sinks.c; the service passes every result to all of them.
 */
#ifndef LMCTL_SINKS_SINK_H
#define LMCTL_SINKS_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>
#include "lmctl/base/settings.h"
#include "lmctl/engine/result.h"

struct metrics;
struct view_feed;

/**
 * struct sink_ops - functions of a sink; NULL if not needed
 * @result: a flow in a block; valid until the function returns
 * @gap: a gap row, of blocks with earlier results; comes before the end of a block,
 *	 which may be another
 * @report: a peer in a block
 * @block_end: end of the results of a block of this measurement
 * @free: free the sink
 *
 * Called from the event loop, which does nothing else meanwhile: a sink that waits
 * for a disk or a network delays colour changes. A sink reports an error once with
 * lmctl_warning() and continues; it never ends the service.
 */
struct sink_ops {
	void (*result)(void *sink, const struct result *result);
	void (*gap)(void *sink, const struct result *result);
	void (*report)(void *sink, const struct peer_report *report);
	void (*block_end)(void *sink, const struct measurement *of,
			  int64_t block);
	void (*free)(void *sink);
};

/**
 * struct sink - a sink
 * @ops: its functions
 * @self: its state
 */
struct sink {
	const struct sink_ops *ops;
	void *self;
};

/**
 * enum sink_print - form of standard output
 * @SINK_SILENT: nothing
 * @SINK_LINES: aligned lines
 * @SINK_JSON: JSON lines
 * @SINK_WATCH: a table that is redrawn
 */
enum sink_print {
	SINK_SILENT,
	SINK_LINES,
	SINK_JSON,
	SINK_WATCH,
};

/**
 * struct sink_host - resources of a service for its sinks
 * @event: event loop
 * @metrics: a sink may add families with metrics_source(); outlives it
 * @view: what 'lmctl top' and the page show; outlives it
 * @serve: offer it to 'lmctl top' without a section, too
 * @print: what goes to standard output
 * @period_ms: length of a block in milliseconds
 * @progress: called within long work, after each flow
 * @unread: called when standard output has no reader any more
 * @arg: for both
 */
struct sink_host {
	sd_event *event;
	struct metrics *metrics;
	struct view_feed *view;
	bool serve;
	enum sink_print print;
	uint32_t period_ms;
	void (*progress)(void *arg);
	void (*unread)(void *arg);
	void *arg;
};

/**
 * struct sink_items - sections of a sink in a configuration
 * @n: number of sections, 0 if the file has none
 * @item: the first one; of a sink with one section at most, always there, with
 *	  defaults
 */
struct sink_items {
	unsigned int n;
	const void *item;
};

/**
 * struct sink_type - a kind of sinks: a row of the table in sinks.c
 * @section: its section of the configuration file; or NULL
 * @open: fill @self with its state and, if it needs no section, @sink; neither
 *	  moves. @host outlives it. Returns 0, or a negative errno after a message
 * @prepare: prepare other sections, which live until @commit; the only visible
 *	     effect may be a new socket or file. Returns 0, or a negative errno
 *	     after a message: then nothing has changed. NULL if there are no such
 *	     sections
 * @commit: continue with them; if not @follow, another sink failed: continue as
 *	    before
 * @block_end: called after block_end of the sink; or NULL
 * @ended: the configuration no longer has this measurement; or NULL
 * @close: undo @open except for the sink; @self may be NULL after a failure
 */
struct sink_type {
	const struct settings_section *section;
	int (*open)(void **self, struct sink *sink, const struct sink_host *host);
	int (*prepare)(void *self, const struct sink_items *items);
	void (*commit)(void *self, bool follow);
	void (*block_end)(void *self);
	void (*ended)(void *self, const char *measurement);
	void (*close)(void *self);
};

/**
 * sink_close() - close a sink
 * @sink: sink; it has no ops afterwards
 */
static inline void sink_close(struct sink *sink)
{
	if (sink->ops && sink->ops->free)
		sink->ops->free(sink->self);
	*sink = (struct sink){ .ops = NULL };
}

#endif /* LMCTL_SINKS_SINK_H */
