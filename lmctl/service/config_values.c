// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of the configuration file: one function per kind. All values but
 * booleans are strings to libconfuse: its own numbers take 010 for eight and
 * an empty text for zero.
 */
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include "lmctl/base/duration.h"
#include "lmctl/base/numbers.h"
#include "lmctl/engine/recording.h"
#include "lmctl/node/sets.h"
#include "lmctl/service/config_load.h"

/* Return: value @i of an option, which it has. */
static const char *value(cfg_opt_t *option, unsigned int i)
{
	return cfg_opt_getnstr(option, i);
}

static int bad(struct config_load *load, const struct config_keyword *keyword,
	       const char *text, const char *what)
{
	return config_fail(load, load->line, "%s = '%.*s': %s", keyword->name,
			   CONFIG_TEXT_LEN, text, what);
}

bool config_copy_text(char *to, size_t size, const char *text)
{
	if (!name_valid(text) || strlen(text) >= size)
		return false;
	strcpy(to, text);
	return true;
}

int config_take_text(struct config_load *load,
		     const struct config_keyword *keyword, cfg_opt_t *option,
		     void *to)
{
	const char *text = value(option, 0);

	if (config_copy_text(to, keyword->size, text))
		return 0;
	return config_fail(load, load->line, "%s = '%.*s': must have 1 to %zu characters, none of them a control character",
			   keyword->name, CONFIG_TEXT_LEN, text,
			   keyword->size - 1);
}

int config_take_path(struct config_load *load,
		     const struct config_keyword *keyword, cfg_opt_t *option,
		     void *to)
{
	if (value(option, 0)[0] != '/')
		return bad(load, keyword, value(option, 0), "not an absolute path; begin it with '/'");
	return config_take_text(load, keyword, option, to);
}

int config_take_number(struct config_load *load,
		       const struct config_keyword *keyword, cfg_opt_t *option,
		       void *to)
{
	const char *text = value(option, 0);
	uint32_t number;

	if (lmctl_parse_u32(text, &number) || number < keyword->min ||
	    number > keyword->max)
		return config_fail(load, load->line, "%s = '%.*s': not a number from %u to %u",
				   keyword->name, CONFIG_TEXT_LEN, text,
				   keyword->min, keyword->max);
	switch (keyword->size) {
	case sizeof(uint8_t):
		*(uint8_t *)to = (uint8_t)number;
		break;
	case sizeof(uint16_t):
		*(uint16_t *)to = (uint16_t)number;
		break;
	default:
		*(uint32_t *)to = number;
	}
	return 0;
}

int config_take_bool(struct config_load *load,
		     const struct config_keyword *keyword, cfg_opt_t *option,
		     void *to)
{
	(void)load;
	(void)keyword;
	*(bool *)to = cfg_opt_getnbool(option, 0);
	return 0;
}

int config_take_auth(struct config_load *load,
		     const struct config_keyword *keyword, cfg_opt_t *option,
		     void *to)
{
	load->given.auth = true;
	load->given.line = load->line;
	return config_take_bool(load, keyword, option, to);
}

int config_take_key(struct config_load *load,
		    const struct config_keyword *keyword, cfg_opt_t *option,
		    void *to)
{
	load->given.line = load->line;
	return config_take_text(load, keyword, option, to);
}

int config_take_ratio(struct config_load *load,
		      const struct config_keyword *keyword, cfg_opt_t *option,
		      void *to)
{
	const char *text = value(option, 0);
	char *end;
	double ratio = strtod(text, &end);

	/* The condition is false for NaN. */
	if (end == text || *end || !(ratio >= 0 && ratio <= 1))
		return bad(load, keyword, text, "not a ratio from 0 to 1");
	*(double *)to = ratio;
	return 0;
}

int config_take_mark(struct config_load *load,
		     const struct config_keyword *keyword, cfg_opt_t *option,
		     void *to)
{
	uint32_t *mark = to;

	if (config_take_number(load, keyword, option, to))
		return -1;
	if (*mark < RT_TABLE_DEFAULT || *mark > RT_TABLE_LOCAL)
		return 0;
	return bad(load, keyword, value(option, 0), "the routing table of this number belongs to the system");
}

int config_take_timing(struct config_load *load,
		       const struct config_keyword *keyword, cfg_opt_t *option,
		       void *to)
{
	/* The timing is made of all three, when the file has ended. */
	uint64_t *ms = (void *)((char *)load + keyword->offset);

	(void)to;
	load->timing_line = load->line;
	if (duration_parse(value(option, 0), ms) || !*ms ||
	    *ms > BLOCK_PERIOD_MAX_MS)
		return bad(load, keyword, value(option, 0), "not a duration from 1ms to 24h");
	return 0;
}

int config_take_freshness(struct config_load *load,
			  const struct config_keyword *keyword,
			  cfg_opt_t *option, void *to)
{
	uint64_t ms;

	if (duration_parse(value(option, 0), &ms) || ms > BLOCK_PERIOD_MAX_MS)
		return bad(load, keyword, value(option, 0), "not a duration of at most 24h, nor 0 for no limit");
	*(int64_t *)to = (int64_t)ms * BLOCK_NS_PER_MS;
	return 0;
}

