/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Alarms: a flow raises an alarm if, for several blocks in a row, it loses too many
 * packets, its peer does not answer, or its loss is unknown. An alarm is a log
 * line, a metric and a program to run.
 *
 * Effect of a block on an alarm of a flow, in the order of results:
 *
 *   exact, ratio >= raise	one more of the blocks that raise; ends the run of
 *				blocks that clear and that of inexact ones
 *   exact, ratio <= clear	one more of the blocks that clear; ends the others
 *   exact, in between		ends all runs
 *   gap row			that many blocks of its ratio. They come when the
 *				peer answers again: late, but in the order in which
 *				their results come
 *   exact, nothing sent	says nothing about loss: ends the run of inexact
 *				blocks only. Flows that send rarely would never
 *				raise or would clear without a packet otherwise
 *   invalid, no-answer		one more silent block, which any other ends; and
 *   invalid or anomaly		one more inexact block; the runs of the exact ones
 *				stay as they are: what is not known is no loss and
 *				no recovery
 *
 * If inexact or silent blocks suffice to raise an alarm, they end the run of blocks
 * that clear. If only such blocks raised it, blocks without sent packets clear it,
 * too. The alarms of a flow without results are cleared after ALARM_BLOCKS blocks.
 *
 * A measurement without any flow has no results, and its alarm no flow: it is raised
 * for the measurement, whatever the pattern of flows is, and cleared by the first
 * result.
 */
#ifndef LMCTL_SINKS_ALARM_ALARM_H
#define LMCTL_SINKS_ALARM_ALARM_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/base/settings.h"
#include "lmctl/sinks/sink.h"

/* Most alarms, arguments of a hook, and room for a text of the section. */
#define ALARMS_MAX 64
#define ALARM_ARGS_MAX 16
#define ALARM_TEXT_LEN 256
/* Number of blocks after which a flow without results is forgotten. */
#define ALARM_BLOCKS 16
/* Most log lines per block. */
#define ALARM_LINES_MAX 100

/**
 * struct alarm_config - section alarm
 * @name: title of the section
 * @flow: shell pattern (fnmatch) of flow names, or of the text form of the SID
 *	  list for flows without a name
 * @measure: shell pattern of measurement names
 * @raise: loss ratio, 0 to 1, that raises it when reached or exceeded
 * @raise_blocks: ... in so many exact blocks in a row
 * @clear: largest loss ratio that clears it
 * @clear_blocks: ... in so many exact blocks in a row
 * @invalid_blocks: number of inexact blocks in a row that raise it, too; 0 for
 *		    never
 * @no_answer_blocks: number of blocks in a row without answer that raise it, too; 0
 *		      for never
 * @no_flows_blocks: number of blocks in a row without any flow that raise it for a
 *		     measurement; 0 for never
 * @nargs: number of @args, 0 for no hook
 * @args: program (absolute path) and arguments of the hook
 */
struct alarm_config {
	char name[RESULT_NAME_LEN];
	char flow[ALARM_TEXT_LEN];
	char measure[RESULT_NAME_LEN];
	double raise;
	uint32_t raise_blocks;
	double clear;
	uint32_t clear_blocks;
	uint32_t invalid_blocks;
	uint32_t no_answer_blocks;
	uint32_t no_flows_blocks;
	unsigned int nargs;
	char args[ALARM_ARGS_MAX][ALARM_TEXT_LEN];
};

/* Section alarm of the configuration file; its items are struct alarm_config. */
extern const struct settings_section alarm_section;

/**
 * struct alarm_state - one alarm of one flow
 * @lossy: run of blocks that raise
 * @calm: run of blocks that clear
 * @inexact: run of blocks that are not exact
 * @silent: run of blocks for which the peer did not answer
 * @raised: it is raised
 * @by_loss: loss raised it, not only inexact blocks
 * @raises: number of times it was raised
 */
struct alarm_state {
	uint32_t lossy;
	uint32_t calm;
	uint32_t inexact;
	uint32_t silent;
	bool raised;
	bool by_loss;
	uint64_t raises;
};

