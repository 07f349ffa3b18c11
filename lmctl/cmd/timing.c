// SPDX-License-Identifier: GPL-2.0-only
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/timing.h"

#define OPT_TIMES 0x200

void timing_init(struct timing_options *timing)
{
	settings_defaults(&config_times_section, &timing->times);
	settings_options_init(&timing->options, &config_times_section,
			      &timing->times, OPT_TIMES);
}

error_t timing_check(const struct argp_state *state,
		     const struct timing_options *given,
		     struct block_timing *timing)
{
	char error[256];

	if (!given->times.period_ms)
		return lmctl_usage(state, "--period is missing; both ends need the same one");
	if (!config_timing(&given->times, timing, error, sizeof(error)))
		return 0;
	return lmctl_usage(state, "%s", error);
}
