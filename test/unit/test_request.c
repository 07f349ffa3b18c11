// SPDX-License-Identifier: GPL-2.0-only
/* What the library sends, and what it makes of the kernel's errors. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include "lib_bench.h"

#define NAME31 "abcdefghijklmnopqrstuvwxyz01234"
#define NET NLA_F_NET_BYTEORDER

UNIT_EACH(lib_setup, lib_teardown)

/* Answer to the question for a set's type, or for the type itself. */
static void type_answer(int command, const char *type, uint8_t revision,
			uint8_t revision_min)
{
	struct nlmsghdr *nlh = fake_answering(command);

	mnl_attr_put_u8(nlh, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL);
	if (command == IPSET_CMD_HEADER)
		mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME, "foo");
	mnl_attr_put_strz(nlh, IPSET_ATTR_TYPENAME, type);
	mnl_attr_put_u8(nlh, IPSET_ATTR_FAMILY, AF_INET6);
	mnl_attr_put_u8(nlh, IPSET_ATTR_REVISION, revision);
	if (command == IPSET_CMD_TYPE)
		mnl_attr_put_u8(nlh, IPSET_ATTR_REVISION_MIN, revision_min);
	fake_answered();
}

static void header_answer(void)
{
	type_answer(IPSET_CMD_HEADER, SR6FLOW_TYPENAME, 0, 0);
}

/* It is a set of ours, and then the verdict. */
static void set_answer(int command, int error)
{
	header_answer();
	fake_answer(command, error);
}

/* The kernel's type has revisions 0 to @revision, and then the verdict. */
static void create_answer(uint8_t revision, int error)
{
	type_answer(IPSET_CMD_TYPE, SR6FLOW_TYPENAME, revision, 0);
	fake_answer(IPSET_CMD_CREATE, error);
}

/* Answer to sr6flow_info(). */
static void info_answer(void)
{
	listing_first();
	listing_done(0);
}

/* Fails unless attribute number @type of message @i, or of the data in it, has
 * just these bytes; with @size below zero it must be absent.
 */
static void sent_has(unsigned int i, bool data, int type, const void *bytes,
		     int size)
{
	const struct nlattr *attr, *found = NULL, *nest = NULL;
	const struct nlmsghdr *nlh = fake_sent(i);

	mnl_attr_for_each(attr, nlh, sizeof(struct nfgenmsg)) {
		if (!data && attr->nla_type == type)
			found = attr;
		if (attr->nla_type == (IPSET_ATTR_DATA | NLA_F_NESTED))
			nest = attr;
	}
	if (data) {
		assert_non_null(nest);
		mnl_attr_for_each_nested(attr, nest)
			if (attr->nla_type == type)
				found = attr;
	}
	if (size < 0) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_int_equal(mnl_attr_get_payload_len(found), size);
	assert_memory_equal(mnl_attr_get_payload(found), bytes, size);
}

static void sent_has_u32(unsigned int i, int type, uint32_t value)
{
	value = htonl(value);
	sent_has(i, true, type | NET, &value, sizeof(value));
}

/* The flow that message @i carries, by the shared codec. */
static void sent_has_flow(unsigned int i, const char *text)
{
	const struct nlattr *attr, *nest, *comment = NULL, *ip = NULL;
	const struct nlattr *source = NULL;
	const struct nlmsghdr *nlh = fake_sent(i);
	struct sr6flow_flow flow = { .nsids = 0 };
	char printed[SR6FLOW_FLOW_STRLEN];

	mnl_attr_for_each(nest, nlh, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(nest) != IPSET_ATTR_DATA)
			continue;
		mnl_attr_for_each_nested(attr, nest) {
			if (attr->nla_type == (IPSET_ATTR_IP | NLA_F_NESTED))
				ip = mnl_attr_get_payload(attr);
			if (attr->nla_type == (IPSET_ATTR_IP_TO | NLA_F_NESTED))
				source = mnl_attr_get_payload(attr);
			if (attr->nla_type == IPSET_ATTR_COMMENT)
				comment = attr;
			if (attr->nla_type == IPSET_ATTR_NAME)
				strcpy(flow.name, mnl_attr_get_str(attr));
		}
	}
	assert_non_null(ip);
	assert_int_equal(ip->nla_type, IPSET_ATTR_IPADDR_IPV6 | NET);
	flow.nsids = sr6flow_sids_decode((void *)flow.sids,
					 mnl_attr_get_payload(ip),
					 comment ? mnl_attr_get_str(comment) : "",
					 comment ? mnl_attr_get_payload_len(comment) - 1 : 0);
	if (source) {
		assert_int_equal(source->nla_type, IPSET_ATTR_IPADDR_IPV6 | NET);
		assert_int_equal(mnl_attr_get_payload_len(source), 16);
		memcpy(&flow.source, mnl_attr_get_payload(source), 16);
		flow.netmask = SR6FLOW_NETMASK_MAX;
	}
	assert_string_equal(sr6flow_flow_format(&flow, printed), text);
}

