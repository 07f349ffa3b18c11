/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs of alarms: bounded numbers of running and waiting ones, bounded time for
 * each, no shell.
 *
 * A program has its configured arguments, /dev/null as its standard streams, no
 * other descriptor, default signals, a process group of its own and an environment
 * of the SR6FLOW_ variables only. It has no capability: for a user other than root,
 * only ambient capabilities survive execve(), and hooks_new() drops these; root
 * receives those of the bounding set, which privileges_drop() has emptied.
 */
#ifndef LMCTL_SINKS_ALARM_ALARM_HOOK_H
#define LMCTL_SINKS_ALARM_ALARM_HOOK_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/base/block.h"
#include "lmctl/sinks/alarm/alarm.h"

#define HOOKS_RUNNING_MAX 4
#define HOOKS_WAITING_MAX 64
#define HOOKS_LIMIT (30 * BLOCK_NS_PER_S)
/* Time limit at the end of the service. */
#define HOOKS_LAST_MS 1000

struct hooks;

/**
 * struct alarm_event - a change of an alarm of a flow
 * @alarm: the alarm
 * @raised: it was raised, otherwise cleared
 * @measurement: name of the measurement
 * @flow: the flow
 * @block: block that caused it, or the last one of the flow
 * @loss: its loss; NULL if no block caused it
 * @runs: blocks in a row of that kind
 */
struct alarm_event {
	const struct alarm_config *alarm;
	bool raised;
	const char *measurement;
	const struct sr6flow_flow *flow;
	int64_t block;
	const struct segment *loss;
	uint32_t runs;
};

/**
 * hooks_new() - prepare to run programs
 * @limit: nanoseconds that a program may take
 *
 * It drops the ambient capabilities of this process.
 *
 * Return: hooks for hooks_free(), or NULL when memory is short.
 */
struct hooks *hooks_new(int64_t limit);

/**
 * hooks_run() - run the program of an alarm, now or when its turn comes
 * @hooks: hooks
 * @event: the event; programs of one alarm and flow run one after the other in the
 *	   order of events
 */
void hooks_run(struct hooks *hooks, const struct alarm_event *event);

/**
 * hooks_reap() - see alarm_reap()
 * @hooks: hooks
 *
 * Return: CLOCK_MONOTONIC in nanoseconds of the next time limit, or INT64_MAX.
 */
int64_t hooks_reap(struct hooks *hooks);

/**
 * hooks_summary() - report the number of suppressed warnings
 * @hooks: hooks
 *
 * Call it regularly: the number of warnings between two calls is bounded.
 */
void hooks_summary(struct hooks *hooks);

/**
 * hooks_free() - free the hooks
 * @hooks: hooks or NULL
 *
 * Running programs have HOOKS_LAST_MS to end; waiting ones are dropped with a
 * warning.
 */
void hooks_free(struct hooks *hooks);

#endif /* LMCTL_SINKS_ALARM_ALARM_HOOK_H */
