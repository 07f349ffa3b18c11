// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "lmctl/base/reasons.h"

/*
 * @wire is the number in messages: fixed for ever, so a new reason has the next one,
 * wherever its place in the order of precedence is.
 * @timing says that packets were counted all the same, see reason_timing().
 */
static const struct row {
	uint8_t wire;
	bool timing;
	struct meaning meaning;
} rows[] = {
	[REASON_SET_RESTARTED] = { 1, false, {
		"set-restarted",
		"the set was created again or swapped",
		"wait for two blocks",
	} },
	[REASON_FLOW_RESTARTED] = { 2, false, {
		"flow-restarted",
		"the flow was deleted and added, or its counters were written",
		"wait for two blocks",
	} },
	[REASON_FLOW_ADDED] = { 3, false, {
		"flow-added",
		"the flow was added within the block or shortly after it",
		"wait for two blocks",
	} },
	[REASON_FLOW_REMOVED] = { 4, false, {
		"flow-removed",
		"the flow was deleted or expired before the block was read",
		"add it again with 'lmctl add'",
	} },
	[REASON_CLOCK_STEPPED] = { 5, false, {
		"clock-stepped",
		"the clock was set, or the machine was suspended",
		"let NTP or PTP slew the clock; wait for two blocks",
	} },
	[REASON_NO_RULE] = { 6, false, {
		"no-rule",
		"no rule referenced the set at one of the readings used for the block",
		"run 'lmctl init' on that node",
	} },
	[REASON_RULE_TWICE] = { 16, false, {
		"rule-twice",
		"more than one rule counts the set",
		"remove all but one; 'lmctl init' on that node reports where they are",
	} },
	[REASON_RULE_DIFFERS] = { 17, false, {
		"rule-differs",
		"the rule that counts the set is not the rule of 'lmctl init'",
		"run 'lmctl deinit' and 'lmctl init' on that node",
	} },
	[REASON_RULE_CHANGED] = { 18, false, {
		"rule-changed",
		"between the readings of the block a rule that counts the set was added, removed or replaced, or its table was changed or reloaded",
		"wait for three blocks; reload other tables only",
	} },
	[REASON_READ_LATE] = { 7, true, {
		"read-late",
		"the node did not finish reading this block, or the previous block of the same colour, in time, or it checked the colour change too late",
		"wait for two blocks; if the reason stays, use a longer period or a less busy machine",
	} },
	[REASON_COLOUR_LATE] = { 8, true, {
		"colour-late",
		"the active colour changed late or not at all, or another program changed it",
		"run 'lmctl rotate', or 'rotate' in the configuration of 'lmctl run', with the same period",
	} },
	[REASON_TWO_SOURCES] = { 14, false, {
		"two-sources",
		"the source address of the flow's packets changed, or the two ends counted packets of different sources",
		"create the sets of both ends without --netmask=0 ('lmctl init'), so that each ingress has a flow of its own; if the sets have a netmask, check whether the tunnel source of the ingress has changed",
	} },
	[REASON_SOURCE_UNKNOWN] = { 19, false, {
		"source-unknown",
		"packets were counted and their source is not known",
		"update lmctl and the kernel module there, and load the new module",
	} },
	[REASON_CROSSED_TWICE] = { 15, false, {
		"crossed-twice",
		"packets of the flow cross the node more than once",
		"check whether the SID list visits the node twice or packets loop; measure at a node that the path crosses once",
	} },
	[REASON_UNCOLOURED] = { 12, false, {
		"uncoloured",
		"packets of the flow came without a colour of the set",
		"find the node that removes the mark (for a mask in the Traffic Class: that rewrites the DSCP), or the ingress that does not mark",
	} },
	[REASON_COLOURED_BEFORE] = { 13, false, {
		"coloured-before",
		"packets of the flow already had a colour when they reached the marking rule",
		"check whether the rule is present twice ('ip6tables-save -t mangle'), packets loop, or another node marks them: each packet may cross one marking rule only; if something else uses these bits of the Tag, create the sets with another mask ('lmctl init --mask')",
	} },
	[REASON_BOTH_COLOURS] = { 9, true, {
		"both-colours",
		"the colours of the block and of the next one counted at the same time",
		"compare the clocks: they differ by more than the guard band, or the delay varies by more; use a longer period or guard time",
	} },
	[REASON_STILL_COUNTING] = { 10, true, {
		"still-counting",
		"the block's colour counted after the block, or the colour of the block before counted instead",
		"check that the active colour changes with the clock ('lmctl rotate'), with the same period and clock at both ends",
	} },
	[REASON_COUNTER_BACK] = { 11, false, {
		"counter-back",
		"the counters are lower than before",
		"find the program that writes the counters of the set",
	} },
	[REASON_UNKNOWN] = { 0, false, {
		"unknown-reason",
		"it reported a reason that this version does not know",
		"update lmctl here",
	} },
};

const char *reason_word(enum reason reason)
{
	return rows[reason].meaning.word;
}

const struct meaning *reason_meaning(enum reason reason)
{
	return &rows[reason].meaning;
}

bool reason_timing(enum reason reason)
{
	return rows[reason].timing;
}

uint8_t reason_wire(enum reason reason)
{
	return rows[reason].wire;
}

enum reason reason_from_wire(uint8_t wire)
{
	enum reason reason;

	for (reason = REASON_NONE + 1; reason < REASON_UNKNOWN; reason++)
		if (rows[reason].wire == wire)
			break;
	return reason;
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
		if (!strcmp(rows[reason].meaning.word, word))
			break;
	return reason;
}
