/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event loop of every daemon of lmctl: sd-event for sockets, signals and
 * the service manager, and tasks at times of the wall clock on top of it.
 *
 * sd-event has timers on CLOCK_REALTIME, too, but does not report that the clock
 * was set, which decides the validity of a block.
 *
 * One thread. A long task delays all others except urgent ones, if it calls
 * loop_progress() after each small piece.
 */
#ifndef LMCTL_SERVICE_LOOP_H
#define LMCTL_SERVICE_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

/* Time of an idle task. */
#define LOOP_NEVER INT64_MAX

struct loop;
struct task;

/**
 * typedef task_run_fn - do the due work
 * @arg: as given to loop_task()
 * @now: nanoseconds since 1970. The function may be called early, for instance
 *	 after a step of the clock
 *
 * Return: time of the next call, or LOOP_NEVER.
 */
typedef int64_t (*task_run_fn)(void *arg, int64_t now);

/**
 * typedef task_stepped_fn - handle a step of the clock or a suspension
 * @arg: as given to loop_task()
 * @before: the time now without the step
 * @now: the time now
 *
 * The task is run right afterwards.
 */
typedef void (*task_stepped_fn)(void *arg, int64_t before, int64_t now);

/**
 * struct task_ops - functions of a task
 * @run: do the due work
 * @stepped: handle a step of the clock; may be NULL
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
 * SIGINT, SIGTERM and SIGHUP are blocked until loop_run().
 *
 * Return: 0, or a negative errno after a message.
 */
int loop_open(struct loop **loop);

/**
 * loop_close() - free a loop
 * @loop: loop or NULL, without tasks
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
 * loop_on_hangup() - set the action of SIGHUP; the default ends the loop
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
 * @status: return value of loop_run()
 */
void loop_stop(struct loop *loop, int status);

/**
 * loop_task() - make a task
 * @loop: loop
 * @ops: its functions; must outlive the task
 * @arg: for them
 *
 * It runs when the loop starts.
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
 * Due tasks run before it: waking it repeatedly delays no other task.
 */
void task_wake(struct task *task);

/**
 * loop_progress() - run urgent tasks that are due
 * @loop: loop
 *
 * Call it within long work, after each piece of some microseconds such as a flow:
 * most calls do nothing, not even read the clock.
 */
void loop_progress(struct loop *loop);

/**
 * loop_stepped() - check for a step of the clock within this task
 * @loop: loop
 * @now: filled with the time, nanoseconds since 1970
 *
 * All tasks are notified of a step, this one included.
 *
 * Return: true if the clock stepped.
 */
bool loop_stepped(struct loop *loop, int64_t *now);

#endif /* LMCTL_SERVICE_LOOP_H */
