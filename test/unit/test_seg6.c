// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a route's encapsulation, as the kernel describes it, to the SID list
 * that its packets carry, and the names of such flows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <errno.h>
#include <linux/seg6.h>
#include <linux/seg6_iptunnel.h>
#include "lmctl/node/seg6.h"
#include "test/unit/unit.h"

#define TAG_MASK SR6FLOW_MASK_DEFAULT
#define TCLASS_MASK 0x0cu

static void route_set(struct seg6_route *route, const char *dst,
		      unsigned int prefix_len)
{
	memset(route, 0, sizeof(*route));
	route->family = strchr(dst, ':') ? AF_INET6 : AF_INET;
	route->prefix_len = prefix_len;
	assert_int_equal(inet_pton(route->family, dst, route->dst), 1);
}

/*
 * The route fd00:b::1/128 through fc00::1 ... fc00::n. In inline mode the
 * kernel holds one more place, which the packet's destination gets.
 */
static void *encap_set(struct seg6_route *route, int mode, unsigned int n,
		       unsigned int flags)
{
	unsigned int slots = n + (mode == SEG6_IPTUN_MODE_INLINE), i;
	size_t len = sizeof(int) + sizeof(struct ipv6_sr_hdr) + slots * 16;
	struct seg6_iptunnel_encap *encap = calloc(1, len);
	unsigned char *segment;

	assert_non_null(encap);
	encap->mode = mode;
	encap->srh[0].type = 4;
	encap->srh[0].hdrlen = (unsigned char)(2 * slots);
	encap->srh[0].first_segment = (unsigned char)(slots - 1);
	encap->srh[0].segments_left = (unsigned char)(slots - 1);
	encap->srh[0].flags = (unsigned char)flags;
	/* The SRH is reversed: the first segment of the path comes last. */
	for (i = 0; i < n; i++) {
		segment = (unsigned char *)encap + len - (i + 1) * 16;
		segment[0] = 0xfc;
		segment[15] = (unsigned char)(i + 1);
	}
	route_set(route, "fd00:b::1", 128);
	route->encap = encap;
	route->encap_len = len;
	return encap;
}

struct expectation {
	int mode;
	unsigned int n;
	unsigned int flags;
	uint32_t mask;
	const char *flow;
};

static void check(const struct expectation *expected)
{
	char text[SR6FLOW_FLOW_STRLEN], reason[SEG6_REASON_SIZE] = "";
	struct sr6flow_flow flow;
	struct seg6_route route;
	void *encap = encap_set(&route, expected->mode, expected->n,
				expected->flags);
	int err = seg6_flow(&flow, &route, expected->mask, reason);

	free(encap);
	if (!expected->flow) {
		assert_int_equal(err, -ENOTSUP);
		assert_string_not_equal(reason, "");
		return;
	}
	assert_int_equal(err, 0);
	assert_string_equal(sr6flow_flow_format(&flow, text), expected->flow);
}

