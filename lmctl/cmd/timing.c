// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "lmctl/base/duration.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/timing.h"

enum { OPT_GUARD = 0x200, OPT_BAND };

static const struct argp_option options[] = {
	{ .name = "period", .key = 'p', .arg = "P",
	  .doc = "Length of a block: 10s, 500ms; a bare number is seconds" },
	{ .name = "guard", .key = OPT_GUARD, .arg = "G",
	  .doc = "Guard time between the end of a block and its reading "
		 "(default half a period)" },
	{ .name = "guard-band", .key = OPT_BAND, .arg = "D",
	  .doc = "Clock error and delay variation to allow for "
		 "(default a tenth of a period)" },
	{ 0 }
};

static error_t parse_duration(const struct argp_state *state,
			      const char *option, const char *text,
			      uint64_t *ms)
{
	if (duration_parse(text, ms) || !*ms || *ms > BLOCK_PERIOD_MAX_MS)
		return lmctl_usage(state, "--%s=%s: not a duration from 1ms to 24h",
				   option, text);
	return 0;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct timing_options *timing = state->input;

	switch (key) {
	case 'p':
		return parse_duration(state, "period", arg,
				      &timing->period_ms);
	case OPT_GUARD:
		return parse_duration(state, "guard", arg, &timing->guard_ms);
	case OPT_BAND:
		return parse_duration(state, "guard-band", arg,
				      &timing->band_ms);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp timing_argp = { .options = options, .parser = parse_opt };

error_t timing_check(const struct argp_state *state,
		     const struct timing_options *given,
		     struct block_timing *timing)
{
	char error[256];

	if (!given->period_ms)
		return lmctl_usage(state, "--period is missing; both ends need the same one");
	if (!block_timing_init(timing, given->period_ms,
			       (int64_t)given->guard_ms * BLOCK_NS_PER_MS,
			       (int64_t)given->band_ms * BLOCK_NS_PER_MS,
			       error, sizeof(error)))
		return 0;
	return lmctl_usage(state, "%s", error);
}
