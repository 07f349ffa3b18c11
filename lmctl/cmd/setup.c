// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/signals.h"
#include "lmctl/cmd/checkup_rules.h"
#include "lmctl/cmd/setup.h"
#include "lmctl/node/ip6tables.h"
#include "lmctl/node/sets.h"
#include "lmctl/node/witness.h"

void setup_warn(uint32_t mask)
{
	const struct sr6flow_carrier_info *carrier =
		sr6flow_carrier_info(sr6flow_carrier(mask));

	if (mask & carrier->rewritten)
		lmctl_warning("mask 0x%08x has %s: THE COUNTS WILL BE WRONG; "
			      "use the SRH Tag (the default)", mask,
			      carrier->rewritten_by);
	else if (carrier->warning)
		lmctl_warning("mask 0x%08x is in the %s: %s", mask,
			      carrier->name, carrier->warning);
	if (sr6flow_slots(mask) == 2)
		lmctl_warning("mask 0x%08x has one bit: uncoloured packets "
			      "count as colour 0x00000000; use two bits to "
			      "distinguish them", mask);
}

static uint32_t wanted_timeout(const struct config_set *set)
{
	return set->options.has_timeout ? set->options.timeout :
					  SR6FLOW_NO_TIMEOUT;
}

static void report_timeout(const char *set, uint32_t timeout)
{
	static const char remedy[] = "'lmctl deinit' and 'lmctl init' it and "
				     "add its flows again";

	if (timeout == SR6FLOW_NO_TIMEOUT)
		lmctl_error("set '%s' exists without timeouts, which cannot be "
			    "changed: leave out the timeout, or %s", set, remedy);
	else
		lmctl_error("set '%s' exists with a timeout, which cannot be "
			    "changed: use timeout %u, or %s", set, timeout,
			    remedy);
}

/* The existing set has other options. */
static void report_other(struct sr6flow *handle, const struct config_set *set)
{
	char reason[512];
	struct sr6flow_set info;
	bool known;

	snprintf(reason, sizeof(reason), "%s", sr6flow_error(handle));
	known = !sr6flow_info(handle, set->name, &info);
	if (known && info.netmask != set->options.netmask)
		lmctl_error("set '%s' exists with netmask %u, not %u: use "
			    "netmask %u, or remove the set with 'lmctl deinit', "
			    "create it with 'lmctl init' and add its flows again",
			    set->name, info.netmask, set->options.netmask, info.netmask);
	else if (known && info.timeout != wanted_timeout(set))
		report_timeout(set->name, info.timeout);
	else
		lmctl_error("%s", reason);
}

/*
 * An existing set keeps its netmask unless another one is requested: a service that
 * makes its sets at each start must not fail for those of an earlier version.
 */
static void keep_netmask(struct sr6flow *handle, struct config_set *set)
{
	struct sr6flow_set info;

	if (set->netmask_given ||
	    sr6flow_info(handle, set->name, &info) ||
	    info.netmask == set->options.netmask)
		return;
	lmctl_warning("set '%s' exists with netmask %u and is kept; for netmask %u, remove it "
		      "with 'lmctl deinit', create it with 'lmctl init' and add its flows again",
		      set->name, info.netmask, set->options.netmask);
	set->options.netmask = info.netmask;
}

/* Set *created unless the set existed with the same options. */
static int create(struct sr6flow *handle, struct config_set *set,
		  bool *created)
{
	int err;

	keep_netmask(handle, set);
	set->options.exist = false;
	err = sr6flow_create(handle, set->name, &set->options);
	*created = !err;
	if (err == -EEXIST) {
		set->options.exist = true;
		err = sr6flow_create(handle, set->name, &set->options);
		if (err == -EEXIST) {
			report_other(handle, set);
			return err;
		}
	}
	if (err)
		lmctl_error("%s", sr6flow_error(handle));
	return err;
}

