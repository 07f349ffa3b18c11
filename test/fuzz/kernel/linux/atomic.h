/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_ATOMIC_H
#define STANDIN_ATOMIC_H

#include <linux/kernel.h>

typedef struct {
	int64_t value;
} atomic64_t;

typedef atomic64_t atomic_long_t;

static inline int64_t atomic64_read(const atomic64_t *atomic)
{
	return READ_ONCE(atomic->value);
}

static inline void atomic64_add(int64_t n, atomic64_t *atomic)
{
	__sync_fetch_and_add(&atomic->value, n);
}

static inline void atomic64_inc(atomic64_t *atomic)
{
	atomic64_add(1, atomic);
}

static inline void atomic64_set(atomic64_t *atomic, int64_t n)
{
	WRITE_ONCE(atomic->value, n);
}

#define atomic_long_read atomic64_read
#define atomic_long_set atomic64_set
#define atomic_long_inc(atomic) atomic64_add(1, atomic)
#define atomic_long_dec(atomic) atomic64_add(-1, atomic)

#endif /* STANDIN_ATOMIC_H */
