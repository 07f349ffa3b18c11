// SPDX-License-Identifier: GPL-2.0-only
/* The plug-in's elements, through libipset's own parser and printer. */
#include <stdio.h>
#include <arpa/inet.h>

#include <libipset/data.h>
#include <libipset/print.h>
#include <libipset/session.h>
#include <libipset/types.h>

#include "ip_set_hash_sr6flow.h"
#include "test/unit/unit.h"

#define SID16 "fcff:1::1,fcff:2::1,fcff:3::1,fcff:4::1,fcff:5::1,fcff:6::1," \
	"fcff:7::1,fcff:8::1,fcff:9::1,fcff:a::1,fcff:b::1,fcff:c::1," \
	"fcff:d::1,fcff:e::1,fcff:f::1,fcff:10::1"
#define LONG_SID "fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
#define LONG4 LONG_SID "," LONG_SID "," LONG_SID "," LONG_SID
#define LONG16 LONG4 "," LONG4 "," LONG4 "," LONG4
/* How the answer to `test SET COLOUR` begins. */
#define COLOUR(text) "The colour " text ", not a flow,"
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

/* What ipset does between the set's name and its element. */
static void begin(struct ipset_session *session)
{
	const uint8_t family = NFPROTO_IPV6;

	ipset_session_report_reset(session);
	ipset_data_reset(ipset_session_data(session));
	ipset_session_data_set(session, IPSET_OPT_FAMILY, &family);
	ipset_session_data_set(session, IPSET_OPT_TYPE, find_type());
}

static int session_setup(void **state)
{
	*state = ipset_session_init(NULL, NULL);
	return *state ? 0 : -1;
}

static int session_teardown(void **state)
{
	return ipset_session_fini(*state);
}

TEST(good)
{
	/* Where the listing differs from the input, it is the second. */
	static const char *const table[][2] = {
		{ "fcff:2::1" },
		{ "fcff:2::1,fcff:8::100" },
		{ "gold=fcff:2::1,fcff:8::100" },
		{ "gold=fcff:2::1,fcff:8::100,0x00010000" },
		{ "fcff::1,0x00020000" },
		{ "0x00020000", COLOUR("0x00020000") },
		{ "0x00000000", COLOUR("0x00000000") },
		{ "0xffffffff", COLOUR("0xffffffff") },
		{ "0x1", COLOUR("0x00000001") },
		{ "0Xaf", COLOUR("0x000000af") },
		{ "0x00000000000000000001", COLOUR("0x00000001") },
		{ "::" },
		{ "::,::,::" },
		{ "::1" },
		{ "FCFF:0:0:0::1", "fcff::1" },
		{ "fcff::1,fcff::1" },
		{ "::ffff:192.0.2.1" },
		{ SID16 },
		{ "gold=" SID16 ",0x00010000" },
		{ NAME31 "=" LONG16 ",0x00020000" },
		{ "0=::1" },
		{ "fcff::1=fcff::2" },
		{ "a.b_c:d-e=fcff::2" },
		{ "fcff:1::1@fcff:2::1" },
		{ "gold=fcff:1::1@fcff:2::1,fcff:8::100" },
		{ "fcff:1::1@fcff:2::1,0x00010000" },
		{ "::@::" },
		{ "FCFF:0:0:0::1@::1", "fcff::1@::1" },
		{ "::ffff:192.0.2.1@::1" },
		{ "a.b_c:d-e=fcff::1@fcff::2" },
		{ NAME31 "=" LONG_SID "@" LONG16 ",0x00020000" },
	};
	struct ipset_session *session = *state;
	char text[1024];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const char *in = table[i][0], *out = table[i][1];
		int len;

		begin(session);
		if (ipset_parse_elem(session, false, in))
			fail_msg("'%s' refused: %s", in,
				 ipset_session_report_msg(session));
		len = ipset_print_elem(text, sizeof(text),
				       ipset_session_data(session),
				       IPSET_OPT_ELEM, 0);
		assert_string_equal(text, out ? out : in);
		assert_int_equal(len, strlen(text));
	}
}

