// SPDX-License-Identifier: GPL-2.0-only
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/settings.h"

static int key_of(const struct settings_options *options, size_t row)
{
	char option = options->section->settings[row].option;

	return option == SETTING_OPTION ? options->base + (int)row : option;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct settings_options *options = state->input;
	const struct setting *settings = options->section->settings;
	char error[SETTING_ERROR_LEN];
	size_t i;

	for (i = 0; i < options->section->n; i++)
		if (settings[i].option && key_of(options, i) == key)
			break;
	if (i == options->section->n)
		return ARGP_ERR_UNKNOWN;
	options->line[i] = 1;
	if (setting_parse(&settings[i], arg ? arg : "true", options->item,
			  error))
		return 0;
	return lmctl_usage(state, "--%s=%s: %s", settings[i].name, arg, error);
}

void settings_options_init(struct settings_options *options,
			   const struct settings_section *section, void *item,
			   int base)
{
	struct argp_option *option = options->options;
	size_t i;

	*options = (struct settings_options){
		.argp = { .options = option, .parser = parse_opt },
		.section = section,
		.item = item,
		.base = base,
	};
	for (i = 0; i < section->n; i++) {
		const struct setting *setting = &section->settings[i];

		if (!setting->option)
			continue;
		*option++ = (struct argp_option){
			.name = setting->name,
			.key = key_of(options, i),
			.arg = setting->type->flag ? NULL : setting_arg(setting),
			.doc = setting_describe(setting, options->doc[i]),
		};
	}
}
