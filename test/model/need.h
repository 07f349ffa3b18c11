/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model has no use for running on without memory.
 */
#ifndef TEST_MODEL_NEED_H
#define TEST_MODEL_NEED_H

#include <stdio.h>
#include <stdlib.h>

/**
 * need() - end the program unless there is memory
 * @memory: what an allocation has returned
 *
 * Return: @memory.
 */
static inline void *need(void *memory)
{
	if (memory)
		return memory;
	fputs("model: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

#endif /* TEST_MODEL_NEED_H */
