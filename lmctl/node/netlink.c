// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "lmctl/node/netlink.h"

struct asking {
	netlink_fn fn;
	void *arg;
	int err;
};

static int on_valid(struct nl_msg *message, void *arg)
{
	const struct asking *asking = arg;

	return asking->fn(nlmsg_hdr(message), asking->arg) ? NL_OK : NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error,
		    void *arg)
{
	struct asking *asking = arg;

	(void)from;
	asking->err = error->error;
	return NL_STOP;
}

int netlink_open(struct nl_sock **to, int protocol)
{
	struct nl_sock *socket = nl_socket_alloc();

	*to = socket;
	if (!socket)
		return -ENOMEM;
	/* Everything that arrives is the answer: see netlink_ask(). */
	nl_socket_disable_auto_ack(socket);
	return nl_connect(socket, protocol) ? -EIO : 0;
}

struct nl_msg *netlink_message(int type, int flags, void *header, size_t len)
{
	struct nl_msg *message = nlmsg_alloc_simple(type,
						    NLM_F_REQUEST | flags);

	if (message && nlmsg_append(message, header, len, NLMSG_ALIGNTO)) {
		nlmsg_free(message);
		message = NULL;
	}
	return message;
}

/* libnl reads one datagram or a whole dump. */
int netlink_ask(struct nl_sock *socket, struct nl_msg *message,
		netlink_fn fn, void *arg)
{
	struct asking asking = { .fn = fn, .arg = arg };
	int err;

	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, on_valid,
			    &asking);
	nl_socket_modify_err_cb(socket, NL_CB_CUSTOM, on_error, &asking);
	err = nl_send_auto(socket, message);
	nlmsg_free(message);
	if (err >= 0)
		err = nl_recvmsgs_default(socket);
	if (asking.err)
		return asking.err;
	return err < 0 ? -EIO : 0;
}
