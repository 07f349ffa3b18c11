// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include "lmctl/base/endpoint.h"

#define PORT_DIGITS_MAX 5

static bool parse_port(const char *text, uint16_t *port)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long number;

	if (!digits || digits > PORT_DIGITS_MAX || text[digits])
		return false;
	number = strtoul(text, NULL, 10);
	if (!number || number > UINT16_MAX)
		return false;
	*port = (uint16_t)number;
	return true;
}

/* An interface makes a link-local address whole, and no other one. */
static bool parse_scope(char *text, struct sockaddr_in6 *address)
{
	char *percent = strchr(text, '%');

	if (!percent)
		return inet_pton(AF_INET6, text, &address->sin6_addr) == 1;
	*percent = '\0';
	address->sin6_scope_id = if_nametoindex(percent + 1);
	return address->sin6_scope_id &&
	       inet_pton(AF_INET6, text, &address->sin6_addr) == 1 &&
	       IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr);
}

static bool parse_host(const char *text, size_t len,
		       struct sockaddr_in6 *address)
{
	char copy[INET6_ADDRSTRLEN + IF_NAMESIZE];
	struct in6_addr *host = &address->sin6_addr;
	struct in_addr ipv4;

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (strchr(copy, ':'))
		return parse_scope(copy, address);
	if (inet_pton(AF_INET, copy, &ipv4) != 1)
		return false;
	*host = (struct in6_addr){ .s6_addr = { [10] = 0xff, [11] = 0xff } };
	memcpy(&host->s6_addr[12], &ipv4, sizeof(ipv4));
	return true;
}

bool endpoint_parse(const char *text, uint16_t port,
		    struct sockaddr_in6 *address)
{
	bool bracket = text[0] == '[';
	const char *end, *colon = strchr(text, ':');
	struct sockaddr_in6 parsed = { .sin6_family = AF_INET6 };

	if (bracket) {
		end = strchr(++text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		colon = end[1] ? end + 1 : NULL;
	} else if (colon && !strchr(colon + 1, ':')) {
		/* One colon alone is in no IPv6 address. */
		end = colon;
	} else {
		end = text + strlen(text);
		colon = NULL;
	}
	if (colon && !parse_port(colon + 1, &port))
		return false;
	if (!parse_host(text, (size_t)(end - text), &parsed))
		return false;
	parsed.sin6_port = htons(port);
	*address = parsed;
	return true;
}
