// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>

#include "lmctl/base/flowkey.h"
#include "lmctl/cmd/join.h"

struct flow {
	struct join_flow flow;
	size_t order;
	bool wanted;
	bool lost;
	UT_hash_handle hh;
};

/* Its bytes are compared: no padding. */
struct row_key {
	const struct flow *flow;
	int64_t block;
};

_Static_assert(sizeof(struct row_key) ==
	       sizeof(const struct flow *) + sizeof(int64_t), "padding");

/* Last record of each end, and its clock. */
struct row {
	struct row_key key;
	struct join_row row;
	uint64_t record[2];
	struct record_clock clock[2];
	struct in6_addr last_source[2];
	bool lost;
	UT_hash_handle hh;
};

/*
 * State of the clock of a recording: block and boot of the record before, boot time
 * since the last step, and number of the first record after that step.
 */
struct clock {
	int64_t block;
	uint64_t boot;
	int64_t boot_time_us;
	uint64_t since;
};

struct join {
	struct join_end ends[2];
	struct clock clocks[2];
	bool trust_clocks;
	uint64_t unsynchronised;
	struct flow *flows;
	struct row *rows;
	const struct join_row **sorted;
	size_t n_sorted;
	uint64_t left_out;
};

struct join *join_new(bool trust_clocks)
{
	struct join *join = calloc(1, sizeof(*join));

	if (join)
		join->trust_clocks = trust_clocks;
	return join;
}

void join_free(struct join *join)
{
	struct flow *flow, *next_flow;
	struct row *row, *next_row;

	if (!join)
		return;
	HASH_ITER(hh, join->rows, row, next_row) {
		HASH_DEL(join->rows, row);
		free(row);
	}
	HASH_ITER(hh, join->flows, flow, next_flow) {
		HASH_DEL(join->flows, flow);
		free(flow);
	}
	free(join->sorted);
	free(join);
}

static int out_of_memory(char *error, size_t size)
{
	snprintf(error, size, "out of memory; join fewer blocks at a time");
	return -ENOMEM;
}

static double ms(int64_t us)
{
	return (double)us / 1000;
}

/* All records of a recording have one node, set, timing and mask. */
static int end_add(struct join_end *end, const struct record *record,
		   char *error, size_t size)
{
	if (!end->records++) {
		memcpy(end->node, record->node, sizeof(end->node));
		memcpy(end->set, record->set, sizeof(end->set));
		end->period_ms = record->period_ms;
		end->guard_us = record->guard_us;
		end->band_us = record->band_us;
		end->mask = record->mask;
		end->netmask = record->flow.netmask;
		end->first = record->block;
		end->last = record->block;
	}
	if (record->block < end->first)
		end->first = record->block;
	if (record->block > end->last)
		end->last = record->block;
	if (strcmp(end->node, record->node) || strcmp(end->set, record->set))
		snprintf(error, size, "node '%s' and set '%s', but node '%s' and set '%s' before; a recording is of one of each",
			 record->node, record->set, end->node, end->set);
	else if (end->period_ms != record->period_ms)
		snprintf(error, size, "a period of %u ms, but %u ms before; a recording has one",
			 record->period_ms, end->period_ms);
	else if (end->guard_us != record->guard_us ||
		 end->band_us != record->band_us)
		snprintf(error, size, "a guard time of %g ms and a guard band of %g ms, but %g ms and %g ms before; a recording has one of each",
			 ms(record->guard_us), ms(record->band_us),
			 ms(end->guard_us), ms(end->band_us));
	else if (end->mask != record->mask)
		snprintf(error, size, "mark mask 0x%08x, but 0x%08x before; a recording has one",
			 record->mask, end->mask);
	else if (end->netmask != record->flow.netmask)
		snprintf(error, size, "%u bits of the source in a flow, but %u before; a recording has flows of one set: record into a new file after 'lmctl init --netmask'",
			 record->flow.netmask, end->netmask);
	else
		return 0;
	return -EINVAL;
}

static struct flow *flow_get(struct join *join,
			     const struct sr6flow_flow *wanted)
{
	struct flow *flow;

	HASH_FIND(hh, join->flows, flowkey(wanted), FLOWKEY_LEN(wanted->nsids),
		  flow);
	if (flow) {
		if (!*flow->flow.flow.name)
			memcpy(flow->flow.flow.name, wanted->name,
			       sizeof(wanted->name));
		return flow;
	}
	flow = calloc(1, sizeof(*flow));
	if (!flow)
		return NULL;
	flow->flow.flow = *wanted;
	HASH_ADD_KEYPTR(hh, join->flows, flowkey(&flow->flow.flow),
			FLOWKEY_LEN(wanted->nsids), flow);
	if (flow->lost) {
		free(flow);
		return NULL;
	}
	return flow;
}

