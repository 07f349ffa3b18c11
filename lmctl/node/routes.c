// SPDX-License-Identifier: GPL-2.0-only
/*
 * libnl-route knows the encapsulations of MPLS and IP only and drops seg6
 * when it parses a route, so the attributes are read here, with libnl-3's
 * parsers.
 */
#include <errno.h>
#include <linux/lwtunnel.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <linux/seg6_iptunnel.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <string.h>
#include "lmctl/base/messages.h"
#include "lmctl/node/routes.h"

/* SEG6_IPTUNNEL_SRC of newer kernels' headers. */
#define TUNNEL_SOURCE 2
#define TUNNEL_MAX TUNNEL_SOURCE

/* A route changed while the routes were read: temporary. */
#define READ_TRIES 10

/*
 * @err: return value of the callback, kept because libnl has errors of its own
 * @last: the dump has a message for which route_is_last() is true
 * @cut: a dump was cut off
 */
struct route_dump {
	routes_fn fn;
	void *arg;
	int err;
	bool last;
	bool cut;
};

static const struct nla_policy route_policy[RTA_MAX + 1] = {
	[RTA_TABLE] = { .type = NLA_U32 },
	[RTA_OIF] = { .type = NLA_U32 },
	[RTA_PRIORITY] = { .type = NLA_U32 },
	[RTA_ENCAP_TYPE] = { .type = NLA_U16 },
	[RTA_NH_ID] = { .type = NLA_U32 },
};

static const struct nla_policy nexthop_policy[NHA_MAX + 1] = {
	[NHA_ID] = { .type = NLA_U32 },
	[NHA_OIF] = { .type = NLA_U32 },
	[NHA_ENCAP_TYPE] = { .type = NLA_U16 },
};

