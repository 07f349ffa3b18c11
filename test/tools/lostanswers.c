// SPDX-License-Identifier: GPL-2.0-only
/*
 * For LD_PRELOAD: as long as the file LOSE_ANSWERS exists, a third of the messages
 * that the program reads from the kernel's netlink is lost, the same ones in each
 * run, and it gets ENOBUFS in their place, as if the kernel had no memory for
 * them. The file gets a byte for each. Not every third one: a program that does
 * the same things in each block would lose the same of them in each.
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
	static unsigned int seed = 1;
	const char *file = getenv("LOSE_ANSWERS");
	bool lost;
	int fd;

	fd = file ? open(file, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
	if (fd < 0)
		return false;
	lost = rand_r(&seed) % LOST_OF == 0 && write(fd, ".", 1) == 1;
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
