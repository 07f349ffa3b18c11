/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One netlink request to the kernel and its answer.
 */
#ifndef LMCTL_NODE_NETLINK_H
#define LMCTL_NODE_NETLINK_H

#include <stdbool.h>
#include <stddef.h>

struct nl_msg;
struct nl_sock;
struct nlmsghdr;

/**
 * netlink_open() - open a socket
 * @socket: filled, for nl_socket_free(), whatever this returns
 * @protocol: NETLINK_ROUTE or another one
 *
 * Return: 0 or a negative errno.
 */
int netlink_open(struct nl_sock **socket, int protocol);

/**
 * netlink_message() - begin a request
 * @type: its type
 * @flags: NLM_F_DUMP or 0
 * @header: header behind the netlink header
 * @len: length of @header
 *
 * Return: message, or NULL when memory is short.
 */
struct nl_msg *netlink_message(int type, int flags, void *header, size_t len);

/**
 * typedef netlink_fn - called for each message of an answer
 * @answer: message
 * @arg: as given to netlink_ask()
 *
 * Return: false to stop; no other request may follow on the socket then.
 */
typedef bool (*netlink_fn)(struct nlmsghdr *answer, void *arg);

/**
 * netlink_ask() - send a request and read the answer
 * @socket: opened
 * @message: request, freed here
 * @fn: called for each message of the answer
 * @arg: for @fn
 *
 * Return: 0, or a negative errno: the kernel's, or -EIO.
 */
int netlink_ask(struct nl_sock *socket, struct nl_msg *message,
		netlink_fn fn, void *arg);

#endif /* LMCTL_NODE_NETLINK_H */