TEST(test_modes)
{
	static const struct expectation rows[] = {
		{ SEG6_IPTUN_MODE_ENCAP, 1, 0, TAG_MASK, "fc00::1" },
		{ SEG6_IPTUN_MODE_ENCAP, 3, 0, TAG_MASK,
		  "fc00::1,fc00::2,fc00::3" },
		{ SEG6_IPTUN_MODE_L2ENCAP, 2, 0, TAG_MASK, "fc00::1,fc00::2" },
		{ SEG6_IPTUN_MODE_ENCAP_RED, 3, 0, TAG_MASK,
		  "fc00::2,fc00::3" },
		{ SEG6_IPTUN_MODE_ENCAP_RED, 2, 0, TAG_MASK, "fc00::2" },
		{ SEG6_IPTUN_MODE_L2ENCAP_RED, 2, 0, TCLASS_MASK, "fc00::2" },
		{ SEG6_IPTUN_MODE_ENCAP_RED, 1, 0, TCLASS_MASK, "fc00::1" },
		{ SEG6_IPTUN_MODE_ENCAP_RED, 1, 0, TAG_MASK, NULL },
		{ SEG6_IPTUN_MODE_L2ENCAP_RED, 1, 0, TAG_MASK, NULL },
		{ SEG6_IPTUN_MODE_ENCAP_RED, 1, SR6_FLAG1_HMAC, TAG_MASK,
		  "fc00::1" },
		{ SEG6_IPTUN_MODE_INLINE, 2, 0, TAG_MASK,
		  "fc00::1,fc00::2,fd00:b::1" },
		{ 99, 2, 0, TAG_MASK, NULL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		check(&rows[i]);
}

TEST(test_sixteen)
{
	static const struct {
		int mode;
		unsigned int most;
	} rows[] = {
		{ SEG6_IPTUN_MODE_ENCAP, 16 },
		{ SEG6_IPTUN_MODE_ENCAP_RED, 17 },
		{ SEG6_IPTUN_MODE_INLINE, 15 },
	};
	char reason[SEG6_REASON_SIZE];
	struct sr6flow_flow flow;
	struct seg6_route route;
	void *encap;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		encap = encap_set(&route, rows[i].mode, rows[i].most, 0);
		assert_int_equal(seg6_flow(&flow, &route, TAG_MASK, reason), 0);
		assert_int_equal(flow.nsids, 16);
		free(encap);
		encap = encap_set(&route, rows[i].mode, rows[i].most + 1, 0);
		assert_int_equal(seg6_flow(&flow, &route, TAG_MASK, reason),
				 -ENOTSUP);
		assert_non_null(strstr(reason, "at most 16"));
		free(encap);
	}
}

TEST(test_inline_prefix)
{
	char reason[SEG6_REASON_SIZE];
	struct sr6flow_flow flow;
	struct seg6_route route;
	void *encap = encap_set(&route, SEG6_IPTUN_MODE_INLINE, 1, 0);

	route.prefix_len = 64;
	assert_int_equal(seg6_flow(&flow, &route, TAG_MASK, reason), -ENOTSUP);
	assert_non_null(strstr(reason, "/128"));
	free(encap);
}

/* Every length that is too short, in memory of exactly that length. */
TEST(test_truncated)
{
	char reason[SEG6_REASON_SIZE];
	struct sr6flow_flow flow;
	struct seg6_route route;
	void *encap = encap_set(&route, SEG6_IPTUN_MODE_ENCAP, 3, 0);
	size_t whole = route.encap_len, len;

	for (len = 0; len < whole; len++) {
		void *part = malloc(len + !len);

		assert_non_null(part);
		memcpy(part, encap, len);
		route.encap = part;
		route.encap_len = len;
		assert_int_equal(seg6_flow(&flow, &route, TAG_MASK, reason),
				 -EINVAL);
		free(part);
	}
	free(encap);
}

TEST(test_names)
{
	static const struct {
		const char *pattern;
		const char *dst;
		unsigned int prefix_len;
		const char *name;
	} rows[] = {
		{ "%d", "fd00:b::", 64, "fd00:b::_64" },
		{ "%d", "fd00:b::1", 128, "fd00:b::1" },
		{ "%d", "10.0.0.0", 8, "10.0.0.0_8" },
		{ "%d", "10.0.0.1", 32, "10.0.0.1" },
		{ "%d", "::", 0, "default" },
		{ "%d", "0.0.0.0", 0, "default" },
		{ "%d", "::1", 128, "0::1" },
		{ "%d", "fd00:1234:5678:9abc:def0:1234:5678:0", 112,
		  "fd00:1234:5678:..234:5678:0_112" },
		{ "pe2-%i", "fd00::", 16, "pe2-7" },
		{ "%t.%i", "fd00::", 16, "blue_vrf.7" },
	};
	struct sr6flow_flow flow;
	struct seg6_route route;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(seg6_pattern_check(rows[i].pattern), 0);
		route_set(&route, rows[i].dst, rows[i].prefix_len);
		seg6_name(&flow, rows[i].pattern, &route, "blue/vrf", 7);
		assert_string_equal(flow.name, rows[i].name);
		assert_true(sr6flow_name_valid(flow.name, strlen(flow.name)));
		assert_true(seg6_name_fits(rows[i].pattern, flow.name));
	}
	assert_false(seg6_name_fits("%d", "gold"));
	assert_false(seg6_name_fits("%d", ""));
	assert_false(seg6_name_fits("pe2-%i", "pe2-x"));
	assert_false(seg6_name_fits("pe2-%i", "pe3-7"));
	/* Tried one after the other, the ways to match would take hours. */
	assert_false(seg6_name_fits("%d%d%d%d%d%d%d%d%d%d%d%d%d%d-",
				    "0000000000000000000000000000000"));
	assert_true(seg6_name_fits("%d%d%d%d%d%d%d%d%d%d%d%d%d%d-",
				   "000000000default00000000000000-"));
}

TEST(test_patterns)
{
	static const char *const bad[] = {
		"", "%", "%x", "a%", "-a", ":%d", "a b", "a/b",
		"01234567890123456789012345678901",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(seg6_pattern_check(bad[i]), -EINVAL);
	assert_int_equal(seg6_pattern_check("0123456789012345678901234567%d_"),
			 0);
}
