/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Outlets: all sinks of a service together, with what they need of the event
 * loop.
 */
#ifndef LMCTL_SERVICE_OUTLETS_H
#define LMCTL_SERVICE_OUTLETS_H

#include "lmctl/service/config.h"
#include "lmctl/service/loop.h"
#include "lmctl/sinks/metrics/metrics.h"
#include "lmctl/sinks/sink.h"

struct outlets;

/**
 * enum outlets_print - what goes to standard output
 * @OUTLETS_SILENT: nothing
 * @OUTLETS_LINES: aligned lines
 * @OUTLETS_JSON: JSON lines
 * @OUTLETS_WATCH: a table that is drawn anew
 */
enum outlets_print {
	OUTLETS_SILENT,
	OUTLETS_LINES,
	OUTLETS_JSON,
	OUTLETS_WATCH,
};

/**
 * outlets_open() - open the sinks of a configuration
 * @config: sections metrics, history and alarm
 * @print: what goes to standard output
 * @loop: loop; ends when standard output cannot take lines any more and nothing
 *	  else is to be done
 *
 * Return: outlets for outlets_close(), or NULL after a message.
 */
struct outlets *outlets_open(const struct config *config,
			     enum outlets_print print, struct loop *loop);

/**
 * outlets_close() - write what waits and close all sinks
 * @outlets: outlets or NULL
 */
void outlets_close(struct outlets *outlets);

/**
 * outlets_reload() - go on with another configuration
 * @outlets: outlets
 * @config: sections metrics, history and alarm
 *
 * Sinks whose section did not change go on as they are. If one cannot be opened,
 * all of them stay as they were.
 *
 * Return: 0, or a negative errno after a message.
 */
int outlets_reload(struct outlets *outlets, const struct config *config);

/**
 * outlets_result() - give a result to all sinks
 * @outlets: outlets
 * @result: result
 */
void outlets_result(struct outlets *outlets, const struct result *result);

/**
 * outlets_gap() - give a gap row to all sinks
 * @outlets: outlets
 * @result: gap row
 */
void outlets_gap(struct outlets *outlets, const struct result *result);

/**
 * outlets_report() - give a peer's report to all sinks
 * @outlets: outlets
 * @report: report
 */
void outlets_report(struct outlets *outlets, const struct peer_report *report);

/**
 * outlets_block_end() - all results of a block of a measurement were given
 * @outlets: outlets
 * @of: measurement
 * @block: block number
 */
void outlets_block_end(struct outlets *outlets, const struct measurement *of,
		       int64_t block);

/**
 * outlets_metrics() - metrics, for other parts to add theirs
 * @outlets: outlets
 *
 * Return: metrics, also when nobody can scrape them.
 */
struct metrics *outlets_metrics(struct outlets *outlets);

#endif /* LMCTL_SERVICE_OUTLETS_H */
