// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ip_set_hash_sr6flow.h"
#include "lmctl/flowkey.h"
#include "lmctl/lmctl.h"
#include "lmctl/sinks/figures.h"
#include "lmctl/sinks/history_read_private.h"
#include "lmctl/sinks/history_schema.h"

/* For a lock that the writer holds while it opens or closes the database. */
#define BUSY_MS 5000

#define GAP_COLUMNS \
	"flow_id, status, blocks, sent, sent_bytes, received, received_bytes, first"
#define RESULT_COLUMNS "flow_id, status, reason, sent, sent_bytes, received"

static const char *const sources[N_STATEMENTS] = {
	[FIND_FLOWS] =
	"SELECT id, sids, name, source FROM flows WHERE name = ?1 OR sids = ?2"
	" ORDER BY name, sids, source",
	[GET_FLOW] = "SELECT id, sids, name, source FROM flows WHERE id = ?1",
	[GET_MEASUREMENT] =
	"SELECT name, set_name, grouped FROM measurements WHERE id = ?1",
	[GET_PEERS] =
	"SELECT name FROM peers WHERE measurement_id = ?1 ORDER BY peer",
	[NEXT_BLOCK] =
	"SELECT id, measurement_id, number, period_ms, start_ms, mask"
	" FROM blocks WHERE start_ms < ?1 AND (start_ms, id) > (?2, ?3)"
	" ORDER BY start_ms, id LIMIT 1",
	[GET_RESULT] =
	"SELECT " RESULT_COLUMNS " FROM results"
	" WHERE block_id = ?1 AND flow_id = ?2",
	[GET_RESULTS] =
	"SELECT " RESULT_COLUMNS " FROM results WHERE block_id = ?1",
	[GET_ANSWERS] =
	"SELECT peer, answer, packets, bytes, mask, period_ms, round_trip_ns,"
	" forward_ns, backward_ns, error_ns FROM answers"
	" WHERE block_id = ?1 AND flow_id = ?2",
	[GET_GAPS] = "SELECT " GAP_COLUMNS " FROM gaps WHERE block_id = ?1",
	[GET_FLOW_GAPS] =
	"SELECT " GAP_COLUMNS " FROM gaps"
	" WHERE block_id = ?1 AND flow_id = ?2 ORDER BY first",
};

const char *history_read_error(const struct history_reader *reader)
{
	return reader->error ? reader->error : sqlite3_errmsg(reader->sql);
}

/* A file of somebody else must not reach the terminal or memory as it is. */
static int corrupt(struct history_reader *reader)
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
	code = sqlite3_open_v2(path, &reader->sql, SQLITE_OPEN_READONLY, NULL);
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
	free(reader);
}

static const char *text_at(sqlite3_stmt *statement, int column)
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
	const char *name = text_at(statement, column);

	if (!name || !recording_name_valid(name) || strlen(name) >= size)
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
			err = corrupt(reader);
	}
	sqlite3_reset(statement);
	if (!err)
		err = history_errno(code);
	return !err && !of->npeers ? corrupt(reader) : err;
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
		    !copy_name(known->of.set, RECORDING_NAME_LEN, statement, 1))
			err = corrupt(reader);
	} else {
		err = history_errno(code) ?: corrupt(reader);
	}
	sqlite3_reset(statement);
	return err ? err : read_peers(reader, known);
}

static int find_measurement(struct history_reader *reader, int64_t id,
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
	const char *sids = text_at(statement, 1), *name = text_at(statement, 2);
	const char *source = text_at(statement, 3);
	char text[SR6FLOW_FLOW_STRLEN], error[128];
	int len;

	if (!sids || !name || !source)
		return corrupt(reader);
	len = snprintf(text, sizeof(text), "%s%s%s", name, *name ? "=" : "",
		       sids);
	if (len >= (int)sizeof(text) ||
	    sr6flow_flow_parse(flow, text, error, sizeof(error)) ||
	    flow->netmask || !parse_source(source, flow))
		return corrupt(reader);
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
	return !err && !reader->nflows ? -ENOENT : err;
}

