// SPDX-License-Identifier: GPL-2.0-only
/*
 * libsr6flow from the command line, for the guest tests: one call, or one
 * small program around it, per run. A call that fails prints the name of the
 * errno and the sentence on stderr; exit status 1. Status 2: wrong arguments.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sr6flow.h"
#include "lib/array.h"

#define STOPPED 42
#define THREADS 4

static struct sr6flow *handle;

static int result(int ret)
{
	if (ret >= 0)
		return 0;
	fprintf(stderr, "%s: %s\n", strerrorname_np(-ret),
		sr6flow_error(handle));
	return 1;
}

static struct sr6flow_flow flow_of(const char *text)
{
	struct sr6flow_flow flow;
	char error[200];

	if (sr6flow_flow_parse(&flow, text, error, sizeof(error))) {
		fprintf(stderr, "EINVAL: %s\n", error);
		exit(1);
	}
	return flow;
}

/* Flow number @i of those with the first group @group. */
static struct sr6flow_flow flow_number(unsigned int group, unsigned int i)
{
	char text[64];

	snprintf(text, sizeof(text), "%x::%x:%x,fcff::1", group, i >> 16,
		 i & 0xffff);
	return flow_of(text);
}

/* create SET [mask=M] [colour=C] [maxelem=N] [netmask=N] [timeout=S] [exist] ... */
static int do_create(char **argv)
{
	struct sr6flow_options options = { .mask = 0 };
	char *const set = *argv;

	while (*++argv) {
		const char *value = strchr(*argv, '=');
		uint32_t number = value ? strtoul(value + 1, NULL, 0) : 0;

		if (!strncmp(*argv, "mask=", 5))
			options.mask = number;
		else if (!strncmp(*argv, "colour=", 7))
			options.has_colour = true, options.colour = number;
		else if (!strncmp(*argv, "maxelem=", 8))
			options.maxelem = number;
		else if (!strncmp(*argv, "netmask=", 8))
			options.netmask = number;
		else if (!strncmp(*argv, "timeout=", 8))
			options.has_timeout = true, options.timeout = number;
		else if (!strcmp(*argv, "forceadd"))
			options.forceadd = true;
		else if (!strcmp(*argv, "skbinfo"))
			options.skbinfo = true;
		else if (!strcmp(*argv, "exist"))
			options.exist = true;
		else
			return 2;
	}
	return result(sr6flow_create(handle, set, &options));
}

static int do_destroy(char **argv)
{
	return result(sr6flow_destroy(handle, argv[0]));
}

static int do_flush(char **argv)
{
	return result(sr6flow_flush(handle, argv[0]));
}

/* add SET FLOW [TIMEOUT [exist]] */
static int do_add(char **argv)
{
	struct sr6flow_flow flow = flow_of(argv[1]);
	uint32_t timeout = argv[2] ? strtoul(argv[2], NULL, 0) :
			   SR6FLOW_NO_TIMEOUT;

	return result(sr6flow_add(handle, argv[0], &flow, timeout,
				  argv[2] && argv[3]));
}

static int do_del(char **argv)
{
	struct sr6flow_flow flow = flow_of(argv[1]);

	return result(sr6flow_del(handle, argv[0], &flow));
}

static int do_test(char **argv)
{
	struct sr6flow_flow flow = flow_of(argv[1]);
	int ret = sr6flow_test(handle, argv[0], &flow);

	if (ret >= 0)
		puts(ret ? "yes" : "no");
	return result(ret);
}

static int do_colour(char **argv)
{
	return result(sr6flow_set_colour(handle, argv[0],
					 strtoul(argv[1], NULL, 0)));
}

static int print_info(const char *set)
{
	struct sr6flow_set info;
	int ret = sr6flow_info(handle, set, &info);

	if (ret)
		return result(ret);
	printf("name=%s mask=0x%08x colour=0x%08x maxelem=%u hashsize=%u",
	       info.name, info.mask, info.colour, info.maxelem, info.hashsize);
	if (info.netmask)
		printf(" netmask=%u", info.netmask);
	if (info.timeout != SR6FLOW_NO_TIMEOUT)
		printf(" timeout=%u", info.timeout);
	printf("%s%s references=%u flows=%u no_flow=%lu malformed=%lu not_writable=%lu memsize=%lu\n",
	       info.forceadd ? " forceadd" : "", info.skbinfo ? " skbinfo" : "",
	       info.references, info.flows, info.no_flow, info.malformed,
	       info.not_writable, info.memsize);
	return 0;
}

static int do_info(char **argv)
{
	return print_info(argv[0]);
}

