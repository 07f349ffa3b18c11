// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl reflect: answer loss measurement messages from counting sets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/duration.h"
#include "lmctl/base/messages.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/peering.h"
#include "lmctl/cmd/timing.h"
#include "lmctl/node/sets.h"
#include "lmctl/service/service.h"

struct reflecting {
	struct timing_options timing;
	struct peering_options peering;
	struct config *config;
	bool stamp_only;
};

enum { OPT_LISTEN = 0x100, OPT_STATEFUL, OPT_RATE, OPT_BURST, OPT_FRESHNESS,
       OPT_STAMP_ONLY, OPT_TWAMP_LIGHT, OPT_LEARN, OPT_LEARN_TIMEOUT };

static const struct argp_option options[] = {
	{ .name = "listen", .key = OPT_LISTEN, .arg = "ADDRESS[:PORT]",
	  .doc = "Where to listen (default [::]:862)" },
	{ .name = "stateful", .key = OPT_STATEFUL,
	  .doc = "Number the replies of each session" },
	{ .name = "twamp-light", .key = OPT_TWAMP_LIGHT,
	  .doc = "Answer unauthenticated requests of 14 to 43 bytes with 44 bytes" },
	{ .name = "rate", .key = OPT_RATE, .arg = "N",
	  .doc = "Most requests per second and source (default 20000; 0 for any number)" },
	{ .name = "burst", .key = OPT_BURST, .arg = "N",
	  .doc = "Most requests at once (default 4096)" },
	{ .name = "freshness", .key = OPT_FRESHNESS, .arg = "TIME",
	  .doc = "No figures for authenticated requests that are older (default 60s; 0 for any age)" },
	{ .name = "learn", .key = OPT_LEARN, .arg = "N",
	  .doc = "Add flows to SET that authenticated requests name, at most N" },
	{ .name = "learn-timeout", .key = OPT_LEARN_TIMEOUT, .arg = "TIME",
	  .doc = "Remove learned flows that no request has named for TIME (default 1h, but at least 100 periods)" },
	{ .name = "stamp-only", .key = OPT_STAMP_ONLY,
	  .doc = "Read no set: answer as any STAMP reflector does" },
	{ 0 }
};

static error_t add_set(const struct argp_state *state, const char *arg,
		       struct config_reflect *reflect)
{
	const char *set = lmctl_set_name(arg);
	unsigned int i;

	/* A Direct Measurement TLV would count it twice. */
	for (i = 0; i < reflect->nsets; i++)
		if (!strcmp(reflect->set[i], set))
			return lmctl_usage(state, "set '%s' is listed twice",
					   set);
	if (reflect->nsets == CONFIG_SETS_MAX)
		return lmctl_usage(state, "more than %d sets",
				   CONFIG_SETS_MAX);
	if (strlen(set) > SR6FLOW_SETNAME_MAX)
		return lmctl_usage(state, "'%s': the name of a set has at most %d characters",
				   set, SR6FLOW_SETNAME_MAX);
	strcpy(reflect->set[reflect->nsets++], set);
	return 0;
}

static error_t parse_freshness(const struct argp_state *state,
			       const char *arg, int64_t *ns)
{
	uint64_t ms;

	if (duration_parse(arg, &ms) || ms > BLOCK_PERIOD_MAX_MS)
		return lmctl_usage(state, "--freshness=%s: not a duration from 0 to 24h",
				   arg);
	*ns = (int64_t)ms * BLOCK_NS_PER_MS;
	return 0;
}

static error_t parse_learn_timeout(const struct argp_state *state,
				   const char *arg, uint32_t *seconds)
{
	uint64_t ms;

	if (duration_parse(arg, &ms) || ms % 1000 ||
	    ms / 1000 < CONFIG_LEARN_TIMEOUT_MIN_S ||
	    ms / 1000 > CONFIG_TIMEOUT_MAX_S)
		return lmctl_usage(state, "--learn-timeout=%s: not a duration of whole seconds from 10s to 24d",
				   arg);
	*seconds = (uint32_t)(ms / 1000);
	return 0;
}

static error_t check(struct argp_state *state, struct reflecting *reflecting)
{
	struct config_reflect *reflect = &reflecting->config->reflect;

	if (reflecting->stamp_only) {
		if (reflect->nsets)
			return lmctl_usage(state, "--stamp-only: cannot be combined with SET");
		/* No set is read, so any timing is valid. */
		if (!reflecting->timing.period_ms)
			reflecting->timing.period_ms = 1000;
	} else if (!reflect->nsets) {
		strcpy(reflect->set[reflect->nsets++], LMCTL_SET_RX);
	}
	return timing_check(state, &reflecting->timing,
			    &reflecting->config->timing);
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct reflecting *reflecting = state->input;
	struct config_reflect *reflect = &reflecting->config->reflect;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &reflecting->timing;
		state->child_inputs[1] = &reflecting->peering;
		return 0;
	case OPT_LISTEN:
		if (!config_address(arg, STAMP_PORT, &reflect->listen))
			return lmctl_usage(state, "--listen=%s: must be ADDRESS or [ADDRESS]:PORT",
					   arg);
		return 0;
	case OPT_STATEFUL:
		reflect->reflector.stateful = true;
		return 0;
	case OPT_TWAMP_LIGHT:
		reflect->reflector.twamp_light = true;
		return 0;
	case OPT_RATE:
		return peering_range(state, "rate", arg, 0, CONFIG_RATE_MAX,
				     &reflect->reflector.rate);
	case OPT_BURST:
		return peering_range(state, "burst", arg, 1,
				     CONFIG_BURST_MAX, &reflect->reflector.burst);
	case OPT_FRESHNESS:
		return parse_freshness(state, arg,
				       &reflect->reflector.freshness);
	case OPT_LEARN:
		return peering_range(state, "learn", arg, 0, CONFIG_LEARN_MAX,
				     &reflect->reflector.learn);
	case OPT_LEARN_TIMEOUT:
		return parse_learn_timeout(state, arg,
					   &reflect->reflector.learn_timeout);
	case OPT_STAMP_ONLY:
		reflecting->stamp_only = true;
		return 0;
	case ARGP_KEY_ARG:
		return add_set(state, arg, reflect);
	case ARGP_KEY_SUCCESS:
		return check(state, reflecting);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ .argp = &timing_argp },
	{ .argp = &peering_argp },
	{ 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.children = children,
	.args_doc = "[SET...] --period=P",
	.doc = "Answer loss measurement messages from the counters of SET (default "
	       LMCTL_SET_RX ").",
};

int cmd_reflect(int argc, char **argv)
{
	struct reflecting reflecting = {
		.config = config_new(),
		.peering.tlv_type = STAMP_TLV_BLOCK,
	};
	struct config *config = reflecting.config;
	char error[256];
	int status;

	if (!config) {
		lmctl_error("out of memory");
		return EXIT_FAILURE;
	}
	config->reflect.on = true;
	status = lmctl_parse(&argp, argc, argv, &reflecting);
	if (!status && peering_apply(&reflecting.peering, config))
		status = EXIT_FAILURE;
	config->reflect.reflector.auth = config->keys.n > 0;
	config->reflect.reflector.tlv_type = reflecting.peering.tlv_type;
	if (!status && config_reflect_finish(config, error, sizeof(error))) {
		lmctl_error("%s", error);
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