static void create_fails(const struct sr6flow_options *options, int error,
			 const char *sentence)
{
	assert_int_equal(sr6flow_create(handle, "foo", options), -error);
	if (sentence)
		error_is(sentence);
}

static void add_fails(const char *text, int error, const char *sentence)
{
	struct sr6flow_flow flow = flow_of(text);

	assert_int_equal(sr6flow_add(handle, "foo", &flow, 0, false), -error);
	error_is(sentence);
}

TEST(create_default)
{
	const uint8_t protocol = 7, family = AF_INET6, revision = 0;

	create_answer(0, 0);
	assert_int_equal(sr6flow_create(handle, "foo", NULL), 0);
	assert_int_equal(fake_sent(1)->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK |
			 NLM_F_CREATE | NLM_F_EXCL);
	sent_has(1, false, IPSET_ATTR_PROTOCOL, &protocol, 1);
	sent_has(1, false, IPSET_ATTR_SETNAME, "foo", 4);
	sent_has(1, false, IPSET_ATTR_TYPENAME, "hash:sr6flow", 13);
	sent_has(1, false, IPSET_ATTR_FAMILY, &family, 1);
	sent_has(1, false, IPSET_ATTR_REVISION, &revision, 1);
	sent_has_u32(1, IPSET_ATTR_MARKMASK, SR6FLOW_MASK_DEFAULT);
	sent_has(1, true, IPSET_ATTR_INITVAL | NET, NULL, -1);
	sent_has(1, true, IPSET_ATTR_TIMEOUT | NET, NULL, -1);
	sent_has(1, true, IPSET_ATTR_CADT_FLAGS | NET, NULL, -1);
	sent_has(1, true, IPSET_ATTR_NETMASK, NULL, -1);
}

TEST(create_options)
{
	const struct sr6flow_options options = {
		.mask = 0x04,
		.has_colour = true,
		.maxelem = 10,
		.hashsize = 64,
		.has_timeout = true,
		.forceadd = true,
		.skbinfo = true,
		.exist = true,
	};

	create_answer(0, 0);
	assert_int_equal(sr6flow_create(handle, NAME31, &options), 0);
	assert_false(fake_sent(1)->nlmsg_flags & NLM_F_EXCL);
	sent_has(1, false, IPSET_ATTR_SETNAME, NAME31, 32);
	sent_has_u32(1, IPSET_ATTR_MARKMASK, 4);
	sent_has_u32(1, IPSET_ATTR_INITVAL, 0);
	sent_has_u32(1, IPSET_ATTR_MAXELEM, 10);
	sent_has_u32(1, IPSET_ATTR_HASHSIZE, 64);
	sent_has_u32(1, IPSET_ATTR_TIMEOUT, 0);
	sent_has_u32(1, IPSET_ATTR_CADT_FLAGS,
		     IPSET_FLAG_WITH_FORCEADD | IPSET_FLAG_WITH_SKBINFO);
}

TEST(create_netmask)
{
	const uint8_t revision = 1;

	for (unsigned int netmask = 1; netmask <= 128; netmask += 127) {
		const struct sr6flow_options options = { .netmask = netmask };
		const uint8_t byte = netmask;

		/* Of both, the newest revision that libsr6flow knows. */
		create_answer(netmask == 1 ? 1 : 9, 0);
		assert_int_equal(sr6flow_create(handle, "foo", &options), 0);
		sent_has(netmask == 1 ? 1 : 3, true, IPSET_ATTR_NETMASK, &byte, 1);
		sent_has(netmask == 1 ? 1 : 3, false, IPSET_ATTR_REVISION,
			 &revision, 1);
	}
}

