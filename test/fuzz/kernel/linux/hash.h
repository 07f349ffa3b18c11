/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_HASH_H
#define STANDIN_HASH_H

#include <linux/kernel.h>

#define hash_ptr(pointer, bits) \
	((unsigned int)((uintptr_t)(pointer) >> 6 & ((1u << (bits)) - 1)))

#endif /* STANDIN_HASH_H */
