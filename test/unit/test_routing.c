// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which paths are live after messages of the kernel, written as words:
 *
 *	+1:a,b	event: the route to prefix 1 is new, by the paths a and b
 *	=1:a	event: it replaces another one
 *	-1:a	event: it, or this next hop of it, is gone
 *	+1:#5	its nexthop object is 5; a row uses IPv4 below prefix 5, IPv6 from it on
 *	+5=a	event: nexthop object 5 is new or changed; "+5=" has no encapsulation
 *	+7=5/6	likewise, a group
 *	-5=	event: it is gone
 *	[ ]	begin and end of a reading; words between them are of a dump; {6 and {4
 *		begin one without all routes of a family
 *
 * Uppercase paths have mode inline. A message that does not show everything adds "?" to
 * the live paths.
 */
#include <ctype.h>
#include <errno.h>
#include <linux/lwtunnel.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <linux/seg6.h>
#include <linux/seg6_iptunnel.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/engine/routing_private.h"
#include "test/unit/unit.h"

#define TABLE 77

static struct {
	struct routing *routing;
	bool reading;
	bool unsure;
	char live[128];
} self;

static void put_encap(struct nl_msg *message, int type_attr, int attr, char path)
{
	struct {
		int mode;
		struct ipv6_sr_hdr srh;
		struct in6_addr sid[2];
	} encap = {
		.mode = isupper((unsigned char)path) ? SEG6_IPTUN_MODE_INLINE :
						       SEG6_IPTUN_MODE_ENCAP,
		.srh = { .hdrlen = 4, .type = 4, .first_segment = 1 },
	};
	struct nlattr *nested;

	encap.sid[1].s6_addr[0] = (uint8_t)path;
	nla_put_u16(message, type_attr, LWTUNNEL_ENCAP_SEG6);
	nested = nla_nest_start(message, attr);
	nla_put(message, SEG6_IPTUNNEL_SRH, sizeof(encap), &encap);
	nla_nest_end(message, nested);
}

static void put_hops(struct nl_msg *message, const char *hops)
{
	struct nlattr *multipath;

	if (*hops == '#') {
		nla_put_u32(message, RTA_NH_ID, (uint32_t)atoi(hops + 1));
		return;
	}
	if (!hops[1]) {
		put_encap(message, RTA_ENCAP_TYPE, RTA_ENCAP, *hops);
		return;
	}
	multipath = nla_nest_start(message, RTA_MULTIPATH);
	for (; *hops; hops += hops[1] == ',' ? 2 : 1) {
		struct rtnexthop *hop = nlmsg_reserve(message, sizeof(*hop), 4);
		size_t before = nlmsg_hdr(message)->nlmsg_len;

		memset(hop, 0, sizeof(*hop));
		put_encap(message, RTA_ENCAP_TYPE, RTA_ENCAP, *hops);
		hop->rtnh_len = (unsigned short)(nlmsg_hdr(message)->nlmsg_len -
						 before + sizeof(*hop));
	}
	nla_nest_end(message, multipath);
}

static struct nl_msg *route(const char *word)
{
	uint8_t dst[16] = { 10, (uint8_t)word[1] };
	bool ipv6 = word[1] >= '5';
	struct rtmsg header = {
		.rtm_family = ipv6 ? AF_INET6 : AF_INET,
		.rtm_dst_len = 16,
	};
	struct nl_msg *message =
		nlmsg_alloc_simple(*word == '-' ? RTM_DELROUTE : RTM_NEWROUTE,
				   *word == '=' ? NLM_F_REPLACE : 0);

	nlmsg_append(message, &header, sizeof(header), 4);
	nla_put(message, RTA_DST, ipv6 ? 16 : 4, dst);
	nla_put_u32(message, RTA_TABLE, TABLE);
	put_hops(message, word + 3);
	return message;
}

static struct nl_msg *nexthop(const char *word)
{
	struct nexthop_grp members[] = {
		{ .id = (uint32_t)word[3] - '0' },
		{ .id = word[3] ? (uint32_t)word[5] - '0' : 0 },
	};
	struct nhmsg header = { .nh_family = AF_INET6 };
	struct nl_msg *message =
		nlmsg_alloc_simple(*word == '-' ? RTM_DELNEXTHOP :
						  RTM_NEWNEXTHOP, 0);

	nlmsg_append(message, &header, sizeof(header), 4);
	nla_put_u32(message, NHA_ID, (uint32_t)word[1] - '0');
	if (isalpha((unsigned char)word[3]))
		put_encap(message, NHA_ENCAP_TYPE, NHA_ENCAP, word[3]);
	else if (word[3])
		nla_put(message, NHA_GROUP, sizeof(members), members);
	return message;
}

static void handle(const char *word)
{
	struct nl_msg *netlink = word[2] == ':' ? route(word) : nexthop(word);
	struct route_message message;

	route_message_parse(&message, nlmsg_hdr(netlink));
	if (self.reading)
		assert_int_equal(routing_read(self.routing, &message), 0);
	else if (routing_changed(self.routing, &message) == ROUTING_UNSURE)
		self.unsure = true;
	nlmsg_free(netlink);
}

static void begin(void)
{
	memset(&self, 0, sizeof(self));
	self.routing = routing_new();
	assert_non_null(self.routing);
}

static void run(const char *words)
{
	char copy[256], *word, *rest = copy;

	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&rest, " "))) {
		if (*word == '[' || *word == '{') {
			self.reading = true;
			routing_read_begin(self.routing);
			if (*word == '{')
				routing_read_cut(self.routing, word[1] == '6' ?
						 AF_INET6 : AF_INET);
		} else if (*word == ']') {
			self.reading = false;
			while (routing_sweep(self.routing, 1))
				;
		} else {
			handle(word);
		}
	}
}

