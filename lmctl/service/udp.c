// SPDX-License-Identifier: GPL-2.0-only
/*
 * One IPv6 socket serves IPv4, too: the kernel accepts IPV6_PKTINFO with mapped
 * addresses for both, but has separate options and control messages for TTL and TOS
 * of IPv4.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/array.h"
#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/service/udp.h"
#include "lmctl/stamp/stamp.h"

/*
 * Room for a thousand messages. The kernel charges a page or more for each, of any
 * length.
 */
#define RECEIVE_BUFFER (8 * 1024 * 1024)
#define SEND_BUFFER (2 * 1024 * 1024)
/*
 * The largest: the reflector reports the rest (RFC 8762, Session-Sender TTL), which
 * shows the number of hops.
 */
#define HOP_LIMIT 255
#define NS_PER_S INT64_C(1000000000)
/* The two ECN bits belong to the network: do not repeat them. */
#define DSCP_MASK 0xfc

#define RECEIVE_CONTROL \
	(CMSG_SPACE(sizeof(struct timespec)) + \
	 CMSG_SPACE(sizeof(struct in6_pktinfo)) + 4 * CMSG_SPACE(sizeof(int)))
#define SEND_CONTROL \
	(CMSG_SPACE(sizeof(struct in6_pktinfo)) + 2 * CMSG_SPACE(sizeof(int)))

struct udp_batch {
	struct udp_message message[UDP_BATCH];
	struct mmsghdr header[UDP_BATCH];
	struct iovec iovec[UDP_BATCH];
	struct sockaddr_in6 from[UDP_BATCH];
	_Alignas(struct cmsghdr) uint8_t control[UDP_BATCH][RECEIVE_CONTROL];
	uint8_t data[UDP_BATCH][STAMP_MESSAGE_MAX];
};

struct socket_option {
	int level;
	int name;
	int value;
};

/* All of them are in every kernel that has the set type. */
static const struct socket_option options[] = {
	{ SOL_SOCKET, SO_TIMESTAMPNS, 1 },
	{ IPPROTO_IPV6, IPV6_RECVPKTINFO, 1 },
	{ IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1 },
	{ IPPROTO_IPV6, IPV6_RECVTCLASS, 1 },
	{ IPPROTO_IPV6, IPV6_UNICAST_HOPS, HOP_LIMIT },
	{ IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO },
	{ IPPROTO_IPV6, IPV6_DONTFRAG, 1 },
	{ IPPROTO_IP, IP_RECVTTL, 1 },
	{ IPPROTO_IP, IP_RECVTOS, 1 },
	{ IPPROTO_IP, IP_TTL, HOP_LIMIT },
	{ IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO },
};

static int set_options(int fd)
{
	const int receive = RECEIVE_BUFFER, send = SEND_BUFFER, off = 0;
	size_t i;

	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)))
		return -errno;
	for (i = 0; i < ARRAY_SIZE(options); i++)
		if (setsockopt(fd, options[i].level, options[i].name,
			       &options[i].value, sizeof(options[i].value)))
			return -errno;
	/* Without the capability the kernel limits it to rmem_max. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive,
		       sizeof(receive)) &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof(receive)))
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &send, sizeof(send)) &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send, sizeof(send)))
		return -errno;
	return 0;
}

static const char *bind_remedy(int err)
{
	switch (err) {
	case EADDRINUSE:
		return "; stop the program that uses the port ('ss -lunp'), or "
		       "choose another one";
	case EADDRNOTAVAIL:
		return "; use an address of this machine";
	case EACCES:
		return "; ports below 1024 need CAP_NET_BIND_SERVICE";
	}
	return "";
}

static int bind_local(int fd, const struct sockaddr_in6 *local)
{
	char text[INET6_ADDRSTRLEN];
	int err;

	if (!bind(fd, (const struct sockaddr *)local, sizeof(*local)))
		return 0;
	err = errno;
	lmctl_error("cannot bind to [%s]:%u: %s%s",
		    inet_ntop(AF_INET6, &local->sin6_addr, text, sizeof(text)),
		    ntohs(local->sin6_port), strerror(err), bind_remedy(err));
	return -err;
}

static void batch_init(struct udp_batch *batch)
{
	unsigned int i;

	for (i = 0; i < UDP_BATCH; i++) {
		struct msghdr *header = &batch->header[i].msg_hdr;

		batch->iovec[i].iov_base = batch->data[i];
		batch->iovec[i].iov_len = sizeof(batch->data[i]);
		header->msg_iov = &batch->iovec[i];
		header->msg_iovlen = 1;
		header->msg_name = &batch->from[i];
		header->msg_control = batch->control[i];
	}
}

int udp_open(struct udp *udp, const struct sockaddr_in6 *local)
{
	int err;

	udp->fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			 0);
	err = udp->fd < 0 ? -errno : 0;
	/* calloc(): memory is touched only when a burst needs it. */
	udp->batch = calloc(1, sizeof(*udp->batch));
	if (!err && !udp->batch)
		err = -ENOMEM;
	if (!err)
		err = set_options(udp->fd);
	if (err) {
		lmctl_error("cannot open a UDP socket for IPv6: %s",
			    strerror(-err));
	} else {
		batch_init(udp->batch);
		err = bind_local(udp->fd, local);
	}
	if (err)
		udp_close(udp);
	return err;
}

