// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/json.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/names.h"
#include "lmctl/sinks/stream/stream.h"
#include "lmctl/sinks/view/view_lines.h"

#define NS_PER_US 1000
/* Longest round trip that is believed, in microseconds. */
#define TRIP_MAX_US 1e9

static const char *const kinds[] = {
	[VIEW_EXACT] = "exact",
	[VIEW_INVALID] = "invalid",
	[VIEW_ANOMALY] = "anomaly",
};

static void put_head(struct jsonline *line, const char *type)
{
	jsonline_begin(line);
	jsonline_integer(line, "v", STREAM_VERSION);
	jsonline_string(line, "type", type);
}

/* Oldest first, from the oldest that is known. */
static void put_past(struct jsonline *line, const struct view_flow *flow)
{
	unsigned int i = VIEW_BLOCKS;

	jsonline_open(line, "past", '[');
	while (i && !flow->past[i - 1].kind)
		i--;
	while (i--) {
		const struct view_past *past = &flow->past[i];

		if (past->kind == VIEW_EXACT) {
			jsonline_open(line, NULL, '[');
			jsonline_counter(line, NULL, true, past->sent);
			jsonline_counter(line, NULL, true, past->lost);
			jsonline_close(line, ']');
		} else {
			jsonline_string(line, NULL, kinds[past->kind]);
		}
	}
	jsonline_close(line, ']');
}

bool view_line_past(struct jsonline *line, const struct view_flow *flow)
{
	const struct sr6flow_flow *of = &flow->entry.flow;
	const struct view_row *last = &flow->last;
	bool exact = last->kind == VIEW_EXACT;

	put_head(line, "past");
	jsonline_string(line, "measurement", last->measurement);
	jsonline_string(line, "name", *of->name ? of->name : NULL);
	jsonline_source(line, "source", of);
	jsonline_sids(line, "sids", of);
	jsonline_string(line, "peer", last->peer);
	jsonline_integer(line, "block", last->block);
	jsonline_integer(line, "period_ms", last->period_ms);
	jsonline_string(line, "status", kinds[last->kind]);
	jsonline_string(line, "reason", last->word);
	jsonline_counter(line, "sent", last->sent.known, last->sent.packets);
	jsonline_counter(line, "received", last->received.known,
			 last->received.packets);
	jsonline_counter(line, "lost", exact, last->lost);
	jsonline_us(line, "round_trip_us", last->trip, last->trip);
	jsonline_integer(line, "alarms", flow->alarms);
	put_past(line, flow);
	return jsonline_end(line);
}

static void put_peers(struct jsonline *line, const struct view_state *state)
{
	unsigned int i;

	jsonline_integer(line, "silent_peers", state->silent);
	jsonline_open(line, "peers", '[');
	for (i = 0; i < state->npeers; i++) {
		jsonline_open(line, NULL, '{');
		jsonline_string(line, "measurement",
				state->peer[i].measurement);
		jsonline_string(line, "peer", state->peer[i].name);
		jsonline_counter(line, "silent_blocks", true,
				 state->peer[i].silent);
		jsonline_close(line, '}');
	}
	jsonline_close(line, ']');
}

static void put_sets(struct jsonline *line, const struct view_state *state)
{
	unsigned int i;

	jsonline_open(line, "sets", '[');
	for (i = 0; i < state->nsets; i++) {
		const struct view_set *set = &state->set[i];

		jsonline_open(line, NULL, '{');
		jsonline_string(line, "set", set->name);
		jsonline_counter(line, "flows", set->known, set->flows);
		jsonline_string(line, "problem",
				*set->problem ? set->problem : NULL);
		jsonline_close(line, '}');
	}
	jsonline_close(line, ']');
}

static void put_counts(struct jsonline *line, const char *list, const char *key,
		       const char *word, uint64_t flows, bool first)
{
	if (first)
		jsonline_open(line, list, '[');
	if (!word)
		return;
	jsonline_open(line, NULL, '{');
	jsonline_string(line, key, word);
	jsonline_counter(line, "flows", true, flows);
	jsonline_close(line, '}');
}

