/* SPDX-License-Identifier: GPL-2.0-only */
/* One request to ipset, as no library makes it, and the kernel's answer. */
#ifndef IPSET_ASK_H
#define IPSET_ASK_H

#include <libmnl/libmnl.h>

/**
 * ipset_ask_open() - open a netlink socket, or end the program
 *
 * Return: the socket.
 */
struct mnl_socket *ipset_ask_open(void);

/**
 * ipset_ask_start() - begin a request
 * @room: where it is built
 * @command: IPSET_CMD_...
 * @flags: beside NLM_F_REQUEST
 * @set: name
 *
 * Return: the request, to which attributes can be added.
 */
struct nlmsghdr *ipset_ask_start(void *room, int command, int flags,
				 const char *set);

/**
 * ipset_ask() - send a request and read the verdict, or end the program
 * @socket: socket
 * @nlh: request with NLM_F_ACK
 *
 * Return: 0, an errno or one of ipset's own errors, all above zero.
 */
int ipset_ask(struct mnl_socket *socket, const struct nlmsghdr *nlh);

#endif /* IPSET_ASK_H */
