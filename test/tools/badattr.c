// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends requests with attributes that no honest program sends to a set of type
 * hash:sr6flow, straight through netlink, and compares the kernel's answers.
 *
 *   badattr SET SOURCED	both exist, with the default mask and without skbinfo;
 *			SOURCED has a netmask
 *
 * Prints a line per request, "ok NAME" or "not ok NAME: ...".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <stdio.h>
#include <string.h>

#include "ip_set_hash_sr6flow.h"
#include "ipset_ask.h"
#include "lib/array.h"

#define NET NLA_F_NET_BYTEORDER

static const __u8 sid[SR6FLOW_SID_LEN] = { 0xfc, 0xff, [15] = 1 };

static void put_sid(struct nlmsghdr *nlh)
{
	struct nlattr *ip = mnl_attr_nest_start(nlh, IPSET_ATTR_IP);

	mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV6 | NET, sizeof(sid), sid);
	mnl_attr_nest_end(nlh, ip);
}

static void put_comment(struct nlmsghdr *nlh, int fill, size_t len)
{
	char comment[300];

	memset(comment, fill, len);
	put_sid(nlh);
	mnl_attr_put(nlh, IPSET_ATTR_COMMENT, len, comment);
}

static void empty(struct nlmsghdr *nlh)
{
	(void)nlh;
}

static void ipv4(struct nlmsghdr *nlh)
{
	struct nlattr *ip = mnl_attr_nest_start(nlh, IPSET_ATTR_IP);

	mnl_attr_put_u32(nlh, IPSET_ATTR_IPADDR_IPV4 | NET, 1);
	mnl_attr_nest_end(nlh, ip);
}

static void short_sid(struct nlmsghdr *nlh)
{
	struct nlattr *ip = mnl_attr_nest_start(nlh, IPSET_ATTR_IP);

	mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV6 | NET, 15, sid);
	mnl_attr_nest_end(nlh, ip);
}

static void long_sid(struct nlmsghdr *nlh)
{
	__u8 twice[2 * SR6FLOW_SID_LEN] = { 0 };
	struct nlattr *ip = mnl_attr_nest_start(nlh, IPSET_ATTR_IP);

	mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV6 | NET, sizeof(twice), twice);
	mnl_attr_nest_end(nlh, ip);
}

static void flat_sid(struct nlmsghdr *nlh)
{
	mnl_attr_put(nlh, IPSET_ATTR_IP, sizeof(sid), sid);
}

static void host_order_sid(struct nlmsghdr *nlh)
{
	struct nlattr *ip = mnl_attr_nest_start(nlh, IPSET_ATTR_IP);

	mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV6, sizeof(sid), sid);
	mnl_attr_nest_end(nlh, ip);
}

static void comment_without_nul(struct nlmsghdr *nlh)
{
	put_comment(nlh, 'x', 17);
}

static void comment_endless_piece(struct nlmsghdr *nlh)
{
	put_sid(nlh);
	mnl_attr_put_strz(nlh, IPSET_ATTR_COMMENT, "\377abc");
}

static void comment_odd_length(struct nlmsghdr *nlh)
{
	put_sid(nlh);
	mnl_attr_put_strz(nlh, IPSET_ATTR_COMMENT, "\004abc");
}

static void comment_too_many_sids(struct nlmsghdr *nlh)
{
	char comment[256];

	/* 16 further SIDs of zeros: 257 bytes do not fit, 254 are refused. */
	memset(comment, 1, sizeof(comment));
	comment[254] = '\0';
	put_sid(nlh);
	mnl_attr_put(nlh, IPSET_ATTR_COMMENT, 255, comment);
}

static void comment_too_long(struct nlmsghdr *nlh)
{
	char comment[300];

	memset(comment, 1, sizeof(comment));
	comment[sizeof(comment) - 1] = '\0';
	put_sid(nlh);
	mnl_attr_put(nlh, IPSET_ATTR_COMMENT, sizeof(comment), comment);
}

static void comment_alone(struct nlmsghdr *nlh)
{
	mnl_attr_put_strz(nlh, IPSET_ATTR_COMMENT, "\001");
	mnl_attr_put_u32(nlh, IPSET_ATTR_MARK | NET, htonl(0x10000));
}

static void name_empty(struct nlmsghdr *nlh)
{
	put_sid(nlh);
	mnl_attr_put_strz(nlh, IPSET_ATTR_NAME, "");
}

static void name_too_long(struct nlmsghdr *nlh)
{
	put_sid(nlh);
	mnl_attr_put_strz(nlh, IPSET_ATTR_NAME,
			  "a2345678901234567890123456789012");
}

static void name_without_nul(struct nlmsghdr *nlh)
{
	char name[32];

	memset(name, 'a', sizeof(name));
	put_sid(nlh);
	mnl_attr_put(nlh, IPSET_ATTR_NAME, sizeof(name), name);
}

static void name_bad_character(struct nlmsghdr *nlh)
{
	put_sid(nlh);
	mnl_attr_put_strz(nlh, IPSET_ATTR_NAME, "a b\n");
}

