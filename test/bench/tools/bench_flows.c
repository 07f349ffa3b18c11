// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows of the injector, into a set or as text.
 *
 *	bench_flows add SET SIDS FIRST COUNT		into the set
 *	bench_flows count SET SIDS FIRST COUNT		the same, or if they are
 *		there already: counters of both colours, as a restore has them
 *	bench_flows restore SET SIDS FIRST COUNT	for ipset restore
 *	bench_flows routes DEV SIDS FIRST COUNT		for ip -batch
 *
 * The order is not that of their numbers, but the same each time: the number
 * of the next one is a fixed odd step on, modulo a power of two, which comes by
 * each number once.
 *
 * "add" is there because a million flows through a parser of text take the
 * guest minutes; it puts many flows into a message, as ipset restore does.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <err.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ip_set_hash_sr6flow.h"

#define STEP 0x9e3779b1u
#define MESSAGE_SIZE 60000
/* Attributes of a flow with 16 SIDs and counters. */
#define FLOW_SIZE 360

struct message {
	struct mnl_socket *socket;
	struct nlmsghdr *nlh;
	struct nlattr *list;
	const char *set;
	char bytes[MESSAGE_SIZE];
};

/* As inject/build.c makes them; j from 1 in path order. */
static void make_sid(uint8_t sid[SR6FLOW_SID_LEN], unsigned int j,
		     unsigned int flow)
{
	const uint16_t parts[8] = {
		htons(0xfcff), htons(j), htons(flow >> 16), htons(flow),
		0, 0, 0, htons(1)
	};

	memcpy(sid, parts, SR6FLOW_SID_LEN);
}

static void put_sids(char *at, unsigned int sids, unsigned int flow)
{
	unsigned int j;

	for (j = 1; j <= sids; j++)
		at += sprintf(at, "%sfcff:%x:%x:%x::1", j > 1 ? "," : "", j,
			      flow >> 16, flow & 0xffff);
}

static void print_restore(const char *set, unsigned int sids,
			  unsigned int flow)
{
	char text[SR6FLOW_SIDS_MAX * 24];

	put_sids(text, sids, flow);
	printf("add %s %s\n", set, text);
}

static void print_route(const char *dev, unsigned int sids, unsigned int flow)
{
	char text[SR6FLOW_SIDS_MAX * 24];

	put_sids(text, sids, flow);
	printf("route add fd00:b:%x:%x:%x::2/128 encap seg6 mode encap segs %s dev %s\n",
	       sids, flow >> 16, flow & 0xffff, text, dev);
}

static void message_start(struct message *m)
{
	struct nfgenmsg *nfg;

	m->nlh = mnl_nlmsg_put_header(m->bytes);
	m->nlh->nlmsg_type = NFNL_SUBSYS_IPSET << 8 | IPSET_CMD_ADD;
	m->nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_EXCL;
	nfg = mnl_nlmsg_put_extra_header(m->nlh, sizeof(*nfg));
	nfg->nfgen_family = AF_INET6;
	nfg->version = NFNETLINK_V0;
	mnl_attr_put_u8(m->nlh, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL);
	mnl_attr_put_strz(m->nlh, IPSET_ATTR_SETNAME, m->set);
	mnl_attr_put_u32(m->nlh, IPSET_ATTR_LINENO | NLA_F_NET_BYTEORDER, 0);
	m->list = mnl_attr_nest_start(m->nlh, IPSET_ATTR_ADT);
}

static void message_open(struct message *m, const char *set)
{
	m->set = set;
	m->socket = mnl_socket_open(NETLINK_NETFILTER);
	if (!m->socket || mnl_socket_bind(m->socket, 0, MNL_SOCKET_AUTOPID))
		err(EXIT_FAILURE, "netlink");
	message_start(m);
}

