/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connection of 'lmctl top' to the socket of the daemon.
 */
#ifndef LMCTL_CMD_TOP_FEED_H
#define LMCTL_CMD_TOP_FEED_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct top_feed - connection
 * @fd: socket, negative without
 * @text: bytes that have been read and belong to no whole line
 * @len: their number
 * @room: size of @text
 */
struct top_feed {
	int fd;
	char *text;
	size_t len;
	size_t room;
};

/**
 * typedef top_line_fn - takes a line
 * @arg: as given to top_feed_read()
 * @text: line
 * @len: its length in bytes without the newline
 *
 * Return: false to stop.
 */
typedef bool (*top_line_fn)(void *arg, const char *text, size_t len);

/**
 * top_feed_open() - connect
 * @feed: without a connection
 * @path: name of the socket
 *
 * Return: 0, or a negative errno without a message.
 */
int top_feed_open(struct top_feed *feed, const char *path);

/**
 * top_feed_read() - read the lines that have come, once
 * @feed: connected
 * @fn: takes each whole line
 * @arg: for @fn
 *
 * Return: 1 after reading, 0 if @fn stopped it, -ECONNRESET at the end of the
 * connection, -EPROTO for a line that is too long, or another negative errno.
 */
int top_feed_read(struct top_feed *feed, top_line_fn fn, void *arg);

/**
 * top_feed_close() - disconnect
 * @feed: connected or not; can be opened again
 */
void top_feed_close(struct top_feed *feed);

#endif /* LMCTL_CMD_TOP_FEED_H */
