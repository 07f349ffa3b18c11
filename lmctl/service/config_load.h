/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading a configuration file, between config_file.c, which has the file and
 * the parser, and config_keywords.c, which has the keywords.
 */
#ifndef LMCTL_SERVICE_CONFIG_LOAD_H
#define LMCTL_SERVICE_CONFIG_LOAD_H

#include <confuse.h>
#include "lmctl/service/config.h"

/**
 * struct config_given - what is checked when the whole file is known
 * @auth: the section says whether it is authenticated
 * @line: line to name when that is wrong
 */
struct config_given {
	bool auth;
	int line;
};

/**
 * struct config_load - a file that is being read
 * @path: name of the file
 * @line: line of what is being read
 * @error: room for a sentence, empty as long as all is well
 * @size: its size in bytes
 * @config: filled
 * @timing_ms: period, guard time, guard band, 0 if not given
 * @timing_line: line of the last of them
 * @measure: section that is being read, defaults between sections
 * @alarm: likewise
 * @given: of the section that is being read
 * @given_reflect: of the section reflect
 * @learn_line: line of learn in the section reflect
 * @given_measure: of the measurements in @config
 * @alarm_line: lines of the alarms in @config
 */
struct config_load {
	const char *path;
	int line;
	char *error;
	size_t size;
	struct config *config;
	uint64_t timing_ms[3];
	int timing_line;
	struct config_measure measure;
	struct alarm_config alarm;
	struct config_given given;
	struct config_given given_reflect;
	int learn_line;
	struct config_given given_measure[CONFIG_MEASURES_MAX];
	int alarm_line[ALARMS_MAX];
};

/**
 * config_fail() - say what is wrong with a line
 * @load: file
 * @line: line, 0 for the file as a whole
 * @format: what is wrong, and what to do
 *
 * Return: -1.
 */
int config_fail(struct config_load *load, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

struct config_keyword;

/*
 * Takes the value of a keyword: every value of @option is checked and goes to
 * @to. Called for every value of a list anew, and again at its end. Returns 0,
 * or -1 after config_fail().
 */
typedef int config_take_fn(struct config_load *load,
			   const struct config_keyword *keyword,
			   cfg_opt_t *option, void *to);

/**
 * struct config_keyword - a keyword of a section
 * @name: the keyword
 * @take: takes its value
 * @offset: where that belongs, in bytes from where its section does
 * @size: bytes of a text with its NUL, or of a number
 * @min: least number, or port of an address that has none
 * @max: greatest number
 * @list: it has a list of values
 * @boolean: it has a boolean value
 */
struct config_keyword {
	const char *name;
	config_take_fn *take;
	size_t offset;
	size_t size;
	uint32_t min;
	uint32_t max;
	bool list;
	bool boolean;
};

/* Kinds of values, config_values.c. */
config_take_fn config_take_text, config_take_path, config_take_number,
	       config_take_bool, config_take_auth, config_take_key,
	       config_take_ratio, config_take_timing, config_take_freshness,
	       config_take_learn, config_take_learn_timeout,
	       config_take_retention, config_take_set, config_take_rotate,
	       config_take_reflect_sets, config_take_peers, config_take_exec,
	       config_take_listen, config_take_source, config_take_mark;

/**
 * config_copy_text() - copy a text without control characters
 * @to: room for it
 * @size: size of @to in bytes
 * @text: text
 *
 * Return: true, or false if it is empty, does not fit, or has some.
 */
bool config_copy_text(char *to, size_t size, const char *text);

/**
 * config_parser() - a parser that knows the keywords
 * @load: gets the defaults of sections
 * @validate: called by the parser for every keyword and for every section when
 *	      it ends
 *
 * Return: parser for cfg_free(), or NULL when memory is short.
 */
cfg_t *config_parser(struct config_load *load,
		     cfg_validate_callback_t validate);

/**
 * config_take() - take the value of a keyword, or a section that ends
 * @load: file
 * @parent: section of the keyword, or the root
 * @option: the keyword or section
 *
 * Return: 0, or -1 after config_fail().
 */
int config_take(struct config_load *load, cfg_t *parent, cfg_opt_t *option);

/**
 * config_take_root() - end the file as if it were a section
 * @load: file
 * @root: the root
 *
 * Return: 0, or -1 after config_fail().
 */
int config_take_root(struct config_load *load, cfg_t *root);

#endif /* LMCTL_SERVICE_CONFIG_LOAD_H */
