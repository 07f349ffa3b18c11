// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "lmctl/base/messages.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/measuring.h"
#include "lmctl/node/sets.h"

enum { OPT_GROUP = 0x400, OPT_IN_BAND, OPT_KEY, OPT_SOURCE, OPT_MTU,
       OPT_WINDOW, OPT_SSID, OPT_MARK };

static const struct argp_option options[] = {
	{ .name = "set", .key = 's', .arg = "SET",
	  .doc = "The marking set, for check without PEER any set (default "
		 LMCTL_SET_TX ")" },
	{ .name = "group", .key = OPT_GROUP,
	  .doc = "The peers are one group whose counts are summed, as anycast egresses are" },
	{ .name = "in-band", .key = OPT_IN_BAND,
	  .doc = "Send the messages along the flows' SID lists" },
	{ .name = "key", .key = OPT_KEY, .arg = "ID",
	  .doc = "Use this key of the file (default the first)" },
	{ .name = "source", .key = OPT_SOURCE, .arg = "ADDRESS",
	  .doc = "Address to send from" },
	{ .name = "mtu", .key = OPT_MTU, .arg = "BYTES",
	  .doc = "Send no packet longer than BYTES (default 1500)" },
	{ .name = "window", .key = OPT_WINDOW, .arg = "N",
	  .doc = "Most messages per peer that wait for a reply (default 512)" },
	{ .name = "ssid", .key = OPT_SSID, .arg = "N",
	  .doc = "STAMP Session Identifier (default 0)" },
	{ .name = "mark", .key = OPT_MARK, .arg = "N",
	  .doc = "Mark and routing table of messages in band (default 0x7236)" },
	{ 0 }
};

static error_t add_peer(const struct argp_state *state, const char *arg,
			struct config_measure *measure)
{
	char error[256];

	if (config_peer(measure, arg, error, sizeof(error)))
		return lmctl_usage(state, "%s", error);
	return 0;
}

static error_t parse_text(const struct argp_state *state, const char *option,
			  const char *arg, char *text, size_t size)
{
	if (!*arg || strlen(arg) >= size)
		return lmctl_usage(state, "--%s=%s: must have 1 to %zu characters",
				   option, arg, size - 1);
	strcpy(text, arg);
	return 0;
}

static error_t check(struct argp_state *state, struct measuring *measuring)
{
	struct config *config = measuring->config;
	struct config_measure *measure = &config->measure[0];
	char error[256];

	/* Nothing is measured then, so that it has no period. */
	if (measuring->alone && measuring->set_given &&
	    !measure->of.npeers && !measuring->timing.period_ms)
		return 0;
	if (!measure->of.npeers)
		return lmctl_usage(state, "PEER is missing: the address of the counting node");
	if (*measure->key && !measuring->peering.keys)
		return lmctl_usage(state, "--key=%s: requires --keys",
				   measure->key);
	if (config_measure_check(measure, error, sizeof(error)))
		return lmctl_usage(state, "%s", error);
	return timing_check(state, &measuring->timing, &config->timing);
}

static error_t parse_number(int key, const char *arg,
			    const struct argp_state *state,
			    struct measuring *measuring)
{
	struct config_measure *measure = &measuring->config->measure[0];
	uint32_t ssid = 0;
	error_t err;

	switch (key) {
	case OPT_MTU:
		return peering_range(state, "mtu", arg, CONFIG_MTU_MIN,
				     STAMP_MESSAGE_MAX, &measure->mtu);
	case OPT_WINDOW:
		return peering_range(state, "window", arg, 1,
				     CONFIG_WINDOW_MAX, &measure->window);
	case OPT_MARK:
		return peering_range(state, "mark", arg, 1, UINT32_MAX,
				     &measure->mark);
	case OPT_SSID:
		err = peering_range(state, "ssid", arg, 0, UINT16_MAX, &ssid);
		measure->ssid = (uint16_t)ssid;
		return err;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct measuring *measuring = state->input;
	struct config_measure *measure = &measuring->config->measure[0];
	struct sockaddr_in6 source;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &measuring->timing;
		state->child_inputs[1] = &measuring->peering;
		return 0;
	case 's':
		measuring->set_given = true;
		return parse_text(state, "set", lmctl_set_name(arg),
				  measure->of.set, SR6FLOW_SETNAME_MAX + 1);
	case OPT_KEY:
		return parse_text(state, "key", arg, measure->key,
				  sizeof(measure->key));
	case OPT_GROUP:
		measure->of.group = true;
		return 0;
	case OPT_IN_BAND:
		measure->in_band = true;
		return 0;
	case OPT_SOURCE:
		if (!config_address(arg, 0, &source) || source.sin6_port)
			return lmctl_usage(state, "--source=%s: must be an address without a port",
					   arg);
		measure->source = source.sin6_addr;
		return 0;
	case ARGP_KEY_ARG:
		return add_peer(state, arg, measure);
	case ARGP_KEY_SUCCESS:
		return check(state, measuring);
	default:
		return parse_number(key, arg, state, measuring);
	}
}

static const struct argp_child children[] = {
	{ .argp = &timing_argp },
	{ .argp = &peering_argp },
	{ 0 }
};

const struct argp measuring_argp = {
	.options = options,
	.parser = parse_opt,
	.children = children,
};

/* What only the keys can tell. */
static int check_key(struct config *config)
{
	struct config_measure *measure = &config->measure[0];

	measure->auth = config->keys.n > 0;
	if (!*measure->key || keys_find(&config->keys, measure->key))
		return 0;
	lmctl_error("there is no key '%s' in '%s'", measure->key,
		    config->keys_file);
	return -EINVAL;
}

int measuring_init(struct measuring *measuring)
{
	*measuring = (struct measuring){
		.peering.tlv_type = STAMP_TLV_BLOCK,
		.config = config_new(),
	};
	if (!measuring->config) {
		lmctl_error("out of memory");
		return -ENOMEM;
	}
	measuring->config->nmeasures = 1;
	config_measure_init(&measuring->config->measure[0]);
	return 0;
}

int measuring_apply(struct measuring *measuring, const char *name)
{
	struct config_measure *measure = &measuring->config->measure[0];

	if (peering_apply(&measuring->peering, measuring->config))
		return -EINVAL;
	strcpy(measure->of.name, name);
	measure->tlv_type = measuring->peering.tlv_type;
	return check_key(measuring->config);
}
