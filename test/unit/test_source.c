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
#include "listing_fake.h"
#include "test/unit/unit.h"

#define NET NLA_F_NET_BYTEORDER

static struct sr6flow *handle;
/* What the callback saw: one line per flow. */
static char seen[1024];

static int setup(void **state)
{
	(void)state;
	fake_reset();
	handle = fake_open();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_done();
	sr6flow_close(handle);
	fake_reset();
	return 0;
}

static int see(const struct sr6flow_set *set,
	       const struct sr6flow_record *record, void *arg)
{
	char flow[SR6FLOW_FLOW_STRLEN];
	size_t len = strlen(seen);

	(void)arg;
	assert_int_equal(record->flow.netmask, set->netmask);
	snprintf(seen + len, sizeof(seen) - len, "%s /%u g%lu %lu,%lu x%x\n",
		 sr6flow_flow_format(&record->flow, flow), set->netmask,
		 record->generation, record->source_changes,
		 record->segments_left_changes, record->slots);
	return 0;
}

static int dump(void)
{
	seen[0] = '\0';
	return sr6flow_dump(handle, "foo", see, NULL);
}

static void damaged(const char *problem)
{
	static const char prefix[] =
		"cannot understand the kernel's answer, it has ";
	const char *error = sr6flow_error(handle);

	assert_memory_equal(error, prefix, strlen(prefix));
	error += strlen(prefix);
	assert_memory_equal(error, problem, strlen(problem));
	assert_int_equal(error[strlen(problem)], ':');
}

/* A listing of a set with that netmask, unless it is negative, begins. */
static struct nlattr *list(struct nlmsghdr **nlh, int netmask)
{
	fake_request(IPSET_CMD_LIST);
	*nlh = listing_sourced_first(netmask);
	return listing_records(*nlh);
}

static void list_end(struct nlmsghdr *nlh, struct nlattr *adt)
{
	mnl_attr_nest_end(nlh, adt);
	listing_done(0);
}

/* A record with changes, unless both are 0, which the kernel leaves out. */
static void record(struct nlmsghdr *nlh, const char *flow, uint32_t colour,
		   uint64_t source, uint64_t segments_left)
{
	struct nlattr *data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);

	listing_flow(nlh, flow);
	listing_identity(nlh, 1);
	if (source || segments_left)
		listing_changes(nlh, source, segments_left, "::");
	listing_counters(nlh, colour, 10, 1000);
	mnl_attr_nest_end(nlh, data);
}

/* A record of a flow whose packets have a source. */
static void record_from(struct nlmsghdr *nlh, const char *last_source,
			uint32_t colour, uint64_t source)
{
	struct nlattr *data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);

	listing_flow(nlh, "::1");
	listing_identity(nlh, 1);
	listing_changes(nlh, source, 0, last_source);
	listing_counters(nlh, colour, 10, 1000);
	mnl_attr_nest_end(nlh, data);
}

static void sourced(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "fcff::@::1");
	listing_identity(nlh, 1);
}

static void unsourced(struct nlmsghdr *nlh)
{
	listing_flow(nlh, "::1");
	listing_identity(nlh, 1);
}

static void short_source(struct nlmsghdr *nlh)
{
	unsourced(nlh);
	listing_opaque(nlh, IPSET_ATTR_IP_TO, "123456789012345", 15);
}

static void flat_source(struct nlmsghdr *nlh)
{
	unsourced(nlh);
	mnl_attr_put(nlh, IPSET_ATTR_IP_TO, 16, "1234567890123456");
}

static void ipv4_source(struct nlmsghdr *nlh)
{
	struct nlattr *nest;

	unsourced(nlh);
	nest = mnl_attr_nest_start(nlh, IPSET_ATTR_IP_TO);
	mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV4 | NET, 16, "1234567890123456");
	mnl_attr_nest_end(nlh, nest);
}

static void refused(int netmask, void (*put)(struct nlmsghdr *nlh),
		    const char *problem)
{
	struct nlmsghdr *nlh;
	struct nlattr *adt, *data;

	adt = list(&nlh, netmask);
	data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	put(nlh);
	mnl_attr_nest_end(nlh, data);
	list_end(nlh, adt);
	assert_int_equal(dump(), -EPROTO);
	damaged(problem);
	assert_string_equal(seen, "");
}