/* Whether learning is possible is checked when the whole file is known. */
int config_take_learn(struct config_load *load,
		      const struct config_keyword *keyword, cfg_opt_t *option,
		      void *to)
{
	load->learn_line = load->line;
	return config_take_number(load, keyword, option, to);
}

int config_take_learn_timeout(struct config_load *load,
			      const struct config_keyword *keyword,
			      cfg_opt_t *option, void *to)
{
	uint64_t ms;

	if (duration_parse(value(option, 0), &ms) || ms % 1000 ||
	    ms / 1000 < CONFIG_LEARN_TIMEOUT_MIN_S ||
	    ms / 1000 > CONFIG_TIMEOUT_MAX_S)
		return bad(load, keyword, value(option, 0), "not a duration of whole seconds from 10s to 24d");
	*(uint32_t *)to = (uint32_t)(ms / 1000);
	return 0;
}

int config_take_retention(struct config_load *load,
			  const struct config_keyword *keyword,
			  cfg_opt_t *option, void *to)
{
	uint64_t ms;

	if (duration_parse(value(option, 0), &ms) || ms < 1000)
		return bad(load, keyword, value(option, 0), "not a duration of at least 1s");
	*(int64_t *)to = (int64_t)(ms / 1000);
	return 0;
}

static int copy_set(struct config_load *load,
		    const struct config_keyword *keyword, const char *text,
		    char *set)
{
	if (config_copy_text(set, SR6FLOW_SETNAME_MAX + 1, lmctl_set_name(text)))
		return 0;
	return config_fail(load, load->line, "%s: '%.*s' is not the name of a set, which has 1 to %d characters",
			   keyword->name, CONFIG_TEXT_LEN, text,
			   SR6FLOW_SETNAME_MAX);
}

int config_take_set(struct config_load *load,
		    const struct config_keyword *keyword, cfg_opt_t *option,
		    void *to)
{
	return copy_set(load, keyword, value(option, 0), to);
}

static int take_sets(struct config_load *load,
		     const struct config_keyword *keyword, cfg_opt_t *option,
		     char (*set)[SR6FLOW_SETNAME_MAX + 1], unsigned int *n)
{
	unsigned int i;

	for (*n = 0; *n < cfg_opt_size(option); ++*n) {
		if (*n == CONFIG_SETS_MAX)
			return config_fail(load, load->line, "%s: more than %d sets",
					   keyword->name, CONFIG_SETS_MAX);
		if (copy_set(load, keyword, value(option, *n), set[*n]))
			return -1;
		for (i = 0; i < *n; i++)
			if (!strcmp(set[i], set[*n]))
				return config_fail(load, load->line, "%s: set '%s' is listed twice",
						   keyword->name, set[i]);
	}
	return 0;
}

int config_take_rotate(struct config_load *load,
		       const struct config_keyword *keyword, cfg_opt_t *option,
		       void *to)
{
	return take_sets(load, keyword, option, to, &load->config->nrotate);
}

int config_take_reflect_sets(struct config_load *load,
			     const struct config_keyword *keyword,
			     cfg_opt_t *option, void *to)
{
	return take_sets(load, keyword, option, to,
			 &load->config->reflect.nsets);
}

int config_take_peers(struct config_load *load,
		      const struct config_keyword *keyword, cfg_opt_t *option,
		      void *to)
{
	struct config_measure *measure = &load->measure;
	char error[512];
	unsigned int i;

	(void)to;
	measure->of.npeers = 0;
	for (i = 0; i < cfg_opt_size(option); i++)
		if (config_peer(measure, value(option, i), error,
				sizeof(error)))
			return config_fail(load, load->line, "%s: %s",
					   keyword->name, error);
	return 0;
}

int config_take_exec(struct config_load *load,
		     const struct config_keyword *keyword, cfg_opt_t *option,
		     void *to)
{
	struct alarm_config *alarm = &load->alarm;
	unsigned int i;

	(void)to;
	alarm->nargs = 0;
	for (i = 0; i < cfg_opt_size(option); i++) {
		const char *text = value(option, i);

		if (i == ALARM_ARGS_MAX)
			return config_fail(load, load->line, "%s: more than %d program and arguments",
					   keyword->name, ALARM_ARGS_MAX);
		if (!i && text[0] != '/')
			return bad(load, keyword, text, "the program is not an absolute path; begin it with '/'");
		if (strlen(text) >= CONFIG_TEXT_LEN)
			return bad(load, keyword, text, "longer than 255 characters");
		strcpy(alarm->args[i], text);
	}
	alarm->nargs = i;
	return 0;
}

int config_take_listen(struct config_load *load,
		       const struct config_keyword *keyword, cfg_opt_t *option,
		       void *to)
{
	if (config_address(value(option, 0), (uint16_t)keyword->min, to))
		return 0;
	return bad(load, keyword, value(option, 0), "not an address: use ADDRESS or [ADDRESS]:PORT, in numbers");
}

int config_take_source(struct config_load *load,
		       const struct config_keyword *keyword, cfg_opt_t *option,
		       void *to)
{
	struct sockaddr_in6 address;

	if (!config_address(value(option, 0), 0, &address) ||
	    address.sin6_port)
		return bad(load, keyword, value(option, 0), "not an address without a port");
	*(struct in6_addr *)to = address.sin6_addr;
	return 0;
}
