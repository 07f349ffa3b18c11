/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rule and the routing table of in-band messages, as route netlink
 * messages. For inband.c only; nothing here prints.
 */
#ifndef LMCTL_SERVICE_INBAND_NETLINK_H
#define LMCTL_SERVICE_INBAND_NETLINK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl_sock;

/**
 * struct inband_netlink - a route netlink socket
 * @socket: libnl's socket
 * @mark: mark of the rule, number of the table
 * @err: errno of the last answer, because libnl has fewer errors
 */
struct inband_netlink {
	struct nl_sock *socket;
	uint32_t mark;
	int err;
};

/**
 * struct inband_survey - existing rules and routes
 * @our_rules: rules of lmctl's protocol for the table
 * @foreign_rules: other rules with INBAND_PRIORITY
 * @foreign_routes: other routes in the table
 */
struct inband_survey {
	unsigned int our_rules;
	unsigned int foreign_rules;
	unsigned int foreign_routes;
};

/**
 * struct inband_via - plain route to a peer
 * @type: RTN_UNICAST, RTN_LOCAL ...
 * @ifindex: output device
 * @source: source address that the kernel would choose, or unspecified
 */
struct inband_via {
	unsigned char type;
	uint32_t ifindex;
	struct in6_addr source;
};

/**
 * inband_netlink_open() - open the socket
 * @netlink: filled, also when it fails
 * @mark: mark of the rule, number of the table
 *
 * Return: 0 or a negative errno.
 */
int inband_netlink_open(struct inband_netlink *netlink, uint32_t mark);

/**
 * inband_netlink_close() - close the socket
 * @netlink: opened or not, filled by inband_netlink_open()
 */
void inband_netlink_close(struct inband_netlink *netlink);

/**
 * inband_netlink_survey() - find existing rules and routes
 * @netlink: socket
 * @survey: filled
 *
 * Return: 0 or a negative errno.
 */
int inband_netlink_survey(struct inband_netlink *netlink,
			  struct inband_survey *survey);

/**
 * inband_netlink_rule() - add or delete the rule
 * @netlink: socket
 * @add: add, or delete one
 *
 * Return: 0 or a negative errno.
 */
int inband_netlink_rule(struct inband_netlink *netlink, bool add);

/**
 * inband_netlink_unreachable() - add the unreachable default route
 * @netlink: socket
 *
 * Return: 0 or a negative errno.
 */
int inband_netlink_unreachable(struct inband_netlink *netlink);

/**
 * inband_netlink_clear() - delete lmctl's routes from the table
 * @netlink: socket
 *
 * Return: 0 or a negative errno.
 */
int inband_netlink_clear(struct inband_netlink *netlink);

/**
 * inband_netlink_via() - find the plain route to a peer
 * @netlink: socket
 * @peer: address
 * @via: filled
 *
 * Return: 0 or a negative errno.
 */
int inband_netlink_via(struct inband_netlink *netlink,
		       const struct in6_addr *peer, struct inband_via *via);

/**
 * inband_netlink_route() - add the route of a peer, or replace it
 * @netlink: socket
 * @peer: address
 * @via: device and source address
 * @encap: content of SEG6_IPTUNNEL_SRH
 * @len: bytes in @encap
 *
 * Return: 0 when the kernel has it, or a negative errno.
 */
int inband_netlink_route(struct inband_netlink *netlink,
			 const struct in6_addr *peer,
			 const struct inband_via *via, const uint8_t *encap,
			 size_t len);

#endif /* LMCTL_SERVICE_INBAND_NETLINK_H */
