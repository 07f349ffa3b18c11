// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gap rows: the exact sum over blocks that had no figures of their own.
 *
 * An anchor is an exact block after an exact block for which both ends of a part of
 * the path know their cumulative counters. These then cover the same packets at
 * both ends except the lost ones: see recorder.c. Between two anchors with the same
 * identities at both ends, the growth of the counters is the number of packets sent
 * and received. Less the figures of blocks in between, it is the figure of the
 * blocks without one.
 *
 * Two exact blocks in a row are required because the cumulative counters of a block
 * have two parts, one read with the block before: the first exact block shows that
 * delay and clocks were right when that part was read.
 *
 * Without source in the key, all packets between two anchors of the same identities came
 * from the source that the last one shows: it must be the same at both ends, unless
 * nothing was received.
 *
 * A block that is invalid for another reason than its timing ends the continuity:
 * the identities change, and the reason says so where it is known.
 */
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>

#include "lmctl/engine/prober_private.h"

/* The segments of a path, and the whole path. */
#define PAIRS_MAX (RESULT_PEERS_MAX + 1)

/**
 * struct point - counters of a point of the path for a block
 * @known: its counts
 * @broken: another fault than its timing
 * @counters: packets and bytes in the block
 * @total: cumulative
 * @identity: of @total, 0 if it is not known
 * @source: of the packets, as struct record has it
 * @foreign: they may come from another source, too
 */
struct point {
	bool known;
	bool broken;
	struct sr6flow_counters counters;
	struct sr6flow_counters total;
	uint64_t identity;
	struct in6_addr source;
	bool foreign;
};

/**
 * struct gap_side - an end of a part of the path, since the anchor
 * @total: cumulative counters at the anchor
 * @own: sum of the figures of blocks since
 * @identity: of @total
 */
struct gap_side {
	struct sr6flow_counters total;
	struct sr6flow_counters own;
	uint64_t identity;
};

/**
 * struct gap_pair - a part of the path: a segment, or the whole
 * @anchored: there is an anchor; the other fields describe the time since
 * @exact: the last block was exact
 * @missing: number of blocks without figures
 * @first: first of them
 * @last: last of them
 * @run: first block of the run of missing blocks that ends with @last
 * @runs: fingerprint of the missing blocks before @run
 * @side: its ends
 */
struct gap_pair {
	bool anchored;
	bool exact;
	uint64_t missing;
	int64_t first;
	int64_t last;
	int64_t run;
	uint64_t runs;
	struct gap_side side[2];
};

/**
 * struct gap_flow - a flow
 * @last: last block with this flow
 * @lost: memory was short
 * @hh: by the identity of the flow
 * @pair: parts of the path; the key follows, see key_of()
 */
struct gap_flow {
	int64_t last;
	bool lost;
	UT_hash_handle hh;
	struct gap_pair pair[];
};

/**
 * struct row - a gap that has ended
 * @covers: its part of the path, 0 if the row was reported
 * @blocks: number of blocks
 * @first: first of them
 * @last: last of them
 * @which: fingerprint of these blocks
 * @point: points of the path at its ends, 0 for this node
 * @counters: sums at its ends
 */
struct row {
	uint32_t covers;
	uint64_t blocks;
	int64_t first;
	int64_t last;
	uint64_t which;
	unsigned int point[2];
	struct sr6flow_counters counters[2];
};

