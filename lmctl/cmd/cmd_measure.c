// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl measure: ask peers for their counters and show the loss per flow and block.
 */
#include <stdlib.h>

#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/measurement_options.h"
#include "lmctl/service/service.h"

struct measure_options {
	struct measurement_options measuring;
	struct service_options service;
};

enum { OPT_BLOCKS = 0x100 };

static const struct argp_option options[] = {
	{ .name = "json", .key = 'j', .doc = "Print JSON lines" },
	{ .name = "watch", .key = 'w',
	  .doc = "Show one table that is redrawn every block" },
	{ .name = "blocks", .key = OPT_BLOCKS, .arg = "N",
	  .doc = "Stop after N blocks" },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct measure_options *measure = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &measure->measuring;
		return 0;
	case 'j':
		measure->service.print = SINK_JSON;
		return 0;
	case 'w':
		measure->service.print = SINK_WATCH;
		return 0;
	case OPT_BLOCKS:
		return peer_options_range(state, "blocks", arg, 1, UINT32_MAX,
				     &measure->service.blocks);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int cmd_measure(int argc, char **argv)
{
	struct measure_options measure = {
		.service.print = SINK_LINES,
	};
	const struct argp_child children[] = {
		{ .argp = &measure.measuring.argp },
		{ 0 }
	};
	const struct argp argp = {
		.options = options,
		.parser = parse_opt,
		.children = children,
		.args_doc = "PEER... --period=TIME",
		.doc = "Show the packets of each flow that were lost on the path to PEER, "
		       "[NAME=]ADDRESS[:PORT], per block. List several peers in path order.",
	};
	int status;

	if (measurement_options_init(&measure.measuring))
		return EXIT_FAILURE;
	status = lmctl_parse(&argp, argc, argv, &measure);
	if (!status && measurement_options_apply(&measure.measuring, "measure"))
		status = EXIT_FAILURE;
	if (!status)
		return service_run(measure.measuring.config,
				   &measure.service);
	config_free(measure.measuring.config);
	return status;
}
