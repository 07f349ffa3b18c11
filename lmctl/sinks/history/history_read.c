// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ip_set_hash_sr6flow.h"
#include "lmctl/base/flowkey.h"
#include "lmctl/base/names.h"
#include "lmctl/base/numbers.h"
#include "lmctl/sinks/figures.h"
#include "lmctl/sinks/history/history_read_private.h"
#include "lmctl/sinks/history/history_schema.h"

/* For a lock that the writer holds while it opens or closes the database. */
#define BUSY_MS 5000

/* Up to the end of the time, after a block. */
#define WHERE_BLOCK " WHERE start_ms < ?1 AND (start_ms, id) > (?2, ?3)"
#define IN_TIME " ORDER BY start_ms, id"
#define OF_FLOWS " r.flow_id IN (SELECT value FROM json_each(?5))"
/*
 * Blocks first, and from there to results: what CROSS JOIN says, so that nothing
 * is sorted. The function takes the rows where they are found.
 */
#define SUMS \
	"SELECT lmctl_sum(b.measurement_id, b.number, b.period_ms, b.start_ms," \
	" r.flow_id, r.status, r.sent, r.received) FROM" \
	" (SELECT id, measurement_id, number, period_ms, start_ms FROM blocks" \
	WHERE_BLOCK IN_TIME " LIMIT ?4) AS b" \
	" CROSS JOIN results AS r ON r.block_id = b.id"

/* Gap rows are few: all are looked at, and then their blocks. */
#define GAPS \
	"SELECT lmctl_gap(b.measurement_id, g.flow_id, g.status, g.blocks," \
	" g.sent, g.received) FROM gaps AS g" \
	" CROSS JOIN blocks AS b ON b.id = g.block_id" \
	" WHERE b.start_ms >= ?1 AND b.start_ms < ?2"

static const char *const sources[N_STATEMENTS] = {
	[FIND_FLOWS] =
	"SELECT id, sids, name, source FROM flows WHERE name = ?1 OR sids = ?2"
	" ORDER BY id",
	[GET_FLOW] = "SELECT id, sids, name, source FROM flows WHERE id = ?1",
	[GET_MEASUREMENT] =
	"SELECT name, set_name, grouped FROM measurements WHERE id = ?1",
	[GET_PEERS] =
	"SELECT name FROM peers WHERE measurement_id = ?1 ORDER BY peer",
	/* The same blocks as of the place, and from there on. */
	[READ_RESULTS] =
	"SELECT b.id, b.measurement_id, b.number, b.period_ms, b.start_ms,"
	" b.mask, r.flow_id, r.reason, r.sent, r.sent_bytes, a.peer, a.answer,"
	" a.packets, a.bytes, a.mask, a.period_ms, a.round_trip_ns,"
	" a.forward_ns, a.backward_ns, a.error_ns, EXISTS (SELECT 1 FROM gaps"
	" WHERE block_id = r.block_id AND flow_id = r.flow_id)"
	" FROM blocks AS b CROSS JOIN results AS r ON r.block_id = b.id"
	" LEFT JOIN answers AS a ON a.block_id = r.block_id"
	" AND a.flow_id = r.flow_id"
	" WHERE b.start_ms < ?1 AND (b.start_ms, b.id) >= (?2, ?3)"
	" AND (b.id <> ?3 OR r.flow_id > ?4) AND" OF_FLOWS
	" ORDER BY b.start_ms, b.id, r.flow_id",
	[ADD_SUMS] = SUMS,
	[ADD_FLOW_SUMS] = SUMS " AND" OF_FLOWS,
	[ADD_GAPS] = GAPS,
	[ADD_FLOW_GAPS] = GAPS " AND g.flow_id IN (SELECT value FROM json_each(?3))",
	[GET_FLOW_GAPS] =
	"SELECT blocks, sent, sent_bytes, received, received_bytes, first"
	" FROM gaps WHERE block_id = ?1 AND flow_id = ?2 ORDER BY first",
	[SKIP_BLOCKS] =
	"SELECT start_ms, id FROM blocks" WHERE_BLOCK IN_TIME
	" LIMIT 1 OFFSET ?4 - 1",
};

const char *history_read_error(const struct history_reader *reader)
{
	return reader->error ? reader->error : sqlite3_errmsg(reader->sql);
}

/* A file of somebody else must not reach the terminal or memory as it is. */
int history_corrupt(struct history_reader *reader)
{
	reader->error = "it has contents that lmctl does not write";
	return -EUCLEAN;
}

