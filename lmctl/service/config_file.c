// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration files: the file, libconfuse, and what can be checked only when
 * the whole file is known.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lmctl/base/privileges.h"
#include "lmctl/engine/recording.h"
#include "lmctl/service/config_load.h"

/* Bounds memory and time, whatever is in the file. */
#define FILE_MAX ((off_t)256 * 1024)
#define ENVIRONMENT "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

/* libconfuse's functions have no argument for it; NULL but while it parses. */
static struct config_load *loading;

/* A sentence is one line, whatever the file has between its quotes. */
static void no_control_characters(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

__attribute__((format(printf, 3, 0)))
static void fail(struct config_load *load, int line, const char *format,
		 va_list args)
{
	size_t used;
	int len;

	if (line)
		len = snprintf(load->error, load->size, "%s:%d: ", load->path,
			       line);
	else
		len = snprintf(load->error, load->size, "%s: ", load->path);
	used = (size_t)len < load->size ? (size_t)len : load->size - 1;
	vsnprintf(load->error + used, load->size - used, format, args);
	no_control_characters(load->error);
}

int config_fail(struct config_load *load, int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(load, line, format, args);
	va_end(args);
	return -1;
}

__attribute__((format(printf, 2, 0)))
static void on_error(cfg_t *cfg, const char *format, va_list args)
{
	size_t len;

	if (loading->error[0])
		return;
	fail(loading, cfg->line, format, args);
	len = strlen(loading->error);
	snprintf(loading->error + len, loading->size - len,
		 "; see lmctl.conf(5)");
}

static int on_value(cfg_t *cfg, cfg_opt_t *option)
{
	loading->line = cfg->line;
	return config_take(loading, cfg, option);
}

/* Return: text for free(), or NULL after config_fail(). */
static char *read_file(struct config_load *load, size_t *len)
{
	/* Opening a FIFO would wait for its writer. */
	int fd = open(load->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	char *text = NULL;
	ssize_t n;

	if (fd < 0 || fstat(fd, &status)) {
		config_fail(load, 0, "%s", strerror(errno));
	} else if (!S_ISREG(status.st_mode) || status.st_size > FILE_MAX) {
		config_fail(load, 0, "not a regular file of at most %lld bytes",
			    (long long)FILE_MAX);
	} else {
		text = malloc((size_t)FILE_MAX + 1);
		if (!text)
			config_fail(load, 0, "%s", strerror(ENOMEM));
	}
	for (*len = 0; text && *len < (size_t)FILE_MAX; *len += (size_t)n) {
		n = read(fd, text + *len, (size_t)FILE_MAX - *len);
		if (n < 0) {
			config_fail(load, 0, "%s", strerror(errno));
			free(text);
			text = NULL;
		}
		if (n <= 0)
			break;
	}
	if (text)
		text[*len] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

/* Return: what follows the quoted text at @c, or NULL with @problem. */
static char *skip_quoted(char *c, const char **problem)
{
	char quote = *c++;

	for (; *c && *c != '\n'; c++) {
		if (*c == quote)
			return c + 1;
		if (*c == '\\') {
			if (!*++c || *c == '\n')
				break;
		} else if (quote == '"' && c[0] == '$' && c[1] == '{') {
			c += 2 + strspn(c + 2, ENVIRONMENT);
			if (*c != '}') {
				*problem = "'${' must be followed by the name of an environment variable and '}'";
				return NULL;
			}
		}
	}
	*problem = "the closing quote is missing in this line";
	return NULL;
}

/* Return: where to go on after @c, or NULL with @problem. */
static char *skip(char *c, const char **problem)
{
	switch (*c) {
	case '#':
		while (*c && *c != '\n')
			*c++ = ' ';
		return c;
	case '"':
	case '\'':
		return skip_quoted(c, problem);
	case '/':
		if (c[1] != '/' && c[1] != '*')
			break;
		*problem = "comments begin with '#'; text with '//' or '/*' needs quotes";
		return NULL;
	case '+':
		if (c[1] == '=')
			break;
		/* fall through */
	case '*':
	case '$':
		*problem = "text with '*', '+' or '$' needs quotes";
		return NULL;
	}
	return c + 1;
}

/*
 * libconfuse counts lines of comments more than once, takes a file that ends
 * inside a comment or section for a whole one, and drops characters that it
 * does not know: a pattern gold* would become gold. So that lines are right
 * and nothing is dropped, it sees no comments and none of the others.
 */
static int prepare(struct config_load *load, char *text, size_t len)
{
	int line = 1, depth = 0, opened = 0;
	const char *problem = NULL;
	char *c;

	for (c = text; c < text + len; c++) {
		if ((unsigned char)*c < ' ' && !strchr("\t\r\n", *c ? *c : 1))
			return config_fail(load, line, "a control character: this is no text file");
		line += *c == '\n';
	}
	for (line = 1, c = text; *c;) {
		line += *c == '\n';
		if (*c == '{' && !depth++)
			opened = line;
		depth -= *c == '}';
		c = skip(c, &problem);
		if (!c)
			return config_fail(load, line, "%s", problem);
	}
	if (depth > 0)
		return config_fail(load, opened, "the closing brace is missing");
	return 0;
}

static int parse(struct config_load *load, char *text)
{
	cfg_t *cfg = config_parser(load, on_value);
	int err;

	if (!cfg)
		return config_fail(load, 0, "%s", strerror(ENOMEM));
	cfg_set_error_function(cfg, on_error);
	loading = load;
	err = cfg_parse_buf(cfg, text) == CFG_SUCCESS ?
	      config_take_root(load, cfg) : -1;
	loading = NULL;
	if (err && !load->error[0])
		config_fail(load, cfg->line, "%s", strerror(ENOMEM));
	/* Resets the lexer, which may have stopped anywhere. */
	cfg_free(cfg);
	return err;
}

static int finish_timing(struct config_load *load)
{
	char error[256];

	if (!load->timing_ms[0])
		return config_fail(load, 0, "period is missing; both ends need the same one");
	if (!block_timing_init(&load->config->timing, load->timing_ms[0],
			       (int64_t)load->timing_ms[1] * BLOCK_NS_PER_MS,
			       (int64_t)load->timing_ms[2] * BLOCK_NS_PER_MS,
			       error, sizeof(error)))
		return 0;
	return config_fail(load, load->timing_line, "%s", error);
}

static int finish_auth(struct config_load *load,
		       const struct config_given *given, bool *auth)
{
	if (!given->auth)
		*auth = load->config->keys.n;
	if (*auth && !load->config->keys.n)
		return config_fail(load, given->line, "auth = true needs keys: name their file with keys = \"FILE\" outside the sections");
	return 0;
}

static int finish_measure(struct config_load *load, unsigned int i)
{
	struct config_measure *measure = &load->config->measure[i];
	const struct config_given *given = &load->given_measure[i];

	if (finish_auth(load, given, &measure->auth))
		return -1;
	if (measure->key[0] && !measure->auth)
		return config_fail(load, given->line, "key = '%s' needs auth = true",
				   measure->key);
	if (measure->key[0] && !keys_find(&load->config->keys, measure->key))
		return config_fail(load, given->line, "no key '%s' in %s",
				   measure->key, load->config->keys_file);
	return 0;
}

/* An alarm that can never be raised is a mistake nobody would notice. */
static int finish_alarm(struct config_load *load, unsigned int i)
{
	const struct config *config = load->config;
	const char *pattern = config->alarm[i].measure;
	unsigned int m;

	for (m = 0; m < config->nmeasures; m++)
		if (!fnmatch(pattern, config->measure[m].of.name, 0))
			return 0;
	return config_fail(load, load->alarm_line[i], "alarm '%s': no section measure has a name like '%s'",
			   config->alarm[i].name, pattern);
}

uid_t config_keys_owner(const char *user)
{
	const struct passwd *entry = getpwnam(*user ? user : PRIVILEGES_USER);

	return entry ? entry->pw_uid : 0;
}

static int finish(struct config_load *load)
{
	struct config *config = load->config;
	char error[512];
	unsigned int i;

	if (!name_valid(config->node))
		return config_fail(load, 0, "node is missing, and this host has no name");
	if (!config->nrotate && !config->reflect.on && !config->nmeasures)
		return config_fail(load, 0, "nothing to do: give rotate, a section reflect or a section measure");
	if (finish_timing(load))
		return -1;
	if (config->keys_file[0] &&
	    keys_load(&config->keys, config->keys_file,
		      config_keys_owner(config->user), error, sizeof(error)))
		return config_fail(load, 0, "keys: %s", error);
	if (config->reflect.on &&
	    finish_auth(load, &load->given_reflect,
			&config->reflect.reflector.auth))
		return -1;
	if (config->reflect.on &&
	    config_reflect_finish(config, error, sizeof(error)))
		return config_fail(load, load->learn_line, "section reflect: %s",
				   error);
	for (i = 0; i < config->nmeasures; i++)
		if (finish_measure(load, i))
			return -1;
	for (i = 0; i < config->nalarms; i++)
		if (finish_alarm(load, i))
			return -1;
	return 0;
}

struct config *config_load(const char *path, char *error, size_t size)
{
	struct config_load *load = calloc(1, sizeof(*load));
	struct config *config = config_new();
	char *text = NULL;
	size_t len;
	int err = -1;

	error[0] = '\0';
	if (load && config) {
		load->path = path;
		load->error = error;
		load->size = size;
		load->config = config;
		text = read_file(load, &len);
		if (text && !prepare(load, text, len) && !parse(load, text))
			err = finish(load);
	} else {
		snprintf(error, size, "%s: %s", path, strerror(ENOMEM));
	}
	free(text);
	free(load);
	if (!err)
		return config;
	config_free(config);
	return NULL;
}
