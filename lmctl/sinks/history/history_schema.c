// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include "lmctl/sinks/history/history_db.h"
#include "lmctl/sinks/history/history_schema.h"

#define STR_(x) #x
#define STR(x) STR_(x)

#define COUNT_TABLES "SELECT count(*) FROM sqlite_master"

/* Version 1 knows no source and no gap rows. */
#define TABLE_FLOWS(name) \
	"CREATE TABLE " name " (" \
	" id INTEGER PRIMARY KEY, source TEXT NOT NULL, sids TEXT NOT NULL," \
	" name TEXT NOT NULL, last_ms INTEGER NOT NULL," \
	" UNIQUE (sids, source, name));"
#define INDEX_FLOWS "CREATE INDEX flows_last ON flows (last_ms);"
#define TABLE_GAPS \
	"CREATE TABLE gaps (" \
	" block_id INTEGER NOT NULL REFERENCES blocks," \
	" flow_id INTEGER NOT NULL REFERENCES flows," \
	" first INTEGER NOT NULL, blocks INTEGER NOT NULL," \
	" status INTEGER NOT NULL, sent INTEGER, sent_bytes INTEGER," \
	" received INTEGER, received_bytes INTEGER," \
	" PRIMARY KEY (block_id, flow_id, first)) WITHOUT ROWID;"
#define SET_VERSION "PRAGMA user_version = " STR(HISTORY_DB_VERSION) ";"

static const char tables[] =
	"CREATE TABLE measurements ("
	" id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
	" set_name TEXT NOT NULL, grouped INTEGER NOT NULL);"
	"CREATE TABLE peers ("
	" measurement_id INTEGER NOT NULL REFERENCES measurements,"
	" peer INTEGER NOT NULL, name TEXT NOT NULL,"
	" PRIMARY KEY (measurement_id, peer)) WITHOUT ROWID;"
	TABLE_FLOWS("flows")
	INDEX_FLOWS
	TABLE_GAPS
	"CREATE TABLE blocks ("
	" id INTEGER PRIMARY KEY,"
	" measurement_id INTEGER NOT NULL REFERENCES measurements,"
	" period_ms INTEGER NOT NULL, number INTEGER NOT NULL,"
	" start_ms INTEGER NOT NULL, mask INTEGER NOT NULL,"
	" UNIQUE (measurement_id, period_ms, number));"
	"CREATE INDEX blocks_start ON blocks (start_ms);"
	"CREATE TABLE results ("
	" block_id INTEGER NOT NULL REFERENCES blocks,"
	" flow_id INTEGER NOT NULL REFERENCES flows,"
	" status INTEGER NOT NULL, word TEXT, reason TEXT,"
	" sent INTEGER, sent_bytes INTEGER,"
	" received INTEGER, received_bytes INTEGER,"
	" PRIMARY KEY (block_id, flow_id)) WITHOUT ROWID;"
	"CREATE TABLE answers ("
	" block_id INTEGER NOT NULL, flow_id INTEGER NOT NULL,"
	" peer INTEGER NOT NULL, answer TEXT,"
	" packets INTEGER, bytes INTEGER,"
	" mask INTEGER, period_ms INTEGER, round_trip_ns INTEGER,"
	" forward_ns INTEGER, backward_ns INTEGER, error_ns INTEGER,"
	" PRIMARY KEY (block_id, flow_id, peer)) WITHOUT ROWID;"
	"PRAGMA application_id = " STR(HISTORY_DB_APPLICATION) ";"
	SET_VERSION;

/* Ids stay, so that the rows of all other tables do. */
static const char update_1[] =
	TABLE_FLOWS("flows_2")
	"INSERT INTO flows_2 (id, source, sids, name, last_ms)"
	" SELECT id, '', sids, name, last_ms FROM flows;"
	"DROP TABLE flows;"
	"ALTER TABLE flows_2 RENAME TO flows;"
	INDEX_FLOWS
	TABLE_GAPS
	SET_VERSION;

int history_errno(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		return -EACCES;
	default:
		return -EIO;
	}
}

static int exec(sqlite3 *sql, const char *text)
{
	return history_errno(sqlite3_exec(sql, text, NULL, NULL, NULL));
}

int history_run(sqlite3 *sql, const char *text, int64_t a, int64_t b,
		int64_t row[2])
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(sql, text, -1, &statement, NULL);
	int n;

	if (row)
		row[0] = row[1] = 0;
	if (code)
		return history_errno(code);
	n = sqlite3_bind_parameter_count(statement);
	if (n > 0)
		sqlite3_bind_int64(statement, 1, a);
	if (n > 1)
		sqlite3_bind_int64(statement, 2, b);
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW && row) {
		row[0] = sqlite3_column_int64(statement, 0);
		row[1] = sqlite3_column_int64(statement, 1);
	}
	while (code == SQLITE_ROW)
		code = sqlite3_step(statement);
	sqlite3_finalize(statement);
	return history_errno(code);
}

int history_schema_create(sqlite3 *sql)
{
	int64_t count[2];
	int err;

	/* Both are of no effect within a transaction or beside tables. */
	err = exec(sql, "PRAGMA auto_vacuum = INCREMENTAL;"
		       "PRAGMA journal_mode = WAL;");
	if (!err)
		err = exec(sql, "BEGIN IMMEDIATE");
	if (err)
		return err;
	err = history_run(sql, COUNT_TABLES, 0, 0, count);
	if (!err && !count[0])
		err = exec(sql, tables);
	if (!err)
		err = exec(sql, "COMMIT");
	if (err)
		exec(sql, "ROLLBACK");
	return err;
}

int history_schema_update(sqlite3 *sql)
{
	int64_t version[2];
	int err = exec(sql, "BEGIN IMMEDIATE");

	if (err)
		return err;
	err = history_run(sql, "PRAGMA user_version", 0, 0, version);
	if (!err && version[0] == 1)
		err = exec(sql, update_1);
	if (!err)
		err = exec(sql, "COMMIT");
	if (err)
		exec(sql, "ROLLBACK");
	return err;
}

int history_schema_check(sqlite3 *sql, enum history_schema *schema, char *error,
			 size_t size)
{
	int64_t count[2], application[2], version[2];
	int err = history_run(sql, COUNT_TABLES, 0, 0, count);

	if (!err)
		err = history_run(sql, "PRAGMA application_id", 0, 0,
				  application);
	if (!err)
		err = history_run(sql, "PRAGMA user_version", 0, 0, version);
	*schema = HISTORY_SCHEMA_NONE;
	if (err)
		snprintf(error, size, "%s", sqlite3_errmsg(sql));
	if (err || !count[0])
		return err;
	if (application[0] != HISTORY_DB_APPLICATION) {
		snprintf(error, size, "it is a database of another program; name another file");
		return -EINVAL;
	}
	*schema = version[0] == HISTORY_DB_VERSION ? HISTORY_SCHEMA_OWN :
						     HISTORY_SCHEMA_OLD;
	if (version[0] < 1 || version[0] > HISTORY_DB_VERSION) {
		snprintf(error, size, "it has version %lld and this lmctl knows %d: use the lmctl that wrote it, or name another file",
			 (long long)version[0], HISTORY_DB_VERSION);
		return -EPROTO;
	}
	return 0;
}
