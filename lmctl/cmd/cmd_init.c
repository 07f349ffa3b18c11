// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl init: make the set and the one rule of a marking or counting node.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/signals.h"
#include "lmctl/cmd/checkup_rules.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/node/ip6tables.h"
#include "lmctl/node/sets.h"
#include "lmctl/node/witness.h"

struct options {
	struct ip6tables rule;
	struct sr6flow_options set;
	bool netmask_given;
	bool dry_run;
};

enum {
	KEY_COLOUR = 256,
	KEY_FORCEADD,
	KEY_SKBINFO,
	KEY_IP6TABLES,
	KEY_NETMASK,
};

static const struct argp_option argp_options[] = {
	{ "set", 's', "NAME", 0, "Use the set NAME, default " LMCTL_SET_TX
	  " or " LMCTL_SET_RX, 0 },
	{ "mask", 'm', "MASK", 0, "Set the mark mask, default 0x00030000 (the two low bits of "
				  "the SRH Tag)", 0 },
	{ "netmask", KEY_NETMASK, "N", 0, "Use N bits of the outer source address as part of "
					  "the flow, default 128; 0 creates a set without source, "
					  "for mode inline or where each SID list has one "
					  "ingress", 0 },
	{ "colour", KEY_COLOUR, "COLOUR", 0, "Set the active colour at the start, default the "
					  "low one of the two colours of the mask", 0 },
	{ "timeout", 't', "TIME", 0, "Expire flows TIME after they were added or refreshed, "
				     "default no timeouts: flows never expire; with 0, only flows that were added with a timeout expire "
				     "('lmctl reflect --learn' requires 0)", 0 },
	{ "maxelem", 'M', "N", 0, "Limit the set to N flows, default 65536", 0 },
	{ "hashsize", 'H', "N", 0, "Set the initial size of the hash table, default 1024", 0 },
	{ "forceadd", KEY_FORCEADD, NULL, 0, "When the set is full, remove the oldest flow to "
					     "add a new one", 0 },
	{ "skbinfo", KEY_SKBINFO, NULL, 0, "Let flows carry skbinfo", 0 },
	{ "ip6tables", KEY_IP6TABLES, "PROGRAM", 0, "Use PROGRAM instead of the ip6tables in "
						    "PATH", 0 },
	{ "dry-run", 'n', NULL, 0, "Print the changes without making them", 0 },
	{ 0 }
};

static error_t positive(const struct argp_state *state, const char *option,
			const char *text, uint32_t *value)
{
	error_t err = lmctl_u32(state, option, text, value);

	if (!err && !*value)
		return lmctl_usage(state, "--%s=%s: must be at least 1", option,
				   text);
	return err;
}

static error_t netmask(const struct argp_state *state, const char *text,
		       unsigned int *value)
{
	error_t err = lmctl_u32(state, "netmask", text, value);

	if (!err && *value > SR6FLOW_NETMASK_MAX)
		return lmctl_usage(state, "--netmask=%s: must be at most %d bits of "
				   "the source address", text,
				   SR6FLOW_NETMASK_MAX);
	return err;
}

static error_t check_marks(const struct argp_state *state,
			   struct sr6flow_options *set)
{
	char choice[SR6FLOW_MASK_CHOICE_LEN];

	if (!sr6flow_mask_valid(set->mask))
		return lmctl_usage(state, "--mask=0x%08x: must be one or two bits, %s",
				   set->mask, sr6flow_mask_choice(choice));
	if (set->has_colour && !sr6flow_colour_valid(set->mask, set->colour))
		return lmctl_usage(state, "--colour=0x%08x: mask 0x%08x has "
				   "the colours 0x%08x and 0x%08x",
				   set->colour, set->mask,
				   sr6flow_colour(set->mask, 0),
				   sr6flow_colour(set->mask, 1));
	return 0;
}

static error_t parse_role(struct argp_state *state, struct ip6tables *rule,
			  const char *role)
{
	if (state->arg_num)
		return lmctl_usage(state, "'%s': only one of tx and rx is accepted",
				   role);
	if (strcmp(role, "tx") && strcmp(role, "rx"))
		return lmctl_usage(state, "'%s': must be tx (this node marks) "
				   "or rx (this node counts)", role);
	rule->marking = *role == 't';
	if (!rule->set)
		rule->set = lmctl_set_name(role);
	return 0;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 's':
		options->rule.set = arg;
		return 0;
	case 'm':
		return lmctl_u32(state, "mask", arg, &options->set.mask);
	case KEY_COLOUR:
		options->set.has_colour = true;
		return lmctl_u32(state, "colour", arg, &options->set.colour);
	case 't':
		options->set.has_timeout = true;
		return lmctl_timeout(state, arg, &options->set.timeout);
	case 'M':
		return positive(state, "maxelem", arg, &options->set.maxelem);
	case 'H':
		return positive(state, "hashsize", arg, &options->set.hashsize);
	case KEY_FORCEADD:
		options->set.forceadd = true;
		return 0;
	case KEY_SKBINFO:
		options->set.skbinfo = true;
		return 0;
	case KEY_NETMASK:
		options->netmask_given = true;
		return netmask(state, arg, &options->set.netmask);
	case KEY_IP6TABLES:
		options->rule.program = arg;
		return 0;
	case 'n':
		options->dry_run = true;
		return 0;
	case ARGP_KEY_ARG:
		return parse_role(state, &options->rule, arg);
	case ARGP_KEY_NO_ARGS:
		return lmctl_usage(state, "specify tx (this node marks) or rx "
				   "(this node counts)");
	case ARGP_KEY_END:
		return check_marks(state, &options->set);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_opt,
	.args_doc = "tx\nrx",
	.doc = "Create the set of a marking node (tx) or a counting node (rx) and its one "
	       "rule: last in mangle POSTROUTING for tx, first in mangle PREROUTING for rx. An "
	       "existing set or rule is kept. If a step fails, the steps before it are undone.",
};

