// SPDX-License-Identifier: GPL-2.0-only
/*
 * A record that begins as the one before is not read in full (lib/decode.c).
 * That must never show: whatever two records a listing has, it says the same
 * when they are in one message as when they are in two, where nothing is
 * compared.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "listing_fake.h"
#include "test/unit/unit.h"

#define NET NLA_F_NET_BYTEORDER

static struct sr6flow *handle;
/* What the callback saw, and how the dump ended. */
static char seen[1024];

static int see(const struct sr6flow_set *set,
	       const struct sr6flow_record *record, void *arg)
{
	char flow[SR6FLOW_FLOW_STRLEN];
	size_t len = strlen(seen);
	unsigned int i;

	(void)set;
	(void)arg;
	len += snprintf(seen + len, sizeof(seen) - len, "%s i%lx g%lu t%u",
			sr6flow_flow_format(&record->flow, flow),
			record->instance, record->generation, record->timeout);
	len += snprintf(seen + len, sizeof(seen) - len, " c%lu,%lu",
			record->source_changes, record->segments_left_changes);
	for (i = 0; i < SR6FLOW_SLOTS_MAX; i++)
		len += snprintf(seen + len, sizeof(seen) - len, " %u%s%lu/%lu",
				i, record->slots & 1u << i ? ":" : "-",
				record->counters[i].packets,
				record->counters[i].bytes);
	snprintf(seen + len, sizeof(seen) - len, "\n");
	return 0;
}

static void flow(struct nlmsghdr *nlh, unsigned int generation)
{
	listing_flow(nlh, "gold=::1,::2");
	listing_identity(nlh, generation);
}

static void plain(struct nlmsghdr *nlh, uint32_t colour)
{
	flow(nlh, 7);
	listing_counters(nlh, colour, 10, 1000);
}

static void other_generation(struct nlmsghdr *nlh, uint32_t colour)
{
	flow(nlh, 8);
	listing_counters(nlh, colour, 10, 1000);
}

static void other_name(struct nlmsghdr *nlh, uint32_t colour)
{
	listing_flow(nlh, "lead=::1,::2");
	listing_identity(nlh, 7);
	listing_counters(nlh, colour, 10, 1000);
}

static void no_name(struct nlmsghdr *nlh, uint32_t colour)
{
	listing_flow(nlh, "::1,::2");
	listing_identity(nlh, 7);
	listing_counters(nlh, colour, 10, 1000);
}

static void other_flow(struct nlmsghdr *nlh, uint32_t colour)
{
	listing_flow(nlh, "gold=::1,::3");
	listing_identity(nlh, 7);
	listing_counters(nlh, colour, 10, 1000);
}

static void other_order(struct nlmsghdr *nlh, uint32_t colour)
{
	listing_identity(nlh, 7);
	listing_counters(nlh, colour, 10, 1000);
	listing_flow(nlh, "gold=::1,::2");
}

static void changes(struct nlmsghdr *nlh, uint32_t colour)
{
	flow(nlh, 7);
	listing_changes(nlh, 1, 0, "::");
	listing_counters(nlh, colour, 10, 1000);
}

static void more_changes(struct nlmsghdr *nlh, uint32_t colour)
{
	flow(nlh, 7);
	listing_changes(nlh, 1, 2, "::");
	listing_counters(nlh, colour, 10, 1000);
}

static void more_sources(struct nlmsghdr *nlh, uint32_t colour)
{
	flow(nlh, 7);
	listing_changes(nlh, 1, 0, "::7");
	listing_counters(nlh, colour, 10, 1000);
}

static void late_changes(struct nlmsghdr *nlh, uint32_t colour)
{
	plain(nlh, colour);
	listing_changes(nlh, 1, 0, "::");
}

static void late_sid(struct nlmsghdr *nlh, uint32_t colour)
{
	plain(nlh, colour);
	listing_opaque(nlh, IPSET_ATTR_IP, "0123456789abcdef", 16);
}

static void late_name(struct nlmsghdr *nlh, uint32_t colour)
{
	plain(nlh, colour);
	mnl_attr_put_strz(nlh, IPSET_ATTR_NAME, "lead");
}

static void late_identity(struct nlmsghdr *nlh, uint32_t colour)
{
	plain(nlh, colour);
	listing_identity(nlh, 9);
}

static void late_sids(struct nlmsghdr *nlh, uint32_t colour)
{
	plain(nlh, colour);
	mnl_attr_put_strz(nlh, IPSET_ATTR_COMMENT, "\x11" "0123456789abcdef");
}

static void late_bad_sids(struct nlmsghdr *nlh, uint32_t colour)
{
	plain(nlh, colour);
	mnl_attr_put_strz(nlh, IPSET_ATTR_COMMENT, "x");
}

static void no_counters(struct nlmsghdr *nlh, uint32_t colour)
{
	(void)colour;
	flow(nlh, 7);
}

static void no_bytes(struct nlmsghdr *nlh, uint32_t colour)
{
	flow(nlh, 7);
	request_put_u32(nlh, IPSET_ATTR_MARK, colour);
	listing_u64(nlh, IPSET_ATTR_PACKETS, 10);
}

