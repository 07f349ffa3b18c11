/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Metrics: content of a scrape by Prometheus. A sink sums up the results; a render
 * writes them as text in small steps, between which results may arrive: the figures
 * of one flow are of one moment, the page is not. The families of other parts of
 * the service are written at once. Pure: no socket, no clock.
 *
 * Text: OpenMetrics 1.0.0, or the older format 0.0.4 of Prometheus.
 *
 * Counters of a series only grow. Packets and bytes are summed over exact blocks
 * and gap rows only, so sent less received is lost. A series is named by its
 * labels, the SID list among them, because two flows may have one name. At most a
 * given number of flows have series of their own, the first ones seen; all others
 * of a measurement are summed in the series whose labels flow and sids are empty. A
 * flow that was not seen in METRICS_KEEP_BLOCKS blocks loses its series, and begins
 * again at 0 when it comes back.
 */
#ifndef LMCTL_SINKS_METRICS_METRICS_H
#define LMCTL_SINKS_METRICS_METRICS_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/base/text.h"
#include "lmctl/engine/result.h"
#include "lmctl/sinks/sink.h"

#define METRICS_KEEP_BLOCKS 64

struct metrics;
struct metrics_writer;

/* Metrics as a sink of a service. */
extern const struct sink_type metrics_type;

/**
 * enum metrics_type - type of a family
 * @METRICS_COUNTER: only grows; its samples have the suffix _total
 * @METRICS_GAUGE: goes up and down
 * @METRICS_INFO: always 1, the labels carry the information; its samples have the
 *		  suffix _info
 */
enum metrics_type {
	METRICS_COUNTER,
	METRICS_GAUGE,
	METRICS_INFO,
};

/**
 * struct metrics_family - a family of samples
 * @name: without the suffix of the type, begins with sr6flow_ and ends in
 *	  _@unit
 * @unit: "packets", "seconds"..., NULL for none
 * @help: a sentence without full stop, quotes and backslashes
 * @type: type
 */
struct metrics_family {
	const char *name;
	const char *unit;
	const char *help;
	enum metrics_type type;
};

/**
 * struct metrics_label - a label of a sample
 * @name: name of the label
 * @value: any text, is escaped
 */
struct metrics_label {
	const char *name;
	const char *value;
};

/**
 * metrics_family() - begin a family
 * @writer: writer
 * @family: family; valid until the next one begins. Each is begun once in a
 *	    render and all its samples follow
 */
void metrics_family(struct metrics_writer *writer,
		    const struct metrics_family *family);

/**
 * metrics_count() - write a sample that is a whole number
 * @writer: writer
 * @labels: labels, different from those of all samples before; NULL if none
 * @n: their number
 * @value: value
 */
void metrics_count(struct metrics_writer *writer,
		   const struct metrics_label *labels, unsigned int n,
		   uint64_t value);

/**
 * metrics_number() - write a sample that is any number
 * @writer: writer
 * @labels: as for metrics_count()
 * @n: their number
 * @value: value, in base units: seconds, a ratio from 0 to 1
 */
void metrics_number(struct metrics_writer *writer,
		    const struct metrics_label *labels, unsigned int n,
		    double value);

/**
 * typedef metrics_source_fn - adds families to a render
 * @writer: writer
 * @arg: as given to metrics_source()
 */
typedef void (*metrics_source_fn)(struct metrics_writer *writer, void *arg);

/**
 * metrics_new() - make metrics without results
 * @start: time at which the process started, nanoseconds since 1970
 *
 * Return: metrics for metrics_free(), or NULL when memory is short.
 */
struct metrics *metrics_new(int64_t start);

/**
 * metrics_free() - free metrics
 * @metrics: metrics or NULL
 */
void metrics_free(struct metrics *metrics);

/**
 * metrics_sink() - the sink that feeds metrics
 * @metrics: metrics, to be freed after the sink
 *
 * Return: sink.
 */
struct sink metrics_sink(struct metrics *metrics);

/**
 * metrics_limit() - limit the number of flows with series of their own
 * @metrics: metrics
 * @flows: number; flows that have series keep them
 */
void metrics_limit(struct metrics *metrics, uint32_t flows);

/**
 * metrics_forget() - drop all series of a measurement that has ended
 * @metrics: metrics
 * @measurement: name of the measurement
 */
void metrics_forget(struct metrics *metrics, const char *measurement);

/**
 * metrics_source() - add families of a part of the service to each page
 * @metrics: metrics
 * @fn: adds its families
 * @arg: for @fn
 *
 * Return: 0 or -ENOMEM.
 */
int metrics_source(struct metrics *metrics, metrics_source_fn fn, void *arg);

/**
 * metrics_source_remove() - remove these families
 * @metrics: metrics
 * @fn: as given to metrics_source()
 * @arg: likewise
 */
void metrics_source_remove(struct metrics *metrics, metrics_source_fn fn,
			   void *arg);

/**
 * struct metrics_flow_value - a sample of a flow in a family of another part
 * @label: value of the part's label
 * @measurement: name of the measurement
 * @flow: the flow
 * @value: value; values of flows without series of their own are summed
 */
struct metrics_flow_value {
	const char *label;
	const char *measurement;
	const struct sr6flow_flow *flow;
	uint64_t value;
};

typedef void (*metrics_flow_fn)(const struct metrics_flow_value *value, void *arg);

/**
 * struct metrics_flows - a family with samples for each flow
 * @family: the family
 * @label: name of the part's label
 * @begin: begin to iterate over all flows
 * @step: continue with the next @n flows: call @fn for each sample. Results may
 *	  arrive between two calls. Returns true if there are more
 */
struct metrics_flows {
	struct metrics_family family;
	const char *label;
	void (*begin)(void *self);
	bool (*step)(void *self, unsigned int n, metrics_flow_fn fn, void *arg);
};

/**
 * metrics_watch() - add the family of another part, one at most
 * @metrics: metrics
 * @flows: its family
 * @self: for the functions of @flows; not used after the last render
 */
void metrics_watch(struct metrics *metrics, const struct metrics_flows *flows,
		   void *self);

/**
 * metrics_version() - version of the page
 * @metrics: metrics
 *
 * Return: another number after each block and each change of the measurements.
 */
uint64_t metrics_version(const struct metrics *metrics);

/**
 * metrics_render_begin() - begin to write the page
 * @metrics: metrics without another render in progress
 * @openmetrics: OpenMetrics 1.0.0; false for text format 0.0.4
 */
void metrics_render_begin(struct metrics *metrics, bool openmetrics);

/**
 * metrics_render_step() - continue for less than a millisecond
 * @metrics: metrics
 * @page: filled at the end, with text that metrics_now() completes
 *
 * Return: 1 if there is more to write, 0 at the end, a negative errno if the
 * render has ended without a page: -EAGAIN after a change of the measurements,
 * -ENOMEM.
 */
int metrics_render_step(struct metrics *metrics, struct text *page);

/**
 * metrics_render_stop() - abandon a render in progress
 * @metrics: metrics
 */
void metrics_render_stop(struct metrics *metrics);

/**
 * metrics_now() - write the families that change between blocks, and the end
 * @metrics: metrics
 * @openmetrics: as for the render before
 * @text: grows
 */
void metrics_now(const struct metrics *metrics, bool openmetrics,
		 struct text *text);

#endif /* LMCTL_SINKS_METRICS_METRICS_H */
