// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that libsr6flow does not make: swap, rename, many flows in one
 * message, counters, and a dump that nobody reads to its end. Errors are as in
 * the kernel's answer, above zero.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <stdlib.h>

#include "ipset_ask.h"
#include "storm.h"

#define NET NLA_F_NET_BYTEORDER
#define ROOM 60000
/* Attributes of a flow with 16 SIDs, name and timeout. */
#define FLOW_ROOM 400

struct netlink {
	struct mnl_socket *socket;
	struct nlmsghdr *nlh;
	char request[ROOM];
};

struct netlink *netlink_open(void)
{
	struct netlink *nl = calloc(1, sizeof(*nl));

	if (nl)
		nl->socket = ipset_ask_open();
	else
		die("no memory");
	return nl;
}

static void start(struct netlink *nl, int command, int flags, const char *set)
{
	nl->nlh = ipset_ask_start(nl->request, command, flags, set);
}

static int ask(struct netlink *nl)
{
	return ipset_ask(nl->socket, nl->nlh);
}

static int two_sets(struct netlink *nl, int command, const char *a,
		    const char *b)
{
	start(nl, command, NLM_F_ACK, a);
	mnl_attr_put_strz(nl->nlh, IPSET_ATTR_SETNAME2, b);
	return ask(nl);
}

int netlink_swap(struct netlink *nl, const char *a, const char *b)
{
	return two_sets(nl, IPSET_CMD_SWAP, a, b);
}

int netlink_rename(struct netlink *nl, const char *from, const char *to)
{
	return two_sets(nl, IPSET_CMD_RENAME, from, to);
}

static void put_flow(struct netlink *nl, const struct sr6flow_flow *flow)
{
	char comment[SR6FLOW_COMMENT_MAX + 1];
	struct nlattr *ip;
	size_t len;

	ip = mnl_attr_nest_start(nl->nlh, IPSET_ATTR_IP);
	mnl_attr_put(nl->nlh, IPSET_ATTR_IPADDR_IPV6 | NET, SR6FLOW_SID_LEN,
		     &flow->sids[0]);
	mnl_attr_nest_end(nl->nlh, ip);
	len = sr6flow_sids_encode(comment, (const void *)flow->sids,
				  flow->nsids);
	if (len)
		mnl_attr_put(nl->nlh, IPSET_ATTR_COMMENT, len + 1, comment);
}

/* Those that are there are refreshed; ends at the first that fails. */
int netlink_add(struct netlink *nl, const char *set, enum kind kind,
		unsigned int first, unsigned int count, uint32_t timeout)
{
	struct nlattr *list, *data;
	int error = 0;

	while (count && !error) {
		start(nl, IPSET_CMD_ADD, NLM_F_ACK, set);
		mnl_attr_put_u32(nl->nlh, IPSET_ATTR_LINENO | NET, 0);
		list = mnl_attr_nest_start(nl->nlh, IPSET_ATTR_ADT);
		for (; count && nl->nlh->nlmsg_len + FLOW_ROOM < ROOM; count--) {
			data = mnl_attr_nest_start(nl->nlh, IPSET_ATTR_DATA);
			put_flow(nl, flow_of(kind, first++));
			if (timeout != SR6FLOW_NO_TIMEOUT)
				mnl_attr_put_u32(nl->nlh,
						 IPSET_ATTR_TIMEOUT | NET,
						 htonl(timeout));
			mnl_attr_nest_end(nl->nlh, data);
		}
		mnl_attr_nest_end(nl->nlh, list);
		error = ask(nl);
	}
	return error;
}

int netlink_write(struct netlink *nl, const char *set,
		  const struct sr6flow_flow *flow, uint32_t colour,
		  uint64_t packets)
{
	struct nlattr *data;

	start(nl, IPSET_CMD_ADD, NLM_F_ACK | NLM_F_EXCL, set);
	data = mnl_attr_nest_start(nl->nlh, IPSET_ATTR_DATA);
	put_flow(nl, flow);
	mnl_attr_put_u32(nl->nlh, IPSET_ATTR_MARK | NET, htonl(colour));
	mnl_attr_put_u64(nl->nlh, IPSET_ATTR_PACKETS | NET, htobe64(packets));
	mnl_attr_put_u64(nl->nlh, IPSET_ATTR_BYTES | NET,
			 htobe64(packets * 100));
	mnl_attr_nest_end(nl->nlh, data);
	return ask(nl);
}

/* The socket is closed when the kernel has filled the first messages. */
void netlink_leave_dump(const char *set)
{
	struct netlink *nl = netlink_open();

	start(nl, IPSET_CMD_LIST, NLM_F_DUMP, set);
	if (mnl_socket_sendto(nl->socket, nl->nlh, nl->nlh->nlmsg_len) < 0)
		die("netlink dump");
	mnl_socket_close(nl->socket);
	free(nl);
}
