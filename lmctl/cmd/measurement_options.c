// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "lmctl/base/messages.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/measurement_options.h"

#define OPT_MEASURE 0x400

static error_t add_peer(const struct argp_state *state, const char *arg,
			struct config_measure *measure)
{
	char error[SETTING_ERROR_LEN];

	if (setting_parse(settings_find(&config_measure_section, "peers"), arg,
			  measure, error))
		return 0;
	return lmctl_usage(state, "peer '%s': %s", arg, error);
}

static error_t check(struct argp_state *state, struct measurement_options *measuring)
{
	struct config *config = measuring->config;
	struct config_measure *measure = &config->measure[0];
	struct setting_error error;

	/* Nothing is measured then, so that it has no period. */
	if (measuring->alone && !measure->of.npeers &&
	    settings_line(&config_measure_section, measuring->options.line,
			  "set") &&
	    !measuring->timing.times.period_ms)
		return 0;
	if (!measure->of.npeers)
		return lmctl_usage(state, "PEER is missing: the address of the counting node");
	if (*measure->key && !*config->keys_file)
		return lmctl_usage(state, "--key=%s: requires --keys",
				   measure->key);
	if (config_measure_check(measure, &error))
		return lmctl_usage(state, "%s", error.text);
	return timing_check(state, &measuring->timing, &config->timing);
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct measurement_options *measuring = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &measuring->timing.options;
		state->child_inputs[1] = &measuring->peering;
		state->child_inputs[2] = &measuring->options;
		return 0;
	case ARGP_KEY_ARG:
		return add_peer(state, arg, &measuring->config->measure[0]);
	case ARGP_KEY_SUCCESS:
		return check(state, measuring);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int measurement_options_init(struct measurement_options *measuring)
{
	struct config *config = config_new();

	*measuring = (struct measurement_options){
		.argp = { .parser = parse_opt, .children = measuring->children },
		.children = {
			{ .argp = &measuring->timing.options.argp },
			{ .argp = &measuring->peering.argp },
			{ .argp = &measuring->options.argp },
		},
		.config = config,
	};
	if (!config) {
		lmctl_error("out of memory");
		return -ENOMEM;
	}
	config->nmeasures = 1;
	settings_defaults(&config_measure_section, &config->measure[0]);
	timing_init(&measuring->timing);
	peer_options_init(&measuring->peering, config);
	settings_options_init(&measuring->options, &config_measure_section,
			      &config->measure[0], OPT_MEASURE);
	return 0;
}

int measurement_options_apply(struct measurement_options *measuring, const char *name)
{
	struct config *config = measuring->config;
	struct config_measure *measure = &config->measure[0];
	struct setting_error error;

	strcpy(measure->of.name, name);
	if (peer_options_keys(config))
		return -EINVAL;
	if (!config_measure_finish(config, measure, measuring->options.line,
				   &error))
		return 0;
	lmctl_error("%s", error.text);
	return -EINVAL;
}