int history_next_block(struct history_reader *reader,
		      const struct history_query *query, struct history_block *block)
{
	sqlite3_stmt *statement = reader->statement[NEXT_BLOCK];
	int64_t measurement_id;
	int code;

	sqlite3_bind_int64(statement, 1, query->until_ms);
	sqlite3_bind_int64(statement, 2, block->start_ms);
	sqlite3_bind_int64(statement, 3, block->id);
	code = sqlite3_step(statement);
	block->id = sqlite3_column_int64(statement, 0);
	measurement_id = sqlite3_column_int64(statement, 1);
	block->number = sqlite3_column_int64(statement, 2);
	block->period_ms = (uint32_t)sqlite3_column_int64(statement, 3);
	block->start_ms = sqlite3_column_int64(statement, 4);
	block->mask = (uint32_t)sqlite3_column_int64(statement, 5);
	sqlite3_reset(statement);
	if (code != SQLITE_ROW)
		return history_errno(code);
	if (!block->period_ms || block->period_ms > BLOCK_PERIOD_MAX_MS ||
	    block->start_ms % block->period_ms ||
	    block->start_ms / block->period_ms != block->number ||
	    !sr6flow_mask_valid(block->mask))
		return corrupt(reader);
	return find_measurement(reader, measurement_id, &block->of) ?: 1;
}

bool history_wants_block(const struct history_query *query,
			const struct history_block *block)
{
	return !query->measurement ||
	       /* A block that was read has it. NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
	       !strcmp(block->of->of.name, query->measurement);
}

static enum reason reason_of(const char *word)
{
	enum reason reason;

	for (reason = REASON_NONE + 1; reason < REASON_UNKNOWN; reason++)
		if (!strcmp(reason_word(reason), word))
			break;
	return reason;
}

/* The answer that has a word; NULL is a valid one. */
static struct answer answer_of(const char *word)
{
	static const enum answer_status statuses[] = {
		ANSWER_UNKNOWN_FLOW, ANSWER_NOT_FINISHED, ANSWER_TOO_OLD,
		ANSWER_INVALID, ANSWER_ANOMALY, ANSWER_PERIOD_DIFFERS,
		ANSWER_MASK_DIFFERS, ANSWER_TIMING_DIFFERS,
		ANSWER_TWO_INGRESSES, ANSWER_NETMASK_DIFFERS,
		ANSWER_UNKNOWN_VERSION, ANSWER_NO_ANSWER, ANSWER_NO_LOSS_DATA,
		ANSWER_REFUSED, ANSWER_NOT_ASKED, ANSWER_CLOCKS_DIFFER,
		ANSWER_DELAY_TOO_LONG,
	};
	struct answer answer = { ANSWER_VALID, REASON_NONE };
	size_t i;

	for (i = 0; word && i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		answer.status = statuses[i];
		if (!strcmp(answer_word(&answer), word))
			return answer;
	}
	if (word)
		answer = (struct answer){ ANSWER_INVALID, reason_of(word) };
	return answer;
}

static void peer_at(sqlite3_stmt *statement, struct result_peer *peer)
{
	struct delay *delay = &peer->delay;
	uint64_t value;

	peer->answer = answer_of(text_at(statement, 1));
	history_number_at(statement, 2, &peer->packets);
	history_number_at(statement, 3, &peer->bytes);
	history_number_at(statement, 4, &value);
	peer->mask = (uint32_t)value;
	history_number_at(statement, 5, &value);
	peer->period_ms = (uint32_t)value;
	delay->known = history_number_at(statement, 6, &value);
	delay->round_trip = (int64_t)value;
	delay->one_way = history_number_at(statement, 7, &value);
	delay->forward = (int64_t)value;
	history_number_at(statement, 8, &value);
	delay->backward = (int64_t)value;
	history_number_at(statement, 9, &value);
	delay->error = (int64_t)value;
}

/* A peer without a row did not answer. */
static int read_answers(struct history_reader *reader, int64_t block_id,
			int64_t flow_id, struct result *result)
{
	sqlite3_stmt *statement = reader->statement[GET_ANSWERS];
	unsigned int i;
	int code;

	for (i = 0; i < RESULT_PEERS_MAX; i++)
		result->peer[i].answer.status = ANSWER_NO_ANSWER;
	sqlite3_bind_int64(statement, 1, block_id);
	sqlite3_bind_int64(statement, 2, flow_id);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		int64_t peer = sqlite3_column_int64(statement, 0);

		if (peer >= 0 && peer < result->of->npeers)
			peer_at(statement, &result->peer[peer]);
	}
	sqlite3_reset(statement);
	return history_errno(code);
}

