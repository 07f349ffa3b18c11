// SPDX-License-Identifier: GPL-2.0-only
/*
 * A storm over sets of type hash:sr6flow.
 *
 *   storm SEED OPERATIONS PHASES TESTER MAC SCRIPT
 *
 * Runs in the namespace of a router with the sets of kept_name[], "loose" and
 * "learn", and rules with them; TESTER is the namespace at the other end of its
 * wires, in which the device "to" leads to the router's MAC. SCRIPT makes the
 * namespace in which it is run like that, with a wire that is called "dying"
 * in TESTER.
 *
 * A phase ends when every actor has done its share of OPERATIONS; then nothing
 * is sent any more, and all packets must have been counted. What each actor
 * chooses depends on SEED only, how they run into each other does not.
 *
 * Prints a line per invariant, "ok NAME" or "not ok NAME: ...", and on stderr
 * what was done.
 */
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "storm.h"
#include "lib/array.h"

#define SETTLE_S 240

const unsigned int kind_flows[KINDS] = {
	[STEADY] = 700, [WRITTEN] = 64, [CHURN] = 2100, [LEARNED] = 800,
};

const char *const kept_name[KEPT] = { "rx", "rx2", "tx", "tx2", "out" };

static const char *const invariants[INVARIANTS] = {
	[COMPLETE] = "dumps have every flow that stayed",
	[TWICE] = "no dump has a flow twice",
	[ORDER] = "dumps have the newest flow first",
	[IDENTITY] = "flows and sets stay what they are",
	[FORWARD] = "counters never go back",
	[AHEAD] = "no counter is ahead of what was sent",
	[ANSWERS] = "requests have the answers that they may have",
	[COUNTED] = "all that was sent was counted, once, over all colours",
	[COLOURS] = "packets left with the colour under which they were counted",
	[MALFORMED] = "malformed packets were diagnosed, once",
	[NAMESPACE] = "namespaces died while packets came in",
};

static pthread_mutex_t violations_lock = PTHREAD_MUTEX_INITIALIZER;
static char first_violation[INVARIANTS][400];
static unsigned long violations[INVARIANTS];

static struct sr6flow_flow *flows[KINDS];
static atomic_uint unfinished;

_Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

void violated(enum invariant which, const char *format, ...)
{
	va_list args;

	pthread_mutex_lock(&violations_lock);
	if (!violations[which]++) {
		va_start(args, format);
		vsnprintf(first_violation[which],
			  sizeof(first_violation[which]), format, args);
		va_end(args);
	}
	pthread_mutex_unlock(&violations_lock);
}

/* @allowed ends with 0, which is what it should be. */
void expect(struct actor *actor, const char *what, int error,
	    const int *allowed)
{
	if (!error) {
		actor->good++;
		return;
	}
	for (; *allowed; allowed++)
		if (error == *allowed)
			return;
	violated(ANSWERS, "%s: error %d", what, error);
}

/* splitmix64 (Steele, Lea and Flood, 2014) */
unsigned int random_below(struct actor *actor, unsigned int limit)
{
	uint64_t z = actor->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return limit ? (z ^ z >> 31) % limit : 0;
}

/* As many SIDs as most have, and every other number that matters. */
void flow_text(char *text, enum kind kind, unsigned int number)
{
	static const unsigned int lengths[] = { 2, 2, 2, 1, 3, 2, 5, 16 };
	unsigned int i;

	for (i = 1; i <= lengths[number % 8]; i++)
		text += sprintf(text, "%sfcff:%x:%x::%x", i > 1 ? "," : "",
				kind, number, i);
}

const struct sr6flow_flow *flow_of(enum kind kind, unsigned int number)
{
	return &flows[kind][number];
}

bool flow_number(const struct sr6flow_flow *flow, enum kind *kind,
		 unsigned int *number)
{
	const uint8_t *sid = flow->sids[0].s6_addr;

	*kind = sid[2] << 8 | sid[3];
	*number = sid[4] << 8 | sid[5];
	return sid[0] == 0xfc && sid[1] == 0xff && *kind < KINDS &&
	       *number < kind_flows[*kind];
}

static void make_flows(void)
{
	char text[SR6FLOW_FLOW_STRLEN], error[200];
	unsigned int kind, i;

	for (kind = 0; kind < KINDS; kind++) {
		flows[kind] = calloc(kind_flows[kind], sizeof(*flows[kind]));
		if (!flows[kind])
			die("no memory");
		for (i = 0; i < kind_flows[kind]; i++) {
			flow_text(text, kind, i);
			if (sr6flow_flow_parse(&flows[kind][i], text, error,
					       sizeof(error)))
				die(error);
		}
	}
}

