/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks, RCU, preemption and sleep on a machine with one thread: nothing ever
 * waits, but whoever takes a lock twice, uses what RCU protects without it, or
 * sleeps where that is not allowed, is stopped.
 */
#ifndef STANDIN_RCUPDATE_H
#define STANDIN_RCUPDATE_H

#include <linux/kernel.h>

/* Depths; all 0 between two calls into the module. */
extern struct standin_context {
	unsigned int locks;
	unsigned int rcu;
	unsigned int preempt;
} standin_context;

void standin_stop(const char *why) __attribute__((noreturn));

typedef struct {
	bool held;
} spinlock_t;

#define DEFINE_SPINLOCK(name) spinlock_t name

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = false;
}

static inline void spin_lock_bh(spinlock_t *lock)
{
	if (lock->held)
		standin_stop("a lock is taken twice");
	lock->held = true;
	standin_context.locks++;
}

static inline void spin_unlock_bh(spinlock_t *lock)
{
	if (!lock->held)
		standin_stop("a lock is given up that is not held");
	lock->held = false;
	standin_context.locks--;
}

static inline bool lockdep_is_held(const spinlock_t *lock)
{
	return lock->held;
}

static inline void rcu_read_lock(void)
{
	standin_context.rcu++;
}

static inline void rcu_read_unlock(void)
{
	if (!standin_context.rcu--)
		standin_stop("RCU is given up that is not held");
}

static inline void preempt_disable(void)
{
	standin_context.preempt++;
}

static inline void preempt_enable(void)
{
	if (!standin_context.preempt--)
		standin_stop("preemption is on already");
}

/* 32-bit machines only. */
#define local_bh_disable preempt_disable
#define local_bh_enable preempt_enable

static inline void might_sleep(void)
{
	if (standin_context.locks || standin_context.rcu ||
	    standin_context.preempt)
		standin_stop("it sleeps in atomic context");
}

#define cond_resched might_sleep

static inline void standin_need(bool protected)
{
	if (!protected)
		standin_stop("a pointer is read that nothing protects");
}

#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_dereference(p) \
	(standin_need(standin_context.rcu), READ_ONCE(p))
#define rcu_dereference_protected(p, condition) \
	(standin_need(condition), (p))
#define rcu_assign_pointer(p, value) WRITE_ONCE(p, value)
#define rcu_replace_pointer(p, value, condition) \
	({ __typeof__(p) standin_old = rcu_dereference_protected(p, condition); \
	   rcu_assign_pointer(p, value); standin_old; })

/* Waits until the harness lets a grace period go by; see world.h. */
void standin_free_later(struct rcu_head *head, void *object);
#define kfree_rcu(pointer, member) \
	standin_free_later(&(pointer)->member, pointer)
void synchronize_rcu(void);
#define rcu_barrier synchronize_rcu

#endif /* STANDIN_RCUPDATE_H */
