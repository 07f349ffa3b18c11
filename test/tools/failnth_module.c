// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading the module under faults. Most allocations are those of the kernel's
 * loader, which runs the module's own start at its end: the last ones are tried,
 * those of the start and some of the loader's. Whichever fails, the module is
 * not there afterwards, and is when loading is tried again.
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

/* More than the module's start takes, which is a workqueue and a type. */
#define LAST 24
/* Allocations that a workqueue cannot be had without, on one node. */
#define FAILED_LEAST 5

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

static void load_well(const void *image, size_t size)
{
	if (load(image, size))
		failnth_die("cannot load the module");
}

/* Number of allocations that loading needs. */
static unsigned int load_count(const void *image, size_t size,
			       const char *name)
{
	unsigned int left;

	fault_arm(FAILNTH_MAX);
	load_well(image, size);
	left = fault_left();
	fault_arm(0);
	unload(name);
	if (!left)
		failnth_die("loading has no end");
	return FAILNTH_MAX - left;
}

/* Returns whether the module was not loaded. */
static bool try_nth(struct outcomes *out, unsigned int nth, const void *image,
		    size_t size, const char *name)
{
	bool injected;
	int error;

	fault_arm(nth);
	error = load(image, size);
	injected = fault_injected();
	outcomes_add(out, nth, error ? strerrorname_np(error) :
			       injected ? "done without" : "not needed");
	if (error && (!injected || error != ENOMEM))
		outcomes_wrong(out, nth, "%s", strerror(error));
	if (error && load(image, size))
		outcomes_wrong(out, nth, "does not load without a fault: %s",
			       strerror(errno));
	unload(name);
	return error;
}

/* FILE NAME */
bool failnth_module(char **argv)
{
	struct outcomes out = { .name = "load the module" };
	int file = open(argv[0], O_RDONLY | O_CLOEXEC);
	unsigned int nth, count, failed = 0;
	struct stat stat;
	void *image;

	if (file < 0 || fstat(file, &stat))
		failnth_die("cannot open %s", argv[0]);
	image = mmap(NULL, stat.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (image == MAP_FAILED)
		failnth_die("cannot read %s", argv[0]);
	count = load_count(image, stat.st_size, argv[1]);
	if (count < LAST)
		failnth_die("loading takes %u allocations only", count);
	for (nth = count - LAST + 1; nth <= count && !out.bad; nth++)
		failed += try_nth(&out, nth, image, stat.st_size, argv[1]);
	if (failed < FAILED_LEAST)
		outcomes_wrong(&out, nth, "%u of %u faults were errors", failed,
			       LAST);
	outcomes_print(&out);
	close(file);
	return !out.bad;
}
