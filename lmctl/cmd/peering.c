// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lmctl/base/messages.h"
#include "lmctl/base/numbers.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/peering.h"

enum { OPT_KEYS = 0x300, OPT_NODE, OPT_TLV_TYPE };

static const struct argp_option options[] = {
	{ .name = "keys", .key = OPT_KEYS, .arg = "FILE",
	  .doc = "Authenticate with the keys in FILE" },
	{ .name = "node", .key = OPT_NODE, .arg = "NAME",
	  .doc = "Name of this node (default the host name)" },
	{ .name = "tlv-type", .key = OPT_TLV_TYPE, .arg = "N",
	  .doc = "Type of the per-flow block TLV, 240 (default) to 251" },
	{ 0 }
};

error_t peering_range(const struct argp_state *state, const char *option,
		      const char *text, uint32_t min, uint32_t max,
		      uint32_t *value)
{
	if (!lmctl_parse_u32(text, value) && *value >= min && *value <= max)
		return 0;
	return lmctl_usage(state, "--%s=%s: not a number from %u to %u",
			   option, text, min, max);
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct peering_options *peering = state->input;
	uint32_t type;
	error_t err;

	switch (key) {
	case OPT_KEYS:
		peering->keys = arg;
		return 0;
	case OPT_NODE:
		return lmctl_node(state, arg, &peering->node);
	case OPT_TLV_TYPE:
		err = peering_range(state, "tlv-type", arg,
				    CONFIG_TLV_TYPE_MIN, CONFIG_TLV_TYPE_MAX,
				    &type);
		if (!err)
			peering->tlv_type = (uint8_t)type;
		return err;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp peering_argp = { .options = options, .parser = parse_opt };

int peering_apply(const struct peering_options *peering,
		  struct config *config)
{
	char error[512];

	if (peering->node)
		snprintf(config->node, sizeof(config->node), "%s",
			 peering->node);
	if (!peering->keys)
		return 0;
	if (strlen(peering->keys) >= sizeof(config->keys_file)) {
		lmctl_error("--keys: the name of the file has more than %zu characters",
			    sizeof(config->keys_file) - 1);
		return -EINVAL;
	}
	strcpy(config->keys_file, peering->keys);
	if (!keys_load(&config->keys, peering->keys,
		       config_keys_owner(""), error, sizeof(error)))
		return 0;
	lmctl_error("%s", error);
	return -EINVAL;
}
