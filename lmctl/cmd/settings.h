/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of the configuration file as command-line options: name, default, bounds
 * and help come from the rows of a section.
 */
#ifndef LMCTL_CMD_SETTINGS_H
#define LMCTL_CMD_SETTINGS_H

#include <argp.h>
#include "lmctl/base/settings.h"

/**
 * struct settings_options - the options of a section
 * @argp: child parser; its input is this struct
 * @section: section
 * @item: gets the values
 * @base: key of the first row
 * @line: for each row, 1 if its option was given
 * @options: of @argp
 * @doc: their help
 */
struct settings_options {
	struct argp argp;
	const struct settings_section *section;
	void *item;
	int base;
	int line[SETTINGS_MAX];
	struct argp_option options[SETTINGS_MAX + 1];
	char doc[SETTINGS_MAX][SETTING_TEXT_LEN];
};

/**
 * settings_options_init() - make a child parser
 * @options: filled; must not move after that
 * @section: its rows with setting.option become options
 * @item: item of the section with its defaults
 * @base: key of an option that no other option of the command has; the next
 *	  SETTINGS_MAX are taken, too
 */
void settings_options_init(struct settings_options *options,
			   const struct settings_section *section, void *item,
			   int base);

#endif /* LMCTL_CMD_SETTINGS_H */
