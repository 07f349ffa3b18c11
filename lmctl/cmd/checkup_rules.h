/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings about the rules of a set.
 */
#ifndef LMCTL_CMD_CHECKUP_RULES_H
#define LMCTL_CMD_CHECKUP_RULES_H

#include "lmctl/cmd/checkup.h"
#include "lmctl/node/rules.h"

/**
 * struct rule_finding - a finding and its words
 * @level: severity
 * @text: description, one line
 * @remedy: remedy
 */
struct rule_finding {
	enum finding_level level;
	char text[2 * RULE_STRLEN];
	char remedy[RULE_STRLEN];
};

/**
 * rule_finding() - a finding about the rules of a set
 * @rules: rules
 * @set: name of the set
 * @i: number of the finding, from 0; the first one is about the rules that count
 * @finding: filled
 *
 * Return: false after the last one.
 */
bool rule_finding(const struct rules *rules, const char *set, unsigned int i,
		  struct rule_finding *finding);

#endif /* LMCTL_CMD_CHECKUP_RULES_H */
