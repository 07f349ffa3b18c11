// SPDX-License-Identifier: GPL-2.0-only
/* Flows as text: lib/text.c. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"
#include "test/unit/unit.h"

#define NAME31 "abcdefghijklmnopqrstuvwxyz01234"
#define SIDS15 "::1,::2,::3,::4,::5,::6,::7,::8,::9,::a,::b,::c,::d,::e,::f"
#define WIDE "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"

static char error[200];

static int parse(struct sr6flow_flow *flow, const char *text)
{
	return sr6flow_flow_parse(flow, text, error, sizeof(error));
}

TEST(accepts)
{
	static const struct {
		const char *text, *printed;
		unsigned int nsids;
	} good[] = {
		{ "fcff:2::1", "fcff:2::1", 1 },
		{ "gold=fcff:2::1,fcff:8::100", "gold=fcff:2::1,fcff:8::100", 2 },
		{ "::", "::", 1 },
		{ "FCFF:0:0:0::1", "fcff::1", 1 },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1", 1 },
		{ "a.b_c:d-e=::1", "a.b_c:d-e=::1", 1 },
		{ "0=::1", "0=::1", 1 },
		{ NAME31 "=::1", NAME31 "=::1", 1 },
		{ SIDS15, SIDS15, 15 },
		{ SIDS15 ",::10", SIDS15 ",::10", 16 },
		{ "::1,::1", "::1,::1", 2 },
		{ "fcff:1::1@fcff:2::1", "fcff:1::1@fcff:2::1", 1 },
		{ "gold=fcff:1::1@fcff:2::1,::8", "gold=fcff:1::1@fcff:2::1,::8", 2 },
		{ "::@::", "::@::", 1 },
		{ "FCFF:0:0:0::1@::1", "fcff::1@::1", 1 },
		{ "::ffff:192.0.2.1@::1", "::ffff:192.0.2.1@::1", 1 },
		{ "a.b_c:d-e=::1@::1", "a.b_c:d-e=::1@::1", 1 },
		{ NAME31 "=::11@" SIDS15 ",::10", NAME31 "=::11@" SIDS15 ",::10", 16 },
	};
	char text[SR6FLOW_FLOW_STRLEN];
	struct sr6flow_flow flow;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(parse(&flow, good[i].text), 0);
		assert_int_equal(flow.nsids, good[i].nsids);
		assert_int_equal(flow.netmask, strchr(good[i].text, '@') ? 128 : 0);
		assert_ptr_equal(sr6flow_flow_format(&flow, text), text);
		assert_string_equal(text, good[i].printed);
	}
}

TEST(refuses)
{
	static const struct {
		const char *text, *error;
	} bad[] = {
		{ "", "a SID is missing: a flow is [NAME=][SOURCE@]SID[,SID...]" },
		{ "gold=", "a SID is missing: a flow is [NAME=][SOURCE@]SID[,SID...]" },
		{ "::1,", "a SID is missing: a flow is [NAME=][SOURCE@]SID[,SID...]" },
		{ ",::1", "a SID is missing: a flow is [NAME=][SOURCE@]SID[,SID...]" },
		{ "::1,,::2", "a SID is missing: a flow is [NAME=][SOURCE@]SID[,SID...]" },
		{ "fcff::zz", "'fcff::zz' is not an IPv6 address" },
		{ "::1,fcff::zz,::2", "'fcff::zz' is not an IPv6 address" },
		{ "::1/128", "'::1/128' is not an IPv6 address" },
		{ "fe80::1%eth0", "'fe80::1%eth0' is not an IPv6 address" },
		{ " ::1", "' ::1' is not an IPv6 address" },
		{ "::1,0x00010000", "'0x00010000' is not an IPv6 address" },
		{ "192.0.2.1", "'192.0.2.1' is not an IPv6 address" },
		{ "\x1b[2J\n", "'?[2J?' is not an IPv6 address" },
		{ "a\nb=::1", "name 'a?b': only letters, digits and, not first, '.', '_', ':', '-'" },
		{ "a=b=::1", "'b=::1' is not an IPv6 address" },
		{ WIDE "0", "'" WIDE "0' is not an IPv6 address" },
		{ SIDS15 ",::10,::11", "17 SIDs: a flow has at most 16" },
		{ "::9@", "a SID is missing: a flow is [NAME=][SOURCE@]SID[,SID...]" },
		{ "::9@,::1", "a SID is missing: a flow is [NAME=][SOURCE@]SID[,SID...]" },
		{ "@::1", "a source is missing: a flow is [NAME=][SOURCE@]SID[,SID...]" },
		{ "gold=@::1", "a source is missing: a flow is [NAME=][SOURCE@]SID[,SID...]" },
		{ "@", "a source is missing: a flow is [NAME=][SOURCE@]SID[,SID...]" },
		{ "fcff::zz@::1", "'fcff::zz' is not an IPv6 address" },
		{ "192.0.2.1@::1", "'192.0.2.1' is not an IPv6 address" },
		{ "fcff::/48@::1", "'fcff::/48' is not an IPv6 address" },
		{ "::9@::8@::1", "'::8@::1' is not an IPv6 address" },
		{ "::1,::9@::2", "'::1,::9' is not an IPv6 address" },
		{ "::9@::1,::8@::2", "'::8@::2' is not an IPv6 address" },
		{ "::9@a=::1", "name '::9@a': only letters, digits and, not first, '.', '_', ':', '-'" },
		{ WIDE "0@::1", "'" WIDE "0' is not an IPv6 address" },
		{ "::9@" SIDS15 ",::10,::11", "17 SIDs: a flow has at most 16" },
		{ "=::1", "nothing before '=': a name has 1 to 31 characters" },
		{ "x" NAME31 "=::1",
		  "name 'xabcdefghijklmnopqrstuvwxyz0123...' is longer than 31 characters" },
		{ "-a=::1", "name '-a': only letters, digits and, not first, '.', '_', ':', '-'" },
		{ "a b=::1", "name 'a b': only letters, digits and, not first, '.', '_', ':', '-'" },
		{ "\xc3\xa4=::1",
		  "name '\xc3\xa4': only letters, digits and, not first, '.', '_', ':', '-'" },
	};
	struct sr6flow_flow flow;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(parse(&flow, bad[i].text), -EINVAL);
		assert_string_equal(error, bad[i].error);
	}
}

/* A word of any length gives a sentence of bounded length, cut to its room. */
TEST(long_input)
{
	struct sr6flow_flow flow;
	char text[5000], room[20];

	memset(text, 'z', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(sr6flow_flow_parse(&flow, text, room, sizeof(room)),
			 -EINVAL);
	assert_string_equal(room, "'zzzzzzzzzzzzzzzzzz");
	memset(text, ',', sizeof(text) - 1);
	assert_int_equal(sr6flow_flow_parse(&flow, text, room, sizeof(room)),
			 -EINVAL);
	assert_string_equal(room, "5000 SIDs: a flow h");
	text[100] = '=';
	assert_int_equal(sr6flow_flow_parse(&flow, text, room, sizeof(room)),
			 -EINVAL);
}

/* The room that the header promises is enough for the longest flow. */
TEST(longest)
{
	char text[SR6FLOW_FLOW_STRLEN], again[SR6FLOW_FLOW_STRLEN];
	struct sr6flow_flow flow = { .nsids = SR6FLOW_SIDS_MAX };
	struct sr6flow_flow parsed;

	/* Addresses with dotted quads, a source among them. */
	flow.netmask = SR6FLOW_NETMASK_MAX;
	assert_int_equal(inet_pton(AF_INET6, "::ffff:255.255.255.255",
				   &flow.source), 1);
	for (unsigned int i = 0; i < SR6FLOW_SIDS_MAX; i++)
		assert_int_equal(inet_pton(AF_INET6, "::ffff:255.255.255.255",
					   &flow.sids[i]), 1);
	memset(flow.name, 'n', SR6FLOW_NAME_MAX);
	sr6flow_flow_format(&flow, text);
	assert_int_equal(parse(&parsed, text), 0);
	assert_memory_equal(&parsed, &flow, sizeof(flow));
	for (unsigned int i = 0; i < SR6FLOW_SIDS_MAX; i++)
		memset(&flow.sids[i], 0xff, sizeof(flow.sids[i]));
	memset(&flow.source, 0xff, sizeof(flow.source));
	assert_int_equal(strlen(sr6flow_flow_format(&flow, text)),
			 SR6FLOW_NAME_MAX + 1 + (1 + SR6FLOW_SIDS_MAX) * 40 - 1);
	assert_int_equal(parse(&parsed, text), 0);
	assert_string_equal(sr6flow_flow_format(&parsed, again), text);
}

/* Any netmask is a flow with a source; the text does not have it. */
TEST(netmasks)
{
	struct sr6flow_flow flow;
	char text[SR6FLOW_FLOW_STRLEN];

	assert_int_equal(parse(&flow, "fcff:1::@::1"), 0);
	for (unsigned int netmask = 1; netmask <= 128; netmask++) {
		flow.netmask = netmask;
		assert_string_equal(sr6flow_flow_format(&flow, text),
				    "fcff:1::@::1");
	}
	flow.netmask = 0;
	assert_string_equal(sr6flow_flow_format(&flow, text), "::1");
	/* Nothing of a flow before is left. */
	flow.netmask = 128;
	assert_int_equal(parse(&flow, "::1"), 0);
	assert_int_equal(flow.netmask, 0);
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&flow.source));
}

TEST(checks)
{
	struct sr6flow_flow flow = { .nsids = 0 };
	char text[100];

	assert_string_equal(flow_problem(&flow, text, sizeof(text)),
			    "0 SIDs: a flow has 1 to 16");
	flow.nsids = 17;
	assert_string_equal(flow_problem(&flow, text, sizeof(text)),
			    "17 SIDs: a flow has 1 to 16");
	flow.nsids = 16;
	assert_null(flow_problem(&flow, text, sizeof(text)));
	strcpy(flow.name, "a,b");
	assert_non_null(flow_problem(&flow, text, sizeof(text)));
	/* Without a NUL. */
	memset(flow.name, 'n', sizeof(flow.name));
	assert_non_null(flow_problem(&flow, text, sizeof(text)));
	strcpy(flow.name, "a:b");
	assert_null(flow_problem(&flow, text, sizeof(text)));
	flow.netmask = 128;
	assert_null(flow_problem(&flow, text, sizeof(text)));
	flow.netmask = 129;
	assert_string_equal(flow_problem(&flow, text, sizeof(text)),
			    "netmask 129: must be 0 to 128");
}
