// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading the module under faults. Most allocations are those of the kernel's
 * loader; whichever fails, the module is not there afterwards, and is when
 * loading is tried again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "failnth.h"

static int load(int file)
{
	return syscall(SYS_finit_module, file, "", 0) ? errno : 0;
}

static void unload(const char *name)
{
	unsigned int tries = 0;

	while (syscall(SYS_delete_module, name, O_NONBLOCK)) {
		if (++tries == 1000)
			failnth_die("cannot unload the module");
		usleep(10000);
	}
}

/* FILE NAME */
bool failnth_module(char **argv)
{
	struct outcomes out = { .name = "load the module" };
	int file = open(argv[0], O_RDONLY | O_CLOEXEC), error;
	bool injected = true;
	unsigned int nth;

	if (file < 0)
		failnth_die("cannot open %s", argv[0]);
	for (nth = 1; injected && !out.bad; nth++) {
		if (nth == FAILNTH_MAX)
			failnth_die("loading has no end");
		fault_arm(nth);
		error = load(file);
		injected = fault_injected();
		outcomes_add(&out, nth, error ? strerrorname_np(error) :
					injected ? "done without" :
					"not needed");
		if (error && (!injected || error != ENOMEM))
			outcomes_wrong(&out, nth, "%s", strerror(error));
		if (error && load(file))
			outcomes_wrong(&out, nth,
				       "does not load without a fault: %s",
				       strerror(errno));
		unload(argv[1]);
	}
	outcomes_print(&out);
	close(file);
	return !out.bad;
}
