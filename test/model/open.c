// SPDX-License-Identifier: GPL-2.0-only
#include "test/model/open.h"

#define ENDS (1u << INGRESS | 1u << EGRESS)

/* So long a rule is not away between two readings only. */
#define BETWEEN_READINGS HISTORY_PARTS

static bool has_event(const struct event *event, const struct open_fault *fault)
{
	return event->kind == fault->kind && fault->nodes & 1u << event->node;
}

static bool has_short_event(const struct event *event,
			    const struct open_fault *fault)
{
	return has_event(event, fault) && event->length < BETWEEN_READINGS;
}

static const struct open_fault open_table[] = {
	{ "3", "nothing counts the rules at the egress",
	  has_event, KIND_RULE_TWICE, 1u << EGRESS },
	{ "4", "nothing sees a rule that is back for the next reading",
	  has_short_event, KIND_RULE_AWAY, ENDS },
	{ "5", "references do not tell rules that count from others",
	  has_event, KIND_RULE_MEMBER, ENDS },
	{ "6", "nothing sees a set that is back for the next reading",
	  has_event, KIND_SWAP, ENDS },
	{ "7", "nothing sees that rules were loaded again",
	  has_event, KIND_RELOAD, ENDS },
	{ "10", "no message was on its way when the delay was long",
	  has_event, KIND_DELAY, ENDS },
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static bool has(const struct history *history, const struct open_fault *fault)
{
	unsigned int i;

	for (i = 0; i < history->n; i++)
		if (fault->has(&history->event[i], fault))
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
