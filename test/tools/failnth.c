// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the first, second, ... allocation of an operation fail, see README.md.
 * A kernel with fault injection counts the allocations of a task down from the
 * number that is written to its fail-nth; bottom halves that the task runs
 * itself, such as those of a packet written to a tun device, count with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "failnth.h"
#include "lib/array.h"

static int nth_file;

void failnth_die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fprintf(stderr, "failnth: ");
	vfprintf(stderr, format, ap);
	fprintf(stderr, " (%s)\n", strerrorname_np(errno));
	va_end(ap);
	exit(2);
}

void failnth_pin(unsigned int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		failnth_die("no processor %u", cpu);
}

/**
 * fault_arm() - let an allocation of this process fail
 * @nth: which from now on, from 1; 0 for none
 */
void fault_arm(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(nth_file, text, len, 0) != len)
		failnth_die("cannot write to fail-nth");
}

/**
 * fault_left() - ask how far the allocations of this process have come
 *
 * Return: how many there can be until one fails; 0 when it has, or none is to.
 */
unsigned int fault_left(void)
{
	char text[16] = "";

	if (pread(nth_file, text, sizeof(text) - 1, 0) < 1)
		failnth_die("cannot read fail-nth");
	return strtoul(text, NULL, 10);
}

/**
 * fault_injected() - end what fault_arm() began
 *
 * Return: whether an allocation has failed.
 */
bool fault_injected(void)
{
	bool injected = !fault_left();

	fault_arm(0);
	return injected;
}

static void outcomes_write(struct outcomes *out)
{
	char *at = out->text + out->len;
	size_t room = sizeof(out->text) - out->len;
	int len;

	if (!out->word)
		return;
	if (out->first == out->last)
		len = snprintf(at, room, "%s%u %s", out->len ? ", " : "",
			       out->first, out->word);
	else
		len = snprintf(at, room, "%s%u-%u %s", out->len ? ", " : "",
			       out->first, out->last, out->word);
	if (len < 0 || (size_t)len >= room)
		failnth_die("too many different outcomes of %s", out->name);
	out->len += len;
}

/**
 * outcomes_add() - note what became of an operation
 * @out: outcomes
 * @nth: number of the allocation that failed, one more than the last
 * @word: what came of it, a constant
 */
void outcomes_add(struct outcomes *out, unsigned int nth, const char *word)
{
	if (!out->word || strcmp(out->word, word)) {
		outcomes_write(out);
		out->first = nth;
		out->word = word;
	}
	out->last = nth;
}

void outcomes_wrong(struct outcomes *out, unsigned int nth,
		    const char *format, ...)
{
	va_list ap;

	/* The first thing that goes wrong explains the others. */
	if (out->bad)
		return;
	out->bad = true;
	printf("not ok %s: with allocation %u failing: ", out->name, nth);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

/**
 * outcomes_print() - report an operation, unless it was reported as wrong
 * @out: outcomes
 */
void outcomes_print(struct outcomes *out)
{
	outcomes_write(out);
	if (!out->bad)
		printf("ok %s: %s\n", out->name, out->text);
	fflush(stdout);
}

static const struct {
	const char *name;
	bool (*run)(char **argv);
	int arguments;
} commands[] = {
	{ "set", failnth_set, 1 },
	{ "packet", failnth_packet, 4 },
	{ "flood", failnth_flood, 3 },
	{ "module", failnth_module, 2 },
};

int main(int argc, char **argv)
{
	size_t i;

	nth_file = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_file < 0)
		failnth_die("this kernel has no fault injection");
	/* A page of the program itself must not be what is short. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		failnth_die("cannot lock memory");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (argc - 2 == commands[i].arguments &&
		    !strcmp(argv[1], commands[i].name))
			return commands[i].run(argv + 2) ? 0 : 1;
	fprintf(stderr, "failnth: see its README\n");
	return 2;
}