void udp_close(struct udp *udp)
{
	if (udp->fd >= 0)
		close(udp->fd);
	free(udp->batch);
	*udp = (struct udp){ .fd = -1 };
}

static void read_control(struct udp_message *message,
			 const struct cmsghdr *control)
{
	struct in6_pktinfo info;
	struct timespec time;
	int number;

	switch (control->cmsg_level) {
	case SOL_SOCKET:
		if (control->cmsg_type != SCM_TIMESTAMPNS)
			return;
		memcpy(&time, CMSG_DATA(control), sizeof(time));
		message->received = time.tv_sec * NS_PER_S + time.tv_nsec;
		message->kernel_time = true;
		return;
	case IPPROTO_IPV6:
		if (control->cmsg_type == IPV6_PKTINFO) {
			memcpy(&info, CMSG_DATA(control), sizeof(info));
			message->to = info.ipi6_addr;
			message->ifindex = info.ipi6_ifindex;
			return;
		}
		memcpy(&number, CMSG_DATA(control), sizeof(number));
		if (control->cmsg_type == IPV6_HOPLIMIT)
			message->ttl = (uint8_t)number;
		else if (control->cmsg_type == IPV6_TCLASS)
			message->traffic_class = (uint8_t)number;
		return;
	case IPPROTO_IP:
		if (control->cmsg_type == IP_TTL) {
			memcpy(&number, CMSG_DATA(control), sizeof(number));
			message->ttl = (uint8_t)number;
		} else if (control->cmsg_type == IP_TOS) {
			message->traffic_class = *CMSG_DATA(control);
		}
	}
}

static void read_message(struct udp_message *message, struct mmsghdr *received,
			 int64_t now)
{
	struct msghdr *header = &received->msg_hdr;
	struct cmsghdr *control;

	*message = (struct udp_message){
		.data = header->msg_iov->iov_base,
		.len = received->msg_len,
		.truncated = header->msg_flags & MSG_TRUNC,
		.ttl = HOP_LIMIT,
		.received = now,
	};
	memcpy(&message->from, header->msg_name, sizeof(message->from));
	for (control = CMSG_FIRSTHDR(header); control;
	     control = CMSG_NXTHDR(header, control))
		read_control(message, control);
}

int udp_receive(struct udp *udp, struct udp_message **messages)
{
	struct udp_batch *batch = udp->batch;
	int n, i, kept = 0;
	int64_t now;

	for (i = 0; i < UDP_BATCH; i++) {
		struct msghdr *header = &batch->header[i].msg_hdr;

		header->msg_namelen = sizeof(batch->from[i]);
		header->msg_controllen = sizeof(batch->control[i]);
	}
	n = recvmmsg(udp->fd, batch->header, UDP_BATCH, 0, NULL);
	if (n < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	now = wallclock_time();
	for (i = 0; i < n; i++)
		if (batch->from[i].sin6_port)
			read_message(&batch->message[kept++],
				     &batch->header[i], now);
	*messages = batch->message;
	return kept;
}

/* Append a control message; there is room for all of udp_send(). */
static void control_add(struct msghdr *header, int level, int type,
			const void *data, size_t len)
{
	struct cmsghdr *control;

	control = (struct cmsghdr *)((uint8_t *)header->msg_control +
				     header->msg_controllen);
	control->cmsg_level = level;
	control->cmsg_type = type;
	control->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(control), data, len);
	header->msg_controllen += CMSG_SPACE(len);
}

