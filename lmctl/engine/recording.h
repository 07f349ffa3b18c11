/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recordings: output of 'lmctl record' and input of 'lmctl loss', one JSON object
 * per line, flow and finished block.
 */
#ifndef LMCTL_ENGINE_RECORDING_H
#define LMCTL_ENGINE_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include "lmctl/base/jsonline.h"
#include "lmctl/base/names.h"
#include "lmctl/base/reasons.h"
#include "sr6flow.h"

/* Version of the format, key "v", and the earlier version, which can be read. */
#define RECORDING_VERSION 2
#define RECORDING_VERSION_BEFORE 1

/**
 * struct record_clock - the clock of a block
 * @boot: identity of the running kernel, 0 if it is not known
 * @boot_time_us: time of boot by this clock; only setting the clock changes it
 * @synchronised: a time daemon synchronises the clock with an error below the guard
 *		  band
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
 * @continuity: identity of @total, 0 if not known. Two totals with one identity
 *		subtract: nothing was restarted, and every witness except timing
 *		held for all packets between
 * @reason: REASON_NONE if valid
 */
struct record {
	char node[NAME_LEN];
	char set[NAME_LEN];
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

/* Room for the keys from synchronised to colour with their values. */
#define RECORD_MIDDLE_LEN 256

/**
 * struct record_line - the line of a record; zero before the first one
 * @line: the line
 * @instance: identity of the set in it
 * @boot: identity of the kernel in it
 * @mask: mark mask in it
 * @block: block number in it
 * @head: length of the part before the generation, 0 if not made yet
 * @clock: clock in it
 * @middle: the keys from synchronised to colour
 * @middle_len: their length, 0 if not made yet
 *
 * All lines of a block share more than half of their text.
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
 * @line: for one recording: all its records have one node, set and timing
 * @record: record
 *
 * Return: the complete line.
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

#endif /* LMCTL_ENGINE_RECORDING_H */
