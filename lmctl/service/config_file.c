// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration files. libyaml parses the file into nodes that know their line;
 * the rows of the sections say what a node may be.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/names.h"
#include "lmctl/service/config.h"
#include "lmctl/service/config_yaml.h"

/* With config_yaml_check(), bounds memory and time, whatever is in the file. */
#define FILE_MAX ((size_t)256 * 1024)
/* More than all sections can have items together. */
#define ITEMS_MAX 256
/* Most characters of a value in a message. */
#define SHOWN 255
/* Room for a value with its environment variables. */
#define VALUE_MAX 1024
#define VARIABLE "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

/**
 * struct item - a section of the file
 * @section: its keys
 * @values: filled
 * @first: line in which it begins, 0 for keys outside of sections
 * @line: lines of its keys, 0 for those that are not given
 */
struct item {
	const struct settings_section *section;
	void *values;
	int first;
	int line[SETTINGS_MAX];
};

/**
 * struct load - a file that is being read
 * @path: name of the file
 * @error: room for a sentence
 * @size: its size in bytes
 * @config: filled
 * @document: the file
 * @items: its sections, those without name first
 * @n: number of @items
 * @sets: read the sections set only
 */
struct load {
	const char *path;
	char *error;
	size_t size;
	struct config *config;
	yaml_document_t document;
	struct item items[ITEMS_MAX];
	size_t n;
	bool sets;
};

/* Says what is wrong with a line, 0 for the file as a whole. Return: -1. */
__attribute__((format(printf, 3, 4)))
static int fail(struct load *load, int line, const char *format, ...)
{
	va_list args;
	size_t used;
	int len;

	if (line)
		len = snprintf(load->error, load->size, "%s:%d: ", load->path,
			       line);
	else
		len = snprintf(load->error, load->size, "%s: ", load->path);
	used = (size_t)len < load->size ? (size_t)len : load->size - 1;
	va_start(args, format);
	vsnprintf(load->error + used, load->size - used, format, args);
	va_end(args);
	message_harmless(load->error);
	return -1;
}

static int line_of(const yaml_node_t *node)
{
	return (int)node->start_mark.line + 1;
}

/* Return: text of a node, or NULL after fail(). */
static const char *text_of(struct load *load, const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;

	if (node->type != YAML_SCALAR_NODE)
		fail(load, line_of(node), "a list or section where a text belongs; put text that begins with '[' or '{', contains ': ' or ends with ':' between quotes");
	else if (strlen(text) != node->data.scalar.length)
		fail(load, line_of(node), "a text with a NUL character; remove it");
	else
		return text;
	return NULL;
}

static bool append(char *to, size_t *used, const char *text, size_t len)
{
	if (len >= VALUE_MAX - *used)
		return false;
	memcpy(to + *used, text, len);
	*used += len;
	to[*used] = '\0';
	return true;
}

/* Copies @text to @to of VALUE_MAX bytes; "${NAME}" stands for a variable. */
static int expand(struct load *load, int line, const char *text, char *to)
{
	const char *value, *at;
	char name[SHOWN + 1];
	size_t len, used = 0;

	while ((at = strstr(text, "${"))) {
		len = strspn(at + 2, VARIABLE);
		if (!len || len > SHOWN || at[2 + len] != '}')
			return fail(load, line, "'${' must be followed by the name of an environment variable and '}'; put text with '${' between single quotes");
		memcpy(name, at + 2, len);
		name[len] = '\0';
		value = getenv(name);
		if (!value)
			return fail(load, line, "there is no environment variable '%s'; set it, or put text with '${' between single quotes",
				    name);
		if (!append(to, &used, text, (size_t)(at - text)) ||
		    !append(to, &used, value, strlen(value)))
			break;
		text = at + 2 + len + 1;
	}
	if (!at && append(to, &used, text, strlen(text)))
		return 0;
	return fail(load, line, "longer than %d characters, with its environment variables",
		    VALUE_MAX - 1);
}

static bool quoted(const yaml_node_t *node)
{
	return node->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
	       node->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
}

