/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory, of which any piece can be refused; see world.h. */
#ifndef STANDIN_SLAB_H
#define STANDIN_SLAB_H

#include <linux/kernel.h>
#include <linux/rcupdate.h>

#define GFP_NOWAIT 0U
#define GFP_ATOMIC 1U
#define GFP_KERNEL 2U
#define GFP_KERNEL_ACCOUNT GFP_KERNEL
#define __GFP_NOWARN 4U
#define __GFP_RETRY_MAYFAIL 16U

void *standin_alloc(size_t size, gfp_t gfp);
void kfree(const void *memory);

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return standin_alloc(size, gfp);
}

/* The number matters to MEMSIZE only. */
static inline size_t kmalloc_size_roundup(size_t size)
{
	return (size + 15) & ~(size_t)15;
}

#define PAGE_ALIGN(size) (((size) + 4095) & ~(size_t)4095)
#define is_vmalloc_addr(memory) ((void)(memory), false)

/* Per-CPU memory is an array here; which CPU it is, the harness says. */
#define STANDIN_CPUS 2
#define PCPU_MIN_ALLOC_SIZE 4
#define nr_cpu_ids ((unsigned int)STANDIN_CPUS)
#define num_possible_cpus() nr_cpu_ids
#define for_each_possible_cpu(cpu) for (cpu = 0; cpu < STANDIN_CPUS; cpu++)
extern unsigned int standin_cpu;

static inline unsigned int smp_processor_id(void)
{
	if (!standin_context.preempt)
		standin_stop("the CPU is asked for and may change");
	return standin_cpu;
}

#define per_cpu_ptr(pointer, cpu) ((pointer) + (cpu))
#define this_cpu_ptr(pointer) per_cpu_ptr(pointer, smp_processor_id())
#define __alloc_percpu_gfp(size, align, gfp) \
	standin_alloc((size) * STANDIN_CPUS, gfp)
#define free_percpu kfree

#endif /* STANDIN_SLAB_H */
