// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the recorder reads a block, and why the number is exact.
 *
 * While block B + 1 runs, the counters of B's colour stand still. They are
 * cumulative, so the packets of B are their growth since they last stood still, in
 * block B - 1. Each finished block B has three steps, all in block B + 1 (P period,
 * G guard time, d guard band, times from B's end):
 *
 *   LOOK     by G - d     The header of the set: is the active colour that of
 *                         B + 1 already? Seeing it proves that every packet of
 *                         B got its colour at least d before the reading.
 *   READ     at G         The dump whose counters are used. It must be whole
 *                         in the first half of the window, so that the times
 *                         in which both ends stand still have the window's
 *                         third quarter in common.
 *   CONFIRM  before P - d A second dump: did B's colour stand still since?
 *                         It is made at three quarters of the window, which
 *                         leaves the last quarter for a slow dump.
 *
 * Both ends count the same packets if no packet passes one end before its READ and
 * the other end after its READ. At each end B's colour counts nothing from READ to
 * CONFIRM. A packet counted on different sides of the two READs would have to pass
 * one end before that time and the other end after it: it would travel longer than
 * the time in which both stand still. This holds for any number of changes of
 * colour, at any time, and even without a change. LOOK detects a late change, which
 * the counters of an idle flow cannot show: it shifts packets between the blocks
 * before and after it.
 *
 * A bad reading makes two records invalid: that of its own block and, as the base
 * of the difference, that of B + 2. A late change of colour at the start of a block
 * makes that block invalid, too. So does the colour of B if it counts from READ to
 * CONFIRM instead of that of B + 1: these packets are missing in B + 1. A change
 * without a LOOK in time may have been late: packets of the block that began with
 * it may have the other colour.
 *
 * A packet of the flow without a colour of the set may be a packet of B that lost
 * its colour on the way. All blocks that it may belong to are invalid: while B + 1
 * runs, B + 1, and also B unless the packet was counted before B's READ. The same
 * holds at a marking node for a packet that was coloured before: the other end
 * counts it under that colour, as one too many or instead of a lost one.
 *
 * A flow has one path: all its packets come from one source and cross the node with
 * one value of Segments Left. If either changed between the base reading of a block
 * and its CONFIRM, the block may contain packets of two paths.
 *
 * A valid record also has the cumulative counters of its flow at the end of B:
 * those of B's colour in the READ of B, and those of the other colour in the READ
 * of B - 1, which was good. Both stood still when read, at both ends, so they cover
 * the same packets except lost ones: all sent before the end of B and none after.
 * The difference of two of them is therefore exact for all blocks between, whenever
 * these were read and whenever the colour changed, because both ends count each
 * packet under the same colour. This requires that each packet was counted once and
 * with a colour: every witness of the contrary except timing is part of the
 * identity of the cumulative counters. A packet that changes the identity of B
 * makes B itself invalid, so packets of later blocks are excluded.
 *
 * The rules are read before READ and after CONFIRM: from the READ of a block's base
 * to its CONFIRM they must be unchanged.
 *
 * A set belongs to a marking node if its active colour was seen to change, or after
 * recorder_marks().
 *
 * The first two blocks have no base and no records. A delayed recorder reports it
 * for the first block that it misses; further missed blocks have no records.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/engine/flow_state.h"
#include "lmctl/engine/recorder.h"

/* LOOK is repeated until the colour has changed, at most this finely. */
#define LOOK_STEPS 32

/**
 * struct change - state of the colour change at the start of a block
 * @block: the block
 * @looked: the colour was read in time
 * @late: it had not changed then
 */
struct change {
	int64_t block;
	bool looked;
	bool late;
};

struct recorder {
	struct block_timing timing;
	recorder_emit_fn emit;
	recorder_end_fn end;
	void *arg;
	struct record record;
	struct flow_state *flows;
	/* Next flow of the dump if the order is that of the dump before. */
	struct flow_state *expected;

	/* The finished block that is read now or next. */
	int64_t block;
	enum recorder_step step;
	int64_t look;
	bool started;
	uint32_t dump;
	uint32_t read_dump;

	/*
	 * Identity of the cumulative counters: start time of this recorder, and
	 * number of faults of set or clock except timing.
	 */
	int64_t began;
	uint64_t breaks;

	/* Rules at the last READ and CONFIRM; by parity, at the READ of the base. */
	struct rule_facts rule[2];
	uint64_t rule_base[2];
	uint64_t rule_seen;

	/* By parity of a block: whether there was a reading, and the last one. */
	bool read_ever[2];
	int64_t read_last[2];
	struct change change[2];
	/* First block since the last step of the clock, and blocks before it. */
	int64_t first;
	struct block_ranges used;

	uint32_t mask;
	uint32_t colour;
	uint64_t instance;
	bool colour_known;
	/* The active colour should change; it was seen to change. */
	bool marks;
	bool marking;
	bool restarted;
};

struct recorder *recorder_new(const struct block_timing *timing,
			      const char *node, const char *set,
			      recorder_emit_fn emit, recorder_end_fn end,
			      void *arg)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	struct record *record;

	if (!recorder)
		return NULL;
	recorder->timing = *timing;
	recorder->emit = emit;
	recorder->end = end;
	recorder->arg = arg;
	record = &recorder->record;
	snprintf(record->node, sizeof(record->node), "%s", node);
	snprintf(record->set, sizeof(record->set), "%s", set);
	record->period_ms = (uint32_t)(timing->period / BLOCK_NS_PER_MS);
	record->guard_us = timing->guard / BLOCK_NS_PER_US;
	record->band_us = timing->band / BLOCK_NS_PER_US;
	return recorder;
}

