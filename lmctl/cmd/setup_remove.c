// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include "lmctl/base/messages.h"
#include "lmctl/cmd/setup.h"
#include "lmctl/node/ip6tables.h"
#include "lmctl/node/sets.h"
#include "lmctl/node/witness.h"

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

/* Remove rules of init in the other back end. */
static int remove_strays(struct sr6flow *handle,
			 const struct setup_removal *removal)
{
	struct rules rules;
	unsigned int i;
	int err;

	err = witness_survey(handle, removal->set, &rules);
	for (i = 0; !err && i < rules.n; i++) {
		const struct rule *rule = &rules.rule[i];

		if (rule->counts && rule->plain && rule->placed &&
		    (rule->marks ? removal->marks : removal->counts))
			err = remove_elsewhere(rule, removal->set);
	}
	return err;
}

/* A remaining rule was not made by init. */
static int find_others(struct sr6flow *handle, const char *set)
{
	char text[RULE_STRLEN], remedy[RULE_STRLEN];
	struct rules rules;
	int err;

	err = witness_survey(handle, set, &rules);
	if (err || !rules.n)
		return err;
	lmctl_error("set '%s' is in use by %s: remove it with '%s'", set,
		    rule_text(&rules.rule[0], text),
		    rule_remedy(&rules.rule[0], remedy));
	return -EBUSY;
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
	if (removal->marks)
		err = remove_rules(removal, true);
	if (!err && removal->counts)
		err = remove_rules(removal, false);
	if (!err && !removal->program)
		err = remove_strays(handle, removal);
	if (!err)
		err = find_others(handle, removal->set);
	if (err)
		return err;
	err = lmctl_destroy(handle, removal->set);
	if (!err || err == -ENOENT)
		return 0;
	lmctl_error("%s", sr6flow_error(handle));
	return err;
}
