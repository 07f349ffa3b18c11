// SPDX-License-Identifier: GPL-2.0-only
/*
 * libnl-route drops seg6local from routes, so messages are read attribute by
 * attribute, as in routes.c.
 */
#include <errno.h>
#include <net/if.h>
/* Before the kernel's headers, which then leave addresses to it. */
#include <netinet/in.h>
#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <linux/seg6_local.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lmctl/node/netlink.h"
#include "lmctl/node/sidroutes.h"

/* Most lookups, SIDs inside containers included: bounded work. */
#define SIDS_MAX 512
/* Flows are added and removed while they are read. */
#define READ_TRIES 10
/* Most input devices. One of each VRF is enough. */
#define DEVICES_MAX 16
/* Attributes of later kernels than the header's. */
#define ATTR_FLAVORS 11
#define FLAVOR_MAX 3
#define FLAVOR_USP (1U << 2)
#define FLAVOR_USD (1U << 3)
#define FLAVOR_NEXT_CSID (1U << 4)

/**
 * struct known - the route to a SID, in a tree
 * @sid: SID
 * @route: route
 */
struct known {
	struct in6_addr sid;
	struct sid_route route;
};

/**
 * struct device - an input device
 * @index: its index
 * @master: that of its VRF or another master, 0 without
 */
struct device {
	uint32_t index;
	uint32_t master;
};

struct sidroutes {
	struct nl_sock *socket;
	void *tree;
	unsigned int nsids;
	unsigned int ndevices;
	struct device device[DEVICES_MAX];
	struct sid_facts *facts;
};

/* With a flavor of later kernels, the last SID may need no other SID behind it. */
static void read_flavors(const struct nlattr *flavors, struct sid_route *route)
{
	struct nlattr *attrs[FLAVOR_MAX + 1];
	uint32_t operations;

	if (nla_parse_nested(attrs, FLAVOR_MAX, (struct nlattr *)flavors,
			     NULL) < 0 || !attrs[1])
		return;
	operations = nla_get_u32(attrs[1]);
	if (operations & (FLAVOR_USP | FLAVOR_USD))
		route->fate = SID_TAKEN;
	if (!(operations & FLAVOR_NEXT_CSID))
		return;
	/* Defaults of the kernel, which does not report them. */
	route->block = attrs[2] ? nla_get_u8(attrs[2]) : 32;
	route->function = attrs[3] ? nla_get_u8(attrs[3]) : 16;
}

static void read_local(const struct nlattr *encap, struct sid_route *route)
{
	struct nlattr *attrs[ATTR_FLAVORS + 1];

	route->fate = SID_UNKNOWN;
	if (nla_parse_nested(attrs, ATTR_FLAVORS, (struct nlattr *)encap,
			     NULL) < 0 || !attrs[SEG6_LOCAL_ACTION])
		return;
	route->action = nla_get_u32(attrs[SEG6_LOCAL_ACTION]);
	switch (route->action) {
	case SEG6_LOCAL_ACTION_END:
	case SEG6_LOCAL_ACTION_END_X:
	case SEG6_LOCAL_ACTION_END_T:
	case SEG6_LOCAL_ACTION_END_B6:
	case SEG6_LOCAL_ACTION_END_B6_ENCAP:
		route->fate = SID_ENDPOINT;
		break;
	case SEG6_LOCAL_ACTION_END_DT6:
	case SEG6_LOCAL_ACTION_END_DT4:
	case SEG6_LOCAL_ACTION_END_DT46:
		route->fate = SID_TAKEN;
		if (attrs[SEG6_LOCAL_TABLE])
			route->table = nla_get_u32(attrs[SEG6_LOCAL_TABLE]);
		else if (attrs[SEG6_LOCAL_VRFTABLE])
			route->table = nla_get_u32(attrs[SEG6_LOCAL_VRFTABLE]);
		break;
	case SEG6_LOCAL_ACTION_END_DX2:
	case SEG6_LOCAL_ACTION_END_DX4:
	case SEG6_LOCAL_ACTION_END_DX6:
		route->fate = SID_TAKEN;
		break;
	default:
		/* A BPF program, or an action of later kernels. */
		return;
	}
	if (attrs[ATTR_FLAVORS])
		read_flavors(attrs[ATTR_FLAVORS], route);
}

