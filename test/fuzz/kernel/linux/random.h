/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_RANDOM_H
#define STANDIN_RANDOM_H

#include <linux/kernel.h>

/* The same bytes in every run: an input must do the same again. */
void get_random_bytes(void *to, size_t size);

static inline u64 get_random_u64(void)
{
	u64 number;

	get_random_bytes(&number, sizeof(number));
	return number;
}

#endif /* STANDIN_RANDOM_H */