static void warn(uint32_t mask)
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

static uint32_t wanted_timeout(const struct options *options)
{
	return options->set.has_timeout ? options->set.timeout :
					  SR6FLOW_NO_TIMEOUT;
}

static void report_timeout(const char *set, uint32_t timeout)
{
	static const char remedy[] = "'lmctl deinit' and 'lmctl init' it and "
				     "add its flows again";

	if (timeout == SR6FLOW_NO_TIMEOUT)
		lmctl_error("set '%s' exists without timeouts, which cannot be "
			    "changed: leave out --timeout, or %s", set, remedy);
	else
		lmctl_error("set '%s' exists with a timeout, which cannot be "
			    "changed: use --timeout=%u, or %s", set, timeout,
			    remedy);
}

/* The existing set has other options. */
static void report_other(struct sr6flow *handle, const struct options *options)
{
	char reason[512];
	struct sr6flow_set info;
	bool known;

	snprintf(reason, sizeof(reason), "%s", sr6flow_error(handle));
	known = !sr6flow_info(handle, options->rule.set, &info);
	if (known && info.netmask != options->set.netmask)
		lmctl_error("set '%s' exists with netmask %u, not %u: use "
			    "--netmask=%u, or remove the set with 'lmctl deinit', "
			    "create it with 'lmctl init' and add its flows again",
			    options->rule.set, info.netmask, options->set.netmask, info.netmask);
	else if (known && info.timeout != wanted_timeout(options))
		report_timeout(options->rule.set, info.timeout);
	else
		lmctl_error("%s", reason);
}

/*
 * An existing set keeps its netmask unless another one is requested: a service that
 * makes its sets at each start must not fail for those of an earlier version.
 */
static void keep_netmask(struct sr6flow *handle, struct options *options)
{
	struct sr6flow_set info;

	if (options->netmask_given ||
	    sr6flow_info(handle, options->rule.set, &info) ||
	    info.netmask == options->set.netmask)
		return;
	lmctl_warning("set '%s' exists with netmask %u and is kept; for netmask %u, remove it "
		      "with 'lmctl deinit', create it with 'lmctl init' and add its flows again",
		      options->rule.set, info.netmask, options->set.netmask);
	options->set.netmask = info.netmask;
}

/* Set *created unless the set existed with the same options. */
static int create(struct sr6flow *handle, struct options *options,
		  bool *created)
{
	int err;

	keep_netmask(handle, options);
	options->set.exist = false;
	err = sr6flow_create(handle, options->rule.set, &options->set);
	*created = !err;
	if (err == -EEXIST) {
		options->set.exist = true;
		err = sr6flow_create(handle, options->rule.set, &options->set);
		if (err == -EEXIST) {
			report_other(handle, options);
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

static int install_rule(struct sr6flow *handle, const struct ip6tables *rule)
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
	return err;
}

/* A child ended by a signal may have done its work before. */
static int undo(struct sr6flow *handle, const struct options *options,
		bool created)
{
	if (!created)
		return 0;
	if (!sr6flow_destroy(handle, options->rule.set))
		return 0;
	if (ip6tables_del(&options->rule) >= 0 &&
	    !lmctl_destroy(handle, options->rule.set))
		return 0;
	lmctl_error("cannot remove set %s again: %s", options->rule.set,
		    sr6flow_error(handle));
	return -EBUSY;
}

static int init(struct sr6flow *handle, struct options *options)
{
	bool created;
	int err;

	signals_hold();
	err = create(handle, options, &created);
	if (!err) {
		err = signals_pending() ? -EINTR :
					  install_rule(handle, &options->rule);
		if (err)
			undo(handle, options, created);
	}
	signals_release();
	return err;
}

static int dry_run(struct sr6flow *handle, const struct options *options)
{
	char text[IP6TABLES_STRLEN];
	struct sr6flow_set info;
	int err = sr6flow_info(handle, options->rule.set, &info);
	int missing = 1;

	if (err == -ENOENT) {
		printf("create set %s with mask 0x%08x and netmask %u\n",
		       options->rule.set, options->set.mask,
		       options->set.netmask);
	} else if (err) {
		lmctl_error("%s", sr6flow_error(handle));
		return err;
	} else {
		missing = rule_missing(handle, &options->rule);
	}
	if (missing > 0)
		puts(ip6tables_text(&options->rule, text));
	return missing < 0 ? missing : 0;
}

int cmd_init(int argc, char **argv)
{
	struct options options = {
		.rule.program = "ip6tables",
		.set.mask = SR6FLOW_MASK_DEFAULT,
		.set.netmask = SR6FLOW_NETMASK_MAX,
	};
	struct sr6flow *handle;
	int err, status = lmctl_parse(&argp, argc, argv, &options);

	if (status)
		return status;
	handle = lmctl_open();
	if (!handle)
		return EXIT_FAILURE;
	if (options.dry_run)
		err = dry_run(handle, &options);
	else
		err = init(handle, &options);
	sr6flow_close(handle);
	if (!err)
		warn(options.set.mask);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
