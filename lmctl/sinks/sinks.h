/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All sinks of a service together.
 */
#ifndef LMCTL_SINKS_SINKS_H
#define LMCTL_SINKS_SINKS_H

#include "lmctl/sinks/sink.h"

struct sinks;

/* Kinds of sinks in the order of their calls, with a NULL at the end. */
extern const struct sink_type *const sink_types[];

/**
 * sinks_open() - open one sink of each kind
 * @host: resources for them; copied. Its metrics and view are filled in
 * @items: sections of each kind, in the order of sink_types
 *
 * Return: sinks for sinks_close(), or NULL after a message.
 */
struct sinks *sinks_open(const struct sink_host *host,
			 const struct sink_items *items);

/**
 * sinks_close() - write waiting output and close all sinks
 * @sinks: sinks or NULL
 */
void sinks_close(struct sinks *sinks);

/**
 * sinks_reload() - continue with other sections
 * @sinks: sinks
 * @items: as for sinks_open()
 *
 * Sinks with unchanged sections continue undisturbed. If one fails, all of them
 * stay as they were.
 *
 * Return: 0, or a negative errno after a message.
 */
int sinks_reload(struct sinks *sinks, const struct sink_items *items);

/**
 * sinks_metrics() - metrics, for other parts to add theirs
 * @sinks: sinks
 *
 * Return: metrics, even without a server.
 */
struct metrics *sinks_metrics(struct sinks *sinks);

/**
 * sinks_view() - the view, for other parts to add facts
 * @sinks: sinks
 *
 * Return: view, even without a socket.
 */
struct view_feed *sinks_view(struct sinks *sinks);

/**
 * sinks_result() - pass a result to all sinks
 * @sinks: sinks
 * @result: result
 */
void sinks_result(const struct sinks *sinks, const struct result *result);

/**
 * sinks_gap() - pass a gap row to all sinks
 * @sinks: sinks
 * @result: gap row
 */
void sinks_gap(const struct sinks *sinks, const struct result *result);

/**
 * sinks_report() - pass a peer's report to all sinks
 * @sinks: sinks
 * @report: report
 */
void sinks_report(const struct sinks *sinks, const struct peer_report *report);

/**
 * sinks_block_end() - end the results of a block of a measurement
 * @sinks: sinks
 * @of: measurement
 * @block: block number
 */
void sinks_block_end(const struct sinks *sinks, const struct measurement *of,
		     int64_t block);

/**
 * sinks_ended() - note a measurement removed from the configuration
 * @sinks: sinks
 * @measurement: its name
 */
void sinks_ended(const struct sinks *sinks, const char *measurement);

#endif /* LMCTL_SINKS_SINKS_H */
