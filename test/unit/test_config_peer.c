// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>
#include "lmctl/base/endpoint.h"
#include "lmctl/service/config.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

/* The address, its port and interface. */
static const char *endpoint(char *input)
{
	static char result[128];
	char text[INET6_ADDRSTRLEN], name[IF_NAMESIZE] = "";
	struct sockaddr_in6 address = { 0 };

	if (!endpoint_parse(input, 7, &address))
		return "refused";
	assert_int_equal(address.sin6_family, AF_INET6);
	assert_non_null(inet_ntop(AF_INET6, &address.sin6_addr, text, sizeof(text)));
	snprintf(result, sizeof(result), "%s port %u%s%s", text, ntohs(address.sin6_port),
		 address.sin6_scope_id ? " of " : "",
		 if_indextoname(address.sin6_scope_id, name) ? name : "");
	return result;
}

TEST(test_address)
{
	golden_rows("endpoints", endpoint);
}

static bool add_peer(struct config_measure *measure, const char *text,
		     char *error)
{
	return setting_parse(settings_find(&config_measure_section, "peers"),
			     text, measure, error);
}

static struct config_measure measure;
static char error[SETTING_ERROR_LEN];

static const char *refused(char *input)
{
	assert_false(add_peer(&measure, input, error));
	assert_int_equal(measure.of.npeers, 1);
	return error;
}

TEST(test_peer)
{
	char text[64];

	settings_defaults(&config_measure_section, &measure);
	assert_true(add_peer(&measure, "a=2001:db8::8", error));
	golden_rows("config-peers", refused);
	/* A name may begin with another, and a port makes another address. */
	assert_true(add_peer(&measure, "a2=[2001:db8::8]:863", error));
	while (measure.of.npeers < RESULT_PEERS_MAX) {
		snprintf(text, sizeof(text), "2001:db8::1:%u",
			 measure.of.npeers);
		assert_true(add_peer(&measure, text, error));
	}
	assert_false(add_peer(&measure, "::1", error));
	assert_non_null(strstr(error, "at most 16"));
}
