// SPDX-License-Identifier: GPL-2.0-only
/*
 * Start of a counting node, and a step of its clock: recorder and ledger together, as
 * the service joins them. The ingress has the right time and the colour by it; each of its blocks
 * has a number of packets of its own. Whatever the egress answers as valid once its
 * clock is right must be that number.
 */
#include <stdio.h>
#include <string.h>

#include "lmctl/engine/ledger.h"
#include "lmctl/engine/recorder.h"
#include "test/unit/node_sim.h"
#include "test/unit/unit.h"

#define MASK SR6FLOW_MASK_DEFAULT
/* Phases of a block in which the clock steps. */
#define PHASES 12
#define BLOCKS 30
/* The block in which it does. */
#define STEP_BLOCK 15

static const struct block_timing timing = {
	.period = P * MS, .guard = P / 2 * MS, .band = P / 10 * MS,
};

struct egress {
	struct recorder *recorder;
	struct ledger *ledger;
	int64_t time;		/* the right one */
	int64_t off;		/* its clock less that */
	int64_t was_off;	/* at first */
	struct sr6flow_record flow;
	uint64_t truth[BLOCKS + 1];
	unsigned int valid;
};

static int take_record(const struct record *record, void *arg)
{
	struct egress *egress = arg;

	return ledger_record(egress->ledger, record);
}

static int take_end(int64_t block, void *arg)
{
	struct egress *egress = arg;

	ledger_block_end(egress->ledger, block);
	return 0;
}

static void dump(struct egress *egress)
{
	const struct sr6flow_set set = { .mask = MASK, .references = 1 };

	recorder_dump_begin(egress->recorder);
	assert_int_equal(recorder_dump_flow(&set, &egress->flow,
					    egress->recorder), 0);
	assert_int_equal(ledger_flow(egress->ledger, &set, &egress->flow), 0);
	assert_int_equal(recorder_dump_end(egress->recorder,
					   egress->time + egress->off), 0);
}

static void run_recorder(struct egress *egress)
{
	struct recorder_due due;
	int64_t now = egress->time + egress->off;

	while (true) {
		assert_int_equal(recorder_next(egress->recorder, now, &due), 0);
		if (due.time > now)
			break;
		if (due.step == RECORDER_LOOK)
			recorder_look(egress->recorder, now, MASK, 0);
		else
			dump(egress);
	}
}

/* A millisecond passes, with as many packets as its block has in each. */
static void tick(struct egress *egress)
{
	int64_t block;
	uint64_t packets;
	struct sr6flow_counters *counters;

	egress->time += MS;
	block = block_number(&timing, egress->time);
	packets = 1 + (uint64_t)(block * 7 % 23);
	counters = &egress->flow.counters[sr6flow_slot(
		MASK, block_colour(MASK, block))];
	counters->packets += packets;
	counters->bytes += 100 * packets;
	egress->flow.last_source.s6_addr[0] = 0xfd;
	egress->flow.slots = 0xf;
	egress->truth[block - FIRST] += packets;
}

/* All blocks that a prober may ask for now. */
static void ask(struct egress *egress)
{
	int64_t now = block_number(&timing, egress->time), block;
	const struct in6_addr from = { .s6_addr = { 0xfc } };
	struct blocktlv tlv = { .mask = MASK, .flow = egress->flow.flow };

	for (block = now - LEDGER_BLOCKS; block < now; block++) {
		uint64_t truth = egress->truth[block - FIRST];

		blocktlv_timing(&tlv, &timing);
		tlv.block = block;
		ledger_ask(egress->ledger, &tlv, &from);
		if (tlv.answer.status != ANSWER_VALID)
			continue;
		egress->valid++;
		if (tlv.received.packets != truth)
			fail_msg("off by %d ms, step at %d ms: block %d is %d, not %d",
				 (int)(egress->was_off / MS),
				 (int)((egress->time - AT(0)) / MS),
				 (int)(block - FIRST), (int)truth,
				 (int)tlv.received.packets);
	}
}

static void step(struct egress *egress)
{
	int64_t before = egress->time + egress->off;

	egress->off = 0;
	ledger_stepped(egress->ledger);
	assert_int_equal(recorder_stepped(egress->recorder, before,
					  egress->time), 0);
}

static void run_phase(int64_t off, unsigned int phase)
{
	struct egress egress = { .time = AT(0), .off = off, .was_off = off };
	int64_t at = AT(STEP_BLOCK * P) + (int64_t)phase * P * MS / PHASES;

	egress.flow.flow.nsids = 1;
	egress.flow.instance = egress.flow.generation = 1;
	egress.ledger = ledger_new(&timing);
	egress.recorder = recorder_new(&timing, "n", "s", take_record, take_end,
				       &egress);
	assert_non_null(egress.ledger);
	assert_non_null(egress.recorder);
	while (egress.time < AT(BLOCKS * P)) {
		tick(&egress);
		if (egress.off && egress.time >= at)
			step(&egress);
		/* Before the step, messages prove that the clocks differ. */
		if (!egress.off)
			ask(&egress);
		run_recorder(&egress);
		if (!egress.off)
			ask(&egress);
	}
	/* Some blocks after the step the figures are back. */
	assert_true(egress.valid > 5 * P);
	recorder_free(egress.recorder);
	ledger_free(egress.ledger);
}

TEST(test_step)
{
	static const int off_ms[] = {
		-7 * P, -3 * P, -2 * P, -P - 30, -P, -P / 2, P / 2, P, P + 30,
		2 * P, 3 * P, 7 * P,
	};
	unsigned int i, phase;

	for (i = 0; i < ARRAY_SIZE(off_ms); i++)
		for (phase = 0; phase < PHASES; phase++)
			run_phase(off_ms[i] * MS, phase);
}

/* A block is too old if there will never be figures of it, and only then. */
static void ask_at_start(struct egress *egress, int64_t begins, int64_t *first)
{
	int64_t now = block_number(&timing, egress->time), block;
	const struct in6_addr from = { .s6_addr = { 0xfc } };
	struct blocktlv tlv = { .mask = MASK, .flow = egress->flow.flow };

	for (block = now - 4; block <= now; block++) {
		blocktlv_timing(&tlv, &timing);
		tlv.block = block;
		ledger_ask(egress->ledger, &tlv, &from);
		assert_int_equal(tlv.answer.status == ANSWER_TOO_OLD,
				 block < begins);
		if (tlv.answer.status == ANSWER_VALID && !*first)
			*first = block;
	}
}

static void run_start(unsigned int phase)
{
	struct egress egress = { .time = AT(STEP_BLOCK * P + phase) };
	int64_t begins = block_number(&timing, egress.time) + 1, first = 0;

	egress.flow.flow.nsids = 1;
	egress.flow.instance = egress.flow.generation = 1;
	egress.ledger = ledger_new(&timing);
	egress.recorder = recorder_new(&timing, "n", "s", take_record, take_end,
				       &egress);
	assert_non_null(egress.ledger);
	assert_non_null(egress.recorder);
	ledger_begins(egress.ledger, begins);
	run_recorder(&egress);
	while (egress.time < AT((STEP_BLOCK + 6) * P)) {
		ask_at_start(&egress, begins, &first);
		tick(&egress);
		run_recorder(&egress);
	}
	/* Where the block before cannot be read any more, it is one later. */
	assert_in_range(first, begins, begins + 1);
	assert_true(first == begins || phase > P / 2);
	recorder_free(egress.recorder);
	ledger_free(egress.ledger);
}

/* As service/roles.c does it. */
TEST(test_start)
{
	unsigned int phase;

	for (phase = 0; phase < P; phase++)
		run_start(phase);
}
