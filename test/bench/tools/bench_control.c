// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of the library with a clock around each.
 *
 *   bench_control toggle SET COUNT   changes the active colour; prints the
 *         nanoseconds of the cheapest, the middle and the dearest call
 *   bench_control dump SET           prints nanoseconds, flows, and records
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "sr6flow.h"

#define NS_PER_S 1000000000ull

static int usage(void)
{
	fputs("usage: bench_control toggle SET COUNT\n"
	      "       bench_control dump SET\n", stderr);
	return 2;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NS_PER_S + time.tv_nsec;
}

static int failed(struct sr6flow *handle, int err)
{
	fprintf(stderr, "bench_control: %s: %s\n", strerrorname_np(-err),
		sr6flow_error(handle));
	return 1;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int do_toggle(struct sr6flow *handle, int argc, char **argv)
{
	size_t count = argc > 3 ? strtoul(argv[3], NULL, 0) : 0, i;
	uint64_t *times = calloc(count, sizeof(*times));
	struct sr6flow_set set;
	int err;

	if (!count || !times)
		return usage();
	err = sr6flow_info(handle, argv[2], &set);
	for (i = 0; i < count && !err; i++) {
		uint64_t start = now();

		err = sr6flow_set_colour(handle, argv[2],
					 sr6flow_colour(set.mask, i % 2));
		times[i] = now() - start;
	}
	if (err)
		return failed(handle, err);
	qsort(times, count, sizeof(*times), compare);
	printf("%llu %llu %llu\n", (unsigned long long)times[0],
	       (unsigned long long)times[count / 2],
	       (unsigned long long)times[count - 1]);
	free(times);
	return 0;
}

struct seen {
	uint64_t flows;
	uint64_t records;
};

static int see_flow(const struct sr6flow_set *set,
		    const struct sr6flow_record *record, void *arg)
{
	struct seen *seen = arg;

	(void)set;
	seen->flows++;
	seen->records += record->slots ?
			 (unsigned int)__builtin_popcount(record->slots) : 1;
	return 0;
}

static int do_dump(struct sr6flow *handle, const char *set)
{
	struct seen seen = { 0 };
	uint64_t start = now();
	int err = sr6flow_dump(handle, set, see_flow, &seen);
	uint64_t time = now() - start;

	if (err)
		return failed(handle, err);
	printf("%llu %llu %llu\n", (unsigned long long)time,
	       (unsigned long long)seen.flows, (unsigned long long)seen.records);
	return 0;
}

int main(int argc, char **argv)
{
	struct sr6flow *handle;
	int status;

	if (argc < 3)
		return usage();
	status = sr6flow_open(&handle);
	if (status)
		return failed(handle, status);
	if (!strcmp(argv[1], "toggle"))
		status = do_toggle(handle, argc, argv);
	else if (!strcmp(argv[1], "dump"))
		status = do_dump(handle, argv[2]);
	else
		status = usage();
	sr6flow_close(handle);
	return status;
}