static int take_value(struct load *load, const struct item *item,
		      const struct setting *setting, const yaml_node_t *node)
{
	const char *text = text_of(load, node);
	char error[SETTING_ERROR_LEN] = "not an absolute path; begin it with '/'";
	char expanded[VALUE_MAX] = "";

	if (!text)
		return -1;
	if (setting->most && !setting->type->blanks && !quoted(node) &&
	    strpbrk(text, ", \t\n"))
		return fail(load, line_of(node), "%s: '%.*s': a value with a comma or a blank; use [A, B] for two values, or quotes for one",
			    setting->name, SHOWN, text);
	if (node->data.scalar.style != YAML_SINGLE_QUOTED_SCALAR_STYLE &&
	    strstr(text, "${")) {
		if (expand(load, line_of(node), text, expanded))
			return -1;
		text = expanded;
	}
	if ((!setting->type->absolute || text[0] == '/') &&
	    setting_parse(setting, text, item->values, error))
		return 0;
	return fail(load, line_of(node), "%s: '%.*s': %s", setting->name, SHOWN,
		    text, error);
}

static int take_setting(struct load *load, struct item *item,
			const struct setting *setting, const yaml_node_t *node)
{
	const yaml_node_item_t *i, *top = node->data.sequence.items.top;

	item->line[setting - item->section->settings] = line_of(node);
	if (!setting->most || node->type != YAML_SEQUENCE_NODE)
		return take_value(load, item, setting, node);
	i = node->data.sequence.items.start;
	if (i == top && setting->required)
		return fail(load, line_of(node), "%s: an empty list; at least one is needed",
			    setting->name);
	for (; i < top; i++)
		if (take_value(load, item, setting,
			       yaml_document_get_node(&load->document, *i)))
			return -1;
	return 0;
}

typedef int take_fn(struct load *load, struct item *item, const char *key,
		    int line, const yaml_node_t *value);

/* Calls @take for each KEY: VALUE of a node. */
static int each_pair(struct load *load, struct item *item,
		     const yaml_node_t *node, take_fn *take)
{
	const yaml_node_pair_t *pair, *other;

	/* A section whose keys are all defaults. */
	if (node->type == YAML_SCALAR_NODE && !node->data.scalar.length)
		return 0;
	if (node->type != YAML_MAPPING_NODE)
		return fail(load, line_of(node), "a line must be KEY: VALUE; see lmctl.conf(5)");
	for (pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(&load->document, pair->key);
		const char *name = text_of(load, key);

		if (!name)
			return -1;
		for (other = node->data.mapping.pairs.start; other < pair; other++) {
			const yaml_node_t *was =
				yaml_document_get_node(&load->document, other->key);

			if (!strcmp((const char *)was->data.scalar.value, name))
				return fail(load, line_of(key), "'%.*s' is in line %d already; remove one of them",
					    SHOWN, name, line_of(was));
		}
		if (take(load, item, name, line_of(key),
			 yaml_document_get_node(&load->document, pair->value)))
			return -1;
	}
	return 0;
}

static int take_key(struct load *load, struct item *item, const char *key,
		    int line, const yaml_node_t *value)
{
	const struct setting *setting = settings_find(item->section, key);

	if (setting)
		return take_setting(load, item, setting, value);
	return fail(load, line, "section %s has no setting '%.*s'; see lmctl.conf(5)",
		    item->section->name, SHOWN, key);
}

static int take_title(struct load *load, const struct item *item,
		      const char *title)
{
	const struct settings_section *section = item->section;
	int line = item->first;

	if (section->max == 1) {
		*(bool *)((char *)item->values + section->on) = true;
		return *title ? fail(load, line, "section %s has no name: remove '%.*s'",
				     section->name, SHOWN, title) : 0;
	}
	/* To YAML, quotes within a text are characters of it. */
	if (!name_valid(title) || strlen(title) >= section->title_size ||
	    strchr(" \"'", *title))
		return fail(load, line, "section %s: its name must have 1 to %zu characters, no control character among them and no blank or quote at the begin: write '%s NAME:'",
			    section->name, section->title_size - 1, section->name);
	settings_defaults(section, item->values);
	strcpy((char *)item->values + section->title, title);
	return 0;
}

