/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A simulated node for tests of the recorder: a script of events in time, a set
 * whose colour a simulated rotate changes, and the records that must come out.
 */
#ifndef TEST_UNIT_NODE_SIM_H
#define TEST_UNIT_NODE_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lmctl/engine/recorder.h"

#define MS BLOCK_NS_PER_MS
#define FLOWS 3
/* Even, so that block FIRST has the first colour. */
#define FIRST 1000
#define P 100
/* Time in milliseconds from the start of block FIRST. */
#define AT(ms) ((FIRST * P + (int64_t)(ms)) * MS)

/*
 * What a script can do. Packets of a flow come by default one per
 * millisecond, and the colour changes by default at every boundary.
 */
enum action {
	END,
	ROTATE_LATE,	/* the next change of colour comes value ms late */
	ROTATE_STOP,	/* no more changes */
	ROTATE_START,	/* changes again, and one now */
	COLOUR,		/* someone sets the colour of parity value */
	PACKET,		/* one packet of flow value in the other colour */
	IDLE,		/* flow value has no packets from now on */
	ADD,		/* flow value is added */
	REMOVE,		/* flow value is removed */
	REWRITE,	/* counters of flow value are written: new generation */
	RESTART,	/* the set is created anew with the same flows */
	EMPTY,		/* the set is created anew without flows */
	STEP,		/* the clock jumps by value ms */
	SLEEP,		/* the recorder is not scheduled for value ms */
	SLOW,		/* the next dump takes value ms */
	INTERRUPT,	/* the next dump is interrupted and repeated */
	PRESET,		/* counters of flow value start just below 2^64 */
	RULES,		/* the rules are changed: value of them count the set */
	BACKWARDS,	/* counters of flow value lose what they had */
	UNCOLOURED,	/* one packet of flow value without a colour */
	SOURCE,		/* packets of flow value come from another source */
	SOURCELESS,	/* the kernel does not say which source flow value has */
	CROSSING,	/* packets of flow value have another Segments Left */
	BEFORE,		/* one that had a colour when it came to the marking rule */
};

struct event {
	int at;
	enum action action;
	int value;
};

struct scenario {
	const char *name;
	uint32_t mask;		/* 0 for the default */
	bool counting;
	/* Cumulative counters of flow 0 do not go on from the first to the last. */
	bool broken;
	bool marks;		/* the recorder is told that the set is marked */
	int flows;		/* 0 for one */
	int until;
	struct event events[8];
	/*
	 * The records that must come out, "BLOCK:FLOW/FLOW BLOCK:...": of each flow of
	 * a block, in their order, the packets or why there is no figure.
	 */
	const char *expected;
};

/**
 * node_run() - run a script and fail the test unless the expected records come
 * @scenario: script
 */
void node_run(const struct scenario *scenario);

#endif /* TEST_UNIT_NODE_SIM_H */