/* Paths are followed as a user would follow them. */
static void update(bool *live)
{
	struct routing_path *path;

	while ((path = routing_next(self.routing))) {
		const unsigned char *encap = path->route.encap;
		int letter = encap[path->route.encap_len - 16];

		live[letter] = path->live;
		path->user = path->live ? self.routing : NULL;
	}
}

static const struct paths {
	const char *name;
	const char *live;
	size_t routes;
} rows[] = {
	{ "+1:a", "a", 1 },
	{ "+1:a -1:a", "", 0 },
	{ "+1:a +2:a -1:a", "a", 1 },
	{ "+1:a =1:b", "b", 1 },
	{ "+1:a +1:a -1:a", "", 0 },
	{ "-1:a", "", 0 },
	/* IPv6: an added next hop comes with the others, a removed one alone. */
	{ "+5:a +5:a,b", "ab", 1 },
	{ "+5:a,b -5:a", "b", 1 },
	{ "+5:a,b -5:a,b", "", 0 },
	{ "+5:a,b =5:b,c", "bc", 1 },
	/* Two routes of one key: which one is replaced? */
	{ "+1:a +1:b =1:c", "c?", 1 },
	/* Events may be older than the reading. */
	{ "[ +5:a,b ] +5:a +5:a,b", "ab", 1 },
	{ "[ +1:b ] +1:a -1:a", "b", 1 },
	{ "+1:a +2:b [ +1:a ] [ +1:a ]", "a", 1 },
	{ "+1:a [ +1:b ] [ +1:b ]", "b", 1 },
	/* One reading alone may leave it out. */
	{ "[ +5:a ] [ ] [ +5:a ] [ ]", "a", 1 },
	{ "[ +1:a +1:b ] =1:c", "c?", 1 },
	/* Readings that the kernel cuts off forget nothing of that family. */
	{ "[ +1:a +5:b ] {6 ] {6 ] {6 ]", "b", 1 },
	{ "[ +1:a +5:b ] {4 ] {4 ] {4 ]", "a", 1 },
	{ "[ +5:b ] {6 ] [ ]", "b", 1 },
	{ "[ +5:b ] {6 ] [ ] [ ]", "", 0 },
	/* Nexthop objects. */
	{ "+5=a +1:#5 +6:#5", "a", 2 },
	{ "+5=a", "", 0 },
	{ "+5=a +1:#5 -1:#5", "", 0 },
	{ "+5=a +1:#5 +5=b", "b", 1 },
	{ "+5=a +1:#5 +5=", "", 1 },
	{ "+5= +1:#5", "", 0 },
	{ "+5= +1:#5 +5=a", "?", 0 },
	{ "+5=a +1:#5 -5=", "?", 1 },
	{ "+5=a +1:#5 -5= [ ] [ ]", "?", 0 },
	{ "+5=a +1:#5 +1:b", "ab", 1 },
	{ "+5=a +1:#5 =1:b", "b", 1 },
	{ "[ +5=a +1:#5 ] [ ] [ ]", "", 0 },
	{ "+5=a +6=b +7=5/6 +5:#7", "ab", 1 },
	{ "+5=a +6=b +8=c +7=5/6 +5:#7 +7=6/8", "bc", 1 },
	{ "+5=a +6=b +7=5/6 +5:#7 -5=", "b", 1 },
	{ "+5=a +6=b +7=5/6 +5:#7 -5:#7 +6:#6", "b", 1 },
};