static struct row *row_get(struct join *join, const struct flow *flow,
			   int64_t block)
{
	struct row_key key = { flow, block };
	struct row *row;

	/* The key has no padding. NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	HASH_FIND(hh, join->rows, &key, sizeof(key), row);
	if (row)
		return row;
	row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	row->key = key;
	row->row.flow = &flow->flow;
	row->row.block = block;
	HASH_ADD(hh, join->rows, key, sizeof(key), row);
	if (row->lost) {
		free(row);
		return NULL;
	}
	return row;
}

/* In the unit of the guard band, without overflow. */
static bool apart(int64_t a_us, int64_t b_us, int64_t band_us)
{
	int64_t difference;

	return __builtin_sub_overflow(a_us, b_us, &difference) ||
	       difference > band_us || difference < -band_us;
}

/*
 * Check whether the clock was set since the record before. A reboot changes the
 * boot time and is no step. In version 1, a step shows only where it cut off a
 * block.
 */
static bool stepped(const struct clock *clock, const struct record *record)
{
	const struct record_clock *now = &record->clock;
	bool cut = record->reason == REASON_CLOCK_STEPPED;

	if (!now->boot && !now->boot_time_us)
		return cut;
	if (cut && record->block < clock->block)
		return true;
	return now->boot == clock->boot &&
	       apart(now->boot_time_us, clock->boot_time_us, record->band_us);
}

/* Steps shorter than the guard band count once their sum exceeds it. */
static void clock_add(struct clock *clock, const struct record *record,
		      uint64_t number)
{
	bool step = number > 1 && stepped(clock, record);

	if (step)
		clock->since = number;
	if (step || number == 1 || clock->boot != record->clock.boot)
		clock->boot_time_us = record->clock.boot_time_us;
	clock->boot = record->clock.boot;
	clock->block = record->block;
}

int join_add(struct join *join, enum join_side side,
	     const struct record *record, bool wanted,
	     char *error, size_t size)
{
	int err = end_add(&join->ends[side], record, error, size);
	struct join_count *count;
	struct flow *flow;
	struct row *row;

	if (err)
		return err;
	clock_add(&join->clocks[side], record, join->ends[side].records);
	flow = flow_get(join, &record->flow);
	if (flow)
		flow->wanted |= wanted;
	row = flow ? row_get(join, flow, record->block) : NULL;
	if (!row)
		return out_of_memory(error, size);
	count = &row->row.count[side];
	count->twice = count->there;
	count->there = true;
	count->reason = reason_first(count->reason, record->reason);
	count->packets = record->packets;
	row->record[side] = join->ends[side].records;
	row->clock[side] = record->clock;
	row->last_source[side] = record->last_source;
	return 0;
}

static int check_ends(const struct join *join, int64_t *first, int64_t *last,
		      char *error, size_t size)
{
	const struct join_end *sent = &join->ends[JOIN_SENT];
	const struct join_end *received = &join->ends[JOIN_RECEIVED];

	*first = sent->first > received->first ? sent->first : received->first;
	*last = sent->last < received->last ? sent->last : received->last;
	if (!sent->records || !received->records)
		snprintf(error, size, "the recording of what was %s is empty; record a few blocks first",
			 sent->records ? "received" : "sent");
	else if (sent->period_ms != received->period_ms)
		snprintf(error, size, "sent has a period of %u ms, received of %u ms; record both ends with the same --period",
			 sent->period_ms, received->period_ms);
	else if (sent->guard_us != received->guard_us ||
		 sent->band_us != received->band_us)
		snprintf(error, size, "sent has a guard time of %g ms and a guard band of %g ms, received of %g ms and %g ms; record both ends with the same --guard and --guard-band",
			 ms(sent->guard_us), ms(sent->band_us),
			 ms(received->guard_us), ms(received->band_us));
	else if (sent->mask != received->mask)
		snprintf(error, size, "sent has mark mask 0x%08x, received 0x%08x; create both sets with the same one",
			 sent->mask, received->mask);
	else if (sent->netmask != received->netmask)
		snprintf(error, size, "sent has flows with %u bits of the source, received with %u; create both sets with the same 'lmctl init --netmask'",
			 sent->netmask, received->netmask);
	else if (*first > *last)
		snprintf(error, size, "sent has blocks %" PRId64 " to %" PRId64 ", received %" PRId64 " to %" PRId64 ": none in common; record both ends at the same time, by the same clock",
			 sent->first, sent->last, received->first,
			 received->last);
	else
		return 0;
	return -EINVAL;
}

const char *join_word(const struct join_count *count)
{
	if (!count->there)
		return "missing";
	if (count->reason)
		return reason_word(count->reason);
	if (count->twice)
		return "recorded-twice";
	return count->unsynchronised ? "clock-unsynchronised" : NULL;
}

static bool both_good(const struct row *row)
{
	return !join_word(&row->row.count[JOIN_SENT]) &&
	       !join_word(&row->row.count[JOIN_RECEIVED]);
}

static void judge_steps(const struct join *join, struct row *row)
{
	struct join_count *count = row->row.count;
	unsigned int side;

	for (side = 0; side < 2; side++)
		if (count[side].there &&
		    row->record[side] < join->clocks[side].since)
			count[side].reason = reason_first(count[side].reason,
							  REASON_CLOCK_STEPPED);
}

static void judge_clocks(struct join *join, struct row *row)
{
	const struct record_clock *sent = &row->clock[JOIN_SENT];
	const struct record_clock *received = &row->clock[JOIN_RECEIVED];
	struct join_count *count = row->row.count;
	bool one = sent->boot && sent->boot == received->boot &&
		   !apart(sent->boot_time_us, received->boot_time_us,
			  join->ends[JOIN_SENT].band_us);
	unsigned int side;

	if (join->trust_clocks || one || !both_good(row))
		return;
	for (side = 0; side < 2; side++)
		count[side].unsynchronised = !row->clock[side].synchronised;
	join->unsynchronised += count[JOIN_SENT].unsynchronised ||
				count[JOIN_RECEIVED].unsynchronised;
}

/* Without source in the key, received packets may come from another node. */
static void judge_source(struct row *row)
{
	const struct in6_addr *source = row->last_source;
	struct join_count *count = row->row.count;
	unsigned int side;

	if (row->row.flow->flow.netmask || !both_good(row) ||
	    !count[JOIN_RECEIVED].packets)
		return;
	for (side = 0; side < 2; side++)
		if (count[side].packets &&
		    IN6_IS_ADDR_UNSPECIFIED(&source[side]))
			count[side].reason = REASON_SOURCE_UNKNOWN;
	if (both_good(row) && !IN6_ARE_ADDR_EQUAL(&source[JOIN_SENT],
						  &source[JOIN_RECEIVED]))
		count[JOIN_RECEIVED].reason = REASON_TWO_SOURCES;
}

static int judge_row(struct join_row *row, struct join_flow *flow,
		     char *error, size_t size)
{
	const struct join_count *sent = &row->count[JOIN_SENT];
	const struct join_count *received = &row->count[JOIN_RECEIVED];

	if (join_word(sent) || join_word(received)) {
		row->status = JOIN_INVALID;
		flow->invalid++;
		return 0;
	}
	if (received->packets > sent->packets) {
		row->status = JOIN_ANOMALY;
		flow->anomalies++;
		return 0;
	}
	row->status = JOIN_EXACT;
	flow->exact++;
	flow->received += received->packets;
	if (!__builtin_add_overflow(flow->sent, sent->packets, &flow->sent))
		return 0;
	snprintf(error, size, "the packets of a flow add up to more than 64 bits: these recordings are not of a network");
	return -EINVAL;
}

static int row_compare(const void *a, const void *b)
{
	const struct join_row *x = *(const struct join_row *const *)a;
	const struct join_row *y = *(const struct join_row *const *)b;
	const struct flow *fx = (const struct flow *)x->flow;
	const struct flow *fy = (const struct flow *)y->flow;

	if (fx != fy)
		return fx->order < fy->order ? -1 : 1;
	return x->block < y->block ? -1 : x->block > y->block;
}

static int flow_compare(const struct flow *a, const struct flow *b)
{
	int order = strverscmp(a->flow.flow.name, b->flow.flow.name);

	if (!order)
		order = memcmp(flowkey(&a->flow.flow), flowkey(&b->flow.flow),
			       FLOWKEY_LEN(SR6FLOW_SIDS_MAX));
	return order;
}

static void sort_flows(struct join *join)
{
	struct flow *flow;
	size_t order = 0;

	HASH_SORT(join->flows, flow_compare);
	for (flow = join->flows; flow; flow = flow->hh.next)
		flow->order = order++;
}

int join_finish(struct join *join, char *error, size_t size)
{
	struct row *row, *next;
	int64_t first, last;
	int err = check_ends(join, &first, &last, error, size);

	if (err)
		return err;
	join->sorted = calloc(HASH_COUNT(join->rows) + 1,
			      sizeof(*join->sorted));
	if (!join->sorted)
		return out_of_memory(error, size);
	sort_flows(join);
	HASH_ITER(hh, join->rows, row, next) {
		struct flow *flow = (struct flow *)row->key.flow;

		if (!flow->wanted)
			continue;
		if (row->row.block < first || row->row.block > last) {
			join->left_out++;
			continue;
		}
		judge_steps(join, row);
		judge_source(row);
		judge_clocks(join, row);
		err = judge_row(&row->row, &flow->flow, error, size);
		if (err)
			return err;
		join->sorted[join->n_sorted++] = &row->row;
	}
	qsort(join->sorted, join->n_sorted, sizeof(*join->sorted),
	      row_compare);
	return 0;
}

const struct join_end *join_end(const struct join *join, enum join_side side)
{
	return &join->ends[side];
}

const struct join_row *const *join_rows(const struct join *join, size_t *n)
{
	*n = join->n_sorted;
	return join->sorted;
}

const struct join_flow *join_next_flow(const struct join *join,
				       const struct join_flow *flow)
{
	const struct flow *next = join->flows;

	if (flow)
		next = ((const struct flow *)flow)->hh.next;
	while (next && !next->wanted)
		next = next->hh.next;
	return next ? &next->flow : NULL;
}

uint64_t join_left_out(const struct join *join)
{
	return join->left_out;
}

uint64_t join_unsynchronised(const struct join *join)
{
	return join->unsynchronised;
}
