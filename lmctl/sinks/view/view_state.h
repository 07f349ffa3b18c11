/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State of a node as people look at it: totals of the last blocks, and what is wrong.
 * Pure.
 */
#ifndef LMCTL_SINKS_VIEW_VIEW_STATE_H
#define LMCTL_SINKS_VIEW_VIEW_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/base/names.h"
#include "lmctl/engine/result.h"

/* Most entries of each list; those that are wrong come first. */
#define VIEW_PEERS_MAX 32
#define VIEW_LIST_MAX 16
#define VIEW_SENTENCE_LEN 200

/**
 * struct view_peer_state - a peer
 * @measurement: name of the measurement
 * @name: name of the peer
 * @silent: blocks in a row in which it did not answer
 */
struct view_peer_state {
	char measurement[RESULT_NAME_LEN];
	char name[RESULT_NAME_LEN];
	uint64_t silent;
};

/**
 * struct view_set - a set
 * @name: its name
 * @known: it has been read
 * @flows: number of its flows
 * @problem: a sentence about what is wrong, empty if nothing is
 */
struct view_set {
	char name[NAME_LEN];
	bool known;
	uint32_t flows;
	char problem[VIEW_SENTENCE_LEN];
};

/**
 * struct view_alarm - a raised alarm
 * @name: its name
 * @flows: flows for which it is raised
 */
struct view_alarm {
	char name[RESULT_NAME_LEN];
	uint64_t flows;
};

/**
 * struct view_totals - all flows of a block, those that are not kept, too
 * @flows: number of flows
 * @lossy: those that lost packets
 * @inexact: those without an exact figure
 * @n: number of @reason
 * @reason: why those have none, the most frequent first; the words are constants
 */
struct view_totals {
	uint64_t flows;
	uint64_t lossy;
	uint64_t inexact;
	unsigned int n;
	struct {
		const char *word;
		uint64_t flows;
	} reason[VIEW_LIST_MAX];
};

/**
 * struct view_state - state of a node
 * @node: its name
 * @time_ms: time of this state, milliseconds since 1970
 * @period_ms: length of a block
 * @block: block that ended last, 0 if none has
 * @measurements: number of measurements of the configuration
 * @totals: flows in the last block of each measurement
 * @kept: flows that the view keeps
 * @clock_known: the next two are known
 * @synchronised: the clock is synchronised
 * @clock_error_ns: bound of its error
 * @npeers: number of @peer
 * @silent: number of peers that do not answer, beyond @peer, too
 * @peer: peers, silent ones first
 * @nsets: number of @set
 * @set: sets
 * @nalarms: number of @alarm
 * @alarm: raised alarms
 * @nwrong: number of @wrong
 * @wrong: what is wrong, one sentence each, the most important first
 */
struct view_state {
	char node[NAME_LEN];
	int64_t time_ms;
	uint32_t period_ms;
	int64_t block;
	uint32_t measurements;
	struct view_totals totals;
	uint64_t kept;
	bool clock_known;
	bool synchronised;
	int64_t clock_error_ns;
	unsigned int npeers;
	unsigned int silent;
	struct view_peer_state peer[VIEW_PEERS_MAX];
	unsigned int nsets;
	struct view_set set[VIEW_LIST_MAX];
	unsigned int nalarms;
	struct view_alarm alarm[VIEW_LIST_MAX];
	unsigned int nwrong;
	char wrong[VIEW_LIST_MAX][VIEW_SENTENCE_LEN];
};

/**
 * view_state_set() - add a set
 * @state: state
 * @name: its name
 * @flows: number of its flows; NULL if it has not been read
 *
 * Return: the set, for its problem; NULL if there are too many.
 */
struct view_set *view_state_set(struct view_state *state, const char *name,
				const uint32_t *flows);

/**
 * view_totals_add() - count a flow
 * @totals: totals
 * @lossy: it lost packets
 * @word: why it has no exact figure, a constant; NULL if it has
 */
void view_totals_add(struct view_totals *totals, bool lossy, const char *word);

/**
 * view_totals_join() - add the totals of a measurement
 * @totals: totals of all
 * @more: those of one
 */
void view_totals_join(struct view_totals *totals,
		      const struct view_totals *more);

/**
 * view_state_judge() - find what is wrong
 * @state: all else is filled; @wrong is filled from it
 */
void view_state_judge(struct view_state *state);

#endif /* LMCTL_SINKS_VIEW_VIEW_STATE_H */