void recorder_marks(struct recorder *recorder)
{
	recorder->marks = true;
}

void recorder_free(struct recorder *recorder)
{
	struct flow_state *flow, *next;

	if (!recorder)
		return;
	HASH_ITER(hh, recorder->flows, flow, next)
		flow_state_forget(&recorder->flows, flow);
	free(recorder);
}

void recorder_clock(struct recorder *recorder,
		    const struct record_clock *clock)
{
	recorder->record.clock = *clock;
}

static unsigned int parity(int64_t block)
{
	return block & 1;
}

/* Finalizer of splitmix64 (Steele, Lea, Flood 2014): a bijection that mixes. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash ^= value;
	hash += UINT64_C(0x9e3779b97f4a7c15);
	hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
	return hash ^ hash >> 31;
}

static uint64_t continuity(const struct recorder *recorder,
			   const struct flow_state *flow)
{
	uint64_t hash = mix((uint64_t)recorder->began, recorder->breaks);

	hash = mix(hash, flow->instance);
	hash = mix(hash, flow->generation);
	hash = mix(hash, flow->stray);
	hash = mix(hash, flow->witnesses.source_changes);
	hash = mix(hash, flow->witnesses.segments_left_changes);
	return hash ? hash : 1;
}

/* For a valid block; the block before it need not be valid. */
static void record_total(const struct recorder *recorder,
			 const struct flow_state *flow, struct record *record)
{
	const struct baseline *own = &flow->base[parity(record->block)];
	const struct baseline *before = &flow->base[parity(record->block - 1)];

	record->continuity = 0;
	record->total = (struct sr6flow_counters){ 0, 0 };
	if (record->reason || !before->known || before->reason ||
	    before->block != record->block - 1)
		return;
	record->continuity = continuity(recorder, flow);
	record->total.packets = own->counters.packets +
				before->counters.packets;
	record->total.bytes = own->counters.bytes + before->counters.bytes;
}

