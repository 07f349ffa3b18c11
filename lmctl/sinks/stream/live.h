/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results as a table that fills the terminal and is redrawn at the end of each
 * block, flows with most loss first.
 */
#ifndef LMCTL_SINKS_STREAM_LIVE_H
#define LMCTL_SINKS_STREAM_LIVE_H

#include <stdint.h>
#include "lmctl/sinks/sink.h"

/* Number of results in the columns of recent loss. */
#define LIVE_BLOCKS 10

/**
 * live_open() - show results on the terminal
 * @sink: filled
 *
 * Return: 0; -ENOTTY after a message if standard output is not a terminal; -ENOMEM
 * after a message.
 */
int live_open(struct sink *sink);

/**
 * live_draw() - the table as text
 * @sink: sink of live_open() or live_new()
 * @lines: height of the terminal, at least 4
 * @width: its width, 0 for unlimited: columns are left out below 120, 100 and 80
 *
 * Return: text of at most @lines lines for free(), or NULL after a message.
 */
char *live_draw(struct sink *sink, unsigned int lines, unsigned int width);

/**
 * live_new() - like live_open(), but without drawing
 * @sink: filled
 *
 * Return: 0, or -ENOMEM after a message.
 */
int live_new(struct sink *sink);

#endif /* LMCTL_SINKS_STREAM_LIVE_H */