/* @key is the name of a section, and a blank and its title if it has one. */
static int take_section(struct load *load, const char *key, int line,
			const yaml_node_t *value)
{
	struct item *item = &load->items[load->n];
	size_t len = strcspn(key, " "), i = CONFIG_REFLECT;
	const struct settings_section *section;
	struct config_items *items;

	while ((section = config_section(i)) &&
	       (strncmp(section->name, key, len) || section->name[len]))
		i++;
	if (!section)
		return fail(load, line, "no setting or section '%.*s' outside of sections; see lmctl.conf(5)",
			    SHOWN, key);
	if (load->sets && i != CONFIG_SET)
		return 0;
	items = &load->config->items[i];
	if (items->n == section->max || load->n == ITEMS_MAX)
		return fail(load, line, "more than %u sections %s; remove some",
			    section->max, section->name);
	item->section = section;
	item->values = (char *)items->item + items->n++ * section->size;
	item->first = line;
	load->n++;
	if (take_title(load, item, key + len + (key[len] == ' ')))
		return -1;
	return each_pair(load, item, value, take_key);
}

static int take_root(struct load *load, struct item *item, const char *key,
		     int line, const yaml_node_t *value)
{
	const struct setting *setting;

	for (item = load->items; item <= &load->items[CONFIG_ROOT]; item++) {
		setting = settings_find(item->section, key);
		if (setting && load->sets)
			return 0;
		if (setting)
			return take_setting(load, item, setting, value);
	}
	return take_section(load, key, line, value);
}

static int fail_problem(struct load *load, const struct config_problem *problem)
{
	return fail(load, problem->line, "%s", problem->text);
}

/* The whole file is one document. */
static int parse_document(struct load *load, yaml_parser_t *parser,
			  const char *text, bool first)
{
	struct config_problem problem;
	const yaml_node_t *root;
	int err = 0;

	if (!yaml_parser_load(parser, &load->document)) {
		config_yaml_problem(parser, text, &problem);
		return fail_problem(load, &problem);
	}
	root = yaml_document_get_root_node(&load->document);
	if (root && first)
		err = each_pair(load, NULL, root, take_root);
	else if (root)
		err = fail(load, line_of(root), "a second document; remove '---' and join the two");
	yaml_document_delete(&load->document);
	return root && first && !err ?
	       parse_document(load, parser, text, false) : err;
}

static int parse(struct load *load, const char *text, size_t len)
{
	struct config_problem problem;
	yaml_parser_t parser;
	int err;

	if (!config_yaml_check(text, len, &problem))
		return fail_problem(load, &problem);
	if (!config_yaml_open(&parser, text, len))
		return fail(load, 0, "%s", strerror(ENOMEM));
	err = parse_document(load, &parser, text, true);
	yaml_parser_delete(&parser);
	return err;
}

/* Return: length of the file in @text, which has FILE_MAX + 1 bytes; -1 after fail(). */
static ssize_t read_text(struct load *load, int fd, char *text)
{
	struct stat status;
	size_t len = 0;
	ssize_t n = 1;

	if (fstat(fd, &status))
		return fail(load, 0, "%s", strerror(errno));
	/* Files of /proc have no size, and others may grow. */
	while (S_ISREG(status.st_mode) && n && len <= FILE_MAX) {
		n = read(fd, text + len, FILE_MAX + 1 - len);
		if (n < 0)
			return fail(load, 0, "%s", strerror(errno));
		len += (size_t)n;
	}
	if (!S_ISREG(status.st_mode) || len > FILE_MAX)
		return fail(load, 0, "not a regular file of at most %zu bytes",
			    FILE_MAX);
	return (ssize_t)len;
}

