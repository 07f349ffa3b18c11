/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sabotage: what can be hidden from the product or falsified, so that a model that
 * finds nothing is known to be able to find something.
 */
#ifndef TEST_MODEL_SABOTAGE_H
#define TEST_MODEL_SABOTAGE_H

#include <stdbool.h>

/* Index of a sabotage; sabotage_table[] says what each is. */
enum sabotage {
	SABOTAGE_COUNTER,
	SABOTAGE_IDENTITY,
	SABOTAGE_STEP,
	SABOTAGE_UNCOLOURED,
	SABOTAGE_BEFORE,
	SABOTAGE_RULE,
	SABOTAGE_COLOUR,
	SABOTAGE_CONFIRM,
	SABOTAGE_CLOCK,
	SABOTAGE_SOURCE,
	SABOTAGES,
};

/**
 * struct sabotage_info - a sabotage
 * @name: its word
 * @what: what it does, for people
 */
struct sabotage_info {
	const char *name;
	const char *what;
};

extern const struct sabotage_info sabotage_table[SABOTAGES];

/**
 * sabotaged() - is it so in a world
 * @blind: bits of the world
 * @sabotage: which sabotage
 *
 * Return: true if it is.
 */
static inline bool sabotaged(unsigned int blind, enum sabotage sabotage)
{
	return blind & 1u << sabotage;
}

#endif /* TEST_MODEL_SABOTAGE_H */
