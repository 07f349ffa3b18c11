// SPDX-License-Identifier: GPL-2.0-only
#include "test/model/chance.h"
#include "test/model/faults.h"
#include "test/model/world.h"

/* A daemon in the middle of something is ended so many parts of a period later. */
#define BUSY_PARTS 1

static const struct event *event_of(const struct world *world,
				    const struct happening *happening)
{
	return &world->history->event[happening->n];
}

static bool is_of_rules(enum kind kind)
{
	return kind == KIND_RULE_TWICE || kind == KIND_RULE_AWAY ||
	       kind == KIND_RULE_MEMBER || kind == KIND_RELOAD;
}

/* Firewall and sets: @on at the beginning, and not at the end. */
static void do_kernel(struct world *world, const struct event *event, bool on)
{
	struct kernel *kernel = &world->node[event->node].kernel;
	unsigned int flow = (unsigned int)event->value % kernel->nflows;
	int sign = on ? 1 : -1;

	if (is_of_rules(event->kind))
		kernel->changes++;
	switch (event->kind) {
	case KIND_RULE_TWICE:
		kernel->rules += sign;
		break;
	case KIND_RULE_AWAY:
		kernel->rules -= sign;
		break;
	case KIND_RULE_MEMBER:
		kernel->rules -= sign;
		kernel->members += sign;
		break;
	case KIND_RELOAD:
		kernel->rules += event->value ? sign : -sign;
		break;
	case KIND_SWAP:
		kernel->shown ^= 1;
		break;
	case KIND_SET_ANEW:
		kernel->there = !on;
		if (!on)
			kernel_renew(kernel);
		break;
	case KIND_FLOW_AWAY:
		if (on)
			kernel_set(kernel)->flow[flow].there = false;
		else
			kernel_add(kernel, flow, 0);
		break;
	case KIND_COUNTERS_BACK:
		if (on)
			kernel_back(kernel, flow);
		break;
	default:
		if (on)
			kernel_add(kernel, flow, 500);
	}
}

static void do_clock(struct world *world, const struct event *event)
{
	struct node *node = &world->node[event->node];
	int64_t step = 0, ppm = node->clock.ppm;

	if (event->kind == KIND_STEP)
		step = event->value * world->part;
	else
		ppm = event->value;
	nodeclock_change(&node->clock, world->now, step, ppm);
	if (step) {
		node->epoch++;
		daemon_stepped(node, step);
	} else {
		daemon_wake(node);
	}
}

/* The daemon sees the time for which it slept as a step. */
static void do_suspend(struct world *world, const struct event *event, bool on)
{
	struct node *node = &world->node[event->node];

	if (on)
		node->suspended = world->now + event->length * world->part;
	else
		daemon_stepped(node, event->length * world->part);
}

/* Value 1: all but the rotator; 2: only the rotator. */
static void hold(struct node *node, const struct event *event)
{
	struct world *world = node->world;
	int64_t until = world->now + event->length * world->part;

	if (event->value != 2)
		node->daemon.held = until;
	if (event->value != 1)
		node->daemon.late = until;
	daemon_wake(node);
}

static void kernel_colour(struct kernel *kernel, int64_t parity)
{
	struct kset *set = kernel_set(kernel);

	set->colour = sr6flow_colour(set->mask, (unsigned int)parity);
	set->by_hand = true;
}

static void do_daemon(struct world *world, const struct event *event, bool on)
{
	struct node *node = &world->node[event->node];
	struct daemon *daemon = &node->daemon;

	switch (event->kind) {
	case KIND_HOLD:
		if (on)
			hold(node, event);
		break;
	case KIND_SLOW:
		if (on)
			daemon->slow = event->length * world->part;
		break;
	case KIND_STUCK:
		daemon->stuck = on;
		break;
	case KIND_INTERRUPT:
		if (on)
			daemon->interrupts = (unsigned int)event->value;
		break;
	case KIND_COLOUR:
		if (on)
			kernel_colour(&node->kernel, event->value);
		break;
	default:
		if (on)
			daemon_end(node, false);
		else
			daemon_start(node);
	}
}

static void do_path(struct world *world, const struct event *event, bool on)
{
	struct path *path = &world->path;

	switch (event->kind) {
	case KIND_DELAY:
		path->delay = on ? event->value * world->part :
			      world->history->param[PARAM_DELAY] *
			      BLOCK_NS_PER_US;
		break;
	case KIND_CLEARED:
		path->cleared = on ? 1 + (int)event->value : 0;
		break;
	case KIND_OUTAGE:
		path->dropping = on ? 1u << INGRESS | 1u << OTHER : 0;
		path->cut = on;
		break;
	case KIND_DROP:
		path->dropping = !on ? 0 : event->value ?
				 1u << INGRESS : 1u << INGRESS | 1u << OTHER;
		break;
	default:
		path->cut = on;
	}
}

static void apply(struct world *world, const struct event *event, bool on)
{
	struct node *node = &world->node[event->node];

	switch (event->kind) {
	case KIND_STEP:
	case KIND_SLEW:
		if (on)
			do_clock(world, event);
		break;
	case KIND_SUSPEND:
		do_suspend(world, event, on);
		break;
	case KIND_COLOURED:
		node->coloured = on ? (int)event->value : -1;
		break;
	case KIND_TWICE:
		world->path.twice = on;
		break;
	case KIND_OTHER:
		node->sends = on;
		node->mute = !event->value;
		break;
	case KIND_HOLD:
	case KIND_SLOW:
	case KIND_STUCK:
	case KIND_INTERRUPT:
	case KIND_COLOUR:
	case KIND_RESTART:
		do_daemon(world, event, on);
		break;
	case KIND_DELAY:
	case KIND_CLEARED:
	case KIND_OUTAGE:
	case KIND_DROP:
	case KIND_CUT:
		do_path(world, event, on);
		break;
	default:
		do_kernel(world, event, on);
	}
}

static void end(struct world *world, const struct happening *happening)
{
	apply(world, event_of(world, happening), false);
}

static void begin(struct world *world, const struct happening *happening)
{
	const struct event *event = event_of(world, happening);

	if (event->kind == KIND_RESTART &&
	    world->node[event->node].daemon.loop.busy) {
		world_happens(world, BUSY_PARTS * world->part, begin,
			      happening->n);
		return;
	}
	apply(world, event, true);
	world_happens(world, event->length * world->part, end, happening->n);
}

void faults_plan(struct world *world)
{
	unsigned int i;

	for (i = 0; i < world->history->n; i++)
		world_happens(world, world->history->event[i].at * world->part,
			      begin, i);
}
