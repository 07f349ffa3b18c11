// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends requests that no honest program sends, straight through netlink, and
 * compares the kernel's answers.
 *
 *   badrequest flows SET [SOURCED]  to sets with the default mask and without
 *				     skbinfo; SOURCED has a netmask
 *   badrequest sets		     creates sets. One that is made takes a flow, if
 *				     it has room, is listed, and is destroyed
 *
 * Prints a line per request, "ok NAME" or "not ok NAME: ...".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "lib/array.h"

#define ANY "badrequest"
#define NET NLA_F_NET_BYTEORDER

/**
 * struct attribute - an attribute of a request
 * @nest: attribute that holds it alone, or 0
 * @type: number and flags, 0 for none
 * @len: bytes
 * @bytes: value, or NULL for @number
 * @number: value in network byte order, and then zeros
 */
struct attribute {
	uint16_t nest;
	uint16_t type;
	uint16_t len;
	const void *bytes;
	uint32_t number;
};

static const uint8_t address[32] = { 0xfc, 0xff, [15] = 1 };
static const char zeros[1024];
/* Lengths of empty further SIDs and an end; filled by main(). */
static char ones[300];

#define NUMBER(name, length, value) \
	{ .type = IPSET_ATTR_##name | NET, .len = (length), .number = (value) }
#define U32(name, value) NUMBER(name, 4, value)
#define BYTES(name, length, value) \
	{ .type = IPSET_ATTR_##name, .len = (length), .bytes = (value) }
#define TEXT(name, text) BYTES(name, sizeof(text), text)
#define NESTED(holder, name, length) \
	{ IPSET_ATTR_##holder, name, length, address, 0 }
#define V4 (IPSET_ATTR_IPADDR_IPV4 | NET)
#define V6 (IPSET_ATTR_IPADDR_IPV6 | NET)
#define SID NESTED(IP, V6, 16)
#define SOURCE NESTED(IP_TO, V6, 16)
#define COLOUR U32(MARK, 0x10000)
#define NAME32 "a2345678901234567890123456789012"

#define ADD IPSET_CMD_ADD
#define DEL IPSET_CMD_DEL
#define TEST IPSET_CMD_TEST
#define PROTOCOL IPSET_ERR_PROTOCOL

static const struct request_row {
	const char *name;
	int command;
	int error;
	struct attribute attributes[3];
} flow_rows[] = {
	{ "add of nothing", ADD, EINVAL, { { 0 } } },
	{ "del of nothing", DEL, IPSET_ERR_IPADDR_IPV6, { { 0 } } },
	{ "test of nothing", TEST, IPSET_ERR_EXIST, { { 0 } } },
	{ "an IPv4 address", ADD, PROTOCOL, { NESTED(IP, V4, 4) } },
	{ "a short SID", ADD, PROTOCOL, { NESTED(IP, V6, 15) } },
	{ "a long SID", ADD, PROTOCOL, { NESTED(IP, V6, 32) } },
	{ "a SID that is not nested", ADD, PROTOCOL, { BYTES(IP, 16, address) } },
	{ "a SID without byte order", ADD, PROTOCOL,
	  { NESTED(IP, IPSET_ATTR_IPADDR_IPV6, 16) } },
	{ "further SIDs without NUL", ADD, PROTOCOL,
	  { SID, BYTES(COMMENT, 17, "xxxxxxxxxxxxxxxxx") } },
	{ "a piece beyond the end", ADD, EINVAL, { SID, TEXT(COMMENT, "\377abc") } },
	{ "a part of a SID", ADD, EINVAL, { SID, TEXT(COMMENT, "\004abc") } },
	/* 16 further SIDs of zeros: 257 bytes do not fit, 254 are refused. */
	{ "17 SIDs", ADD, EINVAL, { SID, BYTES(COMMENT, 255, ones + 45) } },
	{ "further SIDs of 299 bytes", ADD, PROTOCOL,
	  { SID, BYTES(COMMENT, 300, ones) } },
	{ "further SIDs without a first", ADD, EINVAL,
	  { TEXT(COMMENT, "\001"), COLOUR } },
	{ "an empty name", ADD, EINVAL, { SID, TEXT(NAME, "") } },
	{ "a name of 32 characters", ADD, PROTOCOL, { SID, TEXT(NAME, NAME32) } },
	{ "a name without NUL", ADD, PROTOCOL, { SID, BYTES(NAME, 32, NAME32) } },
	{ "a name with a blank", ADD, EINVAL, { SID, TEXT(NAME, "a b\n") } },
	{ "a name that begins with a sign", ADD, EINVAL, { SID, TEXT(NAME, "-a") } },
	{ "a name on a bare colour", ADD, EINVAL, { TEXT(NAME, "a"), COLOUR } },
	{ "counters on a bare colour", ADD, EINVAL, { COLOUR, NUMBER(PACKETS, 8, 1) } },
	{ "a colour without byte order", ADD, PROTOCOL, { BYTES(MARK, 4, "\0\0\1") } },
	{ "a colour of two bytes", ADD, PROTOCOL, { NUMBER(MARK, 2, 0x10000) } },
	{ "both bits as the active colour", ADD, EDOM, { U32(MARK, 0x30000) } },
	{ "no bit as the active colour", ADD, EDOM, { U32(MARK, 0) } },
	{ "counters without byte order", ADD, PROTOCOL,
	  { SID, COLOUR, BYTES(PACKETS, 8, zeros) } },
	{ "counters of four bytes", ADD, PROTOCOL, { SID, COLOUR, U32(PACKETS, 1) } },
	{ "a timeout where there is none", ADD, IPSET_ERR_TIMEOUT,
	  { SID, U32(TIMEOUT, 5) } },
	{ "skbinfo where there is none", ADD, IPSET_ERR_SKBINFO,
	  { SID, U32(SKBPRIO, 5) } },
	{ "del of a colour", DEL, IPSET_ERR_IPADDR_IPV6, { U32(MARK, 0x30000) } },
	{ "del of a part of a SID", DEL, EINVAL, { SID, TEXT(COMMENT, "\004abc") } },
	{ "test of a part of a SID", TEST, IPSET_ERR_EXIST,
	  { SID, TEXT(COMMENT, "\004abc") } },
	{ "a source where there is no netmask", ADD, IPSET_ERR_INVALID_CIDR,
	  { SID, SOURCE } },
	{ "del with a source where there is no netmask", DEL, IPSET_ERR_INVALID_CIDR,
	  { SID, SOURCE } },
	{ "test with a source where there is no netmask", TEST, IPSET_ERR_EXIST,
	  { SID, SOURCE } },
	{ "a source on a bare colour", ADD, EINVAL, { SOURCE, COLOUR } },
	{ "a flat source where there is no netmask", ADD, PROTOCOL,
	  { SID, BYTES(IP_TO, 16, address) } },
	{ "witnesses", ADD, PROTOCOL, { SID, NESTED(IP2_TO, V6, 16) } },
};

static const struct request_row sourced_rows[] = {
	{ "no source", ADD, IPSET_ERR_IPADDR_IPV6, { SID } },
	{ "del without source", DEL, IPSET_ERR_IPADDR_IPV6, { SID } },
	{ "test without source", TEST, IPSET_ERR_EXIST, { SID } },
	{ "an IPv4 source", ADD, PROTOCOL, { SID, NESTED(IP_TO, V4, 4) } },
	{ "a short source", ADD, PROTOCOL, { SID, NESTED(IP_TO, V6, 15) } },
	{ "a long source", ADD, PROTOCOL, { SID, NESTED(IP_TO, V6, 32) } },
	{ "a source that is not nested", ADD, PROTOCOL,
	  { SID, BYTES(IP_TO, 16, address) } },
	{ "a source without byte order", ADD, PROTOCOL,
	  { SID, NESTED(IP_TO, IPSET_ATTR_IPADDR_IPV6, 16) } },
	{ "a source without address", ADD, PROTOCOL,
	  { SID, { .type = IPSET_ATTR_IP_TO | NLA_F_NESTED } } },
	{ "a source and a colour, but no SID", ADD, EINVAL, { SOURCE, COLOUR } },
};

#define FLAG(name) U32(CADT_FLAGS, IPSET_FLAG_WITH_##name)
#define MASK_ERROR IPSET_ERR_INVALID_MARKMASK
#define NETMASK(value) BYTES(NETMASK, 1, value)

/* What stands at the command is the revision. */
static const struct request_row set_rows[] = {
	{ "no options", 0, 0, { { 0 } } },
	{ "hashsize 0", 0, 0, { U32(HASHSIZE, 0) } },
	{ "hashsize 1", 0, 0, { U32(HASHSIZE, 1) } },
	{ "hashsize 2^31", 0, 0, { U32(HASHSIZE, 1u << 31) } },
	{ "hashsize 2^32-1", 0, 0, { U32(HASHSIZE, UINT32_MAX) } },
	{ "maxelem 0", 0, 0, { U32(MAXELEM, 0) } },
	{ "maxelem 0 with forceadd", 0, 0, { U32(MAXELEM, 0), FLAG(FORCEADD) } },
	{ "maxelem 2^32-1", 0, 0, { U32(MAXELEM, UINT32_MAX) } },
	{ "maxelem and hashsize 2^32-1", 0, 0,
	  { U32(MAXELEM, UINT32_MAX), U32(HASHSIZE, UINT32_MAX) } },
	{ "timeout 0", 0, 0, { U32(TIMEOUT, 0) } },
	{ "timeout 1", 0, 0, { U32(TIMEOUT, 1) } },
	{ "timeout 2^31", 0, 0, { U32(TIMEOUT, 1u << 31) } },
	{ "timeout 2^32-2", 0, 0, { U32(TIMEOUT, UINT32_MAX - 1) } },
	{ "timeout 2^32-1", 0, 0, { U32(TIMEOUT, UINT32_MAX) } },
	{ "all flags", 0, 0, { U32(CADT_FLAGS, UINT32_MAX) } },
	{ "mask 0", 0, MASK_ERROR, { U32(MARKMASK, 0) } },
	{ "mask of all bits", 0, MASK_ERROR, { U32(MARKMASK, UINT32_MAX) } },
	{ "mask in both fields", 0, MASK_ERROR, { U32(MARKMASK, 0x10001) } },
	{ "mask between the fields", 0, MASK_ERROR, { U32(MARKMASK, 0x100) } },
	{ "colour outside the mask", 0, MASK_ERROR, { U32(INITVAL, 0x40000) } },
	{ "both bits as colour", 0, MASK_ERROR, { U32(INITVAL, 0x30000) } },
	{ "hashsize without byte order", 0, PROTOCOL, { BYTES(HASHSIZE, 4, "\0\0\0@") } },
	{ "mask without byte order", 0, PROTOCOL, { BYTES(MARKMASK, 4, "\0\3\0") } },
	{ "hashsize without bytes", 0, PROTOCOL, { NUMBER(HASHSIZE, 0, 0) } },
	{ "maxelem of 3 bytes", 0, PROTOCOL, { NUMBER(MAXELEM, 3, 1) } },
	{ "timeout of 2 bytes", 0, PROTOCOL, { NUMBER(TIMEOUT, 2, 1) } },
	{ "mask of 1 byte", 0, PROTOCOL, { NUMBER(MARKMASK, 1, 1) } },
	{ "maxelem of 1000 bytes", 0, PROTOCOL, { BYTES(MAXELEM, 1000, zeros) } },
	{ "an attribute of other types", 0, PROTOCOL, { U32(SIZE, 8) } },
	{ "netmask 64, revision 0", 0, IPSET_ERR_INVALID_NETMASK, { NETMASK("@") } },
	{ "an unknown attribute", 0, PROTOCOL, { { .type = 60 | NET, .len = 4 } } },

	{ "no options, revision 1", 1, 0, { { 0 } } },
	{ "netmask 1", 1, 0, { NETMASK("\1") } },
	{ "netmask 64", 1, 0, { NETMASK("@") } },
	{ "netmask 128", 1, 0, { NETMASK("\200") } },
	{ "netmask 64 and maxelem 0", 1, 0, { NETMASK("@"), U32(MAXELEM, 0) } },
	{ "netmask 64 and no colour", 1, MASK_ERROR,
	  { NETMASK("@"), U32(INITVAL, 0x30000) } },
	{ "netmask 0", 1, IPSET_ERR_INVALID_NETMASK, { NETMASK("") } },
	{ "netmask 129", 1, IPSET_ERR_INVALID_NETMASK, { NETMASK("\201") } },
	{ "netmask 255", 1, IPSET_ERR_INVALID_NETMASK, { NETMASK("\377") } },
	{ "netmask of 4 bytes", 1, PROTOCOL, { U32(NETMASK, 64) } },
	{ "netmask without bytes", 1, PROTOCOL, { BYTES(NETMASK, 0, "") } },
	{ "an unknown revision", 255, IPSET_ERR_FIND_TYPE, { { 0 } } },
};

static struct sr6flow *handle;
static bool bad;

static void put(struct nlmsghdr *nlh, const struct attribute *attribute)
{
	uint32_t number[2] = { htonl(attribute->number) };
	struct nlattr *nest = NULL;

	if (!attribute->type)
		return;
	if (attribute->nest)
		nest = mnl_attr_nest_start(nlh, attribute->nest);
	mnl_attr_put(nlh, attribute->type, attribute->len,
		     attribute->bytes ? attribute->bytes : (void *)number);
	if (nest)
		mnl_attr_nest_end(nlh, nest);
}

/* Adds the attributes of the row and sends the request. */
static int send_row(struct nlmsghdr *nlh, const struct request_row *row)
{
	struct nlattr *data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(row->attributes); i++)
		put(nlh, &row->attributes[i]);
	mnl_attr_nest_end(nlh, data);
	return -ask(handle, nlh);
}

static void report(const struct request_row *row, int got, int used)
{
	if (got == row->error && !used) {
		printf("ok %s\n", row->name);
		return;
	}
	bad = true;
	printf("not ok %s: error %d instead of %d, then %d\n", row->name, got,
	       row->error, used);
}

static void flows(const char *set, const struct request_row *row, size_t n)
{
	union ask_room room;
	struct nlmsghdr *nlh;

	for (; n; n--, row++) {
		nlh = request_start(&room.request, row->command,
				    NLM_F_ACK | NLM_F_EXCL, set);
		report(row, send_row(nlh, row), 0);
	}
}

/* Whether a set that was made is one; 0 or a negative errno. */
static int use(void)
{
	struct sr6flow_flow flow = { .nsids = 1 };
	struct sr6flow_set info;
	int ret;

	ret = sr6flow_info(handle, ANY, &info);
	if (ret)
		return ret;
	flow.netmask = info.netmask;
	ret = sr6flow_add(handle, ANY, &flow, SR6FLOW_NO_TIMEOUT, false);
	if (ret == -ENOSPC)
		ret = 0;
	if (!ret)
		ret = sr6flow_info(handle, ANY, &info);
	if (!ret && info.flows > info.maxelem)
		ret = -ERANGE;
	return ret ? ret : sr6flow_destroy(handle, ANY);
}

static void create(const struct request_row *row, int family)
{
	union ask_room room;
	struct nlmsghdr *nlh = request_start(&room.request, IPSET_CMD_CREATE,
					     NLM_F_ACK | NLM_F_EXCL, ANY);
	int got;

	mnl_attr_put_strz(nlh, IPSET_ATTR_TYPENAME, SR6FLOW_TYPENAME);
	mnl_attr_put_u8(nlh, IPSET_ATTR_REVISION, row->command);
	mnl_attr_put_u8(nlh, IPSET_ATTR_FAMILY, family);
	got = send_row(nlh, row);
	report(row, got, got ? 0 : use());
}

static void sets(void)
{
	static const struct request_row of_family = {
		"a set of another family", 0, IPSET_ERR_FIND_TYPE, { { 0 } }
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(set_rows); i++)
		create(&set_rows[i], AF_INET6);
	create(&of_family, AF_INET);
	create(&of_family, AF_UNSPEC);
}

int main(int argc, char *argv[])
{
	bool of_flows = argc >= 3 && argc <= 4 && !strcmp(argv[1], "flows");

	if (!of_flows && (argc != 2 || strcmp(argv[1], "sets"))) {
		fprintf(stderr, "usage: badrequest flows SET [SOURCED] | sets\n");
		return 2;
	}
	if (sr6flow_open(&handle)) {
		fprintf(stderr, "badrequest: %s\n", sr6flow_error(handle));
		return 1;
	}
	memset(ones, 1, sizeof(ones) - 1);
	if (of_flows)
		flows(argv[2], flow_rows, ARRAY_SIZE(flow_rows));
	else
		sets();
	if (argc == 4)
		flows(argv[3], sourced_rows, ARRAY_SIZE(sourced_rows));
	sr6flow_close(handle);
	return bad;
}
