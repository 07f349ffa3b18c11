// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>
#include "lmctl/base/endpoint.h"
#include "lmctl/service/config.h"
#include "test/unit/unit.h"

#define TEXT_16 "0123456789abcdef"
#define TEXT_64 TEXT_16 TEXT_16 TEXT_16 TEXT_16

static void assert_text(const struct in6_addr *address, const char *expected)
{
	char text[INET6_ADDRSTRLEN];

	assert_non_null(inet_ntop(AF_INET6, address, text, sizeof(text)));
	assert_string_equal(text, expected);
}

TEST(test_address)
{
	static const struct {
		const char *text;
		const char *address;
		uint16_t port;
	} rows[] = {
		{ "::", "::", 7 },
		{ "2001:db8::8", "2001:db8::8", 7 },
		{ "[2001:db8::8]", "2001:db8::8", 7 },
		{ "[2001:db8::8]:65535", "2001:db8::8", 65535 },
		{ "[::]:1", "::", 1 },
		{ "192.0.2.1", "::ffff:192.0.2.1", 7 },
		{ "192.0.2.1:862", "::ffff:192.0.2.1", 862 },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1", 7 },
		{ "", NULL, 0 },
		{ ":", NULL, 0 },
		{ ":862", NULL, 0 },
		{ "[]", NULL, 0 },
		{ "[::", NULL, 0 },
		{ "::]", NULL, 0 },
		{ "[::]862", NULL, 0 },
		{ "[::]:", NULL, 0 },
		{ "[::]:0", NULL, 0 },
		{ "[::]:65536", NULL, 0 },
		{ "[::]:100000000000000000862", NULL, 0 },
		{ "[::]:+1", NULL, 0 },
		{ "[::]: 1", NULL, 0 },
		{ "[::]:1x", NULL, 0 },
		{ "[[::]]", NULL, 0 },
		{ " ::", NULL, 0 },
		{ "192.0.2", NULL, 0 },
		{ "192.0.2.1:", NULL, 0 },
		{ "192.0.2.1:0", NULL, 0 },
		{ "localhost", NULL, 0 },
		{ "fe80::1%lo", "fe80::1", 7 },
		{ "[fe80::1%lo]:862", "fe80::1", 862 },
		{ "fe80::1", "fe80::1", 7 },
		{ "fe80::1%", NULL, 0 },
		{ "fe80::1%1", NULL, 0 },
		{ "fe80::1%is-not-there", NULL, 0 },
		{ "2001:db8::8%lo", NULL, 0 },
		{ "192.0.2.1%lo", NULL, 0 },
		{ TEXT_64, NULL, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sockaddr_in6 address = { 0 };
		bool ok = endpoint_parse(rows[i].text, 7, &address);

		if (ok != !!rows[i].address)
			fail_msg("'%s': %d", rows[i].text, ok);
		if (!ok)
			continue;
		assert_int_equal(address.sin6_family, AF_INET6);
		assert_text(&address.sin6_addr, rows[i].address);
		assert_int_equal(address.sin6_scope_id,
				 strchr(rows[i].text, '%') ?
				 if_nametoindex("lo") : 0);
		assert_int_equal(ntohs(address.sin6_port), rows[i].port);
	}
}

static bool add_peer(struct config_measure *measure, const char *text,
		     char *error)
{
	return setting_parse(settings_find(&config_measure_section, "peers"),
			     text, measure, error);
}

TEST(test_peer)
{
	static const struct {
		const char *text;
		const char *part;
	} rows[] = {
		{ "a=2001:db8::1", "another peer has this name" },
		{ "b=2001:db8::8", "another peer has this address" },
		{ "b=[2001:db8::8]:862", "another peer has this address" },
		{ "=2001:db8::1", "the name must have 1 to 63 characters" },
		{ TEXT_64 "=2001:db8::1", "the name must have 1 to 63 characters" },
		{ "a\nb=2001:db8::1", "control character" },
		{ "b=", "'' is not an address" },
		{ "egress", "'egress' is not an address" },
		{ "b=a=::1", "'a=::1' is not an address" },
		{ "b=::", "use a unicast address" },
		{ "b=ff02::1", "use a unicast address" },
		{ "b=0.0.0.0", "use a unicast address" },
		{ "b=224.0.0.1", "use a unicast address" },
		{ "b=fe80::1", "link-local" },
		{ "b=fe80::1%is-not-there", "%INTERFACE that exists" },
	};
	struct config_measure measure;
	char error[SETTING_ERROR_LEN], text[64];
	size_t i;

	settings_defaults(&config_measure_section, &measure);
	assert_true(add_peer(&measure, "a=2001:db8::8", error));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bool good = add_peer(&measure, rows[i].text, error);

		if (good || !strstr(error, rows[i].part) || strchr(error, '\n'))
			fail_msg("'%s': %d, '%s'", rows[i].text, good, error);
		assert_int_equal(measure.of.npeers, 1);
	}
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