static bool read_route(struct nlmsghdr *answer, void *arg)
{
	const struct rtmsg *header = nlmsg_data(answer);
	struct sid_route *route = arg;
	const struct nlattr *type, *encap;

	if (answer->nlmsg_type != RTM_NEWROUTE)
		return true;
	type = nlmsg_find_attr(answer, sizeof(*header), RTA_ENCAP_TYPE);
	encap = nlmsg_find_attr(answer, sizeof(*header), RTA_ENCAP);
	if (type && encap &&
	    nla_get_u16(type) == LWTUNNEL_ENCAP_SEG6_LOCAL)
		read_local(encap, route);
	else if (header->rtm_type == RTN_LOCAL)
		route->fate = SID_TAKEN;
	else
		route->fate = header->rtm_type == RTN_UNICAST ? SID_FORWARDED :
								SID_NOWHERE;
	return true;
}

/* Look up as for a packet from @device, or for one that this node sends. */
static void ask(struct sidroutes *routes, const struct in6_addr *sid,
		uint32_t device, struct sid_route *route)
{
	struct rtmsg header = {
		.rtm_family = AF_INET6, .rtm_dst_len = 128,
	};
	struct nl_msg *message = netlink_message(RTM_GETROUTE, 0, &header,
						 sizeof(header));

	memset(route, 0, sizeof(*route));
	if (!message)
		return;
	nla_put(message, RTA_DST, sizeof(*sid), sid);
	if (device)
		nla_put_u32(message, RTA_IIF, device);
	switch (netlink_ask(routes->socket, message, read_route, route)) {
	case -ENETUNREACH:
	case -EHOSTUNREACH:
	case -EACCES:
	case -EINVAL:
		/* No route, or one of the three kinds that drop. */
		route->fate = SID_NOWHERE;
		break;
	}
}

/* The default unreachable route of a VRF does not count as a route. */
static bool read_any(struct nlmsghdr *answer, void *arg)
{
	const struct rtmsg *header = nlmsg_data(answer);
	bool *empty = arg;

	if (answer->nlmsg_type == RTM_NEWROUTE &&
	    header->rtm_type != RTN_UNREACHABLE &&
	    header->rtm_type != RTN_BLACKHOLE)
		*empty = false;
	return *empty;
}

static bool has_none(uint32_t table, int family)
{
	struct rtmsg header = { .rtm_family = (unsigned char)family };
	struct nl_sock *socket;
	struct nl_msg *message;
	const int on = 1;
	bool empty = true;
	int err;

	err = netlink_open(&socket, NETLINK_ROUTE);
	/* A router's other tables may be long. */
	if (!err && setsockopt(nl_socket_get_fd(socket), SOL_NETLINK,
			       NETLINK_GET_STRICT_CHK, &on, sizeof(on)))
		err = -errno;
	message = err ? NULL : netlink_message(RTM_GETROUTE, NLM_F_DUMP,
					       &header, sizeof(header));
	if (message) {
		nla_put_u32(message, RTA_TABLE, table);
		err = netlink_ask(socket, message, read_any, &empty);
	}
	nl_socket_free(socket);
	return message && empty && (!err || err == -ENOENT);
}

static bool looks_into_empty(const struct sid_route *route)
{
	bool ipv4 = route->action != SEG6_LOCAL_ACTION_END_DT6;
	bool ipv6 = route->action != SEG6_LOCAL_ACTION_END_DT4;

	return route->table &&
	       !(ipv4 && !has_none(route->table, AF_INET)) &&
	       !(ipv6 && !has_none(route->table, AF_INET6));
}

