// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/clock.h"
#include "test/model/chance.h"
#include "test/model/flow.h"
#include "test/model/need.h"
#include "test/model/path.h"
#include "test/model/sabotage.h"
#include "test/model/world.h"

#define SET "set"
#define MESSAGE_MAX 1452
#define WINDOW 64
/* What both ends claim of their clocks. */
#define CLOCK_ERROR_NS BLOCK_NS_PER_MS
/* A daemon that could not start is started again after so many parts of a period. */
#define AGAIN_PARTS 50
/* Of how much a busy machine's latency is longer. */
#define BUSY_TIMES 20

static const struct key key = {
	.id = "model", .len = 16, .secret = "0123456789abcdef",
};

static const int64_t *param(const struct node *node)
{
	return node->world->history->param;
}

static void join_record(struct node *node, const struct record *record)
{
	char error[256];

	if (node->id != OTHER)
		join_add(node->world->join, node->id == INGRESS ?
			 JOIN_SENT : JOIN_RECEIVED, record, true, error,
			 sizeof(error));
}

static int take_flow(void *arg, const struct sr6flow_set *set,
		     const struct sr6flow_record *record)
{
	struct node *node = arg;

	return node->daemon.ledger ?
	       ledger_flow(node->daemon.ledger, set, record) : 0;
}

static int take_record(void *arg, const struct record *record)
{
	struct node *node = arg;

	join_record(node, record);
	records_add(node, record);
	if (node->daemon.ledger)
		return ledger_record(node->daemon.ledger, record);
	node->daemon.owed++;
	return prober_record(node->daemon.prober, record);
}

static int take_block_end(void *arg, int64_t block)
{
	struct node *node = arg;
	int err;

	if (node->daemon.ledger) {
		ledger_block_end(node->daemon.ledger, block);
		return 0;
	}
	err = prober_block_end(node->daemon.prober, block);
	task_wake(node->daemon.asking);
	return err;
}

static void take_step(void *arg)
{
	struct node *node = arg;

	if (node->daemon.ledger)
		ledger_stepped(node->daemon.ledger);
	else
		prober_stepped(node->daemon.prober);
}

static const struct set_reader_ops set_reader_ops = {
	.flow = take_flow,
	.record = take_record,
	.block_end = take_block_end,
	.stepped = take_step,
};

static int64_t ask_now(void *arg)
{
	return node_time(arg);
}

static int ask_send(void *arg, unsigned int peer,
		    const struct sr6flow_flow *flow, const uint8_t *data,
		    size_t len)
{
	struct node *node = arg;

	(void)peer;
	(void)flow;
	if (!node->mute)
		path_message(node->world, node->id, EGRESS, data, len);
	return 0;
}

static void ask_result(void *arg, const struct result *result)
{
	struct node *node = arg;
	struct segment total = result_total(result);

	node->daemon.owed--;
	truth_row(&node->world->truth, (struct row){
		.node = node->id,
		.flow = flow_number(result->flow),
		.block = result->block,
		.word = total.word,
		.sent = total.sent,
		.received = total.received,
	});
}

static void ask_gap(void *arg, const struct result *result)
{
	struct node *node = arg;
	struct segment total = result_total(result);

	truth_row(&node->world->truth, (struct row){
		.node = node->id,
		.flow = flow_number(result->flow),
		.block = result->block,
		.gap = result->gap,
		.first = result->first,
		.epoch = node->epoch,
		.word = total.word,
		.sent = total.sent,
		.received = total.received,
	});
}

static void ask_report(void *arg, const struct peer_report *report)
{
	(void)arg;
	(void)report;
}

static void ask_block_end(void *arg, int64_t block)
{
	(void)arg;
	(void)block;
}

static size_t ask_longest(void *arg, unsigned int peer)
{
	(void)arg;
	(void)peer;
	return 0;
}

static const struct prober_ops prober_ops = {
	.now = ask_now,
	.send = ask_send,
	.longest = ask_longest,
	.result = ask_result,
	.gap = ask_gap,
	.report = ask_report,
	.block_end = ask_block_end,
};

static int64_t ask_run(void *arg, int64_t now)
{
	struct node *node = arg;

	(void)now;
	return prober_run(node->daemon.prober);
}

static const struct task_ops asking = { .run = ask_run };

static void start_ingress(struct node *node)
{
	struct daemon *daemon = &node->daemon;
	struct prober_config config = {
		.of = { .npeers = 1 },
		.timing = node->world->timing,
		.auth = param(node)[PARAM_AUTH],
		.key = key,
		.ssid = 77,
		.tlv_type = STAMP_TLV_BLOCK,
		.message_max = MESSAGE_MAX,
		.window = WINDOW,
	};

	address_of(EGRESS, &config.address[0]);
	daemon->rotator = rotator_open(SET, &node->world->timing);
	if (daemon->rotator)
		rotator_start(daemon->rotator, &daemon->loop);
	daemon->prober = need(prober_new(&config, &prober_ops, node));
	prober_clock(daemon->prober, true, CLOCK_ERROR_NS);
	daemon->asking = loop_task(&daemon->loop, &asking, node);
}