#define NO_ADDRESS(word) "'" word "' is not an IPv6 address"
#define IPV4(word) NO_ADDRESS(word) " but an IPv4 address"
#define NO_COLOUR(word)							\
	"'" word "' is not a colour: 0x and 1 to 8 hexadecimal digits"
#define BAD_CHARACTER(name, character)					\
	"name '" name "' has the character '" character			\
	"'; allowed are letters, digits and . _ : -"

TEST(bad)
{
	static const char *const table[][2] = {
		{ "", "the element is empty" },
		{ "fcff::zz", NO_ADDRESS("fcff::zz") },
		{ "fcff::1,fcff::zz", NO_ADDRESS("fcff::zz") },
		{ "gold=fcff::1,x,fcff::2", NO_ADDRESS("x") },
		{ "gold", NO_ADDRESS("gold") },
		{ "fcff::/64", NO_ADDRESS("fcff::/64") },
		{ "fcff::1-fcff::2", NO_ADDRESS("fcff::1-fcff::2") },
		{ "[fcff::1]", NO_ADDRESS("[fcff::1]") },
		{ "fe80::1%eth0", NO_ADDRESS("fe80::1%eth0") },
		{ "fcff::1 ", NO_ADDRESS("fcff::1 ") },
		{ "fcff::1,\x1b[2J", NO_ADDRESS("\\x1b[2J") },
		{ "10.0.0.1", IPV4("10.0.0.1") },
		{ "131072", "'131072' is not an IPv6 address; a colour begins "
		  "with 0x" },
		{ "fcff::1,00010000", "'00010000' is not an IPv6 address; "
		  "a colour begins with 0x" },
		{ LONG_SID ":" LONG_SID, "'" LONG_SID ":fcff:fff…' is not an "
		  "IPv6 address" },
		/* Cut after 48 characters this would be an address. */
		{ "0000:0000:0000:0000:0000:0000:0000:00000000000001z",
		  NO_ADDRESS("0000:0000:0000:0000:0000:0000:0000:0000000000000…") },
		{ ",", "SID 1 is empty" },
		{ ",fcff::1", "SID 1 is empty" },
		{ "fcff::1,", "SID 2 is empty" },
		{ "fcff::1,,fcff::2", "SID 2 is empty" },
		{ "gold=,fcff::1", "SID 1 is empty" },
		{ "fcff::1,0x10000,", "colour '0x10000' is not the last part" },
		{ "0x1,fcff::1", "colour '0x1' is not the last part" },
		{ "fcff::1,0x1,0x2", "colour '0x1' is not the last part" },
		{ "fcff::1,0x1,fcff::2", "colour '0x1' is not the last part" },
		{ "0x", NO_COLOUR("0x") },
		{ "0x1g", NO_COLOUR("0x1g") },
		{ "fcff::1,0x-1", NO_COLOUR("0x-1") },
		{ "0x10000/0x30000", NO_COLOUR("0x10000/0x30000") },
		{ "0x100000000",
		  "colour '0x100000000' is longer than 32 bits" },
		{ "fcff::1,0x00000000100000000", "colour "
		  "'0x00000000100000000' is longer than 32 bits" },
		{ SID16 ",fcff::1", "17 SIDs: a flow has at most 16" },
		{ "gold=" SID16 "," SID16 ",0x00010000",
		  "32 SIDs: a flow has at most 16" },
		{ SID16 ",fcff::zz", NO_ADDRESS("fcff::zz") },
		{ "gold=", "name 'gold' has no SID" },
		{ "gold=0x00010000", "name 'gold' has no SID, only a colour" },
		{ "=fcff::1", "the name before '=' is empty" },
		{ "=", "the name before '=' is empty" },
		{ NAME31 "x=fcff::1",
		  "name '" NAME31 "…' is longer than 31 characters" },
		{ "a b=fcff::1", BAD_CHARACTER("a b", " ") },
		{ "fcff::1,b=fcff::1", BAD_CHARACTER("fcff::1,b", ",") },
		{ "z\xc3\xa4=fcff::1", BAD_CHARACTER("z\\xc3\\xa4", "\\xc3") },
		{ "-a=fcff::1",
		  "name '-a' does not begin with a letter or digit" },
		{ ":=fcff::1",
		  "name ':' does not begin with a letter or digit" },
		{ "a=b=fcff::1", NO_ADDRESS("b=fcff::1") },
		{ "@fcff::1", "the source before '@' is empty" },
		{ "gold=@fcff::1", "the source before '@' is empty" },
		{ "@", "the source before '@' is empty" },
		{ "fcff::9@", "SID 1 is empty" },
		{ "fcff::9@,fcff::1", "SID 1 is empty" },
		{ "fcff::zz@fcff::1", NO_ADDRESS("fcff::zz") },
		{ "10.0.0.1@fcff::1", IPV4("10.0.0.1") },
		{ "fcff::/48@fcff::1", NO_ADDRESS("fcff::/48") },
		{ "\x1b[2J@fcff::1", NO_ADDRESS("\\x1b[2J") },
		{ "fcff::9@fcff::8@fcff::1", NO_ADDRESS("fcff::8@fcff::1") },
		{ "fcff::1,fcff::9@fcff::2", NO_ADDRESS("fcff::1,fcff::9") },
		{ "fcff::9@a=fcff::1", BAD_CHARACTER("fcff::9@a", "@") },
		{ "fcff::9@0x00010000", "the source has no SID, only a colour" },
		{ "gold=fcff::9@0x00010000",
		  "name 'gold' has no SID, only a colour" },
		{ "0x1@fcff::1", NO_ADDRESS("0x1") },
		{ "fcff::9@" SID16 ",fcff::1",
		  "17 SIDs: a flow has at most 16" },
		{ LONG_SID ":" LONG_SID "@fcff::1", "'" LONG_SID
		  ":fcff:fff…' is not an IPv6 address" },
	};
	struct ipset_session *session = *state;
	char sentence[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		begin(session);
		if (!ipset_parse_elem(session, false, table[i][0]))
			fail_msg("'%s' accepted", table[i][0]);
		snprintf(sentence, sizeof(sentence), "Syntax error: %s\n",
			 table[i][1]);
		assert_string_equal(ipset_session_report_msg(session),
				    sentence);
	}
}

