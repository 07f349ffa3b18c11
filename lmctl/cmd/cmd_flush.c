// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl flush: delete all flows of a set.
 */
#include <stdlib.h>
#include "lmctl/base/messages.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/node/sets.h"

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	const char **set = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (*set)
			return lmctl_usage(state, "'%s': only one SET is accepted",
					   arg);
		*set = lmctl_set_name(arg);
		return 0;
	case ARGP_KEY_END:
		return *set ? 0 : lmctl_usage(state, "SET is missing: tx, rx or the name of a set");
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.parser = parse_opt,
	.args_doc = "SET",
	.doc = "Delete all flows of a set. The active colour stays. SET is tx "
	       "(for " LMCTL_SET_TX "), rx (for " LMCTL_SET_RX ") or a name.",
};

int cmd_flush(int argc, char **argv)
{
	const char *set = NULL;
	struct sr6flow *handle;
	int status = lmctl_parse(&argp, argc, argv, &set);

	if (status)
		return status;
	handle = lmctl_open();
	if (!handle)
		return EXIT_FAILURE;
	if (sr6flow_flush(handle, set)) {
		lmctl_error("%s", sr6flow_error(handle));
		status = EXIT_FAILURE;
	}
	sr6flow_close(handle);
	return status;
}
