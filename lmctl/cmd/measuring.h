/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Command lines that name a marking set and the peers that count its flows.
 */
#ifndef LMCTL_CMD_MEASURING_H
#define LMCTL_CMD_MEASURING_H

#include <argp.h>
#include "lmctl/cmd/peering.h"
#include "lmctl/cmd/timing.h"
#include "lmctl/service/config.h"

/**
 * struct measuring - what the command line said
 * @timing: options of timing
 * @peering: options of peering
 * @alone: set before parsing: a set that is named may stand alone, without peers
 * @set_given: it is named
 * @config: a configuration with one measurement, filled
 */
struct measuring {
	struct timing_options timing;
	struct peering_options peering;
	bool alone;
	bool set_given;
	struct config *config;
};

/* Child parser; its input is a struct measuring of measuring_init(). */
extern const struct argp measuring_argp;

/**
 * measuring_init() - defaults
 * @measuring: filled; @config is for config_free()
 *
 * Return: 0, or -ENOMEM after a message.
 */
int measuring_init(struct measuring *measuring);

/**
 * measuring_apply() - load the keys and choose one
 * @measuring: filled by the child parser
 * @name: name of the measurement
 *
 * Return: 0, or -EINVAL after a message.
 */
int measuring_apply(struct measuring *measuring, const char *name);

#endif /* LMCTL_CMD_MEASURING_H */
