// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows by the million, and the library's calls on them with a clock around
 * each.
 *
 *   bench_control lines WHAT COUNT [SET]
 *         Lines with COUNT flows of two SIDs, in no order:
 *         flows     SID,SID                          for lmctl add --file
 *         names     NAME=SID,SID
 *         add       add SET SID,SID                  for ipset restore
 *         named     add SET NAME=SID,SID
 *         counters  add SET SID,SID,COLOUR packets N bytes N, in both colours
 *         del       del SET SID,SID
 *   bench_control toggle SET COUNT   changes the active colour; prints the
 *         nanoseconds of the cheapest, the middle and the dearest call
 *   bench_control dump SET [TIMES]   prints nanoseconds, flows, and records
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "sr6flow.h"

#define NS_PER_S 1000000000ull
/* Prime, so that its multiples meet every number below COUNT once. */
#define STRIDE 15485863u

static int usage(void)
{
	fputs("usage: bench_control lines WHAT COUNT [SET]\n"
	      "       bench_control toggle SET COUNT\n"
	      "       bench_control dump SET [TIMES]\n", stderr);
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

static const char *flow_text(char *text, size_t size, uint32_t i)
{
	snprintf(text, size, "fc00:%x:%x::1,fcff:8::100", 1 + (i >> 16),
		 i & 0xffff);
	return text;
}

static void counter_lines(const char *set, const char *flow, uint32_t i)
{
	unsigned int parity;

	for (parity = 0; parity < 2; parity++)
		printf("add %s %s,0x%08x packets %u bytes %u\n", set, flow,
		       sr6flow_colour(SR6FLOW_MASK_DEFAULT, parity),
		       1000 + i % 1000 + parity, 100000 + i);
}

static int print_line(const char *what, const char *set, uint32_t i)
{
	char flow[64];

	flow_text(flow, sizeof(flow), i);
	if (!strcmp(what, "flows"))
		puts(flow);
	else if (!strcmp(what, "names"))
		printf("customer-%07u=%s\n", i, flow);
	else if (!strcmp(what, "add") || !strcmp(what, "del"))
		printf("%s %s %s\n", what, set, flow);
	else if (!strcmp(what, "named"))
		printf("add %s customer-%07u=%s\n", set, i, flow);
	else if (!strcmp(what, "counters"))
		counter_lines(set, flow, i);
	else
		return -1;
	return 0;
}

static int do_lines(int argc, char **argv)
{
	const char *set = argc > 4 ? argv[4] : "";
	uint64_t count, i;

	if (argc < 4)
		return usage();
	count = strtoul(argv[3], NULL, 0);
	for (i = 0; i < count; i++)
		if (print_line(argv[2], set, i * STRIDE % count))
			return usage();
	return fflush(stdout) ? 1 : 0;
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

static int do_dump(struct sr6flow *handle, int argc, char **argv)
{
	unsigned long times = argc > 3 ? strtoul(argv[3], NULL, 0) : 1;

	while (times--) {
		struct seen seen = { 0 };
		uint64_t start = now();
		int err = sr6flow_dump(handle, argv[2], see_flow, &seen);
		uint64_t time = now() - start;

		if (err)
			return failed(handle, err);
		printf("%llu %llu %llu\n", (unsigned long long)time,
		       (unsigned long long)seen.flows,
		       (unsigned long long)seen.records);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sr6flow *handle;
	int status;

	if (argc > 1 && !strcmp(argv[1], "lines"))
		return do_lines(argc, argv);
	if (argc < 3)
		return usage();
	status = sr6flow_open(&handle);
	if (status)
		return failed(handle, status);
	if (!strcmp(argv[1], "toggle"))
		status = do_toggle(handle, argc, argv);
	else if (!strcmp(argv[1], "dump"))
		status = do_dump(handle, argc, argv);
	else
		status = usage();
	sr6flow_close(handle);
	return status;
}
