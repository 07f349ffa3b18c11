/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings as data: one row per key of the configuration file. The parser of the
 * file, the command-line options of the same name, their help and their defaults
 * come from the row. test_settings compares the manual and the example with it.
 */
#ifndef LMCTL_BASE_SETTINGS_H
#define LMCTL_BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/array.h"

/* Most rows of a section. */
#define SETTINGS_MAX 16
/* Room for a sentence about a value that is refused. */
#define SETTING_ERROR_LEN 512
/* Room for the text of setting_describe(). */
#define SETTING_TEXT_LEN 256
/* In setting.option: the row is an option without a short name, too. */
#define SETTING_OPTION 1

struct setting;

/**
 * struct setting_type - a kind of values
 * @arg: name of a value in help and manual, as N
 * @flag: as an option it has no argument and stands for true
 * @absolute: in a file, a value begins with '/'
 * @blanks: in a file, items of a list may have commas and blanks without quotes
 * @parse: parses @text into @to, the room for this value in @item; for a refused
 *	   value, fills @error of SETTING_ERROR_LEN bytes with a phrase like "not a
 *	   number from 1 to 9" and returns false
 */
struct setting_type {
	const char *arg;
	bool flag;
	bool absolute;
	bool blanks;
	bool (*parse)(const struct setting *setting, const char *text,
		      void *item, void *to, char *error);
};

/**
 * struct setting - a key of a section
 * @name: the key
 * @type: kind of its values
 * @arg: name of a value in help and manual, where the type's is not good enough
 * @offset: where the value is in an item of the section, in bytes
 * @size: size of the value in bytes, of all values of a list
 * @most: largest number of values of a list, 0 if there is one value only
 * @count: where the number of values of a list is (unsigned int)
 * @remedy: what to do when there are more than @most, or NULL
 * @value: default, as in a file; NULL for zero
 * @otherwise: words for the default, where @value is NULL
 * @min: least value, as in a file; NULL for no bound
 * @max: greatest value, likewise
 * @zero: what 0 does, as "0 disables"; NULL if nothing special
 * @port: port of an address without one
 * @required: the file must have it
 * @restart: a change takes effect at the next start only, not at a reload
 * @option: its one-letter option, or SETTING_OPTION; 0 for no option
 * @help: one sentence without its full stop, beginning with a verb or noun
 */
struct setting {
	const char *name;
	const struct setting_type *type;
	const char *arg;
	size_t offset;
	size_t size;
	unsigned int most;
	size_t count;
	const char *remedy;
	const char *value;
	const char *otherwise;
	const char *min;
	const char *max;
	const char *zero;
	uint16_t port;
	bool required;
	bool restart;
	char option;
	const char *help;
};

/* The fields @offset and @size of a row for @member of struct @type. */
#define SETTING_AT(type, member) \
	.offset = offsetof(struct type, member), \
	.size = sizeof(((struct type *)NULL)->member)

/**
 * struct settings_context - what a section is checked with when the file has ended
 * @measurement: names of the measurements
 * @n: their number
 * @line: for each row of the section, the line that gives it; 0 if none does
 */
struct settings_context {
	const char *const *measurement;
	unsigned int n;
	const int *line;
};

/**
 * struct setting_error - why a section is refused
 * @setting: the key to blame, NULL for the section as a whole
 * @text: a sentence
 */
struct setting_error {
	const char *setting;
	char text[SETTING_ERROR_LEN];
};

/**
 * struct settings_section - a section of the configuration file
 * @name: its name; NULL for keys outside of sections
 * @max: largest number of such sections; with more than one, each has a title
 * @on: without a title, where a bool is in an item that says that there is one
 * @title: where the title is in an item, in bytes; name_valid() is true for it
 * @title_size: size of the title with its NUL in bytes
 * @size: size of an item in bytes
 * @settings: the rows
 * @n: number of @settings, at most SETTINGS_MAX
 * @finish: completes and checks an item when the whole file is known; fills @error
 *	    and returns false for a mistake; NULL for nothing to check
 */
struct settings_section {
	const char *name;
	unsigned int max;
	size_t on;
	size_t title;
	size_t title_size;
	size_t size;
	const struct setting *settings;
	size_t n;
	bool (*finish)(void *item, const struct settings_context *context,
		       struct setting_error *error);
};

/* The fields @settings and @n of a section whose rows are an array. */
#define SETTINGS_ROWS(array) \
	.settings = (array), .n = ARRAY_SIZE(array)

/* Kinds of values. Numbers have the size of their field. */
extern const struct setting_type setting_text, setting_path, setting_number,
				 setting_bool, setting_ratio;
/* Durations in milliseconds (uint64_t), nanoseconds (int64_t), whole seconds. */
extern const struct setting_type setting_time_ms, setting_time_ns,
				 setting_time_s;
/* Address and port (struct sockaddr_in6), and an address (struct in6_addr). */
extern const struct setting_type setting_endpoint, setting_address;

/**
 * settings_defaults() - fill an item with the defaults of its section
 * @section: section
 * @item: item; bytes that no default fills become 0
 */
void settings_defaults(const struct settings_section *section, void *item);

/**
 * settings_find() - the row of a key
 * @section: section
 * @name: key
 *
 * Return: row, or NULL.
 */
const struct setting *settings_find(const struct settings_section *section,
				    const char *name);

/**
 * settings_line() - the line that gives a key
 * @section: section
 * @line: line of each of its rows
 * @name: a key of the section
 *
 * Return: line, 0 if none gives it.
 */
int settings_line(const struct settings_section *section, const int *line,
		  const char *name);

/**
 * setting_parse() - parse a value
 * @setting: row
 * @text: value; one more of a list
 * @item: item of the section, gets the value
 * @error: room for SETTING_ERROR_LEN bytes: "not a number from 1 to 9"
 *
 * Return: false for a value that is refused.
 */
bool setting_parse(const struct setting *setting, const char *text, void *item,
		   char *error);

/**
 * setting_differs() - do two items differ in a setting
 * @setting: row
 * @a: item of the section
 * @b: another one
 *
 * Return: true if its bytes differ.
 */
bool setting_differs(const struct setting *setting, const void *a,
		     const void *b);

/**
 * setting_describe() - help, bounds and default as one text
 * @setting: row
 * @text: room for SETTING_TEXT_LEN bytes: "HELP, 1 to 9, default 5, 0 disables"
 *
 * Return: @text.
 */
const char *setting_describe(const struct setting *setting, char *text);

/**
 * setting_arg() - how help and manual call a value
 * @setting: row
 *
 * Return: word, as "N".
 */
const char *setting_arg(const struct setting *setting);

#endif /* LMCTL_BASE_SETTINGS_H */
