/* SPDX-License-Identifier: GPL-2.0-only */
/* Maps of one word, which is what the module has. */
#ifndef STANDIN_BITMAP_H
#define STANDIN_BITMAP_H

#include <linux/kernel.h>

#define DECLARE_BITMAP(name, bits) \
	unsigned long name[DIV_ROUND_UP(bits, 8 * sizeof(long))]

static inline void __set_bit(unsigned int bit, unsigned long *map)
{
	map[bit / 64] |= 1UL << bit % 64;
}

static inline void __clear_bit(unsigned int bit, unsigned long *map)
{
	map[bit / 64] &= ~(1UL << bit % 64);
}

static inline bool standin_bit(const unsigned long *map, unsigned int bit)
{
	return map[bit / 64] >> bit % 64 & 1;
}

static inline unsigned int find_first_zero_bit(const unsigned long *map,
					       unsigned int bits)
{
	unsigned int bit = 0;

	while (bit < bits && standin_bit(map, bit))
		bit++;
	return bit;
}

static inline bool bitmap_full(const unsigned long *map, unsigned int bits)
{
	return find_first_zero_bit(map, bits) == bits;
}

static inline bool bitmap_empty(const unsigned long *map, unsigned int bits)
{
	unsigned int bit = 0;

	while (bit < bits && !standin_bit(map, bit))
		bit++;
	return bit == bits;
}

#endif /* STANDIN_BITMAP_H */
