/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * View: the flows and their last blocks as people look at them, for 'lmctl top' and
 * for the page of the metrics address. Pure: no socket, no clock, no terminal.
 *
 * The daemon fills it from results, 'lmctl top' from the lines of the daemon.
 *
 * Memory is bounded: a view keeps a limited number of flows. When it is full, a flow
 * with loss or without an exact figure replaces one that has lost nothing in its last
 * blocks; other new flows are only counted. The totals cover all flows.
 */
#ifndef LMCTL_SINKS_VIEW_VIEW_H
#define LMCTL_SINKS_VIEW_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/engine/result.h"
#include "lmctl/sinks/flowmap.h"

/* Blocks of a flow that are kept, and shown as a sparkline. */
#define VIEW_BLOCKS 60
/* Ends of blocks after which a flow without results leaves the view. */
#define VIEW_KEEP 10
/* Room for the end of a path, and for a word about a block. */
#define VIEW_PEER_LEN 96
#define VIEW_WORD_LEN 40
/* Bars of a sparkline, from little loss to much. */
#define VIEW_LEVELS 8

/**
 * enum view_kind - what is known of a block
 * @VIEW_NONE: it has no result
 * @VIEW_EXACT: its loss
 * @VIEW_INVALID: nothing
 * @VIEW_ANOMALY: more was received than sent
 */
enum view_kind {
	VIEW_NONE,
	VIEW_EXACT,
	VIEW_INVALID,
	VIEW_ANOMALY,
};

/**
 * struct view_past - a block of a flow
 * @kind: what is known; the others are 0 unless it is VIEW_EXACT
 * @sent: packets sent
 * @lost: of these
 */
struct view_past {
	enum view_kind kind;
	uint64_t sent;
	uint64_t lost;
};

/**
 * struct view_row - the result of a flow in a block
 * @measurement: name of the measurement
 * @peer: end of the path, see view_peer()
 * @flow: flow
 * @block: block number
 * @period_ms: length of a block
 * @kind: what is known, not VIEW_NONE
 * @word: why it is not exact; NULL if it is
 * @sent: packets sent
 * @received: packets received
 * @lost: packets lost, if it is exact
 * @trip: round trip in nanoseconds, 0 if not known
 */
struct view_row {
	const char *measurement;
	const char *peer;
	const struct sr6flow_flow *flow;
	int64_t block;
	uint32_t period_ms;
	enum view_kind kind;
	const char *word;
	struct known sent;
	struct known received;
	uint64_t lost;
	int64_t trip;
};

/**
 * struct view_flow - a flow
 * @entry: flow, measurement and last block
 * @peer: end of the path
 * @word: why the last block is not exact
 * @last: the last block; its pointers are into this flow
 * @past: last blocks, newest first
 * @sent: packets sent in those of them that are exact
 * @lost: packets lost, likewise
 * @alarms: raised alarms
 */
struct view_flow {
	struct flowmap_entry entry;
	char peer[VIEW_PEER_LEN];
	char word[VIEW_WORD_LEN];
	struct view_row last;
	struct view_past past[VIEW_BLOCKS];
	uint64_t sent;
	uint64_t lost;
	unsigned int alarms;
};

/**
 * struct view_walk - place of a walk over all flows, which may come and go meanwhile
 * @at: the next flow, NULL at the end
 * @next: next walk of the same view
 */
struct view_walk {
	struct view_flow *at;
	struct view_walk *next;
};

/**
 * struct view - the flows
 * @map: struct view_flow of each
 * @limit: largest number of them
 * @walks: walks in progress
 * @hand: where a flow to be replaced is searched for
 */
struct view {
	struct flowmap map;
	size_t limit;
	struct view_walk *walks;
	struct view_walk hand;
};

/**
 * view_init() - begin without flows
 * @view: filled; must not move
 * @limit: largest number of flows, at least 1; can be changed later
 */
void view_init(struct view *view, size_t limit);

/**
 * view_clear() - forget all flows
 * @view: view
 */
void view_clear(struct view *view);

/**
 * view_peer() - name the end of the path of a measurement
 * @text: room for VIEW_PEER_LEN bytes
 * @names: names of the peers
 * @n: their number, at least 1
 * @group: they are one group
 *
 * Return: @text: the last peer of a path; of a group all, or the first and the number of
 * others.
 */
const char *view_peer(char *text, const char *const *names, unsigned int n,
		      bool group);

