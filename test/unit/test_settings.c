// SPDX-License-Identifier: GPL-2.0-only
/*
 * The documents say of every key what its row says: lmctl.conf.5 and
 * lmctl.conf.example of all keys, lmctl.8 of those that are options.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lmctl/service/config.h"
#include "test/unit/unit.h"

#define ENTRIES_MAX 512

/* A tagged paragraph of a manual, or a key of the example. */
static struct entry {
	char section[64];
	char tag[256];
	char text[4096];
} entries[ENTRIES_MAX];
static size_t n;

static void each_row(void (*fn)(const struct settings_section *section,
				const struct setting *setting))
{
	const struct settings_section *section;
	size_t i, row;

	for (i = 0; (section = config_section(i)); i++)
		for (row = 0; row < section->n; row++)
			fn(section, &section->settings[row]);
}

static void append(char *to, size_t size, const char *text, size_t len)
{
	size_t used = strlen(to);

	assert_true(used + len < size);
	memcpy(to + used, text, len);
	to[used + len] = '\0';
}

/* The characters of a line of a manual without its escapes. */
static void append_plain(char *to, size_t size, const char *line)
{
	for (; *line && *line != '\n'; line++) {
		if (*line == '\\' && line[1] == 'f') {
			line += 2;
		} else if (*line == '\\' && line[1] == '&') {
			line++;
		} else if (!strncmp(line, "\\(dq", 4)) {
			append(to, size, "\"", 1);
			line += 3;
		} else {
			line += *line == '\\';
			append(to, size, line, 1);
		}
	}
}

/* A line with a font macro; .BI and others join their arguments without blanks. */
static void append_line(char *to, size_t size, char *line)
{
	bool joined;

	if (line[0] != '.') {
		append_plain(to, size, line);
		return;
	}
	line++;
	joined = line[0] && line[1] && line[1] != ' ';
	line += strcspn(line, " \n");
	while (*(line += strspn(line, " ")) && *line != '\n') {
		const char *end = *line == '"' ? "\"\n" : " \n";
		char argument[256] = "";

		line += *line == '"';
		append(argument, sizeof(argument), line, strcspn(line, end));
		line += strcspn(line, end);
		line += *line == '"';
		append_plain(to, size, argument);
		if (!joined && *line == ' ')
			append(to, size, " ", 1);
	}
}

static bool is_macro(const char *line, const char *name)
{
	return line[0] == '.' && !strncmp(line + 1, name, strlen(name));
}

static void read_manual(const char *path)
{
	FILE *stream = fopen(path, "r");
	char line[1024], section[64] = "";
	struct entry *entry = NULL;
	bool tag = false;

	assert_non_null(stream);
	n = 0;
	while (fgets(line, sizeof(line), stream)) {
		if (is_macro(line, "SH ") || is_macro(line, "SS ")) {
			*section = '\0';
			append_plain(section, sizeof(section), line + 4);
			entry = NULL;
		} else if (is_macro(line, "TP")) {
			assert_true(n < ENTRIES_MAX);
			entry = &entries[n++];
			*entry = (struct entry){ 0 };
			strcpy(entry->section, section);
			tag = true;
		} else if (is_macro(line, "PP")) {
			entry = NULL;
		} else if (entry && tag) {
			append_line(entry->tag, sizeof(entry->tag), line);
			tag = false;
		} else if (entry) {
			if (*entry->text)
				append(entry->text, sizeof(entry->text), " ", 1);
			append_line(entry->text, sizeof(entry->text), line);
		}
	}
	fclose(stream);
}

/* Comments above a key are its text; a commented section has # in each line. */
static void read_example(const char *path)
{
	FILE *stream = fopen(path, "r");
	char line[256], section[64] = "", text[4096] = "", *key, *end;
	struct entry *entry;

	assert_non_null(stream);
	n = 0;
	while (fgets(line, sizeof(line), stream)) {
		line[strcspn(line, "\n")] = '\0';
		key = !strncmp(line, "#  ", 3) ? line + 1 : line;
		key += strspn(key, " ");
		if (!strncmp(key, "# ", 2)) {
			append(text, sizeof(text), " ", *text ? 1 : 0);
			append(text, sizeof(text), key + 2, strlen(key + 2));
			continue;
		}
		end = strchr(key, ':');
		if (end && !end[1]) {
			*section = '\0';
			append(section, sizeof(section), key + (*key == '#'),
			       strcspn(key + (*key == '#'), " :"));
		} else if (end) {
			entry = &entries[n++];
			*entry = (struct entry){ 0 };
			strcpy(entry->section, section);
			append(entry->tag, sizeof(entry->tag),
			       key + (*key == '#'), strlen(key) - (*key == '#'));
			strcpy(entry->text, text);
		}
		*text = '\0';
	}
	fclose(stream);
}

