/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What 'lmctl history' and 'lmctl plot' have in common: which results of which
 * file.
 */
#ifndef LMCTL_CMD_HISTORY_OPTIONS_H
#define LMCTL_CMD_HISTORY_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include "lmctl/sinks/history/history_read.h"

/**
 * struct history_options - what the command line said
 * @file: name of the database
 * @query: which results; its flow is set by the command
 * @since: a beginning was given
 */
struct history_options {
	const char *file;
	struct history_query query;
	bool since;
};

/* Child parser; its input is a struct history_options of zeros. */
extern const struct argp history_argp;

/**
 * history_options_check() - complete and check the options
 * @state: state of the parser
 * @options: filled by the child parser
 *
 * Return: 0, or EINVAL after a message, for the parser to return.
 */
error_t history_options_check(const struct argp_state *state,
			      struct history_options *options);

/**
 * history_options_open() - open the database
 * @options: checked options
 *
 * Return: reader for history_read_close(), or NULL after a message.
 */
struct history_reader *
history_options_open(const struct history_options *options);

/**
 * history_options_failed() - say why reading failed
 * @options: checked options
 * @reader: reader
 * @err: negative errno of a reading function
 */
void history_options_failed(const struct history_options *options,
			    const struct history_reader *reader, int err);

#endif /* LMCTL_CMD_HISTORY_OPTIONS_H */