/**
 * view_take() - take the result of a flow in a block in
 * @view: view
 * @row: result; one of an earlier block only completes the last blocks
 *
 * Return: the flow, or NULL if it is not kept.
 */
struct view_flow *view_take(struct view *view, const struct view_row *row);

/**
 * view_past() - take earlier blocks of a flow in
 * @flow: flow
 * @past: blocks that end with its last one, newest first
 * @n: their number; those beyond VIEW_BLOCKS are ignored
 */
void view_past(struct view_flow *flow, const struct view_past *past, size_t n);

/**
 * view_end() - forget flows without recent results
 * @view: view
 * @measurement: name of the measurement of which a block has ended
 */
void view_end(struct view *view, const char *measurement);

/**
 * view_find() - find a flow
 * @view: view
 * @measurement: name of the measurement
 * @flow: flow
 *
 * Return: flow, or NULL.
 */
struct view_flow *view_find(struct view *view, const char *measurement,
			    const struct sr6flow_flow *flow);

/**
 * view_walk_begin() - begin to walk over all flows
 * @view: view
 * @walk: filled; must not move until view_walk_end()
 */
void view_walk_begin(struct view *view, struct view_walk *walk);

/**
 * view_walk_next() - go on
 * @view: view
 * @walk: walk
 *
 * Return: flow, or NULL at the end.
 */
struct view_flow *view_walk_next(struct view *view, struct view_walk *walk);

/**
 * view_walk_end() - end a walk, before or after its last flow
 * @view: view
 * @walk: walk
 */
void view_walk_end(struct view *view, struct view_walk *walk);

/**
 * view_level() - height of the bar of a block
 * @past: block
 *
 * Loss spans many orders of magnitude, so two bars are a factor of ten: 1 is below
 * 0.01 %, 2 below 0.03 %, and so on to 8, 10 % and more.
 *
 * Return: 1 to VIEW_LEVELS, 0 without loss.
 */
unsigned int view_level(const struct view_past *past);

/**
 * view_calm() - has a flow nothing that needs attention
 * @flow: flow
 *
 * Return: true if its last block is exact, no kept block has loss, and no alarm is
 * raised.
 */
bool view_calm(const struct view_flow *flow);

/**
 * enum view_order - what flows are sorted by
 * @VIEW_BY_LOSS: loss ratio over the kept blocks, then those without an exact figure
 * @VIEW_BY_RATE: packets sent per second in the last block
 * @VIEW_BY_NAME: name, in which numbers count by their value
 * @VIEW_BY_PEER: peer, then loss
 * @VIEW_ORDERS: their number
 */
enum view_order {
	VIEW_BY_LOSS,
	VIEW_BY_RATE,
	VIEW_BY_NAME,
	VIEW_BY_PEER,
	VIEW_ORDERS,
};

/**
 * view_compare() - which of two flows is first
 * @a: flow
 * @b: another one
 * @order: order
 *
 * Return: as strcmp(); 0 for the same flow only.
 */
int view_compare(const struct view_flow *a, const struct view_flow *b,
		 enum view_order order);

/**
 * view_matches() - does a flow match a filter
 * @flow: flow
 * @pattern: shell pattern of its name, or of its SID list if it has none, as in section
 *	     alarm; without *, ? and [ a part of its name, SID list or peer; empty for all
 *
 * Return: true if it does.
 */
bool view_matches(const struct view_flow *flow, const char *pattern);

/**
 * view_sorted() - flows in an order
 * @view: view
 * @order: order
 * @reverse: the last first
 * @pattern: filter
 * @n: filled with their number
 *
 * Return: allocated pointers, valid until the view changes; NULL when memory is short.
 */
struct view_flow **view_sorted(struct view *view, enum view_order order,
			       bool reverse, const char *pattern, size_t *n);

/**
 * view_label() - name of a flow in a table
 * @flow: flow
 * @text: room for SR6FLOW_FLOW_STRLEN bytes
 *
 * Return: @text: its name, or its source and SID list, whole.
 */
const char *view_label(const struct view_flow *flow, char *text);

/**
 * view_rate() - packets sent per second in the last block
 * @flow: flow
 * @text: room for FIGURE_LEN bytes
 *
 * Return: @text: three digits, "12.3", "4560", or "-" if it is not known.
 */
const char *view_rate(const struct view_flow *flow, char *text);

#endif /* LMCTL_SINKS_VIEW_VIEW_H */