static void add(struct sr6flow_counters *sum, const struct sr6flow_counters *by)
{
	sum->packets += by->packets;
	sum->bytes += by->bytes;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

uint64_t prober_gap_identity(const uint8_t *identity)
{
	uint64_t words[BLOCKTLV_IDENTITY_LEN / sizeof(uint64_t)], hash;

	memcpy(words, identity, sizeof(words));
	if (!words[0] && !words[1])
		return 0;
	hash = mix(mix(1, words[0]), words[1]);
	return hash ? hash : 1;
}

/* A part of a path has two points; a group's one part ends at all peers. */
static unsigned int pairs(const struct measurement *of)
{
	return of->group || of->npeers == 1 ? 1 : of->npeers + 1;
}

static uint32_t part(const struct measurement *of, unsigned int pair)
{
	if (of->group)
		return RESULT_TOTAL;
	if (of->npeers == 1)
		return RESULT_TOTAL | RESULT_SEGMENT(0);
	return pair < of->npeers ? RESULT_SEGMENT(pair) : RESULT_TOTAL;
}

static struct point point_self(const struct prober_entry *entry)
{
	return (struct point){
		.known = !entry->reason,
		.broken = entry->reason && !reason_timing(entry->reason),
		.counters = { entry->sent, entry->sent_bytes },
		.total = entry->total,
		.identity = entry->continuity,
		.source = entry->last_source,
	};
}

/* Neither silence nor a fault of timing breaks the continuity. */
static bool answer_breaks(const struct answer *answer)
{
	switch (answer->status) {
	case ANSWER_INVALID:
		return !reason_timing(answer->reason);
	case ANSWER_UNKNOWN_FLOW:
	case ANSWER_ANOMALY:
	case ANSWER_PERIOD_DIFFERS:
	case ANSWER_MASK_DIFFERS:
	case ANSWER_TIMING_DIFFERS:
	case ANSWER_TWO_INGRESSES:
	case ANSWER_NETMASK_DIFFERS:
		return true;
	default:
		return false;
	}
}

static struct point point_peer(const struct prober_entry *entry, unsigned int i)
{
	const struct prober_answer *peer = &entry->peer[i];

	return (struct point){
		.known = peer->said.answer.status == ANSWER_VALID,
		.broken = answer_breaks(&peer->said.answer),
		.counters = { peer->said.packets, peer->said.bytes },
		.total = peer->total,
		.identity = peer->identity,
		.source = peer->last_source,
		.foreign = !entry->sourced && peer->total.packets &&
			   IN6_IS_ADDR_UNSPECIFIED(&peer->last_source),
	};
}

static struct point point_group(const struct prober_entry *entry,
				unsigned int npeers)
{
	struct point sum = {
		.known = true, .identity = 1, .source = entry->last_source,
	}, peer;
	unsigned int i;

	for (i = 0; i < npeers; i++) {
		peer = point_peer(entry, i);
		sum.known &= peer.known;
		sum.broken |= peer.broken;
		sum.foreign |= peer.foreign ||
			       (peer.total.packets &&
				!IN6_ARE_ADDR_EQUAL(&peer.source, &sum.source));
		add(&sum.counters, &peer.counters);
		add(&sum.total, &peer.total);
		sum.identity = sum.identity && peer.identity ?
			       mix(sum.identity, peer.identity) : 0;
	}
	return sum;
}

/* Points at the ends of a part; 0 is this node. */
static void pair_points(const struct measurement *of, unsigned int pair,
			unsigned int point[2])
{
	bool segment = !of->group && of->npeers > 1 && pair < of->npeers;

	point[0] = segment ? pair : 0;
	point[1] = segment ? pair + 1 : of->npeers;
}

static struct point point_of(const struct measurement *of,
			     const struct prober_entry *entry, unsigned int i)
{
	if (!i)
		return point_self(entry);
	return of->group ? point_group(entry, of->npeers) :
			   point_peer(entry, i - 1);
}

static void miss(struct gap_pair *pair, int64_t first, int64_t last)
{
	if (!pair->missing) {
		pair->first = first;
		pair->run = first;
		pair->runs = 0;
	} else if (first != pair->last + 1) {
		pair->runs = mix(mix(pair->runs, (uint64_t)pair->run),
				 (uint64_t)pair->last);
		pair->run = first;
	}
	pair->last = last;
	pair->missing += (uint64_t)last - (uint64_t)first + 1;
}

static bool same_identities(const struct gap_pair *pair,
			    const struct point point[2])
{
	return pair->side[0].identity == point[0].identity &&
	       pair->side[1].identity == point[1].identity;
}

static void pair_anchor(struct gap_pair *pair, const struct point point[2])
{
	unsigned int i;

	pair->anchored = true;
	pair->missing = 0;
	for (i = 0; i < 2; i++)
		pair->side[i] = (struct gap_side){
			.total = point[i].total,
			.identity = point[i].identity,
		};
}

static void pair_row(const struct gap_pair *pair, const struct point point[2],
		     struct row *row)
{
	unsigned int i;

	row->blocks = pair->missing;
	row->first = pair->first;
	row->last = pair->last;
	row->which = mix(mix(pair->runs, (uint64_t)pair->run),
			 (uint64_t)pair->last);
	for (i = 0; i < 2; i++) {
		const struct gap_side *side = &pair->side[i];

		row->counters[i] = (struct sr6flow_counters){
			point[i].total.packets - side->total.packets -
				side->own.packets,
			point[i].total.bytes - side->total.bytes -
				side->own.bytes,
		};
	}
}

static bool same_source(const struct point point[2])
{
	return !point[1].foreign &&
	       IN6_ARE_ADDR_EQUAL(&point[0].source, &point[1].source);
}

/* More received than sent is an anomaly, not an anchor. */
static bool is_exact(const struct point point[2])
{
	return point[0].known && point[1].known &&
	       point[0].counters.packets <= INT64_MAX &&
	       point[1].counters.packets <= point[0].counters.packets;
}

/* Return: true if a gap has ended; @row is filled except for its place. */
static bool pair_step(struct gap_pair *pair, int64_t before, int64_t number,
		      const struct point point[2], struct row *row)
{
	bool exact = is_exact(point), ended = false;
	unsigned int i;

	if (point[0].broken || point[1].broken)
		pair->anchored = false;
	if (pair->anchored && number - 1 > before)
		miss(pair, before + 1, number - 1);
	if (pair->anchored && point[0].known && point[1].known)
		for (i = 0; i < 2; i++)
			add(&pair->side[i].own, &point[i].counters);
	else if (pair->anchored)
		miss(pair, number, number);
	if (exact && pair->exact && before == number - 1 &&
	    point[0].identity && point[1].identity) {
		ended = pair->anchored && pair->missing &&
			same_identities(pair, point);
		if (ended)
			pair_row(pair, point, row);
		ended = ended && (!row->counters[1].packets ||
				  same_source(point));
		pair_anchor(pair, point);
	}
	pair->exact = exact;
	return ended;
}

static size_t pairs_len(const struct prober *prober)
{
	return pairs(&prober->config.of) * sizeof(struct gap_pair);
}

static void *key_of(const struct prober *prober, struct gap_flow *flow)
{
	return (char *)flow->pair + pairs_len(prober);
}

static struct gap_flow *flow_new(struct prober *prober,
				 const struct prober_entry *entry,
				 int64_t number)
{
	size_t len = FLOWKEY_LEN(entry->nsids);
	struct gap_flow *flow = calloc(1, sizeof(*flow) + pairs_len(prober) +
					  len);

	if (!flow)
		return NULL;
	memcpy(key_of(prober, flow), prober_entry_key(prober, entry), len);
	HASH_ADD_KEYPTR(hh, prober->gaps, key_of(prober, flow), len, flow);
	if (flow->lost) {
		free(flow);
		return NULL;
	}
	flow->last = number - 1;
	return flow;
}

/* Repeated block numbers belong to another time. */
static struct gap_flow *flow_get(struct prober *prober,
				 const struct prober_entry *entry,
				 int64_t number)
{
	struct gap_flow *flow;

	HASH_FIND(hh, prober->gaps, prober_entry_key(prober, entry),
		  FLOWKEY_LEN(entry->nsids), flow);
	if (!flow)
		return flow_new(prober, entry, number);
	if (flow->last >= number) {
		memset(flow->pair, 0, pairs_len(prober));
		flow->last = number - 1;
	}
	return flow;
}

static void flow_free(struct prober *prober, struct gap_flow *flow)
{
	HASH_DEL(prober->gaps, flow);
	free(flow);
}

static void put_point(struct result *result, unsigned int point,
		      const struct sr6flow_counters *counters)
{
	struct result_peer *peer;

	if (!point) {
		result->sent = counters->packets;
		result->sent_bytes = counters->bytes;
		return;
	}
	if (result->of->group) {
		result->received = *counters;
		return;
	}
	peer = &result->peer[point - 1];
	peer->answer.status = ANSWER_VALID;
	peer->packets = counters->packets;
	peer->bytes = counters->bytes;
}

/*
 * Parts whose gaps cover the same blocks have the same sums where they meet: they
 * become one row.
 */
static bool same_gap(const struct row *a, const struct row *b)
{
	unsigned int i, j;

	if (a->blocks != b->blocks || a->which != b->which)
		return false;
	for (i = 0; i < 2; i++)
		for (j = 0; j < 2; j++)
			if (a->point[i] == b->point[j] &&
			    (a->counters[i].packets != b->counters[j].packets ||
			     a->counters[i].bytes != b->counters[j].bytes))
				return false;
	return true;
}

static void put_row(struct result *result, struct row *row)
{
	unsigned int i;

	result->covers |= row->covers;
	for (i = 0; i < 2; i++)
		put_point(result, row->point[i], &row->counters[i]);
	row->covers = 0;
}

static void rows_give(struct prober *prober, const struct prober_entry *entry,
		      struct row *rows, unsigned int n)
{
	struct sr6flow_flow flow;
	struct result result;
	unsigned int i, j;

	prober_entry_flow(prober, entry, &flow);
	for (i = 0; i < n; i++) {
		if (!rows[i].covers)
			continue;
		result = (struct result){
			.of = &prober->config.of, .flow = &flow,
			.block = rows[i].last, .gap = rows[i].blocks,
			.first = rows[i].first,
			.period_ms = entry->period_ms, .mask = entry->mask,
		};
		for (j = 0; j < prober->config.of.npeers; j++)
			result.peer[j].answer.status = ANSWER_NOT_ASKED;
		for (j = n; j-- > i + 1;)
			if (rows[j].covers && same_gap(&rows[i], &rows[j]))
				put_row(&result, &rows[j]);
		put_row(&result, &rows[i]);
		prober->ops->gap(prober->arg, &result);
	}
}

static void gap_entry(struct prober *prober, int64_t number,
		      const struct prober_entry *entry)
{
	const struct measurement *of = &prober->config.of;
	struct gap_flow *flow = flow_get(prober, entry, number);
	struct row rows[PAIRS_MAX];
	struct point point[2];
	unsigned int i, n = 0;

	if (!flow)
		return;
	for (i = 0; i < pairs(of); i++) {
		struct row *row = &rows[n];

		pair_points(of, i, row->point);
		point[0] = point_of(of, entry, row->point[0]);
		point[1] = point_of(of, entry, row->point[1]);
		if (!pair_step(&flow->pair[i], flow->last, number, point, row))
			continue;
		row->covers = part(of, i);
		n++;
	}
	flow->last = number;
	if (n)
		rows_give(prober, entry, rows, n);
}

void prober_gap_block(struct prober *prober, const struct prober_block *block)
{
	struct gap_flow *flow, *next;
	size_t i;

	for (i = 0; i < block->n; i++)
		gap_entry(prober, block->number, block->entry[i]);
	/* A block that has ended contains all flows of the set. */
	if (!block->asking || HASH_COUNT(prober->gaps) <= block->n)
		return;
	HASH_ITER(hh, prober->gaps, flow, next)
		if (flow->last != block->number)
			flow_free(prober, flow);
}

void prober_gap_forget(struct prober *prober)
{
	struct gap_flow *flow, *next;

	HASH_ITER(hh, prober->gaps, flow, next)
		flow_free(prober, flow);
}
