// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets under faults: whatever the module cannot get, it does not lose a
 * packet of the flow, and what it marked it counted.
 *
 * A packet written to a tun device passes the rules in this process, where
 * fail-nth counts. Everything else that a packet needs, routes for instance,
 * is there when the first one has passed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "failnth.h"
#include "sr6flow.h"
#include "tun.h"

/* The packet: IPv6 header and Segment Routing Header with two SIDs. */
#define SRH_AT 40
#define TAG_AT (SRH_AT + 6)
#define SIDS_AT (SRH_AT + 8)
#define PACKET_LEN (SIDS_AT + 2 * 16)
#define COUNTERS_PAGE 4096
/* Milliseconds for a packet that does not come; such times for the first one. */
#define ABSENT 200
#define TRIES 300
/* Times 10 ms. */
#define PATIENCE 3000

static const uint8_t plain[PACKET_LEN] = {
	0x60, [5] = PACKET_LEN - 40, [6] = 43, [7] = 64,
	[8] = 0xfd, [23] = 1,
	[24] = 0xfc, [39] = 1,
	[SRH_AT] = 59, 4, 4, 1, 1,
	[SIDS_AT] = 0xfc, [SIDS_AT + 15] = 2,
	[SIDS_AT + 16] = 0xfc, [SIDS_AT + 31] = 1,
};

static struct sr6flow *handle;
static const char *set;

static int device_open(const char *name)
{
	int fd = tun_open(name, 0);

	if (fd < 0)
		failnth_die("cannot open tun device %s", name);
	return fd;
}

/* Someone else holds every packet of the device, so that none is writable. */
static int holder_open(const char *name)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			htons(ETH_P_ALL));

	if (fd < 0 || bind(fd, (void *)&at, sizeof(at)))
		failnth_die("cannot capture on %s", name);
	return fd;
}

/**
 * struct seen - what a reader can see of the set
 * @info: the set
 * @packets: packets of the flow, by slot
 * @total: packets of the flow
 */
struct seen {
	struct sr6flow_set info;
	uint64_t packets[SR6FLOW_SLOTS_MAX];
	uint64_t total;
};

static int see_flow(const struct sr6flow_set *info,
		    const struct sr6flow_record *record, void *arg)
{
	struct seen *seen = arg;
	unsigned int slot;

	(void)info;
	for (slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++) {
		seen->packets[slot] += record->counters[slot].packets;
		seen->total += record->counters[slot].packets;
		if (record->counters[slot].bytes !=
		    record->counters[slot].packets * PACKET_LEN)
			failnth_die("bytes are not those of the packets");
	}
	return 0;
}

static struct seen see(void)
{
	struct seen seen = { .total = 0 };

	if (sr6flow_info(handle, set, &seen.info) ||
	    sr6flow_dump(handle, set, see_flow, &seen))
		failnth_die("cannot read the set: %s", sr6flow_error(handle));
	return seen;
}

static void become_empty(unsigned long memsize)
{
	struct timespec pause = { .tv_nsec = 10000000 };
	unsigned int tries;

	if (sr6flow_flush(handle, set))
		failnth_die("cannot flush: %s", sr6flow_error(handle));
	for (tries = 0; see().info.memsize != memsize; tries++) {
		if (tries == PATIENCE)
			failnth_die("the empty set keeps memory");
		nanosleep(&pause, NULL);
	}
}

static void add_flow(void)
{
	struct sr6flow_flow flow = { .nsids = 2 };

	memcpy(&flow.sids[0], plain + SIDS_AT + 16, 16);
	memcpy(&flow.sids[1], plain + SIDS_AT, 16);
	if (sr6flow_add(handle, set, &flow, SR6FLOW_NO_TIMEOUT, true))
		failnth_die("cannot add: %s", sr6flow_error(handle));
}

/**
 * enum fate - what became of a packet
 * @REFUSED: the tun device had no memory for it
 * @LOST: it went in and did not come out
 * @PASSED: it came out as it went in
 * @MARKED: it came out with another Tag, and no other change
 * @SPOILED: it came out with another change
 */
enum fate { REFUSED, LOST, PASSED, MARKED, SPOILED };

