// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/flowargs.h"
#include "lmctl/node/sets.h"

static const struct argp_option options[] = {
	{ "file", 'f', "FILE", 0,
	  "Read the flows from FILE, one per line; - is standard input, # begins a comment", 0 },
	{ "exist", 'e', NULL, 0,
	  "Do not fail if a flow exists already (add: refresh it) or does not exist (del)", 0 },
	{ 0 }
};

static error_t parse_arg(struct flowargs *args, const char *arg)
{
	int err;

	if (!args->set) {
		args->set = lmctl_set_name(arg);
		return 0;
	}
	err = flowlist_parse(&args->list, arg);
	return err ? -err : 0;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct flowargs *args = state->input;

	switch (key) {
	case 'f':
		if (args->file)
			return lmctl_usage(state, "--file=%s: more than one "
					   "file", arg);
		args->file = arg;
		return 0;
	case 'e':
		args->exist = true;
		return 0;
	case ARGP_KEY_ARG:
		return parse_arg(args, arg);
	case ARGP_KEY_END:
		if (!args->set)
			return lmctl_usage(state, "SET is missing: tx, rx or the name of a set");
		if (!args->list.n && !args->file)
			return lmctl_usage(state, "FLOW is missing for set %s",
					   args->set);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp flowargs_argp = { .options = options, .parser = parse_opt };

int flowargs_read(struct flowargs *args)
{
	return args->file ? flowlist_read(&args->list, args->file) : 0;
}
