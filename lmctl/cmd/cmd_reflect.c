// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl reflect: answer loss measurement messages from counting sets.
 */
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/messages.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/peer_options.h"
#include "lmctl/cmd/timing.h"
#include "lmctl/node/sets.h"
#include "lmctl/service/service.h"

#define OPT_REFLECT 0x400

struct reflecting {
	struct timing_options timing;
	struct settings_options peering;
	struct settings_options options;
	struct config *config;
	bool stamp_only;
};

enum { OPT_STAMP_ONLY = 0x100 };

static const struct argp_option options[] = {
	{ .name = "stamp-only", .key = OPT_STAMP_ONLY,
	  .doc = "Be only a STAMP reflector: read no set and accept no SET" },
	{ 0 }
};

static error_t add_set(const struct argp_state *state, const char *arg,
		       struct config_reflect *reflect)
{
	char error[SETTING_ERROR_LEN];

	if (setting_parse(settings_find(&config_reflect_section, "sets"), arg,
			  reflect, error))
		return 0;
	return lmctl_usage(state, "'%s': %s", arg, error);
}

static error_t check(struct argp_state *state, struct reflecting *reflecting)
{
	struct config_reflect *reflect = &reflecting->config->reflect;
	uint64_t *period_ms = &reflecting->timing.times.period_ms;

	if (reflecting->stamp_only) {
		if (reflect->nsets)
			return lmctl_usage(state, "--stamp-only: cannot be combined with SET");
		/* No set is read, so any timing is valid. */
		if (!*period_ms)
			*period_ms = 1000;
	} else if (!reflect->nsets) {
		strcpy(reflect->set[reflect->nsets++], LMCTL_SET_RX);
	}
	return timing_check(state, &reflecting->timing,
			    &reflecting->config->timing);
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct reflecting *reflecting = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &reflecting->timing.options;
		state->child_inputs[1] = &reflecting->peering;
		state->child_inputs[2] = &reflecting->options;
		return 0;
	case OPT_STAMP_ONLY:
		reflecting->stamp_only = true;
		return 0;
	case ARGP_KEY_ARG:
		return add_set(state, arg, &reflecting->config->reflect);
	case ARGP_KEY_SUCCESS:
		return check(state, reflecting);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int parse(struct reflecting *reflecting, int argc, char **argv)
{
	const struct argp_child children[] = {
		{ .argp = &reflecting->timing.options.argp },
		{ .argp = &reflecting->peering.argp },
		{ .argp = &reflecting->options.argp },
		{ 0 }
	};
	const struct argp argp = {
		.options = options,
		.parser = parse_opt,
		.children = children,
		.args_doc = "[SET...] --period=TIME",
		.doc = "Reply to nodes that request the packets of a flow in a block, from the "
		       "counters of SET (default " LMCTL_SET_RX ").",
	};

	timing_init(&reflecting->timing);
	peer_options_init(&reflecting->peering, reflecting->config);
	settings_options_init(&reflecting->options, &config_reflect_section,
			      &reflecting->config->reflect, OPT_REFLECT);
	return lmctl_parse(&argp, argc, argv, reflecting);
}

int cmd_reflect(int argc, char **argv)
{
	struct reflecting reflecting = { .config = config_new() };
	struct config *config = reflecting.config;
	struct setting_error error;
	int status;

	if (!config) {
		lmctl_error("out of memory");
		return EXIT_FAILURE;
	}
	config->reflect.on = true;
	status = parse(&reflecting, argc, argv);
	if (!status && peer_options_keys(config))
		status = EXIT_FAILURE;
	if (!status && config_reflect_finish(config, reflecting.options.line,
					     &error)) {
		lmctl_error("%s", error.text);
		status = EXIT_FAILURE;
	}
	if (status) {
		config_free(config);
		return status;
	}
	return service_run(config, &(struct service_options){
		.print = SINK_SILENT,
	});
}
