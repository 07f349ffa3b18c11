/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the product is known not to see yet: one table, and a kept history for each entry.
 * Histories with such an event are not searched, unless only the rows of joined
 * recordings are false: then those rows are not looked at.
 */
#ifndef TEST_MODEL_OPEN_H
#define TEST_MODEL_OPEN_H

#include "test/model/history.h"

/**
 * struct open_fault - a fault that makes false rows today
 * @row: row of issue 12, section A
 * @why: what is missing
 * @has: does a history have it
 * @kind: event that it is about
 * @nodes: bit per node at which that has to happen
 * @joined: only rows of joined recordings are false
 */
struct open_fault {
	const char *row;
	const char *why;
	bool (*has)(const struct history *history,
		    const struct open_fault *fault);
	enum kind kind;
	unsigned int nodes;
	bool joined;
};

/**
 * open_find() - does a history have something that is open
 * @history: history
 * @joined: that makes rows of joined recordings false, and no others
 *
 * Return: the first entry that it has, or NULL.
 */
const struct open_fault *open_find(const struct history *history,
				   bool joined);

#endif /* TEST_MODEL_OPEN_H */
