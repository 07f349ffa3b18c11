// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any recordings of both ends, as lmctl loss reads them.
 *
 * Input: lines. A line is a byte of LINE_ bits, and either a record, which is
 * written as lmctl record writes it, or bytes; then changes. The result is
 * compared with a naive join of the same lines.
 */
#include <jansson.h>

#include "lmctl/base/block.h"
#include "lmctl/base/flowkey.h"
#include "lmctl/base/names.h"
#include "lmctl/cmd/join.h"
#include "test/fuzz/input.h"
#include "test/fuzz/message.h"

#define LINES_MAX 48

enum {
	LINE_RECEIVED = 1,
	LINE_RAW = 2,
	LINE_CHANGED = 4,
	LINE_INVALID = 8,
	LINE_UNWANTED = 16,
	LINE_ODD = 32,
};

/* A line that the parser accepted. */
struct taken {
	enum join_side side;
	bool wanted;
	struct record record;
};

static struct taken taken[LINES_MAX];
static unsigned int ntaken;

static bool same_record(const struct record *a, const struct record *b)
{
	return !strcmp(a->node, b->node) && !strcmp(a->set, b->set) &&
	       a->instance == b->instance && a->generation == b->generation &&
	       flowkey_equal(&a->flow, &b->flow) &&
	       a->clock.boot == b->clock.boot &&
	       a->clock.boot_time_us == b->clock.boot_time_us &&
	       a->clock.synchronised == b->clock.synchronised &&
	       !strcmp(a->flow.name, b->flow.name) &&
	       a->period_ms == b->period_ms && a->guard_us == b->guard_us &&
	       a->band_us == b->band_us && a->mask == b->mask &&
	       a->block == b->block && a->colour == b->colour &&
	       a->packets == b->packets && a->bytes == b->bytes &&
	       a->reason == b->reason;
}

static void check_record(const struct record *record)
{
	struct block_timing timing;
	char error[256];

	must(name_valid(record->node));
	must(name_valid(record->set));
	must(record->flow.nsids >= 1 && record->flow.nsids <= SR6FLOW_SIDS_MAX);
	must(!record->flow.name[0] ||
	     sr6flow_name_valid(record->flow.name,
				strlen(record->flow.name)));
	must(!block_timing_init(&timing, record->period_ms,
				record->guard_us * 1000, record->band_us * 1000,
				error, sizeof(error)));
	must(sr6flow_mask_valid(record->mask));
	must(record->colour == block_colour(record->mask, record->block));
	must(record->reason <= REASON_UNKNOWN);
	must(!record->reason || (!record->packets && !record->bytes));
}

static void parse_same(const char *text, size_t len, const struct record *record)
{
	char *exact = malloc(len ? len : 1);
	struct record again;
	char error[512];

	must(exact);
	memcpy(exact, text, len);
	must(!record_parse(&again, exact, len, error, sizeof(error)));
	must(same_record(record, &again));
	free(exact);
}

/* The line in the form of lmctl, and in any other form of the same JSON. */
static void check_forms(const char *text, size_t len,
			const struct record *record)
{
	static struct record_line line;
	const struct jsonline *own;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	json_int_t version;
	char *sorted;

	must(root);
	version = json_integer_value(json_object_get(root, "v"));
	must(version == RECORDING_VERSION ||
	     version == RECORDING_VERSION_BEFORE);
	sorted = json_dumps(root, JSON_SORT_KEYS);
	must(sorted);
	parse_same(sorted, strlen(sorted), record);
	free(sorted);
	json_decref(root);
	memset(&line, 0, sizeof(line));
	own = record_line(&line, record);
	must(!own->cut && own->text[own->len - 1] == '\n');
	must(!memchr(own->text, '\n', own->len - 1));
	parse_same(own->text, own->len - 1, record);
}

