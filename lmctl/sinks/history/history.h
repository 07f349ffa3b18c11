/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * History: a sink that keeps results in an SQLite database for a time. Schema
 * and readers are in history_db.h.
 *
 * The event loop copies results into memory and hands them over at the end of
 * a block; a thread of the sink's own writes them, one transaction per
 * hand-over. So neither the work nor a slow disk, where one sync can take
 * longer than the guard time, makes a colour change late. What waits is
 * bounded by HISTORY_BACKLOG bytes: beyond that the oldest goes.
 */
#ifndef LMCTL_SINKS_HISTORY_HISTORY_H
#define LMCTL_SINKS_HISTORY_HISTORY_H

#include <stdint.h>
#include "lmctl/sinks/history/history_settings.h"
#include "lmctl/sinks/sink.h"

#define HISTORY_FILE "/var/lib/sr6flow/history.db"

/* Most bytes that wait for the disk: some 6 blocks of 100,000 flows. */
#define HISTORY_BACKLOG (128u << 20)

/* History as a sink of a service. */
extern const struct sink_type history_type;

/**
 * history_open() - open or create a history and make a sink of it
 * @file: name of the database; its folder must exist. A new one has mode 0640
 * @retention_s: seconds after which results are deleted, a few with each block
 * @sink: filled
 *
 * To be called after the process became the user that it stays, who will own
 * the file; the thread is started by the first end of a block and inherits
 * capabilities and filters of that moment. It takes no signals.
 *
 * A database that cannot be read is moved aside and a new one begun; one that
 * is locked is waited for later. Trouble later on (a full disk, a lock that
 * stays) is a warning, once, and another line when it is over.
 *
 * The sink's free function tries once to write what is waiting; that takes
 * about a second per 100,000 results, and no longer than a disk takes.
 *
 * Return: 0, or a negative errno after a message: the file cannot be opened or
 * created (-EACCES, -ENOENT, -EIO ...), it belongs to another program
 * (-EINVAL), or a later version of lmctl wrote it (-EPROTO).
 */
int history_open(const char *file, int64_t retention_s, struct sink *sink);

/**
 * history_retain() - change the retention, for a reload of the configuration
 * @sink: filled by history_open()
 * @retention_s: as for history_open()
 */
void history_retain(const struct sink *sink, int64_t retention_s);

/**
 * struct history_state - how a history is doing
 * @results: results written
 * @dropped: results given up because too many were waiting, or at the end
 * @waiting: bytes that wait to be written
 * @failures: transactions that failed; they are tried again
 */
struct history_state {
	uint64_t results;
	uint64_t dropped;
	uint64_t waiting;
	uint64_t failures;
};

/**
 * history_state() - how a history is doing
 * @sink: filled by history_open()
 * @state: filled
 *
 * For metrics and tests. Waits for nothing.
 */
void history_state(const struct sink *sink, struct history_state *state);

#endif /* LMCTL_SINKS_HISTORY_HISTORY_H */
