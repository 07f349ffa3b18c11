// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* Without this uthash exits when memory is short. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>
#include "lmctl/base/flowkey.h"
#include "lmctl/sinks/figures.h"
#include "lmctl/sinks/history/history_db.h"
#include "lmctl/sinks/history/history_expire.h"
#include "lmctl/sinks/history/history_schema.h"

#define BUSY_MS 100
/* flows.last_ms may lag by this: not every block writes to every flow. */
#define FLOW_LAG_MS INT64_C(3600000)
/* Flows whose ids are remembered; all are forgotten when there are more. */
#define FLOWS_MAX (1u << 18)

enum {
	FIND_MEASUREMENT,
	ADD_MEASUREMENT,
	ADD_PEER,
	ADD_BLOCK,
	ADD_FLOW,
	ADD_RESULT,
	ADD_ANSWER,
	ADD_GAP,
	N_STATEMENTS,
};

static const char *const sources[N_STATEMENTS] = {
	/* No name of a peer has a newline. */
	[FIND_MEASUREMENT] =
	"SELECT id FROM measurements AS m WHERE name = ?1 AND set_name = ?2"
	" AND grouped = ?3 AND ?4 ="
	" (SELECT group_concat(name, char(10)) FROM (SELECT name FROM peers"
	" WHERE measurement_id = m.id ORDER BY peer))",
	[ADD_MEASUREMENT] =
	"INSERT INTO measurements (name, set_name, grouped)"
	" VALUES (?1, ?2, ?3) RETURNING id",
	[ADD_PEER] = "INSERT INTO peers VALUES (?1, ?2, ?3)",
	[ADD_BLOCK] =
	"INSERT INTO blocks (measurement_id, period_ms, number, start_ms, mask)"
	" VALUES (?1, ?2, ?3, ?4, ?5)"
	" ON CONFLICT DO UPDATE SET number = number RETURNING id",
	[ADD_FLOW] =
	"INSERT INTO flows (source, sids, name, last_ms)"
	" VALUES (?1, ?2, ?3, ?4)"
	" ON CONFLICT DO UPDATE SET last_ms = max(last_ms, excluded.last_ms)"
	" RETURNING id",
	[ADD_RESULT] =
	"INSERT INTO results VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	" ON CONFLICT DO NOTHING",
	[ADD_ANSWER] =
	"INSERT OR REPLACE INTO answers"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[ADD_GAP] =
	"INSERT INTO gaps VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
	" ON CONFLICT DO NOTHING",
};

/*
 * A flow whose id is known. The key is the number of SIDs, the identity of the
 * flow and the name.
 */
struct known_flow {
	UT_hash_handle hh;
	int64_t id;
	int64_t last_ms;
	bool lost;
	unsigned char key[];
};

struct history_db {
	sqlite3 *sql;
	sqlite3_stmt *statement[N_STATEMENTS];
	struct known_flow *flows;
	int64_t block_id;
	int64_t start_ms;
};

const char *history_db_error(const struct history_db *db)
{
	return sqlite3_errmsg(db->sql);
}

static int exec(struct history_db *db, const char *text)
{
	return history_errno(sqlite3_exec(db->sql, text, NULL, NULL, NULL));
}

/* The file exists before SQLite opens it, which would create it as it likes. */
static int create_file(const char *file)
{
	int fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd >= 0)
		return close(fd) ? -errno : 0;
	return errno == EEXIST ? 0 : -errno;
}

static int prepare(struct history_db *db)
{
	int code = SQLITE_OK, i;

	for (i = 0; !code && i < N_STATEMENTS; i++)
		code = sqlite3_prepare_v3(db->sql, sources[i], -1,
					  SQLITE_PREPARE_PERSISTENT,
					  &db->statement[i], NULL);
	return history_errno(code);
}

