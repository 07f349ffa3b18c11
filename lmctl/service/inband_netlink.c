// SPDX-License-Identifier: GPL-2.0-only
/*
 * libnl-route would drop seg6 from routes, so messages are written and parsed
 * attribute by attribute, as in routes.c.
 */
#include <errno.h>
/* Before the kernel's headers, which then leave addresses to it. */
#include <netinet/in.h>
#include <linux/fib_rules.h>
#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <linux/seg6_iptunnel.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lmctl/service/inband.h"
#include "lmctl/service/inband_netlink.h"

/* The table changed while it was read: temporary. */
#define READ_TRIES 10
/* Input device of packets from this node. */
#define LOCAL_DEVICE "lo"

typedef void (*answer_fn)(struct nlmsghdr *message, void *arg);

struct table_dump {
	answer_fn fn;
	void *arg;
};

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error,
		    void *arg)
{
	struct inband_netlink *netlink = arg;

	(void)from;
	netlink->err = error->error;
	return NL_STOP;
}

static int on_valid(struct nl_msg *message, void *arg)
{
	const struct table_dump *dump = arg;

	if (dump->fn)
		dump->fn(nlmsg_hdr(message), dump->arg);
	return NL_OK;
}

int inband_netlink_open(struct inband_netlink *netlink, uint32_t mark)
{
	const int on = 1;

	*netlink = (struct inband_netlink){ .mark = mark };
	netlink->socket = nl_socket_alloc();
	if (!netlink->socket)
		return -ENOMEM;
	if (nl_connect(netlink->socket, NETLINK_ROUTE) ||
	    nl_socket_modify_err_cb(netlink->socket, NL_CB_CUSTOM, on_error,
				    netlink))
		return -EIO;
	/* See talk(): each request has exactly one answer. */
	nl_socket_disable_auto_ack(netlink->socket);
	/* Dumps of one table only; a router's other tables may be long. */
	if (setsockopt(nl_socket_get_fd(netlink->socket), SOL_NETLINK,
		       NETLINK_GET_STRICT_CHK, &on, sizeof(on)))
		return -errno;
	return 0;
}

void inband_netlink_close(struct inband_netlink *netlink)
{
	nl_socket_free(netlink->socket);
	netlink->socket = NULL;
}

/* Convert an error of libnl to an errno. */
static int result(const struct inband_netlink *netlink, int err)
{
	if (netlink->err)
		return netlink->err;
	if (err == -NLE_DUMP_INTR)
		return -EINTR;
	return err < 0 ? -EIO : 0;
}

/*
 * Send a message and pass the answer to @fn. libnl reads one datagram or a whole
 * dump: a change requests an acknowledgement (NLM_F_ACK), which is its only answer;
 * a query does not, or the next one would read it.
 */
static int talk(struct inband_netlink *netlink, struct nl_msg *message,
		answer_fn fn, void *arg)
{
	struct table_dump dump = { .fn = fn, .arg = arg };
	int err;

	netlink->err = 0;
	nl_socket_modify_cb(netlink->socket, NL_CB_VALID, NL_CB_CUSTOM,
			    on_valid, &dump);
	err = nl_send_auto(netlink->socket, message);
	if (err >= 0)
		err = nl_recvmsgs_default(netlink->socket);
	return result(netlink, err);
}

/* A message that begins with @header, or NULL when memory is short. */
static struct nl_msg *message_new(int type, int flags, void *header,
				  size_t len)
{
	struct nl_msg *message = nlmsg_alloc_simple(type, flags);

	if (message && nlmsg_append(message, header, len, NLMSG_ALIGNTO)) {
		nlmsg_free(message);
		message = NULL;
	}
	return message;
}

/* For changes. */
static int send_and_free(struct inband_netlink *netlink,
			 struct nl_msg *message, int put_error)
{
	int err = -ENOMEM;

	nlmsg_hdr(message)->nlmsg_flags |= NLM_F_ACK;
	if (!put_error)
		err = talk(netlink, message, NULL, NULL);
	nlmsg_free(message);
	return err;
}

static struct nl_msg *rule_new(int type, int flags)
{
	struct fib_rule_hdr header = {
		.family = AF_INET6,
		.action = FR_ACT_TO_TBL,
	};

	return message_new(type, flags, &header, sizeof(header));
}

/*
 * With the device, the kernel does not look for UDP in forwarded packets.
 */
