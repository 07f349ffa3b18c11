/* SPDX-License-Identifier: GPL-2.0-only */
/* What all kernel code uses: words of the compiler, arithmetic, byte order. */
#ifndef STANDIN_KERNEL_H
#define STANDIN_KERNEL_H

#include <endian.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>

/* Debian's configuration for x86-64, where the fuzzer runs. */
#define CONFIG_64BIT 1
#define CONFIG_X86_64 1
#define CONFIG_ARCH_SUPPORTS_INT128 1
#define CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS 1

#define __force
#define __init
#define __exit
#define __percpu
#define __rcu
#define __read_mostly
#undef noinline
#define noinline __attribute__((noinline))
#define __noclone
#define noinline_for_stack noinline
#define fallthrough __attribute__((__fallthrough__))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))
#define data_race(x) (x)
#define cmpxchg(pointer, old, new) \
	__sync_val_compare_and_swap(pointer, old, new)
#define smp_mb() __sync_synchronize()
#define smp_rmb() __sync_synchronize()
#define smp_wmb() __sync_synchronize()

/* An option is 1, or not defined and named here. */
#define IS_ENABLED(option) STANDIN_ENABLED(option)
#define STANDIN_ENABLED(option) STANDIN_ENABLED_##option
#define STANDIN_ENABLED_1 1
#define STANDIN_ENABLED_CONFIG_MEMCG 0

#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define BUILD_BUG_ON(condition) _Static_assert(!(condition), #condition)
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))

#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max_t(type, a, b) ((type)(a) > (type)(b) ? (type)(a) : (type)(b))
#define max(a, b) max_t(__typeof__((a) + (b)), a, b)
#define clamp_t(type, x, low, high) max_t(type, min_t(type, x, high), low)
#define DIV_ROUND_UP(n, by) (((n) + (by) - 1) / (by))
#define U32_MAX UINT32_MAX

#define array_size(n, size) ((n) * (size))
#define struct_size(pointer, member, n) \
	(sizeof(*(pointer)) + (n) * sizeof((pointer)->member[0]))
#define struct_size_t(type, member, n) struct_size((type *)NULL, member, n)

#define htons htobe16
#define ntohs be16toh
#define htonl htobe32
#define ntohl be32toh
#define cpu_to_be64 htobe64
#define be64_to_cpu be64toh

void standin_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define pr_warn standin_warn
#define net_ratelimit() true

/* Time, in the hands of the harness. */
#define HZ 250UL
#define MSEC_PER_SEC 1000UL
extern unsigned long jiffies;
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define msecs_to_jiffies(ms) ((unsigned long)(ms) / (MSEC_PER_SEC / HZ))

#endif /* STANDIN_KERNEL_H */
