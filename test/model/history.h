/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A history: what a network, its clocks and its operators do to two ends that measure.
 * It is a seed, a few parameters and a list of events, and says everything: the same
 * history always gives the same rows. Its text form is what is kept in histories/; it may
 * also have the records that must come of it, see records.h.
 */
#ifndef TEST_MODEL_HISTORY_H
#define TEST_MODEL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define HISTORY_EVENTS_MAX 16
#define HISTORY_TEXT_LEN 640
/* Parts of a period: the unit of every time and length in an event. */
#define HISTORY_PARTS 1000

enum node_id {
	INGRESS,
	EGRESS,
	/* Sends into the same SID lists. */
	OTHER,
	NODES,
};

/* Index of a parameter; param_table[] says what each is. */
enum param {
	PARAM_SEED,
	PARAM_PERIOD,
	PARAM_GUARD,
	PARAM_BAND,
	PARAM_BLOCKS,
	PARAM_FLOWS,
	PARAM_PACKETS,
	PARAM_IDLE,
	PARAM_DELAY,
	PARAM_JITTER,
	PARAM_LOSS,
	PARAM_COPIES,
	PARAM_MESSAGE_LOSS,
	PARAM_MESSAGE_COPIES,
	PARAM_MESSAGE_JITTER,
	PARAM_LATENCY,
	PARAM_BUSY,
	PARAM_DUMP,
	PARAM_OFFSET,
	PARAM_SLEW,
	PARAM_WANDER,
	PARAM_AUTH,
	PARAM_STATEFUL,
	PARAM_WRAP,
	PARAM_SOURCE,
	PARAM_LOADS,
	/* Not drawn. */
	PARAM_MASK,
	PARAM_OLD_MODULE,
	PARAM_UNTOLD,
	PARAMS,
};

/**
 * struct param_info - a parameter
 * @name: its word
 * @calm: value in a history that does without it
 * @min: smallest value
 * @max: largest value
 */
struct param_info {
	const char *name;
	int64_t calm;
	int64_t min;
	int64_t max;
};

extern const struct param_info param_table[PARAMS];

/* Index of a kind of event; kind_table[] says what each is. */
enum kind {
	KIND_RULE_AWAY,
	KIND_RULE_TWICE,
	KIND_RULE_MEMBER,
	KIND_RELOAD,
	KIND_SWAP,
	KIND_SET_ANEW,
	KIND_FLOW_AWAY,
	KIND_FLOW_WRITTEN,
	KIND_COLOURED,
	KIND_CLEARED,
	KIND_TWICE,
	KIND_OTHER,
	KIND_STEP,
	KIND_SLEW,
	KIND_SUSPEND,
	KIND_HOLD,
	KIND_SLOW,
	KIND_COLOUR,
	KIND_STUCK,
	KIND_RESTART,
	KIND_INTERRUPT,
	KIND_DELAY,
	KIND_OUTAGE,
	KIND_DROP,
	KIND_CUT,
	KINDS_DRAWN,
	KIND_COUNTERS_BACK = KINDS_DRAWN,
	KINDS,
};

/**
 * struct kind_info - a kind of event
 * @name: its word
 * @nodes: bit per node to which it can happen; 0: it is of the path
 * @value_min: smallest value
 * @value_max: largest value; both 0: it has none
 * @length_max: longest length; 0: it has none
 * @rows: rows of issue 12, section A, that it is of; "" for others
 */
struct kind_info {
	const char *name;
	unsigned int nodes;
	int64_t value_min;
	int64_t value_max;
	int64_t length_max;
	const char *rows;
};

extern const struct kind_info kind_table[KINDS];

/**
 * struct event - an event
 * @at: when, in parts of a period from the start of the first block
 * @kind: what
 * @node: to which node
 * @value: see kind_table[]
 * @length: how long it lasts, in parts of a period
 */
struct event {
	int64_t at;
	enum kind kind;
	enum node_id node;
	int64_t value;
	int64_t length;
};

/**
 * struct history - a history
 * @param: by enum param
 * @event: events, in any order
 * @n: their number
 * @name: the comment before it
 * @records: records that must come of it, by node; empty: any
 */
struct history {
	int64_t param[PARAMS];
	struct event event[HISTORY_EVENTS_MAX];
	unsigned int n;
	char name[HISTORY_TEXT_LEN];
	char records[NODES][HISTORY_TEXT_LEN];
};

/**
 * history_calm() - a history in which nothing happens
 * @history: filled
 */
void history_calm(struct history *history);

/**
 * history_read() - read the text form of the next history of a file
 * @history: filled
 * @file: file; an empty line ends a history
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 1, 0 if there is none any more, or -EINVAL.
 */
int history_read(struct history *history, FILE *file, char *error, size_t size);

/**
 * history_write() - write the text form: what is not calm
 * @history: history
 * @file: file
 */
void history_write(const struct history *history, FILE *file);

/**
 * history_has() - does a history have events of a kind
 * @history: history
 * @kind: kind
 *
 * Return: true if it has.
 */
bool history_has(const struct history *history, enum kind kind);

#endif /* TEST_MODEL_HISTORY_H */