/* Flow, block, packets, and bits for unusual values. */
static void make_record(struct record *record, struct input *input,
			unsigned int bits)
{
	unsigned int odd;

	memset(record, 0, sizeof(*record));
	strcpy(record->node, bits & LINE_RECEIVED ? "rx" : "tx");
	strcpy(record->set, "set");
	record->instance = 0x1122334455667788;
	record->period_ms = 1000;
	record->guard_us = 500000;
	record->band_us = 100000;
	record->mask = MESSAGE_MASK;
	message_flow(&record->flow, (unsigned int)input_number(input, 1));
	record->generation = record->flow.nsids;
	record->last_source.s6_addr[0] = 0xfd;
	record->clock.boot = 1;
	record->clock.boot_time_us = INT64_C(1700000000000000);
	record->block = MESSAGE_BLOCK + (int8_t)input_number(input, 1);
	record->packets = input_number(input, 1);
	record->bytes = record->packets * 100;
	if (bits & LINE_INVALID)
		record->reason = 1 + input_number(input, 1) % REASON_UNKNOWN;
	odd = bits & LINE_ODD ? (unsigned int)input_number(input, 1) : 0;
	if (odd & 1)
		record->packets = INT64_MAX - record->packets;
	if (odd & 2)
		strcpy(record->flow.name, "gold");
	if (odd & 4)
		record->mask = 0x40000;
	if (odd & 8)
		record->band_us /= 2;
	if (odd & 16)
		strcpy(record->node, "n\xc3\xb6\"\\");
	if (odd & 32)
		record->block += INT64_C(1) << 40;
	if (odd & 64)
		record->clock.boot_time_us -= (int8_t)input_number(input, 1) *
					      record->band_us / 4;
	if (odd & 128) {
		unsigned int clock = (unsigned int)input_number(input, 1);

		record->clock.boot = clock & 3;
		record->clock.synchronised = clock & 4;
		record->flow.netmask = clock & 8 ? 128 : 0;
		record->flow.source.s6_addr[0] = clock & 8 ? 0xfc : 0;
		record->last_source.s6_addr[1] = clock & 16;
		record->last_source.s6_addr[0] ^= clock & 32 ? 0xfd : 0;
	}
	if (record->flow.netmask)
		record->last_source = in6addr_any;
	record->colour = block_colour(record->mask, record->block);
}

/* The bytes of a line, in a block of their own. */
static char *make_line(struct input *input, unsigned int bits, size_t *len)
{
	static struct record_line line;
	struct record record;
	unsigned int n;
	char *text;

	if (bits & LINE_RAW) {
		*len = (size_t)input_number(input, 2) % 1024;
		text = (char *)input_copy(input, *len);
	} else {
		make_record(&record, input, bits);
		memset(&line, 0, sizeof(line));
		*len = record_line(&line, &record)->len - 1;
		text = malloc(*len);
		must(text);
		memcpy(text, line.line.text, *len);
	}
	n = bits & LINE_CHANGED ? (unsigned int)input_number(input, 1) % 8 : 0;
	while (n-- && *len) {
		size_t at = (size_t)input_number(input, 2) % *len;

		text[at] ^= (char)input_number(input, 1);
	}
	return text;
}

static void check_error(const char *error)
{
	must(*error && strlen(error) < 511);
}

/* Add a line to its recording; lines keep their order within each. */
static bool add_line(struct join *join, struct input *input)
{
	unsigned int bits = (unsigned int)input_number(input, 1);
	enum join_side side = bits & LINE_RECEIVED ? JOIN_RECEIVED : JOIN_SENT;
	struct taken *new = &taken[ntaken];
	char error[512] = "";
	size_t len;
	char *line = make_line(input, bits, &len);
	int err;

	err = record_parse(&new->record, line, len, error, sizeof(error));
	if (!err) {
		check_record(&new->record);
		check_forms(line, len, &new->record);
	} else {
		check_error(error);
	}
	free(line);
	/* lmctl loss stops here; the search goes on without the line. */
	if (err)
		return true;
	new->side = side;
	new->wanted = !(bits & LINE_UNWANTED);
	err = join_add(join, side, &new->record, new->wanted, error,
		       sizeof(error));
	if (err) {
		check_error(error);
		return false;
	}
	ntaken++;
	return true;
}

static bool clocks_apart(const struct record *a, const struct record *b)
{
	__int128 difference = (__int128)a->clock.boot_time_us -
			      b->clock.boot_time_us;

	return difference > a->band_us || -difference > a->band_us;
}

/* A record of this end was made by a clock that was set later. */
static bool taken_back(const struct taken *record)
{
	const struct taken *before = NULL, *since = NULL, *at;
	bool back = false;

	for (at = taken; at < taken + ntaken; at++) {
		const struct record *now = &at->record;
		bool cut = now->reason == REASON_CLOCK_STEPPED, step;

		if (at->side != record->side)
			continue;
		if (!before)
			step = false;
		else if (!now->clock.boot && !now->clock.boot_time_us)
			step = cut;
		else
			step = (cut && now->block < before->record.block) ||
			       (now->clock.boot == before->record.clock.boot &&
				clocks_apart(now, &since->record));
		back |= step && at > record;
		if (!before || step ||
		    now->clock.boot != before->record.clock.boot)
			since = at;
		before = at;
	}
	return back;
}

/* The only record of a row at an end, if its number is valid, or NULL. */
static const struct record *only_record(const struct join_row *row,
					enum join_side side)
{
	const struct taken *found = NULL, *at;

	for (at = taken; at < taken + ntaken; at++) {
		if (at->side != side || at->record.block != row->block ||
		    !flowkey_equal(&at->record.flow, &row->flow->flow))
			continue;
		if (found)
			return NULL;
		found = at;
	}
	if (!found || found->record.reason || taken_back(found))
		return NULL;
	return &found->record;
}

