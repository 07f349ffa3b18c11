/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the writer and the readers of the history's database share: its tables,
 * as history_db.h describes them, and the meaning of SQLite's errors.
 */
#ifndef LMCTL_SINKS_HISTORY_HISTORY_SCHEMA_H
#define LMCTL_SINKS_HISTORY_HISTORY_SCHEMA_H

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
 * enum history_schema - what a database is
 * @HISTORY_SCHEMA_NONE: it has no tables yet
 * @HISTORY_SCHEMA_OLD: of an earlier version that history_schema_update() knows
 * @HISTORY_SCHEMA_OWN: of this version
 */
enum history_schema {
	HISTORY_SCHEMA_NONE,
	HISTORY_SCHEMA_OLD,
	HISTORY_SCHEMA_OWN,
};

/**
 * history_schema_check() - is this a history
 * @sql: opened database
 * @schema: filled
 * @error: filled with a sentence when it fails
 * @size: size of @error in bytes
 *
 * Return: 0, -EINVAL: of another program, -EPROTO: of a later version, or a
 * negative errno of SQLite.
 */
int history_schema_check(sqlite3 *sql, enum history_schema *schema, char *error,
			 size_t size);

/**
 * history_schema_update() - bring an old database to this version
 * @sql: database
 *
 * Nothing is done if somebody else just did it.
 *
 * Return: 0 or a negative errno of SQLite; the database is as it was then.
 */
int history_schema_update(sqlite3 *sql);

/**
 * history_schema_create() - create the tables in a new database
 * @sql: database without tables
 *
 * Nothing is done if somebody else just did it.
 *
 * Return: 0 or a negative errno of SQLite.
 */
int history_schema_create(sqlite3 *sql);

#endif /* LMCTL_SINKS_HISTORY_HISTORY_SCHEMA_H */