/* Shares of the operations, in ten-thousandths. */
static const struct {
	const char *name;
	void (*act)(struct actor *actor);
	unsigned int share;
	bool pinned;
	bool watches;
} plan[] = {
	{ "send", act_send, 10000, true, false },
	{ "send", act_send, 10000, true, false },
	{ "send", act_send, 10000, true, false },
	{ "send", act_send, 10000, true, false },
	{ "churn", act_churn, 15000, false, false },
	{ "churn", act_churn, 15000, false, false },
	{ "write", act_write, 3000, false, false },
	{ "toggle", act_toggle, 3000, false, false },
	{ "sets", act_sets, 5000, false, false },
	{ "swap", act_swap, 2000, false, false },
	{ "read", act_read, 250, false, true },
	{ "read", act_read, 250, false, true },
	{ "clone", act_clone, 200, false, false },
	{ "namespace", act_namespace, 5, false, false },
};

#define ACTORS ARRAY_SIZE(plan)

static struct actor actors[ACTORS];

static void actors_init(uint64_t seed, unsigned long operations)
{
	unsigned int i;

	for (i = 0; i < ACTORS; i++) {
		struct actor *actor = &actors[i];

		actor->name = plan[i].name;
		actor->act = plan[i].act;
		actor->quota = 1 + operations * plan[i].share / 10000;
		actor->cpu = plan[i].pinned ? (int)i : -1;
		actor->random = (seed << 8) + i;
		if (sr6flow_open(&actor->handle))
			die("libsr6flow");
		if (plan[i].watches)
			actor->watch = watch_new();
	}
}

static void *act(void *arg)
{
	struct actor *actor = arg;
	unsigned int done = 0;
	cpu_set_t cpus;

	if (actor->cpu >= 0) {
		CPU_ZERO(&cpus);
		CPU_SET(actor->cpu, &cpus);
		if (sched_setaffinity(0, sizeof(cpus), &cpus))
			die("CPU");
	}
	while (atomic_load(&unfinished)) {
		actor->act(actor);
		if (++done == actor->quota)
			atomic_fetch_sub(&unfinished, 1);
	}
	actor->done += done;
	return NULL;
}

static struct actor *a_watcher(void)
{
	unsigned int i;

	for (i = 0; !actors[i].watch; i++)
		;
	return &actors[i];
}

/* Packets that are on their way arrive; then the sums are right or wrong. */
static void settle(void)
{
	time_t end = time(NULL) + SETTLE_S;

	while (!settled(a_watcher(), false) && time(NULL) < end)
		usleep(100000);
	settled(a_watcher(), true);
}

static void phase(void)
{
	pthread_t threads[ACTORS];
	unsigned int i;

	atomic_store(&unfinished, ACTORS);
	for (i = 0; i < ACTORS; i++)
		if (pthread_create(&threads[i], NULL, act, &actors[i]))
			die("thread");
	for (i = 0; i < ACTORS; i++)
		pthread_join(threads[i], NULL);
	settle();
}

static int report(void)
{
	int bad = 0;
	unsigned int i;

	for (i = 0; i < ACTORS; i++)
		fprintf(stderr, "%s: %lu times, %lu good\n", actors[i].name,
			actors[i].done, actors[i].good);
	for (i = 0; i < INVARIANTS; i++) {
		if (!violations[i]) {
			printf("ok %s\n", invariants[i]);
			continue;
		}
		bad = 1;
		printf("not ok %s: %lu times, first: %s\n", invariants[i],
		       violations[i], first_violation[i]);
	}
	for (i = 0; i < ACTORS; i++) {
		if (actors[i].good)
			continue;
		bad = 1;
		printf("not ok %s: had no effect\n", actors[i].name);
	}
	return bad;
}

int main(int argc, char **argv)
{
	unsigned long operations, phases;

	if (argc != 7) {
		fputs("usage: storm SEED OPERATIONS PHASES TESTER MAC SCRIPT\n",
		      stderr);
		return 2;
	}
	operations = strtoul(argv[2], NULL, 0);
	phases = strtoul(argv[3], NULL, 0);
	make_flows();
	actors_init(strtoull(argv[1], NULL, 0), operations);
	send_open(argv[4], argv[5], argv[6]);
	fill_kept(&actors[0]);
	while (phases--)
		phase();
	return report();
}
