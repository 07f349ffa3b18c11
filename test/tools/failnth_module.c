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
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "failnth.h"

/* Not from the file: reading one without memory is worth a warning. */
static int load(const void *image, size_t size)
{
	return syscall(SYS_init_module, image, size, "") ? errno : 0;
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
	struct stat stat;
	void *image;

	if (file < 0 || fstat(file, &stat))
		failnth_die("cannot open %s", argv[0]);
	image = mmap(NULL, stat.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (image == MAP_FAILED)
		failnth_die("cannot read %s", argv[0]);
	for (nth = 1; injected && !out.bad; nth++) {
		if (nth == FAILNTH_MAX)
			failnth_die("loading has no end");
		fault_arm(nth);
		error = load(image, stat.st_size);
		injected = fault_injected();
		outcomes_add(&out, nth, error ? strerrorname_np(error) :
					injected ? "done without" :
					"not needed");
		if (error && (!injected || error != ENOMEM))
			outcomes_wrong(&out, nth, "%s", strerror(error));
		if (error && load(image, stat.st_size))
			outcomes_wrong(&out, nth,
				       "does not load without a fault: %s",
				       strerror(errno));
		unload(argv[1]);
	}
	outcomes_print(&out);
	close(file);
	return !out.bad;
}
