/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recorder: turns readings of a set into the packets of each flow and block, or
 * into the reason for which they are unknown. Pure: times and readings go in,
 * records come out.
 */
#ifndef LMCTL_ENGINE_RECORDER_H
#define LMCTL_ENGINE_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/base/block.h"
#include "lmctl/engine/recording.h"
#include "lmctl/node/rules.h"
#include "sr6flow.h"

struct recorder;

/**
 * enum recorder_step - next step of the recorder
 * @RECORDER_LOOK: read the active colour for recorder_look()
 * @RECORDER_READ: dump the set for recorder_dump_begin(), _flow() and _end()
 * @RECORDER_CONFIRM: dump the set again for the same functions
 */
enum recorder_step {
	RECORDER_LOOK,
	RECORDER_READ,
	RECORDER_CONFIRM,
};

/**
 * struct recorder_due - the next step and its time
 * @step: the step
 * @time: time by the wall clock; in the past: at once
 */
struct recorder_due {
	enum recorder_step step;
	int64_t time;
};

/**
 * typedef recorder_emit_fn - called for every record
 * @record: valid until the function returns
 * @arg: as given to recorder_new()
 *
 * Return: 0, or a negative errno, which the recorder's function returns.
 */
typedef int (*recorder_emit_fn)(const struct record *record, void *arg);

/**
 * typedef recorder_end_fn - called after the last record of a block
 * @block: block number; its set may have been empty
 * @arg: as given to recorder_new()
 *
 * Return: 0, or a negative errno, which the recorder's function returns.
 */
typedef int (*recorder_end_fn)(int64_t block, void *arg);

/**
 * recorder_new() - make a recorder
 * @timing: blocks and reading window
 * @node: name of the node, for the records
 * @set: name of the set, for the records
 * @emit: called for every record
 * @end: called after the records of a block
 * @arg: for @emit and @end
 *
 * Return: recorder for recorder_free(), or NULL when memory is short.
 */
struct recorder *recorder_new(const struct block_timing *timing,
			      const char *node, const char *set,
			      recorder_emit_fn emit, recorder_end_fn end,
			      void *arg);

/**
 * recorder_marks() - declare a marking set, whose active colour follows the clock
 * @recorder: recorder
 *
 * In other sets a missing change of colour is no fault.
 */
void recorder_marks(struct recorder *recorder);

/**
 * recorder_free() - free a recorder
 * @recorder: recorder or NULL
 */
void recorder_free(struct recorder *recorder);

/**
 * recorder_clock() - set the clock of times from now on
 * @recorder: recorder
 * @clock: clock, for the records
 */
void recorder_clock(struct recorder *recorder,
		    const struct record_clock *clock);

/**
 * recorder_next() - next step and its time
 * @recorder: recorder
 * @now: time
 * @due: filled
 *
 * Give up a block whose reading window has closed.
 *
 * Return: 0 or the value of the emit function.
 */
int recorder_next(struct recorder *recorder, int64_t now,
		  struct recorder_due *due);

/**
 * recorder_look() - handle the active colour
 * @recorder: recorder
 * @ended: time after the colour was read
 * @mask: mark mask of the set
 * @colour: active colour
 */
void recorder_look(struct recorder *recorder, int64_t ended, uint32_t mask,
		   uint32_t colour);

/**
 * recorder_rule() - handle the state of the rules
 * @recorder: recorder
 * @rule: read before the dump of RECORDER_READ begins, and after that of
 *	  RECORDER_CONFIRM before recorder_dump_end()
 */
void recorder_rule(struct recorder *recorder, const struct rule_facts *rule);

/**
 * recorder_dump_begin() - begin or restart a dump
 * @recorder: recorder
 *
 * Discard the flows of an interrupted dump.
 */
void recorder_dump_begin(struct recorder *recorder);

/**
 * recorder_dump_flow() - handle a flow of a dump
 * @set: state of the set
 * @record: the flow
 * @arg: the recorder
 *
 * A callback for sr6flow_dump().
 *
 * Return: 0 or -ENOMEM.
 */
int recorder_dump_flow(const struct sr6flow_set *set,
		       const struct sr6flow_record *record, void *arg);

/**
 * recorder_dump_end() - end a whole dump
 * @recorder: recorder
 * @ended: time after the dump
 *
 * The second one of a block emits the block's records.
 *
 * Return: 0 or the value of the emit function.
 */
int recorder_dump_end(struct recorder *recorder, int64_t ended);

/**
 * recorder_stepped() - handle a step of the clock or a suspension
 * @recorder: recorder
 * @before: the time now without the step
 * @now: the time now
 *
 * Return: 0 or the value of the emit function.
 */
int recorder_stepped(struct recorder *recorder, int64_t before, int64_t now);

#endif /* LMCTL_ENGINE_RECORDER_H */
