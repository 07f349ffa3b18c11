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
#include "internal.h"

#define SET "failnth"
/* Several messages of a dump. */
#define MANY 500
#define FEW 6
/* Flows that a table of that many buckets grows for. */
#define BUCKETS_SMALL 64
#define BUCKETS_NESTED 512
/* Times 10 ms. */
#define PATIENCE 3000

static struct sr6flow *handle;

/**
 * struct operation - something to do under faults
 * @name: for the report
 * @options: of the set
 * @flows: number of flows in the set before
 * @run: the operation; 0 or a negative errno
 * @enomem: the least number of allocations that it must fail for; of the
 *	requests that look for the set, or for the type, two are the core's
 * @creates: there is no set before
 * @grows: the hash table gets another size, at a time of its own
 */
struct operation {
	const char *name;
	struct sr6flow_options options;
	unsigned int flows;
	int (*run)(const struct operation *op);
	unsigned int enomem;
	bool creates;
	bool grows;
};

/*
 * The worker that would let a hash table grow in good time waits for this
 * process's processor, so that requests have to.
 */
static void process_first(void)
{
	struct sched_param param = { .sched_priority = 1 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) ||
	    sched_setscheduler(0, SCHED_FIFO, &param))
		failnth_die("cannot have the processor first");
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

static struct sr6flow_flow flow_number(unsigned int i)
{
	struct sr6flow_flow flow = { .nsids = 2 };

	flow.sids[0].s6_addr[0] = 0xfc;
	flow.sids[0].s6_addr[14] = i >> 8;
	flow.sids[0].s6_addr[15] = i;
	flow.sids[1].s6_addr[0] = 0xfd;
	return flow;
}

static struct sr6flow_flow flow_named(unsigned int i, const char *name)
{
	struct sr6flow_flow flow = flow_number(i);

	strcpy(flow.name, name);
	return flow;
}

/* What the library has no call for: counters of a colour. */
static int write_counters(unsigned int i, uint64_t packets)
{
	struct sr6flow_flow flow = flow_number(i);
	union request request;
	struct nlmsghdr *nlh;
	struct nlattr *data;
	int ret, verdict;

	nlh = request_start(&request, IPSET_CMD_ADD, NLM_F_ACK, SET);
	data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	request_put_flow(nlh, &flow, false);
	request_put_u32(nlh, IPSET_ATTR_MARK,
			sr6flow_colour(SR6FLOW_MASK_DEFAULT, 1));
	mnl_attr_put_u64(nlh, IPSET_ATTR_PACKETS | NLA_F_NET_BYTEORDER,
			 htobe64(packets));
	mnl_attr_nest_end(nlh, data);
	ret = request_run(handle, nlh, NULL, NULL, &verdict);
	return ret ? ret : verdict;
}

static int do_create(const struct operation *op)
{
	return sr6flow_create(handle, SET, &op->options);
}

static int add(const struct sr6flow_flow *flow, bool exist)
{
	return sr6flow_add(handle, SET, flow, SR6FLOW_NO_TIMEOUT, exist);
}

/* The first flow that the set does not have. */
static int do_add(const struct operation *op)
{
	struct sr6flow_flow flow = flow_number(op->flows);

	return add(&flow, false);
}

static int do_add_named(const struct operation *op)
{
	struct sr6flow_flow flow = flow_named(op->flows, "gold");

	return add(&flow, false);
}

static int do_refresh(const struct operation *op)
{
	struct sr6flow_flow flow = flow_named(1, "another");

	(void)op;
	return add(&flow, true);
}

static int do_add_counters(const struct operation *op)
{
	return write_counters(op->flows, 1000);
}

static int do_write_counters(const struct operation *op)
{
	(void)op;
	return write_counters(2, 2000);
}

static int do_del(const struct operation *op)
{
	struct sr6flow_flow flow = flow_number(1);

	(void)op;
	return sr6flow_del(handle, SET, &flow);
}

static int do_test(const struct operation *op)
{
	struct sr6flow_flow flow = flow_number(1);
	int ret = sr6flow_test(handle, SET, &flow);

	(void)op;
	return ret == 1 ? 0 : ret ? ret : -ENODATA;
}

static int do_toggle(const struct operation *op)
{
	return sr6flow_set_colour(handle, SET,
				  sr6flow_colour(op->options.mask, 1));
}

static int do_flush(const struct operation *op)
{
	(void)op;
	return sr6flow_flush(handle, SET);
}

static int do_destroy(const struct operation *op)
{
	(void)op;
	return sr6flow_destroy(handle, SET);
}

static int do_info(const struct operation *op)
{
	struct sr6flow_set info;
	int ret = sr6flow_info(handle, SET, &info);

	return ret ? ret : info.flows == op->flows ? 0 : -ENODATA;
}

static int count_flow(const struct sr6flow_set *set,
		      const struct sr6flow_record *record, void *arg)
{
	unsigned int *next = arg, i;

	(void)set;
	/* Newest first, and each exactly once. */
	i = record->flow.sids[0].s6_addr[14] << 8 |
	    record->flow.sids[0].s6_addr[15];
	if (i != *next - 1)
		return -ENODATA;
	*next = i;
	return 0;
}