static void put_totals(struct jsonline *line, const struct view_state *state)
{
	const struct view_totals *totals = &state->totals;
	unsigned int i;

	jsonline_counter(line, "flows", true, totals->flows);
	jsonline_counter(line, "lossy", true, totals->lossy);
	jsonline_counter(line, "inexact", true, totals->inexact);
	jsonline_counter(line, "kept", true, state->kept);
	put_counts(line, "reasons", NULL, NULL, 0, true);
	for (i = 0; i < totals->n; i++)
		put_counts(line, NULL, "reason", totals->reason[i].word,
			   totals->reason[i].flows, false);
	jsonline_close(line, ']');
	put_counts(line, "alarms", NULL, NULL, 0, true);
	for (i = 0; i < state->nalarms; i++)
		put_counts(line, NULL, "alarm", state->alarm[i].name,
			   state->alarm[i].flows, false);
	jsonline_close(line, ']');
}

bool view_line_state(struct jsonline *line, const struct view_state *state,
		     const char *measurement)
{
	unsigned int i;

	put_head(line, "state");
	jsonline_string(line, "node", state->node);
	jsonline_integer(line, "time_ms", state->time_ms);
	jsonline_integer(line, "period_ms", state->period_ms);
	jsonline_string(line, "measurement", measurement);
	jsonline_counter(line, "block", state->block > 0,
			 (uint64_t)state->block);
	jsonline_integer(line, "measurements", state->measurements);
	put_totals(line, state);
	if (state->clock_known)
		jsonline_bool(line, "synchronised", state->synchronised);
	else
		jsonline_null(line, "synchronised");
	jsonline_us(line, "clock_error_us", state->clock_known,
		    state->clock_error_ns);
	put_peers(line, state);
	put_sets(line, state);
	jsonline_open(line, "wrong", '[');
	for (i = 0; i < state->nwrong; i++)
		jsonline_string(line, NULL, state->wrong[i]);
	jsonline_close(line, ']');
	return jsonline_end(line);
}

static const char *get_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* A counter beyond 2^63 - 1 is a string. */
static struct known get_count(const json_t *value)
{
	struct known count = { .known = json_is_integer(value) };
	const char *text = json_string_value(value);

	if (count.known && json_integer_value(value) >= 0) {
		count.packets = (uint64_t)json_integer_value(value);
	} else {
		count.known = text && *text &&
			      !text[strspn(text, "0123456789")];
		count.packets = count.known ? strtoull(text, NULL, 10) : 0;
	}
	return count;
}

static uint64_t get_number(const json_t *object, const char *key)
{
	return get_count(json_object_get(object, key)).packets;
}

static enum view_kind get_kind(const json_t *value)
{
	const char *text = json_string_value(value);
	enum view_kind kind;

	for (kind = VIEW_EXACT; text && kind <= VIEW_ANOMALY; kind++)
		if (!strcmp(text, kinds[kind]))
			return kind;
	return VIEW_NONE;
}

static bool get_flow(const json_t *object, struct sr6flow_flow *flow)
{
	const char *name = get_text(object, "name");
	const char *source = get_text(object, "source");

	*flow = (struct sr6flow_flow){ .nsids = 0 };
	if (name && !sr6flow_name_valid(name, strlen(name)))
		return false;
	strcpy(flow->name, name ?: "");
	return (!source || json_parse_source(source, flow)) &&
	       json_parse_sids(json_object_get(object, "sids"), flow);
}

/* Of a line of type loss, whose last peer is the end of the path or of the group. */
static void get_peers(const json_t *object, char *label, int64_t *trip)
{
	const json_t *peers = json_object_get(object, "peers");
	const json_t *peer, *value;
	const char *names[RESULT_PEERS_MAX] = { "" };
	size_t n = json_array_size(peers), i;

	if (n > RESULT_PEERS_MAX)
		n = RESULT_PEERS_MAX;
	for (i = 0; i < n; i++) {
		peer = json_array_get(peers, i);
		names[i] = get_text(peer, "peer") ?: "";
		value = json_object_get(peer, "round_trip_us");
		*trip = json_number_value(value) > 0 &&
			json_number_value(value) < TRIP_MAX_US ?
			(int64_t)(json_number_value(value) * NS_PER_US) : 0;
	}
	view_peer(label, names, n ? (unsigned int)n : 1,
		  n > 1 && !json_array_size(json_object_get(object, "segments")));
}

static void get_past(const json_t *object, struct view_flow *flow)
{
	const json_t *array = json_object_get(object, "past"), *value;
	struct view_past past[VIEW_BLOCKS] = { { .kind = VIEW_NONE } };
	size_t n = json_array_size(array), i;

	for (i = 0; i < n && i < VIEW_BLOCKS; i++) {
		value = json_array_get(array, n - 1 - i);
		past[i].kind = get_kind(value);
		if (!json_is_array(value))
			continue;
		past[i].kind = VIEW_EXACT;
		past[i].sent = get_count(json_array_get(value, 0)).packets;
		past[i].lost = get_count(json_array_get(value, 1)).packets;
		if (past[i].lost > past[i].sent)
			past[i] = (struct view_past){ .kind = VIEW_NONE };
	}
	view_past(flow, past, n);
}