static void name_bad_start(struct nlmsghdr *nlh)
{
	put_sid(nlh);
	mnl_attr_put_strz(nlh, IPSET_ATTR_NAME, "-a");
}

static void name_on_colour(struct nlmsghdr *nlh)
{
	mnl_attr_put_strz(nlh, IPSET_ATTR_NAME, "a");
	mnl_attr_put_u32(nlh, IPSET_ATTR_MARK | NET, htonl(0x10000));
}

static void counters_on_colour(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, IPSET_ATTR_MARK | NET, htonl(0x10000));
	mnl_attr_put_u64(nlh, IPSET_ATTR_PACKETS | NET, 1);
}

static void colour_host_order(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, IPSET_ATTR_MARK, 0x10000);
}

static void colour_short(struct nlmsghdr *nlh)
{
	mnl_attr_put_u16(nlh, IPSET_ATTR_MARK | NET, 1);
}

static void colour_foreign(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, IPSET_ATTR_MARK | NET, htonl(0x30000));
}

static void colour_zero(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, IPSET_ATTR_MARK | NET, 0);
}

static void counters_host_order(struct nlmsghdr *nlh)
{
	put_sid(nlh);
	mnl_attr_put_u32(nlh, IPSET_ATTR_MARK | NET, htonl(0x10000));
	mnl_attr_put_u64(nlh, IPSET_ATTR_PACKETS, 1);
}

static void counters_short(struct nlmsghdr *nlh)
{
	put_sid(nlh);
	mnl_attr_put_u32(nlh, IPSET_ATTR_MARK | NET, htonl(0x10000));
	mnl_attr_put_u32(nlh, IPSET_ATTR_PACKETS | NET, 1);
}

static void timeout_without_option(struct nlmsghdr *nlh)
{
	put_sid(nlh);
	mnl_attr_put_u32(nlh, IPSET_ATTR_TIMEOUT | NET, htonl(5));
}

static void skbinfo_without_option(struct nlmsghdr *nlh)
{
	put_sid(nlh);
	mnl_attr_put_u32(nlh, IPSET_ATTR_SKBPRIO | NET, htonl(5));
}

static void put_source(struct nlmsghdr *nlh, int type, size_t len)
{
	static const __u8 address[2 * SR6FLOW_SID_LEN] = { 0xfd };
	struct nlattr *nest;

	put_sid(nlh);
	nest = mnl_attr_nest_start(nlh, IPSET_ATTR_IP_TO);
	mnl_attr_put(nlh, type, len, address);
	mnl_attr_nest_end(nlh, nest);
}

static void source(struct nlmsghdr *nlh)
{
	put_source(nlh, IPSET_ATTR_IPADDR_IPV6 | NET, SR6FLOW_SID_LEN);
}

static void source_on_colour(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, IPSET_ATTR_IP_TO);

	mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV6 | NET, sizeof(sid), sid);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_u32(nlh, IPSET_ATTR_MARK | NET, htonl(0x10000));
}

static void ipv4_source(struct nlmsghdr *nlh)
{
	put_source(nlh, IPSET_ATTR_IPADDR_IPV4 | NET, 4);
}

static void short_source(struct nlmsghdr *nlh)
{
	put_source(nlh, IPSET_ATTR_IPADDR_IPV6 | NET, SR6FLOW_SID_LEN - 1);
}

static void long_source(struct nlmsghdr *nlh)
{
	put_source(nlh, IPSET_ATTR_IPADDR_IPV6 | NET, 2 * SR6FLOW_SID_LEN);
}

static void host_order_source(struct nlmsghdr *nlh)
{
	put_source(nlh, IPSET_ATTR_IPADDR_IPV6, SR6FLOW_SID_LEN);
}

static void flat_source(struct nlmsghdr *nlh)
{
	put_sid(nlh);
	mnl_attr_put(nlh, IPSET_ATTR_IP_TO, sizeof(sid), sid);
}

static void empty_source(struct nlmsghdr *nlh)
{
	put_sid(nlh);
	mnl_attr_nest_end(nlh, mnl_attr_nest_start(nlh, IPSET_ATTR_IP_TO));
}

static void changes(struct nlmsghdr *nlh)
{
	struct nlattr *nest;

	put_sid(nlh);
	nest = mnl_attr_nest_start(nlh, IPSET_ATTR_IP2_TO);
	mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV6 | NET, sizeof(sid), sid);
	mnl_attr_nest_end(nlh, nest);
}