/* A dump that says it is whole is whole. */
static int do_dump(const struct operation *op)
{
	unsigned int next = op->flows;
	int ret = sr6flow_dump(handle, SET, count_flow, &next);

	return ret ? ret : next ? -ENODATA : 0;
}

static const struct operation operations[] = {
	{ "create", .run = do_create, .creates = true, .enomem = 4 },
	{ "create with timeouts", .run = do_create, .creates = true,
	  .options = { .has_timeout = true, .timeout = 3600 }, .enomem = 4 },
	{ "create with skbinfo", .run = do_create, .creates = true,
	  .options = { .skbinfo = true }, .enomem = 4 },
	{ "create for the Traffic Class", .run = do_create, .creates = true,
	  .options = { .mask = 0x0c }, .enomem = 4 },
	{ "create with a big table", .run = do_create, .creates = true,
	  .options = { .hashsize = 16384 }, .enomem = 4 },
	{ "destroy", .run = do_destroy, .flows = FEW },
	{ "add", .run = do_add, .enomem = 5 },
	{ "add to others", .run = do_add, .flows = FEW, .enomem = 3 },
	{ "add with a name", .run = do_add_named, .enomem = 6 },
	{ "add with counters", .run = do_add_counters, .enomem = 4 },
	{ "add to a full set that forgets", .run = do_add, .flows = FEW,
	  .options = { .maxelem = FEW, .forceadd = true }, .enomem = 3 },
	{ "add that makes the table grow", .run = do_add,
	  .flows = BUCKETS_SMALL + 1, .grows = true,
	  .options = { .hashsize = BUCKETS_SMALL }, .enomem = 4 },
	{ "add that makes a big table grow", .run = do_add,
	  .flows = BUCKETS_NESTED + 1, .grows = true,
	  .options = { .hashsize = BUCKETS_NESTED }, .enomem = 3 },
	{ "refresh with a name", .run = do_refresh, .flows = FEW, .enomem = 3 },
	{ "write counters", .run = do_write_counters, .flows = FEW,
	  .enomem = 1 },
	{ "delete", .run = do_del, .flows = FEW },
	{ "test", .run = do_test, .flows = FEW },
	{ "change the colour", .run = do_toggle, .flows = FEW,
	  .options = { .mask = SR6FLOW_MASK_DEFAULT } },
	{ "read the header", .run = do_info, .flows = FEW },
	{ "dump", .run = do_dump, .flows = MANY },
	{ "flush", .run = do_flush, .flows = FEW },
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
	unsigned int i;

	if (op->creates)
		return 0;
	if (sr6flow_create(handle, SET, &op->options))
		failnth_die("cannot create: %s", sr6flow_error(handle));
	memsize = memsize_read();
	for (i = 0; i < op->flows; i++) {
		struct sr6flow_flow flow = i ? flow_number(i) :
					       flow_named(i, "first");

		if (add(&flow, false))
			failnth_die("cannot add: %s", sr6flow_error(handle));
	}
	/* Twice, because the first write is another case than the next. */
	if (op->flows && (write_counters(0, 1) || write_counters(0, 7)))
		failnth_die("cannot write counters");
	return memsize;
}

/*
 * A hash table that was emptied while its flows were on the way to a bigger one
 * becomes small again with the next flow that goes.
 */
static void come_and_go(void)
{
	struct sr6flow_flow flow = flow_number(0);

	if (add(&flow, false) || sr6flow_del(handle, SET, &flow))
		failnth_die("cannot add and delete: %s", sr6flow_error(handle));
}

/* Back to nothing; false if the set keeps memory without flows. */
static bool take_down(const struct operation *op, unsigned long memsize)
{
	struct timespec pause = { .tv_nsec = 10000000 };
	unsigned int tries;
	int ret;

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

static bool try_operation(const struct operation *op)
{
	struct trial trial = { .op = op, .outcomes.name = op->name };
	unsigned long memsize = set_up(op);
	unsigned int nth = 1;

	if (op->run(op))
		failnth_die("cannot %s: %s", op->name, sr6flow_error(handle));
	trial.done = state_read(op);
	if (!take_down(op, memsize))
		outcomes_wrong(&trial.outcomes, 0, "keeps memory");
	while (!trial.outcomes.bad && try_nth(&trial, nth))
		if (++nth == FAILNTH_MAX)
			failnth_die("%s has no end", op->name);
	if (trial.enomem < op->enomem)
		outcomes_wrong(&trial.outcomes, nth,
			       "%u faults of %u were seen by the module: %s",
			       trial.enomem, op->enomem, trial.outcomes.text);
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
	process_first();
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (all || !strcmp(argv[0], operations[i].name)) {
			found = true;
			good &= try_operation(&operations[i]);
		}
	if (!found)
		failnth_die("no operation '%s'", argv[0]);
	sr6flow_close(handle);
	return good;
}