static int open_sql(struct history_reader *reader, const char *file,
		    char *error, size_t size)
{
	enum history_schema schema;
	char path[PATH_MAX];
	int code, err, i;

	if (!realpath(file, path)) {
		err = -errno;
		snprintf(error, size, "%s", strerror(-err));
		return err;
	}
	/* A lock per column costs more than the column: there is one thread. */
	code = sqlite3_open_v2(path, &reader->sql, SQLITE_OPEN_READONLY |
			       SQLITE_OPEN_NOMUTEX, NULL);
	if (code) {
		snprintf(error, size, "%s", sqlite3_errmsg(reader->sql));
		return history_errno(code);
	}
	sqlite3_busy_timeout(reader->sql, BUSY_MS);
	err = history_schema_check(reader->sql, &schema, error, size);
	if (!err && schema == HISTORY_SCHEMA_NONE) {
		snprintf(error, size, "it has no results yet");
		err = -ENODATA;
	} else if (!err && schema == HISTORY_SCHEMA_OLD) {
		snprintf(error, size, "an earlier lmctl wrote it: start 'lmctl run' with it, which brings it up to date");
		err = -EPROTO;
	}
	if (!err)
		err = history_sums_function(reader);
	for (i = 0; !err && i < N_STATEMENTS; i++)
		err = history_errno(sqlite3_prepare_v2(reader->sql, sources[i],
						       -1,
						       &reader->statement[i],
						       NULL));
	if (err && !*error)
		snprintf(error, size, "%s", sqlite3_errmsg(reader->sql));
	return err;
}

int history_read_open(const char *file, struct history_reader **to, char *error,
		      size_t size)
{
	struct history_reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader) {
		snprintf(error, size, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	*error = '\0';
	err = open_sql(reader, file, error, size);
	if (err) {
		history_read_close(reader);
		return err;
	}
	*to = reader;
	return 0;
}

void history_read_close(struct history_reader *reader)
{
	int i;

	if (!reader)
		return;
	for (i = 0; i < N_STATEMENTS; i++)
		sqlite3_finalize(reader->statement[i]);
	sqlite3_close(reader->sql);
	while (reader->measurements) {
		struct known_measurement *known = reader->measurements;

		reader->measurements = known->next;
		free(known);
	}
	free(reader->flows);
	free(reader->ids);
	free(reader);
}

const char *history_text_at(sqlite3_stmt *statement, int column)
{
	return (const char *)sqlite3_column_text(statement, column);
}

bool history_number_at(sqlite3_stmt *statement, int column, uint64_t *value)
{
	*value = (uint64_t)sqlite3_column_int64(statement, column);
	return sqlite3_column_type(statement, column) != SQLITE_NULL;
}

static bool copy_name(char *to, size_t size, sqlite3_stmt *statement,
		      int column)
{
	const char *name = history_text_at(statement, column);

	if (!name || !name_valid(name) || strlen(name) >= size)
		return false;
	strcpy(to, name);
	return true;
}

static int read_peers(struct history_reader *reader,
		      struct known_measurement *known)
{
	sqlite3_stmt *statement = reader->statement[GET_PEERS];
	struct measurement *of = &known->of;
	int code, err = 0;

	sqlite3_bind_int64(statement, 1, known->id);
	while (!err && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		if (of->npeers == RESULT_PEERS_MAX ||
		    !copy_name(of->peer[of->npeers++], RESULT_NAME_LEN,
			       statement, 0))
			err = history_corrupt(reader);
	}
	sqlite3_reset(statement);
	if (!err)
		err = history_errno(code);
	return !err && !of->npeers ? history_corrupt(reader) : err;
}

static int read_measurement(struct history_reader *reader,
			    struct known_measurement *known)
{
	sqlite3_stmt *statement = reader->statement[GET_MEASUREMENT];
	int code, err = 0;

	sqlite3_bind_int64(statement, 1, known->id);
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW) {
		known->of.group = sqlite3_column_int(statement, 2);
		if (!copy_name(known->of.name, RESULT_NAME_LEN, statement, 0) ||
		    !copy_name(known->of.set, NAME_LEN, statement, 1))
			err = history_corrupt(reader);
	} else {
		err = history_errno(code) ?: history_corrupt(reader);
	}
	sqlite3_reset(statement);
	return err ? err : read_peers(reader, known);
}

int history_find_measurement(struct history_reader *reader, int64_t id,
			     const struct known_measurement **to)
{
	struct known_measurement *known = reader->measurements;
	int err;

	while (known && known->id != id)
		known = known->next;
	*to = known;
	if (known)
		return 0;
	known = calloc(1, sizeof(*known));
	if (!known)
		return -ENOMEM;
	known->id = id;
	err = read_measurement(reader, known);
	if (err) {
		free(known);
		return err;
	}
	known->next = reader->measurements;
	reader->measurements = known;
	*to = known;
	return 0;
}

