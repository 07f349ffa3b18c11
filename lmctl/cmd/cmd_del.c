// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl del: delete flows from a set, all or none.
 */
#include <stdlib.h>
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/flowargs.h"
#include "lmctl/cmd/flowsource.h"
#include "lmctl/node/sets.h"

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->input;
	return 0;
}

static const struct argp_child children[] = {
	{ .argp = &flowargs_argp },
	{ 0 }
};

static const struct argp argp = {
	.parser = parse_opt,
	.children = children,
	.args_doc = "SET FLOW...\nSET --file=FILE",
	.doc = "Delete flows from a set: all of them, or none if the set lacks one of them. "
	       "FLOW is [NAME=][SOURCE@]SID[,SID...], see 'lmctl add'; the name is ignored. "
	       "SET is tx (for " LMCTL_SET_TX "), rx (for "
	       LMCTL_SET_RX ") or a name.",
};

int cmd_del(int argc, char **argv)
{
	struct flowargs args = { 0 };
	struct sr6flow *handle = NULL;
	int status = lmctl_parse(&argp, argc, argv, &args);

	if (status)
		goto out;
	status = EXIT_FAILURE;
	if (flowargs_read(&args))
		goto out;
	handle = lmctl_open();
	if (handle && !flowsource_fill(&args.list, handle, args.set, false) &&
	    !flowlist_del(&args.list, handle, args.set, args.exist))
		status = EXIT_SUCCESS;
out:
	sr6flow_close(handle);
	flowlist_free(&args.list);
	return status;
}
