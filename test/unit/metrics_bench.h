/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of metrics share: results for the sink, and pages.
 */
#ifndef TEST_UNIT_METRICS_BENCH_H
#define TEST_UNIT_METRICS_BENCH_H

#include "lmctl/sinks/metrics/metrics.h"
#include "test/unit/result_make.h"

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
 * block() - give a block of the flow with the SID fcff:2::1
 * @sink: of the metrics
 * @of: measurement
 * @name: name of the flow
 * @number: block
 * @sent: packets sent
 * @received: packets received by the only peer
 */
void block(struct sink sink, const struct measurement *of, const char *name,
	   int64_t number, uint64_t sent, uint64_t received);

/**
 * block2() - the same for a measurement with two peers
 * @sink: of the metrics
 * @of: measurement
 * @name: name of the flow
 * @number: block
 * @sent: packets sent
 * @first: packets received by the first peer
 * @second: by the second one
 */
void block2(struct sink sink, const struct measurement *of, const char *name,
	    int64_t number, uint64_t sent, uint64_t first, uint64_t second);

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
 * value() - look for a sample of the measurement core, its first peer and a flow
 * @metrics: metrics
 * @family: name without sr6flow_
 * @flow: label of the flow with the SID fcff:2::1; empty for all without series
 *
 * Return: its value, -1 if there is none.
 */
double value(struct metrics *metrics, const char *family, const char *flow);

/**
 * lines_with() - count lines of the page
 * @metrics: metrics
 * @part: what they have in them
 *
 * Return: their number.
 */
unsigned int lines_with(struct metrics *metrics, const char *part);

/**
 * samples() - compare samples with a file
 * @metrics: metrics
 * @name: of the file, golden/metrics-NAME.txt
 * @part: what their lines have in them
 */
void samples(struct metrics *metrics, const char *name, const char *part);

#endif /* TEST_UNIT_METRICS_BENCH_H */
