// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include "lmctl/base/messages.h"
#include "lmctl/cmd/setup.h"
#include "lmctl/node/ip6tables.h"
#include "lmctl/node/sets.h"
#include "lmctl/node/witness.h"

#define UNKNOWN_WAIT_NS 50000000
#define UNKNOWN_TRIES 20

/* A set that a rule names cannot be destroyed, so the set comes last. */
static int remove_rules(const struct setup_removal *removal, bool marking)
{
	const struct ip6tables rule = {
		.program = removal->program ?: "ip6tables",
		.set = removal->set,
		.marking = marking,
	};
	int n = ip6tables_del(&rule);

	return n < 0 ? n : 0;
}

/* Remove a rule of 'lmctl init' that the other program made. */
static int remove_elsewhere(const struct rule *rule, const char *set)
{
	const struct ip6tables other = {
		.program = rule->legacy ? "ip6tables-legacy" : "ip6tables-nft",
		.set = set,
		.marking = rule->marks,
	};
	int n = ip6tables_del(&other);

	return n < 0 ? n : 0;
}

static bool removable(const struct setup_removal *removal,
		      const struct rule *rule)
{
	return rule->made && (rule->marks ? removal->marks : removal->counts);
}

/* Remove rules of init in the other back end. */
static int remove_strays(struct sr6flow *handle,
			 const struct setup_removal *removal)
{
	struct rules rules;
	unsigned int i;
	int err;

	err = witness_survey(handle, removal->set, &rules);
	for (i = 0; !err && i < rules.n; i++)
		if (removable(removal, &rules.rule[i]))
			err = remove_elsewhere(&rules.rule[i], removal->set);
	return err;
}

/* A removed rule refers to the set for a moment. */
static int survey(struct sr6flow *handle, const char *set, struct rules *rules)
{
	const struct timespec wait = { .tv_nsec = UNKNOWN_WAIT_NS };
	unsigned int tries = 1;
	int err;

	while (!(err = witness_survey(handle, set, rules)) && rules->unknown &&
	       tries++ < UNKNOWN_TRIES)
		nanosleep(&wait, NULL);
	return err;
}

/* Refuse if more than the rules of init uses the set. */
static int find_others(struct sr6flow *handle,
		       const struct setup_removal *removal)
{
	char text[RULE_STRLEN], remedy[RULE_STRLEN];
	struct rules rules;
	unsigned int i;
	int err;

	err = survey(handle, removal->set, &rules);
	if (err)
		return err;
	for (i = 0; i < rules.n; i++) {
		if (removable(removal, &rules.rule[i]))
			continue;
		lmctl_error("set '%s' is in use by %s: remove it with '%s'",
			    removal->set, rule_text(&rules.rule[i], text),
			    rule_remedy(&rules.rule[i], remedy));
		return -EBUSY;
	}
	if (!rules.unknown)
		return 0;
	lmctl_error("set '%s' is in use by a set of type list:set ('ipset list') or a filter of tc: remove its name there",
		    removal->set);
	return -EBUSY;
}

static int remove_all(struct sr6flow *handle,
		      const struct setup_removal *removal)
{
	int err = 0;

	if (removal->marks)
		err = remove_rules(removal, true);
	if (!err && removal->counts)
		err = remove_rules(removal, false);
	if (!err && !removal->program)
		err = remove_strays(handle, removal);
	/* A given program removes no rule of the other back end: say where it is. */
	if (!err && removal->program)
		err = find_others(handle, &(struct setup_removal){ .set = removal->set });
	if (err)
		return err;
	err = lmctl_destroy(handle, removal->set);
	if (!err || err == -ENOENT)
		return 0;
	lmctl_error("%s", sr6flow_error(handle));
	return err;
}

int setup_remove(struct sr6flow *handle, const struct setup_removal *removal)
{
	struct sr6flow_set info;
	int err = sr6flow_info(handle, removal->set, &info);

	if (err == -ENOENT)
		return 0;
	if (err) {
		lmctl_error("%s", sr6flow_error(handle));
		return err;
	}
	err = find_others(handle, removal);
	if (err)
		return err;
	if (!removal->dry_run)
		return remove_all(handle, removal);
	printf("remove set %s and its rule\n", removal->set);
	return 0;
}
