/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sinks: where results go. Each has a folder of its own here and a row in sinks.c;
 * the service passes every result to all of them.
 */
#ifndef LMCTL_SINKS_SINK_H
#define LMCTL_SINKS_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>
#include "lmctl/engine/result.h"

struct metrics;

/**
 * struct sink_ops - what a sink takes; a function it does not need is NULL
 * @result: a flow in a block; valid until the function returns
 * @gap: a gap row, of blocks that had their results before; comes before the end of
 *	 a block, which may be another
 * @report: a peer in a block
 * @block_end: all results of a block of this measurement have been given
 * @free: free the sink
 *
 * Called from the event loop, which does nothing else meanwhile: a sink that
 * waits for a disk or a network makes colour changes late. Sinks report
 * trouble once with lmctl_warning() and go on; they never end the service.
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
 * enum sink_print - what goes to standard output
 * @SINK_SILENT: nothing
 * @SINK_LINES: aligned lines
 * @SINK_JSON: JSON lines
 * @SINK_WATCH: a table that is drawn anew
 */
enum sink_print {
	SINK_SILENT,
	SINK_LINES,
	SINK_JSON,
	SINK_WATCH,
};

/**
 * struct sink_host - what a service lends to its sinks
 * @event: event loop
 * @metrics: where a sink adds series of its own, with metrics_source(); outlives it
 * @print: what goes to standard output
 * @period_ms: length of a block in milliseconds
 * @progress: called within long work, after each flow
 * @unread: nobody reads standard output any more
 * @arg: for both
 */
struct sink_host {
	sd_event *event;
	struct metrics *metrics;
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
 * @open: fill @self with its state and @sink with where results go, if it takes them
 *	  without a section; both stay where they are. @host lives as long. Returns 0,
 *	  or a negative errno after a message
 * @prepare: make ready to go on with other sections, which live until @commit;
 *	     nothing may be seen outside but a new socket or file. Returns 0, or a
 *	     negative errno after a message: then it is as before. NULL if there are
 *	     no such sections
 * @commit: go on with them; if not @follow, another sink could not: go on as before
 * @block_end: comes after block_end of the sink; or NULL
 * @ended: the configuration no longer has this measurement; or NULL
 * @close: end what @open began, but for the sink; @self may be NULL after a failure
 */
struct sink_type {
	int (*open)(void **self, struct sink *sink, const struct sink_host *host);
	int (*prepare)(void *self, const struct sink_items *items);
	void (*commit)(void *self, bool follow);
	void (*block_end)(void *self);
	void (*ended)(void *self, const char *measurement);
	void (*close)(void *self);
};

/**
 * sink_close() - close a sink
 * @sink: sink, has no ops afterwards
 */
static inline void sink_close(struct sink *sink)
{
	if (sink->ops && sink->ops->free)
		sink->ops->free(sink->self);
	*sink = (struct sink){ .ops = NULL };
}

#endif /* LMCTL_SINKS_SINK_H */