TEST_WITH(setup, teardown, bad_sources)
{
	static void (*const cases[])(struct nlmsghdr *nlh) = {
		unsourced, short_source, flat_source, ipv4_source,
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
TEST_WITH(setup, teardown, good_sources)
{
	for (unsigned int netmask = 1; netmask <= 128; netmask++) {
		struct in6_addr source = { 0 };
		char flow[INET6_ADDRSTRLEN + 8], want[sizeof(flow) + 32];
		struct nlmsghdr *nlh;
		struct nlattr *adt;

		source.s6_addr[(netmask - 1) / 8] = 0x80 >> (netmask - 1) % 8;
		inet_ntop(AF_INET6, &source, flow, INET6_ADDRSTRLEN);
		strcat(flow, "@::1");
		adt = list(&nlh, netmask);
		record(nlh, flow, LISTING_LOW, 0, 0);
		list_end(nlh, adt);
		assert_int_equal(dump(), 0);
		snprintf(want, sizeof(want), "%s /%u g1 0,0 x2\n", flow, netmask);
		assert_string_equal(seen, want);
		if (netmask == 1)
			continue;
		adt = list(&nlh, netmask - 1);
		record(nlh, flow, LISTING_LOW, 0, 0);
		list_end(nlh, adt);
		assert_int_equal(dump(), -EPROTO);
		damaged("a source with bits behind the netmask");
	}
}

TEST_WITH(setup, teardown, netmasks)
{
	static const char problem[] = "a netmask that is not 1 to 128";
	static const int wrong[] = { 0, 129, 255 };
	struct nlattr *attr, *data = NULL;
	struct sr6flow_set set = { .mask = 42 };
	struct nlmsghdr *nlh;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		fake_request(IPSET_CMD_LIST);
		listing_sourced_first(wrong[i]);
		listing_done(0);
		assert_int_equal(sr6flow_info(handle, "foo", &set), -EPROTO);
		damaged(problem);
	}
	/* Two bytes, behind what the header has. */
	fake_request(IPSET_CMD_LIST);
	nlh = listing_sourced_first(-1);
	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg))
		if (mnl_attr_get_type(attr) == IPSET_ATTR_DATA)
			data = attr;
	assert_non_null(data);
	mnl_attr_put_u16(nlh, IPSET_ATTR_NETMASK, 64);
	mnl_attr_nest_end(nlh, data);
	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), -EPROTO);
	damaged(problem);
	assert_int_equal(set.mask, 42);
	fake_request(IPSET_CMD_LIST);
	listing_sourced_first(64);
	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), 0);
	assert_int_equal(set.netmask, 64);
	fake_request(IPSET_CMD_LIST);
	listing_first();
	listing_done(0);
	assert_int_equal(sr6flow_info(handle, "foo", &set), 0);
	assert_int_equal(set.netmask, 0);
}

/* Flows of one list and different sources are different flows. */
TEST_WITH(setup, teardown, one_list_two_sources)
{
	struct nlmsghdr *nlh;
	struct nlattr *adt;

	adt = list(&nlh, 48);
	record(nlh, "a=fcff:1::@::1,::2", LISTING_LOW, 0, 0);
	record(nlh, "a=fcff:1::@::1,::2", LISTING_HIGH, 0, 0);
	record(nlh, "a=fcff:2::@::1,::2", LISTING_LOW, 0, 0);
	record(nlh, "fcff:3::@::1,::2", LISTING_LOW, 0, 0);
	mnl_attr_nest_end(nlh, adt);
	nlh = listing_next();
	adt = listing_records(nlh);
	record(nlh, "fcff:3::@::1,::2", LISTING_HIGH, 0, 0);
	record(nlh, "fcff:4::@::1,::2", LISTING_HIGH, 0, 0);
	list_end(nlh, adt);
	assert_int_equal(dump(), 0);
	assert_string_equal(seen,
			    "a=fcff:1::@::1,::2 /48 g1 0,0 x6\n"
			    "a=fcff:2::@::1,::2 /48 g1 0,0 x2\n"
			    "fcff:3::@::1,::2 /48 g1 0,0 x6\n"
			    "fcff:4::@::1,::2 /48 g1 0,0 x4\n");
}

TEST_WITH(setup, teardown, witnesses)
{
	struct nlmsghdr *nlh;
	struct nlattr *adt;

	adt = list(&nlh, -1);
	record(nlh, "::1", LISTING_LOW, 0, 0);
	record(nlh, "::2", LISTING_LOW, 1, 0);
	record(nlh, "::3", LISTING_LOW, 0, 2);
	record(nlh, "::3", LISTING_HIGH, 0, 2);
	record(nlh, "::4", LISTING_LOW, UINT64_MAX, 1ull << 63);
	record(nlh, "::5", LISTING_LOW, 0, 0);
	list_end(nlh, adt);
	assert_int_equal(dump(), 0);
	assert_string_equal(seen,
			    "::1 /0 g1 0,0 x2\n"
			    "::2 /0 g1 1,0 x2\n"
			    "::3 /0 g1 0,2 x6\n"
			    "::4 /0 g1 18446744073709551615,9223372036854775808 x2\n"
			    "::5 /0 g1 0,0 x2\n");
}