static int setup(struct history_db *db, char *error, size_t size)
{
	int one = 1, err;
	enum history_schema schema;

	sqlite3_busy_timeout(db->sql, BUSY_MS);
	/* The log stays when nobody writes, for readers who may not create it. */
	sqlite3_file_control(db->sql, "main", SQLITE_FCNTL_PERSIST_WAL, &one);
	err = history_schema_check(db->sql, &schema, error, size);
	if (!err && schema == HISTORY_SCHEMA_NONE)
		err = history_schema_create(db->sql);
	if (!err && schema == HISTORY_SCHEMA_OLD)
		err = history_schema_update(db->sql);
	if (!err)
		err = exec(db, "PRAGMA journal_mode = WAL;"
			       "PRAGMA synchronous = NORMAL;"
			       "PRAGMA journal_size_limit = 67108864;"
			       "PRAGMA cache_size = -32768;");
	if (!err)
		err = prepare(db);
	if (err && !*error)
		snprintf(error, size, "%s", history_db_error(db));
	return err;
}

int history_db_open(const char *file, struct history_db **to, char *error,
		    size_t size)
{
	char path[PATH_MAX];
	struct history_db *db;
	int err = create_file(file);

	*error = '\0';
	/* As a path it is none of the names that are special to SQLite. */
	if (!err && !realpath(file, path))
		err = -errno;
	if (err) {
		snprintf(error, size, "%s", strerror(-err));
		return err;
	}
	db = calloc(1, sizeof(*db));
	if (!db)
		return -ENOMEM;
	err = history_errno(sqlite3_open_v2(path, &db->sql, SQLITE_OPEN_READWRITE |
				       SQLITE_OPEN_FULLMUTEX, NULL));
	if (err)
		snprintf(error, size, "%s", history_db_error(db));
	else
		err = setup(db, error, size);
	if (err) {
		history_db_close(db);
		return err;
	}
	*to = db;
	return 0;
}

static void forget(struct history_db *db)
{
	struct known_flow *flow, *next;

	HASH_ITER(hh, db->flows, flow, next) {
		HASH_DEL(db->flows, flow);
		free(flow);
	}
}

void history_db_close(struct history_db *db)
{
	int i;

	if (!db)
		return;
	for (i = 0; i < N_STATEMENTS; i++)
		sqlite3_finalize(db->statement[i]);
	sqlite3_close(db->sql);
	forget(db);
	free(db);
}

