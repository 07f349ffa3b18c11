// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "lib/array.h"
#include "test/model/judge.h"
#include "test/model/open.h"
#include "test/model/shrink.h"

struct shrinking {
	struct history *history;
	struct verdict verdict;
	unsigned int blind;
	bool open;
};

/* Keep a smaller history that is bad in the same way. */
static bool keep(struct shrinking *shrinking, const struct history *smaller)
{
	struct verdict verdict;

	if (!shrinking->open && open_find(smaller))
		return false;
	verdict = judge(smaller, shrinking->blind, NULL, NULL);
	if (!verdict.lies != !shrinking->verdict.lies ||
	    !verdict_bad(&verdict))
		return false;
	*shrinking->history = *smaller;
	return true;
}

static bool drop_event(struct shrinking *shrinking, unsigned int i)
{
	struct history smaller = *shrinking->history;

	smaller.event[i] = smaller.event[--smaller.n];
	return keep(shrinking, &smaller);
}

/* Towards @calm, at first all the way. */
static bool lessen(struct shrinking *shrinking, struct history *smaller,
		   int64_t *value, int64_t calm)
{
	int64_t from = *value, by;

	if (from == calm)
		return false;
	for (by = from - calm; by; by /= 2) {
		*value = from - by;
		if (keep(shrinking, smaller))
			return true;
	}
	*value = from;
	return false;
}

/* The seed decides on every packet: a smaller one is no smaller history. */
static bool lessen_params(struct shrinking *shrinking)
{
	struct history smaller;
	bool changed = false;
	unsigned int i;

	for (i = 0; i < PARAMS; i++) {
		smaller = *shrinking->history;
		if (i != PARAM_SEED)
			changed |= lessen(shrinking, &smaller, &smaller.param[i],
					  i == PARAM_BLOCKS || i == PARAM_PACKETS ?
					  param_table[i].min :
					  param_table[i].calm);
	}
	return changed;
}

/* To a rounder number. */
static bool round_down(struct shrinking *shrinking, struct history *smaller,
		       int64_t *value)
{
	static const int64_t units[] = { HISTORY_PARTS, 500, 100, 50, 10, 5 };
	int64_t from = *value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(units) &&
		    from % units[i]; i++) {
		*value = from - from % units[i];
		if (keep(shrinking, smaller))
			return true;
	}
	*value = from;
	return false;
}

static bool simplify_event(struct shrinking *shrinking, unsigned int i)
{
	struct history smaller = *shrinking->history;
	struct event *event = &smaller.event[i];
	const struct kind_info *kind = &kind_table[event->kind];
	bool changed = round_down(shrinking, &smaller, &event->at);

	changed |= lessen(shrinking, &smaller, &event->length, 0);
	changed |= round_down(shrinking, &smaller, &event->length);
	if (kind->value_min <= 0)
		changed |= lessen(shrinking, &smaller, &event->value, 0);
	return changed | round_down(shrinking, &smaller, &event->value);
}

void shrink(struct history *history, unsigned int blind, bool open)
{
	struct shrinking shrinking = {
		.history = history, .blind = blind, .open = open,
		.verdict = judge(history, blind, NULL, NULL),
	};
	bool changed = true;
	int rounds;
	unsigned int i;

	/* Rounding and halving could take turns for ever. */
	for (rounds = 0; changed && rounds < 10; rounds++) {
		changed = false;
		for (i = history->n; i-- > 0;)
			changed |= drop_event(&shrinking, i);
		changed |= lessen_params(&shrinking);
		for (i = 0; i < history->n; i++)
			changed |= simplify_event(&shrinking, i);
	}
}