/**
 * enum alarm_change - effect of a block on an alarm
 * @ALARM_SAME: nothing
 * @ALARM_RAISED: it was raised
 * @ALARM_CLEARED: it was cleared
 */
enum alarm_change {
	ALARM_SAME,
	ALARM_RAISED,
	ALARM_CLEARED,
};

/**
 * alarm_step() - take a block into account
 * @alarm: thresholds
 * @state: changed; all zero at first
 * @block: loss of the flow in the block
 * @blocks: 1, or the number of blocks of a gap row that is exact
 *
 * Return: the change.
 */
enum alarm_change alarm_step(const struct alarm_config *alarm,
			     struct alarm_state *state,
			     const struct segment *block, uint64_t blocks);

/* Alarms as a sink of a service. */
extern const struct sink_type alarm_type;

/**
 * alarm_open() - watch results
 * @sink: filled
 * @alarms: sections alarm; copied
 * @n: their number, at most ALARMS_MAX
 *
 * Return: 0, or -ENOMEM after a message. Freeing the sink waits a second for
 * running programs, then kills them; it clears no alarm.
 */
int alarm_open(struct sink *sink, const struct alarm_config *alarms,
	       unsigned int n);

/**
 * alarm_listen() - report changes to another sink
 * @sink: opened alarms
 * @view: gets the name of the alarm and the flow at each change
 */
void alarm_listen(struct sink *sink, struct view_feed *view);

/**
 * alarm_prepare() - prepare other alarms
 * @sink: opened alarms
 * @alarms: sections alarm; copied
 * @n: their number
 *
 * Return: 0, or -ENOMEM after a message.
 */
int alarm_prepare(struct sink *sink, const struct alarm_config *alarms,
		  unsigned int n);

/**
 * alarm_commit() - continue with the alarms of alarm_prepare()
 * @sink: opened alarms
 * @follow: if false, forget them instead
 * @progress: called after each flow, of which there may be many; or NULL
 * @arg: for @progress
 *
 * An alarm of the same name keeps its states where its patterns still match; all
 * other states are cleared.
 */
void alarm_commit(struct sink *sink, bool follow, void (*progress)(void *arg),
		  void *arg);

/**
 * alarm_ended() - clear the alarms of a measurement that was removed
 * @sink: sink of alarm_open()
 * @measurement: its name
 */
void alarm_ended(struct sink *sink, const char *measurement);

/**
 * alarm_reap() - manage the started programs
 * @sink: opened alarms
 *
 * Reap ended programs, kill those that exceed their time, start waiting ones. It
 * never blocks and never touches other children. Call it on SIGCHLD, at the time it
 * returned and after each end of a block.
 *
 * Return: CLOCK_MONOTONIC in nanoseconds at which the next program exceeds its
 * time; INT64_MAX if none runs.
 */
int64_t alarm_reap(struct sink *sink);

/**
 * struct alarm_status - an alarm of a flow, for a metric
 * @alarm: name of the alarm
 * @measurement: name of the measurement
 * @flow: the flow
 * @raised: it is raised
 * @raises: number of times since the flow was first seen
 */
struct alarm_status {
	const char *alarm;
	const char *measurement;
	const struct sr6flow_flow *flow;
	bool raised;
	uint64_t raises;
};

/**
 * alarm_walk_begin() - begin to iterate over all alarms of all flows
 * @sink: opened alarms
 */
void alarm_walk_begin(struct sink *sink);

/**
 * alarm_walk() - continue with the next flows
 * @sink: opened alarms
 * @n: most flows
 * @fn: called for each alarm; the status is valid until it returns
 * @arg: for @fn
 *
 * Results may arrive between two calls. A flow added after the walk began is left
 * out.
 *
 * Return: true if there are more.
 */
bool alarm_walk(struct sink *sink, unsigned int n,
		void (*fn)(const struct alarm_status *status, void *arg),
		void *arg);

#endif /* LMCTL_SINKS_ALARM_ALARM_H */
