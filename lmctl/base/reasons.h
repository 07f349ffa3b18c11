/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reasons for which the count of a flow in a block is invalid.
 */
#ifndef LMCTL_BASE_REASONS_H
#define LMCTL_BASE_REASONS_H

#include <stdbool.h>

/**
 * enum reason - why a block of a flow is invalid
 * @REASON_NONE: it is valid
 * @REASON_SET_RESTARTED: the set was created anew
 * @REASON_FLOW_RESTARTED: the flow was added anew or its counters were written
 * @REASON_FLOW_ADDED: the flow was added within the block or just before
 * @REASON_FLOW_REMOVED: the flow went away before its counters were confirmed
 * @REASON_CLOCK_STEPPED: the clock was set, or the machine was suspended
 * @REASON_NO_RULE: no rule counts the set, so that nothing counts
 * @REASON_RULE_TWICE: more than one rule counts the set
 * @REASON_RULE_DIFFERS: the rule is not the one that 'lmctl init' makes: elsewhere, or
 *			 for some packets only
 * @REASON_RULE_CHANGED: the rule, its table or another rule that counts was changed
 *			 between the readings of the block
 * @REASON_READ_LATE: no whole reading was made inside the reading window of
 *		      this block or of the one before with its colour, or nobody
 *		      looked in time whether the colour changed in time
 * @REASON_COLOUR_LATE: the active colour changed late at one end of the block
 *			or of the one before with its colour
 * @REASON_TWO_SOURCES: packets of the flow had different source addresses: more than
 *			one node sends into a SID list without source
 * @REASON_SOURCE_UNKNOWN: packets of a flow without source in its key were counted,
 *			   and the kernel module, an lmctl or a recording of an
 *			   earlier version does not say from which source
 * @REASON_CROSSED_TWICE: packets of the flow had different values of Segments Left:
 *			  they cross the node twice
 * @REASON_UNCOLOURED: packets of the flow came without a colour of the set:
 *		       something on the way takes the colour off, or not every
 *		       ingress marks
 * @REASON_COLOURED_BEFORE: packets had a colour already when they reached the marking
 *			    rule: it is present twice, they loop, or another node
 *			    writes the Tag
 * @REASON_BOTH_COLOURS: the block's colour and the next one counted at once
 * @REASON_STILL_COUNTING: the block's colour counted in the reading window, or
 *			   the colour of the block before in place of it
 * @REASON_COUNTER_BACK: the counters are lower than before
 * @REASON_UNKNOWN: a word of a later version
 *
 * When several apply, the first of them here is reported: it explains the
 * others.
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