static bool get_row(const json_t *object, struct view_row *row,
		    struct sr6flow_flow *flow, char *label)
{
	const json_t *block = json_object_get(object, "block");
	const char *peer = get_text(object, "peer");
	uint64_t period = get_number(object, "period_ms");

	*row = (struct view_row){
		.measurement = get_text(object, "measurement"),
		.peer = label,
		.flow = flow,
		.block = json_integer_value(block),
		.period_ms = period < UINT32_MAX ? (uint32_t)period : 0,
		.kind = get_kind(json_object_get(object, "status")),
		.word = get_text(object, "reason"),
		.sent = get_count(json_object_get(object, "sent")),
		.received = get_count(json_object_get(object, "received")),
		.lost = get_number(object, "lost"),
	};
	if (peer) {
		double us = json_number_value(json_object_get(object,
							      "round_trip_us"));

		snprintf(label, VIEW_PEER_LEN, "%s", peer);
		row->trip = us > 0 && us < TRIP_MAX_US ?
			    (int64_t)(us * NS_PER_US) : 0;
	} else {
		get_peers(object, label, &row->trip);
	}
	if (row->kind == VIEW_EXACT && (!row->sent.known ||
					row->lost > row->sent.packets))
		return false;
	/* Blocks are subtracted from one another. */
	return row->measurement && name_valid(row->measurement) &&
	       strlen(row->measurement) < RESULT_NAME_LEN &&
	       row->kind && row->period_ms && json_is_integer(block) &&
	       row->block >= 0 && get_flow(object, flow);
}

static enum view_line read_flow(struct view *view, const json_t *object)
{
	char label[VIEW_PEER_LEN] = "";
	struct sr6flow_flow of;
	struct view_flow *flow;
	struct view_row row;

	/* A gap row is no block. */
	if (json_is_true(json_object_get(object, "gap")))
		return VIEW_LINE_OTHER;
	if (!get_row(object, &row, &of, label))
		return VIEW_LINE_BAD;
	flow = view_take(view, &row);
	if (flow && json_is_array(json_object_get(object, "past"))) {
		flow->alarms = (unsigned int)get_number(object, "alarms");
		get_past(object, flow);
	}
	return VIEW_LINE_FLOW;
}

static void get_wrong(const json_t *object, struct view_state *state)
{
	const json_t *wrong = json_object_get(object, "wrong");
	size_t i;

	for (i = 0; i < json_array_size(wrong) && i < VIEW_LIST_MAX; i++) {
		char *text = state->wrong[state->nwrong++];

		snprintf(text, VIEW_SENTENCE_LEN, "%s",
			 json_string_value(json_array_get(wrong, i)) ?: "");
		message_harmless(text);
	}
}

static enum view_line read_state(struct view *view, struct view_state *state,
				 const json_t *object)
{
	const char *measurement = get_text(object, "measurement");
	uint64_t period = get_number(object, "period_ms");

	memset(state, 0, sizeof(*state));
	snprintf(state->node, sizeof(state->node), "%s",
		 get_text(object, "node") ?: "");
	message_harmless(state->node);
	state->time_ms = json_integer_value(json_object_get(object, "time_ms"));
	state->period_ms = period < UINT32_MAX ? (uint32_t)period : 0;
	state->block = json_integer_value(json_object_get(object, "block"));
	state->measurements = (uint32_t)get_number(object, "measurements");
	state->totals.flows = get_number(object, "flows");
	state->totals.lossy = get_number(object, "lossy");
	state->totals.inexact = get_number(object, "inexact");
	state->kept = get_number(object, "kept");
	get_wrong(object, state);
	if (measurement)
		view_end(view, measurement);
	return VIEW_LINE_STATE;
}

enum view_line view_line_read(struct view *view, struct view_state *state,
			      const char *text, size_t len)
{
	json_t *object = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	const char *type = get_text(object, "type");
	enum view_line is = type ? VIEW_LINE_OTHER : VIEW_LINE_BAD;

	if (type && (!strcmp(type, "loss") || !strcmp(type, "past")))
		is = read_flow(view, object);
	else if (type && !strcmp(type, "state"))
		is = read_state(view, state, object);
	json_decref(object);
	return is;
}