/* What figure_source() writes. */
static bool parse_source(const char *text, struct sr6flow_flow *flow)
{
	char address[INET6_ADDRSTRLEN];
	struct in6_addr masked;
	size_t len = strcspn(text, "/");
	uint32_t netmask;

	if (!*text)
		return true;
	if (!text[len] || len >= sizeof(address) ||
	    lmctl_parse_u32(text + len + 1, &netmask) || !netmask ||
	    netmask > SR6FLOW_NETMASK_MAX)
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	if (inet_pton(AF_INET6, address, &flow->source) != 1)
		return false;
	flow->netmask = netmask;
	masked = flow->source;
	sr6flow_source_mask(masked.s6_addr, netmask);
	return IN6_ARE_ADDR_EQUAL(&masked, &flow->source);
}

int history_flow_at(struct history_reader *reader, sqlite3_stmt *statement,
		   struct sr6flow_flow *flow)
{
	const char *sids = history_text_at(statement, 1), *name = history_text_at(statement, 2);
	const char *source = history_text_at(statement, 3);
	char text[SR6FLOW_FLOW_STRLEN], error[128];
	int len;

	if (!sids || !name || !source)
		return history_corrupt(reader);
	len = snprintf(text, sizeof(text), "%s%s%s", name, *name ? "=" : "",
		       sids);
	if (len >= (int)sizeof(text) ||
	    sr6flow_flow_parse(flow, text, error, sizeof(error)) ||
	    flow->netmask || !parse_source(source, flow))
		return history_corrupt(reader);
	return 0;
}

/* Of the flows with the SIDs of @wanted those that it means, or that @name does. */
static int add_wanted(struct history_reader *reader, sqlite3_stmt *statement,
		      const char *name, const struct sr6flow_flow *wanted)
{
	struct wanted_flow *flows = realloc(reader->flows,
		(reader->nflows + 1) * sizeof(*flows));
	int err;

	if (!flows)
		return -ENOMEM;
	reader->flows = flows;
	flows += reader->nflows;
	flows->id = sqlite3_column_int64(statement, 0);
	err = history_flow_at(reader, statement, &flows->flow);
	if (!err && (!strcmp(flows->flow.name, name) ||
		     flowkey_matches(&flows->flow, wanted)))
		reader->nflows++;
	return err;
}

/* "[7,12]", for SQL; the flows are in the order of their rows then. */
static int list_ids(struct history_reader *reader)
{
	size_t size, i;
	FILE *stream;

	free(reader->ids);
	reader->ids = NULL;
	stream = open_memstream(&reader->ids, &size);
	if (!stream)
		return -ENOMEM;
	putc('[', stream);
	for (i = 0; i < reader->nflows; i++)
		fprintf(stream, "%s%" PRId64, i ? "," : "",
			reader->flows[i].id);
	putc(']', stream);
	return fclose(stream) ? -ENOMEM : 0;
}

int history_find_flows(struct history_reader *reader, const char *text)
{
	sqlite3_stmt *statement = reader->statement[FIND_FLOWS];
	char sids[SR6FLOW_FLOW_STRLEN] = "", error[128];
	struct sr6flow_flow flow = { .nsids = 0 };
	int code = SQLITE_DONE, err = 0;

	if (!sr6flow_flow_parse(&flow, text, error, sizeof(error)))
		figure_sids(&flow, sids);
	reader->nflows = 0;
	sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, sids, -1, SQLITE_STATIC);
	while (!err && (code = sqlite3_step(statement)) == SQLITE_ROW)
		err = add_wanted(reader, statement, text, &flow);
	sqlite3_reset(statement);
	if (!err)
		err = history_errno(code);
	if (!err && !reader->nflows)
		err = -ENOENT;
	return err ? err : list_ids(reader);
}

int history_block_valid(struct history_reader *reader,
			const struct history_block *block)
{
	int64_t start_ms;

	if (!block->period_ms || block->period_ms > BLOCK_PERIOD_MAX_MS ||
	    __builtin_mul_overflow(block->number, block->period_ms,
				   &start_ms) ||
	    start_ms != block->start_ms)
		return history_corrupt(reader);
	return 0;
}

bool history_wants(const struct history_query *query,
		   const struct known_measurement *known)
{
	return !query->measurement ||
	       /* A block that was read has it. NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
	       !strcmp(known->of.name, query->measurement);
}
