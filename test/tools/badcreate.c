// SPDX-License-Identifier: GPL-2.0-only
/*
 * Creates sets of type hash:sr6flow with options that no honest program gives,
 * straight through netlink, and compares the kernel's answers. A set that is
 * made takes a flow, if it has room, is listed, and goes again.
 *
 *   badcreate
 *
 * Prints a line per request, "ok NAME" or "not ok NAME: ...".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "ipset_ask.h"
#include "sr6flow.h"
#include "lib/array.h"

#define NET NLA_F_NET_BYTEORDER
#define SET "extreme"

/**
 * struct option - an attribute of a request
 * @type: number, 0 for none
 * @len: bytes, of @value in network byte order and then of zeros
 * @value: value
 * @plain: without the flag for network byte order
 */
struct option {
	int type;
	size_t len;
	uint32_t value;
	bool plain;
};

#define U32(type, value) { IPSET_ATTR_##type, 4, value, false }
#define U8(type, value) \
	{ IPSET_ATTR_##type, 1, (uint32_t)(value) << 24, true }

static const struct creation {
	const char *name;
	struct option options[2];
	int error;
} creations[] = {
	{ "no options", { { 0 } }, 0 },
	{ "hashsize 0", { U32(HASHSIZE, 0) }, 0 },
	{ "hashsize 1", { U32(HASHSIZE, 1) }, 0 },
	{ "hashsize 2^31", { U32(HASHSIZE, 1u << 31) }, 0 },
	{ "hashsize 2^32-1", { U32(HASHSIZE, UINT32_MAX) }, 0 },
	{ "maxelem 0", { U32(MAXELEM, 0) }, 0 },
	{ "maxelem 0 with forceadd",
	  { U32(MAXELEM, 0), U32(CADT_FLAGS, IPSET_FLAG_WITH_FORCEADD) }, 0 },
	{ "maxelem 2^32-1", { U32(MAXELEM, UINT32_MAX) }, 0 },
	{ "maxelem and hashsize 2^32-1",
	  { U32(MAXELEM, UINT32_MAX), U32(HASHSIZE, UINT32_MAX) }, 0 },
	{ "timeout 0", { U32(TIMEOUT, 0) }, 0 },
	{ "timeout 1", { U32(TIMEOUT, 1) }, 0 },
	{ "timeout 2^31", { U32(TIMEOUT, 1u << 31) }, 0 },
	{ "timeout 2^32-2", { U32(TIMEOUT, UINT32_MAX - 1) }, 0 },
	{ "timeout 2^32-1", { U32(TIMEOUT, UINT32_MAX) }, 0 },
	{ "all flags", { U32(CADT_FLAGS, UINT32_MAX) }, 0 },
	{ "mask 0", { U32(MARKMASK, 0) }, IPSET_ERR_INVALID_MARKMASK },
	{ "mask of all bits", { U32(MARKMASK, UINT32_MAX) },
	  IPSET_ERR_INVALID_MARKMASK },
	{ "mask in both fields", { U32(MARKMASK, 0x00010001) },
	  IPSET_ERR_INVALID_MARKMASK },
	{ "mask between the fields", { U32(MARKMASK, 0x00000100) },
	  IPSET_ERR_INVALID_MARKMASK },
	{ "colour outside the mask", { U32(INITVAL, 0x00040000) },
	  IPSET_ERR_INVALID_MARKMASK },
	{ "both bits as colour", { U32(INITVAL, 0x00030000) },
	  IPSET_ERR_INVALID_MARKMASK },
	{ "hashsize without byte order",
	  { { IPSET_ATTR_HASHSIZE, 4, 64, true } }, IPSET_ERR_PROTOCOL },
	{ "mask without byte order",
	  { { IPSET_ATTR_MARKMASK, 4, 0x00030000, true } },
	  IPSET_ERR_PROTOCOL },
	{ "hashsize without bytes", { { IPSET_ATTR_HASHSIZE, 0, 0, false } },
	  IPSET_ERR_PROTOCOL },
	{ "maxelem of 3 bytes", { { IPSET_ATTR_MAXELEM, 3, 1, false } },
	  IPSET_ERR_PROTOCOL },
	{ "timeout of 2 bytes", { { IPSET_ATTR_TIMEOUT, 2, 1, false } },
	  IPSET_ERR_PROTOCOL },
	{ "mask of 1 byte", { { IPSET_ATTR_MARKMASK, 1, 1, false } },
	  IPSET_ERR_PROTOCOL },
	{ "maxelem of 1000 bytes", { { IPSET_ATTR_MAXELEM, 1000, 7, false } },
	  IPSET_ERR_PROTOCOL },
	{ "an attribute of other types", { U32(SIZE, 8) }, IPSET_ERR_PROTOCOL },
	{ "netmask 64, revision 0", { U8(NETMASK, 64) },
	  IPSET_ERR_INVALID_NETMASK },
	{ "an attribute number that there is not", { { 60, 4, 1, false } },
	  IPSET_ERR_PROTOCOL },
};

/* At revision 1. */
static const struct creation netmask_creations[] = {
	{ "no options, revision 1", { { 0 } }, 0 },
	{ "netmask 1", { U8(NETMASK, 1) }, 0 },
	{ "netmask 64", { U8(NETMASK, 64) }, 0 },
	{ "netmask 128", { U8(NETMASK, 128) }, 0 },
	{ "netmask 64 and maxelem 0", { U8(NETMASK, 64), U32(MAXELEM, 0) }, 0 },
	{ "netmask 64 and no colour",
	  { U8(NETMASK, 64), U32(INITVAL, 0x00030000) },
	  IPSET_ERR_INVALID_MARKMASK },
	{ "netmask 0", { U8(NETMASK, 0) }, IPSET_ERR_INVALID_NETMASK },
	{ "netmask 129", { U8(NETMASK, 129) }, IPSET_ERR_INVALID_NETMASK },
	{ "netmask 255", { U8(NETMASK, 255) }, IPSET_ERR_INVALID_NETMASK },
	{ "netmask of 4 bytes", { U32(NETMASK, 64) }, IPSET_ERR_PROTOCOL },
	{ "netmask without bytes", { { IPSET_ATTR_NETMASK, 0, 0, true } },
	  IPSET_ERR_PROTOCOL },
};

static void put_option(struct nlmsghdr *nlh, const struct option *option)
{
	const uint32_t value = htonl(option->value);
	uint8_t bytes[1024] = { 0 };

	if (!option->type)
		return;
	memcpy(bytes, &value, sizeof(value));
	mnl_attr_put(nlh, option->type | (option->plain ? 0 : NET),
		     option->len, bytes);
}

/* @revision and @family are those of the type, or not. */
static int create(struct mnl_socket *nl, const char *type, int revision,
		  int family, const struct option options[2])
{
	char buf[8192];
	struct nlmsghdr *nlh = ipset_ask_start(buf, IPSET_CMD_CREATE,
					       NLM_F_ACK | NLM_F_EXCL, SET);
	struct nlattr *data;

	mnl_attr_put_strz(nlh, IPSET_ATTR_TYPENAME, type);
	mnl_attr_put_u8(nlh, IPSET_ATTR_REVISION, revision);
	mnl_attr_put_u8(nlh, IPSET_ATTR_FAMILY, family);
	data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	put_option(nlh, &options[0]);
	put_option(nlh, &options[1]);
	mnl_attr_nest_end(nlh, data);
	return ipset_ask(nl, nlh);
}

/* Whether a set that was made is one. */
static int use(struct sr6flow *handle)
{
	struct sr6flow_flow flow = { .nsids = 1 };
	struct sr6flow_set info;
	int ret;

	ret = sr6flow_info(handle, SET, &info);
	if (ret)
		return -ret;
	flow.netmask = info.netmask;
	ret = sr6flow_add(handle, SET, &flow, SR6FLOW_NO_TIMEOUT, false);
	if (ret == -ENOSPC)
		ret = 0;
	if (!ret)
		ret = sr6flow_info(handle, SET, &info);
	if (!ret && info.flows > info.maxelem)
		ret = -ERANGE;
	if (!ret)
		ret = sr6flow_destroy(handle, SET);
	return -ret;
}

static int result(const char *name, int got, int wanted, int used)
{
	if (got == wanted && !used) {
		printf("ok %s\n", name);
		return 0;
	}
	printf("not ok %s: error %d instead of %d, then %d\n", name, got,
	       wanted, used);
	return 1;
}

static int create_all(struct mnl_socket *nl, struct sr6flow *handle,
		      int revision, const struct creation *creation, size_t n)
{
	int bad = 0, got, used;

	for (; n; n--, creation++) {
		got = create(nl, SR6FLOW_TYPENAME, revision, AF_INET6,
			     creation->options);
		used = got ? 0 : use(handle);
		bad |= result(creation->name, got, creation->error, used);
	}
	return bad;
}

int main(void)
{
	static const struct option none[2];
	struct mnl_socket *nl = ipset_ask_open();
	struct sr6flow *handle;
	int bad, got;

	if (sr6flow_open(&handle)) {
		fprintf(stderr, "badcreate: %s\n", sr6flow_error(handle));
		return 1;
	}
	bad = create_all(nl, handle, 0, creations,
			 ARRAY_SIZE(creations));
	bad |= create_all(nl, handle, 1, netmask_creations,
			  sizeof(netmask_creations) /
			  sizeof(netmask_creations[0]));
	got = create(nl, SR6FLOW_TYPENAME, 0, AF_INET, none);
	bad |= result("a set of IPv4", got, IPSET_ERR_FIND_TYPE, 0);
	got = create(nl, SR6FLOW_TYPENAME, 0, AF_UNSPEC, none);
	bad |= result("a set of no family", got, IPSET_ERR_FIND_TYPE, 0);
	got = create(nl, SR6FLOW_TYPENAME, 255, AF_INET6, none);
	bad |= result("a revision that there is not", got,
		      IPSET_ERR_FIND_TYPE, 0);
	sr6flow_close(handle);
	mnl_socket_close(nl);
	return bad;
}