static void bad_colour(struct nlmsghdr *nlh, uint32_t colour)
{
	flow(nlh, 7);
	listing_counters(nlh, colour | 1u << 31, 10, 1000);
}

static void twice(struct nlmsghdr *nlh, uint32_t colour)
{
	plain(nlh, colour);
	listing_counters(nlh, colour, 20, 2000);
}

static void with_timeout(struct nlmsghdr *nlh, uint32_t colour)
{
	plain(nlh, colour);
	request_put_u32(nlh, IPSET_ATTR_TIMEOUT, 30);
}

static void bad_timeout(struct nlmsghdr *nlh, uint32_t colour)
{
	plain(nlh, colour);
	mnl_attr_put_u16(nlh, IPSET_ATTR_TIMEOUT | NET, 30);
}

static void unknown(struct nlmsghdr *nlh, uint32_t colour)
{
	plain(nlh, colour);
	mnl_attr_put_u32(nlh, 200, 1);
}

static void unknown_between(struct nlmsghdr *nlh, uint32_t colour)
{
	listing_flow(nlh, "gold=::1,::2");
	mnl_attr_put_u32(nlh, 200, 1);
	listing_identity(nlh, 7);
	listing_counters(nlh, colour, 10, 1000);
}

static void cut_off(struct nlmsghdr *nlh, uint32_t colour)
{
	struct nlattr *last;

	plain(nlh, colour);
	last = (void *)((char *)nlh + nlh->nlmsg_len);
	mnl_attr_put_u32(nlh, 200, 1);
	last->nla_len = 40;
}

static void (*const records[])(struct nlmsghdr *nlh, uint32_t colour) = {
	plain, other_generation, other_name, no_name, other_flow, other_order,
	changes, more_changes, more_sources, late_changes, late_sid, late_name,
	late_identity, late_sids, late_bad_sids,
	no_counters, no_bytes, bad_colour, twice, with_timeout, bad_timeout,
	unknown, unknown_between, cut_off,
};

static void put(struct nlmsghdr *nlh, size_t i, uint32_t colour)
{
	struct nlattr *data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);

	records[i](nlh, colour);
	mnl_attr_nest_end(nlh, data);
}

static struct nlattr *next_message(struct nlmsghdr **nlh, struct nlattr *adt)
{
	mnl_attr_nest_end(*nlh, adt);
	*nlh = listing_next();
	return listing_records(*nlh);
}

/* Three records: the third comes after one that may have been compared. */
static void list(const size_t which[3], const uint32_t colours[3], bool apart)
{
	struct nlmsghdr *nlh;
	struct nlattr *adt;
	size_t len;
	int i, ret;

	fake_request(IPSET_CMD_LIST);
	nlh = listing_first();
	adt = listing_records(nlh);
	for (i = 0; i < 3; i++) {
		if (apart)
			adt = next_message(&nlh, adt);
		put(nlh, which[i], colours[i]);
	}
	mnl_attr_nest_end(nlh, adt);
	fake_datagram(0);
	listing_done(0);
	seen[0] = '\0';
	ret = sr6flow_dump(handle, "foo", see, NULL);
	len = strlen(seen);
	snprintf(seen + len, sizeof(seen) - len, "%d %s", ret,
		 ret ? sr6flow_error(handle) : "");
}

static void compare(const size_t which[3], const uint32_t colours[3])
{
	char together[sizeof(seen)];

	fake_reset();
	handle = fake_open();
	list(which, colours, false);
	strcpy(together, seen);
	list(which, colours, true);
	assert_string_equal(together, seen);
	fake_done();
	sr6flow_close(handle);
}

TEST(same)
{
	static const uint32_t colours[][3] = {
		{ LISTING_LOW, LISTING_HIGH, LISTING_BOTH },
		{ LISTING_LOW, LISTING_LOW, LISTING_HIGH },
		{ LISTING_LOW, LISTING_HIGH, LISTING_LOW },
	};
	size_t which[3], i;

	for (i = 0; i < ARRAY_SIZE(colours); i++)
		for (which[0] = 0; which[0] < ARRAY_SIZE(records); which[0]++)
			for (which[1] = 0; which[1] < ARRAY_SIZE(records); which[1]++) {
				which[2] = 0;
				compare(which, colours[i]);
				which[2] = which[0];
				compare(which, colours[i]);
			}
	fake_reset();
}

/* A whole flow comes out of its three records. */
TEST(merged)
{
	static const size_t which[3] = { 0, 0, 0 };
	static const uint32_t colours[3] = {
		LISTING_LOW, LISTING_HIGH, LISTING_BOTH,
	};
	char want[200];

	handle = fake_open();
	list(which, colours, false);
	snprintf(want, sizeof(want), "gold=::1,::2 i%lx g7 t%u c0,0 0-0/0 1:10/1000 2:10/1000 3:10/1000\n0 ",
		 (unsigned long)LISTING_INSTANCE, SR6FLOW_NO_TIMEOUT);
	assert_string_equal(seen, want);
	fake_done();
	sr6flow_close(handle);
	fake_reset();
}
