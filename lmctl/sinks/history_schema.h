/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the writer and the readers of the history's database share: its tables,
 * as history_db.h describes them, and the meaning of SQLite's errors.
 */
#ifndef LMCTL_SINKS_HISTORY_SCHEMA_H
#define LMCTL_SINKS_HISTORY_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * history_errno() - negative errno of a result of SQLite
 * @code: result
 *
 * Return: 0 for SQLITE_OK, SQLITE_ROW and SQLITE_DONE; otherwise as of
 * history_db_open().
 */
int history_errno(int code);

/**
 * history_run() - run one SQL statement to its end
 * @sql: database
 * @text: the statement, with at most two parameters
 * @a: parameter ?1
 * @b: parameter ?2
 * @row: filled with the first two columns of the first row, zeros if there are
 *	 no such; NULL if they do not matter
 *
 * Return: 0 or a negative errno.
 */
int history_run(sqlite3 *sql, const char *text, int64_t a, int64_t b,
		int64_t row[2]);

/**
 * history_schema_check() - is this a history of this version
 * @sql: opened database
 * @is_new: set to whether it has no tables yet
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0, -EINVAL: of another program, -EPROTO: of another version, or a
 * negative errno of SQLite.
 */
int history_schema_check(sqlite3 *sql, bool *is_new, char *error, size_t size);

/**
 * history_schema_create() - create the tables in a new database
 * @sql: database without tables
 *
 * Nothing is done if somebody else just did it.
 *
 * Return: 0 or a negative errno of SQLite.
 */
int history_schema_create(sqlite3 *sql);

#endif /* LMCTL_SINKS_HISTORY_SCHEMA_H */
