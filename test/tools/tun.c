// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tun.h"

int tun_open(const char *name, short flags)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI | flags };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (fd >= 0 && ioctl(fd, TUNSETIFF, &ifr)) {
		close(fd);
		return -1;
	}
	return fd;
}
