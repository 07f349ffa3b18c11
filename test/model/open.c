// SPDX-License-Identifier: GPL-2.0-only
#include "lib/array.h"
#include "test/model/open.h"

#define ENDS (1u << INGRESS | 1u << EGRESS)

static bool is_of(const struct event *event, const struct open_fault *fault)
{
	return event->kind == fault->kind && fault->nodes & 1u << event->node;
}

static const struct open_fault open_table[] = {
	{ "10", "no message was on its way when the delay was long",
	  KIND_DELAY, ENDS, false },
	{ "9", "clocks differ by more than the time for which both ends stand still",
	  KIND_COLOUR, 1u << INGRESS, true },
};

static bool is_narrow(const int64_t *param)
{
	return 4 * param[PARAM_BAND] >
	       1000 - param[PARAM_GUARD] - param[PARAM_BAND];
}

static bool has(const struct history *history, const struct open_fault *fault)
{
	unsigned int i;

	if (fault->narrow && !is_narrow(history->param))
		return false;
	for (i = 0; i < history->n; i++)
		if (is_of(&history->event[i], fault))
			return true;
	return false;
}

const struct open_fault *open_find(const struct history *history)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(open_table); i++)
		if (has(history, &open_table[i]))
			return &open_table[i];
	return NULL;
}
