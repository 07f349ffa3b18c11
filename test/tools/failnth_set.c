// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to a set under faults. A request that fails has changed nothing,
 * says that memory was short, and works when it is made again; one that does
 * not fail has done everything, because what it could not get it did without.
 * Only a lost answer leaves open which of the two it is.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "failnth.h"
#include "failnth_set.h"

/* Times 10 ms. */
#define PATIENCE 3000
#define GROWTH_TRIES 5

/*
 * While an operation is prepared and done, the worker that would let a hash
 * table grow in good time waits for this process's processor, so that requests
 * have to. Afterwards it must have its turn, however busy the host is.
 */
static void come_first(bool first)
{
	struct sched_param param = { .sched_priority = first };

	if (sched_setscheduler(0, first ? SCHED_FIFO : SCHED_OTHER, &param))
		failnth_die("cannot change the priority");
}

/**
 * struct state - what a reader can see of the set
 * @text: options, counts and flows
 * @identity: what is drawn by chance, counts up, or settles later
 */
struct state {
	char *text;
	char *identity;
};

struct writer {
	const struct operation *op;
	FILE *text, *identity;
};

static int write_flow(const struct sr6flow_set *set,
		      const struct sr6flow_record *record, void *arg)
{
	char text[SR6FLOW_FLOW_STRLEN];
	struct writer *writer = arg;
	unsigned int slot;

	(void)set;
	fputs(sr6flow_flow_format(&record->flow, text), writer->text);
	for (slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++)
		fprintf(writer->text, " %lu %lu",
			record->counters[slot].packets,
			record->counters[slot].bytes);
	fputc('\n', writer->text);
	fprintf(writer->identity, "%lx %lx\n", record->instance,
		record->generation);
	return 0;
}

static void write_state(struct writer *writer)
{
	struct sr6flow_set info;
	int ret = sr6flow_info(handle, SET, &info);

	if (ret == -ENOENT) {
		fputs("no set", writer->text);
		return;
	}
	if (ret)
		failnth_die("cannot read the set: %s", sr6flow_error(handle));
	fprintf(writer->text, "mask %x colour %x maxelem %u timeout %u%s%s flows %u references %u",
		info.mask, info.colour, info.maxelem, info.timeout,
		info.forceadd ? " forceadd" : "", info.skbinfo ? " skbinfo" : "",
		info.flows, info.references);
	fputc('\n', writer->text);
	if (!writer->op->grows)
		fprintf(writer->identity, "hashsize %u memsize %lu\n",
			info.hashsize, info.memsize);
	if (sr6flow_dump(handle, SET, write_flow, writer))
		failnth_die("cannot list the set: %s", sr6flow_error(handle));
}

static struct state state_read(const struct operation *op)
{
	struct writer writer = { .op = op };
	struct state state;
	size_t size;

	writer.text = open_memstream(&state.text, &size);
	writer.identity = open_memstream(&state.identity, &size);
	if (!writer.text || !writer.identity)
		failnth_die("no memory");
	write_state(&writer);
	if (fclose(writer.text) || fclose(writer.identity))
		failnth_die("no memory");
	return state;
}

static void state_free(struct state *state)
{
	free(state->text);
	free(state->identity);
}

static bool state_is(const struct operation *op, const struct state *wanted,
		     bool identity)
{
	struct state state = state_read(op);
	bool is = !strcmp(state.text, wanted->text) &&
		  (!identity || !strcmp(state.identity, wanted->identity));

	state_free(&state);
	return is;
}

static unsigned long memsize_read(void)
{
	struct sr6flow_set info;

	if (sr6flow_info(handle, SET, &info))
		failnth_die("cannot read the set: %s", sr6flow_error(handle));
	return info.memsize;
}

/* The set as the operation finds it; returns what it took when it was empty. */
static unsigned long set_up(const struct operation *op)
{
	unsigned long memsize;

	come_first(true);
	if (op->creates)
		return 0;
	if (sr6flow_create(handle, SET, &op->options))
		failnth_die("cannot create: %s", sr6flow_error(handle));
	memsize = memsize_read();
	flows_fill(op->flows);
	return memsize;
}

/*
 * A hash table that was emptied while its flows were on the way to a bigger one
 * becomes small again with the next flow that goes.
 */
static void come_and_go(void)
{
	struct sr6flow_flow flow = flow_number(0);

	if (sr6flow_add(handle, SET, &flow, SR6FLOW_NO_TIMEOUT, false) ||
	    sr6flow_del(handle, SET, &flow))
		failnth_die("cannot add and delete: %s", sr6flow_error(handle));
}

