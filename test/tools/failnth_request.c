// SPDX-License-Identifier: GPL-2.0-only
/* What is done under faults: requests to a set, and the flows in it before. */
#include <errno.h>
#include <string.h>

#include "ask.h"
#include "failnth.h"
#include "failnth_set.h"
#include "lib/array.h"

/* Several messages of a dump. */
#define MANY 500
#define FEW 6
/* Flows that a table of that many buckets grows for. */
#define BUCKETS_SMALL 64
#define BUCKETS_NESTED 512
#define MOST (BUCKETS_NESTED + 1)

struct sr6flow *handle;

struct sr6flow_flow flow_number(unsigned int i)
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

static int write_counters(unsigned int i, uint64_t packets)
{
	struct sr6flow_flow flow = flow_number(i);

	return ask_write(handle, SET, &flow,
			 sr6flow_colour(SR6FLOW_MASK_DEFAULT, 1), packets);
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

const struct operation operations[] = {
	{ "create", .run = do_create, .creates = true, .enomem = 4 },
	{ "create with timeouts", .run = do_create, .creates = true,
	  .options = { .has_timeout = true, .timeout = 3600 }, .enomem = 4 },
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
	  .flows = BUCKETS_NESTED + 1, .grows = true, .pages = true,
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

const size_t operations_count = ARRAY_SIZE(operations);

void flows_fill(unsigned int count)
{
	static struct sr6flow_flow flows[MOST];
	unsigned int i;

	if (!count)
		return;
	for (i = 0; i < count; i++)
		flows[i] = flow_number(i);
	strcpy(flows[0].name, "first");
	/* In few messages: a set with many flows is made very often. */
	if (ask_add(handle, SET, flows, count, SR6FLOW_NO_TIMEOUT))
		failnth_die("cannot add: %s", sr6flow_error(handle));
	/* Twice, because the first write is another case than the next. */
	if (write_counters(0, 1) || write_counters(0, 7))
		failnth_die("cannot write counters");
}
