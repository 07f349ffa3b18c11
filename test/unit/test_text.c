// SPDX-License-Identifier: GPL-2.0-only
/* Flows as text: lib/text.c. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

static char error[200];

static int parse(struct sr6flow_flow *flow, const char *text)
{
	return sr6flow_flow_parse(flow, text, error, sizeof(error));
}

/* The flow as it is printed, or why it is refused. */
static const char *printed(char *input)
{
	static char text[SR6FLOW_FLOW_STRLEN], result[sizeof(text) + 32];
	struct sr6flow_flow flow;
	int ret = parse(&flow, input);

	if (ret) {
		assert_int_equal(ret, -EINVAL);
		return error;
	}
	assert_ptr_equal(sr6flow_flow_format(&flow, text), text);
	snprintf(result, sizeof(result), "%s, %u SIDs, netmask %u", text, flow.nsids,
		 flow.netmask);
	return result;
}

TEST(flows)
{
	golden_rows("flow-text", printed);
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