static const char *const words[] = {
	[REFUSED] = "refused", [LOST] = "lost", [PASSED] = "passed",
	[MARKED] = "marked", [SPOILED] = "spoiled",
};

static enum fate receive(int out)
{
	struct pollfd ready = { .fd = out, .events = POLLIN };
	uint8_t got[PACKET_LEN + 1], wanted[PACKET_LEN];

	if (poll(&ready, 1, ABSENT) != 1)
		return LOST;
	if (read(out, got, sizeof(got)) != PACKET_LEN)
		return SPOILED;
	memcpy(wanted, plain, sizeof(wanted));
	wanted[7]--;
	if (!memcmp(got, wanted, PACKET_LEN))
		return PASSED;
	memcpy(wanted + TAG_AT, got + TAG_AT, 2);
	return memcmp(got, wanted, PACKET_LEN) ? SPOILED : MARKED;
}

/**
 * struct course - packets under faults
 * @in: device that they are written to
 * @out: device that they come out of
 * @learns: the rule adds the flow, without counting
 * @marks: the rule marks
 * @held: someone else holds them
 * @empty: what the set takes without flows
 * @outcomes: results
 * @shared: packets that were counted without a page
 * @unmarked: packets that could not be marked
 * @unlearned: packets whose flow could not be learned
 */
struct course {
	int in, out;
	bool learns, marks, held;
	unsigned long empty;
	struct outcomes outcomes;
	unsigned int shared, unmarked, unlearned;
};

static enum fate pass(struct course *course, unsigned int nth, bool *injected)
{
	uint8_t late[PACKET_LEN];
	ssize_t len;

	while (read(course->out, late, sizeof(late)) > 0)
		;
	fault_arm(nth);
	len = write(course->in, plain, PACKET_LEN);
	*injected = fault_injected();
	return len == PACKET_LEN ? receive(course->out) : REFUSED;
}

/* Learning: the flow is there or not, and the packet always comes out. */
static void judge_learned(struct course *course, unsigned int nth,
			  enum fate fate, const struct seen *now)
{
	struct outcomes *out = &course->outcomes;

	if (fate != PASSED)
		outcomes_wrong(out, nth, "the packet did not pass");
	else if (!now->info.flows && now->info.memsize != course->empty)
		outcomes_wrong(out, nth, "nothing is learned, and memory gone");
	else if (now->info.flows > 1 || now->total)
		outcomes_wrong(out, nth, "the set has what nobody sent");
	course->unlearned += !now->info.flows;
}

/* Counting: exactly the packet that came out, in its colour. */
static void judge_counted(struct course *course, unsigned int nth,
			  enum fate fate, const struct seen *before,
			  const struct seen *now)
{
	unsigned long page = now->info.memsize - before->info.memsize;
	struct outcomes *out = &course->outcomes;
	bool counted = now->total;
	bool unmarked = now->info.not_writable != before->info.not_writable;

	if (fate == LOST && course->held)
		return;
	if (fate == LOST)
		outcomes_wrong(out, nth, "the packet is lost");
	else if (now->total > 1)
		outcomes_wrong(out, nth, "the packet is counted twice");
	else if (counted == unmarked)
		outcomes_wrong(out, nth, "the packet is %s",
			       counted ? "counted, and said not to be" :
			       "neither counted nor said not to be");
	else if (fate != (course->marks && counted ? MARKED : PASSED))
		outcomes_wrong(out, nth, "the packet was %s", words[fate]);
	else if (counted && !now->packets[course->marks])
		outcomes_wrong(out, nth, "the packet counts for another colour");
	else if (page && page != COUNTERS_PAGE)
		outcomes_wrong(out, nth, "%lu bytes are gone", page);
	course->shared += counted && !page;
	course->unmarked += unmarked;
}

/* The next packet finds all as it should be. */
static void judge_next(struct course *course, unsigned int nth, uint64_t total)
{
	struct outcomes *out = &course->outcomes;
	enum fate fate;
	struct seen now;
	bool injected;

	fate = pass(course, 0, &injected);
	now = see();
	if (fate != (course->marks ? MARKED : PASSED))
		outcomes_wrong(out, nth, "the next packet was %s", words[fate]);
	else if (now.info.flows != 1)
		outcomes_wrong(out, nth, "the next packet finds no flow");
	else if (now.total != total + !course->learns)
		outcomes_wrong(out, nth, "%lu packets after the next one",
			       now.total);
}

