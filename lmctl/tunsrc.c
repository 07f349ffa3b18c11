// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two generic netlink messages are not worth libnl-genl in every image, so these, too,
 * are written with libnl-3.
 */
#include <errno.h>
/* Before the kernel's headers, which then leave addresses to it. */
#include <netinet/in.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <linux/seg6_genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <string.h>

#include "lmctl/lmctl.h"
#include "lmctl/tunsrc.h"

/* An attribute of an answer: where it is, and what it is. */
struct wanted {
	int header;
	int type;
	void *to;
	size_t len;
	bool found;
	int err;
};

static int on_valid(struct nl_msg *message, void *arg)
{
	struct wanted *wanted = arg;
	const struct nlattr *attr = nlmsg_find_attr(nlmsg_hdr(message),
						    wanted->header,
						    wanted->type);

	wanted->found = attr && (size_t)nla_len(attr) >= wanted->len;
	if (wanted->found)
		memcpy(wanted->to, nla_data(attr), wanted->len);
	return NL_OK;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error,
		    void *arg)
{
	struct wanted *wanted = arg;

	(void)from;
	wanted->err = error->error;
	return NL_STOP;
}

static int connect_to(struct nl_sock **to, int protocol)
{
	struct nl_sock *socket = nl_socket_alloc();

	*to = socket;
	if (!socket)
		return -ENOMEM;
	/* An answer is the only one: see ask(). */
	nl_socket_disable_auto_ack(socket);
	return nl_connect(socket, protocol) ? -EIO : 0;
}

/* Sends @message, frees it, and takes one attribute of the answer. */
static int ask(struct nl_sock *socket, struct nl_msg *message,
	       struct wanted *wanted)
{
	int err;

	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, on_valid,
			    wanted);
	nl_socket_modify_err_cb(socket, NL_CB_CUSTOM, on_error, wanted);
	err = nl_send_auto(socket, message);
	nlmsg_free(message);
	if (err >= 0)
		err = nl_recvmsgs_default(socket);
	if (wanted->err)
		return wanted->err;
	return err < 0 ? -EIO : 0;
}

static struct nl_msg *message_new(int type, void *header, size_t len)
{
	struct nl_msg *message = nlmsg_alloc_simple(type, NLM_F_REQUEST);

	if (message && nlmsg_append(message, header, len, NLMSG_ALIGNTO)) {
		nlmsg_free(message);
		message = NULL;
	}
	return message;
}

static int family_find(struct nl_sock *socket, uint16_t *family)
{
	struct genlmsghdr header = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	struct wanted wanted = {
		.header = GENL_HDRLEN, .type = CTRL_ATTR_FAMILY_ID,
		.to = family, .len = sizeof(*family),
	};
	struct nl_msg *message = message_new(GENL_ID_CTRL, &header,
					     sizeof(header));
	int err;

	if (!message)
		return -ENOMEM;
	nla_put_string(message, CTRL_ATTR_FAMILY_NAME, SEG6_GENL_NAME);
	err = ask(socket, message, &wanted);
	return err || wanted.found ? err : -ENOENT;
}

/* The unspecified address if none is set. */
static int fixed_find(struct nl_sock *socket, struct in6_addr *source)
{
	struct genlmsghdr header = {
		.cmd = SEG6_CMD_GET_TUNSRC, .version = SEG6_GENL_VERSION,
	};
	struct wanted wanted = {
		.header = GENL_HDRLEN, .type = SEG6_ATTR_DST,
		.to = source, .len = sizeof(*source),
	};
	struct nl_msg *message;
	uint16_t family;
	int err = family_find(socket, &family);

	if (err)
		return err;
	message = message_new(family, &header, sizeof(header));
	return message ? ask(socket, message, &wanted) : -ENOMEM;
}

int tunsrc_open(struct tunsrc *tunsrc)
{
	struct nl_sock *generic = NULL;
	int err;

	memset(tunsrc, 0, sizeof(*tunsrc));
	err = connect_to(&generic, NETLINK_GENERIC);
	if (!err)
		err = fixed_find(generic, &tunsrc->source);
	nl_socket_free(generic);
	/* A kernel without seg6 encapsulates nothing. */
	if (err == -ENOENT)
		err = 0;
	if (!err)
		err = connect_to(&tunsrc->socket, NETLINK_ROUTE);
	if (err)
		lmctl_error("cannot read the tunnel source ('ip sr tunsrc show'): %s; give flows a source, as in SOURCE@SID",
			    strerror(-err));
	tunsrc->fixed = !IN6_IS_ADDR_UNSPECIFIED(&tunsrc->source);
	return err;
}

int tunsrc_find(struct tunsrc *tunsrc, const struct in6_addr *sid,
		uint32_t device, struct in6_addr *source)
{
	struct rtmsg header = {
		.rtm_family = AF_INET6, .rtm_dst_len = 128,
	};
	struct wanted wanted = {
		.header = sizeof(header), .type = RTA_PREFSRC,
		.to = source, .len = sizeof(*source),
	};
	struct nl_msg *message;
	int err;

	*source = tunsrc->source;
	if (tunsrc->fixed)
		return 0;
	message = message_new(RTM_GETROUTE, &header, sizeof(header));
	if (!message)
		return -ENOMEM;
	nla_put(message, RTA_DST, sizeof(*sid), sid);
	if (device)
		nla_put_u32(message, RTA_OIF, device);
	err = ask(tunsrc->socket, message, &wanted);
	return err || wanted.found ? err : -ENETUNREACH;
}

void tunsrc_close(struct tunsrc *tunsrc)
{
	nl_socket_free(tunsrc->socket);
	tunsrc->socket = NULL;
}