int inband_netlink_rule(struct inband_netlink *netlink, bool add)
{
	struct nl_msg *message = rule_new(add ? RTM_NEWRULE : RTM_DELRULE,
					  add ? NLM_F_CREATE | NLM_F_EXCL : 0);
	int err;

	if (!message)
		return -ENOMEM;
	err = nla_put_u32(message, FRA_PRIORITY, INBAND_PRIORITY) ||
	      nla_put_u32(message, FRA_TABLE, netlink->mark) ||
	      nla_put_u32(message, FRA_FWMARK, netlink->mark) ||
	      nla_put_string(message, FRA_IIFNAME, LOCAL_DEVICE) ||
	      nla_put_u8(message, FRA_IP_PROTO, IPPROTO_UDP) ||
	      nla_put_u8(message, FRA_PROTOCOL, INBAND_PROTOCOL);
	return send_and_free(netlink, message, err);
}

/* A message about the table, or a route of it, without attributes. */
static struct nl_msg *route_new(const struct inband_netlink *netlink, int type,
				int flags, struct rtmsg header)
{
	struct nl_msg *message;

	header.rtm_family = AF_INET6;
	message = message_new(type, flags, &header, sizeof(header));
	if (message && nla_put_u32(message, RTA_TABLE, netlink->mark)) {
		nlmsg_free(message);
		message = NULL;
	}
	return message;
}

int inband_netlink_unreachable(struct inband_netlink *netlink)
{
	struct nl_msg *message;

	message = route_new(netlink, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE,
			    (struct rtmsg){ .rtm_protocol = INBAND_PROTOCOL,
					    .rtm_type = RTN_UNREACHABLE });
	if (!message)
		return -ENOMEM;
	return send_and_free(netlink, message, 0);
}

int inband_netlink_route(struct inband_netlink *netlink,
			 const struct in6_addr *peer,
			 const struct inband_via *via, const uint8_t *encap,
			 size_t len)
{
	struct nl_msg *message;
	struct nlattr *nest;
	int err;

	message = route_new(netlink, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE,
			    (struct rtmsg){ .rtm_dst_len = 128,
					    .rtm_protocol = INBAND_PROTOCOL,
					    .rtm_type = RTN_UNICAST });
	if (!message)
		return -ENOMEM;
	err = nla_put(message, RTA_DST, sizeof(*peer), peer) ||
	      nla_put_u32(message, RTA_OIF, via->ifindex) ||
	      nla_put_u16(message, RTA_ENCAP_TYPE, LWTUNNEL_ENCAP_SEG6);
	if (!err && !IN6_IS_ADDR_UNSPECIFIED(&via->source))
		err = nla_put(message, RTA_PREFSRC, sizeof(via->source),
			      &via->source);
	nest = err ? NULL : nla_nest_start(message, RTA_ENCAP);
	err = !nest || nla_put(message, SEG6_IPTUNNEL_SRH, (int)len, encap);
	if (!err)
		nla_nest_end(message, nest);
	return send_and_free(netlink, message, err);
}

static void read_via(struct nlmsghdr *message, void *arg)
{
	const struct rtmsg *header = nlmsg_data(message);
	struct nlattr *attrs[RTA_MAX + 1];
	struct inband_via *via = arg;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse(message, sizeof(*header), attrs, RTA_MAX, NULL) < 0)
		return;
	via->type = header->rtm_type;
	if (attrs[RTA_OIF])
		via->ifindex = nla_get_u32(attrs[RTA_OIF]);
	if (attrs[RTA_PREFSRC])
		nla_memcpy(&via->source, attrs[RTA_PREFSRC],
			   sizeof(via->source));
}

int inband_netlink_via(struct inband_netlink *netlink,
		       const struct in6_addr *peer, struct inband_via *via)
{
	struct rtmsg header = { .rtm_family = AF_INET6, .rtm_dst_len = 128 };
	struct nl_msg *message;
	int err = -ENOMEM;

	*via = (struct inband_via){ 0 };
	message = message_new(RTM_GETROUTE, 0, &header, sizeof(header));
	if (!message)
		return err;
	if (!nla_put(message, RTA_DST, sizeof(*peer), peer))
		err = talk(netlink, message, read_via, via);
	nlmsg_free(message);
	return err;
}

struct surveying {
	uint32_t table;
	struct inband_survey *survey;
};

static void read_rule(struct nlmsghdr *message, void *arg)
{
	const struct fib_rule_hdr *header = nlmsg_data(message);
	const struct surveying *surveying = arg;
	struct nlattr *attrs[FRA_MAX + 1];
	uint32_t table, priority;
	bool ours;

	if (message->nlmsg_type != RTM_NEWRULE ||
	    nlmsg_parse(message, sizeof(*header), attrs, FRA_MAX, NULL) < 0)
		return;
	table = attrs[FRA_TABLE] ? nla_get_u32(attrs[FRA_TABLE]) :
				   header->table;
	priority = attrs[FRA_PRIORITY] ? nla_get_u32(attrs[FRA_PRIORITY]) : 0;
	ours = attrs[FRA_PROTOCOL] &&
	       nla_get_u8(attrs[FRA_PROTOCOL]) == INBAND_PROTOCOL;
	if (priority != INBAND_PRIORITY)
		return;
	if (!ours)
		surveying->survey->foreign_rules++;
	else if (table == surveying->table)
		surveying->survey->our_rules++;
}

