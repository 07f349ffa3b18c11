// SPDX-License-Identifier: GPL-2.0-only
/* Memory, RCU, workers and time around the module. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "world.h"

unsigned long jiffies;
unsigned int standin_cpu;
struct standin_context standin_context;
const struct ip_set_type *world_type;

static struct {
	size_t memory;
	int refuse;
	bool refused;
	/* Waits for a grace period. */
	struct rcu_head *garbage;
	struct work_struct *work;
	struct work_struct *delayed;
	u64 random;
} world;

void standin_stop(const char *why)
{
	fprintf(stderr, "the module breaks a rule of the kernel: %s\n", why);
	abort();
}

/* Nothing reads the message, but formatting it checks its arguments. */
void standin_warn(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
}

void *standin_alloc(size_t size, gfp_t gfp)
{
	void *memory;

	if (gfp & GFP_KERNEL)
		might_sleep();
	if (world.refuse >= 0 && !world.refuse--) {
		world.refused = true;
		return NULL;
	}
	memory = calloc(1, size);
	if (!memory)
		standin_stop("no memory to test with");
	world.memory++;
	return memory;
}

void kfree(const void *memory)
{
	if (memory)
		world.memory--;
	free((void *)memory);
}

void world_refuse(int nth)
{
	world.refuse = nth;
	world.refused = false;
}

bool world_refused(void)
{
	return world.refused;
}

size_t world_memory(void)
{
	return world.memory;
}

/* Counted as free at once, and freed later. */
void standin_free_later(struct rcu_head *head, void *object)
{
	head->object = object;
	head->next = world.garbage;
	world.garbage = head;
	world.memory--;
}

void synchronize_rcu(void)
{
	struct rcu_head *head;

	might_sleep();
	while ((head = world.garbage)) {
		world.garbage = head->next;
		free(head->object);
	}
}

/* A number without chance in it (splitmix64). */
void get_random_bytes(void *to, size_t size)
{
	u8 *at = to;

	for (; size; size--) {
		u64 z = world.random += 0x9e3779b97f4a7c15;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		*at++ = (u8)(z >> 56);
	}
}

struct workqueue_struct {
	char none;
};

struct workqueue_struct *alloc_workqueue(const char *name, unsigned int flags,
					 int active)
{
	(void)name;
	(void)flags;
	(void)active;
	return standin_alloc(sizeof(struct workqueue_struct), GFP_KERNEL);
}

static void run(struct work_struct *work)
{
	work->queued = false;
	might_sleep();
	work->fn(work);
}

static void run_all(void)
{
	struct work_struct *work;

	while ((work = world.work)) {
		world.work = work->next;
		run(work);
	}
}

void destroy_workqueue(struct workqueue_struct *queue)
{
	run_all();
	if (world.delayed)
		standin_stop("work is left when its queue goes");
	kfree(queue);
}

static bool enqueue(struct work_struct **list, struct work_struct *work)
{
	if (work->queued)
		return false;
	work->queued = true;
	work->next = *list;
	*list = work;
	return true;
}

static bool dequeue(struct work_struct **list, struct work_struct *work)
{
	for (; *list; list = &(*list)->next) {
		if (*list != work)
			continue;
		*list = work->next;
		work->queued = false;
		return true;
	}
	return false;
}

bool queue_work(struct workqueue_struct *queue, struct work_struct *work)
{
	(void)queue;
	return enqueue(&world.work, work);
}

bool queue_delayed_work(struct workqueue_struct *queue,
			struct delayed_work *work, unsigned long delay)
{
	(void)queue;
	return enqueue(delay ? &world.delayed : &world.work, &work->work);
}

bool mod_delayed_work(struct workqueue_struct *queue,
		      struct delayed_work *work, unsigned long delay)
{
	bool pending = dequeue(&world.delayed, &work->work);

	return queue_delayed_work(queue, work, delay) && pending;
}

bool cancel_delayed_work_sync(struct delayed_work *work)
{
	might_sleep();
	return dequeue(&world.delayed, &work->work) ||
	       dequeue(&world.work, &work->work);
}

bool flush_work(struct work_struct *work)
{
	might_sleep();
	if (!dequeue(&world.work, work))
		return false;
	run(work);
	return true;
}

void world_settle(void)
{
	might_sleep();
	run_all();
	synchronize_rcu();
}

void world_tick(void)
{
	struct work_struct *work;

	while ((work = world.delayed)) {
		dequeue(&world.delayed, work);
		enqueue(&world.work, work);
	}
}

void world_begin(void)
{
	memset(&world, 0, sizeof(world));
	world.refuse = -1;
	/* Before it wraps, as the kernel begins. */
	jiffies = -300 * HZ;
	standin_cpu = 0;
	if (standin_module_init() || !world_type)
		standin_stop("it cannot be loaded");
}

void world_end(void)
{
	world_settle();
	standin_module_exit();
	if (world_type || world.memory || world.garbage)
		standin_stop("it leaves something behind");
}