/*
 * Find rules that count the set, in any table: a second rule would count each
 * packet twice. ip6tables only reports whether its own back end has an equal rule,
 * even one that does not count. Return: 1 if there is no rule yet.
 */
static int rule_missing(struct sr6flow *handle, const struct ip6tables *rule)
{
	struct rule_finding finding;
	const struct rule *found;
	struct rules rules;
	unsigned int i = 0;
	int there, err;

	there = ip6tables_check(rule);
	if (there < 0)
		return there;
	err = witness_survey(handle, rule->set, &rules);
	if (err)
		return err;
	if (!rules.counting)
		return 1;
	rule_finding(&rules, rule->set, 0, &finding);
	if (finding.level != FINDING_GOOD) {
		lmctl_error("%s; %s", finding.text, finding.remedy);
		return -EEXIST;
	}
	found = rules_counting(&rules, &i);
	if (found->marks != rule->marking) {
		lmctl_error("%s, which is the rule of '%s'; use another set",
			    finding.text, found->marks ? "tx" : "rx");
		return -EEXIST;
	}
	if (!there)
		lmctl_note("%s already; the rule is kept", finding.text);
	return 0;
}

/* ip6tables also succeeds in a dormant table, where no packet reaches the rule. */
static int rule_works(struct sr6flow *handle, const struct ip6tables *rule)
{
	struct rule_finding finding;
	struct rules rules;
	int err = witness_survey(handle, rule->set, &rules);

	if (err || !rules.counting)
		return err;
	rule_finding(&rules, rule->set, 0, &finding);
	if (finding.level == FINDING_GOOD)
		return 0;
	lmctl_error("%s; %s", finding.text, finding.remedy);
	return -EEXIST;
}

static int install_rule(struct sr6flow *handle, const struct ip6tables *rule,
			bool *installed)
{
	int err = rule_missing(handle, rule);

	if (err <= 0)
		return err;
	err = ip6tables_add(rule);
	if (err)
		return err;
	err = rule_works(handle, rule);
	if (err)
		ip6tables_del(rule);
	*installed = !err;
	return err;
}

static void rule_of(const struct config_set *set, struct ip6tables *rule)
{
	*rule = (struct ip6tables){
		.program = set->program,
		.set = set->name,
		.marking = set->role == CONFIG_MARK,
	};
}

int setup_make(struct sr6flow *handle, struct config_set *set,
	       struct setup *made)
{
	struct ip6tables rule;
	int err;

	*made = (struct setup){ 0 };
	rule_of(set, &rule);
	err = create(handle, set, &made->created);
	if (err)
		return err;
	err = signals_pending() ? -EINTR :
				  install_rule(handle, &rule, &made->ruled);
	if (err)
		setup_undo(handle, set, made);
	return err;
}

/* A child ended by a signal may have installed the rule before. */
void setup_undo(struct sr6flow *handle, const struct config_set *set,
		const struct setup *made)
{
	struct ip6tables rule;

	rule_of(set, &rule);
	if (made->ruled)
		ip6tables_del(&rule);
	if (!made->created || !lmctl_destroy(handle, set->name))
		return;
	if (ip6tables_del(&rule) < 0 || lmctl_destroy(handle, set->name))
		lmctl_error("cannot remove set %s again: %s", set->name,
			    sr6flow_error(handle));
}

int setup_plan(struct sr6flow *handle, const struct config_set *set)
{
	char text[IP6TABLES_STRLEN];
	struct sr6flow_set info;
	struct ip6tables rule;
	int missing = 1, err;

	rule_of(set, &rule);
	err = sr6flow_info(handle, set->name, &info);
	if (err == -ENOENT) {
		printf("create set %s with mask 0x%08x and netmask %u\n",
		       set->name, set->options.mask, set->options.netmask);
	} else if (err) {
		lmctl_error("%s", sr6flow_error(handle));
		return err;
	} else {
		missing = rule_missing(handle, &rule);
	}
	if (missing > 0)
		puts(ip6tables_text(&rule, text));
	return missing < 0 ? missing : !err;
}
