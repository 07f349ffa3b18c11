// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl deinit: remove the set and rule of lmctl init.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/signals.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/node/ip6tables.h"
#include "lmctl/node/sets.h"
#include "lmctl/node/witness.h"

struct options {
	/* NULL: ip6tables, then each program whose back end has a rule. */
	const char *program;
	const char *set;
	bool tx;
	bool rx;
};

enum {
	KEY_IP6TABLES = 256,
};

static const struct argp_option argp_options[] = {
	{ "set", 's', "NAME", 0, "Use the set NAME, default " LMCTL_SET_TX
	  " or " LMCTL_SET_RX, 0 },
	{ "ip6tables", KEY_IP6TABLES, "PROGRAM", 0, "Use PROGRAM instead of the ip6tables in "
						    "PATH", 0 },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 's':
		options->set = arg;
		return 0;
	case KEY_IP6TABLES:
		options->program = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (!strcmp(arg, "tx"))
			options->tx = true;
		else if (!strcmp(arg, "rx"))
			options->rx = true;
		else
			return lmctl_usage(state, "'%s': must be tx or rx",
					   arg);
		return 0;
	case ARGP_KEY_NO_ARGS:
		options->tx = true;
		options->rx = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_opt,
	.args_doc = "[tx] [rx]",
	.doc = "Remove all copies of the rule, and then the set. Without an argument, do so "
	       "for tx and rx. A missing rule or set is not an error.",
};

/* A set that a rule names cannot be destroyed, so the set comes last. */
static int remove_rules(const struct options *options, const char *set,
			bool marking)
{
	const struct ip6tables rule = {
		.program = options->program ?: "ip6tables",
		.set = set,
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
static int remove_strays(struct sr6flow *handle, const char *set, bool tx,
			 bool rx)
{
	struct rules rules;
	unsigned int i;
	int err;

	err = witness_survey(handle, set, &rules);
	for (i = 0; !err && i < rules.n; i++) {
		const struct rule *rule = &rules.rule[i];

		if (rule->counts && rule->plain && rule->placed &&
		    (rule->marks ? tx : rx))
			err = remove_elsewhere(rule, set);
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

static int deinit(struct sr6flow *handle, const struct options *options,
		  const char *set, bool tx, bool rx)
{
	struct sr6flow_set info;
	int err = sr6flow_info(handle, set, &info);

	if (err == -ENOENT)
		return 0;
	if (err) {
		lmctl_error("%s", sr6flow_error(handle));
		return err;
	}
	if (tx)
		err = remove_rules(options, set, true);
	if (!err && rx)
		err = remove_rules(options, set, false);
	if (!err && !options->program)
		err = remove_strays(handle, set, tx, rx);
	if (!err)
		err = find_others(handle, set);
	if (err)
		return err;
	err = lmctl_destroy(handle, set);
	if (!err || err == -ENOENT)
		return 0;
	lmctl_error("%s", sr6flow_error(handle));
	return err;
}

int cmd_deinit(int argc, char **argv)
{
	struct options options = { 0 };
	struct sr6flow *handle;
	int err = 0, status = lmctl_parse(&argp, argc, argv, &options);

	if (status)
		return status;
	handle = lmctl_open();
	if (!handle)
		return EXIT_FAILURE;
	signals_hold();
	if (options.set) {
		err = deinit(handle, &options, options.set, options.tx,
			     options.rx);
	} else {
		if (options.tx)
			err = deinit(handle, &options, LMCTL_SET_TX, true,
				     false);
		if (!err && options.rx)
			err = deinit(handle, &options, LMCTL_SET_RX, false,
				     true);
	}
	signals_release();
	sr6flow_close(handle);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
