// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "test/unit/node_sim.h"
#include "test/unit/unit.h"

#define CHANGES 64

struct node {
	const struct scenario *scenario;
	const struct event *event;
	struct recorder *recorder;
	int64_t time;		/* what the wall clock shows */
	int64_t true_time;	/* what it would show without steps */
	int64_t next_packet;
	int64_t next_change;
	bool rotating;
	int late;
	int slow;
	bool interrupt;
	int rules;
	uint64_t rules_sequence;
	enum recorder_step step;
	uint32_t mask;
	uint32_t colour;
	uint64_t instance;
	uint64_t generation;
	struct node_flow {
		bool there;
		bool idle;
		bool sourceless;
		struct sr6flow_record record;
	} flows[FLOWS];
	/* Packets of a colour before the first one of a block, modulo CHANGES. */
	struct change {
		int64_t block;
		uint64_t packets[FLOWS];
	} changes[CHANGES];
	/* Identities of cumulative counters of flow 0. */
	uint64_t first_continuity;
	uint64_t last_continuity;
	/* Records that no end of a block has followed yet, and their block. */
	int unended;
	int64_t block;
	/* All records, as in the script. */
	char seen[1024];
	size_t len;
};

static const struct block_timing timing = {
	.period = P * MS, .guard = P / 2 * MS, .band = P / 10 * MS,
};

static uint64_t coloured(const struct node *node, int i)
{
	const struct sr6flow_counters *counters =
		node->flows[i].record.counters;
	uint64_t packets = 0;
	unsigned int p;

	for (p = 0; p < 2; p++)
		packets += counters[sr6flow_slot(node->mask,
						 sr6flow_colour(node->mask,
								p))].packets;
	return packets;
}

/* What was counted before the colour changed from that of the block. */
static void check_total(struct node *node, const struct record *record,
			int flow)
{
	const struct change *end =
		&node->changes[(uint64_t)(record->block + 1) % CHANGES];

	if (record->reason)
		assert_int_equal(record->continuity, 0);
	if (!record->continuity) {
		assert_int_equal(record->total.packets, 0);
		return;
	}
	if (end->block != record->block + 1 ||
	    end->packets[flow] != record->total.packets)
		fail_msg("%s: block %d flow %d: %llu packets until then, not %llu",
			 node->scenario->name, (int)(record->block - FIRST),
			 flow, (unsigned long long)record->total.packets,
			 (unsigned long long)end->packets[flow]);
	assert_int_equal(record->total.bytes, record->total.packets * 10);
	if (flow)
		return;
	if (!node->first_continuity)
		node->first_continuity = record->continuity;
	node->last_continuity = record->continuity;
}

/* A valid record with packets says where they are from, whatever was before. */
static void check_source(const struct node *node, const struct record *record,
			 int flow)
{
	const struct in6_addr *last = &node->flows[flow].record.last_source;

	if (record->packets)
		assert_false(IN6_IS_ADDR_UNSPECIFIED(&record->last_source));
	if (!record->reason)
		assert_memory_equal(&record->last_source, last, sizeof(*last));
}

static void see(struct node *node, const struct record *record, int flow)
{
	size_t room = sizeof(node->seen) - node->len;
	char *at = node->seen + node->len, value[32];

	snprintf(value, sizeof(value), "%llu",
		 (unsigned long long)record->packets);
	assert_int_equal(flow, node->unended);
	if (flow)
		node->len += snprintf(at, room, "/%s",
				      reason_word(record->reason) ?: value);
	else
		node->len += snprintf(at, room, "%s%d:%s", node->len ? " " : "",
				      (int)(record->block - FIRST),
				      reason_word(record->reason) ?: value);
	assert_true(node->len < sizeof(node->seen));
}

static int check_record(const struct record *record, void *arg)
{
	struct node *node = arg;
	int flow = record->flow.sids[0].s6_addr[15];

	see(node, record, flow);
	if (node->unended++)
		assert_int_equal(record->block, node->block);
	node->block = record->block;
	assert_string_equal(record->node, "n");
	assert_string_equal(record->set, "s");
	assert_int_equal(record->period_ms, P);
	assert_int_equal(record->guard_us, P / 2 * 1000);
	assert_int_equal(record->band_us, P / 10 * 1000);
	assert_int_equal(record->mask, node->mask);
	assert_int_equal(record->colour,
			 block_colour(node->mask, record->block));
	assert_int_equal(record->bytes, record->packets * 10);
	check_total(node, record, flow);
	check_source(node, record, flow);
	return 0;
}