/* The kernel reads them again for every message: the last ones are true of all. */
TEST_WITH(setup, teardown, witnesses_grow)
{
	static const uint64_t steps[][3] = {
		{ 0, 3, 3 }, { 3, 3, 4 }, { 3, 4, 5 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		for (unsigned int apart = 0; apart < 2; apart++) {
			struct nlmsghdr *nlh;
			struct nlattr *adt;
			char want[64];

			adt = list(&nlh, -1);
			record(nlh, "::1", LISTING_LOW, steps[i][0], 7);
			if (apart) {
				mnl_attr_nest_end(nlh, adt);
				fake_datagram(0);
				nlh = listing_next();
				adt = listing_records(nlh);
			}
			record(nlh, "::1", LISTING_HIGH, steps[i][1], 7);
			record(nlh, "::1", LISTING_BOTH, steps[i][2], 8);
			record(nlh, "::2", LISTING_LOW, 0, 0);
			list_end(nlh, adt);
			assert_int_equal(dump(), 0);
			snprintf(want, sizeof(want),
				 "::1 /0 g1 %lu,8 xe\n::2 /0 g1 0,0 x2\n",
				 steps[i][2]);
			assert_string_equal(seen, want);
		}
}

static int see_last(const struct sr6flow_set *set,
		    const struct sr6flow_record *record, void *arg)
{
	(void)set;
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&record->flow.source));
	inet_ntop(AF_INET6, &record->last_source, arg, INET6_ADDRSTRLEN);
	return 0;
}

/* It is of the last record, as the changes that it is true with. */
TEST_WITH(setup, teardown, last_source)
{
	char last[INET6_ADDRSTRLEN];
	struct nlmsghdr *nlh;
	struct nlattr *adt;

	adt = list(&nlh, -1);
	record_from(nlh, "fd00::a", LISTING_LOW, 0);
	record_from(nlh, "fd00::a", LISTING_HIGH, 0);
	list_end(nlh, adt);
	assert_int_equal(sr6flow_dump(handle, "foo", see_last, last), 0);
	assert_string_equal(last, "fd00::a");
	adt = list(&nlh, -1);
	record_from(nlh, "fd00::a", LISTING_LOW, 0);
	mnl_attr_nest_end(nlh, adt);
	fake_datagram(0);
	nlh = listing_next();
	adt = listing_records(nlh);
	record_from(nlh, "fd00::b", LISTING_HIGH, 1);
	list_end(nlh, adt);
	assert_int_equal(sr6flow_dump(handle, "foo", see_last, last), 0);
	assert_string_equal(last, "fd00::b");
	adt = list(&nlh, -1);
	record(nlh, "::1", LISTING_LOW, 0, 0);
	list_end(nlh, adt);
	assert_int_equal(sr6flow_dump(handle, "foo", see_last, last), 0);
	assert_string_equal(last, "::");
}

/* A module from before the last source: the changes count, the source is not known. */
TEST_WITH(setup, teardown, changes_of_earlier_module)
{
	static const uint8_t changes[16] = { [7] = 7, [15] = 9 };
	char last[INET6_ADDRSTRLEN];
	struct nlattr *adt, *data;
	struct nlmsghdr *nlh;

	for (int netmask = -1; netmask <= 128; netmask += 129) {
		adt = list(&nlh, netmask);
		data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
		listing_flow(nlh, netmask < 0 ? "::1" : "::9@::1");
		listing_identity(nlh, 1);
		listing_opaque(nlh, IPSET_ATTR_IP2_TO, changes,
			       sizeof(changes));
		mnl_attr_nest_end(nlh, data);
		list_end(nlh, adt);
		assert_int_equal(dump(), 0);
		assert_string_equal(seen, netmask < 0 ?
				    "::1 /0 g1 7,9 x0\n" :
				    "::9@::1 /128 g1 7,9 x0\n");
	}
	adt = list(&nlh, -1);
	record_from(nlh, "fd00::a", LISTING_LOW, 0);
	data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	listing_flow(nlh, "::2");
	listing_identity(nlh, 1);
	listing_opaque(nlh, IPSET_ATTR_IP2_TO, changes, sizeof(changes));
	mnl_attr_nest_end(nlh, data);
	list_end(nlh, adt);
	/* Nothing of the flow before is left for the last one. */
	assert_int_equal(sr6flow_dump(handle, "foo", see_last, last), 0);
	assert_string_equal(last, "::");
}

/* There the source is the flow's. */
TEST_WITH(setup, teardown, last_source_of_key)
{
	struct nlattr *adt, *data;
	struct nlmsghdr *nlh;

	adt = list(&nlh, 128);
	data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	listing_flow(nlh, "::9@::1");
	listing_identity(nlh, 1);
	listing_changes(nlh, 0, 1, "::9");
	mnl_attr_nest_end(nlh, data);
	list_end(nlh, adt);
	assert_int_equal(dump(), -EPROTO);
	damaged("a last source in a set with a netmask");
}

/* Nothing of a set with a netmask is left for one without. */
TEST_WITH(setup, teardown, one_set_after_another)
{
	struct nlmsghdr *nlh;
	struct nlattr *adt;

	adt = list(&nlh, 128);
	record(nlh, "::9@::1", LISTING_LOW, 0, 5);
	list_end(nlh, adt);
	assert_int_equal(dump(), 0);
	assert_string_equal(seen, "::9@::1 /128 g1 0,5 x2\n");
	adt = list(&nlh, -1);
	record(nlh, "::1", LISTING_LOW, 0, 0);
	list_end(nlh, adt);
	assert_int_equal(dump(), 0);
	assert_string_equal(seen, "::1 /0 g1 0,0 x2\n");
}
