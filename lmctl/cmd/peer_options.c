// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "lmctl/base/messages.h"
#include "lmctl/base/numbers.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/peer_options.h"

#define OPT_ROOT 0x300

void peer_options_init(struct settings_options *options, struct config *config)
{
	settings_options_init(options, &config_root_section, config, OPT_ROOT);
}

error_t peer_options_range(const struct argp_state *state, const char *option,
		      const char *text, uint32_t min, uint32_t max,
		      uint32_t *value)
{
	if (!lmctl_parse_u32(text, value) && *value >= min && *value <= max)
		return 0;
	return lmctl_usage(state, "--%s=%s: not a number from %u to %u",
			   option, text, min, max);
}

int peer_options_keys(struct config *config)
{
	char error[512];

	if (!config->keys_file[0] ||
	    !keys_load(&config->keys, config->keys_file, config_keys_owner(""),
		       error, sizeof(error)))
		return 0;
	lmctl_error("%s", error);
	return -EINVAL;
}
