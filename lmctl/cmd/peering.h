/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options that the commands which speak with peers have in common: node, keys
 * and TLV type.
 */
#ifndef LMCTL_CMD_PEERING_H
#define LMCTL_CMD_PEERING_H

#include <argp.h>
#include "lmctl/service/config.h"

/**
 * struct peering_options - what the command line said
 * @keys: file of keys, NULL if not given
 * @node: name of this node, NULL if not given
 * @tlv_type: type of the block TLV
 */
struct peering_options {
	const char *keys;
	const char *node;
	uint8_t tlv_type;
};

/* Child parser; its input is a struct peering_options. */
extern const struct argp peering_argp;

/**
 * peering_apply() - take the options over, and load the keys
 * @options: filled by the child parser
 * @config: node, keys and their file are filled
 *
 * Return: 0, or -EINVAL after a message.
 */
int peering_apply(const struct peering_options *options,
		  struct config *config);

/**
 * peering_range() - parse the number in an option that has a range
 * @state: state of the parser
 * @option: name of the option, for the message
 * @text: the number
 * @min: least value
 * @max: largest value
 * @value: filled
 *
 * Return: 0, or EINVAL after a message, for the parser to return.
 */
error_t peering_range(const struct argp_state *state, const char *option,
		      const char *text, uint32_t min, uint32_t max,
		      uint32_t *value);

#endif /* LMCTL_CMD_PEERING_H */
