// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink socket. It is opened once and never replaced, because a new one
 * would belong to the network namespace in which the thread is by then.
 */
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/time.h>
#include "internal.h"

/* The kernel queues its answer before it returns from the system call, so
 * this only ends the wait for an answer that was lost.
 */
#define ANSWER_TIMEOUT_S 5

int channel_open(struct channel *channel)
{
	static const struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT_S };
	int on = 1, fd, error;

	channel->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!channel->socket)
		return -errno;
	fd = mnl_socket_get_fd(channel->socket);
	if (mnl_socket_bind(channel->socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout,
		       sizeof(timeout)) < 0) {
		error = -errno;
		channel_close(channel);
		return error;
	}
	/* Keeps requests out of acknowledgements; saves copying only. */
	mnl_socket_setsockopt(channel->socket, NETLINK_CAP_ACK, &on,
			      sizeof(on));
	channel->portid = mnl_socket_get_portid(channel->socket);
	return 0;
}

void channel_close(struct channel *channel)
{
	if (channel->socket)
		mnl_socket_close(channel->socket);
	channel->socket = NULL;
}

int channel_send(struct channel *channel, const void *message, size_t len)
{
	ssize_t sent;

	do {
		sent = mnl_socket_sendto(channel->socket, message, len);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

ssize_t channel_recv(struct channel *channel, void *buffer, size_t size,
		     bool wait)
{
	struct sockaddr_nl sender;
	struct iovec iov = { .iov_base = buffer, .iov_len = size };
	struct msghdr msg = {
		.msg_name = &sender,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t len;

	for (;;) {
		msg.msg_namelen = sizeof(sender);
		len = recvmsg(mnl_socket_get_fd(channel->socket), &msg,
			      wait ? 0 : MSG_DONTWAIT);
		if (len < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		/* Other processes can send to the socket, too. */
		if (msg.msg_namelen != sizeof(sender) || sender.nl_pid)
			continue;
		return (msg.msg_flags & MSG_TRUNC) ? -EMSGSIZE : len;
	}
}
