// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listings of sets with a netmask, whose flows have a source, and the witnesses of
 * flows: lib/decode.c and lib/dump.c.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>
#include "lib_bench.h"
#include "test/unit/golden.h"

UNIT_EACH(lib_setup, lib_teardown)

TEST(sources)
{
	golden_rows("listing-sources", lib_listing);
}

/* A source may have bits up to the netmask, and none behind it. */
TEST(good_sources)
{
	for (unsigned int netmask = 1; netmask <= 128; netmask++) {
		struct in6_addr source = { 0 };
		char flow[INET6_ADDRSTRLEN + 8], want[sizeof(flow) + 32];

		source.s6_addr[(netmask - 1) / 8] = 0x80 >> (netmask - 1) % 8;
		inet_ntop(AF_INET6, &source, flow, INET6_ADDRSTRLEN);
		strcat(flow, "@::1");
		listing_sourced_first(netmask);
		listing_record(flow, 1, LISTING_LOW, 10);
		listing_done(0);
		snprintf(want, sizeof(want), "%s g1 1:10/1000\n", flow);
		lib_dumps(want);
		assert_int_equal(seen.set.netmask, netmask);
		if (netmask == 1)
			continue;
		listing_sourced_first(netmask - 1);
		listing_record(flow, 1, LISTING_LOW, 10);
		listing_done(0);
		lib_damaged("a source with bits behind the netmask");
	}
}

static void netmask_damaged(void)
{
	struct sr6flow_set set = { .mask = 42 };

	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), -EPROTO);
	error_is_damage("a netmask that is not 1 to 128");
	assert_int_equal(set.mask, 42);
}

TEST(netmasks)
{
	static const int wrong[] = { 0, 129, 255 };
	struct nlattr *attr, *data = NULL;
	struct sr6flow_set set;
	struct nlmsghdr *nlh;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		listing_sourced_first(wrong[i]);
		netmask_damaged();
	}
	/* Two bytes, behind what the header has. */
	nlh = listing_sourced_first(-1);
	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg))
		if (mnl_attr_get_type(attr) == IPSET_ATTR_DATA)
			data = attr;
	assert_non_null(data);
	mnl_attr_put_u16(nlh, IPSET_ATTR_NETMASK, 64);
	mnl_attr_nest_end(nlh, data);
	netmask_damaged();
	listing_sourced_first(64);
	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), 0);
	assert_int_equal(set.netmask, 64);
	listing_first();
	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), 0);
	assert_int_equal(set.netmask, 0);
}