static bool read_device(struct nlmsghdr *answer, void *arg)
{
	const struct ifinfomsg *header = nlmsg_data(answer);
	struct sidroutes *routes = arg;
	struct device device = { .index = (uint32_t)header->ifi_index };
	const struct nlattr *master;
	unsigned int i;

	if (answer->nlmsg_type != RTM_NEWLINK ||
	    routes->ndevices == DEVICES_MAX ||
	    !(header->ifi_flags & IFF_UP) || header->ifi_flags & IFF_LOOPBACK)
		return true;
	master = nlmsg_find_attr(answer, sizeof(*header), IFLA_MASTER);
	if (master)
		device.master = nla_get_u32(master);
	for (i = 0; i < routes->ndevices; i++)
		if (device.master && routes->device[i].master == device.master)
			return true;
	routes->device[routes->ndevices++] = device;
	return true;
}

static int read_devices(struct sidroutes *routes)
{
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	struct nl_msg *message = netlink_message(RTM_GETLINK, NLM_F_DUMP,
						 &header, sizeof(header));

	return message ? netlink_ask(routes->socket, message, read_device,
				     routes) : -ENOMEM;
}

/* Because of rules and VRFs, the table depends on the input device of a packet. */
static void find(struct sidroutes *routes, const struct in6_addr *sid,
		 struct sid_route *route)
{
	struct sid_route other;
	unsigned int i;

	ask(routes, sid, 0, route);
	for (i = 0; i < routes->ndevices && route->fate != SID_TAKEN; i++) {
		ask(routes, sid, routes->device[i].index, &other);
		if (other.fate == SID_TAKEN ||
		    (other.fate == SID_ENDPOINT && route->fate != SID_ENDPOINT))
			*route = other;
		else if (other.fate == SID_FORWARDED)
			route->some = true;
	}
	if (route->fate == SID_TAKEN)
		route->empty = looks_into_empty(route);
}

static int compare(const void *a, const void *b)
{
	const struct known *one = a, *other = b;

	return memcmp(&one->sid, &other->sid, sizeof(one->sid));
}

static void lookup(const struct in6_addr *sid, struct sid_route *route,
		   void *arg)
{
	struct sidroutes *routes = arg;
	struct known key = { .sid = *sid }, *known;
	struct known **found = tfind(&key, &routes->tree, compare);

	memset(route, 0, sizeof(*route));
	if (found) {
		*route = (*found)->route;
		return;
	}
	if (routes->nsids == SIDS_MAX)
		return;
	known = calloc(1, sizeof(*known));
	if (!known)
		return;
	known->sid = *sid;
	find(routes, sid, &known->route);
	*route = known->route;
	routes->nsids++;
	if (!tsearch(known, &routes->tree, compare))
		free(known);
}

static int take_flow(const struct sr6flow_set *set,
		     const struct sr6flow_record *record, void *arg)
{
	struct sidroutes *routes = arg;

	(void)set;
	sid_facts_add(routes->facts, &record->flow, lookup, routes);
	return 0;
}

static int read_flows(struct sidroutes *routes, struct sr6flow *handle,
		      const char *set)
{
	unsigned int tries;
	int err;

	for (tries = 1;; tries++) {
		memset(routes->facts, 0, sizeof(*routes->facts));
		err = sr6flow_dump(handle, set, take_flow, routes);
		/* Repeat a request with a partial answer. */
		if ((err != -EINTR && err != -ENOBUFS) || tries == READ_TRIES)
			return err;
	}
}

int sidroutes_read(struct sr6flow *handle, const char *set,
		   struct sid_facts *facts)
{
	struct sidroutes routes = { .facts = facts };
	int err = netlink_open(&routes.socket, NETLINK_ROUTE);

	memset(facts, 0, sizeof(*facts));
	if (!err)
		err = read_devices(&routes);
	/* Without routes nothing is known about the flows. */
	err = err ? 0 : read_flows(&routes, handle, set);
	tdestroy(routes.tree, free);
	nl_socket_free(routes.socket);
	return err;
}
