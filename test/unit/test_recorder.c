// SPDX-License-Identifier: GPL-2.0-only
/*
 * The recorder against a simulated node.
 */

#include "test/unit/node_sim.h"
#include "test/unit/unit.h"

static const struct scenario scenarios[] = {
	{
		.name = "every packet, from the third block on",
		.until = 600,
		.expected = "1:100 2:100 3:100 4:100",
	}, {
		.name = "one mask bit",
		.mask = 0x00040000, .until = 400,
		.expected = "1:100 2:100",
	}, {
		.name = "mask in the Traffic Class, bits not adjacent",
		.mask = 0x00000024, .until = 400,
		.expected = "1:100 2:100",
	}, {
		.name = "flows in the order of the first dump, idle ones too",
		.flows = 3, .until = 400, .events = { { 0, IDLE, 1 } },
		.expected = "1:100/0/100 2:100/0/100",
	}, {
		.name = "a counting node, whose active colour never changes",
		.counting = true, .until = 500,
		.expected = "1:100 2:100 3:100",
	}, {
		.name = "a change that is not late",
		.until = 600, .events = { { 150, ROTATE_LATE, 30 } },
		.expected = "1:100 2:130 3:70 4:100",
	}, {
		.name = "a late change: its blocks and what is read from them",
		.until = 700, .events = { { 150, ROTATE_LATE, 45 } },
		.expected = "1:100 2:colour-late 3:colour-late 4:colour-late "
			    "5:100",
	}, {
		.name = "a late change and no packet that shows it",
		.until = 500,
		.events = { { 0, IDLE, 0 }, { 150, ROTATE_LATE, 60 } },
		.expected = "1:0 2:colour-late 3:colour-late",
	}, {
		.name = "rotate stopped for a while",
		.until = 1100,
		.events = { { 250, ROTATE_STOP, 0 }, { 850, ROTATE_START, 0 } },
		.expected = "1:100 2:colour-late 3:colour-late 4:colour-late "
			    "5:colour-late 6:colour-late 7:colour-late "
			    "8:colour-late 9:100",
	}, {
		.name = "rotate stopped, seen from the other end",
		.counting = true, .until = 1100,
		.events = { { 250, ROTATE_STOP, 0 }, { 850, ROTATE_START, 0 } },
		.expected = "1:100 2:still-counting 3:still-counting "
			    "4:still-counting 5:still-counting "
			    "6:still-counting 7:still-counting "
			    "8:still-counting 9:100",
	}, {
		.name = "no rotate at all: no block was sent in its colour",
		.until = 600, .events = { { 0, ROTATE_STOP, 0 } },
		.expected = "1:still-counting 2:still-counting "
			    "3:still-counting 4:still-counting",
	}, {
		.name = "the colour set by hand",
		.until = 700, .events = { { 360, COLOUR, 0 } },
		.expected = "1:100 2:colour-late 3:colour-late 4:colour-late "
			    "5:100",
	}, {
		.name = "a straggler before the reading belongs to its block",
		.until = 600, .events = { { 345, PACKET, 0 } },
		.expected = "1:100 2:101 3:100 4:100",
	}, {
		.name = "a straggler in the window: both colours count",
		.until = 600, .events = { { 365, PACKET, 0 } },
		.expected = "1:100 2:both-colours 3:100 4:both-colours",
	}, {
		.name = "a straggler of an idle flow, of no harm to another",
		.flows = 2, .until = 600,
		.events = { { 0, IDLE, 1 }, { 365, PACKET, 1 } },
		.expected = "1:100/0 2:100/still-counting "
			    "3:100/still-counting 4:100/still-counting",
	}, {
		.name = "the set created anew before a reading",
		.broken = true, .until = 700, .events = { { 325, RESTART, 0 } },
		.expected = "1:100 2:set-restarted 3:set-restarted 4:100 "
			    "5:100",
	}, {
		.name = "the set created anew between two readings",
		.broken = true, .until = 700, .events = { { 365, RESTART, 0 } },
		.expected = "1:100 2:set-restarted 3:set-restarted "
			    "4:set-restarted 5:100",
	}, {
		.name = "the set created anew, its flow added later",
		.broken = true, .until = 700,
		.events = { { 325, EMPTY, 0 }, { 425, ADD, 0 } },
		.expected = "1:100 2:flow-removed 3:flow-added 4:flow-added "
			    "5:100",
	}, {
		.name = "the set created anew with one flow of two",
		.flows = 2, .until = 400,
		.events = { { 325, RESTART, 0 }, { 325, REMOVE, 1 } },
		.expected = "1:100/100 2:set-restarted/set-restarted",
	}, {
		.name = "counters written before a reading",
		.broken = true,
		.flows = 2, .until = 600, .events = { { 325, REWRITE, 0 } },
		.expected = "1:100/100 2:flow-restarted/100 "
			    "3:flow-restarted/100 4:100/100",
	}, {
		.name = "counters written between two readings",
		.broken = true, .until = 700, .events = { { 365, REWRITE, 0 } },
		.expected = "1:100 2:flow-restarted 3:flow-restarted "
			    "4:flow-restarted 5:100",
	}, {
		.name = "a flow added before a reading",
		.until = 500, .events = { { 225, ADD, 1 } },
		.expected = "1:100/flow-added 2:100/flow-added 3:100/100",
	}, {
		.name = "a flow added between two readings",
		.until = 600, .events = { { 265, ADD, 1 } },
		.expected = "1:100 2:100/flow-added 3:100/flow-added "
			    "4:100/100",
	}, {
		.name = "a flow removed before a reading",
		.flows = 2, .until = 500, .events = { { 325, REMOVE, 1 } },
		.expected = "1:100/100 2:100/flow-removed 3:100",
	}, {
		.name = "a flow removed between two readings",
		.flows = 2, .until = 500, .events = { { 365, REMOVE, 1 } },
		.expected = "1:100/100 2:100/flow-removed 3:100",
	}, {
		.name = "a flow removed, and back for the second reading",
		.broken = true, .flows = 2, .until = 700,
		.events = { { 345, REMOVE, 1 }, { 365, ADD, 1 } },
		.expected = "1:100/100 2:100/flow-restarted "
			    "3:100/flow-restarted 4:100/flow-restarted "
			    "5:100/100",
	}, {
		.name = "the clock steps forwards",
		.broken = true, .until = 700, .events = { { 325, STEP, 5000 } },
		.expected = "1:100 2:clock-stepped 3:clock-stepped "
			    "52:clock-stepped 53:clock-stepped 54:100 55:100",
	}, {
		.name = "the clock steps forwards by an odd number of blocks",
		.broken = true, .until = 700, .events = { { 385, STEP, 700 } },
		.expected = "1:100 2:100 3:clock-stepped 9:clock-stepped "
			    "10:clock-stepped 11:read-late 12:100",
	}, {
		.name = "the clock steps backwards: numbers in use before",
		.broken = true,
		.until = 2100, .events = { { 1325, STEP, -500 } },
		.expected = "1:100 2:100 3:100 4:100 5:100 6:100 7:100 8:100 "
			    "9:100 10:100 11:100 7:clock-stepped "
			    "8:clock-stepped 9:clock-stepped 10:clock-stepped "
			    "11:clock-stepped 12:clock-stepped "
			    "13:clock-stepped 14:100",
	}, {
		.name = "the clock was far ahead: numbers from now on are new",
		.broken = true,
		.until = 900, .events = { { 325, STEP, -100000 } },
		.expected = "1:100 -998:clock-stepped -997:clock-stepped "
			    "-996:100 -995:100 -994:100 -993:100",
	}, {
		.name = "the clock is far ahead for some blocks",
		.broken = true, .until = 1400,
		.events = { { 325, STEP, 5000 }, { 725, STEP, -5000 } },
		.expected = "1:100 2:clock-stepped 3:clock-stepped "
			    "52:clock-stepped 53:clock-stepped 54:100 55:100 "
			    "6:clock-stepped 7:clock-stepped 8:100 9:100 "
			    "10:100 11:100 12:100",
	}, {
		.name = "the clock steps forwards within a block",
		.broken = true, .until = 630, .events = { { 325, STEP, 70 } },
		.expected = "1:100 2:clock-stepped 3:clock-stepped "
			    "4:read-late 5:100",
	}, {
		.name = "the clock steps backwards within a block",
		.broken = true, .until = 670, .events = { { 385, STEP, -70 } },
		.expected = "1:100 2:100 2:clock-stepped 3:clock-stepped "
			    "4:100",
	}, {
		.name = "the recorder sleeps over several blocks",
		.until = 900, .events = { { 310, SLEEP, 300 } },
		.expected = "1:100 2:read-late 5:read-late 6:read-late 7:100",
	}, {
		.name = "the recorder looks too late at the colour",
		.until = 700, .events = { { 310, SLEEP, 35 } },
		.expected = "1:100 2:read-late 3:read-late 4:read-late 5:100",
	}, {
		.name = "a marking set whose colour never changes, of an idle flow",
		.marks = true, .until = 500,
		.events = { { 0, ROTATE_STOP, 0 }, { 0, IDLE, 0 } },
		.expected = "1:colour-late 2:colour-late 3:colour-late",
	}, {
		.name = "a marking set whose colour never changes, of a flow that counts",
		.marks = true, .until = 500,
		.events = { { 0, ROTATE_STOP, 0 } },
		.expected = "1:still-counting 2:still-counting "
			    "3:still-counting",
	}, {
		.name = "a marking set whose recorder begins late in a block",
		.marks = true, .until = 500, .events = { { 0, SLEEP, 45 } },
		.expected = "1:100 2:100 3:100",
	}, {
		.name = "a marking set whose first change comes after the first look",
		.marks = true, .until = 500,
		.events = { { 0, ROTATE_STOP, 0 }, { 125, ROTATE_START, 0 } },
		.expected = "1:74 2:100 3:100",
	}, {
		.name = "a slow dump that is in time",
		.until = 500, .events = { { 340, SLOW, 20 } },
		.expected = "1:100 2:100 3:100",
	}, {
		.name = "a first dump that comes late and is in the window",
		.until = 700, .events = { { 345, SLEEP, 30 } },
		.expected = "1:100 2:read-late 3:100 4:read-late 5:100",
	}, {
		.name = "a first dump that is too slow",
		.until = 700, .events = { { 340, SLOW, 21 } },
		.expected = "1:100 2:read-late 3:100 4:read-late 5:100",
	}, {
		.name = "a second dump that is too slow",
		.until = 700, .events = { { 370, SLOW, 12 } },
		.expected = "1:100 2:read-late 3:100 4:read-late 5:100",
	}, {
		.name = "interrupted dumps, repeated",
		.flows = 2, .until = 500,
		.events = { { 340, INTERRUPT, 0 }, { 375, INTERRUPT, 0 } },
		.expected = "1:100/100 2:100/100 3:100/100",
	}, {
		.name = "the rule is gone when a block is read",
		.broken = true, .until = 900,
		.events = { { 325, RULES, 0 }, { 485, RULES, 1 } },
		.expected = "1:100 2:no-rule 3:no-rule 4:rule-changed "
			    "5:rule-changed 6:100 7:100",
	}, {
		.name = "the rule is gone from READ to CONFIRM",
		.broken = true, .until = 700,
		.events = { { 365, RULES, 0 }, { 395, RULES, 1 } },
		.expected = "1:100 2:no-rule 3:rule-changed 4:rule-changed "
			    "5:100",
	}, {
		.name = "the rule is gone between two readings, and back",
		.broken = true, .until = 800,
		.events = { { 405, RULES, 0 }, { 415, RULES, 1 } },
		.expected = "1:100 2:100 3:rule-changed 4:rule-changed 5:100 "
			    "6:100",
	}, {
		.name = "a second rule",
		.broken = true, .until = 900,
		.events = { { 320, RULES, 2 }, { 610, RULES, 1 } },
		.expected = "1:100 2:rule-twice 3:rule-twice 4:rule-twice "
			    "5:rule-changed 6:rule-changed 7:100",
	}, {
		.name = "a packet without a colour: both blocks that it can be from",
		.broken = true, .counting = true,
		.flows = 2, .until = 700, .events = { { 310, UNCOLOURED, 0 } },
		.expected = "1:100/100 2:uncoloured/100 3:uncoloured/100 "
			    "4:100/100 5:100/100",
	}, {
		.name = "a packet that was marked before: both blocks it can be in",
		.broken = true,
		.flows = 2, .until = 700, .events = { { 310, BEFORE, 0 } },
		.expected = "1:100/100 2:coloured-before/100 "
			    "3:coloured-before/100 4:100/100 5:100/100",
	}, {
		.name = "one that was marked before, between READ and CONFIRM",
		.broken = true, .until = 800, .events = { { 352, BEFORE, 0 } },
		.expected = "1:100 2:coloured-before 3:coloured-before "
			    "4:coloured-before 5:100 6:100",
	}, {
		.name = "another source: all blocks that it can be in, of its flow",
		.broken = true, .flows = 2, .counting = true, .until = 700,
		.events = { { 310, SOURCE, 0 } },
		.expected = "1:100/100 2:two-sources/100 3:two-sources/100 "
			    "4:100/100 5:100/100",
	}, {
		.name = "another source between READ and CONFIRM",
		.broken = true, .until = 800, .events = { { 365, SOURCE, 0 } },
		.expected = "1:100 2:two-sources 3:two-sources 4:two-sources "
			    "5:100 6:100",
	}, {
		.name = "another source after CONFIRM",
		.broken = true, .until = 700, .events = { { 395, SOURCE, 0 } },
		.expected = "1:100 2:100 3:two-sources 4:two-sources 5:100",
	}, {
		.name = "a module that does not say which source packets have",
		.flows = 2, .counting = true, .until = 700,
		.events = { { 10, SOURCELESS, 0 }, { 350, IDLE, 0 } },
		.expected = "1:source-unknown/100 2:source-unknown/100 "
			    "3:source-unknown/100 4:0/100 5:0/100",
	}, {
		.name = "packets that cross the node a second time",
		.broken = true, .counting = true, .until = 700,
		.events = { { 310, CROSSING, 0 } },
		.expected = "1:100 2:crossed-twice 3:crossed-twice 4:100 "
			    "5:100",
	}, {
		.name = "two sources explain packets without a colour",
		.broken = true, .counting = true, .until = 600,
		.events = { { 310, SOURCE, 0 }, { 310, CROSSING, 0 },
			    { 310, UNCOLOURED, 0 } },
		.expected = "1:100 2:two-sources 3:two-sources 4:100",
	}, {
		.name = "a marking node that met a packet without a colour",
		.broken = true,
		.until = 700, .events = { { 310, UNCOLOURED, 0 } },
		.expected = "1:100 2:uncoloured 3:uncoloured 4:100 5:100",
	}, {
		.name = "one mask bit: zero is a colour",
		.mask = 0x00040000, .until = 400,
		.events = { { 210, UNCOLOURED, 0 } },
		.expected = "1:100 2:101",
	}, {
		.name = "counters that pass 2^64",
		.until = 500, .events = { { 5, PRESET, 0 } },
		.expected = "1:100 2:100 3:100",
	}, {
		.name = "counters that go back",
		.broken = true,
		.until = 600, .events = { { 325, BACKWARDS, 0 } },
		.expected = "1:100 2:counter-back 3:counter-back 4:100",
	},
};

TEST_ROWS(scenarios, test_scenario)
{
	node_run(*state);
}
