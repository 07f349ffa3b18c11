/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options --period, --guard and --guard-band, which every command that
 * works by the clock has in common.
 */
#ifndef LMCTL_CMD_TIMING_H
#define LMCTL_CMD_TIMING_H

#include <argp.h>
#include <stdint.h>
#include "lmctl/base/block.h"

/**
 * struct timing_options - what the command line said
 * @period_ms: period, 0 if not given
 * @guard_ms: guard time, 0 if not given
 * @band_ms: guard band, 0 if not given
 */
struct timing_options {
	uint64_t period_ms;
	uint64_t guard_ms;
	uint64_t band_ms;
};

/* Child parser; its input is a struct timing_options of zeros. */
extern const struct argp timing_argp;

/**
 * timing_check() - timing that the options ask for
 * @state: state of the parser
 * @options: filled by the child parser
 * @timing: filled
 *
 * Return: 0, or EINVAL after a message, for the parser to return.
 */
error_t timing_check(const struct argp_state *state,
		     const struct timing_options *options,
		     struct block_timing *timing);

#endif /* LMCTL_CMD_TIMING_H */