static const struct bad {
	const char *name;
	void (*put)(struct nlmsghdr *nlh);
	int cmd;
	int error;
} bads[] = {
	{ "add of nothing", empty, IPSET_CMD_ADD, EINVAL },
	{ "del of nothing", empty, IPSET_CMD_DEL, IPSET_ERR_IPADDR_IPV6 },
	{ "test of nothing", empty, IPSET_CMD_TEST, IPSET_ERR_EXIST },
	{ "an IPv4 address", ipv4, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a short SID", short_sid, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a long SID", long_sid, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a SID that is not nested", flat_sid, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a SID without byte order", host_order_sid, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "further SIDs without NUL", comment_without_nul, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a piece beyond the end", comment_endless_piece, IPSET_CMD_ADD, EINVAL },
	{ "a part of a SID", comment_odd_length, IPSET_CMD_ADD, EINVAL },
	{ "17 SIDs", comment_too_many_sids, IPSET_CMD_ADD, EINVAL },
	{ "further SIDs of 299 bytes", comment_too_long, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "further SIDs without a first", comment_alone, IPSET_CMD_ADD, EINVAL },
	{ "an empty name", name_empty, IPSET_CMD_ADD, EINVAL },
	{ "a name of 32 characters", name_too_long, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a name without NUL", name_without_nul, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a name with a blank", name_bad_character, IPSET_CMD_ADD, EINVAL },
	{ "a name that begins with a sign", name_bad_start, IPSET_CMD_ADD, EINVAL },
	{ "a name on a bare colour", name_on_colour, IPSET_CMD_ADD, EINVAL },
	{ "counters on a bare colour", counters_on_colour, IPSET_CMD_ADD, EINVAL },
	{ "a colour without byte order", colour_host_order, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a colour of two bytes", colour_short, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "both bits as the active colour", colour_foreign, IPSET_CMD_ADD, EDOM },
	{ "no bit as the active colour", colour_zero, IPSET_CMD_ADD, EDOM },
	{ "counters without byte order", counters_host_order, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "counters of four bytes", counters_short, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a timeout where there is none", timeout_without_option, IPSET_CMD_ADD, IPSET_ERR_TIMEOUT },
	{ "skbinfo where there is none", skbinfo_without_option, IPSET_CMD_ADD, IPSET_ERR_SKBINFO },
	{ "del of a colour", colour_foreign, IPSET_CMD_DEL, IPSET_ERR_IPADDR_IPV6 },
	{ "del of a part of a SID", comment_odd_length, IPSET_CMD_DEL, EINVAL },
	{ "test of a part of a SID", comment_odd_length, IPSET_CMD_TEST, IPSET_ERR_EXIST },
	{ "a source where there is no netmask", source, IPSET_CMD_ADD, IPSET_ERR_INVALID_CIDR },
	{ "del with a source where there is no netmask", source, IPSET_CMD_DEL, IPSET_ERR_INVALID_CIDR },
	{ "test with a source where there is no netmask", source, IPSET_CMD_TEST, IPSET_ERR_EXIST },
	{ "a source on a bare colour", source_on_colour, IPSET_CMD_ADD, EINVAL },
	{ "a flat source where there is no netmask", flat_source, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "witnesses", changes, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
};

/* The same of a set with a netmask. */
static const struct bad sourced_bads[] = {
	{ "no source", put_sid, IPSET_CMD_ADD, IPSET_ERR_IPADDR_IPV6 },
	{ "del without source", put_sid, IPSET_CMD_DEL, IPSET_ERR_IPADDR_IPV6 },
	{ "test without source", put_sid, IPSET_CMD_TEST, IPSET_ERR_EXIST },
	{ "an IPv4 source", ipv4_source, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a short source", short_source, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a long source", long_source, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a source that is not nested", flat_source, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a source without byte order", host_order_source, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a source without address", empty_source, IPSET_CMD_ADD, IPSET_ERR_PROTOCOL },
	{ "a source and a colour, but no SID", source_on_colour, IPSET_CMD_ADD, EINVAL },
};

/* The kernel's answer: 0 or an error code. */
static int ask(struct mnl_socket *nl, const char *set, const struct bad *bad)
{
	char buf[8192];
	struct nlmsghdr *nlh = ipset_ask_start(buf, bad->cmd,
					       NLM_F_ACK | NLM_F_EXCL, set);
	struct nlattr *data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);

	bad->put(nlh);
	mnl_attr_nest_end(nlh, data);
	return ipset_ask(nl, nlh);
}

/* Whether one answer of the kernel is another than it should be. */
static int ask_all(struct mnl_socket *nl, const char *set,
		   const struct bad *requests, size_t n)
{
	int wrong = 0, got;

	for (; n; n--, requests++) {
		got = ask(nl, set, requests);
		if (got == requests->error) {
			printf("ok %s\n", requests->name);
			continue;
		}
		wrong = 1;
		printf("not ok %s: error %d instead of %d\n", requests->name,
		       got, requests->error);
	}
	return wrong;
}

int main(int argc, char *argv[])
{
	struct mnl_socket *nl;
	int wrong;

	if (argc != 3) {
		fprintf(stderr, "usage: badattr SET SOURCED\n");
		return 2;
	}
	nl = ipset_ask_open();
	wrong = ask_all(nl, argv[1], bads, ARRAY_SIZE(bads));
	wrong |= ask_all(nl, argv[2], sourced_bads,
			 ARRAY_SIZE(sourced_bads));
	mnl_socket_close(nl);
	return wrong;
}
