// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two generic netlink messages do not justify a dependency on libnl-genl: they are
 * written with libnl-3, too.
 */
#include <errno.h>
/* Before the kernel's headers, which then leave addresses to it. */
#include <netinet/in.h>
#include <linux/genetlink.h>
#include <linux/in6.h>
#include <linux/rtnetlink.h>
#include <linux/seg6_genl.h>
#include <netlink/msg.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lmctl/base/messages.h"
#include "lmctl/node/netlink.h"
#include "lmctl/node/tunsrc.h"

/* Any port would do. */
#define DISCARD_PORT 9

/* An attribute of an answer: where it is, and what it is. */
struct wanted {
	int header;
	int type;
	void *to;
	size_t len;
	bool found;
};

static bool take(struct nlmsghdr *answer, void *arg)
{
	struct wanted *wanted = arg;
	const struct nlattr *attr = nlmsg_find_attr(answer, wanted->header,
						    wanted->type);

	wanted->found = attr && (size_t)nla_len(attr) >= wanted->len;
	if (wanted->found)
		memcpy(wanted->to, nla_data(attr), wanted->len);
	return true;
}

static int family_find(struct nl_sock *socket, uint16_t *family)
{
	struct genlmsghdr header = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	struct wanted wanted = {
		.header = GENL_HDRLEN, .type = CTRL_ATTR_FAMILY_ID,
		.to = family, .len = sizeof(*family),
	};
	struct nl_msg *message = netlink_message(GENL_ID_CTRL, 0, &header,
						 sizeof(header));
	int err;

	if (!message)
		return -ENOMEM;
	nla_put_string(message, CTRL_ATTR_FAMILY_NAME, SEG6_GENL_NAME);
	err = netlink_ask(socket, message, take, &wanted);
	return err || wanted.found ? err : -ENOENT;
}

int tunsrc_refresh(struct tunsrc *tunsrc)
{
	struct genlmsghdr header = {
		.cmd = SEG6_CMD_GET_TUNSRC, .version = SEG6_GENL_VERSION,
	};
	struct wanted wanted = {
		.header = GENL_HDRLEN, .type = SEG6_ATTR_DST,
		.to = &tunsrc->source, .len = sizeof(tunsrc->source),
	};
	struct nl_msg *message;
	int err = 0;

	if (tunsrc->family) {
		message = netlink_message(tunsrc->family, 0, &header,
					  sizeof(header));
		err = message ? netlink_ask(tunsrc->generic, message, take,
					    &wanted) : -ENOMEM;
	}
	/* The unspecified address if none is set. */
	tunsrc->fixed = !IN6_IS_ADDR_UNSPECIFIED(&tunsrc->source);
	return err;
}

int tunsrc_open(struct tunsrc *tunsrc)
{
	int err;

	memset(tunsrc, 0, sizeof(*tunsrc));
	err = netlink_open(&tunsrc->generic, NETLINK_GENERIC);
	if (!err)
		err = family_find(tunsrc->generic, &tunsrc->family);
	/* A kernel without seg6 encapsulates nothing. */
	if (err == -ENOENT)
		err = 0;
	if (!err)
		err = tunsrc_refresh(tunsrc);
	if (!err)
		err = netlink_open(&tunsrc->socket, NETLINK_ROUTE);
	if (err)
		lmctl_error("cannot read the tunnel source ('ip sr tunsrc show'): %s; add flows with their source, SOURCE@SID",
			    strerror(-err));
	return err;
}

/* Check whether the route to @sid has a source, which applies to sockets only. */
static int names_source(struct tunsrc *tunsrc, const struct in6_addr *sid,
			uint32_t device, bool *names)
{
	struct rtmsg header = {
		.rtm_family = AF_INET6, .rtm_dst_len = 128,
		/* Request the route as configured, not the result for a socket. */
		.rtm_flags = RTM_F_FIB_MATCH,
	};
	struct in6_addr source;
	struct wanted wanted = {
		.header = sizeof(header), .type = RTA_PREFSRC,
		.to = &source, .len = sizeof(source),
	};
	struct nl_msg *message = netlink_message(RTM_GETROUTE, 0, &header,
						 sizeof(header));
	int err;

	if (!message)
		return -ENOMEM;
	nla_put(message, RTA_DST, sizeof(*sid), sid);
	if (device)
		nla_put_u32(message, RTA_OIF, device);
	err = netlink_ask(tunsrc->socket, message, take, &wanted);
	*names = wanted.found;
	return err;
}

/* With the kernel's preference for tunnels: a public address of the device. */
static int choose(int fd, const struct in6_addr *sid, uint32_t device,
		  struct in6_addr *source)
{
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6, .sin6_port = htons(DISCARD_PORT),
		.sin6_addr = *sid,
	};
	const int public = IPV6_PREFER_SRC_PUBLIC;
	socklen_t len = sizeof(address);
	char name[IF_NAMESIZE];

	if (device && (!if_indextoname(device, name) ||
		       setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name,
				  (socklen_t)strlen(name))))
		return -errno;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_ADDR_PREFERENCES, &public,
		       sizeof(public)) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    getsockname(fd, (struct sockaddr *)&address, &len))
		return -errno;
	*source = address.sin6_addr;
	return 0;
}

int tunsrc_find(struct tunsrc *tunsrc, const struct in6_addr *sid,
		uint32_t device, struct in6_addr *source)
{
	bool names;
	int err, fd;

	*source = tunsrc->source;
	if (tunsrc->fixed)
		return 0;
	err = names_source(tunsrc, sid, device, &names);
	if (err)
		return err;
	if (names)
		return -ENOTSUP;
	/* Nothing is sent. */
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	err = choose(fd, sid, device, source);
	close(fd);
	return err;
}

const char *tunsrc_error(int err)
{
	if (err == -ENOTSUP)
		return "its route has a 'src', which SRv6 tunnels do not use";
	return strerror(-err);
}

void tunsrc_reason(int err, char *text, size_t size)
{
	snprintf(text, size, "no tunnel source: %s; set one with 'ip sr tunsrc set ADDRESS'",
		 tunsrc_error(err));
}

void tunsrc_close(struct tunsrc *tunsrc)
{
	nl_socket_free(tunsrc->generic);
	tunsrc->generic = NULL;
	nl_socket_free(tunsrc->socket);
	tunsrc->socket = NULL;
}
