/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's messages about routes and nexthop objects, read over libnl.
 */
#ifndef LMCTL_NODE_ROUTES_H
#define LMCTL_NODE_ROUTES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A route that has so many next hops that its message exceeds 32 KiB ends the dump of its
 * family: those of IPv6 without an error. The remedy makes the message short.
 */
#define ROUTES_CUT \
	"the kernel cannot list all routes: the message about one with very many next hops is too long; use a nexthop group for that route and set net.ipv4.nexthop_compat_mode to 0, or reduce its next hops"

/* The longest encapsulation has an SRH of 2048 bytes and its mode; longer ones are none. */
#define ROUTE_ENCAP_MAX 2052

struct nlmsghdr;
struct nl_sock;

/**
 * enum route_kind - what a message is about
 * @ROUTE_OTHER: nothing of interest
 * @ROUTE_SET: a route is there, in a dump or new
 * @ROUTE_GONE: a route, or a next hop of one, was removed
 * @NEXTHOP_SET: a nexthop object is there, in a dump, new or changed
 * @NEXTHOP_GONE: a nexthop object was removed
 */
enum route_kind {
	ROUTE_OTHER,
	ROUTE_SET,
	ROUTE_GONE,
	NEXTHOP_SET,
	NEXTHOP_GONE,
};

/**
 * struct route_key - identity of a route, without padding
 * @family: AF_INET or AF_INET6
 * @prefix_len: bits of @dst that count
 * @src_len: bits of @src that count
 * @tos: TOS of an IPv4 route
 * @table: routing table
 * @priority: metric
 * @dst: destination, network byte order; an IPv4 address in the first 4 bytes
 * @src: source prefix, likewise
 */
struct route_key {
	uint8_t family;
	uint8_t prefix_len;
	uint8_t src_len;
	uint8_t tos;
	uint32_t table;
	uint32_t priority;
	uint8_t dst[16];
	uint8_t src[16];
};

/**
 * struct route_hop - a next hop with a seg6 encapsulation
 * @device: index of the output device, 0 if not known
 * @gateway: gateway, zeros for none
 * @source: tunnel source of this next hop alone, or NULL
 * @encap: content of SEG6_IPTUNNEL_SRH
 * @encap_len: bytes in @encap
 */
struct route_hop {
	uint32_t device;
	uint8_t gateway[16];
	const struct in6_addr *source;
	const void *encap;
	size_t encap_len;
};

/**
 * struct route_message - a parsed message, valid as long as its bytes
 * @kind: what it is about; the rest depends on it
 * @replace: the route replaces another one of its key
 * @key: the route
 * @nexthop: nexthop object of the route, 0 for none; or the number of the object
 * @group: members of the nexthop object, NULL if it is no group
 * @nmembers: their number
 * @hop: the next hop of the object, or for route_message_hop()
 * @multipath: for route_message_hop()
 * @left: likewise
 */
struct route_message {
	enum route_kind kind;
	bool replace;
	struct route_key key;
	uint32_t nexthop;
	const struct nexthop_grp *group;
	unsigned int nmembers;
	struct route_hop hop;
	const void *multipath;
	int left;
};

/**
 * route_message_parse() - parse a message
 * @message: filled
 * @header: netlink message; unknown ones are ROUTE_OTHER
 */
void route_message_parse(struct route_message *message,
			 struct nlmsghdr *header);

/**
 * route_message_hop() - the next hop with a seg6 encapsulation
 * @message: parsed message; each call goes on behind the last one
 * @hop: filled
 *
 * A route with a nexthop object has none: the object has them.
 *
 * Return: false after the last.
 */
bool route_message_hop(struct route_message *message, struct route_hop *hop);

/**
 * route_dump_end() - check whether a message ends a dump
 * @header: netlink message
 *
 * Return: 0 if it does not, 1 if it ends a whole dump, a negative errno if some is missing.
 */
int route_dump_end(const struct nlmsghdr *header);

/**
 * route_is_last() - check whether a message shows the end of a dump of IPv6 routes
 * @message: parsed message
 *
 * The kernel dumps the table local last. IPv6 has routes in it as long as it is in use.
 *
 * Return: false for all messages of a dump that was cut off, see ROUTES_CUT.
 */
bool route_is_last(const struct route_message *message);

/**
 * typedef routes_fn - called for every message of a reading
 * @message: valid until the function returns
 * @arg: as given to routes_read()
 *
 * Return: 0, or a negative errno that ends the reading.
 */
typedef int (*routes_fn)(struct route_message *message, void *arg);

/* The dumps of a reading, in this order: objects before the routes that use them. */
enum {
	ROUTES_DUMP_NEXTHOPS,
	ROUTES_DUMP_IPV6,
	ROUTES_DUMP_IPV4,
	ROUTES_DUMPS,
};

/**
 * routes_request() - request a dump
 * @socket: socket of the protocol NETLINK_ROUTE
 * @dump: which one, below ROUTES_DUMPS
 *
 * Return: 0 or a negative libnl error number.
 */
int routes_request(struct nl_sock *socket, unsigned int dump);

/**
 * routes_read() - read all nexthop objects, IPv6 and IPv4 routes
 * @fn: called for every message of the dumps
 * @again: called before an interrupted reading is repeated: discards the results of
 *	   @fn
 * @arg: for @fn and @again
 *
 * Routes may be missing after the warning ROUTES_CUT.
 *
 * Return: 0, or a negative errno after a message.
 */
int routes_read(routes_fn fn, void (*again)(void *arg), void *arg);

#endif /* LMCTL_NODE_ROUTES_H */
