// SPDX-License-Identifier: GPL-2.0-only
/*
 * libnl-route knows the encapsulations of MPLS and IP only and drops seg6
 * when it parses a route, so the attributes are read here, with libnl-3's
 * parsers.
 */
#include <ctype.h>
#include <errno.h>
#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <linux/seg6_iptunnel.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/route.h>
#include <string.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/numbers.h"
#include "lmctl/node/routes.h"

/* SEG6_IPTUNNEL_SRC of newer kernels' headers. */
#define TUNNEL_SOURCE 2
#define TUNNEL_MAX TUNNEL_SOURCE

/* The table changed while it was read: temporary. */
#define READ_TRIES 10

/*
 * @err: return value of the callback, kept because libnl has errors of its own
 * @hidden: routes that refer to a nexthop object without its attributes
 */
struct route_dump {
	uint32_t table;
	size_t hidden;
	routes_fn fn;
	void *arg;
	int err;
};

static const struct nla_policy route_policy[RTA_MAX + 1] = {
	[RTA_TABLE] = { .type = NLA_U32 },
	[RTA_OIF] = { .type = NLA_U32 },
	[RTA_ENCAP_TYPE] = { .type = NLA_U16 },
	[RTA_NH_ID] = { .type = NLA_U32 },
};

/* Call back if these attributes of a route or next hop have seg6. */
static int read_encap(struct route_dump *dump, struct seg6_route *route,
		      struct nlattr *const *attrs)
{
	struct nlattr *encap[TUNNEL_MAX + 1];

	if (!attrs[RTA_ENCAP] || !attrs[RTA_ENCAP_TYPE] ||
	    nla_get_u16(attrs[RTA_ENCAP_TYPE]) != LWTUNNEL_ENCAP_SEG6)
		return 0;
	if (nla_parse_nested(encap, TUNNEL_MAX, attrs[RTA_ENCAP],
			     NULL) < 0 || !encap[SEG6_IPTUNNEL_SRH])
		return 0;
	route->encap = nla_data(encap[SEG6_IPTUNNEL_SRH]);
	route->encap_len = (size_t)nla_len(encap[SEG6_IPTUNNEL_SRH]);
	route->source = NULL;
	if (encap[TUNNEL_SOURCE] &&
	    nla_len(encap[TUNNEL_SOURCE]) == sizeof(*route->source))
		route->source = nla_data(encap[TUNNEL_SOURCE]);
	return dump->fn(route, dump->arg);
}

static int read_nexthops(struct route_dump *dump, struct seg6_route *route,
			 const struct nlattr *multipath)
{
	const struct rtnexthop *hop = nla_data(multipath);
	int left = nla_len(multipath), err = 0;

	while (!err && RTNH_OK(hop, left)) {
		struct nlattr *attrs[RTA_MAX + 1];
		int len = hop->rtnh_len - (int)RTNH_LENGTH(0);

		if (nla_parse(attrs, RTA_MAX, (struct nlattr *)RTNH_DATA(hop),
			      len, route_policy) < 0)
			return 0;
		route->device = (uint32_t)hop->rtnh_ifindex;
		err = read_encap(dump, route, attrs);
		left -= RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return err;
}

static int read_route(struct route_dump *dump, struct nlmsghdr *message)
{
	const struct rtmsg *header = nlmsg_data(message);
	struct nlattr *attrs[RTA_MAX + 1];
	struct seg6_route route = { 0 };
	int err;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse(message, sizeof(*header), attrs, RTA_MAX,
			route_policy) < 0)
		return 0;
	route.family = header->rtm_family;
	route.prefix_len = header->rtm_dst_len;
	route.table = attrs[RTA_TABLE] ? nla_get_u32(attrs[RTA_TABLE]) :
					 header->rtm_table;
	if (route.table != dump->table ||
	    header->rtm_flags & RTM_F_CLONED)
		return 0;
	if (attrs[RTA_DST])
		nla_memcpy(route.dst, attrs[RTA_DST], sizeof(route.dst));
	if (attrs[RTA_OIF])
		route.device = nla_get_u32(attrs[RTA_OIF]);
	if (attrs[RTA_NH_ID] && !attrs[RTA_OIF] && !attrs[RTA_MULTIPATH] &&
	    header->rtm_type == RTN_UNICAST)
		dump->hidden++;
	err = read_encap(dump, &route, attrs);
	if (!err && attrs[RTA_MULTIPATH])
		err = read_nexthops(dump, &route, attrs[RTA_MULTIPATH]);
	return err;
}

static int on_message(struct nl_msg *message, void *arg)
{
	struct route_dump *dump = arg;

	/* Read and drop the rest: the next dump would receive it. */
	if (!dump->err)
		dump->err = read_route(dump, nlmsg_hdr(message));
	return NL_OK;
}

/* Return a libnl error number, 0 when the whole table was read. */
static int read_family(struct nl_sock *socket, int family)
{
	struct rtmsg request = { .rtm_family = (unsigned char)family };
	int err;

	err = nl_send_simple(socket, RTM_GETROUTE, NLM_F_DUMP, &request,
			     sizeof(request));
	return err < 0 ? err : nl_recvmsgs_default(socket);
}

static int read_all(struct nl_sock *socket, struct route_dump *dump,
		    void (*again)(void *arg))
{
	unsigned int tries;
	int err;

	for (tries = 1;; tries++) {
		dump->err = 0;
		dump->hidden = 0;
		err = read_family(socket, AF_INET6);
		if (!err)
			err = read_family(socket, AF_INET);
		if (err != -NLE_DUMP_INTR || tries == READ_TRIES)
			return err;
		again(dump->arg);
	}
}

int routes_read(uint32_t table, routes_fn fn, void (*again)(void *arg),
		void *arg)
{
	struct route_dump dump = { .table = table, .fn = fn, .arg = arg };
	struct nl_sock *socket = nl_socket_alloc();
	int err = -NLE_NOMEM;

	if (socket)
		err = nl_connect(socket, NETLINK_ROUTE);
	if (!err)
		err = nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM,
					  on_message, &dump);
	if (!err)
		err = read_all(socket, &dump, again);
	if (err)
		lmctl_error("cannot read the routing table: %s; try again",
			    nl_geterror(err));
	else if (dump.hidden)
		lmctl_warning("%zu routes are left out because the kernel does not show their nexthop objects; set 'sysctl net.ipv4.nexthop_compat_mode=1' and import again",
			      dump.hidden);
	nl_socket_free(socket);
	return err ? -EIO : dump.err;
}

static void read_names(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	if (rtnl_route_read_table_names("/etc/iproute2/rt_tables"))
		rtnl_route_read_table_names("/usr/share/iproute2/rt_tables");
}

int routes_table(const char *text, uint32_t *table)
{
	int number;

	if (!lmctl_parse_u32(text, table))
		return *table ? 0 : -EINVAL;
	/* libnl would accept the leading digits of a name. */
	if (isdigit((unsigned char)*text))
		return -EINVAL;
	read_names();
	number = rtnl_route_str2table(text);
	if (number <= 0)
		return -EINVAL;
	*table = (uint32_t)number;
	return 0;
}

const char *routes_table_name(uint32_t table, char *text)
{
	read_names();
	rtnl_route_table2str((int)table, text, ROUTES_TABLE_STRLEN);
	/* libnl formats a table without a name in hexadecimal, ip does not. */
	if (!strncmp(text, "0x", 2))
		snprintf(text, ROUTES_TABLE_STRLEN, "%u", table);
	return text;
}