static int print_flow(const struct sr6flow_set *set,
		      const struct sr6flow_record *record, void *arg)
{
	char text[SR6FLOW_FLOW_STRLEN];
	unsigned int slot;

	(void)arg;
	printf("%s", sr6flow_flow_format(&record->flow, text));
	for (slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++)
		if (record->slots & 1u << slot)
			printf(" 0x%08x:%lu/%lu",
			       sr6flow_slot_colour(set->mask, slot),
			       record->counters[slot].packets,
			       record->counters[slot].bytes);
	if (record->source_changes || record->segments_left_changes)
		printf(" changes=%lu/%lu", record->source_changes,
		       record->segments_left_changes);
	if (record->timeout != SR6FLOW_NO_TIMEOUT)
		printf(" timeout=%u", record->timeout);
	putchar('\n');
	return 0;
}

static int do_dump(char **argv)
{
	return result(sr6flow_dump(handle, argv[0], print_flow, NULL));
}

/*
 * witnesses SET: "FLOW INSTANCE GENERATION SOURCES SEGMENTS-LEFT LAST" of each flow:
 * the set's instance and the flow's generation, how often packets differed from those
 * before in their source and in Segments Left, and the last source.
 */
static int print_witnesses(const struct sr6flow_set *set,
			   const struct sr6flow_record *record, void *arg)
{
	char text[SR6FLOW_FLOW_STRLEN], last[INET6_ADDRSTRLEN];

	(void)set;
	(void)arg;
	inet_ntop(AF_INET6, &record->last_source, last, sizeof(last));
	printf("%s %016lx %016lx %lu %lu %s\n",
	       sr6flow_flow_format(&record->flow, text), record->instance,
	       record->generation, record->source_changes,
	       record->segments_left_changes, last);
	return 0;
}

static int do_witnesses(char **argv)
{
	return result(sr6flow_dump(handle, argv[0], print_witnesses, NULL));
}

/* Adds until one fails; returns 0 or its error. */
static int add_group(char **argv)
{
	unsigned int group = strtoul(argv[1], NULL, 16), i;
	unsigned int count = strtoul(argv[2], NULL, 0);
	int ret = 0;

	for (i = 0; i < count && !ret; i++) {
		struct sr6flow_flow flow = flow_number(group, i);

		ret = sr6flow_add(handle, argv[0], &flow, SR6FLOW_NO_TIMEOUT,
				  false);
	}
	return ret;
}

/* fill SET GROUP COUNT */
static int do_fill(char **argv)
{
	return result(add_group(argv));
}

/* exhaust SET GROUP COUNT: adds until one fails. The exit status is its errno,
 * because a process at its limit of memory can do nothing but end; all that it
 * needs for that has been touched before.
 */
static int do_exhaust(char **argv)
{
	/* For the way that an error takes. */
	sr6flow_flush(handle, "");
	return -add_group(argv);
}

static volatile sig_atomic_t stop;

static void on_term(int signal)
{
	(void)signal;
	stop = 1;
}

/* churn SET GROUP COUNT: adds and deletes until SIGTERM, prints the number of
 * both
 */
static int do_churn(char **argv)
{
	unsigned int group = strtoul(argv[1], NULL, 16), i;
	unsigned int count = strtoul(argv[2], NULL, 0);
	unsigned long changes = 0;
	int ret = 0;

	signal(SIGTERM, on_term);
	while (!stop && !ret) {
		for (i = 0; i < count && !stop && !ret; i++, changes++) {
			struct sr6flow_flow flow = flow_number(group, i);

			ret = sr6flow_add(handle, argv[0], &flow,
					  SR6FLOW_NO_TIMEOUT, true);
		}
		while (i-- && !ret) {
			struct sr6flow_flow flow = flow_number(group, i);

			ret = sr6flow_del(handle, argv[0], &flow);
			changes++;
		}
	}
	printf("%lu\n", changes);
	return result(ret);
}

struct count {
	unsigned int group, total, others;
	unsigned char *seen;
};

static int count_flow(const struct sr6flow_set *set,
		      const struct sr6flow_record *record, void *arg)
{
	const uint8_t *sid = record->flow.sids[0].s6_addr;
	struct count *count = arg;
	unsigned int i = (unsigned int)sid[12] << 24 | sid[13] << 16 |
			 sid[14] << 8 | sid[15];

	(void)set;
	if ((sid[0] << 8 | sid[1]) == (int)count->group && i < count->total)
		count->seen[i] += count->seen[i] < 255;
	else
		count->others++;
	return 0;
}

/* complete SET GROUP COUNT DUMPS: every flow of the group must be in every
 * dump exactly once; prints how many others the dumps had
 */
