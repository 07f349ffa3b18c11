// SPDX-License-Identifier: GPL-2.0-only
/* One request to ipset, as no library makes it, and the kernel's answer. */
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "ipset_ask.h"

/* An error carries the request back. */
#define ANSWER_ROOM 70000

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(1);
}

struct mnl_socket *ipset_ask_open(void)
{
	struct mnl_socket *socket;

	socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		fail("netlink socket");
	return socket;
}

struct nlmsghdr *ipset_ask_start(void *room, int command, int flags,
				 const char *set)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);
	struct nfgenmsg *nfg;

	nlh->nlmsg_type = NFNL_SUBSYS_IPSET << 8 | command;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = 1;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->nfgen_family = AF_INET6;
	nfg->version = NFNETLINK_V0;
	mnl_attr_put_u8(nlh, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL);
	mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME, set);
	return nlh;
}

int ipset_ask(struct mnl_socket *socket, const struct nlmsghdr *nlh)
{
	static _Thread_local char answer[ANSWER_ROOM];
	const struct nlmsghdr *said = (const void *)answer;
	const struct nlmsgerr *verdict;

	if (mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) < 0 ||
	    mnl_socket_recvfrom(socket, answer, sizeof(answer)) <
	    (ssize_t)mnl_nlmsg_size(sizeof(*verdict)) ||
	    said->nlmsg_type != NLMSG_ERROR)
		fail("netlink answer");
	verdict = mnl_nlmsg_get_payload(said);
	return -verdict->error;
}
