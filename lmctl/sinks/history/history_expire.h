/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deletes what is old from the history's database, a bounded part at a time.
 */
#ifndef LMCTL_SINKS_HISTORY_HISTORY_EXPIRE_H
#define LMCTL_SINKS_HISTORY_HISTORY_EXPIRE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * history_expire() - delete old blocks, and names that none refers to any more
 * @sql: database in a transaction
 * @blocks_ms: blocks that began before this time, milliseconds since 1970
 * @flows_ms: flows whose last_ms is before this time; so much earlier than
 *	      @blocks_ms that none of their blocks is left
 * @rows: most results that are deleted
 * @flows_gone: set if flows were deleted
 *
 * Return: 0 or a negative errno as of history_db_open().
 */
int history_expire(sqlite3 *sql, int64_t blocks_ms, int64_t flows_ms,
		   uint64_t rows, bool *flows_gone);

/**
 * history_shrink() - make the file smaller if it pays
 * @sql: database, not in a transaction
 *
 * Moving pages costs as much as writing them, and what is deleted makes room
 * for what comes: only a file that is empty for a good part shrinks, by a few
 * pages per call.
 *
 * Return: 0 or a negative errno as of history_db_open().
 */
int history_shrink(sqlite3 *sql);

#endif /* LMCTL_SINKS_HISTORY_HISTORY_EXPIRE_H */
