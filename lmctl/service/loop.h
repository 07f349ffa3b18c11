/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event loop of every daemon of lmctl: sd-event for sockets, signals and
 * the service manager, and tasks at times of the wall clock on top of it.
 *
 * sd-event has timers on CLOCK_REALTIME too, but does not tell that the clock
 * was set, which is what makes or breaks a block.
 *
 * One thread. A task that takes long delays all others, but for those marked
 * urgent: whoever takes long calls loop_progress() after each small piece.
 */
#ifndef LMCTL_SERVICE_LOOP_H
#define LMCTL_SERVICE_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

/* Time of a task that has nothing to do. */
#define LOOP_NEVER INT64_MAX

struct loop;
struct task;

/**
 * typedef task_run_fn - do what is due
 * @arg: as given to loop_task()
 * @now: nanoseconds since 1970. The function may be called before its time:
 *	 after a step of the clock, for one
 *
 * Return: when to be called again, or LOOP_NEVER.
 */
typedef int64_t (*task_run_fn)(void *arg, int64_t now);

/**
 * typedef task_stepped_fn - the clock was set or the machine was suspended
 * @arg: as given to loop_task()
 * @before: what the time would be now without that
 * @now: what it is
 *
 * The task is run right afterwards.
 */
typedef void (*task_stepped_fn)(void *arg, int64_t before, int64_t now);

/**
 * struct task_ops - functions of a task
 * @run: do what is due
 * @stepped: the clock stepped; NULL if that does not matter
 * @urgent: run within loop_progress(), too, and before all others
 */
struct task_ops {
	task_run_fn run;
	task_stepped_fn stepped;
	bool urgent;
};

/**
 * loop_open() - make a loop
 * @loop: filled
 *
 * From here on SIGINT, SIGTERM and SIGHUP are held until loop_run().
 *
 * Return: 0, or a negative errno after a message.
 */
int loop_open(struct loop **loop);

/**
 * loop_close() - free a loop
 * @loop: loop or NULL; has no tasks any more
 */
void loop_close(struct loop *loop);

/**
 * loop_event() - the sd-event loop, for sockets and children
 * @loop: loop
 *
 * Return: valid as long as @loop.
 */
sd_event *loop_event(struct loop *loop);

/**
 * loop_on_hangup() - what SIGHUP does; without this it ends the loop
 * @loop: loop
 * @hangup: called between tasks
 * @arg: for @hangup
 */
void loop_on_hangup(struct loop *loop, void (*hangup)(void *arg), void *arg);

/**
 * loop_run() - run until SIGINT, SIGTERM or loop_stop()
 * @loop: loop
 *
 * Return: status given to loop_stop(), EXIT_SUCCESS after a signal,
 * EXIT_FAILURE after a message if the loop itself failed.
 */
int loop_run(struct loop *loop);

/**
 * loop_stop() - end loop_run() after this task
 * @loop: loop
 * @status: what loop_run() returns
 */
void loop_stop(struct loop *loop, int status);

/**
 * loop_task() - make a task
 * @loop: loop
 * @ops: its functions; must live as long
 * @arg: for them
 *
 * It runs as soon as the loop does.
 *
 * Return: task for task_free(), or NULL when memory is short.
 */
struct task *loop_task(struct loop *loop, const struct task_ops *ops,
		       void *arg);

/**
 * task_free() - remove a task; not from within itself
 * @task: task or NULL
 */
void task_free(struct task *task);

/**
 * task_wake() - run a task as soon as its turn comes, not from within itself
 * @task: task
 *
 * It does not pass tasks that are due already: whoever wakes it again and again
 * holds up no other.
 */
void task_wake(struct task *task);

/**
 * loop_progress() - run urgent tasks that are due
 * @loop: loop
 *
 * For work that takes long, from within it, after each flow or whatever else
 * takes microseconds: most calls do nothing, so that the clock is not read for
 * each.
 */
void loop_progress(struct loop *loop);

/**
 * loop_stepped() - did the clock step within this task
 * @loop: loop
 * @now: filled with the time, nanoseconds since 1970
 *
 * Tells all tasks if it did, this one too.
 *
 * Return: true if it did.
 */
bool loop_stepped(struct loop *loop, int64_t *now);

#endif /* LMCTL_SERVICE_LOOP_H */