/* A destination in the table, of any route. */
struct route {
	struct in6_addr dst;
	unsigned char dst_len;
	unsigned char protocol;
};

struct routes {
	uint32_t table;
	struct route *route;
	size_t n;
	bool short_of_memory;
};

static void read_route(struct nlmsghdr *message, void *arg)
{
	const struct rtmsg *header = nlmsg_data(message);
	struct nlattr *attrs[RTA_MAX + 1];
	struct routes *routes = arg;
	struct route *route;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse(message, sizeof(*header), attrs, RTA_MAX, NULL) < 0 ||
	    !attrs[RTA_TABLE] ||
	    nla_get_u32(attrs[RTA_TABLE]) != routes->table)
		return;
	route = reallocarray(routes->route, routes->n + 1, sizeof(*route));
	if (!route) {
		routes->short_of_memory = true;
		return;
	}
	routes->route = route;
	route += routes->n++;
	*route = (struct route){ .dst_len = header->rtm_dst_len,
				 .protocol = header->rtm_protocol };
	if (attrs[RTA_DST])
		nla_memcpy(&route->dst, attrs[RTA_DST], sizeof(route->dst));
}

static int read_routes_once(struct inband_netlink *netlink,
			    struct routes *routes)
{
	struct nl_msg *message = route_new(netlink, RTM_GETROUTE, NLM_F_DUMP,
					   (struct rtmsg){ 0 });
	int err;

	*routes = (struct routes){ .table = netlink->mark };
	if (!message)
		return -ENOMEM;
	err = talk(netlink, message, read_route, routes);
	nlmsg_free(message);
	/* Never used until now. */
	if (err == -ENOENT)
		err = 0;
	if (!err && routes->short_of_memory)
		err = -ENOMEM;
	if (err)
		free(routes->route);
	return err;
}

/* The caller frees routes->route if it succeeds. */
static int read_routes(struct inband_netlink *netlink, struct routes *routes)
{
	unsigned int tries = 0;
	int err;

	do {
		err = read_routes_once(netlink, routes);
	} while (err == -EINTR && ++tries < READ_TRIES);
	return err;
}

static int read_rules(struct inband_netlink *netlink,
		      struct inband_survey *survey)
{
	struct surveying surveying = { .table = netlink->mark,
				       .survey = survey };
	unsigned int tries = 0;
	int err;

	do {
		struct fib_rule_hdr header = { .family = AF_INET6 };
		struct nl_msg *message = message_new(RTM_GETRULE, NLM_F_DUMP,
						     &header, sizeof(header));

		if (!message)
			return -ENOMEM;
		*survey = (struct inband_survey){ 0 };
		err = talk(netlink, message, read_rule, &surveying);
		nlmsg_free(message);
	} while (err == -EINTR && ++tries < READ_TRIES);
	return err;
}

int inband_netlink_survey(struct inband_netlink *netlink,
			  struct inband_survey *survey)
{
	struct routes routes;
	size_t i;
	int err;

	err = read_rules(netlink, survey);
	if (!err)
		err = read_routes(netlink, &routes);
	if (err)
		return err;
	for (i = 0; i < routes.n; i++)
		if (routes.route[i].protocol != INBAND_PROTOCOL)
			survey->foreign_routes++;
	free(routes.route);
	return 0;
}

static int route_delete(struct inband_netlink *netlink,
			const struct route *route)
{
	struct nl_msg *message;

	message = route_new(netlink, RTM_DELROUTE, 0,
			    (struct rtmsg){ .rtm_dst_len = route->dst_len,
					    .rtm_protocol = INBAND_PROTOCOL });
	if (!message)
		return -ENOMEM;
	return send_and_free(netlink, message,
			     nla_put(message, RTA_DST, sizeof(route->dst),
				     &route->dst));
}

int inband_netlink_clear(struct inband_netlink *netlink)
{
	struct routes routes;
	int err, first = 0;
	size_t i;

	err = read_routes(netlink, &routes);
	if (err)
		return err;
	for (i = 0; i < routes.n; i++) {
		if (routes.route[i].protocol != INBAND_PROTOCOL)
			continue;
		err = route_delete(netlink, &routes.route[i]);
		/* The kernel removed it with a device that went down. */
		if (err && err != -ESRCH && !first)
			first = err;
	}
	free(routes.route);
	return first;
}
