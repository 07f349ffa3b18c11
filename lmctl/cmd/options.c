// SPDX-License-Identifier: GPL-2.0-only
/*
 * Command lines: argp with one line per error, and numbers.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lmctl/base/duration.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/numbers.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/engine/recording.h"

/* The ipset core counts timeouts in milliseconds of a signed 32-bit number. */
#define TIMEOUT_MAX (INT32_MAX / 1000)

/*
 * argp prints "Try ... --help" after every error. Without an error stream it prints
 * nothing and argp_parse() returns instead of exiting: an error is the one line of
 * getopt or lmctl_usage().
 */
static error_t frame_parse(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = state->input;
	state->err_stream = NULL;
	return 0;
}

int lmctl_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	struct argp inner = *argp;
	const struct argp_child children[] = { { .argp = &inner }, { 0 } };
	const struct argp frame = {
		.parser = frame_parse,
		.args_doc = argp->args_doc,
		.doc = argp->doc,
		.children = children,
		.help_filter = argp->help_filter,
	};
	int err;

	inner.args_doc = NULL;
	inner.doc = NULL;
	inner.help_filter = NULL;
	err = argp_parse(&frame, argc, argv, ARGP_IN_ORDER, NULL, input);
	if (err && err != EINVAL) {
		lmctl_error("command line: %s", strerror(err));
		return EXIT_FAILURE;
	}
	return err ? LMCTL_USAGE : 0;
}

error_t lmctl_usage(const struct argp_state *state, const char *format, ...)
{
	va_list args;

	fputs("lmctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "; see '%s --help'\n", state->name);
	return EINVAL;
}

error_t lmctl_u32(const struct argp_state *state, const char *option,
		  const char *text, uint32_t *value)
{
	if (!lmctl_parse_u32(text, value))
		return 0;
	return lmctl_usage(state, "--%s=%s: not a number from 0 to %u",
			   option, text, UINT32_MAX);
}

error_t lmctl_timeout(const struct argp_state *state, const char *text,
		      uint32_t *seconds)
{
	uint64_t ms;

	if (duration_parse(text, &ms) || ms % 1000 ||
	    ms / 1000 > TIMEOUT_MAX)
		return lmctl_usage(state, "--timeout=%s: not a time of 0 to %d "
				   "whole seconds", text, TIMEOUT_MAX);
	*seconds = (uint32_t)(ms / 1000);
	return 0;
}

error_t lmctl_node(const struct argp_state *state, const char *name,
		   const char **node)
{
	if (!name_valid(name))
		return lmctl_usage(state, "--node: must have 1 to %d characters, none of them a control character",
				   NAME_LEN - 1);
	*node = name;
	return 0;
}
