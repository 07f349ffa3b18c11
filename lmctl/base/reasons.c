// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "lmctl/base/reasons.h"

static const char *const words[] = {
	[REASON_NONE] = NULL,
	[REASON_SET_RESTARTED] = "set-restarted",
	[REASON_FLOW_RESTARTED] = "flow-restarted",
	[REASON_FLOW_ADDED] = "flow-added",
	[REASON_FLOW_REMOVED] = "flow-removed",
	[REASON_CLOCK_STEPPED] = "clock-stepped",
	[REASON_NO_RULE] = "no-rule",
	[REASON_RULE_TWICE] = "rule-twice",
	[REASON_RULE_DIFFERS] = "rule-differs",
	[REASON_RULE_CHANGED] = "rule-changed",
	[REASON_READ_LATE] = "read-late",
	[REASON_COLOUR_LATE] = "colour-late",
	[REASON_TWO_SOURCES] = "two-sources",
	[REASON_SOURCE_UNKNOWN] = "source-unknown",
	[REASON_CROSSED_TWICE] = "crossed-twice",
	[REASON_UNCOLOURED] = "uncoloured",
	[REASON_COLOURED_BEFORE] = "coloured-before",
	[REASON_BOTH_COLOURS] = "both-colours",
	[REASON_STILL_COUNTING] = "still-counting",
	[REASON_COUNTER_BACK] = "counter-back",
	[REASON_UNKNOWN] = "unknown-reason",
};

const char *reason_word(enum reason reason)
{
	return words[reason];
}

bool reason_timing(enum reason reason)
{
	return reason == REASON_READ_LATE || reason == REASON_COLOUR_LATE ||
	       reason == REASON_BOTH_COLOURS ||
	       reason == REASON_STILL_COUNTING;
}

enum reason reason_first(enum reason a, enum reason b)
{
	if (!a || !b)
		return a ? a : b;
	return a < b ? a : b;
}

enum reason reason_parse(const char *word)
{
	enum reason reason;

	for (reason = REASON_NONE + 1; reason < REASON_UNKNOWN; reason++)
		if (!strcmp(words[reason], word))
			break;
	return reason;
}