/* Return: the only entry with @tag in a section that begins with @section. */
static const struct entry *find(const char *section, const char *tag)
{
	const struct entry *found = NULL;
	size_t i, len = strcspn(tag, "=:");

	for (i = 0; i < n; i++) {
		const char *at = strstr(entries[i].tag, tag);

		if (strncmp(entries[i].section, section, strlen(section)) ||
		    !at || (at != entries[i].tag && at[-1] != ' ') ||
		    strcspn(at, "=:[") < len)
			continue;
		if (found)
			fail_msg("%s: '%s' twice", section, tag);
		found = &entries[i];
	}
	return found;
}

static void assert_described(const char *document, const struct setting *setting,
			     const struct entry *entry)
{
	char text[SETTING_TEXT_LEN];
	size_t len;

	setting_describe(setting, text);
	len = strlen(text);
	if (!entry)
		fail_msg("%s: '%s' is missing, with the text: %s.", document,
			 setting->name, text);
	if (strncmp(entry->text, text, len) || entry->text[len] != '.')
		fail_msg("%s: '%s' must begin with '%s.', not '%s'", document,
			 setting->name, text, entry->text);
}

static void check_row(const struct settings_section *section,
		      const struct setting *setting)
{
	char error[SETTING_ERROR_LEN];
	void *item = calloc(1, section->size);

	assert_non_null(item);
	if (!setting->help || strchr(setting->help, '.') ||
	    !!setting->value + !!setting->otherwise + setting->required != 1)
		fail_msg("'%s': help without a full stop, and a default or words for it",
			 setting->name);
	assert_true(section->n <= SETTINGS_MAX);
	assert_true(setting->size > 0);
	/* Bounds are values themselves, and nothing is below or above them. */
	if (setting->min) {
		assert_true(setting_parse(setting, setting->min, item, error));
		if (setting->max)
			assert_true(setting_parse(setting, setting->max, item, error));
	}
	free(item);
}

TEST(test_rows)
{
	each_row(check_row);
}

static size_t rows;

static void check_manual(const struct settings_section *section,
			 const struct setting *setting)
{
	const char *name = section->name ? section->name : "KEYWORDS";
	char tag[128];

	snprintf(tag, sizeof(tag), "%s: %s%s", setting->name,
		 setting->most ? "[" : "", setting_arg(setting));
	assert_described("lmctl.conf.5", setting, find(name, tag));
	if (setting->restart && !strstr(find(name, tag)->text, "at the next start"))
		fail_msg("lmctl.conf.5: '%s' must say that a change takes effect at the next start",
			 setting->name);
	rows++;
}

TEST(test_manual)
{
	size_t i, keys = 0;

	read_manual("lmctl/lmctl.conf.5");
	rows = 0;
	each_row(check_manual);
	for (i = 0; i < n; i++)
		keys += strchr(entries[i].tag, ':') != NULL;
	/* No key that has no row. */
	assert_int_equal(keys, rows);
}

static void check_example(const struct settings_section *section,
			  const struct setting *setting)
{
	const struct entry *entry;
	char tag[128], value[512];

	snprintf(tag, sizeof(tag), "%s:", setting->name);
	entry = find(section->name ? section->name : "", tag);
	assert_described("lmctl.conf.example", setting, entry);
	assert_int_equal(strncmp(entry->tag, tag, strlen(tag)), 0);
	rows++;
	if (!setting->value)
		return;
	snprintf(tag, sizeof(tag), "%s: %s", setting->name, setting->value);
	snprintf(value, sizeof(value), "%s: \"%s\"", setting->name, setting->value);
	if (strcmp(entry->tag, tag) && strcmp(entry->tag, value))
		fail_msg("lmctl.conf.example: '%s', not '%s'", entry->tag, tag);
}

TEST(test_example)
{
	read_example("lmctl/lmctl.conf.example");
	rows = 0;
	each_row(check_example);
	assert_int_equal(n, rows);
}

static void check_option(const struct settings_section *section,
			 const struct setting *setting)
{
	const struct entry *entry;
	char tag[128];

	if (!setting->option)
		return;
	if (setting->type->flag)
		snprintf(tag, sizeof(tag), "--%s", setting->name);
	else
		snprintf(tag, sizeof(tag), "--%s=%s", setting->name,
			 setting_arg(setting));
	if (section == &config_set_section)
		entry = find("init", tag);
	else
		entry = find("Common options", tag);
	if (!entry)
		entry = find(section->name ? section->name : "", tag);
	if (!setting->type->flag)
		assert_described("lmctl.8", setting, entry);
	else if (!entry || strncmp(entry->text, setting->help, strlen(setting->help)))
		fail_msg("lmctl.8: '%s' must begin with '%s'", setting->name,
			 setting->help);
}

TEST(test_options)
{
	read_manual("lmctl/lmctl.8");
	each_row(check_option);
}
