// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl rotate: set the active colour of one set by the wall clock. The set must
 * exist at the start.
 */
#include <stdlib.h>

#include "lmctl/base/privileges.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/timing.h"
#include "lmctl/node/sets.h"
#include "lmctl/service/rotator.h"

struct rotate {
	const char *set;
	struct timing_options given;
	bool once;
	struct block_timing timing;
};

enum { OPT_ONCE = 0x100 };

static const struct argp_option options[] = {
	{ .name = "once", .key = OPT_ONCE,
	  .doc = "Set the colour of the current block and exit" },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct rotate *rotate = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &rotate->given.options;
		return 0;
	case OPT_ONCE:
		rotate->once = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			return lmctl_usage(state, "'%s': only one SET is accepted", arg);
		rotate->set = lmctl_set_name(arg);
		return 0;
	case ARGP_KEY_SUCCESS:
		return timing_check(state, &rotate->given, &rotate->timing);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int follow(const struct rotate *rotate)
{
	int status = EXIT_FAILURE;
	struct rotator *rotator;
	struct loop *loop;

	if (loop_open(&loop))
		return EXIT_FAILURE;
	rotator = rotator_open(rotate->set, &rotate->timing);
	if (rotator && !rotator_once(rotator) &&
	    !privileges_drop(NULL, false, false) && !rotator_start(rotator, loop))
		status = loop_run(loop);
	rotator_close(rotator);
	loop_close(loop);
	return status;
}

static int once(const struct rotate *rotate)
{
	struct rotator *rotator = rotator_open(rotate->set, &rotate->timing);
	int status = EXIT_FAILURE;

	if (rotator && !rotator_once(rotator))
		status = EXIT_SUCCESS;
	rotator_close(rotator);
	return status;
}

int cmd_rotate(int argc, char **argv)
{
	struct rotate rotate = { .set = LMCTL_SET_TX };
	const struct argp_child children[] = {
		{ .argp = &rotate.given.options.argp },
		{ 0 }
	};
	const struct argp argp = {
		.options = options,
		.parser = parse_opt,
		.children = children,
		.args_doc = "[SET] --period=TIME",
		.doc = "Change the active colour of SET (default " LMCTL_SET_TX
		       ") at every block boundary of the wall clock.",
	};
	int status;

	timing_init(&rotate.given);
	status = lmctl_parse(&argp, argc, argv, &rotate);
	if (status)
		return status;
	return rotate.once ? once(&rotate) : follow(&rotate);
}
