/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The database of the history (SQLite, write-ahead log), as its one writer
 * sees it. history_read.h reads it.
 *
 * Schema 2 (PRAGMA user_version; application_id is HISTORY_DB_APPLICATION):
 *
 *   measurements  id, name, set_name, grouped (0, 1)
 *   peers         measurement_id, peer (0, 1 ...), name
 *   flows         id, source (address/netmask, '' without), sids (text, path
 *                 order), name ('' without), last_ms (of a block it was in, up
 *                 to an hour less)
 *   blocks        id, measurement_id, period_ms, number, start_ms (since 1970),
 *                 mask
 *   results       block_id, flow_id, status (enum result_status), word (why it
 *                 is not exact), reason (why sent is not known), sent,
 *                 sent_bytes, received, received_bytes (at the end of the
 *                 path)
 *   gaps          block_id (the last one), flow_id, first (number of the first
 *                 block), blocks (how many), status, sent, sent_bytes, received,
 *                 received_bytes: gap rows over the whole path
 *   answers       block_id, flow_id, peer, answer (NULL: valid), packets,
 *                 bytes, mask and period_ms of the peer, round_trip_ns,
 *                 forward_ns, backward_ns, error_ns
 *
 * NULL is: not known, not told, or for words: nothing to say.
 *
 * results and answers lie in the order of time, so that a block is appended
 * and an old one deleted in few pages, however many flows there are; a flow is
 * found by one look-up per block. Another configuration of a measurement is
 * another row of measurements with the same name.
 *
 * Schema 1 had no source and no gaps; the writer updates it when it opens the database.
 *
 * The first result of a flow in a block stays: after the clock was set back,
 * numbers of blocks come again.
 */
#ifndef LMCTL_SINKS_HISTORY_HISTORY_DB_H
#define LMCTL_SINKS_HISTORY_HISTORY_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/engine/result.h"

#define HISTORY_DB_VERSION 2
/* "sr6h" */
#define HISTORY_DB_APPLICATION 0x73723668

struct history_db;

/**
 * history_db_open() - open a database for writing, or create it
 * @file: its name
 * @db: filled, for history_db_close()
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0; -EBUSY: locked; -EUCLEAN: corrupt, or no database; -EINVAL: of
 * another program; -EPROTO: of a later version; -ENOSPC: disk full; another
 * negative errno.
 */
int history_db_open(const char *file, struct history_db **db, char *error,
		    size_t size);

/**
 * history_db_close() - close a database
 * @db: database or NULL
 *
 * What was not committed is undone.
 */
void history_db_close(struct history_db *db);

/**
 * history_db_moved() - is the file still under its name
 * @db: database
 *
 * Return: true if it was renamed or deleted: what is written would be lost.
 */
bool history_db_moved(struct history_db *db);

/**
 * history_db_error() - what the last failure was
 * @db: database
 *
 * Return: sentence, valid until the next call.
 */
const char *history_db_error(const struct history_db *db);

/**
 * history_db_begin() - begin a transaction
 * @db: database
 *
 * Return: 0, -EBUSY after a tenth of a second, or another negative errno as of
 * history_db_open(); so do all functions that follow. After one of them failed
 * comes history_db_rollback().
 */
int history_db_begin(struct history_db *db);

/**
 * history_db_block() - the block of the results that follow
 * @db: database in a transaction
 * @of: the measurement
 * @block: block number
 * @period_ms: length of a block
 * @mask: mark mask
 *
 * Return: as history_db_begin().
 */
int history_db_block(struct history_db *db, const struct measurement *of,
		     int64_t block, uint32_t period_ms, uint32_t mask);

/**
 * history_db_result() - write a result
 * @db: database in a transaction
 * @result: result of the block that was given last
 *
 * Return: as history_db_begin().
 */
int history_db_result(struct history_db *db, const struct result *result);

/**
 * history_db_gap() - write a gap row
 * @db: database in a transaction
 * @result: gap row of which the last block is that which was given last; @received
 *	    is what the end of the path received
 *
 * Return: as history_db_begin().
 */
int history_db_gap(struct history_db *db, const struct result *result);

/**
 * history_db_commit() - end a transaction
 * @db: database
 *
 * Return: as history_db_begin().
 */
int history_db_commit(struct history_db *db);

/**
 * history_db_rollback() - undo a transaction
 * @db: database
 */
void history_db_rollback(struct history_db *db);

/**
 * history_db_expire() - delete what is old, and shrink the file if it pays
 * @db: database, not in a transaction
 * @before_ms: blocks that began before this time, milliseconds since 1970
 * @rows: about the most results that are deleted in one call
 *
 * Return: as history_db_begin(); no rollback is needed.
 */
int history_db_expire(struct history_db *db, int64_t before_ms,
		      uint64_t rows);

#endif /* LMCTL_SINKS_HISTORY_HISTORY_DB_H */
