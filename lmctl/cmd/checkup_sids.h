/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings about the treatment of packets after they are counted.
 */
#ifndef LMCTL_CMD_CHECKUP_SIDS_H
#define LMCTL_CMD_CHECKUP_SIDS_H

#include "lmctl/cmd/checkup.h"
#include "lmctl/node/sids.h"

/**
 * struct sid_finding - a finding and its words
 * @level: severity
 * @text: description, one line
 * @remedy: remedy, empty if none is needed
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