static void start_egress(struct node *node)
{
	struct daemon *daemon = &node->daemon;
	struct keys keys = { .n = 1, .key = { key } };
	struct reflector_config config = {
		.auth = param(node)[PARAM_AUTH],
		.stateful = param(node)[PARAM_STATEFUL],
		.tlv_type = STAMP_TLV_BLOCK,
		.freshness = 60 * BLOCK_NS_PER_S,
	};

	daemon->ledger = need(ledger_new(&node->world->timing));
	ledger_begins(daemon->ledger, block_number(&node->world->timing,
						   node_time(node)) + 1);
	daemon->reflector = need(reflector_new(&config, &keys));
	reflector_ledgers(daemon->reflector, &daemon->ledger, 1);
	reflector_clock(daemon->reflector, true, CLOCK_ERROR_NS);
}

static void start_again(struct world *world, const struct happening *happening)
{
	daemon_start(&world->node[happening->n]);
}

void daemon_start(struct node *node)
{
	struct daemon *daemon = &node->daemon;
	struct node *before = daemon_running;

	if (daemon->up || daemon->loop.busy ||
	    node->world->now >= node->world->until)
		return;
	daemon_running = node;
	daemon->up = true;
	daemon->loop.node = node;
	daemon->loop.busy = true;
	daemon->last = &daemon->messages;
	if (node->id == EGRESS)
		start_egress(node);
	else
		start_ingress(node);
	daemon->reader = set_reader_open(SET, node->id == EGRESS ? "egress" :
				     "ingress", &node->world->timing,
				     &set_reader_ops, node);
	if (daemon->reader && node->id != EGRESS && !param(node)[PARAM_UNTOLD])
		set_reader_marks(daemon->reader);
	if (daemon->reader)
		set_reader_start(daemon->reader, &daemon->loop);
	daemon->loop.busy = false;
	daemon_running = before;
	if (daemon->reader && (daemon->rotator || node->id == EGRESS)) {
		daemon_wake(node);
		return;
	}
	daemon_end(node, false);
	world_happens(node->world, AGAIN_PARTS * node->world->part,
		      start_again, node->id);
}

static struct message *message_take(struct daemon *daemon)
{
	struct message *message = daemon->messages;

	if (!message)
		return NULL;
	daemon->messages = message->next;
	if (!daemon->messages)
		daemon->last = &daemon->messages;
	return message;
}

static void message_free(struct message *message)
{
	free(message->data);
	free(message);
}

void daemon_end(struct node *node, bool clean)
{
	struct daemon *daemon = &node->daemon;
	struct node *before = daemon_running;

	if (!daemon->up)
		return;
	daemon_running = node;
	if (daemon->prober && clean)
		prober_flush(daemon->prober);
	if (!clean)
		daemon->owed = 0;
	rotator_close(daemon->rotator);
	set_reader_close(daemon->reader);
	task_free(daemon->asking);
	prober_free(daemon->prober);
	reflector_free(daemon->reflector);
	ledger_free(daemon->ledger);
	while (daemon->messages)
		message_free(message_take(daemon));
	*daemon = (struct daemon){
		.held = daemon->held,
		.late = daemon->late,
		.slow = daemon->slow,
		.stuck = daemon->stuck,
		.owed = daemon->owed,
		.draws = daemon->draws,
		.loop.wakes = daemon->loop.wakes + 1,
	};
	daemon_running = before;
}

static void answer(struct node *node, struct message *message)
{
	struct reflector_request request = {
		.data = message->data, .len = message->len,
		.from = { .sin6_family = AF_INET6, .sin6_port = 1 },
		.ttl = 64, .received = message->received,
	};
	bool replies;
	int64_t now;

	address_of(message->from, &request.from.sin6_addr);
	address_of(EGRESS, &request.to);
	if (sabotaged(node->world->blind, SABOTAGE_CLOCK)) {
		daemon_running = &node->world->node[message->from];
		request.received = wallclock_time();
	}
	replies = reflector_handle(node->daemon.reflector, &request,
				   wallclock_time);
	daemon_running = node;
	/* As lmctl/service/reflect.c does. */
	if (replies && !loop_stepped(&node->daemon.loop, &now))
		path_message(node->world, EGRESS, message->from, request.data,
			     request.len);
}