/* Back to nothing; false if the set keeps memory without flows. */
static bool take_down(const struct operation *op, unsigned long memsize)
{
	struct timespec pause = { .tv_nsec = 10000000 };
	unsigned int tries;
	int ret;

	come_first(false);
	ret = sr6flow_flush(handle, SET);
	if (ret == -ENOENT)
		return true;
	if (ret)
		failnth_die("cannot flush: %s", sr6flow_error(handle));
	for (tries = 0; !op->creates && tries < PATIENCE; tries++) {
		if (memsize_read() == memsize)
			break;
		if (op->grows)
			come_and_go();
		nanosleep(&pause, NULL);
	}
	if (sr6flow_destroy(handle, SET))
		failnth_die("cannot destroy: %s", sr6flow_error(handle));
	return tries < PATIENCE;
}

/**
 * struct trial - one operation, all faults
 * @op: operation
 * @done: the set after it
 * @outcomes: results
 * @enomem: how often it ended with -ENOMEM
 */
struct trial {
	const struct operation *op;
	struct state done;
	struct outcomes outcomes;
	unsigned int enomem;
};

/* What the operation said, against what it did. */
static void judge(struct trial *trial, unsigned int nth, int ret,
		  const struct state *before)
{
	const struct operation *op = trial->op;
	struct outcomes *out = &trial->outcomes;

	if (!ret) {
		if (!state_is(op, &trial->done, false))
			outcomes_wrong(out, nth, "succeeds, but has not done all");
		return;
	}
	if (ret != -ENOMEM && ret != -ENOBUFS && ret != -ETIMEDOUT)
		outcomes_wrong(out, nth, "%s: %s", strerrorname_np(-ret),
			       sr6flow_error(handle));
	trial->enomem += ret == -ENOMEM;
	/* When its answer was lost, the operation itself may have been done. */
	if (ret != -ENOMEM && state_is(op, &trial->done, false))
		return;
	if (!state_is(op, before, true))
		outcomes_wrong(out, nth, "fails, but has changed the set");
	else if (op->run(op))
		outcomes_wrong(out, nth, "fails again without a fault: %s",
			       sr6flow_error(handle));
	else if (!state_is(op, &trial->done, false))
		outcomes_wrong(out, nth, "has not done all when it is repeated");
}

/* Returns whether there was such an allocation. */
static bool try_nth(struct trial *trial, unsigned int nth)
{
	const struct operation *op = trial->op;
	struct outcomes *out = &trial->outcomes;
	unsigned long memsize = set_up(op);
	struct state before = state_read(op);
	bool injected;
	int ret;

	fault_arm(nth);
	ret = op->run(op);
	injected = fault_injected();
	outcomes_add(out, nth, ret ? strerrorname_np(-ret) :
			       injected ? "done without" : "not needed");
	judge(trial, nth, ret, &before);
	if (!injected && ret)
		outcomes_wrong(out, nth, "fails without a fault");
	if (!take_down(op, memsize))
		outcomes_wrong(out, nth, "keeps memory");
	state_free(&before);
	return injected;
}

/* All faults, from the first to the one that comes too late. */
static void try_each(struct trial *trial)
{
	unsigned int nth = 1;

	trial->outcomes = (struct outcomes){ .name = trial->op->name };
	trial->enomem = 0;
	while (!trial->outcomes.bad && try_nth(trial, nth))
		if (++nth == FAILNTH_MAX)
			failnth_die("%s has no end", trial->op->name);
}

/*
 * The worker that makes a table grow comes first after all when this process has
 * to sleep, for the mutex of the per-CPU allocator for instance: then the request
 * has nothing left to allocate, and all is tried again. A fault that is lost is
 * lost each time.
 */
static void try_all(struct trial *trial)
{
	unsigned int tries = trial->op->grows ? GROWTH_TRIES : 1;

	do
		try_each(trial);
	while (!trial->outcomes.bad && trial->enomem < trial->op->enomem &&
	       --tries);
}

static bool try_operation(const struct operation *op)
{
	struct trial trial = { .op = op };
	unsigned long memsize = set_up(op);

	if (op->run(op))
		failnth_die("cannot %s: %s", op->name, sr6flow_error(handle));
	trial.done = state_read(op);
	if (!take_down(op, memsize))
		failnth_die("%s: a set keeps memory", op->name);
	try_all(&trial);
	if (trial.enomem < op->enomem)
		outcomes_wrong(&trial.outcomes, trial.outcomes.last,
			       "the last one, only %u of %u faults were ENOMEM",
			       trial.enomem, op->enomem);
	outcomes_print(&trial.outcomes);
	state_free(&trial.done);
	return !trial.outcomes.bad;
}

bool failnth_set(char **argv)
{
	bool all = !strcmp(argv[0], "all"), good = true, found = false;
	size_t i;

	if (sr6flow_open(&handle))
		failnth_die("netlink: %s", sr6flow_error(handle));
	failnth_pin(sched_getcpu());
	for (i = 0; i < operations_count; i++)
		if ((all && !operations[i].pages) ||
		    !strcmp(argv[0], operations[i].name)) {
			found = true;
			good &= try_operation(&operations[i]);
		}
	if (!found)
		failnth_die("no operation '%s'", argv[0]);
	sr6flow_close(handle);
	return good;
}
