// SPDX-License-Identifier: GPL-2.0-only
#include "lmctl/sinks/history/history.h"
#include "lmctl/sinks/history/history_settings.h"

static const struct setting settings[] = {
	{ "file", &setting_path, SETTING_AT(history_config, file),
	  .value = HISTORY_FILE,
	  .help = "Keep the database in FILE" },
	{ "retention", &setting_time_s, SETTING_AT(history_config, retention_s),
	  .min = "1s", .value = "30d",
	  .help = "Delete results that are older than TIME, in whole seconds" },
};

const struct settings_section history_section = {
	.name = "history",
	.max = 1,
	.on = offsetof(struct history_config, on),
	.size = sizeof(struct history_config),
	SETTINGS_ROWS(settings),
};