static void take_messages(struct node *node)
{
	struct message *message;

	while ((message = message_take(&node->daemon))) {
		if (node->id == EGRESS)
			answer(node, message);
		else
			prober_receive(node->daemon.prober, 0, message->data,
				       message->len, message->received);
		if (node->id != EGRESS)
			task_wake(node->daemon.asking);
		message_free(message);
	}
}

int64_t daemon_held(const struct node *node)
{
	const struct daemon *daemon = &node->daemon;
	int64_t held = daemon->urgent ? daemon->late : daemon->held;

	return held > node->suspended ? held : node->suspended;
}

/* Until when a task is not run, whatever the others do. */
static bool held(const struct node *node, const struct task *task)
{
	const struct daemon *daemon = &node->daemon;

	return (task->ops->urgent ? daemon->late : daemon->held) >
	       node->world->now;
}

/* Of urgent ones the first, of the others the one that has waited longest. */
static struct task *task_due(struct loop *loop, int64_t now)
{
	struct task *due = NULL;
	unsigned int i;

	for (i = 0; i < DAEMON_TASKS; i++) {
		struct task *task = &loop->task[i];

		if (!task->ops || task->time > now || held(loop->node, task))
			continue;
		if (task->ops->urgent)
			return task;
		if (!due || task->time < due->time)
			due = task;
	}
	return due;
}

static void run(struct node *node)
{
	struct loop *loop = &node->daemon.loop;
	struct node *before = daemon_running;
	struct task *task;
	int64_t now;

	daemon_running = node;
	loop->busy = true;
	do {
		if (node->daemon.held <= node->world->now)
			take_messages(node);
		loop_stepped(loop, &now);
		task = task_due(loop, now);
		if (task)
			task_run(task, now);
	} while (task);
	loop->busy = false;
	daemon_running = before;
}

/* @n: the node, and above it the number of the wake. */
static void woken(struct world *world, const struct happening *happening)
{
	struct node *node = &world->node[happening->n % NODES];
	struct daemon *daemon = &node->daemon;
	int64_t until = node->suspended;

	if (!daemon->up || daemon->loop.busy ||
	    happening->n / NODES != daemon->loop.wakes)
		return;
	if (until > world->now) {
		world_happens(world, until - world->now, woken, happening->n);
		return;
	}
	run(node);
	daemon_wake(node);
}

static int64_t latency(struct node *node)
{
	const int64_t *params = param(node);
	uint64_t draw = node->daemon.draws++ * NODES + node->id;
	int64_t most = params[PARAM_LATENCY] * BLOCK_NS_PER_US;

	if (chance_happens((uint64_t)params[PARAM_SEED], CHANCE_LATENCY,
			   2 * draw, params[PARAM_BUSY]))
		most *= BUSY_TIMES;
	return chance_below((uint64_t)params[PARAM_SEED], CHANCE_LATENCY,
			    2 * draw + 1, most);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When a task is due and not held, true time. */
static int64_t task_when(const struct task *task)
{
	const struct node *node = task->loop->node;
	int64_t held = task->ops->urgent ? node->daemon.late :
					   node->daemon.held;
	int64_t when;

	if (task->time == LOOP_NEVER)
		return LOOP_NEVER;
	when = nodeclock_when(&node->clock, node->world->now, task->time);
	return when > held ? when : held;
}

void daemon_wake(struct node *node)
{
	struct loop *loop = &node->daemon.loop;
	struct world *world = node->world;
	int64_t free = earlier(node->daemon.held, node->daemon.late);
	int64_t when = LOOP_NEVER;
	unsigned int i;

	if (!node->daemon.up || loop->busy)
		return;
	if (loop->stepped)
		when = free;
	if (node->daemon.messages)
		when = earlier(when, node->daemon.held);
	for (i = 0; i < DAEMON_TASKS; i++)
		if (loop->task[i].ops)
			when = earlier(when, task_when(&loop->task[i]));
	if (when == LOOP_NEVER)
		return;
	if (when < world->now)
		when = world->now;
	loop->wakes++;
	world_happens(world, when - world->now + latency(node), woken,
		      loop->wakes * NODES + node->id);
}

void daemon_receive(struct node *node, unsigned int from, uint8_t *data,
		    size_t len)
{
	struct daemon *daemon = &node->daemon;
	struct message *message;

	if (!daemon->up || node->suspended > node->world->now) {
		free(data);
		return;
	}
	message = need(calloc(1, sizeof(*message)));
	*message = (struct message){
		.from = from, .received = node_time(node), .len = len,
		.data = data,
	};
	*daemon->last = message;
	daemon->last = &message->next;
	/* Those that come before it is awake do not wake it again. */
	if (daemon->messages == message)
		daemon_wake(node);
}

void daemon_stepped(struct node *node, int64_t step)
{
	node->daemon.loop.pending += step;
	node->daemon.loop.stepped = true;
	daemon_wake(node);
}
