/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the product is known not to see yet: one table, and a kept history for each entry.
 * Histories with such an event are not searched.
 */
#ifndef TEST_MODEL_OPEN_H
#define TEST_MODEL_OPEN_H

#include "test/model/history.h"

/**
 * struct open_fault - a fault that makes false rows today
 * @row: row of issue 12, section A
 * @why: what is missing
 * @kind: event that shows it
 * @nodes: bit per node at which that has to happen
 * @narrow: only where a quarter of the time from guard time to the guard band before the
 *	    period's end is shorter than the guard band
 */
struct open_fault {
	const char *row;
	const char *why;
	enum kind kind;
	unsigned int nodes;
	bool narrow;
};

/**
 * open_find() - does a history have something that is open
 * @history: history
 *
 * Return: the first entry that it has, or NULL.
 */
const struct open_fault *open_find(const struct history *history);

#endif /* TEST_MODEL_OPEN_H */
