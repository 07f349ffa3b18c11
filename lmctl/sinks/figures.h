/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Figures of results as people read them.
 */
#ifndef LMCTL_SINKS_FIGURES_H
#define LMCTL_SINKS_FIGURES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include "lmctl/engine/result.h"

/* Room for a figure. */
#define FIGURE_LEN 32
/* Room for a flow in a table: longer SID lists are cut in the middle. */
#define FIGURE_FLOW_LEN 48

/**
 * figure_flow() - label of a flow in a table
 * @flow: flow
 * @text: room for FIGURE_FLOW_LEN bytes
 *
 * Return: @text, its name or else its source and SID list.
 */
const char *figure_flow(const struct sr6flow_flow *flow, char *text);

/* Room for the source of a flow. */
#define FIGURE_SOURCE_LEN (INET6_ADDRSTRLEN + sizeof("/128"))

/**
 * figure_source() - source of a flow
 * @flow: flow
 * @text: room for FIGURE_SOURCE_LEN bytes
 *
 * Return: @text, address, slash and netmask; empty without a source.
 */
const char *figure_source(const struct sr6flow_flow *flow, char *text);

/**
 * figure_sids() - SID list of a flow, whole, without its name and source
 * @flow: flow
 * @text: room for SR6FLOW_FLOW_STRLEN bytes
 *
 * Return: @text.
 */
const char *figure_sids(const struct sr6flow_flow *flow, char *text);

/**
 * figure_count() - packets
 * @count: count
 * @text: room for FIGURE_LEN bytes
 *
 * Return: decimal, or "-" if it is not known.
 */
const char *figure_count(const struct known *count, char *text);

/**
 * figure_ratio() - loss ratio in per cent
 * @sent: packets sent
 * @lost: packets lost
 * @text: room for FIGURE_LEN bytes
 *
 * Return: four significant digits, so that the smallest loss is not shown as 0; "-"
 * if nothing was sent.
 */
const char *figure_ratio(uint64_t sent, uint64_t lost, char *text);

/**
 * figure_percent() - ratio in per cent, as figure_ratio() prints it
 * @ratio: 0 to 1
 * @text: room for FIGURE_LEN bytes
 *
 * Return: @text.
 */
const char *figure_percent(double ratio, char *text);

/**
 * figure_delay() - duration in milliseconds
 * @ns: nanoseconds
 * @text: room for FIGURE_LEN bytes
 *
 * Return: @text.
 */
const char *figure_delay(int64_t ns, char *text);

/**
 * enum figure_form - form of a time, to be combined
 * @FIGURE_LOCAL: local time
 * @FIGURE_UTC: ISO 8601 in UTC with milliseconds, not combined
 * @FIGURE_SHORT: without the year
 * @FIGURE_OFFSET: with the offset from UTC
 */
enum figure_form {
	FIGURE_LOCAL = 0,
	FIGURE_UTC = 1,
	FIGURE_SHORT = 2,
	FIGURE_OFFSET = 4,
};

/**
 * figure_offset() - local time less UTC
 * @ms: time, milliseconds since 1970
 *
 * Return: seconds.
 */
long figure_offset(int64_t ms);

/**
 * figure_offset_changes() - check whether the offset changes within a span of time
 * @since_ms: its start, milliseconds since 1970
 * @until_ms: its end
 *
 * Return: true if local times within it need their offset.
 */
bool figure_offset_changes(int64_t since_ms, int64_t until_ms);

/**
 * figure_start() - start of a block
 * @block: block number
 * @period_ms: length of a block
 * @form: enum figure_form
 * @text: room for FIGURE_LEN bytes
 *
 * Return: @text.
 */
const char *figure_start(int64_t block, uint32_t period_ms, unsigned int form,
			 char *text);

#endif /* LMCTL_SINKS_FIGURES_H */
