// SPDX-License-Identifier: GPL-2.0-only
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "lmctl/base/settings.h"

static unsigned int *count(const struct setting *setting, void *item)
{
	return (unsigned int *)((char *)item + setting->count);
}

bool setting_parse(const struct setting *setting, const char *text, void *item,
		   char *error)
{
	char *to = (char *)item + setting->offset;

	if (!setting->most)
		return setting->type->parse(setting, text, item, to, error);
	if (*count(setting, item) == setting->most) {
		snprintf(error, SETTING_ERROR_LEN, "one too many: at most %u are possible%s%s",
			 setting->most, setting->remedy ? "; " : "",
			 setting->remedy ? setting->remedy : "");
		return false;
	}
	to += *count(setting, item) * (setting->size / setting->most);
	if (!setting->type->parse(setting, text, item, to, error))
		return false;
	++*count(setting, item);
	return true;
}

void settings_defaults(const struct settings_section *section, void *item)
{
	char error[SETTING_ERROR_LEN];
	bool good = true;
	size_t i;

	memset(item, 0, section->size);
	for (i = 0; i < section->n; i++)
		if (section->settings[i].value)
			good &= setting_parse(&section->settings[i],
					      section->settings[i].value, item,
					      error);
	assert(good);
}

const struct setting *settings_find(const struct settings_section *section,
				    const char *name)
{
	size_t i;

	for (i = 0; i < section->n; i++)
		if (!strcmp(section->settings[i].name, name))
			return &section->settings[i];
	return NULL;
}

int settings_line(const struct settings_section *section, const int *line,
		  const char *name)
{
	return line[settings_find(section, name) - section->settings];
}

bool setting_differs(const struct setting *setting, const void *a,
		     const void *b)
{
	return memcmp((const char *)a + setting->offset,
		      (const char *)b + setting->offset, setting->size) != 0;
}

static void describe_bounds(const struct setting *setting, char *text,
			    size_t size)
{
	*text = '\0';
	if (setting->most)
		snprintf(text, size, ", at most %u", setting->most);
	else if (setting->min && setting->max)
		snprintf(text, size, ", %s to %s", setting->min, setting->max);
	else if (setting->min)
		snprintf(text, size, ", at least %s", setting->min);
}

const char *setting_describe(const struct setting *setting, char *text)
{
	const char *value = setting->value ? setting->value : setting->otherwise;
	char bounds[64];

	describe_bounds(setting, bounds, sizeof(bounds));
	snprintf(text, SETTING_TEXT_LEN, "%s%s, %s%s%s%s", setting->help, bounds,
		 setting->required ? "required" : "default ",
		 setting->required ? "" : value, setting->zero ? ", " : "",
		 setting->zero ? setting->zero : "");
	return text;
}

const char *setting_arg(const struct setting *setting)
{
	return setting->arg ? setting->arg : setting->type->arg;
}