/* Return: 1 if the flow is in the block, 0 if not. */
static int read_result(struct history_reader *reader, const struct history_block *block,
		       const struct wanted_flow *wanted, struct result *result)
{
	sqlite3_stmt *statement = reader->statement[GET_RESULT];
	const char *reason;
	int code, err;

	*result = (struct result){
		.of = &block->of->of,
		.flow = &wanted->flow,
		.block = block->number,
		.period_ms = block->period_ms,
		.mask = block->mask,
	};
	result->colour = block_colour(block->mask, block->number);
	sqlite3_bind_int64(statement, 1, block->id);
	sqlite3_bind_int64(statement, 2, wanted->id);
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW) {
		reason = text_at(statement, 2);
		result->reason = reason ? reason_of(reason) : REASON_NONE;
		history_number_at(statement, 3, &result->sent);
		history_number_at(statement, 4, &result->sent_bytes);
	}
	sqlite3_reset(statement);
	if (code != SQLITE_ROW)
		return history_errno(code);
	err = read_answers(reader, block->id, wanted->id, result);
	return err ? err : 1;
}

/* Its one known peer is the last: what the end of the path received. */
static int give_gap(struct history_reader *reader, sqlite3_stmt *statement,
		    struct result *result, history_result_fn fn, void *arg)
{
	struct result_peer *last = &result->peer[result->of->npeers - 1];
	unsigned int i;

	result->reason = REASON_NONE;
	result->colour = 0;
	result->covers = RESULT_TOTAL |
			 (result->of->npeers == 1 ? RESULT_SEGMENT(0) : 0);
	history_number_at(statement, 2, &result->gap);
	history_number_at(statement, 3, &result->sent);
	history_number_at(statement, 4, &result->sent_bytes);
	history_number_at(statement, 5, &result->received.packets);
	history_number_at(statement, 6, &result->received.bytes);
	result->first = sqlite3_column_int64(statement, 7);
	if (!result->gap || result->first > result->block)
		return corrupt(reader);
	memset(result->peer, 0, sizeof(result->peer));
	for (i = 0; i < result->of->npeers; i++)
		result->peer[i].answer.status = ANSWER_NOT_ASKED;
	if (!result->of->group) {
		last->answer.status = ANSWER_VALID;
		last->packets = result->received.packets;
		last->bytes = result->received.bytes;
	}
	return fn(result, arg);
}

static int read_gaps(struct history_reader *reader,
		     const struct history_block *block,
		     const struct wanted_flow *wanted, struct result *result,
		     history_result_fn fn, void *arg)
{
	sqlite3_stmt *statement = reader->statement[GET_FLOW_GAPS];
	int code = SQLITE_DONE, err = 0;

	sqlite3_bind_int64(statement, 1, block->id);
	sqlite3_bind_int64(statement, 2, wanted->id);
	while (!err && (code = sqlite3_step(statement)) == SQLITE_ROW)
		err = give_gap(reader, statement, result, fn, arg);
	sqlite3_reset(statement);
	return err ? err : history_errno(code);
}

int history_read_results(struct history_reader *reader,
			 const struct history_query *query,
			 history_result_fn fn, void *arg)
{
	struct history_block block = { .start_ms = query->since_ms, .id = -1 };
	struct result result;
	size_t i;
	int err;

	reader->error = NULL;
	err = history_find_flows(reader, query->flow);
	while (!err && (err = history_next_block(reader, query, &block)) == 1) {
		err = 0;
		for (i = 0; !err && history_wants_block(query, &block) &&
			    i < reader->nflows; i++) {
			err = read_result(reader, &block, &reader->flows[i],
					  &result);
			if (err == 1)
				err = fn(&result, arg);
			if (!err)
				err = read_gaps(reader, &block,
						&reader->flows[i], &result, fn,
						arg);
		}
	}
	return err;
}
