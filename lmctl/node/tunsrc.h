/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Source address of packets that this node encapsulates.
 */
#ifndef LMCTL_NODE_TUNSRC_H
#define LMCTL_NODE_TUNSRC_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl_sock;

/**
 * struct tunsrc - state for requests to the kernel
 * @fixed: 'ip sr tunsrc' has set @source
 * @source: see @fixed
 * @generic: for @source
 * @family: number of the generic netlink family; 0: the kernel encapsulates nothing
 * @socket: for routes
 */
struct tunsrc {
	bool fixed;
	struct in6_addr source;
	struct nl_sock *generic;
	uint16_t family;
	struct nl_sock *socket;
};

/**
 * tunsrc_open() - prepare requests
 * @tunsrc: filled; tunsrc_close() must follow, whatever this returns
 *
 * Return: 0, or a negative errno after a message.
 */
int tunsrc_open(struct tunsrc *tunsrc);

/**
 * tunsrc_refresh() - read again whether 'ip sr tunsrc' has set a source
 * @tunsrc: opened
 *
 * Return: 0 or a negative errno, without a message.
 */
int tunsrc_refresh(struct tunsrc *tunsrc);

/**
 * tunsrc_find() - source of the packets of a SID list
 * @tunsrc: opened
 * @sid: first SID of the route's list
 * @device: index of the device of the encapsulating route, 0 if it is not known
 * @source: filled
 *
 * Without a fixed source the kernel chooses one for each packet by the device of
 * that route. The result is its present choice for a packet to @sid; it changes
 * with the addresses of the node.
 *
 * A 'src' of the route to @sid applies to sockets, not to tunnels, so the kernel
 * cannot report its choice then.
 *
 * Return: 0, or a negative errno for tunsrc_error(), without a message: -ENETUNREACH if
 * there is no route, -ENOTSUP if it has a 'src'.
 */
int tunsrc_find(struct tunsrc *tunsrc, const struct in6_addr *sid,
		uint32_t device, struct in6_addr *source);

/**
 * tunsrc_error() - explain a failure of tunsrc_find()
 * @err: return value of tunsrc_find()
 *
 * Return: words without a full stop.
 */
const char *tunsrc_error(int err);

/**
 * tunsrc_reason() - explain why a route has no source
 * @err: return value of tunsrc_find()
 * @text: room for @size bytes
 * @size: size of @text in bytes
 */
void tunsrc_reason(int err, char *text, size_t size);

/**
 * tunsrc_close() - free the state
 * @tunsrc: see tunsrc_open()
 */
void tunsrc_close(struct tunsrc *tunsrc);

#endif /* LMCTL_NODE_TUNSRC_H */