static bool try_nth(struct course *course, unsigned int nth)
{
	struct seen before, now;
	bool injected;
	enum fate fate;

	become_empty(course->empty);
	if (!course->learns)
		add_flow();
	before = see();
	fate = pass(course, nth, &injected);
	now = see();
	outcomes_add(&course->outcomes, nth, words[fate]);
	if (fate == REFUSED && (now.info.memsize != before.info.memsize ||
				now.total || now.info.flows != before.info.flows))
		outcomes_wrong(&course->outcomes, nth, "nothing was sent");
	else if (fate != REFUSED && course->learns)
		judge_learned(course, nth, fate, &now);
	else if (fate != REFUSED)
		judge_counted(course, nth, fate, &before, &now);
	judge_next(course, nth, now.total);
	return injected;
}

/* Every part of the module that gets memory must have been refused it. */
static void judge_course(struct course *course, unsigned int nth)
{
	struct outcomes *out = &course->outcomes;

	if (course->learns && course->unlearned < 3)
		outcomes_wrong(out, nth, "%u faults in learning of 3",
			       course->unlearned);
	if (!course->learns && !course->shared)
		outcomes_wrong(out, nth, "no packet was counted without a page");
	if (course->held && !course->unmarked)
		outcomes_wrong(out, nth, "every packet was made writable");
}

/* SET IN OUT count|mark|mark-held|learn, with the rule that does it */
bool failnth_packet(char **argv)
{
	struct course course = {
		.in = device_open(argv[1]), .out = device_open(argv[2]),
		.learns = !strcmp(argv[3], "learn"),
		.marks = !strncmp(argv[3], "mark", 4),
		.held = !strcmp(argv[3], "mark-held"),
		.outcomes.name = argv[3],
	};
	int holder = course.held ? holder_open(argv[1]) : -1;
	unsigned int nth = 1, tries = 0;
	bool injected;

	set = argv[0];
	if (sr6flow_open(&handle))
		failnth_die("netlink: %s", sr6flow_error(handle));
	failnth_pin(sched_getcpu());
	course.empty = see().info.memsize;
	/* The devices are up a moment after they were opened. */
	while (pass(&course, 0, &injected) != PASSED)
		if (++tries == TRIES)
			failnth_die("the rule or the route is wrong");
	while (!course.outcomes.bad && try_nth(&course, nth))
		if (++nth == FAILNTH_MAX)
			failnth_die("a packet has no end");
	judge_course(&course, nth);
	outcomes_print(&course.outcomes);
	become_empty(course.empty);
	if (holder >= 0)
		close(holder);
	sr6flow_close(handle);
	return !course.outcomes.bad;
}

static unsigned long number_of(const char *text)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || end == text || *end || !number)
		failnth_die("'%s' is not a number", text);
	return number;
}

static void flood_from(int in, unsigned int cpu, unsigned long count)
{
	int file = open("/proc/self/make-it-fail", O_WRONLY | O_CLOEXEC);

	if (file < 0 || write(file, "1", 1) != 1)
		failnth_die("cannot write to make-it-fail");
	failnth_pin(cpu);
	while (count--)
		if (write(in, plain, PACKET_LEN) != PACKET_LEN)
			failnth_die("cannot send");
	exit(0);
}

/* IN CPUS COUNT: packets from every CPU at once, faults as the kernel is set */
bool failnth_flood(char **argv)
{
	unsigned long cpus = number_of(argv[1]), count = number_of(argv[2]);
	int in = device_open(argv[0]), status;
	unsigned int cpu;
	bool good = true;

	for (cpu = 0; cpu < cpus; cpu++)
		switch (fork()) {
		case -1:
			failnth_die("cannot fork");
		case 0:
			flood_from(in, cpu, count);
		}
	while (wait(&status) > 0)
		good &= !status;
	printf("%s flood: %lu packets from each of %lu processors\n",
	       good ? "ok" : "not ok", count, cpus);
	return good;
}
