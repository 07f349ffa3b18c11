/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results on standard output: aligned lines for people, or JSON lines. The
 * keys of the JSON lines are in the README of this folder.
 *
 * Whoever opens one ignores SIGPIPE, so that a closed pipe is an error that is
 * reported instead of the end of the process.
 */
#ifndef LMCTL_SINKS_STREAM_STREAM_H
#define LMCTL_SINKS_STREAM_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/sinks/sink.h"

/* Version of the JSON lines, the key "v"; keys may be added without a new one. */
#define STREAM_VERSION 1
/* Most bytes that wait for a slow reader; whole lines beyond are dropped. */
#define STREAM_PENDING_MAX (64u << 20)
/* Most rows of tables that wait for the end of their block. */
#define STREAM_ROWS_MAX 10000

/* Standard output as a sink of a service. */
extern const struct sink_type stream_type;

/**
 * stream_open() - print results on standard output
 * @sink: filled
 * @json: JSON lines, otherwise lines for people
 * @period_ms: length of a block in milliseconds, for blocks without results
 *
 * Lines are written when their block ends, or earlier when they are many.
 *
 * Return: 0, or -ENOMEM after a message.
 */
int stream_open(struct sink *sink, bool json, uint32_t period_ms);

/**
 * stream_pump() - write what waits, as far as that is possible at once
 * @sink: opened stream
 *
 * Called by the sink itself at each end of a block. A reader that is slower
 * than that needs it whenever standard output is writable.
 *
 * Return: 0 if nothing waits; 1 if something does, because standard output takes
 * no more just now or others are to have their turn; a negative errno after a
 * message if nothing can be written: a file whose disk is full keeps whole lines,
 * and it is tried again with the next block, while what comes waits; of anything
 * else, as a closed pipe, what comes is dropped. A command whose only purpose are
 * these lines ends then.
 */
int stream_pump(struct sink *sink);

#endif /* LMCTL_SINKS_STREAM_STREAM_H */
