// SPDX-License-Identifier: GPL-2.0-only
#include "test/model/open.h"

#define ENDS (1u << INGRESS | 1u << EGRESS)

/* So long a rule is not away between two readings only. */
#define BETWEEN_READINGS HISTORY_PARTS

static unsigned int events(const struct history *history,
			   const struct open_fault *fault)
{
	unsigned int n = 0, i;

	for (i = 0; i < history->n; i++) {
		const struct event *event = &history->event[i];

		n += event->kind == fault->kind &&
		     fault->nodes & 1u << event->node;
	}
	return n;
}

static bool has_event(const struct history *history,
		      const struct open_fault *fault)
{
	return events(history, fault);
}

static bool has_short_event(const struct history *history,
			    const struct open_fault *fault)
{
	unsigned int i;

	for (i = 0; i < history->n; i++)
		if (history->event[i].kind == fault->kind &&
		    history->event[i].length < BETWEEN_READINGS)
			return true;
	return false;
}

static int64_t band_us(const struct history *history)
{
	return history->param[PARAM_PERIOD] * history->param[PARAM_BAND];
}

/* Wrong from the start, or made so. */
static unsigned int clock_changes(const struct history *history,
				  const struct open_fault *fault)
{
	int64_t offset = history->param[PARAM_OFFSET];

	return events(history, fault) + (offset > band_us(history) ||
					 offset < -band_us(history));
}

static bool has_wrong_clock(const struct history *history,
			    const struct open_fault *fault)
{
	return clock_changes(history, fault);
}

static bool has_correction(const struct history *history,
			   const struct open_fault *fault)
{
	return clock_changes(history, fault) > 1;
}

/* What the guard time allows for, and what the network adds. */
static bool has_delay(const struct history *history,
		      const struct open_fault *fault)
{
	return events(history, fault) ||
	       history->param[PARAM_DELAY] > band_us(history);
}

static bool has_slow_messages(const struct history *history,
			      const struct open_fault *fault)
{
	return clock_changes(history, fault) &&
	       history->param[PARAM_MESSAGE_JITTER] > band_us(history);
}

static const struct open_fault open_table[] = {
	{ "1", "a set without source takes two ingresses for one",
	  .has = has_event, .kind = KIND_OTHER,
	  .nodes = 1u << OTHER },
	{ "3", "nothing counts the rules at the egress",
	  .has = has_event, .kind = KIND_RULE_TWICE,
	  .nodes = 1u << EGRESS },
	{ "4", "nothing sees a rule that is back for the next reading",
	  .has = has_short_event, .kind = KIND_RULE_AWAY,
	  .nodes = ENDS },
	{ "5", "references do not tell rules that count from others",
	  .has = has_event, .kind = KIND_RULE_MEMBER,
	  .nodes = ENDS },
	{ "6", "nothing sees a set that is back for the next reading",
	  .has = has_event, .kind = KIND_SWAP,
	  .nodes = ENDS },
	{ "7", "nothing sees that rules were loaded again",
	  .has = has_event, .kind = KIND_RELOAD,
	  .nodes = ENDS },
	{ "8", "nothing sees that packets crossed the egress before",
	  .has = has_event, .kind = KIND_TWICE,
	  .nodes = 1u << EGRESS },
	{ "9", "answers of a wrong clock are kept until the next reading",
	  .has = has_correction, .kind = KIND_STEP,
	  .nodes = ENDS },
	{ "9", "a message that takes longer than clocks differ by proves nothing",
	  .has = has_slow_messages, .kind = KIND_STEP,
	  .nodes = ENDS },
	{ "10", "nothing compares the delay with the guard time",
	  .has = has_delay, .kind = KIND_DELAY,
	  .nodes = ENDS },
	{ "12", "recordings do not say whether a clock was right",
	  .has = has_wrong_clock, .kind = KIND_STEP,
	  .nodes = ENDS, .joined = true },
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

const struct open_fault *open_find(const struct history *history, bool joined)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(open_table); i++)
		if (open_table[i].joined == joined &&
		    open_table[i].has(history, &open_table[i]))
			return &open_table[i];
	return NULL;
}