/* Bad input of any length must fit libipset's report. */
TEST(endless)
{
	struct ipset_session *session = *state;
	static const char fill[] = { 'a', '\x01', ',', '=', '0', ':', '.', '@' };
	char text[4096];
	size_t i;

	for (i = 0; i < sizeof(fill); i++) {
		memset(text, fill[i], sizeof(text));
		text[sizeof(text) - 1] = '\0';
		begin(session);
		assert_int_equal(ipset_parse_elem(session, false, text), -1);
		assert_true(strlen(ipset_session_report_msg(session)) < 400);
	}
	memset(text, '0', sizeof(text));
	text[1] = 'x';
	text[sizeof(text) - 1] = 'g';
	text[sizeof(text) - 2] = '\0';
	begin(session);
	assert_int_equal(ipset_parse_elem(session, false, text), 0);
}

/* What libipset will put into the message, attribute by attribute. */
TEST(stored_options)
{
	struct ipset_session *session = *state;
	struct ipset_data *data = ipset_session_data(session);
	__u8 sids[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	const char *comment;
	struct in6_addr sid;

	begin(session);
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

	begin(session);
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
	struct ipset_session *session = *state;
	struct ipset_data *data = ipset_session_data(session);

	begin(session);
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
	struct ipset_session *session = *state;

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
	struct ipset_session *session = *state;
	char *exact;
	size_t room;

	begin(session);
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
	struct ipset_session *session = *state;
	struct ipset_data *data = ipset_session_data(session);
	char text[64];

	begin(session);
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
