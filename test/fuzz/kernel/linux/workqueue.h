/* SPDX-License-Identifier: GPL-2.0-only */
/* Work waits until the harness runs it; see world.h. */
#ifndef STANDIN_WORKQUEUE_H
#define STANDIN_WORKQUEUE_H

#include <linux/kernel.h>

struct work_struct {
	void (*fn)(struct work_struct *work);
	struct work_struct *next;
	bool queued;
};

struct delayed_work {
	struct work_struct work;
};

struct workqueue_struct;

#define WQ_UNBOUND 2
#define INIT_WORK(work, function) \
	(*(work) = (struct work_struct){ .fn = (function) })
#define INIT_DELAYED_WORK(delayed_work, function) \
	INIT_WORK(&(delayed_work)->work, function)
#define to_delayed_work(pointer) \
	container_of(pointer, struct delayed_work, work)

struct workqueue_struct *alloc_workqueue(const char *name, unsigned int flags,
					 int active);
void destroy_workqueue(struct workqueue_struct *queue);
bool queue_work(struct workqueue_struct *queue, struct work_struct *work);
bool queue_delayed_work(struct workqueue_struct *queue,
			struct delayed_work *work, unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *queue,
		      struct delayed_work *work, unsigned long delay);
bool cancel_delayed_work_sync(struct delayed_work *work);
bool flush_work(struct work_struct *work);

#endif /* STANDIN_WORKQUEUE_H */
