/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options of 'lmctl history' and 'lmctl plot': file and selection of results.
 */
#ifndef LMCTL_CMD_HISTORY_OPTIONS_H
#define LMCTL_CMD_HISTORY_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include "lmctl/sinks/history/history_read.h"

/**
 * struct history_options - parsed options
 * @file: name of the database
 * @query: selection of results; the command sets its flow
 * @since: --since was given
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
 * history_options_failed() - report a failure to read
 * @options: checked options
 * @reader: reader
 * @err: negative errno of a reading function
 */
void history_options_failed(const struct history_options *options,
			    const struct history_reader *reader, int err);

#endif /* LMCTL_CMD_HISTORY_OPTIONS_H */
