// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coverage of the kernel for this thread: KCOV writes the address of every executed basic
 * block of the module, which alone is built with it, to memory; libFuzzer reads a section
 * of this name as counters. A kernel without KCOV runs inputs without coverage.
 *
 * At the end the number of blocks is printed, and with the environment variable
 * KFUZZ_BLOCKS their offsets are written to that file.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcov.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"

#define TEXT "/sys/module/ip_set_hash_sr6flow/sections/.text"
#define TRACE_MAX (1 << 18)
#define TEXT_MAX (1 << 20)
#define COUNTERS_BITS 14

__attribute__((section("__libfuzzer_extra_counters")))
static uint8_t counters[1 << COUNTERS_BITS];

static uint64_t *trace;
static uint64_t text;
static uint8_t seen[TEXT_MAX];
static int tainted_file;
static unsigned long tainted;

void fuzz_die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	_exit(2);
}

void fuzz_found(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fprintf(stderr, "found: ");
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}

/* A value that changes when the kernel warns, or KASAN reports misused memory. */
static unsigned long tainted_read(void)
{
	char number[32] = "";

	if (pread(tainted_file, number, sizeof(number) - 1, 0) < 1)
		fuzz_die("/proc/sys/kernel/tainted");
	return strtoul(number, NULL, 10);
}

static void blocks_report(void)
{
	const char *name = getenv("KFUZZ_BLOCKS");
	FILE *file = name ? fopen(name, "w") : NULL;
	unsigned int count = 0, i;

	for (i = 0; i < TEXT_MAX; i++) {
		if (!seen[i])
			continue;
		count++;
		if (file)
			fprintf(file, "%x\n", i);
	}
	fprintf(stderr, "blocks of the module: %u\n", count);
	if (file && fclose(file))
		fuzz_die(name);
}

static void trace_start(void)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	FILE *file;

	if (fd < 0 && errno == ENOENT)
		return;
	file = fopen(TEXT, "r");
	if (!file || fscanf(file, "%lx", &text) != 1)
		fuzz_die(TEXT);
	fclose(file);
	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, TRACE_MAX))
		fuzz_die("kcov");
	trace = mmap(NULL, TRACE_MAX * sizeof(*trace), PROT_READ | PROT_WRITE,
		     MAP_SHARED, fd, 0);
	if (trace == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		fuzz_die("kcov");
	atexit(blocks_report);
}

void guest_start(void)
{
	tainted_file = open("/proc/sys/kernel/tainted", O_RDONLY | O_CLOEXEC);
	tainted = tainted_read();
	trace_start();
}

void guest_begin(void)
{
	if (trace)
		__atomic_store_n(&trace[0], 0, __ATOMIC_RELAXED);
}

void guest_end(void)
{
	uint64_t count = trace ? __atomic_load_n(&trace[0], __ATOMIC_RELAXED) : 0;
	uint32_t hash;
	uint64_t i;

	for (i = 1; i <= count; i++) {
		if (trace[i] - text < TEXT_MAX)
			seen[trace[i] - text] = 1;
		/* Knuth's constant spreads differences in low bits. */
		hash = (uint32_t)trace[i] * 2654435761u >> (32 - COUNTERS_BITS);
		counters[hash] += counters[hash] < 255;
	}
	if (tainted_read() != tainted)
		fuzz_found("the kernel complains, see its log");
}
