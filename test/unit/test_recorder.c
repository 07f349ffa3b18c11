// SPDX-License-Identifier: GPL-2.0-only
/*
 * The recorder against a simulated node.
 */

#include "test/unit/node_sim.h"
#include "test/unit/unit.h"

static const struct scenario scenarios[] = {
	{
		.name = "every packet, from the third block on",
		.flows = 1, .until = 600,
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, 0, 100 }, { 3, 0, 0, 100 },
			{ 4, 0, 0, 100 },
		},
	}, {
		.name = "one mask bit",
		.mask = 0x00040000, .flows = 1, .until = 400,
		.expected = { { 1, 0, 0, 100 }, { 2, 0, 0, 100 } },
	}, {
		.name = "mask in the Traffic Class, bits not adjacent",
		.mask = 0x00000024, .flows = 1, .until = 400,
		.expected = { { 1, 0, 0, 100 }, { 2, 0, 0, 100 } },
	}, {
		.name = "flows in the order of the first dump, idle ones too",
		.flows = 3, .until = 400, .events = { { 0, IDLE, 1 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 1, 1, 0, 0 }, { 1, 2, 0, 100 },
			{ 2, 0, 0, 100 }, { 2, 1, 0, 0 }, { 2, 2, 0, 100 },
		},
	}, {
		.name = "a counting node, whose active colour never changes",
		.flows = 1, .counting = true, .until = 500,
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, 0, 100 }, { 3, 0, 0, 100 },
		},
	}, {
		.name = "a change that is not late",
		.flows = 1, .until = 600, .events = { { 150, ROTATE_LATE, 30 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, 0, 130 }, { 3, 0, 0, 70 },
			{ 4, 0, 0, 100 },
		},
	}, {
		.name = "a late change: its blocks and what is read from them",
		.flows = 1, .until = 700, .events = { { 150, ROTATE_LATE, 45 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_COLOUR_LATE, 0 },
			{ 3, 0, REASON_COLOUR_LATE, 0 },
			{ 4, 0, REASON_COLOUR_LATE, 0 }, { 5, 0, 0, 100 },
		},
	}, {
		.name = "a late change and no packet that shows it",
		.flows = 1, .until = 500,
		.events = { { 0, IDLE, 0 }, { 150, ROTATE_LATE, 60 } },
		.expected = {
			{ 1, 0, 0, 0 }, { 2, 0, REASON_COLOUR_LATE, 0 },
			{ 3, 0, REASON_COLOUR_LATE, 0 },
		},
	}, {
		.name = "rotate stopped for a while",
		.flows = 1, .until = 1100,
		.events = { { 250, ROTATE_STOP, 0 }, { 850, ROTATE_START, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_COLOUR_LATE, 0 },
			{ 3, 0, REASON_COLOUR_LATE, 0 },
			{ 4, 0, REASON_COLOUR_LATE, 0 },
			{ 5, 0, REASON_COLOUR_LATE, 0 },
			{ 6, 0, REASON_COLOUR_LATE, 0 },
			{ 7, 0, REASON_COLOUR_LATE, 0 },
			{ 8, 0, REASON_COLOUR_LATE, 0 }, { 9, 0, 0, 100 },
		},
	}, {
		.name = "rotate stopped, seen from the other end",
		.flows = 1, .counting = true, .until = 1100,
		.events = { { 250, ROTATE_STOP, 0 }, { 850, ROTATE_START, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_STILL_COUNTING, 0 },
			{ 3, 0, REASON_STILL_COUNTING, 0 },
			{ 4, 0, REASON_STILL_COUNTING, 0 },
			{ 5, 0, REASON_STILL_COUNTING, 0 },
			{ 6, 0, REASON_STILL_COUNTING, 0 },
			{ 7, 0, REASON_STILL_COUNTING, 0 },
			{ 8, 0, REASON_STILL_COUNTING, 0 },
			{ 9, 0, 0, 100 },
		},
	}, {
		.name = "no rotate at all: no block was sent in its colour",
		.flows = 1, .until = 600, .events = { { 0, ROTATE_STOP, 0 } },
		.expected = {
			{ 1, 0, REASON_STILL_COUNTING, 0 },
			{ 2, 0, REASON_STILL_COUNTING, 0 },
			{ 3, 0, REASON_STILL_COUNTING, 0 },
			{ 4, 0, REASON_STILL_COUNTING, 0 },
		},
	}, {
		.name = "the colour set by hand",
		.flows = 1, .until = 700, .events = { { 360, COLOUR, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_COLOUR_LATE, 0 },
			{ 3, 0, REASON_COLOUR_LATE, 0 },
			{ 4, 0, REASON_COLOUR_LATE, 0 }, { 5, 0, 0, 100 },
		},
	}, {
		.name = "a straggler before the reading belongs to its block",
		.flows = 1, .until = 600, .events = { { 345, PACKET, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, 0, 101 }, { 3, 0, 0, 100 },
			{ 4, 0, 0, 100 },
		},
	}, {
		.name = "a straggler in the window: both colours count",
		.flows = 1, .until = 600, .events = { { 365, PACKET, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_BOTH_COLOURS, 0 },
			{ 3, 0, 0, 100 }, { 4, 0, REASON_BOTH_COLOURS, 0 },
		},
	}, {
		.name = "a straggler of an idle flow, of no harm to another",
		.flows = 2, .until = 600,
		.events = { { 0, IDLE, 1 }, { 365, PACKET, 1 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 1, 1, 0, 0 },
			{ 2, 0, 0, 100 }, { 2, 1, REASON_STILL_COUNTING, 0 },
			{ 3, 0, 0, 100 }, { 3, 1, REASON_STILL_COUNTING, 0 },
			{ 4, 0, 0, 100 }, { 4, 1, REASON_STILL_COUNTING, 0 },
		},
	}, {
		.name = "the set created anew before a reading",
		.broken = true,
		.flows = 1, .until = 700, .events = { { 325, RESTART, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_SET_RESTARTED, 0 },
			{ 3, 0, REASON_SET_RESTARTED, 0 }, { 4, 0, 0, 100 },
			{ 5, 0, 0, 100 },
		},
	}, {
		.name = "the set created anew between two readings",
		.broken = true,
		.flows = 1, .until = 700, .events = { { 365, RESTART, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_SET_RESTARTED, 0 },
			{ 3, 0, REASON_SET_RESTARTED, 0 },
			{ 4, 0, REASON_SET_RESTARTED, 0 }, { 5, 0, 0, 100 },
		},
	}, {
		.name = "the set created anew, its flow added later",
		.broken = true,
		.flows = 1, .until = 700,
		.events = { { 325, EMPTY, 0 }, { 425, ADD, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_FLOW_REMOVED, 0 },
			{ 3, 0, REASON_FLOW_ADDED, 0 },
			{ 4, 0, REASON_FLOW_ADDED, 0 }, { 5, 0, 0, 100 },
		},
	}, {
		.name = "the set created anew with one flow of two",
		.flows = 2, .until = 400,
		.events = { { 325, RESTART, 0 }, { 325, REMOVE, 1 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 1, 1, 0, 100 },
			{ 2, 0, REASON_SET_RESTARTED, 0 },
			{ 2, 1, REASON_SET_RESTARTED, 0 },
		},
	}, {
		.name = "counters written before a reading",
		.broken = true,
		.flows = 2, .until = 600, .events = { { 325, REWRITE, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 1, 1, 0, 100 },
			{ 2, 0, REASON_FLOW_RESTARTED, 0 }, { 2, 1, 0, 100 },
			{ 3, 0, REASON_FLOW_RESTARTED, 0 }, { 3, 1, 0, 100 },
			{ 4, 0, 0, 100 }, { 4, 1, 0, 100 },
		},
	}, {
		.name = "counters written between two readings",
		.broken = true,
		.flows = 1, .until = 700, .events = { { 365, REWRITE, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_FLOW_RESTARTED, 0 },
			{ 3, 0, REASON_FLOW_RESTARTED, 0 },
			{ 4, 0, REASON_FLOW_RESTARTED, 0 }, { 5, 0, 0, 100 },
		},
	}, {
		.name = "a flow added before a reading",
		.flows = 1, .until = 500, .events = { { 225, ADD, 1 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 1, 1, REASON_FLOW_ADDED, 0 },
			{ 2, 0, 0, 100 }, { 2, 1, REASON_FLOW_ADDED, 0 },
			{ 3, 0, 0, 100 }, { 3, 1, 0, 100 },
		},
	}, {
		.name = "a flow added between two readings",
		.flows = 1, .until = 600, .events = { { 265, ADD, 1 } },
		.expected = {
			{ 1, 0, 0, 100 },
			{ 2, 0, 0, 100 }, { 2, 1, REASON_FLOW_ADDED, 0 },
			{ 3, 0, 0, 100 }, { 3, 1, REASON_FLOW_ADDED, 0 },
			{ 4, 0, 0, 100 }, { 4, 1, 0, 100 },
		},
	}, {
		.name = "a flow removed before a reading",
		.flows = 2, .until = 500, .events = { { 325, REMOVE, 1 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 1, 1, 0, 100 },
			{ 2, 0, 0, 100 }, { 2, 1, REASON_FLOW_REMOVED, 0 },
			{ 3, 0, 0, 100 },
		},
	}, {
		.name = "a flow removed between two readings",
		.flows = 2, .until = 500, .events = { { 365, REMOVE, 1 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 1, 1, 0, 100 },
			{ 2, 0, 0, 100 }, { 2, 1, REASON_FLOW_REMOVED, 0 },
			{ 3, 0, 0, 100 },
		},
	}, {
		.name = "a flow removed, and back for the second reading",
		.broken = true,
		.flows = 2, .until = 700,
		.events = { { 345, REMOVE, 1 }, { 365, ADD, 1 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 1, 1, 0, 100 },
			{ 2, 0, 0, 100 }, { 2, 1, REASON_FLOW_RESTARTED, 0 },
			{ 3, 0, 0, 100 }, { 3, 1, REASON_FLOW_RESTARTED, 0 },
			{ 4, 0, 0, 100 }, { 4, 1, REASON_FLOW_RESTARTED, 0 },
			{ 5, 0, 0, 100 }, { 5, 1, 0, 100 },
		},
	}, {
		.name = "the clock steps forwards",
		.broken = true,
		.flows = 1, .until = 700, .events = { { 325, STEP, 5000 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_CLOCK_STEPPED, 0 },
			{ 3, 0, REASON_CLOCK_STEPPED, 0 },
			{ 52, 0, REASON_CLOCK_STEPPED, 0 },
			{ 53, 0, REASON_CLOCK_STEPPED, 0 }, { 54, 0, 0, 100 },
			{ 55, 0, 0, 100 },
		},
	}, {
		.name = "the clock steps forwards by an odd number of blocks",
		.broken = true,
		.flows = 1, .until = 700, .events = { { 385, STEP, 700 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, 0, 100 },
			{ 3, 0, REASON_CLOCK_STEPPED, 0 },
			{ 9, 0, REASON_CLOCK_STEPPED, 0 },
			{ 10, 0, REASON_CLOCK_STEPPED, 0 },
			{ 11, 0, REASON_READ_LATE, 0 }, { 12, 0, 0, 100 },
		},
	}, {
		.name = "the clock steps backwards: numbers in use before",
		.broken = true,
		.flows = 1, .until = 2100, .events = { { 1325, STEP, -500 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, 0, 100 }, { 3, 0, 0, 100 },
			{ 4, 0, 0, 100 }, { 5, 0, 0, 100 }, { 6, 0, 0, 100 },
			{ 7, 0, 0, 100 }, { 8, 0, 0, 100 }, { 9, 0, 0, 100 },
			{ 10, 0, 0, 100 }, { 11, 0, 0, 100 },
			{ 7, 0, REASON_CLOCK_STEPPED, 0 },
			{ 8, 0, REASON_CLOCK_STEPPED, 0 },
			{ 9, 0, REASON_CLOCK_STEPPED, 0 },
			{ 10, 0, REASON_CLOCK_STEPPED, 0 },
			{ 11, 0, REASON_CLOCK_STEPPED, 0 },
			{ 12, 0, REASON_CLOCK_STEPPED, 0 },
			{ 13, 0, REASON_CLOCK_STEPPED, 0 }, { 14, 0, 0, 100 },
		},
	}, {
		.name = "the clock was far ahead: numbers from now on are new",
		.broken = true,
		.flows = 1, .until = 900, .events = { { 325, STEP, -100000 } },
		.expected = {
			{ 1, 0, 0, 100 },
			{ -998, 0, REASON_CLOCK_STEPPED, 0 },
			{ -997, 0, REASON_CLOCK_STEPPED, 0 },
			{ -996, 0, 0, 100 }, { -995, 0, 0, 100 },
			{ -994, 0, 0, 100 }, { -993, 0, 0, 100 },
		},
	}, {
		.name = "the clock is far ahead for some blocks",
		.broken = true,
		.flows = 1, .until = 1400,
		.events = { { 325, STEP, 5000 }, { 725, STEP, -5000 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_CLOCK_STEPPED, 0 },
			{ 3, 0, REASON_CLOCK_STEPPED, 0 },
			{ 52, 0, REASON_CLOCK_STEPPED, 0 },
			{ 53, 0, REASON_CLOCK_STEPPED, 0 }, { 54, 0, 0, 100 },
			{ 55, 0, 0, 100 },
			{ 6, 0, REASON_CLOCK_STEPPED, 0 },
			{ 7, 0, REASON_CLOCK_STEPPED, 0 },
			{ 8, 0, 0, 100 }, { 9, 0, 0, 100 },
			{ 10, 0, 0, 100 }, { 11, 0, 0, 100 }, { 12, 0, 0, 100 },
		},
	}, {
		.name = "the clock steps forwards within a block",
		.broken = true,
		.flows = 1, .until = 630, .events = { { 325, STEP, 70 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_CLOCK_STEPPED, 0 },
			{ 3, 0, REASON_CLOCK_STEPPED, 0 },
			{ 4, 0, REASON_READ_LATE, 0 }, { 5, 0, 0, 100 },
		},
	}, {
		.name = "the clock steps backwards within a block",
		.broken = true,
		.flows = 1, .until = 670, .events = { { 385, STEP, -70 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, 0, 100 },
			{ 2, 0, REASON_CLOCK_STEPPED, 0 },
			{ 3, 0, REASON_CLOCK_STEPPED, 0 }, { 4, 0, 0, 100 },
		},
	}, {
		.name = "the recorder sleeps over several blocks",
		.flows = 1, .until = 900, .events = { { 310, SLEEP, 300 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_READ_LATE, 0 },
			{ 5, 0, REASON_READ_LATE, 0 },
			{ 6, 0, REASON_READ_LATE, 0 }, { 7, 0, 0, 100 },
		},
	}, {
		.name = "the recorder looks too late at the colour",
		.flows = 1, .until = 700, .events = { { 310, SLEEP, 35 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_READ_LATE, 0 },
			{ 3, 0, REASON_READ_LATE, 0 },
			{ 4, 0, REASON_READ_LATE, 0 }, { 5, 0, 0, 100 },
		},
	}, {
		.name = "a marking set whose colour never changes, of an idle flow",
		.flows = 1, .marks = true, .until = 500,
		.events = { { 0, ROTATE_STOP, 0 }, { 0, IDLE, 0 } },
		.expected = {
			{ 1, 0, REASON_COLOUR_LATE, 0 },
			{ 2, 0, REASON_COLOUR_LATE, 0 },
			{ 3, 0, REASON_COLOUR_LATE, 0 },
		},
	}, {
		.name = "a marking set whose colour never changes, of a flow that counts",
		.flows = 1, .marks = true, .until = 500,
		.events = { { 0, ROTATE_STOP, 0 } },
		.expected = {
			{ 1, 0, REASON_STILL_COUNTING, 0 },
			{ 2, 0, REASON_STILL_COUNTING, 0 },
			{ 3, 0, REASON_STILL_COUNTING, 0 },
		},
	}, {
		.name = "a marking set whose recorder begins late in a block",
		.flows = 1, .marks = true, .until = 500,
		.events = { { 0, SLEEP, 45 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, 0, 100 }, { 3, 0, 0, 100 },
		},
	}, {
		.name = "a marking set whose first change comes after the first look",
		.flows = 1, .marks = true, .until = 500,
		.events = { { 0, ROTATE_STOP, 0 }, { 125, ROTATE_START, 0 } },
		.expected = {
			{ 1, 0, 0, 74 }, { 2, 0, 0, 100 }, { 3, 0, 0, 100 },
		},
	}, {
		.name = "a slow dump that is in time",
		.flows = 1, .until = 500, .events = { { 340, SLOW, 20 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, 0, 100 }, { 3, 0, 0, 100 },
		},
	}, {
		.name = "a first dump that comes late and is in the window",
		.flows = 1, .until = 700, .events = { { 345, SLEEP, 30 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_READ_LATE, 0 },
			{ 3, 0, 0, 100 }, { 4, 0, REASON_READ_LATE, 0 },
			{ 5, 0, 0, 100 },
		},
	}, {
		.name = "a first dump that is too slow",
		.flows = 1, .until = 700, .events = { { 340, SLOW, 21 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_READ_LATE, 0 },
			{ 3, 0, 0, 100 }, { 4, 0, REASON_READ_LATE, 0 },
			{ 5, 0, 0, 100 },
		},
	}, {
		.name = "a second dump that is too slow",
		.flows = 1, .until = 700, .events = { { 370, SLOW, 12 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_READ_LATE, 0 },
			{ 3, 0, 0, 100 }, { 4, 0, REASON_READ_LATE, 0 },
			{ 5, 0, 0, 100 },
		},
	}, {
		.name = "interrupted dumps, repeated",
		.flows = 2, .until = 500,
		.events = { { 340, INTERRUPT, 0 }, { 375, INTERRUPT, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 1, 1, 0, 100 },
			{ 2, 0, 0, 100 }, { 2, 1, 0, 100 },
			{ 3, 0, 0, 100 }, { 3, 1, 0, 100 },
		},
	}, {
		.name = "the rule is gone when a block is read",
		.broken = true,
		.flows = 1, .until = 900,
		.events = { { 325, RULES, 0 }, { 485, RULES, 1 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_NO_RULE, 0 },
			{ 3, 0, REASON_NO_RULE, 0 },
			{ 4, 0, REASON_RULE_CHANGED, 0 },
			{ 5, 0, REASON_RULE_CHANGED, 0 }, { 6, 0, 0, 100 },
			{ 7, 0, 0, 100 },
		},
	}, {
		.name = "the rule is gone from READ to CONFIRM",
		.broken = true,
		.flows = 1, .until = 700,
		.events = { { 365, RULES, 0 }, { 395, RULES, 1 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_NO_RULE, 0 },
			{ 3, 0, REASON_RULE_CHANGED, 0 },
			{ 4, 0, REASON_RULE_CHANGED, 0 },
			{ 5, 0, 0, 100 },
		},
	}, {
		.name = "the rule is gone between two readings, and back",
		.broken = true,
		.flows = 1, .until = 800,
		.events = { { 405, RULES, 0 }, { 415, RULES, 1 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, 0, 100 },
			{ 3, 0, REASON_RULE_CHANGED, 0 },
			{ 4, 0, REASON_RULE_CHANGED, 0 },
			{ 5, 0, 0, 100 }, { 6, 0, 0, 100 },
		},
	}, {
		.name = "a second rule",
		.broken = true,
		.flows = 1, .until = 900,
		.events = { { 320, RULES, 2 }, { 610, RULES, 1 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_RULE_TWICE, 0 },
			{ 3, 0, REASON_RULE_TWICE, 0 },
			{ 4, 0, REASON_RULE_TWICE, 0 },
			{ 5, 0, REASON_RULE_CHANGED, 0 },
			{ 6, 0, REASON_RULE_CHANGED, 0 },
			{ 7, 0, 0, 100 },
		},
	}, {
		.name = "a packet without a colour: both blocks that it can be from",
		.broken = true,
		.counting = true,
		.flows = 2, .until = 700, .events = { { 310, UNCOLOURED, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 1, 1, 0, 100 },
			{ 2, 0, REASON_UNCOLOURED, 0 }, { 2, 1, 0, 100 },
			{ 3, 0, REASON_UNCOLOURED, 0 }, { 3, 1, 0, 100 },
			{ 4, 0, 0, 100 }, { 4, 1, 0, 100 },
			{ 5, 0, 0, 100 }, { 5, 1, 0, 100 },
		},
	}, {
		.name = "a packet that was marked before: both blocks it can be in",
		.broken = true,
		.flows = 2, .until = 700, .events = { { 310, BEFORE, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 1, 1, 0, 100 },
			{ 2, 0, REASON_COLOURED_BEFORE, 0 }, { 2, 1, 0, 100 },
			{ 3, 0, REASON_COLOURED_BEFORE, 0 }, { 3, 1, 0, 100 },
			{ 4, 0, 0, 100 }, { 4, 1, 0, 100 },
			{ 5, 0, 0, 100 }, { 5, 1, 0, 100 },
		},
	}, {
		.name = "one that was marked before, between READ and CONFIRM",
		.broken = true,
		.flows = 1, .until = 800, .events = { { 352, BEFORE, 0 } },
		.expected = {
			{ 1, 0, 0, 100 },
			{ 2, 0, REASON_COLOURED_BEFORE, 0 },
			{ 3, 0, REASON_COLOURED_BEFORE, 0 },
			{ 4, 0, REASON_COLOURED_BEFORE, 0 },
			{ 5, 0, 0, 100 }, { 6, 0, 0, 100 },
		},
	}, {
		.name = "another source: all blocks that it can be in, of its flow",
		.broken = true,
		.flows = 2, .counting = true, .until = 700,
		.events = { { 310, SOURCE, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 1, 1, 0, 100 },
			{ 2, 0, REASON_TWO_SOURCES, 0 }, { 2, 1, 0, 100 },
			{ 3, 0, REASON_TWO_SOURCES, 0 }, { 3, 1, 0, 100 },
			{ 4, 0, 0, 100 }, { 4, 1, 0, 100 },
			{ 5, 0, 0, 100 }, { 5, 1, 0, 100 },
		},
	}, {
		.name = "another source between READ and CONFIRM",
		.broken = true,
		.flows = 1, .until = 800, .events = { { 365, SOURCE, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_TWO_SOURCES, 0 },
			{ 3, 0, REASON_TWO_SOURCES, 0 },
			{ 4, 0, REASON_TWO_SOURCES, 0 }, { 5, 0, 0, 100 },
			{ 6, 0, 0, 100 },
		},
	}, {
		.name = "another source after CONFIRM",
		.broken = true,
		.flows = 1, .until = 700, .events = { { 395, SOURCE, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, 0, 100 },
			{ 3, 0, REASON_TWO_SOURCES, 0 },
			{ 4, 0, REASON_TWO_SOURCES, 0 }, { 5, 0, 0, 100 },
		},
	}, {
		.name = "a module that does not say which source packets have",
		.flows = 2, .counting = true, .until = 700,
		.events = { { 10, SOURCELESS, 0 }, { 350, IDLE, 0 } },
		.expected = {
			{ 1, 0, REASON_SOURCE_UNKNOWN, 0 }, { 1, 1, 0, 100 },
			{ 2, 0, REASON_SOURCE_UNKNOWN, 0 }, { 2, 1, 0, 100 },
			{ 3, 0, REASON_SOURCE_UNKNOWN, 0 }, { 3, 1, 0, 100 },
			{ 4, 0, 0, 0 }, { 4, 1, 0, 100 },
			{ 5, 0, 0, 0 }, { 5, 1, 0, 100 },
		},
	}, {
		.name = "packets that cross the node a second time",
		.broken = true,
		.flows = 1, .counting = true, .until = 700,
		.events = { { 310, CROSSING, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_CROSSED_TWICE, 0 },
			{ 3, 0, REASON_CROSSED_TWICE, 0 }, { 4, 0, 0, 100 },
			{ 5, 0, 0, 100 },
		},
	}, {
		.name = "two sources explain packets without a colour",
		.broken = true,
		.flows = 1, .counting = true, .until = 600,
		.events = { { 310, SOURCE, 0 }, { 310, CROSSING, 0 },
			    { 310, UNCOLOURED, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_TWO_SOURCES, 0 },
			{ 3, 0, REASON_TWO_SOURCES, 0 }, { 4, 0, 0, 100 },
		},
	}, {
		.name = "a marking node that met a packet without a colour",
		.broken = true,
		.flows = 1, .until = 700, .events = { { 310, UNCOLOURED, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_UNCOLOURED, 0 },
			{ 3, 0, REASON_UNCOLOURED, 0 }, { 4, 0, 0, 100 },
			{ 5, 0, 0, 100 },
		},
	}, {
		.name = "one mask bit: zero is a colour",
		.mask = 0x00040000, .flows = 1, .until = 400,
		.events = { { 210, UNCOLOURED, 0 } },
		.expected = { { 1, 0, 0, 100 }, { 2, 0, 0, 101 } },
	}, {
		.name = "counters that pass 2^64",
		.flows = 1, .until = 500, .events = { { 5, PRESET, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, 0, 100 }, { 3, 0, 0, 100 },
		},
	}, {
		.name = "counters that go back",
		.broken = true,
		.flows = 1, .until = 600, .events = { { 325, BACKWARDS, 0 } },
		.expected = {
			{ 1, 0, 0, 100 }, { 2, 0, REASON_COUNTER_BACK, 0 },
			{ 3, 0, REASON_COUNTER_BACK, 0 }, { 4, 0, 0, 100 },
		},
	},
};

TEST_ROWS(scenarios, test_scenario)
{
	node_run(*state);
}
