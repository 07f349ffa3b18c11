/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon of a node, made of the product's parts as 'lmctl run' makes it: at an
 * ingress a rotator, a reader and a prober; at the egress a reader, a ledger and a
 * reflector. The records of both readers are joined, too, as 'lmctl loss' does.
 *
 * It runs tasks as service/loop.c does, and is not always scheduled in time. The rotator
 * may be held up alone, or alone be in time, as if it were a 'lmctl rotate' beside it.
 */
#ifndef TEST_MODEL_DAEMON_H
#define TEST_MODEL_DAEMON_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lmctl/engine/ledger.h"
#include "lmctl/engine/prober.h"
#include "lmctl/engine/reflector.h"
#include "lmctl/service/set_reader.h"
#include "lmctl/service/rotator.h"

struct node;

#define DAEMON_TASKS 4

/**
 * struct message - a message in the socket of a daemon
 * @next: next one
 * @from: ingress that it is from, or for
 * @received: when the kernel received it, by the node's clock
 * @len: its length
 * @data: its bytes
 */
struct message {
	struct message *next;
	unsigned int from;
	int64_t received;
	size_t len;
	uint8_t *data;
};

/**
 * struct task - a task of the loop
 * @ops: its functions
 * @arg: for them
 * @loop: the loop
 * @time: when it is due
 */
struct task {
	const struct task_ops *ops;
	void *arg;
	struct loop *loop;
	int64_t time;
};

/**
 * struct loop - the loop of a daemon
 * @node: the node
 * @task: tasks; free ones have no @ops
 * @busy: something runs
 * @wakes: number of wakes so far: only the last one counts
 * @pending: by how much the clock has stepped since a task was told
 * @stepped: it has stepped since then
 */
struct loop {
	struct node *node;
	struct task task[DAEMON_TASKS];
	bool busy;
	uint64_t wakes;
	int64_t pending;
	bool stepped;
};

/**
 * struct daemon - a daemon
 * @up: it runs
 * @loop: its loop
 * @rotator: part of an ingress
 * @reader: part of both
 * @prober: part of an ingress
 * @asking: its task
 * @ledger: part of an egress
 * @reflector: part of an egress
 * @messages: messages in the socket, oldest first
 * @last: where to append
 * @held: it is not scheduled before this true time, but for its urgent task
 * @late: nor is its urgent task before this one
 * @urgent: the urgent task runs
 * @slow: nanoseconds that its next call to the kernel takes
 * @stuck: it cannot change the colour
 * @interrupts: dumps that are to be interrupted
 * @owed: records that the prober has to make rows of
 * @draws: random numbers drawn
 */
struct daemon {
	bool up;
	struct loop loop;
	struct rotator *rotator;
	struct set_reader *reader;
	struct prober *prober;
	struct task *asking;
	struct ledger *ledger;
	struct reflector *reflector;
	struct message *messages;
	struct message **last;
	int64_t held;
	int64_t late;
	bool urgent;
	int64_t slow;
	bool stuck;
	unsigned int interrupts;
	int64_t owed;
	uint64_t draws;
};

/* The node whose code runs: what has no argument is asked of it. */
extern struct node *daemon_running;

/**
 * daemon_held() - until when is what runs of a daemon not scheduled
 * @node: node
 *
 * Return: true time; may be in the past.
 */
int64_t daemon_held(const struct node *node);

/**
 * daemon_start() - start the daemon of a node
 * @node: node
 */
void daemon_start(struct node *node);

/**
 * task_run() - run a task
 * @task: task
 * @now: time of its node
 */
void task_run(struct task *task, int64_t now);

/**
 * daemon_end() - end it
 * @node: node whose daemon may run
 * @clean: what is open gets rows; otherwise it is killed
 */
void daemon_end(struct node *node, bool clean);

/**
 * daemon_wake() - have it scheduled when it has something to do
 * @node: node; its clock may have changed
 */
void daemon_wake(struct node *node);

/**
 * daemon_receive() - a message comes to a node
 * @node: node
 * @from: ingress that it is from, or for
 * @data: its bytes; taken over
 * @len: its length
 */
void daemon_receive(struct node *node, unsigned int from, uint8_t *data,
		    size_t len);

/**
 * daemon_stepped() - the clock of a node was set
 * @node: node
 * @step: by how much
 */
void daemon_stepped(struct node *node, int64_t step);

#endif /* TEST_MODEL_DAEMON_H */