/* A module that does not know the netmask is not asked for one. */
TEST(create_netmask_refused)
{
	struct sr6flow_options options = { .netmask = 129 };

	create_fails(&options, EINVAL,
		     "netmask 129: must be 0 to 128 bits of the source");
	options.netmask = 256 + 64;
	create_fails(&options, EINVAL, NULL);
	options.netmask = 64;
	type_answer(IPSET_CMD_TYPE, SR6FLOW_TYPENAME, 0, 0);
	create_fails(&options, EPROTONOSUPPORT,
		     "set 'foo': netmask needs revision 1 of hash:sr6flow, the kernel has 0: update the module ip_set_hash_sr6flow");
	create_answer(1, -IPSET_ERR_INVALID_NETMASK);
	create_fails(&options, EPROTO, NULL);
}

/* Found before anything is sent. */
TEST(create_refused)
{
	struct sr6flow_options options = { .mask = 0x00070000 };

	create_fails(&options, EINVAL,
		     "mark mask 0x00070000: must be one or two bits, all in 0xffff0000 (SRH Tag) or all in 0x000000ff (Traffic Class)");
	options.mask = 0x00010001;
	create_fails(&options, EINVAL, NULL);
	options.mask = 0x0300;
	create_fails(&options, EINVAL, NULL);
	options = (struct sr6flow_options) {
		.has_colour = true, .colour = 0x00030000,
	};
	create_fails(&options, EINVAL,
		     "colour 0x00030000: mark mask 0x00030000 has the colours 0x00010000 and 0x00020000");
	assert_int_equal(sr6flow_create(handle, "", NULL), -EINVAL);
	error_is("the name of the set is missing");
	assert_int_equal(sr6flow_create(handle, NULL, NULL), -EINVAL);
	assert_int_equal(sr6flow_create(handle, "x" NAME31, NULL), -EINVAL);
	error_is("set name 'xabcdefghijklmnopqrstuvwxyz0123...' is longer than 31 characters");
}

TEST(create_clash)
{
	const struct sr6flow_options exist = { .exist = true };

	create_answer(0, -EEXIST);
	header_answer();
	create_fails(NULL, EEXIST,
		     "set 'foo' exists: destroy it or take another name");
	create_answer(0, -EEXIST);
	type_answer(IPSET_CMD_HEADER, "hash:ip", 5, 0);
	create_fails(NULL, EMEDIUMTYPE,
		     "'foo' is a set of type hash:ip, not hash:sr6flow");
	create_answer(0, -EEXIST);
	info_answer();
	create_fails(&exist, EEXIST,
		     "set 'foo' exists with other options (mark mask 0x00030000, netmask 0, maxelem 65536, timeout 300, forceadd, skbinfo): ask for the same or destroy it");
}

TEST(create_revisions)
{
	/* Both know revisions 0 and 1, the kernel more. */
	create_answer(9, 0);
	assert_int_equal(sr6flow_create(handle, "foo", NULL), 0);
	sent_has(1, false, IPSET_ATTR_REVISION, "\1", 1);
	type_answer(IPSET_CMD_TYPE, SR6FLOW_TYPENAME, 9, 4);
	create_fails(NULL, EPROTONOSUPPORT,
		     "set 'foo': the kernel has revision 4 of hash:sr6flow, libsr6flow "
		     SR6FLOW_VERSION " knows 0 to 1: update libsr6flow");
	fake_answer(IPSET_CMD_TYPE, -IPSET_ERR_FIND_TYPE);
	assert_int_equal(sr6flow_create(handle, "foo", NULL), -ENOENT);
	assert_non_null(strstr(sr6flow_error(handle),
			       "the kernel does not know the set type hash:sr6flow: "));
}

