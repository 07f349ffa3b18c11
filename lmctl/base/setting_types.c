// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kinds of values of settings.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "lmctl/base/block.h"
#include "lmctl/base/duration.h"
#include "lmctl/base/endpoint.h"
#include "lmctl/base/names.h"
#include "lmctl/base/numbers.h"
#include "lmctl/base/settings.h"

static bool refuse(char *error, const char *phrase)
{
	snprintf(error, SETTING_ERROR_LEN, "%s", phrase);
	return false;
}

static bool parse_text(const struct setting *setting, const char *text,
		       void *item, void *to, char *error)
{
	(void)item;
	if (name_valid(text) && strlen(text) < setting->size) {
		memset(to, 0, setting->size);
		strcpy(to, text);
		return true;
	}
	snprintf(error, SETTING_ERROR_LEN, "must have 1 to %zu characters, none of them a control character",
		 setting->size - 1);
	return false;
}

static bool parse_number(const struct setting *setting, const char *text,
			 void *item, void *to, char *error)
{
	uint32_t min, max, number;

	(void)item;
	lmctl_parse_u32(setting->min, &min);
	lmctl_parse_u32(setting->max, &max);
	if (lmctl_parse_u32(text, &number) || number < min || number > max) {
		snprintf(error, SETTING_ERROR_LEN, "not a number from %s to %s",
			 setting->min, setting->max);
		return false;
	}
	switch (setting->size) {
	case sizeof(uint8_t):
		*(uint8_t *)to = (uint8_t)number;
		break;
	case sizeof(uint16_t):
		*(uint16_t *)to = (uint16_t)number;
		break;
	default:
		*(uint32_t *)to = number;
	}
	return true;
}

static bool parse_bool(const struct setting *setting, const char *text,
		       void *item, void *to, char *error)
{
	static const char *const words[] = { "false", "true", "no", "yes",
					     "off", "on" };
	size_t i;

	(void)setting;
	(void)item;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcasecmp(text, words[i])) {
			*(bool *)to = i % 2;
			return true;
		}
	return refuse(error, "not true or false");
}

static bool parse_ratio(const struct setting *setting, const char *text,
			void *item, void *to, char *error)
{
	char *end;
	double ratio = strtod(text, &end);

	(void)setting;
	(void)item;
	/* The condition is false for NaN. */
	if (end == text || *end || !(ratio >= 0 && ratio <= 1))
		return refuse(error, "not a ratio from 0 to 1");
	*(double *)to = ratio;
	return true;
}

static bool parse_duration(const struct setting *setting, const char *text,
			   uint64_t unit_ms, uint64_t *ms, char *error)
{
	uint64_t min = 0, max = DURATION_MAX_MS;

	if (setting->min)
		duration_parse(setting->min, &min);
	if (setting->max)
		duration_parse(setting->max, &max);
	if (!duration_parse(text, ms) && !(*ms % unit_ms) && *ms >= min &&
	    *ms <= max)
		return true;
	snprintf(error, SETTING_ERROR_LEN, "not a duration%s %s %s%s%s",
		 unit_ms > 1 ? " in whole seconds" : "",
		 setting->max ? "from" : "of at least", setting->min,
		 setting->max ? " to " : "", setting->max ? setting->max : "");
	return false;
}

static bool parse_time_ms(const struct setting *setting, const char *text,
			  void *item, void *to, char *error)
{
	(void)item;
	return parse_duration(setting, text, 1, to, error);
}

static bool parse_time_ns(const struct setting *setting, const char *text,
			  void *item, void *to, char *error)
{
	uint64_t ms;

	(void)item;
	if (!parse_duration(setting, text, 1, &ms, error))
		return false;
	*(int64_t *)to = (int64_t)ms * BLOCK_NS_PER_MS;
	return true;
}

static bool parse_time_s(const struct setting *setting, const char *text,
			 void *item, void *to, char *error)
{
	uint64_t ms;

	(void)item;
	if (!parse_duration(setting, text, 1000, &ms, error))
		return false;
	if (setting->size == sizeof(uint32_t))
		*(uint32_t *)to = (uint32_t)(ms / 1000);
	else
		*(int64_t *)to = (int64_t)(ms / 1000);
	return true;
}

static bool parse_endpoint(const struct setting *setting, const char *text,
			   void *item, void *to, char *error)
{
	(void)item;
	return endpoint_parse(text, setting->port, to) ||
	       refuse(error, "must be ADDRESS or [ADDRESS]:PORT, in numbers");
}

static bool parse_address(const struct setting *setting, const char *text,
			  void *item, void *to, char *error)
{
	struct sockaddr_in6 address;

	(void)setting;
	(void)item;
	if (!endpoint_parse(text, 0, &address) || address.sin6_port)
		return refuse(error, "must be an address without a port");
	*(struct in6_addr *)to = address.sin6_addr;
	return true;
}

const struct setting_type setting_text = { .arg = "TEXT", .parse = parse_text };
const struct setting_type setting_path = {
	.arg = "FILE", .parse = parse_text, .absolute = true,
};
const struct setting_type setting_number = {
	.arg = "N", .parse = parse_number,
};
const struct setting_type setting_bool = {
	.arg = "BOOL", .parse = parse_bool, .flag = true,
};
const struct setting_type setting_ratio = {
	.arg = "RATIO", .parse = parse_ratio,
};
const struct setting_type setting_time_ms = {
	.arg = "TIME", .parse = parse_time_ms,
};
const struct setting_type setting_time_ns = {
	.arg = "TIME", .parse = parse_time_ns,
};
const struct setting_type setting_time_s = {
	.arg = "TIME", .parse = parse_time_s,
};
const struct setting_type setting_endpoint = {
	.arg = "ADDRESS", .parse = parse_endpoint,
};
const struct setting_type setting_address = {
	.arg = "ADDRESS", .parse = parse_address,
};
