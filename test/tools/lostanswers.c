// SPDX-License-Identifier: GPL-2.0-only
/*
 * For LD_PRELOAD: as long as the file LOSE_ANSWERS exists, every third message
 * that the program reads from the kernel's netlink is lost, and it gets ENOBUFS
 * in its place, as if the kernel had no memory for it. The file gets a byte for
 * each of them.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOST_OF 3

typedef ssize_t (*recvmsg_fn)(int, struct msghdr *, int);

static bool is_netlink(int fd)
{
	int domain;
	socklen_t len = sizeof(domain);

	return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) &&
	       domain == AF_NETLINK;
}

static bool is_lost(void)
{
	static unsigned int messages;
	const char *file = getenv("LOSE_ANSWERS");
	bool lost;
	int fd;

	fd = file ? open(file, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
	if (fd < 0)
		return false;
	lost = ++messages % LOST_OF == 0 && write(fd, ".", 1) == 1;
	close(fd);
	return lost;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	recvmsg_fn next = (recvmsg_fn)dlsym(RTLD_NEXT, "recvmsg");
	ssize_t len;

	if (!next)
		abort();
	len = next(fd, message, flags);
	if (len < 0 || !is_netlink(fd) || !is_lost())
		return len;
	errno = ENOBUFS;
	return -1;
}
