// SPDX-License-Identifier: GPL-2.0-only
/*
 * In the place of service/loop.c and clock.c: the same functions, for many daemons in
 * one program. Which of them is meant by a function without argument is in
 * daemon_running.
 */
#include "lmctl/base/clock.h"
#include "lmctl/service/loop.h"
#include "lmctl/service/sysclock.h"
#include "test/model/daemon.h"
#include "test/model/sabotage.h"
#include "test/model/world.h"

struct node *daemon_running;

/* A time daemon knows whether its clock is right. */
void sysclock_record(struct record_clock *clock, int64_t band_ns)
{
	const struct node *node = daemon_running;
	int64_t now = node->world->now, off = node_time(node) - now;

	clock->boot = node->id + 1;
	clock->boot_time_us = (node->epoch + 1) * BLOCK_NS_PER_S;
	clock->synchronised = off <= band_ns && off >= -band_ns;
}

int64_t wallclock_time(void)
{
	return node_time(daemon_running);
}

struct task *loop_task(struct loop *loop, const struct task_ops *ops,
		       void *arg)
{
	struct task *task = loop->task;

	while (task->ops)
		task++;
	*task = (struct task){ .ops = ops, .arg = arg, .loop = loop };
	return task;
}

void task_free(struct task *task)
{
	if (task)
		task->ops = NULL;
}

void task_wake(struct task *task)
{
	int64_t now = node_time(task->loop->node);

	if (task->time > now)
		task->time = now;
}

void task_run(struct task *task, int64_t now)
{
	struct daemon *daemon = &task->loop->node->daemon;
	bool before = daemon->urgent;

	daemon->urgent = task->ops->urgent;
	task->time = task->ops->run(task->arg, now);
	daemon->urgent = before;
}

/* The real one looks at every 64th call, of which it gets a million. */
void loop_progress(struct loop *loop)
{
	const struct node *node = loop->node;
	int64_t now = node_time(node);
	unsigned int i;

	if (node->daemon.urgent || node->daemon.late > node->world->now)
		return;
	for (i = 0; i < DAEMON_TASKS; i++) {
		struct task *task = &loop->task[i];

		if (task->ops && task->ops->urgent && task->time <= now)
			task_run(task, now);
	}
}

bool loop_stepped(struct loop *loop, int64_t *now)
{
	int64_t step = loop->pending;
	bool stepped = loop->stepped;
	unsigned int i;

	*now = node_time(loop->node);
	loop->stepped = false;
	loop->pending = 0;
	if (!stepped || sabotaged(loop->node->world->blind, SABOTAGE_STEP))
		return false;
	for (i = 0; i < DAEMON_TASKS; i++) {
		struct task *task = &loop->task[i];

		if (!task->ops)
			continue;
		if (task->ops->stepped)
			task->ops->stepped(task->arg, *now - step, *now);
		task->time = *now;
	}
	return true;
}

/* A reader stops its loop when memory is short, which ends the model before. */
void loop_stop(struct loop *loop, int status)
{
	(void)loop;
	(void)status;
}
