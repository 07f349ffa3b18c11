/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of metrics share: results for the sink, and pages.
 */
#ifndef TEST_UNIT_METRICS_BENCH_H
#define TEST_UNIT_METRICS_BENCH_H

#include "lmctl/sinks/metrics/metrics.h"

#define BENCH_PERIOD_MS 10000

/**
 * metrics_setup() - make metrics in which two flows have series of their own
 * @state: filled with struct metrics
 *
 * Return: 0.
 */
int metrics_setup(void **state);

/**
 * metrics_teardown() - free them
 * @state: struct metrics
 *
 * Return: 0.
 */
int metrics_teardown(void **state);

/**
 * measurement() - make a measurement with the peers p0, p1...
 * @name: name
 * @group: the peers are one receiver
 * @npeers: number of peers
 *
 * Return: measurement.
 */
struct measurement measurement(const char *name, bool group,
			       unsigned int npeers);

/**
 * flow() - make a flow of one SID
 * @name: name, empty for none
 * @sid: SID
 *
 * Return: flow.
 */
struct sr6flow_flow flow(const char *name, const char *sid);

/**
 * block() - give a block of the flow with the SID fcff:2::1
 * @sink: of the metrics
 * @of: measurement
 * @name: name of the flow
 * @number: block
 * @sent: packets sent
 * @received: packets received, by peer
 */
void block(struct sink sink, const struct measurement *of, const char *name,
	   int64_t number, uint64_t sent, const uint64_t *received);

/**
 * block1() - the same for a measurement with one peer
 * @sink: of the metrics
 * @of: measurement
 * @name: name of the flow
 * @number: block
 * @sent: packets sent
 * @received: packets received
 */
void block1(struct sink sink, const struct measurement *of, const char *name,
	    int64_t number, uint64_t sent, uint64_t received);

/**
 * whole() - turn a text into a string
 * @text: text; is freed
 *
 * Return: string for free().
 */
char *whole(struct text *text);

/**
 * render() - write a page
 * @metrics: metrics
 * @openmetrics: format
 *
 * Return: string for free().
 */
char *render(struct metrics *metrics, bool openmetrics);

/**
 * value() - look for a sample
 * @metrics: metrics
 * @sample: name and labels
 *
 * Return: its value, -1 if there is none.
 */
double value(struct metrics *metrics, const char *sample);

/**
 * lines_with() - count lines of the page
 * @metrics: metrics
 * @part: what they have in them
 *
 * Return: their number.
 */
unsigned int lines_with(struct metrics *metrics, const char *part);

#endif /* TEST_UNIT_METRICS_BENCH_H */
