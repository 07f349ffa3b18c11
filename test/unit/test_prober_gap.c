// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gap rows: blocks without figures are summed up once, to the packet, or never.
 * The bench compares each row with what the blocks without figures lost.
 */
#include <stdio.h>
#include <string.h>

#include "prober_bench.h"
#include "test/unit/unit.h"

UNIT_EACH(bench_setup, bench_teardown)

#define FIRST BENCH_FIRST_BLOCK

/* The peer @lost of them does not get anything. */
static unsigned int lost;

static bool lose_one(struct net_event *msg)
{
	return msg->peer != lost;
}

static void finish(uint64_t gaps)
{
	bench_run((PROBER_PATIENCE + 1) * SECOND);
	assert_int_equal(bench.gaps, gaps);
}

/* What was wrong was more than the time. */
static void run_broken(enum reason here, enum reason there)
{
	bench_init();
	bench_start(12);
	bench.invalid_reason = here;
	bench_blocks(0, 4);
	bench.invalid_flow = here ? 0 : -1;
	bench.peer_reason[0] = there;
	bench_blocks(4, 6);
	bench.invalid_flow = -1;
	bench.peer_reason[0] = REASON_NONE;
	bench_blocks(6, 10);
	assert_int_equal(bench.gaps, 0);
	/* That is over, and the next gap has its row. */
	bench.peer_reason[0] = REASON_READ_LATE;
	bench_blocks(10, 11);
	bench.peer_reason[0] = REASON_NONE;
	finish(0);
}

TEST(test_broken)
{
	enum reason reason;

	for (reason = REASON_NONE + 1; reason <= REASON_UNKNOWN; reason++) {
		if (reason_timing(reason))
			continue;
		run_broken(reason, REASON_NONE);
		run_broken(REASON_NONE, reason);
	}
}

/* A block that is answered after the next one is no gap. */
TEST(test_overtaken)
{
	bench_start(8);
	bench_blocks(0, 3);
	/* The third one finds no answer until the fifth has one. */
	bench.request = bench_lose;
	bench_blocks(3, 4);
	bench_run(SECOND / 2);
	bench.request = NULL;
	bench_blocks(4, 6);
	bench_expect(6, 6, ANSWER_VALID, 6);
	finish(0);
}

/* A flow that left the set and came back. */
TEST(test_removed)
{
	bench_start(12);
	bench_blocks(0, 4);
	bench_run(block_window_open(&bench.config.timing, FIRST + 4) - bench.now);
	assert_int_equal(prober_block_end(bench.prober, FIRST + 4), 0);
	bench.results_of[4]++;
	bench_blocks(5, 10);
	finish(0);
}

/*
 * What is wrong with each block, for this node and each peer:
 *	.	nothing
 *	l	it was read late
 *	s	the peer still counted
 *	n	nothing, but cumulative counters began anew
 *	u, U	these are not known; U: and it was read late
 *	m	messages are lost
 *	S	nothing, but the clock stepped before it
 *	(blank)	nobody read it
 */
static const struct timeline {
	const char *name;
	unsigned int flows;
	bool group;
	const char *own;
	const char *peer[3];
	/*
	 * Gap rows, "BLOCK: FIRST-LAST/N", after which block they come, what they are of
	 * and how many blocks had no figures; "2x" before it for more than one, whose last
	 * one it is, and behind it the segments and "t" for the whole path.
	 */
	const char *gaps;
} timelines[] = {
	/* One exact block tells nothing of the one before it. */
	{
		.name = "one block that this node read late",
		.own = "....l.......",
		.gaps = "6: 4-4/1 0t",
	}, {
		.name = "one block that the peer read while it counted",
		.peer = { "....s......." },
		.gaps = "6: 4-4/1 0t",
	}, {
		/* Something happened in the gap that only the identities know. */
		.name = "other counters of this node after the gap",
		.own = "......n.........", .peer = { "....ll....l....." },
		.gaps = "12: 10-10/1 0t",
	}, {
		.name = "other counters of the peer after the gap",
		.peer = { "....lln...l....." },
		.gaps = "12: 10-10/1 0t",
	}, {
		.name = "other counters of both after the gap",
		.own = "......n.........", .peer = { "....lln...l....." },
		.gaps = "12: 10-10/1 0t",
	}, {
		/* Without cumulative counters a gap stays open, whoever does not know them. */
		.name = "counters that this node does not know for some time",
		.own = "...uuuuu....", .peer = { "...ll......." },
		.gaps = "8: 3-4/2 0t",
	}, {
		.name = "counters that the peer does not know for some time",
		.peer = { "...UUuuu...." },
		.gaps = "8: 3-4/2 0t",
	}, {
		.name = "blocks with figures between others are not counted twice",
		.flows = 2,
		.peer = { "....l.l.l.l.l......." },
		.gaps = "14: 2x4-12/5 0t",
	}, {
		/* The last ones are still asked for when messages arrive again. */
		.name = "twenty blocks without a message",
		.flows = 3,
		.peer = { ".....mmmmmmmmmmmmmmmmmmmm....." },
		.gaps = "25: 3x5-18/14 0t",
	}, {
		.name = "a block before a step of the clock",
		.own = ".....S......", .peer = { "....l......." },
		.gaps = "",
	}, {
		.name = "a reader that was held up",
		.own = "....       ...",
		.gaps = "12: 4-10/7 0t",
	}, {
		/*
		 * The middle: the whole has figures, both segments beside it do not.
		 * This node: the other segments have figures all the time. All of them.
		 */
		.name = "each part of a path has its own gap",
		.flows = 2,
		.own = "........l......",
		.peer = { "...........ll..", "....ll.....ll..", "...........ll.." },
		.gaps = "7: 2x4-5/2 12, 10: 8-8/1 0t, 14: 2x11-12/2 012t",
	}, {
		/* As many blocks between the same two are no reason to be one row. */
		.name = "other blocks of the parts of a path",
		.peer = { "....ll.l..", "....l..l..", "....l.ll.." },
		.gaps = "9: 2x4-7/3 2t",
	}, {
		.name = "a group's gap is the sum of all of its peers",
		.group = true,
		.peer = { "................", "....mmmmmmmmmm..", "................" },
		.gaps = "14: 4-7/4 t",
	},
};