static int read_file(struct load *load)
{
	char *text = malloc(FILE_MAX + 1);
	/* Opening a FIFO would wait for its writer. */
	int fd = open(load->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t len;
	int err = -1;

	if (fd < 0 || !text) {
		fail(load, 0, "%s", strerror(fd < 0 ? errno : ENOMEM));
	} else {
		len = read_text(load, fd, text);
		if (len >= 0)
			err = parse(load, text, (size_t)len);
	}
	free(text);
	if (fd >= 0)
		close(fd);
	return err;
}

static int fail_item(struct load *load, const struct item *item,
		     const struct setting_error *error)
{
	const struct settings_section *section = item->section;
	int line = error->setting ?
		   settings_line(section, item->line, error->setting) : 0;

	return fail(load, line ? line : item->first, "section %s%s%s: %s",
		    section->name, section->max > 1 ? " " : "",
		    section->max > 1 ? (char *)item->values + section->title : "",
		    error->text);
}

static int finish_item(struct load *load, const struct item *item,
		       const struct settings_context *context)
{
	const struct settings_section *section = item->section;
	struct config *config = load->config;
	struct setting_error error = { .setting = NULL };
	bool good = true;
	size_t i;

	for (i = 0; i < section->n; i++) {
		if (!section->settings[i].required || item->line[i])
			continue;
		snprintf(error.text, sizeof(error.text), "%s is missing; see lmctl.conf(5)",
			 section->settings[i].name);
		return fail_item(load, item, &error);
	}
	if (section == &config_reflect_section)
		good = !config_reflect_finish(config, item->line, &error);
	else if (section == &config_measure_section)
		good = !config_measure_finish(config, item->values, item->line,
					      &error);
	else if (section->finish)
		good = section->finish(item->values, context, &error);
	return good ? 0 : fail_item(load, item, &error);
}

/* "tx" is another name of "lm-tx". */
static int fail_twice(struct load *load)
{
	const struct config_import *import = load->config->import;
	const struct config_set *set = load->config->set;
	unsigned int i, j;

	for (i = 0; i < load->config->nsets; i++)
		for (j = 0; j < i; j++)
			if (!strcmp(set[i].name, set[j].name))
				return fail(load, 0, "set '%s' has two sections; remove one of them",
					    set[i].name);
	for (i = 0; i < load->config->nimports; i++)
		for (j = 0; j < i; j++)
			if (!strcmp(import[i].set, import[j].set))
				return fail(load, 0, "set '%s' has two sections import; remove one of them",
					    import[i].set);
	return 0;
}

static int finish_sections(struct load *load)
{
	const char *measurement[CONFIG_MEASURES_MAX];
	struct settings_context context = {
		.measurement = measurement, .n = load->config->nmeasures,
	};
	size_t i;

	for (i = 0; i < context.n; i++)
		measurement[i] = load->config->measure[i].of.name;
	for (i = CONFIG_ROOT + 1; i < load->n; i++) {
		context.line = load->items[i].line;
		if (finish_item(load, &load->items[i], &context))
			return -1;
	}
	return fail_twice(load);
}

static int finish(struct load *load)
{
	struct config *config = load->config;
	const int *times = load->items[CONFIG_TIMES].line;
	char error[SETTING_ERROR_LEN];

	if (load->sets)
		return finish_sections(load);
	if (!name_valid(config->node))
		return fail(load, 0, "node is missing, and this host has no name");
	if (!config->nrotate && !config->reflect.on && !config->nmeasures &&
	    !config->nimports)
		return fail(load, 0, "nothing to do: add rotate, or a section reflect, measure or import");
	if (!config->times.period_ms)
		return fail(load, 0, "period is missing; both ends need the same one");
	if (config_timing(&config->times, &config->timing, error, sizeof(error)))
		return fail(load, times[2] ? times[2] : times[1], "%s", error);
	if (config->keys_file[0] &&
	    keys_load(&config->keys, config->keys_file,
		      config_keys_owner(config->user), error, sizeof(error)))
		return fail(load, 0, "keys: %s", error);
	return finish_sections(load);
}

static struct config *run(struct load *load)
{
	size_t i;
	int err;

	load->error[0] = '\0';
	load->config = config_new();
	if (!load->config) {
		fail(load, 0, "%s", strerror(ENOMEM));
		return NULL;
	}
	for (i = CONFIG_TIMES; i <= CONFIG_ROOT; i++, load->n++) {
		load->items[i].section = config_section(i);
		load->items[i].values = load->config->items[i].item;
	}
	err = read_file(load);
	load->config->nmeasures = load->config->items[CONFIG_MEASURE].n;
	load->config->nsets = load->config->items[CONFIG_SET].n;
	load->config->nimports = load->config->items[CONFIG_IMPORT].n;
	if (!err && !finish(load))
		return load->config;
	config_free(load->config);
	return NULL;
}

struct config *config_load(const char *path, char *error, size_t size)
{
	struct load load = { .path = path, .error = error, .size = size };

	return run(&load);
}

struct config *config_load_sets(const char *path, char *error, size_t size)
{
	struct load load = {
		.path = path, .error = error, .size = size, .sets = true,
	};

	return run(&load);
}
