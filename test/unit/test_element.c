// SPDX-License-Identifier: GPL-2.0-only
/* The plug-in's elements, through libipset's own parser and printer. */
#include <stdio.h>
#include <arpa/inet.h>

#include <libipset/data.h>
#include <libipset/print.h>
#include <libipset/session.h>
#include <libipset/types.h>

#include "ip_set_hash_sr6flow.h"
#include "test/unit/golden.h"
#include "test/unit/unit.h"

#define SID16 "fcff:1::1,fcff:2::1,fcff:3::1,fcff:4::1,fcff:5::1,fcff:6::1," \
	"fcff:7::1,fcff:8::1,fcff:9::1,fcff:a::1,fcff:b::1,fcff:c::1," \
	"fcff:d::1,fcff:e::1,fcff:f::1,fcff:10::1"
#define LONG_SID "fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
#define LONG4 LONG_SID "," LONG_SID "," LONG_SID "," LONG_SID
#define LONG16 LONG4 "," LONG4 "," LONG4 "," LONG4
#define NAME31 "x23456789012345678901234567890z"

static const struct ipset_type *find_revision(unsigned int revision)
{
	const struct ipset_type *type = ipset_types();

	while (type && (strcmp(type->name, SR6FLOW_TYPENAME) ||
			type->revision != revision))
		type = type->next;
	return type;
}

static const struct ipset_type *find_type(void)
{
	return find_revision(SR6FLOW_REVISION_MAX);
}

static struct ipset_session *session;

/* What ipset does between the set's name and its element. */
static void begin(void)
{
	const uint8_t family = NFPROTO_IPV6;

	ipset_session_report_reset(session);
	ipset_data_reset(ipset_session_data(session));
	ipset_session_data_set(session, IPSET_OPT_FAMILY, &family);
	ipset_session_data_set(session, IPSET_OPT_TYPE, find_type());
}

static int session_setup(void **state)
{
	(void)state;
	session = ipset_session_init(NULL, NULL);
	return session ? 0 : -1;
}

static int session_teardown(void **state)
{
	(void)state;
	return ipset_session_fini(session);
}

/* The element as libipset prints it, or why it is refused. */
static const char *printed(char *input)
{
	static char text[1024];
	int len;

	begin();
	if (ipset_parse_elem(session, false, input))
		return ipset_session_report_msg(session);
	len = ipset_print_elem(text, sizeof(text), ipset_session_data(session),
			       IPSET_OPT_ELEM, 0);
	assert_int_equal(len, strlen(text));
	return text;
}

TEST(elements)
{
	golden_rows("elements", printed);
}

/* Bad input of any length must fit libipset's report. */
TEST(endless)
{
	static const char fill[] = { 'a', '\x01', ',', '=', '0', ':', '.', '@' };
	char text[4096];
	size_t i;

	for (i = 0; i < sizeof(fill); i++) {
		memset(text, fill[i], sizeof(text));
		text[sizeof(text) - 1] = '\0';
		begin();
		assert_int_equal(ipset_parse_elem(session, false, text), -1);
		assert_true(strlen(ipset_session_report_msg(session)) < 400);
	}
	memset(text, '0', sizeof(text));
	text[1] = 'x';
	text[sizeof(text) - 1] = 'g';
	text[sizeof(text) - 2] = '\0';
	begin();
	assert_int_equal(ipset_parse_elem(session, false, text), 0);
}