TEST(add)
{
	static const char text[] =
		"gold=::1,::2,fcff:0:1::,ffff::ffff,::,::6,::7,::8,::9,::a,::b,::c,::d,::e,::f,::";
	struct sr6flow_flow flow = flow_of(text);

	set_answer(IPSET_CMD_ADD, 0);
	assert_int_equal(sr6flow_add(handle, "foo", &flow, SR6FLOW_NO_TIMEOUT,
				     false), 0);
	assert_int_equal(fake_sent(1)->nlmsg_flags,
			 NLM_F_REQUEST | NLM_F_ACK | NLM_F_EXCL);
	sent_has_flow(1, text);
	sent_has(1, true, IPSET_ATTR_TIMEOUT | NET, NULL, -1);
	sent_has(1, true, IPSET_ATTR_MARK | NET, NULL, -1);

	flow = flow_of("::1");
	set_answer(IPSET_CMD_ADD, 0);
	assert_int_equal(sr6flow_add(handle, "foo", &flow, 0, true), 0);
	assert_false(fake_sent(3)->nlmsg_flags & NLM_F_EXCL);
	sent_has_flow(3, "::1");
	sent_has_u32(3, IPSET_ATTR_TIMEOUT, 0);
	sent_has(3, true, IPSET_ATTR_NAME, NULL, -1);
	sent_has(3, true, IPSET_ATTR_COMMENT, NULL, -1);
}

/* The kernel masks the source. */
TEST(add_source)
{
	static const char text[] =
		"gold=ffff::ffff@::1,::2,fcff:0:1::,ffff::ffff,::,::6,::7,::8,::9,::a,::b,::c,::d,::e,::f,::";
	struct sr6flow_flow flow = flow_of(text);

	set_answer(IPSET_CMD_ADD, 0);
	assert_int_equal(sr6flow_add(handle, "foo", &flow, SR6FLOW_NO_TIMEOUT,
				     false), 0);
	sent_has_flow(1, text);
	/* As a dump of a set with another netmask has it. */
	flow = flow_of("fcff:1::@::1");
	flow.netmask = 32;
	set_answer(IPSET_CMD_ADD, 0);
	assert_int_equal(sr6flow_add(handle, "foo", &flow, 0, true), 0);
	sent_has_flow(3, "fcff:1::@::1");
	flow.netmask = 0;
	set_answer(IPSET_CMD_ADD, 0);
	assert_int_equal(sr6flow_add(handle, "foo", &flow, 0, true), 0);
	sent_has_flow(5, "::1");
	sent_has(5, true, IPSET_ATTR_IP_TO | NLA_F_NESTED, NULL, -1);
	flow.netmask = 129;
	assert_int_equal(sr6flow_add(handle, "foo", &flow, 0, true), -EINVAL);
	error_is("netmask 129: must be 0 to 128");
}

