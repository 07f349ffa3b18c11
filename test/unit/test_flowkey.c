// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which flow it is: the bytes that tell flows apart, and flows that a user names.
 */
#include <arpa/inet.h>

#include "lmctl/base/flowkey.h"
#include "test/unit/result_make.h"
#include "test/unit/unit.h"

static struct sr6flow_flow flow_of(const char *text, unsigned int netmask)
{
	struct sr6flow_flow flow = make_flow(text);

	if (flow.netmask)
		flow.netmask = netmask;
	return flow;
}

static bool equal(const char *a, unsigned int a_netmask, const char *b,
		  unsigned int b_netmask)
{
	const struct sr6flow_flow x = flow_of(a, a_netmask);
	const struct sr6flow_flow y = flow_of(b, b_netmask);

	return flowkey_equal(&x, &y) && flowkey_equal(&y, &x);
}

TEST(test_equal)
{
	assert_true(equal("a=1::@2::,3::", 128, "b=1::@2::,3::", 128));
	assert_true(equal("a=2::,3::", 0, "2::,3::", 0));
	assert_false(equal("1::@2::,3::", 128, "1::@2::", 128));
	assert_false(equal("1::@2::,3::", 128, "1::@3::,2::", 128));
	assert_false(equal("1::@2::", 128, "1::1@2::", 128));
	assert_false(equal("1::@2::", 128, "1::@2::", 64));
	assert_false(equal("::@2::", 128, "2::", 0));
}

static bool matches(const char *flow, unsigned int netmask, const char *wanted)
{
	const struct sr6flow_flow a = flow_of(flow, netmask);
	const struct sr6flow_flow b = flow_of(wanted, 128);

	return flowkey_matches(&a, &b);
}

TEST(test_matches)
{
	assert_true(matches("a=1::1@2::,3::", 128, "1::1@2::,3::"));
	assert_true(matches("1::1@2::", 128, "2::"));
	assert_true(matches("2::", 0, "2::"));
	assert_false(matches("2::", 0, "1::1@2::"));
	assert_false(matches("1::1@2::", 128, "1::2@2::"));
	assert_false(matches("1::1@2::", 128, "1::1@2::,3::"));
	/* Within a prefix, whole bytes or not. */
	assert_true(matches("1::@2::", 64, "1::1@2::"));
	assert_false(matches("1::@2::", 64, "1:0:0:1::1@2::"));
	assert_true(matches("1:0:0:2::@2::", 63, "1:0:0:3::@2::"));
	assert_false(matches("1:0:0:2::@2::", 63, "1:0:0:4::@2::"));
	assert_true(matches("8000::@2::", 1, "ffff::@2::"));
	assert_false(matches("8000::@2::", 1, "7fff::@2::"));
}