TEST_ROWS(rows, test_paths)
{
	const struct paths *row = *state;
	bool live[256] = { false };
	char text[128] = "";
	int letter;

	begin();
	run(row->name);
	update(live);
	for (letter = 0; letter < 128; letter++)
		if (live[letter])
			sprintf(text + strlen(text), "%c", letter);
	if (self.unsure)
		strcat(text, "?");
	assert_string_equal(text, row->live);
	assert_int_equal(routing_count(self.routing), row->routes);
	routing_free(self.routing);
}

static unsigned int live_paths(void)
{
	struct routing_path *path;
	unsigned int n = 0;

	while ((path = routing_next(self.routing)))
		n += path->live;
	return n;
}

/* In mode inline, the destination is the last SID. */
TEST(test_inline)
{
	begin();
	run("+5:A +6:A");
	assert_int_equal(live_paths(), 2);
	run("+7:a +8:a");
	assert_int_equal(live_paths(), 1);
	routing_free(self.routing);
}

/* Memory is bounded by the routes also while there is no set to follow them. */
TEST(test_unused)
{
	begin();
	run("+1:a -1:a +5=b +2:#5 +5=c -2:#5 -5= +3:d");
	assert_int_equal(HASH_COUNT(self.routing->table_of_paths), 1);
	routing_free(self.routing);
}

/* A dump that failed also ends with NLMSG_DONE. */
TEST(test_end)
{
	struct {
		struct nlmsghdr header;
		int err;
	} message = { { .nlmsg_len = sizeof(message), .nlmsg_type = NLMSG_DONE }, 0 };

	assert_int_equal(route_dump_end(&message.header), 1);
	message.err = -EMSGSIZE;
	assert_int_equal(route_dump_end(&message.header), -EMSGSIZE);
	message.header.nlmsg_type = RTM_NEWROUTE;
	assert_int_equal(route_dump_end(&message.header), 0);
}

TEST(test_tables)
{
	const uint32_t other = TABLE + 1, same = TABLE;

	begin();
	run("+1:a");
	routing_tables(self.routing, &other, 1, false);
	run("[ +1:a ] [ +1:a ] +2:b");
	assert_int_equal(routing_count(self.routing), 0);
	routing_tables(self.routing, &same, 1, false);
	run("[ +1:a ] +2:b");
	assert_int_equal(routing_count(self.routing), 2);
	routing_free(self.routing);
}

static int count(const struct seg6_route *route, void *arg)
{
	(void)route;
	++*(unsigned int *)arg;
	return 0;
}

TEST(test_each)
{
	unsigned int n = 0;

	begin();
	run("[ +5=a +6=b +7=5/6 +1:#7 +2:#5 +5:c,d ]");
	assert_int_equal(routing_each(self.routing, count, &n), 0);
	assert_int_equal(n, 5);
	routing_free(self.routing);
}