static void control_path(struct msghdr *header, const struct udp_path *path,
			 bool mapped)
{
	struct in6_pktinfo info = {
		.ipi6_addr = path->source,
		.ipi6_ifindex = path->ifindex,
	};
	int number = path->traffic_class;

	if (path->ifindex || !IN6_IS_ADDR_UNSPECIFIED(&path->source)) {
		/* ::ffff:0.0.0.0: the kernel requires a mapped address here. */
		if (mapped && IN6_IS_ADDR_UNSPECIFIED(&path->source))
			memset(&info.ipi6_addr.s6_addr[10], 0xff, 2);
		control_add(header, IPPROTO_IPV6, IPV6_PKTINFO, &info,
			    sizeof(info));
	}
	if (path->mark)
		control_add(header, SOL_SOCKET, SO_MARK, &path->mark,
			    sizeof(path->mark));
	if (number && mapped)
		control_add(header, IPPROTO_IP, IP_TOS, &number,
			    sizeof(number));
	else if (number)
		control_add(header, IPPROTO_IPV6, IPV6_TCLASS, &number,
			    sizeof(number));
}

int udp_send(struct udp *udp, const struct sockaddr_in6 *to,
	     const struct udp_path *path, const void *data, size_t len)
{
	_Alignas(struct cmsghdr) uint8_t control[SEND_CONTROL] = { 0 };
	struct sockaddr_in6 name = *to;
	struct iovec iovec = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr header = {
		.msg_name = &name,
		.msg_namelen = sizeof(name),
		.msg_iov = &iovec,
		.msg_iovlen = 1,
		.msg_control = control,
	};

	if (path)
		control_path(&header, path,
			     IN6_IS_ADDR_V4MAPPED(&to->sin6_addr));
	if (!header.msg_controllen)
		header.msg_control = NULL;
	return sendmsg(udp->fd, &header, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* The kernel reports the path MTU of connected sockets only. */
static int path_mtu(int fd, const struct sockaddr_in6 *to,
		    const struct udp_path *path)
{
	const struct sockaddr_in6 local = {
		.sin6_family = AF_INET6,
		.sin6_addr = path->source,
	};
	bool mapped = IN6_IS_ADDR_V4MAPPED(&to->sin6_addr);
	socklen_t len = sizeof(int);
	const int off = 0;
	int mtu;

	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) ||
	    (path->mark && setsockopt(fd, SOL_SOCKET, SO_MARK, &path->mark,
				      sizeof(path->mark))) ||
	    bind(fd, (const struct sockaddr *)&local, sizeof(local)) ||
	    connect(fd, (const struct sockaddr *)to, sizeof(*to)) ||
	    getsockopt(fd, mapped ? IPPROTO_IP : IPPROTO_IPV6,
		       mapped ? IP_MTU : IPV6_MTU, &mtu, &len))
		return 0;
	return mtu;
}

size_t udp_longest(const struct sockaddr_in6 *to, const struct udp_path *path)
{
	int headers = IN6_IS_ADDR_V4MAPPED(&to->sin6_addr) ? UDP_HEADERS_IPV4 :
							     UDP_HEADERS;
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int mtu;

	if (fd < 0)
		return 0;
	mtu = path_mtu(fd, to, path);
	close(fd);
	return mtu > headers ? (size_t)(mtu - headers) : 0;
}

int udp_reply(struct udp *udp, const struct udp_message *request,
	      unsigned int vrf, size_t len)
{
	struct udp_path path = {
		.source = request->to,
		.ifindex = vrf,
		.traffic_class = request->traffic_class & DSCP_MASK,
	};

	if (IN6_IS_ADDR_LINKLOCAL(&request->from.sin6_addr) ||
	    IN6_IS_ADDR_LINKLOCAL(&request->to))
		path.ifindex = request->ifindex;
	return udp_send(udp, &request->from, &path, request->data, len);
}
