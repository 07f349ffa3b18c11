// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl deinit: remove the set and rule of lmctl init.
 */
#include <stdlib.h>
#include <string.h>
#include "lmctl/base/signals.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/setup.h"
#include "lmctl/node/sets.h"

struct options {
	/* NULL: ip6tables, then each program whose back end has a rule. */
	const char *program;
	const char *set;
	bool tx;
	bool rx;
	bool dry_run;
};

enum {
	KEY_IP6TABLES = 256,
};

static const struct argp_option argp_options[] = {
	{ "set", 's', "NAME", 0, "Use the set NAME, default " LMCTL_SET_TX
	  " or " LMCTL_SET_RX, 0 },
	{ "ip6tables", KEY_IP6TABLES, "PROGRAM", 0, "Use PROGRAM instead of the ip6tables in "
						    "PATH", 0 },
	{ "dry-run", 'n', NULL, 0, "Print the changes without making them", 0 },
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
	case 'n':
		options->dry_run = true;
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
	       "for tx and rx. A missing rule or set is not an error. If anything else uses the "
	       "set, nothing is removed.",
};

/* A set of another name may be one of either role. */
static int deinit(struct sr6flow *handle, const struct options *options,
		  const char *set, bool marks)
{
	return setup_remove(handle, &(struct setup_removal){
		.set = set,
		.program = options->program,
		.dry_run = options->dry_run,
		.marks = options->set ? options->tx : marks,
		.counts = options->set ? options->rx : !marks,
	});
}

int cmd_deinit(int argc, char **argv)
{
	struct options options = { 0 };
	struct sr6flow *handle;
	int lock, err = 0, status = lmctl_parse(&argp, argc, argv, &options);

	if (status)
		return status;
	handle = lmctl_open();
	if (!handle)
		return EXIT_FAILURE;
	lock = setup_lock();
	signals_hold();
	if (options.set || options.tx)
		err = deinit(handle, &options, options.set ?: LMCTL_SET_TX, true);
	if (!err && !options.set && options.rx)
		err = deinit(handle, &options, LMCTL_SET_RX, false);
	signals_release();
	setup_unlock(lock);
	sr6flow_close(handle);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