static uint32_t number(const struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

static void take_gateway(struct route_hop *hop, const struct nlattr *attr)
{
	if (attr)
		nla_memcpy(hop->gateway, attr, sizeof(hop->gateway));
}

/* Leaves @hop without encapsulation if it has none of seg6. */
static void take_encap(struct route_hop *hop, const struct nlattr *type,
		       struct nlattr *nested)
{
	struct nlattr *encap[TUNNEL_MAX + 1];

	if (!type || !nested || nla_get_u16(type) != LWTUNNEL_ENCAP_SEG6 ||
	    nla_parse_nested(encap, TUNNEL_MAX, nested, NULL) < 0 ||
	    !encap[SEG6_IPTUNNEL_SRH] ||
	    nla_len(encap[SEG6_IPTUNNEL_SRH]) > ROUTE_ENCAP_MAX)
		return;
	hop->encap = nla_data(encap[SEG6_IPTUNNEL_SRH]);
	hop->encap_len = (size_t)nla_len(encap[SEG6_IPTUNNEL_SRH]);
	if (encap[TUNNEL_SOURCE] &&
	    nla_len(encap[TUNNEL_SOURCE]) == sizeof(*hop->source))
		hop->source = nla_data(encap[TUNNEL_SOURCE]);
}

static void take_hop(struct route_hop *hop, uint32_t device,
		     struct nlattr *const *attrs)
{
	memset(hop, 0, sizeof(*hop));
	hop->device = device;
	take_gateway(hop, attrs[RTA_GATEWAY] ? attrs[RTA_GATEWAY] :
					       attrs[RTA_VIA]);
	take_encap(hop, attrs[RTA_ENCAP_TYPE], attrs[RTA_ENCAP]);
}

static void parse_route(struct route_message *message,
			struct nlmsghdr *netlink)
{
	const struct rtmsg *header = nlmsg_data(netlink);
	struct route_key *key = &message->key;
	struct nlattr *attrs[RTA_MAX + 1];

	if (nlmsg_parse(netlink, sizeof(*header), attrs, RTA_MAX,
			route_policy) < 0 || header->rtm_flags & RTM_F_CLONED)
		return;
	key->family = header->rtm_family;
	key->prefix_len = header->rtm_dst_len;
	key->src_len = header->rtm_src_len;
	key->tos = header->rtm_tos;
	key->table = attrs[RTA_TABLE] ? number(attrs[RTA_TABLE]) :
					header->rtm_table;
	key->priority = number(attrs[RTA_PRIORITY]);
	if (attrs[RTA_DST])
		nla_memcpy(key->dst, attrs[RTA_DST], sizeof(key->dst));
	if (attrs[RTA_SRC])
		nla_memcpy(key->src, attrs[RTA_SRC], sizeof(key->src));
	message->nexthop = number(attrs[RTA_NH_ID]);
	if (!message->nexthop) {
		take_hop(&message->hop, number(attrs[RTA_OIF]), attrs);
		if (attrs[RTA_MULTIPATH]) {
			message->multipath = nla_data(attrs[RTA_MULTIPATH]);
			message->left = nla_len(attrs[RTA_MULTIPATH]);
		}
	}
	message->replace = netlink->nlmsg_flags & NLM_F_REPLACE;
	message->kind = netlink->nlmsg_type == RTM_NEWROUTE ? ROUTE_SET :
							      ROUTE_GONE;
}

static void parse_nexthop(struct route_message *message,
			  struct nlmsghdr *netlink)
{
	struct nlattr *attrs[NHA_MAX + 1];

	if (nlmsg_parse(netlink, sizeof(struct nhmsg), attrs, NHA_MAX,
			nexthop_policy) < 0 || !attrs[NHA_ID])
		return;
	message->nexthop = number(attrs[NHA_ID]);
	if (attrs[NHA_GROUP]) {
		message->group = nla_data(attrs[NHA_GROUP]);
		message->nmembers = (unsigned int)nla_len(attrs[NHA_GROUP]) /
				    sizeof(*message->group);
	}
	message->hop.device = number(attrs[NHA_OIF]);
	take_gateway(&message->hop, attrs[NHA_GATEWAY]);
	take_encap(&message->hop, attrs[NHA_ENCAP_TYPE], attrs[NHA_ENCAP]);
	message->kind = netlink->nlmsg_type == RTM_NEWNEXTHOP ? NEXTHOP_SET :
								NEXTHOP_GONE;
}

void route_message_parse(struct route_message *message,
			 struct nlmsghdr *header)
{
	memset(message, 0, sizeof(*message));
	switch (header->nlmsg_type) {
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		parse_route(message, header);
		break;
	case RTM_NEWNEXTHOP:
	case RTM_DELNEXTHOP:
		parse_nexthop(message, header);
		break;
	}
}

int route_dump_end(const struct nlmsghdr *header)
{
	int err = 0;

	if (header->nlmsg_type != NLMSG_DONE && header->nlmsg_type != NLMSG_ERROR)
		return 0;
	/* Both begin with an error number. */
	if (header->nlmsg_len >= NLMSG_LENGTH(sizeof(err)))
		memcpy(&err, NLMSG_DATA(header), sizeof(err));
	return err < 0 ? err : 1;
}

bool route_is_last(const struct route_message *message)
{
	return message->kind == ROUTE_SET && message->key.family == AF_INET6 &&
	       message->key.table == RT_TABLE_LOCAL;
}

bool route_message_hop(struct route_message *message, struct route_hop *hop)
{
	const struct rtnexthop *next = message->multipath;
	struct nlattr *attrs[RTA_MAX + 1];

	*hop = message->hop;
	message->hop.encap = NULL;
	while (!hop->encap && next && RTNH_OK(next, message->left)) {
		int len = next->rtnh_len - (int)RTNH_LENGTH(0);

		if (nla_parse(attrs, RTA_MAX, (struct nlattr *)RTNH_DATA(next),
			      len, route_policy) < 0)
			return false;
		take_hop(hop, (uint32_t)next->rtnh_ifindex, attrs);
		message->left -= RTNH_ALIGN(next->rtnh_len);
		next = RTNH_NEXT(next);
	}
	message->multipath = next;
	return hop->encap;
}

int routes_request(struct nl_sock *socket, unsigned int dump)
{
	static const struct {
		int type;
		unsigned char family;
	} dumps[ROUTES_DUMPS] = {
		[ROUTES_DUMP_NEXTHOPS] = { RTM_GETNEXTHOP, AF_UNSPEC },
		[ROUTES_DUMP_IPV6] = { RTM_GETROUTE, AF_INET6 },
		[ROUTES_DUMP_IPV4] = { RTM_GETROUTE, AF_INET },
	};
	struct rtmsg route = { .rtm_family = dumps[dump].family };
	struct nhmsg nexthop = { .nh_family = dumps[dump].family };
	bool object = dumps[dump].type == RTM_GETNEXTHOP;
	int err = nl_send_simple(socket, dumps[dump].type, NLM_F_DUMP,
				 object ? (void *)&nexthop : &route,
				 object ? sizeof(nexthop) : sizeof(route));

	return err < 0 ? err : 0;
}

static int on_message(struct nl_msg *netlink, void *arg)
{
	struct route_dump *dump = arg;
	struct route_message message;

	/* Read and drop the rest: the next dump would receive it. */
	if (dump->err)
		return NL_OK;
	route_message_parse(&message, nlmsg_hdr(netlink));
	dump->last |= route_is_last(&message);
	if (message.kind != ROUTE_OTHER)
		dump->err = dump->fn(&message, dump->arg);
	return NL_OK;
}

/* libnl ignores the error number of a dump that ends early. */
static int on_end(struct nl_msg *netlink, void *arg)
{
	struct route_dump *dump = arg;
	int err = route_dump_end(nlmsg_hdr(netlink));

	if (err == -EMSGSIZE)
		dump->cut = true;
	else if (err < 0)
		return -nl_syserr2nlerr(err);
	return NL_OK;
}

/* Return a libnl error number, 0 when everything was read. */
static int read_all(struct nl_sock *socket, struct route_dump *dump)
{
	unsigned int i;
	int err = 0;

	dump->err = 0;
	dump->cut = false;
	for (i = 0; !err && i < ROUTES_DUMPS; i++) {
		dump->last = i != ROUTES_DUMP_IPV6;
		err = routes_request(socket, i);
		if (!err)
			err = nl_recvmsgs_default(socket);
		dump->cut |= !dump->last;
	}
	return err;
}

int routes_read(routes_fn fn, void (*again)(void *arg), void *arg)
{
	struct route_dump dump = { .fn = fn, .arg = arg };
	struct nl_sock *socket = nl_socket_alloc();
	unsigned int tries = 1;
	int err = -NLE_NOMEM;

	if (socket)
		err = nl_connect(socket, NETLINK_ROUTE);
	if (!err)
		err = nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM,
					  on_message, &dump);
	if (!err)
		err = nl_socket_modify_cb(socket, NL_CB_FINISH, NL_CB_CUSTOM,
					  on_end, &dump);
	if (!err)
		err = read_all(socket, &dump);
	for (; err == -NLE_DUMP_INTR && tries < READ_TRIES; tries++) {
		again(arg);
		err = read_all(socket, &dump);
	}
	if (err)
		lmctl_error("cannot read the routes: %s; try again",
			    nl_geterror(err));
	else if (!dump.err && dump.cut)
		lmctl_warning("%s", ROUTES_CUT);
	nl_socket_free(socket);
	return err ? -EIO : dump.err;
}
