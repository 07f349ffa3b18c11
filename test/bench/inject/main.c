// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts packets into the receive path and measures each: with a clock that counts
 * instructions, this is the cost of the path.
 *
 *	echo KIND PROTO SIDS FIRST FLOWS COUNT >.../parameters/run
 *	cat .../parameters/result
 *
 * runs one case (struct inject_case) and shows its figures. Only the call that
 * hands the packet to the stack is between the two readings of the clock; the
 * device at the end of the path is no part of it. A tick of the timer now and
 * then falls into it as well: that is what the 50th percentile is for.
 */

#include <linux/module.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>
#include <net/ipv6.h>
#include <asm/msr.h>

#include "inject.h"

#define COUNT_MAX 1000000
#define LOOPS 1000000

static const char *const kinds[] = {
	[INJECT_STEERED] = "steered",
	[INJECT_PLAIN] = "plain",
	[INJECT_SRV6] = "srv6",
	[INJECT_TUNNEL] = "tunnel",
};

static DEFINE_MUTEX(lock);
static char result[128];

static int smaller(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Ticks of the clock between two readings of it. */
static u64 reading_ticks(void)
{
	unsigned long flags;
	u64 ticks;

	local_irq_save(flags);
	ticks = rdtsc_ordered();
	ticks = rdtsc_ordered() - ticks;
	local_irq_restore(flags);
	return ticks;
}

/* Ticks of the clock in 1,000 instructions, of a loop of two. */
static u64 clock_ticks(void)
{
	unsigned long loops = LOOPS, flags;
	u64 ticks;

	local_irq_save(flags);
	ticks = rdtsc_ordered();
	asm volatile("1: dec %0\n\t"
		     "jnz 1b" : "+r" (loops) : : "cc");
	ticks = rdtsc_ordered() - ticks;
	local_irq_restore(flags);
	return div_u64(ticks * 1000 + LOOPS, 2 * LOOPS);
}

/* Adds to @out the packets that reached the end. */
static u32 send_one(struct sk_buff *skb, unsigned int *out)
{
	u64 ticks;

	local_bh_disable();
	/* Packets that the stack sent on its own are no part of the case. */
	inject_take();
	ticks = rdtsc_ordered();
	netif_receive_skb(skb);
	ticks = rdtsc_ordered() - ticks;
	*out += inject_take();
	local_bh_enable();
	return min_t(u64, ticks, U32_MAX);
}

static int send_all(const struct inject_case *what, u32 *ticks,
		    unsigned int *out)
{
	struct sk_buff *skb;
	unsigned int i;

	for (i = 0; i < what->count; i++) {
		skb = inject_build(what, what->first + i % what->flows);
		if (!skb)
			return -ENOMEM;
		ticks[i] = send_one(skb, out);
		cond_resched();
	}
	return 0;
}

static void show(const struct inject_case *what, u32 *ticks, unsigned int out)
{
	unsigned int n = what->count, i;
	u64 sum = 0;

	sort(ticks, n, sizeof(*ticks), smaller, NULL);
	/* Without the slowest hundredth, in which interrupts are. */
	for (i = 0; i < n - n / 100; i++)
		sum += ticks[i];
	snprintf(result, sizeof(result),
		 "p50 %u mean %llu p99 %u out %u", ticks[n / 2],
		 div_u64(sum, n - n / 100), ticks[n - 1 - n / 100], out);
}

static int run(const struct inject_case *what)
{
	struct inject_case warm = *what;
	unsigned int out = 0;
	u32 *ticks;
	int err;

	ticks = vmalloc_array(max(what->count, 2 * what->flows),
			      sizeof(*ticks));
	if (!ticks)
		return -ENOMEM;
	/* The first packets of a flow find its route and neighbour. */
	warm.count = 2 * what->flows;
	err = send_all(&warm, ticks, &out);
	out = 0;
	if (!err)
		err = send_all(what, ticks, &out);
	if (!err)
		show(what, ticks, out);
	vfree(ticks);
	return err;
}

static int set_run(const char *text, const struct kernel_param *kp)
{
	struct inject_case what;
	char kind[16];
	int err;

	if (sscanf(text, "%15s %hhu %u %u %u %u", kind, &what.proto,
		   &what.sids, &what.first, &what.flows, &what.count) != 6)
		return -EINVAL;
	err = match_string(kinds, ARRAY_SIZE(kinds), kind);
	if (err < 0)
		return err;
	what.kind = err;
	if (!what.sids || what.sids > INJECT_SIDS_MAX || !what.flows ||
	    what.flows > COUNT_MAX / 2 || !what.count ||
	    what.count > COUNT_MAX)
		return -EINVAL;
	mutex_lock(&lock);
	err = run(&what);
	mutex_unlock(&lock);
	return err;
}

static int get_result(char *text, const struct kernel_param *kp)
{
	return sysfs_emit(text, "%s\n", result);
}

static int get_clock(char *text, const struct kernel_param *kp)
{
	return sysfs_emit(text, "ticks %llu reading %llu\n", clock_ticks(),
			  reading_ticks());
}

static const struct kernel_param_ops run_ops = { .set = set_run };
static const struct kernel_param_ops result_ops = { .get = get_result };
static const struct kernel_param_ops clock_ops = { .get = get_clock };

module_param_cb(run, &run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "KIND PROTO SIDS FIRST FLOWS COUNT");
module_param_cb(result, &result_ops, NULL, 0400);
MODULE_PARM_DESC(result, "ticks per packet and packets at the end");
module_param_cb(clock, &clock_ops, NULL, 0400);
MODULE_PARM_DESC(clock, "ticks of 1,000 instructions, and of taking the time");

static int __init inject_init(void)
{
	return inject_devices_make();
}

static void __exit inject_exit(void)
{
	inject_devices_remove();
}

module_init(inject_init);
module_exit(inject_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Cost of the receive path per packet, for the bench of sr6flow");
