/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reasons for which the count of a flow in a block is invalid.
 */
#ifndef LMCTL_BASE_REASONS_H
#define LMCTL_BASE_REASONS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct meaning - a word of results, explained to an operator
 * @word: word in recordings, tables, JSON and metrics
 * @means: what happened: a part of a sentence, whose subject is "it" for a peer; NULL
 *	   if nothing is wrong
 * @remedy: what to do
 *
 * lmctl(8) explains each word with a first sentence that begins like @means.
 */
struct meaning {
	const char *word;
	const char *means;
	const char *remedy;
};

/*
 * Why a block of a flow is invalid. When several apply, the first of them here is
 * reported: it explains the others. The table in reasons.c explains each.
 */
enum reason {
	REASON_NONE,
	REASON_SET_RESTARTED,
	REASON_FLOW_RESTARTED,
	REASON_FLOW_ADDED,
	REASON_FLOW_REMOVED,
	REASON_CLOCK_STEPPED,
	REASON_NO_RULE,
	REASON_RULE_TWICE,
	REASON_RULE_DIFFERS,
	REASON_RULE_CHANGED,
	REASON_READ_LATE,
	REASON_COLOUR_LATE,
	REASON_TWO_SOURCES,
	REASON_SOURCE_UNKNOWN,
	REASON_CROSSED_TWICE,
	REASON_UNCOLOURED,
	REASON_COLOURED_BEFORE,
	REASON_BOTH_COLOURS,
	REASON_STILL_COUNTING,
	REASON_COUNTER_BACK,
	REASON_UNKNOWN,
};

/**
 * reason_timing() - was only the time of something wrong
 * @reason: reason
 *
 * Return: true if packets were counted all the same, each once and under its
 * colour: their sum over more blocks can be right.
 */
bool reason_timing(enum reason reason);

/**
 * reason_word() - the word for a reason in recordings and tables
 * @reason: reason
 *
 * Return: word, or NULL for REASON_NONE.
 */
const char *reason_word(enum reason reason);

/**
 * reason_meaning() - explain a reason
 * @reason: reason, not REASON_NONE
 *
 * Return: meaning.
 */
const struct meaning *reason_meaning(enum reason reason);

/**
 * reason_wire() - the number of a reason in messages between nodes
 * @reason: reason
 *
 * Return: number from 1 on, or 0 for REASON_NONE and REASON_UNKNOWN.
 */
uint8_t reason_wire(enum reason reason);

/**
 * reason_from_wire() - the reason of a number
 * @wire: number from 1 on
 *
 * Return: reason, REASON_UNKNOWN for a number that this version does not know.
 */
enum reason reason_from_wire(uint8_t wire);

/**
 * reason_parse() - the reason of a word
 * @word: word
 *
 * Return: reason, REASON_UNKNOWN for a word that this version does not know.
 */
enum reason reason_parse(const char *word);

/**
 * reason_first() - the one of two reasons that explains the other
 * @a: reason
 * @b: reason
 *
 * Return: REASON_NONE only if both are.
 */
enum reason reason_first(enum reason a, enum reason b);

#endif /* LMCTL_BASE_REASONS_H */