static int do_complete(char **argv)
{
	struct count count = { .group = strtoul(argv[1], NULL, 16),
			       .total = strtoul(argv[2], NULL, 0) };
	unsigned int dumps = strtoul(argv[3], NULL, 0), i;
	int ret = 0;

	count.seen = malloc(count.total);
	if (!count.seen)
		return 1;
	for (; dumps && !ret; dumps--) {
		memset(count.seen, 0, count.total);
		ret = sr6flow_dump(handle, argv[0], count_flow, &count);
		for (i = 0; i < count.total && !ret; i++) {
			if (count.seen[i] == 1)
				continue;
			fprintf(stderr, "flow %u: %u times\n", i, count.seen[i]);
			ret = 1;
		}
	}
	free(count.seen);
	printf("%u\n", count.others);
	return ret > 0 ? 1 : result(ret);
}

static int stop_dump(const struct sr6flow_set *set,
		     const struct sr6flow_record *record, void *arg)
{
	unsigned int *calls = arg;

	(void)set;
	(void)record;
	return ++*calls == 3 ? STOPPED : 0;
}

/* stop SET: end a dump early, then go on with the same handle; the set must
 * not be held any more
 */
static int do_stop(char **argv)
{
	unsigned int calls = 0;
	int ret = sr6flow_dump(handle, argv[0], stop_dump, &calls);

	if (ret != STOPPED || calls != 3) {
		fprintf(stderr, "dump gave %d after %u calls\n", ret, calls);
		return 1;
	}
	if (print_info(argv[0]))
		return 1;
	return result(sr6flow_destroy(handle, argv[0]));
}

/* unshare SET: the handle stays in the namespace that it was opened in */
static int do_unshare(char **argv)
{
	if (unshare(CLONE_NEWNET)) {
		perror("unshare");
		return 1;
	}
	return print_info(argv[0]);
}

struct worker {
	pthread_t thread;
	const char *set;
	unsigned int group;
	int ret;
};

/* Uses only what belongs to the thread. */
static void *work(void *arg)
{
	struct count count = { .total = 200 };
	struct worker *worker = arg;
	unsigned char seen[200] = { 0 };
	struct sr6flow *own;
	unsigned int i;

	count.group = worker->group;
	count.seen = seen;
	worker->ret = sr6flow_open(&own);
	for (i = 0; i < count.total && !worker->ret; i++) {
		struct sr6flow_flow flow = flow_number(worker->group, i);

		worker->ret = sr6flow_add(own, worker->set, &flow,
					  SR6FLOW_NO_TIMEOUT, false);
	}
	if (!worker->ret)
		worker->ret = sr6flow_dump(own, worker->set, count_flow,
					   &count);
	for (i = 0; i < count.total && !worker->ret; i++)
		worker->ret = seen[i] == 1 ? 0 : -ENODATA;
	sr6flow_close(own);
	return NULL;
}

/* threads SET: several at once, with a handle each */
static int do_threads(char **argv)
{
	struct worker workers[THREADS];
	int failed = 0;

	for (int i = 0; i < THREADS; i++) {
		workers[i].set = argv[0];
		workers[i].group = 0xa0 + i;
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			exit(1);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		if (!workers[i].ret)
			continue;
		fprintf(stderr, "thread %d: %s\n", i,
			strerrorname_np(-workers[i].ret));
		failed = 1;
	}
	return failed;
}

static const struct {
	const char *name;
	int (*run)(char **argv);
	int arguments;
} commands[] = {
	{ "create", do_create, 1 }, { "destroy", do_destroy, 1 },
	{ "flush", do_flush, 1 }, { "add", do_add, 2 }, { "del", do_del, 2 },
	{ "test", do_test, 2 }, { "colour", do_colour, 2 },
	{ "info", do_info, 1 }, { "dump", do_dump, 1 },
	{ "witnesses", do_witnesses, 1 }, { "fill", do_fill, 3 },
	{ "exhaust", do_exhaust, 3 },
	{ "churn", do_churn, 3 }, { "complete", do_complete, 4 },
	{ "stop", do_stop, 1 }, { "unshare", do_unshare, 1 },
	{ "threads", do_threads, 1 },
};

int main(int argc, char **argv)
{
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (argc - 2 < commands[i].arguments ||
		    strcmp(argv[1], commands[i].name))
			continue;
		ret = result(sr6flow_open(&handle));
		if (!ret)
			ret = commands[i].run(argv + 2);
		sr6flow_close(handle);
		return ret;
	}
	fprintf(stderr, "lib_probe: see its source\n");
	return 2;
}