/* Of one clock, or of two that were synchronised. */
static bool clocks_good(const struct record *a, const struct record *b)
{
	return (a->clock.boot && a->clock.boot == b->clock.boot &&
		!clocks_apart(a, b)) ||
	       (a->clock.synchronised && b->clock.synchronised);
}

static bool source_known(const struct record *record)
{
	return record->flow.netmask || !record->packets ||
	       memcmp(&record->last_source, &in6addr_any,
		      sizeof(record->last_source));
}

/* All that was received is from where it was sent. */
static bool sources_good(const struct record *sent,
			 const struct record *received)
{
	return !received->packets || received->flow.netmask ||
	       (source_known(sent) && source_known(received) &&
		!memcmp(&sent->last_source, &received->last_source,
			sizeof(sent->last_source)));
}

static void check_row(const struct join_row *row)
{
	const struct record *sent = only_record(row, JOIN_SENT);
	const struct record *received = only_record(row, JOIN_RECEIVED);

	if (sent && received && !sources_good(sent, received)) {
		must(row->status == JOIN_INVALID);
		must(source_known(sent) ==
		     !row->count[JOIN_SENT].reason);
		must(row->count[JOIN_RECEIVED].reason ==
		     (!source_known(received) ? REASON_SOURCE_UNKNOWN :
		      source_known(sent) ? REASON_TWO_SOURCES : REASON_NONE));
		return;
	}
	if (sent && received && !clocks_good(sent, received)) {
		must(row->status == JOIN_INVALID);
		must(row->count[JOIN_SENT].unsynchronised ||
		     row->count[JOIN_RECEIVED].unsynchronised);
		return;
	}
	must(!join_word(&row->count[JOIN_SENT]) == !!sent);
	must(!join_word(&row->count[JOIN_RECEIVED]) == !!received);
	if (sent)
		must(row->count[JOIN_SENT].packets == sent->packets);
	if (received)
		must(row->count[JOIN_RECEIVED].packets == received->packets);
	if (!sent || !received) {
		must(row->status == JOIN_INVALID);
		return;
	}
	must(sent->period_ms == received->period_ms);
	must(sent->mask == received->mask);
	must(sent->flow.netmask == received->flow.netmask);
	must(sent->guard_us == received->guard_us);
	must(sent->band_us == received->band_us);
	must(row->status == (received->packets > sent->packets ?
			     JOIN_ANOMALY : JOIN_EXACT));
}

/* The sums of a flow are those of its exact rows. */
static void check_flow(const struct join_flow *flow,
		       const struct join_row *const *rows, size_t n)
{
	uint64_t status[3] = { 0 }, sent = 0, received = 0;

	for (size_t i = 0; i < n; i++) {
		if (rows[i]->flow != flow)
			continue;
		status[rows[i]->status]++;
		if (rows[i]->status != JOIN_EXACT)
			continue;
		sent += rows[i]->count[JOIN_SENT].packets;
		received += rows[i]->count[JOIN_RECEIVED].packets;
	}
	must(flow->exact == status[JOIN_EXACT]);
	must(flow->invalid == status[JOIN_INVALID]);
	must(flow->anomalies == status[JOIN_ANOMALY]);
	must(flow->sent == sent && flow->received == received);
	must(sent >= received);
}

/* Rows that there must be: one for every flow and block in both recordings. */
static void check_count(const struct join *join, size_t rows)
{
	const struct join_end *sent = join_end(join, JOIN_SENT);
	const struct join_end *received = join_end(join, JOIN_RECEIVED);
	size_t in = 0, out = 0;

	for (unsigned int i = 0; i < ntaken; i++) {
		const struct record *record = &taken[i].record;
		bool first = true, wanted = false;

		for (unsigned int j = 0; j < ntaken; j++) {
			const struct record *other = &taken[j].record;

			if (!flowkey_equal(&other->flow, &record->flow))
				continue;
			wanted |= taken[j].wanted;
			first &= j >= i || other->block != record->block;
		}
		if (!first || !wanted)
			continue;
		if (record->block < sent->first || record->block > sent->last ||
		    record->block < received->first ||
		    record->block > received->last)
			out++;
		else
			in++;
	}
	must(in == rows && out == join_left_out(join));
}

static void check_join(struct join *join)
{
	const struct join_flow *flow = NULL;
	const struct join_row *const *rows;
	char error[512] = "";
	size_t n;

	if (join_finish(join, error, sizeof(error))) {
		check_error(error);
		return;
	}
	rows = join_rows(join, &n);
	check_count(join, n);
	for (size_t i = 0; i < n; i++)
		check_row(rows[i]);
	while ((flow = join_next_flow(join, flow)))
		check_flow(flow, rows, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct join *join = join_new(false);
	bool good = true;

	must(join);
	ntaken = 0;
	for (unsigned int i = 0; i < LINES_MAX && input.len && good; i++)
		good = add_line(join, &input);
	/* lmctl loss joins nothing after an error. */
	if (good)
		check_join(join);
	join_free(join);
	return 0;
}
