/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arguments of add and del: SET FLOW... or a file.
 */
#ifndef LMCTL_CMD_FLOWARGS_H
#define LMCTL_CMD_FLOWARGS_H

#include <argp.h>
#include "lmctl/cmd/flowlist.h"

/**
 * struct flowargs - parsed arguments
 * @set: name of the set
 * @file: name of a file of flows, "-" for standard input, NULL for none
 * @exist: --exist was given
 * @list: flows from the command line; flowargs_read() appends the file's
 */
struct flowargs {
	const char *set;
	const char *file;
	bool exist;
	struct flowlist list;
};

/* Parser to be the only child of a subcommand's; its input is flowargs. */
extern const struct argp flowargs_argp;

/**
 * flowargs_read() - read the file, if one was given
 * @args: parsed arguments
 *
 * Return: 0, or a negative errno after a message.
 */
int flowargs_read(struct flowargs *args);

#endif /* LMCTL_CMD_FLOWARGS_H */
