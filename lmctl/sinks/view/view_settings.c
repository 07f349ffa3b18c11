// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/sinks/view/view_settings.h"

#define MODE_DIGITS 4

static bool parse_mode(const struct setting *setting, const char *text,
		       void *item, void *to, char *error)
{
	size_t len = strlen(text);

	(void)setting;
	(void)item;
	if (len < MODE_DIGITS - 1 || len > MODE_DIGITS ||
	    text[strspn(text, "01234567")] ||
	    (len == MODE_DIGITS && text[0] != '0')) {
		snprintf(error, SETTING_ERROR_LEN, "not permissions such as 0660: three octal digits, after a 0");
		return false;
	}
	*(uint32_t *)to = (uint32_t)strtoul(text, NULL, 8);
	return true;
}

static const struct setting_type mode_type = {
	.arg = "MODE", .parse = parse_mode,
};

static const struct setting settings[] = {
	{ "serve", &setting_bool, SETTING_AT(view_config, serve),
	  .value = "true",
	  .help = "Offer the state and the results to lmctl top" },
	{ "socket", &setting_path, SETTING_AT(view_config, socket),
	  .otherwise = "lmctl.sock in $RUNTIME_DIRECTORY or " VIEW_SOCKET_FOLDER,
	  .help = "Offer them on the Unix socket FILE" },
	{ "mode", &mode_type, SETTING_AT(view_config, mode),
	  .value = "0660",
	  .help = "Set the permissions of the socket" },
	{ "flows", &setting_number, SETTING_AT(view_config, flows),
	  .min = "1", .max = "100000", .value = "10000",
	  .help = "Keep the last blocks of up to N flows" },
};

_Static_assert(VIEW_FLOWS_DEFAULT == 10000, "the default in its row");

const struct settings_section view_section = {
	.name = "top",
	.max = 1,
	.on = offsetof(struct view_config, on),
	.size = sizeof(struct view_config),
	SETTINGS_ROWS(settings),
};
