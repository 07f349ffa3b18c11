// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl add: add flows to a set, all or none.
 */
#include <stdlib.h>
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/flowargs.h"
#include "lmctl/cmd/flowsource.h"
#include "lmctl/node/sets.h"

struct options {
	struct flowargs args;
	uint32_t timeout;
};

static const struct argp_option argp_options[] = {
	{ "timeout", 't', "TIME", 0,
	  "Expire the flows after TIME, default the set's timeout, 0 for never. The set must "
	  "have been created with a timeout", 0 },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->args;
		return 0;
	case 't':
		return lmctl_timeout(state, arg, &options->timeout);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &flowargs_argp },
	{ 0 }
};

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_opt,
	.children = children,
	.args_doc = "SET FLOW...\nSET --file=FILE",
	.doc = "Add flows to a set: all of them, or none if one fails. FLOW is "
	       "[NAME=][SOURCE@]SID[,SID...], the SIDs in path order, SOURCE "
	       "the outer source address. In a marking set, a flow without SOURCE gets the "
	       "tunnel source of this node. SET is tx (for "
	       LMCTL_SET_TX "), rx (for " LMCTL_SET_RX ") or a name.",
};

int cmd_add(int argc, char **argv)
{
	struct options options = { .timeout = SR6FLOW_NO_TIMEOUT };
	struct flowargs *args = &options.args;
	struct sr6flow *handle = NULL;
	int status = lmctl_parse(&argp, argc, argv, &options);

	if (status)
		goto out;
	status = EXIT_FAILURE;
	if (flowargs_read(args))
		goto out;
	handle = lmctl_open();
	if (handle && !flowsource_fill(&args->list, handle, args->set, true) &&
	    !flowlist_add(&args->list, handle, args->set,
			  options.timeout,
			  args->exist ? FLOWLIST_REFRESH : FLOWLIST_FAIL))
		status = EXIT_SUCCESS;
out:
	sr6flow_close(handle);
	flowlist_free(&args->list);
	return status;
}
