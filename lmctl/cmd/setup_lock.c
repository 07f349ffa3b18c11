// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "lmctl/base/messages.h"
#include "lmctl/cmd/setup.h"

#define LOCK_TRIES 1000
#define LOCK_WAIT_NS 10000000
/* An abstract name: the kernel forgets it with the last descriptor. */
#define LOCK_NAME "\0sr6flow-setup"

int setup_lock(void)
{
	const struct timespec wait = { .tv_nsec = LOCK_WAIT_NS };
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	unsigned int tries;

	memcpy(name.sun_path, LOCK_NAME, sizeof(LOCK_NAME) - 1);
	for (tries = 0; fd >= 0 && tries < LOCK_TRIES; tries++) {
		if (!bind(fd, (struct sockaddr *)&name,
			  offsetof(struct sockaddr_un, sun_path) +
			  sizeof(LOCK_NAME) - 1))
			return fd;
		nanosleep(&wait, NULL);
	}
	lmctl_warning("another lmctl has been changing sets for ten seconds; not waiting for it any longer");
	return fd;
}

void setup_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}
