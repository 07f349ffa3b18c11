// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "lmctl/cmd/checkup_rules.h"

#define TEXT(finding, ...) \
	snprintf((finding)->text, sizeof((finding)->text), __VA_ARGS__)
#define REMEDY(finding, ...) \
	snprintf((finding)->remedy, sizeof((finding)->remedy), __VA_ARGS__)

static void find_none(const char *set, struct rule_finding *finding)
{
	TEXT(finding, "no rule counts the set '%s'", set);
	REMEDY(finding, "run 'lmctl init tx' on a marking node, 'lmctl init rx' on a counting node");
}

static void find_twice(const struct rules *rules, const char *set,
		       struct rule_finding *finding)
{
	char one[RULE_STRLEN], other[RULE_STRLEN];
	unsigned int i = 0;
	const struct rule *first = rules_counting(rules, &i);
	const struct rule *second = rules_counting(rules, &i);

	if (!first || !second) {
		TEXT(finding, "the set '%s' is counted %u times by one rule",
		     set, rules->counting);
		REMEDY(finding, "use the set only once in a rule");
		return;
	}
	TEXT(finding, "the set '%s' is counted %u times: by %s and %s", set,
	     rules->counting, rule_text(first, one), rule_text(second, other));
	REMEDY(finding, "keep one rule: '%s' removes the second one",
	       rule_remedy(second, one));
}

/*
 * The rule is correct, but no packet reaches it, or others than it should. It is in
 * table ip6 mangle.
 */
static void find_asleep(const struct rule *rule, const char *set,
			struct rule_finding *finding)
{
	char text[RULE_STRLEN];

	rule_text(rule, text);
	if (rule->dormant) {
		TEXT(finding, "the set '%s' is not counted: the table of %s is dormant",
		     set, text);
		REMEDY(finding, "activate the table: 'nft add table ip6 %s { }'",
		       rule->table);
		return;
	}
	TEXT(finding, "the set '%s' is not counted correctly: the chain of %s does not have the hook of ip6tables",
	     set, text);
	REMEDY(finding, "empty that chain, remove it ('nft delete chain ip6 %s %s') and run 'lmctl init'",
	       rule->table, rule->chain);
}

static void find_differing(const struct rules *rules, const char *set,
			   struct rule_finding *finding)
{
	unsigned int i = 0;
	const struct rule *rule = rules_counting(rules, &i);
	char text[RULE_STRLEN];

	if (!rule) {
		TEXT(finding, "the rule that counts the set '%s' is not known",
		     set);
		REMEDY(finding, "run 'lmctl deinit' and 'lmctl init'");
		return;
	}
	rule_text(rule, text);
	if (rule->plain && rule->placed) {
		find_asleep(rule, set, finding);
		return;
	}
	if (!rule->plain)
		TEXT(finding, "the set '%s' counts some packets only: %s has a condition before the set",
		     set, text);
	else
		TEXT(finding, "the set '%s' is not counted where 'lmctl init' counts it, but by %s",
		     set, text);
	REMEDY(finding, "remove the rule ('%s') and run 'lmctl init'",
	       rule_remedy(rule, text));
}

static void find_counting(const struct rules *rules, const char *set,
			  struct rule_finding *finding)
{
	unsigned int i = 0;
	const struct rule *rule = rules_counting(rules, &i);
	char text[RULE_STRLEN];

	finding->level = FINDING_BAD;
	switch (rules_judge(rules)) {
	case REASON_NO_RULE:
		find_none(set, finding);
		break;
	case REASON_RULE_TWICE:
		find_twice(rules, set, finding);
		break;
	case REASON_RULE_DIFFERS:
		find_differing(rules, set, finding);
		break;
	default:
		finding->level = FINDING_GOOD;
		TEXT(finding, "the set '%s' is counted by %s", set,
		     rule_text(rule, text));
	}
}

static void find_membership(const struct rule *rule, const char *set,
			    struct rule_finding *finding)
{
	char text[RULE_STRLEN];

	finding->level = FINDING_NOTE;
	TEXT(finding, "%s uses the set '%s' without counting",
	     rule_text(rule, text), set);
	REMEDY(finding, "ignore this if it is intended: the rule neither marks nor counts");
}

static void find_unknown(const struct rules *rules, const char *set,
			 struct rule_finding *finding)
{
	finding->level = FINDING_BAD;
	TEXT(finding, "%u users of the set '%s' are not rules that can be read: it may be counted twice",
	     rules->unknown, set);
	REMEDY(finding, "check whether a set of type list:set ('ipset list') or a filter of tc uses it");
}

bool rule_finding(const struct rules *rules, const char *set, unsigned int i,
		  struct rule_finding *finding)
{
	unsigned int j;

	*finding = (struct rule_finding){ 0 };
	if (!i--) {
		find_counting(rules, set, finding);
		return true;
	}
	for (j = 0; j < rules->n; j++)
		if (!rules->rule[j].counts && !i--) {
			find_membership(&rules->rule[j], set, finding);
			return true;
		}
	if (i || !rules->unknown)
		return false;
	find_unknown(rules, set, finding);
	return true;
}
