// SPDX-License-Identifier: GPL-2.0-only
#include "lmctl/sinks/metrics/metrics_settings.h"

static const struct setting settings[] = {
	{ "listen", &setting_endpoint, "ADDRESS[:PORT]",
	  SETTING_AT(metrics_config, listen),
	  .value = "[::1]:9862", .port = 9862,
	  .help = "Listen on ADDRESS" },
	{ "flows", &setting_number, SETTING_AT(metrics_config, flows),
	  .min = "0", .max = "100000", .value = "1000",
	  .help = "Export series of their own for up to N flows" },
};

const struct settings_section metrics_section = {
	.name = "metrics",
	.max = 1,
	.on = offsetof(struct metrics_config, on),
	.size = sizeof(struct metrics_config),
	SETTINGS_ROWS(settings),
};
