// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/signals.h"
#include "lmctl/service/loop.h"

/* Calls of loop_progress() between two readings of the clock. */
#define PROGRESS_CALLS 64

struct task {
	const struct task_ops *ops;
	void *arg;
	struct loop *loop;
	struct task *next;
	int64_t time;
};

struct loop {
	sd_event *event;
	sd_event_source *timer;
	struct wallclock clock;
	/* Urgent ones first. */
	struct task *tasks;
	int64_t armed;
	unsigned int progress;
	void (*hangup)(void *arg);
	void *hangup_arg;
	int status;
};

sd_event *loop_event(struct loop *loop)
{
	return loop->event;
}

void loop_stop(struct loop *loop, int status)
{
	loop->status = status;
	sd_event_exit(loop->event, 0);
}

static int broken(struct loop *loop)
{
	loop_stop(loop, EXIT_FAILURE);
	return 0;
}

bool loop_stepped(struct loop *loop, int64_t *now)
{
	struct task *task;
	int64_t step;

	if (!wallclock_now(&loop->clock, now, &step))
		return false;
	for (task = loop->tasks; task; task = task->next) {
		if (task->ops->stepped)
			task->ops->stepped(task->arg, *now - step, *now);
		task->time = *now;
	}
	return true;
}

/* Choose the first urgent task; of the others the one that waited longest. */
static struct task *task_due(const struct loop *loop, int64_t now)
{
	struct task *task, *due = NULL;

	for (task = loop->tasks; task; task = task->next) {
		if (task->time > now || (due && due->time <= task->time))
			continue;
		if (task->ops->urgent)
			return task;
		due = task;
	}
	return due;
}

/* Run one task, the most urgent one; then sockets and signals have their turn. */
static int on_timer(sd_event_source *source, int fd, uint32_t events,
		    void *arg)
{
	struct loop *loop = arg;
	struct task *task;
	int64_t now;

	(void)source;
	(void)fd;
	(void)events;
	loop->armed = LOOP_NEVER;
	if (wallclock_expired(&loop->clock))
		return broken(loop);
	loop_stepped(loop, &now);
	task = task_due(loop, now);
	if (task)
		task->time = task->ops->run(task->arg, now);
	return 0;
}

void loop_progress(struct loop *loop)
{
	struct task *task;
	int64_t now;

	if (++loop->progress % PROGRESS_CALLS)
		return;
	now = wallclock_time();
	task = task_due(loop, now);
	if (task && task->ops->urgent)
		task->time = task->ops->run(task->arg, now);
}

/* Before every wait: the times of tasks may have changed. */
static int arm(sd_event_source *source, void *arg)
{
	struct loop *loop = arg;
	int64_t first = LOOP_NEVER;
	struct task *task;

	(void)source;
	for (task = loop->tasks; task; task = task->next)
		if (task->time < first)
			first = task->time;
	if (first == loop->armed)
		return 0;
	loop->armed = first;
	if (wallclock_arm(&loop->clock, first))
		return broken(loop);
	if (loop->clock.cancelled && wallclock_arm(&loop->clock, 0))
		return broken(loop);
	return 0;
}

static int on_end(sd_event_source *source, const struct signalfd_siginfo *info,
		  void *arg)
{
	(void)source;
	(void)info;
	loop_stop(arg, EXIT_SUCCESS);
	return 0;
}

static int on_hangup(sd_event_source *source,
		     const struct signalfd_siginfo *info, void *arg)
{
	struct loop *loop = arg;

	(void)source;
	(void)info;
	if (loop->hangup)
		loop->hangup(loop->hangup_arg);
	else
		loop_stop(loop, EXIT_SUCCESS);
	return 0;
}

void loop_on_hangup(struct loop *loop, void (*hangup)(void *arg), void *arg)
{
	loop->hangup = hangup;
	loop->hangup_arg = arg;
}

static int add_sources(struct loop *loop)
{
	int err = sd_event_new(&loop->event);

	if (err >= 0)
		err = sd_event_add_signal(loop->event, NULL, SIGINT, on_end,
					  loop);
	if (err >= 0)
		err = sd_event_add_signal(loop->event, NULL, SIGTERM, on_end,
					  loop);
	if (err >= 0)
		err = sd_event_add_signal(loop->event, NULL, SIGHUP, on_hangup,
					  loop);
	if (err >= 0)
		err = sd_event_add_io(loop->event, &loop->timer,
				      loop->clock.timer, EPOLLIN, on_timer,
				      loop);
	if (err >= 0)
		err = sd_event_source_set_prepare(loop->timer, arm);
	return err < 0 ? err : 0;
}

int loop_open(struct loop **loop)
{
	struct loop *new = calloc(1, sizeof(*new));
	int err = -ENOMEM;

	*loop = NULL;
	if (!new) {
		lmctl_error("cannot create an event loop: %s", strerror(-err));
		return err;
	}
	signals_hold();
	new->armed = LOOP_NEVER;
	err = wallclock_open(&new->clock);
	if (err) {
		free(new);
		return err;
	}
	err = add_sources(new);
	if (err) {
		lmctl_error("cannot create an event loop: %s", strerror(-err));
		loop_close(new);
		return err;
	}
	*loop = new;
	return 0;
}

void loop_close(struct loop *loop)
{
	if (!loop)
		return;
	sd_event_source_unref(loop->timer);
	sd_event_unref(loop->event);
	wallclock_close(&loop->clock);
	free(loop);
}

int loop_run(struct loop *loop)
{
	int err = sd_event_loop(loop->event);

	if (err >= 0)
		return loop->status;
	lmctl_error("event loop: %s", strerror(-err));
	return EXIT_FAILURE;
}

struct task *loop_task(struct loop *loop, const struct task_ops *ops,
		       void *arg)
{
	struct task **at = &loop->tasks;
	struct task *task = calloc(1, sizeof(*task));

	if (!task)
		return NULL;
	*task = (struct task){ .ops = ops, .arg = arg, .loop = loop };
	while (*at && ((*at)->ops->urgent || !ops->urgent))
		at = &(*at)->next;
	task->next = *at;
	*at = task;
	return task;
}

void task_free(struct task *task)
{
	struct task **at;

	if (!task)
		return;
	for (at = &task->loop->tasks; *at != task; at = &(*at)->next)
		;
	*at = task->next;
	free(task);
}

void task_wake(struct task *task)
{
	int64_t now = wallclock_time();

	if (task->time > now)
		task->time = now;
}