/* Whether a flow has a source must be as the set has it; every call says so. */
TEST(source_errors)
{
	static const struct {
		const char *flow, *sentence;
		int verdict;
	} cases[] = {
		{ "a=::9@::1,::2", "set 'foo' has no netmask: remove the source from the flow a=::9@::1,::2",
		  IPSET_ERR_INVALID_CIDR },
		{ "a=::1,::2", "set 'foo' has a netmask: add the source, as in SOURCE@SID, to the flow a=::1,::2",
		  IPSET_ERR_IPADDR_IPV6 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sr6flow_flow flow = flow_of(cases[i].flow);

		set_answer(IPSET_CMD_ADD, -cases[i].verdict);
		add_fails(cases[i].flow, EINVAL, cases[i].sentence);
		set_answer(IPSET_CMD_DEL, -cases[i].verdict);
		assert_int_equal(sr6flow_del(handle, "foo", &flow), -EINVAL);
		error_is(cases[i].sentence);
		set_answer(IPSET_CMD_TEST, -cases[i].verdict);
		assert_int_equal(sr6flow_test(handle, "foo", &flow), -EINVAL);
		error_is(cases[i].sentence);
	}
}

TEST(add_errors)
{
	static const struct {
		int verdict, error;
		const char *sentence;
	} cases[] = {
		{ IPSET_ERR_EXIST, EEXIST, "set 'foo' has the flow a=::1,::2 already" },
		{ IPSET_ERR_TIMEOUT, EINVAL,
		  "set 'foo' has no timeouts: create it with one, or add the flow without" },
		{ EINVAL, EINVAL, "set 'foo': the kernel refused the flow a=::1,::2" },
		{ ENOMEM, ENOMEM, "set 'foo': the kernel is out of memory" },
		{ EPERM, EPERM,
		  "ipset needs CAP_NET_ADMIN in this network namespace: run as root" },
		{ ENOENT, ENOENT,
		  "there is no set 'foo': create it with 'lmctl init' or 'ipset create foo hash:sr6flow'" },
		{ 5000, EPROTO, "set 'foo': the kernel answered with ipset error 5000" },
		{ EIO, EIO, "set 'foo': Input/output error" },
		{ 4000, 4000, "set 'foo': unknown error" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		/* The last ones answer the question for the type. */
		if (i < 5)
			set_answer(IPSET_CMD_ADD, -cases[i].verdict);
		else
			fake_answer(IPSET_CMD_HEADER, -cases[i].verdict);
		add_fails("a=::1,::2", cases[i].error, cases[i].sentence);
	}
}

TEST(add_full)
{
	set_answer(IPSET_CMD_ADD, -SR6FLOW_ERR_FULL);
	info_answer();
	add_fails("::1", ENOSPC,
		  "set 'foo' is full, it has maxelem 65536 flows: delete some or create it with a larger maxelem");
}

/* Neither a bad flow nor a set of another type lets anything be changed. */
TEST(nothing_changed)
{
	struct sr6flow_flow flow = flow_of("::1"), bad = flow;

	bad.nsids = 17;
	assert_int_equal(sr6flow_add(handle, "foo", &bad, 0, false), -EINVAL);
	error_is("17 SIDs: a flow has 1 to 16");
	bad.nsids = 0;
	assert_int_equal(sr6flow_del(handle, "foo", &bad), -EINVAL);
	bad.nsids = 1;
	strcpy(bad.name, "a b");
	assert_int_equal(sr6flow_add(handle, "foo", &bad, 0, false), -EINVAL);

	type_answer(IPSET_CMD_HEADER, "hash:ip", 5, 0);
	assert_int_equal(sr6flow_add(handle, "foo", &flow, 0, false),
			 -EMEDIUMTYPE);
	error_is("'foo' is a set of type hash:ip, not hash:sr6flow");
	type_answer(IPSET_CMD_HEADER, "hash:sr6flow2", 0, 0);
	assert_int_equal(sr6flow_del(handle, "foo", &flow), -EMEDIUMTYPE);
	type_answer(IPSET_CMD_HEADER, "list:set", 0, 0);
	assert_int_equal(sr6flow_test(handle, "foo", &flow), -EMEDIUMTYPE);
	type_answer(IPSET_CMD_HEADER, "hash:ip", 0, 0);
	assert_int_equal(sr6flow_flush(handle, "foo"), -EMEDIUMTYPE);
	type_answer(IPSET_CMD_HEADER, SR6FLOW_TYPENAME, 2, 0);
	assert_int_equal(sr6flow_destroy(handle, "foo"), -EPROTONOSUPPORT);
	error_is("set 'foo': the kernel has revision 2 of hash:sr6flow, libsr6flow "
		 SR6FLOW_VERSION " knows 0 to 1: update libsr6flow");
}

TEST(del_and_test)
{
	struct sr6flow_flow flow = flow_of("gold=::1,::2");

	set_answer(IPSET_CMD_DEL, 0);
	assert_int_equal(sr6flow_del(handle, "foo", &flow), 0);
	sent_has_flow(1, "::1,::2");
	assert_true(fake_sent(1)->nlmsg_flags & NLM_F_EXCL);
	set_answer(IPSET_CMD_DEL, -IPSET_ERR_EXIST);
	assert_int_equal(sr6flow_del(handle, "foo", &flow), -ESRCH);
	error_is("set 'foo' does not have the flow gold=::1,::2");
	set_answer(IPSET_CMD_TEST, 0);
	assert_int_equal(sr6flow_test(handle, "foo", &flow), 1);
	sent_has_flow(5, "::1,::2");
	set_answer(IPSET_CMD_TEST, -IPSET_ERR_EXIST);
	assert_int_equal(sr6flow_test(handle, "foo", &flow), 0);
	set_answer(IPSET_CMD_TEST, -ENOENT);
	assert_int_equal(sr6flow_test(handle, "foo", &flow), -ENOENT);
	flow = flow_of("gold=::9@::1,::2");
	set_answer(IPSET_CMD_DEL, 0);
	assert_int_equal(sr6flow_del(handle, "foo", &flow), 0);
	sent_has_flow(11, "::9@::1,::2");
	set_answer(IPSET_CMD_TEST, 0);
	assert_int_equal(sr6flow_test(handle, "foo", &flow), 1);
	sent_has_flow(13, "::9@::1,::2");
}

TEST(destroy_and_flush)
{
	set_answer(IPSET_CMD_DESTROY, 0);
	assert_int_equal(sr6flow_destroy(handle, "foo"), 0);
	sent_has(1, false, IPSET_ATTR_SETNAME, "foo", 4);
	set_answer(IPSET_CMD_DESTROY, -IPSET_ERR_BUSY);
	assert_int_equal(sr6flow_destroy(handle, "foo"), -EBUSY);
	error_is("set 'foo' is in use: remove the rules that name it, let listings of it end");
	set_answer(IPSET_CMD_FLUSH, 0);
	assert_int_equal(sr6flow_flush(handle, "foo"), 0);
	sent_has(5, false, IPSET_ATTR_SETNAME, "foo", 4);
	/* Every set of the namespace would be flushed. */
	assert_int_equal(sr6flow_flush(handle, NULL), -EINVAL);
	assert_int_equal(sr6flow_destroy(handle, ""), -EINVAL);
}

TEST(colour)
{
	fake_answer(IPSET_CMD_ADD, 0);
	assert_int_equal(sr6flow_set_colour(handle, "foo", 0x00020000), 0);
	sent_has_u32(0, IPSET_ATTR_MARK, 0x00020000);
	sent_has(0, true, IPSET_ATTR_IP | NLA_F_NESTED, NULL, -1);
	fake_answer(IPSET_CMD_ADD, -EDOM);
	info_answer();
	assert_int_equal(sr6flow_set_colour(handle, "foo", 4), -EDOM);
	error_is("colour 0x00000004: set 'foo' has the colours 0x00010000 and 0x00020000");
	/* A set of another type refuses the message. */
	fake_answer(IPSET_CMD_ADD, -IPSET_ERR_PROTOCOL);
	type_answer(IPSET_CMD_HEADER, "hash:ip,mark", 2, 0);
	assert_int_equal(sr6flow_set_colour(handle, "foo", 4), -EMEDIUMTYPE);
	fake_answer(IPSET_CMD_ADD, -IPSET_ERR_PROTOCOL);
	header_answer();
	assert_int_equal(sr6flow_set_colour(handle, "foo", 4), -EPROTO);
	fake_answer(IPSET_CMD_ADD, -ENOENT);
	assert_int_equal(sr6flow_set_colour(handle, "foo", 4), -ENOENT);
}

TEST(set_index)
{
	uint16_t value = 0;

	mnl_attr_put_u16(fake_answering(IPSET_CMD_GET_BYNAME),
			 IPSET_ATTR_INDEX | NET, htons(0x1234));
	fake_answered();
	assert_int_equal(sr6flow_index(handle, "foo", &value), 0);
	assert_int_equal(value, 0x1234);
	sent_has(0, false, IPSET_ATTR_SETNAME, "foo", 4);
	/* An answer without it, or of another length. */
	mnl_attr_put_u8(fake_answering(IPSET_CMD_GET_BYNAME),
			IPSET_ATTR_INDEX | NET, 1);
	fake_answered();
	assert_int_equal(sr6flow_index(handle, "foo", &value), -EPROTO);
	fake_answer(IPSET_CMD_GET_BYNAME, -ENOENT);
	assert_int_equal(sr6flow_index(handle, "foo", &value), -ENOENT);
	error_is("there is no set 'foo': create it with 'lmctl init' or 'ipset create foo hash:sr6flow'");
}