/* What libipset will put into the message, attribute by attribute. */
TEST(stored_options)
{
	struct ipset_data *data = ipset_session_data(session);
	__u8 sids[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	const char *comment;
	struct in6_addr sid;

	begin();
	assert_int_equal(ipset_parse_elem(session, false,
		"gold=fcff::9@" SID16 ",0x00010000"), 0);
	inet_pton(AF_INET6, "fcff::9", &sid);
	assert_memory_equal(ipset_data_get(data, IPSET_OPT_IP_TO), &sid, 16);
	inet_pton(AF_INET6, "fcff:1::1", &sid);
	assert_memory_equal(ipset_data_get(data, IPSET_OPT_IP), &sid, 16);
	comment = ipset_data_get(data, IPSET_OPT_ADT_COMMENT);
	assert_int_equal(strlen(comment), 241);
	assert_int_equal(sr6flow_sids_decode(sids, (const __u8 *)&sid, comment,
					     241), 16);
	inet_pton(AF_INET6, "fcff:10::1", &sid);
	assert_memory_equal(sids[15], &sid, 16);
	assert_string_equal(ipset_data_get(data, IPSET_OPT_NAME), "gold");
	assert_int_equal(*(const uint32_t *)ipset_data_get(data,
							   IPSET_OPT_MARK),
			 0x00010000);

	begin();
	assert_int_equal(ipset_parse_elem(session, false, "0x00020000"), 0);
	assert_null(ipset_data_get(data, IPSET_OPT_IP));
	assert_null(ipset_data_get(data, IPSET_OPT_IP_TO));
	assert_null(ipset_data_get(data, IPSET_OPT_ADT_COMMENT));
	assert_null(ipset_data_get(data, IPSET_OPT_NAME));
	assert_int_equal(*(const uint32_t *)ipset_data_get(data,
							   IPSET_OPT_MARK),
			 0x00020000);
}

/*
 * After an unknown option, interactive mode goes on with the next line while
 * the refused element is still in the data store.
 */
TEST(nothing_left_of_the_line_before)
{
	struct ipset_data *data = ipset_session_data(session);

	begin();
	assert_int_equal(ipset_parse_elem(session, false,
					  "gold=::9@::1,::2,0x00010000"), 0);
	assert_int_equal(ipset_parse_elem(session, false, "::3"), 0);
	assert_non_null(ipset_data_get(data, IPSET_OPT_IP));
	assert_null(ipset_data_get(data, IPSET_OPT_IP_TO));
	assert_null(ipset_data_get(data, IPSET_OPT_ADT_COMMENT));
	assert_null(ipset_data_get(data, IPSET_OPT_NAME));
	assert_null(ipset_data_get(data, IPSET_OPT_MARK));
	assert_int_equal(ipset_parse_elem(session, false, "0x00020000"), 0);
	assert_null(ipset_data_get(data, IPSET_OPT_IP));
}

TEST(no_address_family)
{
	ipset_session_report_reset(session);
	ipset_data_reset(ipset_session_data(session));
	ipset_session_data_set(session, IPSET_OPT_TYPE, find_type());
	assert_int_equal(ipset_parse_elem(session, false, "::1"), -1);
	assert_string_equal(ipset_session_report_msg(session),
			    "Internal error: the set has no address family\n");
}

TEST(print_into_any_room)
{
	static const char text[] = NAME31 "=" LONG_SID "@" LONG16 ",0x00020000";
	char *exact;
	size_t room;

	begin();
	assert_int_equal(ipset_parse_elem(session, false, text), 0);
	for (room = 1; room <= sizeof(text); room++) {
		exact = test_malloc(room);
		assert_int_equal(ipset_print_elem(exact, room,
			ipset_session_data(session), IPSET_OPT_ELEM, 0),
			sizeof(text) - 1);
		assert_int_equal(strlen(exact), room - 1);
		assert_memory_equal(exact, text, room - 1);
		test_free(exact);
	}
}

TEST(print_refuses_malformed_lists)
{
	struct ipset_data *data = ipset_session_data(session);
	char text[64];

	begin();
	assert_int_equal(ipset_parse_elem(session, false, "::1"), 0);
	assert_int_equal(ipset_data_set(data, IPSET_OPT_ADT_COMMENT,
					"not a SID list"), 0);
	assert_int_equal(ipset_print_elem(text, sizeof(text), data,
					  IPSET_OPT_ELEM, 0), -1);
}

/* Options that libipset must let pass and no others. */
static void check_options(unsigned int revision, uint64_t more)
{
	const struct ipset_type *type = find_revision(revision);
	const uint64_t element = IPSET_FLAG(IPSET_OPT_IP) |
		IPSET_FLAG(IPSET_OPT_IP_TO) |
		IPSET_FLAG(IPSET_OPT_ADT_COMMENT) |
		IPSET_FLAG(IPSET_OPT_NAME) | IPSET_FLAG(IPSET_OPT_MARK);

	assert_non_null(type);
	assert_true(type->family == NFPROTO_IPV6);
	assert_true(type->cmd[IPSET_ADD].full ==
		    (element | IPSET_FLAG(IPSET_OPT_TIMEOUT) |
		     IPSET_FLAG(IPSET_OPT_PACKETS) |
		     IPSET_FLAG(IPSET_OPT_BYTES) |
		     IPSET_FLAG(IPSET_OPT_SKBMARK) |
		     IPSET_FLAG(IPSET_OPT_SKBPRIO) |
		     IPSET_FLAG(IPSET_OPT_SKBQUEUE)));
	assert_true(type->cmd[IPSET_DEL].full == element);
	assert_true(type->cmd[IPSET_TEST].full == element);
	assert_true(type->cmd[IPSET_CREATE].full ==
		    (IPSET_FLAG(IPSET_OPT_HASHSIZE) |
		     IPSET_FLAG(IPSET_OPT_MAXELEM) |
		     IPSET_FLAG(IPSET_OPT_MARKMASK) |
		     IPSET_FLAG(IPSET_OPT_INITVAL) |
		     IPSET_FLAG(IPSET_OPT_TIMEOUT) |
		     IPSET_FLAG(IPSET_OPT_COUNTERS) |
		     IPSET_FLAG(IPSET_OPT_FORCEADD) |
		     IPSET_FLAG(IPSET_OPT_SKBINFO) | more));
}

TEST(allowed_options)
{
	check_options(0, 0);
	check_options(1, IPSET_FLAG(IPSET_OPT_NETMASK));
	assert_null(find_revision(SR6FLOW_REVISION_MAX + 1));
}

UNIT_REGISTER(group)
{
	unit_group(session_setup, session_teardown);
}
