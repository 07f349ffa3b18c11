/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recordings: what 'lmctl record' writes and 'lmctl loss' reads, one JSON
 * object per line, flow and finished block.
 */
#ifndef LMCTL_RECORDING_H
#define LMCTL_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include "lmctl/jsonline.h"
#include "sr6flow.h"

/* Version of the format, the key "v", and the one before it, which can be read. */
#define RECORDING_VERSION 2
#define RECORDING_VERSION_BEFORE 1

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

/* Room for a node's or a set's name with the NUL. */
#define RECORDING_NAME_LEN 256

/**
 * struct record_clock - the clock that a block is of
 * @boot: identity of the running kernel, 0 if it is not known
 * @boot_time_us: time at which the machine booted, by this clock; it changes when the
 *		  clock is set, and only then
 * @synchronised: a time daemon says that the clock is right, with an error below the
 *		  guard band
 *
 * All zero in recordings of version 1.
 */
struct record_clock {
	uint64_t boot;
	int64_t boot_time_us;
	bool synchronised;
};

/**
 * struct record - one line of a recording
 * @node: name of the node
 * @set: name of the set
 * @instance: identity of the set
 * @generation: identity of the flow's counters
 * @flow: the flow
 * @last_source: in a set without netmask the source of all packets of a valid block;
 *		 zeros with a netmask, or if no packet was ever counted or its source
 *		 is not known
 * @clock: the clock when the block was read
 * @period_ms: length of a block in milliseconds
 * @guard_us: guard time in microseconds
 * @band_us: guard band in microseconds
 * @mask: mark mask, host byte order
 * @block: block number
 * @colour: colour of the block, host byte order
 * @packets: packets of the flow in the block, 0 if invalid
 * @bytes: their bytes, 0 if invalid
 * @total: cumulative counters of the flow at the end of the block, both colours
 *	   together; not in recordings
 * @continuity: identity of @total, 0 if that is not known. While it is the same,
 *		two of them subtract: nothing was restarted, and every witness but
 *		timing held for all packets between
 * @reason: REASON_NONE if valid
 */
struct record {
	char node[RECORDING_NAME_LEN];
	char set[RECORDING_NAME_LEN];
	uint64_t instance;
	uint64_t generation;
	struct sr6flow_flow flow;
	struct in6_addr last_source;
	struct record_clock clock;
	uint32_t period_ms;
	int64_t guard_us;
	int64_t band_us;
	uint32_t mask;
	int64_t block;
	uint32_t colour;
	uint64_t packets;
	uint64_t bytes;
	struct sr6flow_counters total;
	uint64_t continuity;
	enum reason reason;
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

/**
 * recording_name_valid() - can this be the name of a node or set
 * @name: name
 *
 * Return: true if it fits and has no control characters, which a terminal
 * would obey when a recording of somebody else is shown.
 */
bool recording_name_valid(const char *name);

/* Room for the keys from synchronised to colour with their values. */
#define RECORD_MIDDLE_LEN 256

/**
 * struct record_line - the line of a record; zero before the first one
 * @line: the line
 * @instance: identity of the set in it
 * @boot: identity of the kernel in it
 * @mask: mark mask in it
 * @block: block number in it
 * @head: length of what is before the generation, 0 if it has to be made
 * @clock: clock in it
 * @middle: the keys from synchronised to colour
 * @middle_len: their length, 0 if they have to be made
 *
 * More than half of a line is the same in all lines of a block.
 */
struct record_line {
	struct jsonline line;
	uint64_t instance;
	uint64_t boot;
	uint32_t mask;
	int64_t block;
	struct record_clock clock;
	size_t head;
	char middle[RECORD_MIDDLE_LEN];
	size_t middle_len;
};

/**
 * record_line() - make the line of a record
 * @line: for one recording: all its records are of one node, set and timing
 * @record: record
 *
 * Return: the line, which is whole.
 */
const struct jsonline *record_line(struct record_line *line,
				   const struct record *record);

/**
 * record_parse() - read a record from a line
 * @record: filled
 * @line: line without the newline; need not be terminated
 * @len: its length in bytes
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0 or -EINVAL.
 */
int record_parse(struct record *record, const char *line, size_t len,
		 char *error, size_t size);

#endif /* LMCTL_RECORDING_H */