/* Each change is to another one. */
static struct in6_addr source_of(const struct node_flow *flow)
{
	struct in6_addr source = IN6ADDR_ANY_INIT;

	if (!flow->sourceless)
		source.s6_addr[0] =
			(uint8_t)(0xa0 + flow->record.source_changes);
	return source;
}

static void flow_identify(struct node *node, struct node_flow *flow)
{
	flow->record.instance = node->instance;
	flow->record.generation = ++node->generation;
	memset(flow->record.counters, 0, sizeof(flow->record.counters));
}

static void flow_count(struct node *node, int i, uint32_t colour, int packets)
{
	struct sr6flow_counters *counters =
		&node->flows[i].record.counters[sr6flow_slot(
			node->mask, colour)];

	counters->packets += (uint64_t)packets;
	counters->bytes += (uint64_t)packets * 10;
	node->flows[i].record.last_source = source_of(&node->flows[i]);
}

static void flow_preset(struct node *node, int i, uint64_t packets)
{
	unsigned int slot;

	for (slot = 0; slot < SR6FLOW_SLOTS_MAX; slot++)
		node->flows[i].record.counters[slot] =
			(struct sr6flow_counters){ packets, packets * 10 };
}

static void restart(struct node *node, bool flows)
{
	int i;

	node->instance++;
	for (i = 0; i < FLOWS; i++) {
		flow_identify(node, &node->flows[i]);
		node->flows[i].there &= flows;
	}
}

static void step_clock(struct node *node, int64_t step)
{
	node->time += step;
	node->next_change = block_start(&timing,
					block_number(&timing, node->time) + 1);
	node->colour = block_colour(node->mask,
				    block_number(&timing, node->time));
	assert_int_equal(recorder_stepped(node->recorder, node->time - step,
					  node->time), 0);
}

static void act_on_flow(struct node *node, const struct event *event)
{
	struct node_flow *flow = &node->flows[event->value];

	switch (event->action) {
	case PACKET:
		flow_count(node, event->value,
			   node->mask & ~node->colour, 1);
		/* It is one of the block before. */
		node->changes[(uint64_t)block_number(&timing, node->time) %
			      CHANGES].packets[event->value]++;
		break;
	case UNCOLOURED:
		flow_count(node, event->value, 0, 1);
		break;
	case BEFORE:
		flow_count(node, event->value, node->mask, 1);
		break;
	case SOURCE:
		flow->record.source_changes++;
		break;
	case SOURCELESS:
		flow->sourceless = true;
		break;
	case CROSSING:
		flow->record.segments_left_changes++;
		break;
	case IDLE:
		flow->idle = true;
		break;
	case ADD:
		flow_identify(node, flow);
		flow->there = true;
		break;
	case REMOVE:
		flow->there = false;
		break;
	case REWRITE:
		flow->record.generation = ++node->generation;
		flow_preset(node, event->value, 500);
		break;
	case PRESET:
		flow_preset(node, event->value, UINT64_MAX);
		break;
	case BACKWARDS:
		flow_preset(node, event->value, 0);
		break;
	default:
		fail_msg("%s: bad script", node->scenario->name);
	}
}

/* Returns milliseconds for which the recorder sleeps. */
static int act(struct node *node, const struct event *event)
{
	switch (event->action) {
	case ROTATE_LATE:
		node->late = event->value;
		break;
	case ROTATE_STOP:
		node->rotating = false;
		break;
	case ROTATE_START:
		node->rotating = true;
		node->colour = block_colour(node->mask,
					    block_number(&timing, node->time));
		break;
	case COLOUR:
		node->colour = sr6flow_colour(node->mask,
					      (unsigned int)event->value);
		break;
	case RESTART:
	case EMPTY:
		restart(node, event->action == RESTART);
		break;
	case STEP:
		step_clock(node, event->value * MS);
		break;
	case SLEEP:
		return event->value;
	case SLOW:
		node->slow = event->value;
		break;
	case RULES:
		node->rules = event->value;
		node->rules_sequence++;
		break;
	case INTERRUPT:
		node->interrupt = true;
		break;
	default:
		act_on_flow(node, event);
	}
	return 0;
}

