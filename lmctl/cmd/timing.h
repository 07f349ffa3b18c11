/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options --period, --guard and --guard-band, which every command that
 * works by the clock has in common.
 */
#ifndef LMCTL_CMD_TIMING_H
#define LMCTL_CMD_TIMING_H

#include "lmctl/cmd/settings.h"
#include "lmctl/service/config.h"

/**
 * struct timing_options - what the command line said
 * @options: child parser
 * @times: filled by it
 */
struct timing_options {
	struct settings_options options;
	struct config_times times;
};

/**
 * timing_init() - make the child parser
 * @timing: filled; must not move after that
 */
void timing_init(struct timing_options *timing);

/**
 * timing_check() - timing that the options ask for
 * @state: state of the parser
 * @given: filled by the child parser
 * @timing: filled
 *
 * Return: 0, or EINVAL after a message, for the parser to return.
 */
error_t timing_check(const struct argp_state *state,
		     const struct timing_options *given,
		     struct block_timing *timing);

#endif /* LMCTL_CMD_TIMING_H */
