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

#define NET NLA_F_NET_BYTEORDER
#define NO_SOURCE FLOW("::1"), IDENTITY(1)

UNIT_EACH(lib_setup, lib_teardown)

/* A record with changes, unless both are 0, which the kernel leaves out. */
static void record(const char *flow, uint32_t colour, uint64_t source,
		   uint64_t segments_left)
{
	listing_record_begin();
	listing_flow(flow);
	listing_identity(1);
	if (source || segments_left)
		listing_changes(source, segments_left, "::");
	listing_counters(colour, 10, 1000);
	listing_record_end();
}

/* A record of a flow whose packets have a source. */
static void record_from(const char *last_source, uint32_t colour,
			uint64_t source)
{
	listing_parts((struct listing_part[]){
		NO_SOURCE, CHANGES(source, 0, last_source), COUNTERS(10), { 0 },
	}, colour);
}

static void refused(int netmask, const struct listing_part *parts,
		    const char *problem)
{
	listing_sourced_first(netmask);
	listing_parts(parts, 0);
	listing_done(0);
	lib_damaged(problem);
	assert_int_equal(seen.calls, 0);
}

TEST(bad_sources)
{
	static const struct listing_part cases[][4] = {
		{ NO_SOURCE },
		{ NO_SOURCE, NESTED(IPSET_ATTR_IP_TO, "123456789012345") },
		{ NO_SOURCE, FLAT(IPSET_ATTR_IP_TO, "1234567890123456") },
		{ NO_SOURCE, NESTED_IPV4(IPSET_ATTR_IP_TO, "1234567890123456") },
	};
	static const struct listing_part sourced[] = {
		FLOW("fcff::@::1"), IDENTITY(1), { 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		refused(128, cases[i],
			"a flow without its source in a set with a netmask");
	refused(-1, sourced, "a source in a set without netmask");
	/* fcff:: has 16 bits. */
	for (int netmask = 1; netmask < 16; netmask++)
		refused(netmask, sourced,
			"a source with bits behind the netmask");
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
		record(flow, LISTING_LOW, 0, 0);
		listing_done(0);
		snprintf(want, sizeof(want), "%s g1 1:10/1000\n", flow);
		lib_dumps(want);
		assert_int_equal(seen.set.netmask, netmask);
		if (netmask == 1)
			continue;
		listing_sourced_first(netmask - 1);
		record(flow, LISTING_LOW, 0, 0);
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

/* Flows of one list and different sources are different flows. */
TEST(one_list_two_sources)
{
	listing_sourced_first(48);
	record("a=fcff:1::@::1,::2", LISTING_LOW, 0, 0);
	record("a=fcff:1::@::1,::2", LISTING_HIGH, 0, 0);
	record("a=fcff:2::@::1,::2", LISTING_LOW, 0, 0);
	record("fcff:3::@::1,::2", LISTING_LOW, 0, 0);
	listing_next();
	record("fcff:3::@::1,::2", LISTING_HIGH, 0, 0);
	record("fcff:4::@::1,::2", LISTING_HIGH, 0, 0);
	listing_done(0);
	lib_dumps("a=fcff:1::@::1,::2 g1 1:10/1000 2:10/1000\n"
		  "a=fcff:2::@::1,::2 g1 1:10/1000\n"
		  "fcff:3::@::1,::2 g1 1:10/1000 2:10/1000\n"
		  "fcff:4::@::1,::2 g1 2:10/1000\n");
	assert_int_equal(seen.set.netmask, 48);
}

TEST(witnesses)
{
	listing_first();
	record("::1", LISTING_LOW, 0, 0);
	record("::2", LISTING_LOW, 1, 0);
	record("::3", LISTING_LOW, 0, 2);
	record("::3", LISTING_HIGH, 0, 2);
	record("::4", LISTING_LOW, UINT64_MAX, 1ull << 63);
	record("::5", LISTING_LOW, 0, 0);
	listing_done(0);
	lib_dumps("::1 g1 1:10/1000\n"
		  "::2 g1 c1,0 1:10/1000\n"
		  "::3 g1 c0,2 1:10/1000 2:10/1000\n"
		  "::4 g1 c18446744073709551615,9223372036854775808 1:10/1000\n"
		  "::5 g1 1:10/1000\n");
}

/* The kernel reads them again for every message: the last ones are true of all. */
TEST(witnesses_grow)
{
	static const uint64_t steps[][3] = {
		{ 0, 3, 3 }, { 3, 3, 4 }, { 3, 4, 5 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		for (unsigned int apart = 0; apart < 2; apart++) {
			char want[100];

			listing_first();
			record("::1", LISTING_LOW, steps[i][0], 7);
			if (apart)
				listing_apart();
			record("::1", LISTING_HIGH, steps[i][1], 7);
			record("::1", LISTING_BOTH, steps[i][2], 8);
			record("::2", LISTING_LOW, 0, 0);
			listing_done(0);
			snprintf(want, sizeof(want),
				 "::1 g1 c%lu,8 1:10/1000 2:10/1000 3:10/1000\n"
				 "::2 g1 1:10/1000\n", steps[i][2]);
			lib_dumps(want);
		}
}

/* It is of the last record, as the changes that it is true with. */
TEST(last_source)
{
	listing_first();
	record_from("fd00::a", LISTING_LOW, 0);
	record_from("fd00::a", LISTING_HIGH, 0);
	listing_done(0);
	lib_dumps("::1 g1 from fd00::a 1:10/1000 2:10/1000\n");
	listing_first();
	record_from("fd00::a", LISTING_LOW, 0);
	listing_apart();
	record_from("fd00::b", LISTING_HIGH, 1);
	listing_done(0);
	lib_dumps("::1 g1 c1,0 from fd00::b 1:10/1000 2:10/1000\n");
	listing_first();
	record("::1", LISTING_LOW, 0, 0);
	listing_done(0);
	lib_dumps("::1 g1 1:10/1000\n");
}

/* A module from before the last source: the changes count, the source is not known. */
TEST(changes_of_earlier_module)
{
#define CHANGES_BEFORE							\
	IDENTITY(1), NESTED(IPSET_ATTR_IP2_TO, "\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\x09")
	static const struct listing_part plain[] = {
		FLOW("::1"), CHANGES_BEFORE, { 0 },
	};
	static const struct listing_part sourced[] = {
		FLOW("::9@::1"), CHANGES_BEFORE, { 0 },
	};
	static const struct listing_part other[] = {
		FLOW("::2"), CHANGES_BEFORE, { 0 },
	};

	listing_sourced_first(-1);
	listing_parts(plain, 0);
	listing_done(0);
	lib_dumps("::1 g1 c7,9\n");
	listing_sourced_first(128);
	listing_parts(sourced, 0);
	listing_done(0);
	lib_dumps("::9@::1 g1 c7,9\n");
	/* Nothing of the flow before is left for the last one. */
	listing_first();
	record_from("fd00::a", LISTING_LOW, 0);
	listing_parts(other, 0);
	listing_done(0);
	lib_dumps("::1 g1 from fd00::a 1:10/1000\n"
		  "::2 g1 c7,9\n");
}

/* There the source is the flow's. */
TEST(last_source_of_key)
{
	static const struct listing_part parts[] = {
		FLOW("::9@::1"), IDENTITY(1), CHANGES(0, 1, "::9"), { 0 },
	};

	refused(128, parts, "a last source in a set with a netmask");
}

/* Nothing of a set with a netmask is left for one without. */
TEST(one_set_after_another)
{
	listing_sourced_first(128);
	record("::9@::1", LISTING_LOW, 0, 5);
	listing_done(0);
	lib_dumps("::9@::1 g1 c0,5 1:10/1000\n");
	listing_sourced_first(-1);
	record("::1", LISTING_LOW, 0, 0);
	listing_done(0);
	lib_dumps("::1 g1 1:10/1000\n");
	assert_int_equal(seen.set.netmask, 0);
}
