// SPDX-License-Identifier: GPL-2.0-only
/* Flows as text: [NAME=][SOURCE@]SID[,SID...] */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"

/* Longer input is cut in sentences, so that they stay readable. */
#define SHOWN 64

/**
 * text_one_line() - replace the control characters of a sentence
 * @text: sentence
 *
 * Names and flows may be hostile, and terminals execute control characters.
 */
void text_one_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

static const char *name_problem(const char *name, size_t len, char *text,
				size_t size)
{
	if (!len)
		snprintf(text, size, "nothing before '=': a name has 1 to %d characters",
			 SR6FLOW_NAME_MAX);
	else if (len > SR6FLOW_NAME_MAX)
		snprintf(text, size, "name '%.*s...' is longer than %d characters",
			 SR6FLOW_NAME_MAX, name, SR6FLOW_NAME_MAX);
	else if (!sr6flow_name_valid(name, len))
		snprintf(text, size,
			 "name '%.*s': only letters, digits and, not first, '.', '_', ':', '-'",
			 (int)len, name);
	else
		return NULL;
	return text;
}

/**
 * flow_problem() - check a flow before it goes to the kernel
 * @flow: flow
 * @text: room for a sentence
 * @size: size of @text
 *
 * Return: NULL or @text.
 */
const char *flow_problem(const struct sr6flow_flow *flow, char *text,
			 size_t size)
{
	size_t len = strnlen(flow->name, sizeof(flow->name));

	if (flow->nsids < 1 || flow->nsids > SR6FLOW_SIDS_MAX) {
		snprintf(text, size, "%u SIDs: a flow has 1 to %d",
			 flow->nsids, SR6FLOW_SIDS_MAX);
		return text;
	}
	if (flow->netmask > SR6FLOW_NETMASK_MAX) {
		snprintf(text, size, "netmask %u: must be 0 to %d",
			 flow->netmask, SR6FLOW_NETMASK_MAX);
		return text;
	}
	return len ? name_problem(flow->name, len, text, size) : NULL;
}

static const char *address_problem(struct in6_addr *address, const char *word,
				   size_t len, const char *what, char *text,
				   size_t size)
{
	char copy[INET6_ADDRSTRLEN];

	if (len < sizeof(copy)) {
		memcpy(copy, word, len);
		copy[len] = '\0';
		if (inet_pton(AF_INET6, copy, address) == 1)
			return NULL;
	}
	if (len)
		snprintf(text, size, "'%.*s%s' is not an IPv6 address",
			 (int)(len > SHOWN ? SHOWN : len), word,
			 len > SHOWN ? "..." : "");
	else
		snprintf(text, size, "a %s is missing: a flow is [NAME=][SOURCE@]SID[,SID...]",
			 what);
	return text;
}

static const char *sids_problem(struct sr6flow_flow *flow, const char *word,
				char *text, size_t size)
{
	const char *problem, *comma;
	unsigned int n = 1;

	for (comma = word; *comma; comma++)
		n += *comma == ',';
	if (n > SR6FLOW_SIDS_MAX) {
		snprintf(text, size, "%u SIDs: a flow has at most %d", n,
			 SR6FLOW_SIDS_MAX);
		return text;
	}
	for (flow->nsids = 0; flow->nsids < n; flow->nsids++) {
		size_t len = strcspn(word, ",");

		problem = address_problem(&flow->sids[flow->nsids], word, len,
					  "SID", text, size);
		if (problem)
			return problem;
		word += len + 1;
	}
	return NULL;
}

static const char *text_problem(struct sr6flow_flow *flow, const char *text,
				char *error, size_t size)
{
	const char *equals = strchr(text, '='), *at;

	if (equals) {
		size_t len = equals - text;

		if (name_problem(text, len, error, size))
			return error;
		memcpy(flow->name, text, len);
		text = equals + 1;
	}
	at = strchr(text, '@');
	if (at) {
		if (address_problem(&flow->source, text, at - text, "source",
				    error, size))
			return error;
		flow->netmask = SR6FLOW_NETMASK_MAX;
		text = at + 1;
	}
	return sids_problem(flow, text, error, size);
}

EXPORT int sr6flow_flow_parse(struct sr6flow_flow *flow, const char *text,
			      char *error, size_t size)
{
	memset(flow, 0, sizeof(*flow));
	if (!text_problem(flow, text, error, size))
		return 0;
	if (size)
		text_one_line(error);
	return -EINVAL;
}

EXPORT const char *sr6flow_flow_format(const struct sr6flow_flow *flow,
				       char *text)
{
	char *end = text;
	unsigned int i;

	*end = '\0';
	if (flow->name[0])
		end += sprintf(end, "%.*s=", SR6FLOW_NAME_MAX, flow->name);
	if (flow->netmask) {
		inet_ntop(AF_INET6, &flow->source, end, INET6_ADDRSTRLEN);
		end += strlen(end);
		*end++ = '@';
	}
	for (i = 0; i < flow->nsids && i < SR6FLOW_SIDS_MAX; i++) {
		if (i)
			*end++ = ',';
		inet_ntop(AF_INET6, &flow->sids[i], end, INET6_ADDRSTRLEN);
		end += strlen(end);
	}
	return text;
}