static char letter(const char *text, unsigned int i)
{
	return text ? text[i] : '.';
}

static void set_block(const struct timeline *timeline, unsigned int i)
{
	char of = letter(timeline->own, i);
	unsigned int peer;

	if (of == 'S')
		prober_stepped(bench.prober);
	bench.invalid_reason = REASON_READ_LATE;
	bench.invalid_flow = of == 'l' ? (long)bench.flows - 1 : -1;
	bench.epoch = of == 'u' ? 0 : bench.epoch + (of == 'n') + !bench.epoch;
	lost = RESULT_PEERS_MAX;
	for (peer = 0; peer < bench.npeers; peer++) {
		uint64_t *epoch = &bench.peer_epoch[peer];

		of = letter(timeline->peer[peer], i);
		bench.peer_reason[peer] = of == 'l' || of == 'U' ?
						  REASON_READ_LATE :
					  of == 's' ? REASON_STILL_COUNTING :
						      REASON_NONE;
		*epoch = of == 'u' || of == 'U' ? 0 : *epoch + (of == 'n') + !*epoch;
		if (of == 'm')
			lost = peer;
	}
}

static void see_gaps(char *text, size_t size, unsigned int i, uint64_t n)
{
	size_t len = strlen(text);
	unsigned int segment;

	if (!n)
		return;
	len += snprintf(text + len, size - len, "%s%u: ", len ? ", " : "", i);
	if (n > 1)
		len += snprintf(text + len, size - len, "%ux", (unsigned int)n);
	len += snprintf(text + len, size - len, "%d-%d/%u",
			(int)(bench.gap.first - FIRST),
			(int)(bench.gap.block - FIRST),
			(unsigned int)bench.gap.gap);
	len += snprintf(text + len, size - len, " ");
	for (segment = 0; segment < bench.npeers; segment++)
		if (bench.gap.covers & RESULT_SEGMENT(segment))
			len += snprintf(text + len, size - len, "%u", segment);
	if (bench.gap.covers & RESULT_TOTAL)
		snprintf(text + len, size - len, "t");
	else
		assert_int_equal(result_total(&bench.gap).status,
				 RESULT_INVALID);
	if (bench.group)
		assert_int_equal(bench.gap.peer[0].answer.status,
				 ANSWER_NOT_ASKED);
}

TEST_ROWS(timelines, test_timeline)
{
	const struct timeline *timeline = *state;
	unsigned int blocks = (unsigned int)strlen(timeline->own ?: timeline->peer[0]);
	char text[200] = "";
	unsigned int i;

	bench.flows = timeline->flows ?: 1;
	bench.npeers = timeline->peer[1] ? 3 : 1;
	bench.group = bench.split = timeline->group;
	bench.reply = lose_one;
	bench_start(blocks);
	for (i = 0; i < blocks; i++) {
		uint64_t before = bench.gaps;

		set_block(timeline, i);
		if (letter(timeline->own, i) != ' ')
			bench_blocks(i, i + 1);
		see_gaps(text, sizeof(text), i, bench.gaps - before);
	}
	assert_string_equal(text, timeline->gaps);
	finish(bench.gaps);
}

/* On a bad network all is told in the end, once. */
TEST(test_bad_network)
{
	uint64_t silent, i;

	bench.flows = 20;
	bench.loss = 97;
	bench.auth = true;
	bench_start(50);
	bench.loss = 0;
	bench_blocks(0, 3);
	bench.loss = 97;
	bench_blocks(3, 45);
	bench.loss = 0;
	bench_blocks(45, 50);
	bench_run((PROBER_PATIENCE + 1) * SECOND);
	silent = bench_answers(ANSWER_NO_ANSWER);
	assert_true(silent > 100);
	for (i = 0; i < 20; i++)
		silent -= bench.gap_blocks[i];
	assert_int_equal(silent, 0);
}