bool history_db_moved(struct history_db *db)
{
	int moved = 0;

	sqlite3_file_control(db->sql, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved;
}

int history_db_begin(struct history_db *db)
{
	return exec(db, "BEGIN IMMEDIATE");
}

int history_db_commit(struct history_db *db)
{
	return exec(db, "COMMIT");
}

void history_db_rollback(struct history_db *db)
{
	/* Rows that are undone may have been given to flows. */
	forget(db);
	/* SQLite has rolled some failures back already. */
	if (!sqlite3_get_autocommit(db->sql))
		exec(db, "ROLLBACK");
}

/* Run a statement to its end; @value gets the first column of the first row. */
static int run(sqlite3_stmt *statement, int64_t *value)
{
	int code = sqlite3_step(statement);

	if (code == SQLITE_ROW) {
		if (value)
			*value = sqlite3_column_int64(statement, 0);
		code = sqlite3_step(statement);
	}
	sqlite3_reset(statement);
	return history_errno(code);
}

static void bind_text(sqlite3_stmt *statement, int column, const char *text)
{
	sqlite3_bind_text(statement, column, text, -1, SQLITE_STATIC);
}

static void bind_u64(sqlite3_stmt *statement, int column, uint64_t value,
		     bool known)
{
	if (known)
		sqlite3_bind_int64(statement, column, (int64_t)value);
	else
		sqlite3_bind_null(statement, column);
}

static void bind_measurement(sqlite3_stmt *statement,
			     const struct measurement *of)
{
	bind_text(statement, 1, of->name);
	bind_text(statement, 2, of->set);
	sqlite3_bind_int(statement, 3, of->group);
}

static int add_measurement(struct history_db *db, const struct measurement *of,
			   int64_t *id)
{
	sqlite3_stmt *statement = db->statement[ADD_MEASUREMENT];
	unsigned int i;
	int err;

	bind_measurement(statement, of);
	err = run(statement, id);
	statement = db->statement[ADD_PEER];
	for (i = 0; !err && i < of->npeers; i++) {
		sqlite3_bind_int64(statement, 1, *id);
		sqlite3_bind_int64(statement, 2, i);
		bind_text(statement, 3, of->peer[i]);
		err = run(statement, NULL);
	}
	return err;
}

static int find_measurement(struct history_db *db,
			    const struct measurement *of, int64_t *id)
{
	sqlite3_stmt *statement = db->statement[FIND_MEASUREMENT];
	char peers[RESULT_PEERS_MAX * RESULT_NAME_LEN];
	size_t len = 0;
	unsigned int i;
	int err;

	peers[0] = '\0';
	for (i = 0; i < of->npeers; i++)
		len += (size_t)snprintf(peers + len, sizeof(peers) - len,
					"%s%s", i ? "\n" : "", of->peer[i]);
	bind_measurement(statement, of);
	bind_text(statement, 4, peers);
	*id = 0;
	err = run(statement, id);
	if (!err && !*id)
		err = add_measurement(db, of, id);
	return err;
}

int history_db_block(struct history_db *db, const struct measurement *of,
		     int64_t block, uint32_t period_ms, uint32_t mask)
{
	sqlite3_stmt *statement = db->statement[ADD_BLOCK];
	int64_t measurement_id;
	int err = find_measurement(db, of, &measurement_id);

	if (err)
		return err;
	db->start_ms = block * period_ms;
	sqlite3_bind_int64(statement, 1, measurement_id);
	sqlite3_bind_int64(statement, 2, period_ms);
	sqlite3_bind_int64(statement, 3, block);
	sqlite3_bind_int64(statement, 4, db->start_ms);
	sqlite3_bind_int64(statement, 5, mask);
	return run(statement, &db->block_id);
}

static int add_flow(struct history_db *db, const struct sr6flow_flow *flow,
		    int64_t *id)
{
	sqlite3_stmt *statement = db->statement[ADD_FLOW];
	char sids[SR6FLOW_FLOW_STRLEN], source[FIGURE_SOURCE_LEN];

	bind_text(statement, 1, figure_source(flow, source));
	bind_text(statement, 2, figure_sids(flow, sids));
	bind_text(statement, 3, flow->name);
	sqlite3_bind_int64(statement, 4, db->start_ms);
	return run(statement, id);
}

static struct known_flow *know_flow(struct history_db *db,
				    const unsigned char *key, size_t len)
{
	struct known_flow *known;

	if (HASH_COUNT(db->flows) >= FLOWS_MAX)
		forget(db);
	known = malloc(sizeof(*known) + len);
	if (!known)
		return NULL;
	known->lost = false;
	memcpy(known->key, key, len);
	HASH_ADD_KEYPTR(hh, db->flows, known->key, len, known);
	if (!known->lost)
		return known;
	free(known);
	return NULL;
}

static int flow_id(struct history_db *db, const struct sr6flow_flow *flow,
		   int64_t *id)
{
	size_t key_len = FLOWKEY_LEN(flow->nsids);
	size_t name_len = strlen(flow->name), len = 1 + key_len + name_len;
	unsigned char key[1 + FLOWKEY_LEN(SR6FLOW_SIDS_MAX) +
			  sizeof(flow->name)];
	struct known_flow *known;
	int err;

	key[0] = (unsigned char)flow->nsids;
	memcpy(key + 1, flowkey(flow), key_len);
	memcpy(key + 1 + key_len, flow->name, name_len);
	HASH_FIND(hh, db->flows, key, len, known);
	if (known && db->start_ms < known->last_ms + FLOW_LAG_MS) {
		*id = known->id;
		return 0;
	}
	err = add_flow(db, flow, id);
	if (err)
		return err;
	if (!known)
		known = know_flow(db, key, len);
	if (!known)
		return -ENOMEM;
	known->id = *id;
	known->last_ms = db->start_ms;
	return 0;
}

static int add_answer(struct history_db *db, int64_t flow,
		      const struct result *result, unsigned int i)
{
	sqlite3_stmt *statement = db->statement[ADD_ANSWER];
	const struct result_peer *peer = &result->peer[i];
	const struct known count = result_arrived(result, i);
	const struct delay *delay = &peer->delay;
	bool valid = peer->answer.status == ANSWER_VALID;
	bool one_way = delay->known && delay->one_way;

	sqlite3_bind_int64(statement, 1, db->block_id);
	sqlite3_bind_int64(statement, 2, flow);
	sqlite3_bind_int64(statement, 3, i);
	bind_text(statement, 4, valid ? NULL : answer_word(&peer->answer));
	bind_u64(statement, 5, count.packets, count.known);
	bind_u64(statement, 6, count.bytes, count.known);
	bind_u64(statement, 7, peer->mask, peer->mask);
	bind_u64(statement, 8, peer->period_ms, peer->period_ms);
	bind_u64(statement, 9, (uint64_t)delay->round_trip, delay->known);
	bind_u64(statement, 10, (uint64_t)delay->forward, one_way);
	bind_u64(statement, 11, (uint64_t)delay->backward, one_way);
	bind_u64(statement, 12, (uint64_t)delay->error, one_way);
	return run(statement, NULL);
}

int history_db_result(struct history_db *db, const struct result *result)
{
	sqlite3_stmt *statement = db->statement[ADD_RESULT];
	const struct segment total = result_total(result);
	const struct known sent = result_sent(result);
	const struct known received = result_received(result);
	unsigned int i;
	int64_t id = 0;
	int err = flow_id(db, result->flow, &id);

	if (err)
		return err;
	sqlite3_bind_int64(statement, 1, db->block_id);
	sqlite3_bind_int64(statement, 2, id);
	sqlite3_bind_int(statement, 3, (int)total.status);
	bind_text(statement, 4, total.word);
	bind_text(statement, 5, reason_word(result->reason));
	bind_u64(statement, 6, sent.packets, sent.known);
	bind_u64(statement, 7, sent.bytes, sent.known);
	bind_u64(statement, 8, received.packets, received.known);
	bind_u64(statement, 9, received.bytes, received.known);
	err = run(statement, NULL);
	if (err || !sqlite3_changes(db->sql))
		return err;
	for (i = 0; !err && i < result->of->npeers; i++)
		err = add_answer(db, id, result, i);
	return err;
}

int history_db_gap(struct history_db *db, const struct result *result)
{
	sqlite3_stmt *statement = db->statement[ADD_GAP];
	int status = result->received.packets > result->sent ? RESULT_ANOMALY :
							       RESULT_EXACT;
	int64_t id = 0;
	int err = flow_id(db, result->flow, &id);

	if (err)
		return err;
	sqlite3_bind_int64(statement, 1, db->block_id);
	sqlite3_bind_int64(statement, 2, id);
	sqlite3_bind_int64(statement, 3, result->first);
	sqlite3_bind_int64(statement, 4, (int64_t)result->gap);
	sqlite3_bind_int(statement, 5, status);
	bind_u64(statement, 6, result->sent, true);
	bind_u64(statement, 7, result->sent_bytes, true);
	bind_u64(statement, 8, result->received.packets, true);
	bind_u64(statement, 9, result->received.bytes, true);
	return run(statement, NULL);
}

int history_db_expire(struct history_db *db, int64_t before_ms, uint64_t rows)
{
	bool flows_gone = false;
	int err = history_db_begin(db);

	if (err)
		return err;
	err = history_expire(db->sql, before_ms, before_ms - FLOW_LAG_MS, rows,
			     &flows_gone);
	if (!err)
		err = history_db_commit(db);
	if (err) {
		history_db_rollback(db);
		return err;
	}
	if (flows_gone)
		forget(db);
	return history_shrink(db->sql);
}
