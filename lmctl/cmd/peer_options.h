/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options that the commands which speak with peers have in common: --node and
 * --keys.
 */
#ifndef LMCTL_CMD_PEER_OPTIONS_H
#define LMCTL_CMD_PEER_OPTIONS_H

#include <argp.h>
#include "lmctl/cmd/settings.h"
#include "lmctl/service/config.h"

/**
 * peer_options_init() - make the child parser
 * @options: filled; must not move after that
 * @config: gets the values
 */
void peer_options_init(struct settings_options *options, struct config *config);

/**
 * peer_options_keys() - load the keys
 * @config: its keys are filled from its file of keys, if it has one
 *
 * Return: 0, or -EINVAL after a message.
 */
int peer_options_keys(struct config *config);

/**
 * peer_options_range() - parse the number in an option that has a range
 * @state: state of the parser
 * @option: name of the option, for the message
 * @text: the number
 * @min: least value
 * @max: largest value
 * @value: filled
 *
 * Return: 0, or EINVAL after a message, for the parser to return.
 */
error_t peer_options_range(const struct argp_state *state, const char *option,
		      const char *text, uint32_t min, uint32_t max,
		      uint32_t *value);

#endif /* LMCTL_CMD_PEER_OPTIONS_H */