static void message_send(struct message *m)
{
	char answer[MESSAGE_SIZE + 4096];
	const struct nlmsghdr *nlh = (const void *)answer;
	const struct nlmsgerr *verdict;

	mnl_attr_nest_end(m->nlh, m->list);
	if (mnl_socket_sendto(m->socket, m->nlh, m->nlh->nlmsg_len) < 0 ||
	    mnl_socket_recvfrom(m->socket, answer, sizeof(answer)) <
	    (ssize_t)MNL_ALIGN(sizeof(*nlh) + sizeof(*verdict)))
		err(EXIT_FAILURE, "netlink");
	verdict = mnl_nlmsg_get_payload(nlh);
	if (nlh->nlmsg_type != NLMSG_ERROR || verdict->error)
		errx(EXIT_FAILURE, "the kernel refused a flow: error %d",
		     verdict->error);
	message_start(m);
}

static void put_counters(struct nlmsghdr *nlh, unsigned int parity,
			 unsigned int flow)
{
	const uint32_t colour = sr6flow_colour(SR6FLOW_MASK_DEFAULT, parity);

	mnl_attr_put_u32(nlh, IPSET_ATTR_MARK | NLA_F_NET_BYTEORDER,
			 htonl(colour));
	mnl_attr_put_u64(nlh, IPSET_ATTR_PACKETS | NLA_F_NET_BYTEORDER,
			 htobe64(1000 + flow % 1000 + parity));
	mnl_attr_put_u64(nlh, IPSET_ATTR_BYTES | NLA_F_NET_BYTEORDER,
			 htobe64(100000 + flow));
}

/* @parity: of the colour whose counters are written, or -1 */
static void message_add(struct message *m, unsigned int sids,
			unsigned int flow, int parity)
{
	__u8 list[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	char comment[SR6FLOW_COMMENT_MAX + 1];
	struct nlattr *data, *ip;
	unsigned int j;
	size_t len;

	for (j = 0; j < sids; j++)
		make_sid(list[j], j + 1, flow);
	len = sr6flow_sids_encode(comment, (const void *)list, sids);
	data = mnl_attr_nest_start(m->nlh, IPSET_ATTR_DATA);
	ip = mnl_attr_nest_start(m->nlh, IPSET_ATTR_IP);
	mnl_attr_put(m->nlh, IPSET_ATTR_IPADDR_IPV6 | NLA_F_NET_BYTEORDER,
		     SR6FLOW_SID_LEN, list[0]);
	mnl_attr_nest_end(m->nlh, ip);
	if (len)
		mnl_attr_put(m->nlh, IPSET_ATTR_COMMENT, len + 1, comment);
	if (parity >= 0)
		put_counters(m->nlh, parity, flow);
	mnl_attr_nest_end(m->nlh, data);
	if (m->nlh->nlmsg_len + FLOW_SIZE > MESSAGE_SIZE)
		message_send(m);
}

static int usage(void)
{
	fputs("usage: bench_flows add|count|restore|routes NAME SIDS FIRST COUNT\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	unsigned int sids, first, count, size = 1, flow = 0, i;
	static struct message message;

	if (argc != 6)
		return usage();
	sids = strtoul(argv[3], NULL, 0);
	first = strtoul(argv[4], NULL, 0);
	count = strtoul(argv[5], NULL, 0);
	if (!sids || sids > SR6FLOW_SIDS_MAX || !count || count > 1u << 30)
		return usage();
	if (!strcmp(argv[1], "add") || !strcmp(argv[1], "count"))
		message_open(&message, argv[2]);
	else if (strcmp(argv[1], "restore") && strcmp(argv[1], "routes"))
		return usage();
	while (size < count)
		size *= 2;
	for (i = 0; i < size; i++) {
		flow = (flow + STEP) & (size - 1);
		if (flow >= count)
			continue;
		if (message.socket && argv[1][0] == 'a') {
			message_add(&message, sids, first + flow, -1);
		} else if (message.socket) {
			message_add(&message, sids, first + flow, 0);
			message_add(&message, sids, first + flow, 1);
		} else if (argv[1][1] == 'e')
			print_restore(argv[2], sids, first + flow);
		else
			print_route(argv[2], sids, first + flow);
	}
	if (message.socket)
		message_send(&message);
	return fclose(stdout) ? 1 : 0;
}