static void change_colour(struct node *node)
{
	int64_t block = block_number(&timing, node->time);
	struct change *change = &node->changes[(uint64_t)block % CHANGES];
	int i;

	change->block = block;
	for (i = 0; i < FLOWS; i++)
		change->packets[i] = coloured(node, i);
	if (node->rotating)
		node->colour = block_colour(node->mask, block);
	node->next_change = block_start(&timing, block + 1) + node->late * MS;
	node->late = 0;
}

/* Let a millisecond pass. Returns how long the recorder sleeps. */
static int tick(struct node *node)
{
	int sleep = 0, i;

	node->time += MS;
	node->true_time += MS;
	if (node->time >= node->next_change)
		change_colour(node);
	for (i = 0; i < FLOWS && node->rules; i++)
		if (node->flows[i].there && !node->flows[i].idle)
			flow_count(node, i, node->colour, node->rules);
	while (node->event->action && AT(node->event->at) <= node->true_time)
		sleep += act(node, node->event++);
	return sleep;
}

static void look_at_rules(struct node *node)
{
	const struct rule_facts facts = {
		.sequence = node->rules_sequence,
		.reason = !node->rules ? REASON_NO_RULE :
			  node->rules > 1 ? REASON_RULE_TWICE : REASON_NONE,
	};

	recorder_rule(node->recorder, &facts);
}

static void dump(struct node *node)
{
	struct sr6flow_set set = { .mask = node->mask };
	int i;

	if (node->step == RECORDER_READ)
		look_at_rules(node);
	recorder_dump_begin(node->recorder);
	set.colour = node->scenario->counting ? 0 : node->colour;
	for (i = 0; i < FLOWS; i++) {
		if (!node->flows[i].there)
			continue;
		assert_int_equal(recorder_dump_flow(&set,
						    &node->flows[i].record,
						    node->recorder), 0);
		if (node->interrupt) {
			node->interrupt = false;
			recorder_dump_begin(node->recorder);
			i = -1;
		}
	}
	for (; node->slow; node->slow--)
		tick(node);
	if (node->step == RECORDER_CONFIRM)
		look_at_rules(node);
	assert_int_equal(recorder_dump_end(node->recorder, node->time), 0);
}

/* Once per block, after its records, if it has any. */
static int check_end(int64_t block, void *arg)
{
	struct node *node = arg;

	if (node->unended)
		assert_int_equal(block, node->block);
	node->unended = 0;
	return 0;
}

static void node_init(struct node *node, const struct scenario *scenario)
{
	int i;

	memset(node, 0, sizeof(*node));
	node->scenario = scenario;
	node->event = scenario->events;
	node->time = node->true_time = AT(0);
	node->next_change = AT(P);
	node->rotating = true;
	node->rules = 1;
	node->mask = scenario->mask ?: SR6FLOW_MASK_DEFAULT;
	node->colour = block_colour(node->mask, FIRST);
	node->instance = 77;
	for (i = 0; i < FLOWS; i++) {
		struct node_flow *flow = &node->flows[i];

		flow_identify(node, flow);
		flow->there = i < (scenario->flows ?: 1);
		flow->record.flow.nsids = 2;
		flow->record.flow.sids[0].s6_addr[15] = (uint8_t)i;
	}
	node->recorder = recorder_new(&timing, "n", "s", check_record,
				      check_end, node);
	assert_non_null(node->recorder);
	if (scenario->marks)
		recorder_marks(node->recorder);
}

void node_run(const struct scenario *scenario)
{
	struct node node;
	int sleep = 0;

	node_init(&node, scenario);
	while (node.true_time < AT(scenario->until)) {
		struct recorder_due due;

		if (sleep) {
			sleep += tick(&node) - 1;
			continue;
		}
		assert_int_equal(recorder_next(node.recorder, node.time, &due),
				 0);
		if (due.time > node.time)
			sleep += tick(&node);
		else if (due.step == RECORDER_LOOK)
			recorder_look(node.recorder, node.time, node.mask,
				      scenario->counting ? 0 : node.colour);
		else {
			node.step = due.step;
			dump(&node);
		}
	}
	if (strcmp(node.seen, scenario->expected))
		fail_msg("%s: got %s, not %s", scenario->name, node.seen,
			 scenario->expected);
	assert_int_equal(node.unended, 0);
	if ((node.first_continuity != node.last_continuity) !=
	    scenario->broken)
		fail_msg("%s: cumulative counters go on, or not",
			 scenario->name);
	recorder_free(node.recorder);
}
