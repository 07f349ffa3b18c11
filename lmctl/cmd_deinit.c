// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl deinit: take away what lmctl init made.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "lmctl/ip6tables.h"
#include "lmctl/lmctl.h"
#include "lmctl/signals.h"

struct options {
	const char *program;
	const char *set;
	bool tx;
	bool rx;
};

enum {
	KEY_IP6TABLES = 256,
};

static const struct argp_option argp_options[] = {
	{ "set", 's', "NAME", 0, "Name of the set instead of " LMCTL_SET_TX
	  " or " LMCTL_SET_RX, 0 },
	{ "ip6tables", KEY_IP6TABLES, "PROGRAM", 0, "Use PROGRAM instead of "
	  "ip6tables", 0 },
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
	.doc = "Remove the rule and the set that 'lmctl init' made, both kinds "
	       "without an argument. What is gone already is no error.",
};

/* Only a rule that a set is named in can exist, so the set comes last. */
static int remove_rules(const struct options *options, const char *set,
			bool marking)
{
	const struct ip6tables rule = {
		.program = options->program,
		.set = set,
		.marking = marking,
	};
	int n = ip6tables_del(&rule);

	return n < 0 ? n : 0;
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
	struct options options = { .program = "ip6tables" };
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
