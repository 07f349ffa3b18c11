/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Command lines that name a marking set and the peers that count its flows.
 */
#ifndef LMCTL_CMD_MEASUREMENT_OPTIONS_H
#define LMCTL_CMD_MEASUREMENT_OPTIONS_H

#include <argp.h>
#include "lmctl/cmd/peer_options.h"
#include "lmctl/cmd/timing.h"
#include "lmctl/service/config.h"

/**
 * struct measurement_options - what the command line said
 * @argp: child parser; its input is this struct
 * @children: of @argp
 * @timing: options of timing
 * @peering: options of peering
 * @options: options of the section measure
 * @alone: set before parsing: a set that is named may stand alone, without peers
 * @config: a configuration with one measurement, filled
 */
struct measurement_options {
	struct argp argp;
	struct argp_child children[4];
	struct timing_options timing;
	struct settings_options peering;
	struct settings_options options;
	bool alone;
	struct config *config;
};

/**
 * measurement_options_init() - defaults, and the child parser
 * @measuring: filled; must not move after that; @config is for config_free()
 *
 * Return: 0, or -ENOMEM after a message.
 */
int measurement_options_init(struct measurement_options *measuring);

/**
 * measurement_options_apply() - load the keys and choose one
 * @measuring: filled by the child parser
 * @name: name of the measurement
 *
 * Return: 0, or -EINVAL after a message.
 */
int measurement_options_apply(struct measurement_options *measuring, const char *name);

#endif /* LMCTL_CMD_MEASUREMENT_OPTIONS_H */
