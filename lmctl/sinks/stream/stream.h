/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results on standard output: aligned lines for people, or JSON lines. The
 * keys of the JSON lines are in the README of this folder.
 *
 * The caller ignores SIGPIPE, so that a closed pipe is a reported error instead of
 * the end of the process.
 */
#ifndef LMCTL_SINKS_STREAM_STREAM_H
#define LMCTL_SINKS_STREAM_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include "lmctl/sinks/sink.h"

/* Version of the JSON lines, the key "v"; keys may be added without a new one. */
#define STREAM_VERSION 1
/* Most bytes waiting for a slow reader; further lines are dropped. */
#define STREAM_PENDING_MAX (64u << 20)
/* Most rows of tables waiting for the end of their block. */
#define STREAM_ROWS_MAX 10000

/* Standard output as a sink of a service. */
extern const struct sink_type stream_type;

/**
 * stream_open() - print results on standard output
 * @sink: filled
 * @json: JSON lines, otherwise lines for people
 * @period_ms: length of a block in milliseconds, for blocks without results
 *
 * Lines are written at the end of their block, or earlier if they are many.
 *
 * Return: 0, or -ENOMEM after a message.
 */
int stream_open(struct sink *sink, bool json, uint32_t period_ms);

/**
 * stream_pump() - write waiting lines without blocking
 * @sink: opened stream
 *
 * The sink calls it at each end of a block. For a slower reader, call it whenever
 * standard output is writable.
 *
 * Return: 0 if nothing waits; 1 if lines wait, because standard output accepts no
 * more now or to let others have their turn; a negative errno after a message if
 * writing failed. If the disk is full, the file keeps whole lines and the next
 * block tries again, while lines wait; otherwise, as with a closed pipe, lines are
 * dropped. A command whose only purpose is these lines ends then.
 */
int stream_pump(struct sink *sink);

#endif /* LMCTL_SINKS_STREAM_STREAM_H */
