/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings about what this node does with the packets of flows, once counted.
 */
#ifndef LMCTL_CMD_CHECKUP_SIDS_H
#define LMCTL_CMD_CHECKUP_SIDS_H

#include "lmctl/cmd/checkup.h"
#include "lmctl/node/sids.h"

/**
 * struct sid_finding - a finding and its words
 * @level: what it means
 * @text: what was found, one line
 * @remedy: what to do, empty if nothing is to be done
 */
struct sid_finding {
	enum finding_level level;
	char text[SR6FLOW_FLOW_STRLEN + 256];
	char remedy[256];
};

/**
 * sid_finding() - a finding
 * @facts: facts
 * @i: number of the finding, from 0
 * @finding: filled
 *
 * Return: false after the last one.
 */
bool sid_finding(const struct sid_facts *facts, unsigned int i,
		 struct sid_finding *finding);

#endif /* LMCTL_CMD_CHECKUP_SIDS_H */
