// SPDX-License-Identifier: GPL-2.0-only
#include "test/model/sabotage.h"

const struct sabotage_info sabotage_table[SABOTAGES] = {
	[SABOTAGE_COUNTER] = {
		"counter", "the egress's counters grow by a packet that nobody sent",
	},
	[SABOTAGE_IDENTITY] = {
		"identity", "sets and flows that are made anew keep their identity",
	},
	[SABOTAGE_STEP] = {
		"step", "nobody is told that a clock was set or a node suspended",
	},
	[SABOTAGE_UNCOLOURED] = {
		"uncoloured", "packets without a colour of the set are not counted",
	},
	[SABOTAGE_BEFORE] = {
		"before", "packets that had a colour before are not counted",
	},
	[SABOTAGE_RULE] = {
		"rule", "there always seems to be a rule",
	},
	[SABOTAGE_COLOUR] = {
		"colour", "the colour always seems to be that of the clock",
	},
	[SABOTAGE_CONFIRM] = {
		"confirm", "the second dump of a block shows what the first one did",
	},
	[SABOTAGE_SOURCE] = {
		"source", "the last packet always seems to be from the first ingress",
	},
	[SABOTAGE_CLOCK] = {
		"clock", "the egress's timestamps are of the ingress's clock",
	},
};