/* Make a record of @block, without numbers if there is a reason. */
static int emit(struct recorder *recorder, const struct flow_state *flow,
		int64_t block, enum reason reason,
		const struct sr6flow_counters *counters)
{
	struct record *record = &recorder->record;

	if (block_ranges_have(&recorder->used, block))
		reason = reason_first(reason, REASON_CLOCK_STEPPED);
	flow_state_flow(flow, record);
	record->mask = recorder->mask;
	record->block = block;
	record->colour = block_colour(recorder->mask, block);
	record->reason = reason;
	/* No counters only with a reason. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	record->packets = reason ? 0 : counters->packets;
	record->bytes = reason ? 0 : counters->bytes;
	record_total(recorder, flow, record);
	return recorder->emit(record, recorder->arg);
}

static int emit_all(struct recorder *recorder, int64_t block,
		    enum reason reason)
{
	struct flow_state *flow, *next;
	int err;

	if (!recorder->read_ever[parity(block)])
		return 0;
	HASH_ITER(hh, recorder->flows, flow, next) {
		err = emit(recorder, flow, block,
			   reason_first(reason,
					flow->base[parity(block)].reason),
			   NULL);
		if (err)
			return err;
	}
	return recorder->end(block, recorder->arg);
}

/* Continue with the next block: the record of this one is written or given up. */
static void block_next(struct recorder *recorder, int64_t block)
{
	recorder->block = block;
	recorder->step = RECORDER_LOOK;
	recorder->look = block_start(&recorder->timing, block + 1) +
			 (recorder->timing.guard - recorder->timing.band) / 2;
	recorder->restarted = false;
	recorder->change[parity(block + 1)] =
		(struct change){ .block = block + 1 };
}

/* READ ended in the second half of the window, or CONFIRM after it. */
static int give_up(struct recorder *recorder)
{
	unsigned int p = parity(recorder->block);
	struct flow_state *flow, *next;
	int err;

	err = emit_all(recorder, recorder->block, REASON_READ_LATE);
	HASH_ITER(hh, recorder->flows, flow, next)
		flow->base[p] = (struct baseline){
			.known = true,
			.block = recorder->block,
			.reason = REASON_READ_LATE,
		};
	return err;
}

int recorder_next(struct recorder *recorder, int64_t now,
		  struct recorder_due *due)
{
	const struct block_timing *timing = &recorder->timing;
	int64_t finished = block_number(timing, now) - 1;
	int err = 0;

	if (!recorder->started) {
		recorder->started = true;
		recorder->began = now;
		recorder->first = finished;
		block_next(recorder, finished);
	}
	if (now > block_window_close(timing, recorder->block)) {
		err = give_up(recorder);
		if (now > block_window_close(timing, finished))
			finished++;
		block_next(recorder, finished > recorder->block ?
				     finished : recorder->block + 1);
	}
	if (recorder->step == RECORDER_LOOK &&
	    recorder->block != recorder->first &&
	    now > block_colour_deadline(timing, recorder->block + 1))
		recorder->step = RECORDER_READ;
	due->step = recorder->step;
	if (recorder->step == RECORDER_LOOK)
		due->time = recorder->look;
	else if (recorder->step == RECORDER_READ)
		due->time = block_window_open(timing, recorder->block);
	else
		due->time = block_confirm(timing, recorder->block);
	return err;
}

static void observe_colour(struct recorder *recorder, uint32_t mask,
			   uint32_t colour)
{
	if (recorder->colour_known && recorder->colour != colour)
		recorder->marking = true;
	recorder->mask = mask;
	recorder->colour = colour;
	recorder->colour_known = true;
}

void recorder_look(struct recorder *recorder, int64_t ended, uint32_t mask,
		   uint32_t colour)
{
	const struct block_timing *timing = &recorder->timing;
	int64_t block = recorder->block + 1;
	int64_t deadline = block_colour_deadline(timing, block);
	int64_t finest = (timing->guard - timing->band) / LOOK_STEPS;
	/*
	 * The first block has no record: its colour stands still if READ comes after
	 * this.
	 */
	bool in_time = ended <= deadline || recorder->block == recorder->first;
	struct change *change = &recorder->change[parity(block)];
	bool changed = colour == block_colour(mask, block);

	observe_colour(recorder, mask, colour);
	if (changed || ended >= deadline || !(recorder->marking || recorder->marks)) {
		change->looked = in_time;
		change->late = !changed;
		recorder->step = RECORDER_READ;
		return;
	}
	recorder->look = ended + (deadline - ended) / 2;
	if (recorder->look - ended < finest)
		recorder->look = ended + finest;
	/* The last LOOK is the one after the deadline. */
	if (recorder->look > deadline) {
		change->looked = true;
		change->late = true;
		recorder->step = RECORDER_READ;
	}
}

void recorder_rule(struct recorder *recorder, const struct rule_facts *rule)
{
	if (rule->reason || rule->sequence != recorder->rule_seen)
		recorder->breaks++;
	recorder->rule_seen = rule->sequence;
	recorder->rule[recorder->step == RECORDER_CONFIRM] = *rule;
}

void recorder_dump_begin(struct recorder *recorder)
{
	recorder->dump++;
	recorder->expected = recorder->flows;
}

static void observe_identity(struct recorder *recorder, struct flow_state *flow,
			     const struct sr6flow_record *record)
{
	if (flow->instance != record->instance)
		flow_state_taint(flow, REASON_SET_RESTARTED);
	else if (flow->generation != record->generation)
		flow_state_taint(flow, REASON_FLOW_RESTARTED);
	flow->instance = record->instance;
	flow->generation = record->generation;
	if (recorder->instance != record->instance && recorder->instance) {
		/* Another set: observe again whether its colour changes. */
		recorder->restarted = true;
		recorder->marking = false;
		recorder->colour_known = false;
	}
	recorder->instance = record->instance;
}

static bool counters_equal(const struct sr6flow_counters *a,
			   const struct sr6flow_counters *b)
{
	return a->packets == b->packets && a->bytes == b->bytes;
}

/* Packets counted as uncoloured or foreign. */
static uint64_t stray_packets(const unsigned int slots[2],
			      const struct sr6flow_record *record)
{
	uint64_t stray = 0;
	unsigned int slot;

	for (slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++)
		if (slot != slots[0] && slot != slots[1])
			stray += record->counters[slot].packets;
	return stray;
}

/* Packets with both bits among these: a marking rule counts coloured packets there. */
static uint64_t both_packets(const struct recorder *recorder,
			     const struct sr6flow_record *record)
{
	if (sr6flow_slots(recorder->mask) != SR6FLOW_SLOTS_MAX)
		return 0;
	return record->counters[SR6FLOW_SLOTS_MAX - 1].packets;
}

static void take_read(struct recorder *recorder, struct flow_state *flow,
		      const unsigned int slots[2],
		      const struct sr6flow_record *record)
{
	uint64_t both = both_packets(recorder, record);
	unsigned int p;

	flow->reason = REASON_NONE;
	flow->read_dump = recorder->dump;
	flow->stray = stray_packets(slots, record);
	flow_state_witness_read(flow, record);
	flow->both_moved = flow->both != both;
	flow->both = both;
	for (p = 0; p < 2; p++)
		flow->read[p] = record->counters[slots[p]];
}

static void take_confirm(struct recorder *recorder, struct flow_state *flow,
			 const unsigned int slots[2],
			 const struct sr6flow_record *record)
{
	unsigned int p;

	flow->confirm_dump = recorder->dump;
	flow->strayed = flow->stray != stray_packets(slots, record);
	flow->strayed_both = flow->both != both_packets(recorder, record);
	flow_state_witness_confirm(flow, parity(recorder->block), record);
	for (p = 0; p < 2; p++)
		flow->moved[p] = !counters_equal(&flow->read[p],
						 &record->counters[slots[p]]);
}

int recorder_dump_flow(const struct sr6flow_set *set,
		       const struct sr6flow_record *record, void *arg)
{
	struct recorder *recorder = arg;
	struct flow_state *flow = flow_state_get(&recorder->flows,
					     recorder->expected, record);
	const unsigned int slots[2] = {
		sr6flow_slot(set->mask, sr6flow_colour(set->mask, 0)),
		sr6flow_slot(set->mask, sr6flow_colour(set->mask, 1)),
	};
	int64_t running = recorder->block + 1;

	if (!flow)
		return -ENOMEM;
	recorder->expected = flow->hh.next;
	observe_identity(recorder, flow, record);
	observe_colour(recorder, set->mask, set->colour);
	if ((recorder->marking || recorder->marks) &&
	    set->colour != block_colour(set->mask, running))
		recorder->change[parity(running)].late = true;
	if (recorder->step == RECORDER_READ)
		take_read(recorder, flow, slots, record);
	else
		take_confirm(recorder, flow, slots, record);
	return 0;
}

/* Packets of no colour of the set were counted; @both: with both bits. */
static enum reason judge_stray(const struct recorder *recorder, bool both)
{
	return both && recorder->marking ? REASON_COLOURED_BEFORE :
					   REASON_UNCOLOURED;
}

/* Fault of the rules since the base was read. */
static enum reason judge_rule(const struct recorder *recorder)
{
	const struct rule_facts *rule = recorder->rule;
	enum reason reason = reason_first(rule[0].reason, rule[1].reason);

	if (recorder->rule_base[parity(recorder->block)] != rule[1].sequence)
		reason = reason_first(reason, REASON_RULE_CHANGED);
	return reason;
}

/*
 * Add the fault of a change of colour to @reason; a flow that still counts is more
 * specific.
 */
static enum reason judge_change(const struct recorder *recorder,
				const struct change *change,
				enum reason reason)
{
	if (!recorder->marking && (!recorder->marks || reason))
		return reason;
	if (change->late)
		return reason_first(reason, REASON_COLOUR_LATE);
	return change->looked ? reason :
				reason_first(reason, REASON_READ_LATE);
}

/* Fault of the reading of a flow that is in both dumps. */
static enum reason judge_reading(const struct recorder *recorder,
				 const struct flow_state *flow)
{
	unsigned int p = parity(recorder->block);
	enum reason reason = flow->reason;

	if (flow->strayed)
		reason = reason_first(reason,
				      judge_stray(recorder, flow->strayed_both));
	if (flow->moved[p])
		reason = reason_first(reason, flow->moved[1 - p] ?
					      REASON_BOTH_COLOURS :
					      REASON_STILL_COUNTING);
	return judge_change(recorder, &recorder->change[1 - p], reason);
}

/* Fault of the base reading. */
static enum reason judge_base(const struct recorder *recorder,
			      const struct flow_state *flow)
{
	unsigned int p = parity(recorder->block);
	const struct baseline *base = &flow->base[p];
	enum reason reason = base->reason;

	if (recorder->read_last[p] != recorder->block - 2)
		return reason_first(reason, REASON_READ_LATE);
	if (!base->known || base->block != recorder->block - 2)
		return reason_first(reason, REASON_FLOW_ADDED);
	/* Since the base was read: before or after the reading of the block in between. */
	if (base->stray != flow->stray)
		return reason_first(reason,
				    judge_stray(recorder, flow->both_moved ||
						flow->base[1 - p].both));
	return reason;
}

static int report_flow(struct recorder *recorder, struct flow_state *flow)
{
	unsigned int p = parity(recorder->block);
	const struct change *start = &recorder->change[p];
	const struct baseline *before = &flow->base[1 - p];
	struct baseline now = {
		.known = true,
		.block = recorder->block,
		.went_on = flow->moved[p] && !flow->moved[1 - p],
		.both = flow->both_moved,
		.counters = flow->read[p],
		.stray = flow->stray,
		.witnesses = flow->witnesses,
		.reason = judge_reading(recorder, flow),
	};
	enum reason reason = reason_first(now.reason,
					  reason_first(judge_base(recorder, flow),
						       judge_rule(recorder)));
	struct sr6flow_counters grown = {
		now.counters.packets - flow->base[p].counters.packets,
		now.counters.bytes - flow->base[p].counters.bytes,
	};

	flow->base[p] = now;
	if (!recorder->read_ever[p])
		return 0;
	reason = reason_first(reason, flow_state_path(flow, grown.packets));
	/* That one was read while this one ran. */
	if (before->block == recorder->block - 1 && before->went_on)
		reason = reason_first(reason, REASON_STILL_COUNTING);
	if (start->block == recorder->block)
		reason = judge_change(recorder, start, reason);
	/* Counters may pass 2^64; no block has half as many packets. */
	if (grown.packets > INT64_MAX || grown.bytes > INT64_MAX) {
		reason = reason_first(reason, REASON_COUNTER_BACK);
		recorder->breaks++;
	}
	return emit(recorder, flow, recorder->block, reason, &grown);
}

/* It was missing in READ and back in CONFIRM; a new flow has no record then. */
static int report_absent(struct recorder *recorder,
			 const struct flow_state *flow)
{
	if (!recorder->read_ever[parity(recorder->block)])
		return 0;
	return emit(recorder, flow, recorder->block,
		    reason_first(flow->reason, REASON_FLOW_REMOVED), NULL);
}

static int report_removed(struct recorder *recorder, struct flow_state *flow)
{
	enum reason reason = recorder->restarted ? REASON_SET_RESTARTED :
						   REASON_FLOW_REMOVED;
	int err = 0;

	if (recorder->read_ever[parity(recorder->block)])
		err = emit(recorder, flow, recorder->block, reason, NULL);
	flow_state_forget(&recorder->flows, flow);
	return err;
}

static int report_block(struct recorder *recorder)
{
	unsigned int p = parity(recorder->block);
	bool based = recorder->read_ever[p];
	struct flow_state *flow, *next;
	int err = 0;

	HASH_ITER(hh, recorder->flows, flow, next) {
		if (flow->confirm_dump != recorder->dump)
			err = report_removed(recorder, flow);
		else if (flow->read_dump == recorder->read_dump)
			err = report_flow(recorder, flow);
		else if (flow->base[0].known || flow->base[1].known)
			err = report_absent(recorder, flow);
		if (err)
			return err;
	}
	recorder->read_ever[p] = true;
	recorder->read_last[p] = recorder->block;
	recorder->rule_base[p] = recorder->rule[0].sequence;
	return based ? recorder->end(recorder->block, recorder->arg) : 0;
}

int recorder_dump_end(struct recorder *recorder, int64_t ended)
{
	int64_t open = block_window_open(&recorder->timing, recorder->block);
	int64_t close = block_window_close(&recorder->timing, recorder->block);
	bool read = recorder->step == RECORDER_READ;
	int err;

	if (ended > (read ? open + (close - open) / 2 : close)) {
		err = give_up(recorder);
	} else if (read) {
		recorder->read_dump = recorder->dump;
		recorder->step = RECORDER_CONFIRM;
		return 0;
	} else {
		err = report_block(recorder);
	}
	block_next(recorder, recorder->block + 1);
	return err;
}

/* Make records for blocks that the step cut off, unless the new time reaches them. */
static int report_cut(struct recorder *recorder, int64_t last, int64_t resumed)
{
	int64_t block = recorder->block > last - 1 ? recorder->block : last - 1;
	int err = 0;

	for (; !err && block <= last && block < resumed; block++)
		err = emit_all(recorder, block, REASON_CLOCK_STEPPED);
	return err;
}

int recorder_stepped(struct recorder *recorder, int64_t before, int64_t now)
{
	const struct block_timing *timing = &recorder->timing;
	int64_t last = block_number(timing, before);
	int64_t resumed = block_number(timing, now) - 1;
	struct flow_state *flow, *next;
	int err;

	if (!recorder->started)
		return 0;
	err = report_cut(recorder, last, resumed);
	block_ranges_add(&recorder->used, recorder->first, last);
	recorder->first = resumed;
	recorder->breaks++;
	HASH_ITER(hh, recorder->flows, flow, next)
		flow_state_taint(flow, REASON_CLOCK_STEPPED);
	memset(recorder->change, 0, sizeof(recorder->change));
	block_next(recorder, resumed);
	return err;
}
