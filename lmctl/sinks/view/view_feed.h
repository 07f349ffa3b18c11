/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon's view: a sink fills it from results, parts of the service add facts about
 * sets and the clock. Pure.
 */
#ifndef LMCTL_SINKS_VIEW_VIEW_FEED_H
#define LMCTL_SINKS_VIEW_VIEW_FEED_H

#include "lmctl/sinks/sink.h"
#include "lmctl/sinks/view/view.h"
#include "lmctl/sinks/view/view_state.h"

/* Flows that are kept, unless the configuration has another number. */
#define VIEW_FLOWS_DEFAULT 10000

struct view_feed;

/**
 * typedef view_source_fn - adds facts to a state: its node, sets, clock
 * @state: state
 * @arg: as given to view_feed_source()
 */
typedef void (*view_source_fn)(struct view_state *state, void *arg);

/**
 * view_feed_new() - make a view without results
 *
 * Return: view for view_feed_free(), or NULL when memory is short.
 */
struct view_feed *view_feed_new(void);

/**
 * view_feed_free() - free it
 * @feed: view or NULL
 */
void view_feed_free(struct view_feed *feed);

/**
 * view_feed_sink() - the sink that fills it
 * @feed: view, to be freed after the sink
 *
 * Return: sink.
 */
struct sink view_feed_sink(struct view_feed *feed);

/**
 * view_feed_limit() - limit the number of flows that are kept
 * @feed: view
 * @flows: number
 */
void view_feed_limit(struct view_feed *feed, uint32_t flows);

/**
 * view_feed_source() - let a part of the service add facts
 * @feed: view
 * @fn: adds its facts; must not block
 * @arg: for @fn
 *
 * One part at most.
 */
void view_feed_source(struct view_feed *feed, view_source_fn fn, void *arg);

/**
 * view_feed_alarm() - an alarm of a flow was raised or cleared
 * @feed: view
 * @alarm: name of the alarm
 * @measurement: name of the measurement
 * @flow: flow
 * @raised: it was raised, otherwise cleared
 */
void view_feed_alarm(struct view_feed *feed, const char *alarm,
		     const char *measurement, const struct sr6flow_flow *flow,
		     bool raised);

/**
 * view_feed_ended() - forget a measurement
 * @feed: view
 * @measurement: its name
 */
void view_feed_ended(struct view_feed *feed, const char *measurement);

/**
 * view_feed_state() - the state as it is now
 * @feed: view
 * @state: filled
 */
void view_feed_state(struct view_feed *feed, struct view_state *state);

/**
 * view_feed_view() - the flows
 * @feed: view
 *
 * Return: valid as long as @feed.
 */
struct view *view_feed_view(struct view_feed *feed);

/**
 * view_feed_version() - version of the view
 * @feed: view
 *
 * Return: another number after each block.
 */
uint64_t view_feed_version(const struct view_feed *feed);

/**
 * view_feed_keeps() - is the flow of a result in the view
 * @feed: view
 * @result: result that the sink has had
 *
 * Return: true if it is.
 */
bool view_feed_keeps(struct view_feed *feed, const struct result *result);

#endif /* LMCTL_SINKS_VIEW_VIEW_FEED_H */
