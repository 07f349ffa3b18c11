// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of the section import.
 */
#include <stdio.h>
#include <string.h>
#include "lmctl/base/names.h"
#include "lmctl/node/seg6.h"
#include "lmctl/node/sets.h"
#include "lmctl/service/config.h"

/* Whether there is such a table or VRF may change at any time. */
static bool parse_table(const struct setting *setting, const char *text,
			void *item, void *to, char *error)
{
	(void)setting;
	(void)item;
	if (name_valid(text) && strlen(text) < TABLE_NAME_LEN &&
	    strcmp(text, "0")) {
		strcpy(to, text);
		return true;
	}
	snprintf(error, SETTING_ERROR_LEN, "must be a number from 1 on, a name of rt_tables, a VRF device or " CONFIG_TABLES_ALL);
	return false;
}

static bool parse_pattern(const struct setting *setting, const char *text,
			  void *item, void *to, char *error)
{
	(void)setting;
	(void)item;
	if (!seg6_pattern_check(text)) {
		strcpy(to, text);
		return true;
	}
	snprintf(error, SETTING_ERROR_LEN, SEG6_PATTERN_RULE,
		 SR6FLOW_NAME_MAX);
	return false;
}

static const struct setting_type table_type = {
	.arg = "TABLE", .parse = parse_table,
};
static const struct setting_type pattern_type = {
	.arg = "PATTERN", .parse = parse_pattern,
};

static const struct setting rows[] = {
	{ "tables", &table_type, SETTING_AT(config_import, table),
	  .most = CONFIG_TABLES_MAX,
	  .count = offsetof(struct config_import, ntables),
	  .otherwise = CONFIG_TABLES_ALL,
	  .help = "Follow the routes of these tables" },
	{ "name", &pattern_type, SETTING_AT(config_import, name),
	  .value = "%d",
	  .help = "Set the names of the flows" },
};

static bool finish(void *item, const struct settings_context *context,
		   struct setting_error *error)
{
	struct config_import *import = item;
	const char *name = lmctl_set_name(import->set);

	(void)context;
	(void)error;
	if (name != import->set)
		strcpy(import->set, name);
	return true;
}

const struct settings_section config_import_section = {
	.name = "import",
	.max = CONFIG_SETS_MAX,
	.title = offsetof(struct config_import, set),
	.title_size = SR6FLOW_SETNAME_MAX + 1,
	.size = sizeof(struct config_import),
	SETTINGS_ROWS(rows),
	.finish = finish,
};
