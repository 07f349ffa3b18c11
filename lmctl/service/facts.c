// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lmctl/service/facts.h"

/* Reasons that concern the whole set, and what to do. */
static bool about_rule(enum reason reason)
{
	return reason == REASON_NO_RULE || reason == REASON_RULE_TWICE ||
	       reason == REASON_RULE_DIFFERS;
}

/*
 * The results of a measurement have the reasons of its marking set. Those of a set
 * whose counts only peers get are seen nowhere else.
 */
static void find_problem(struct view_set *set,
			 const struct watched_set *watched)
{
	const struct view_totals *last = &watched->last;
	enum reason reason;

	if (set_reader_fails(watched->reader)) {
		snprintf(set->problem, sizeof(set->problem), "it cannot be read; the log has the reason");
		return;
	}
	if (!last->inexact)
		return;
	reason = reason_parse(last->reason[0].word);
	if (about_rule(reason))
		snprintf(set->problem, sizeof(set->problem), "%s; %s",
			 reason_meaning(reason)->means,
			 reason_meaning(reason)->remedy);
	else if (watched->ledger)
		snprintf(set->problem, sizeof(set->problem), "the counts of %" PRIu64 " of %" PRIu64 " flows are invalid, most of them %s",
			 last->inexact, last->flows, last->reason[0].word);
}

static bool is_read(const struct roles *roles, const char *set)
{
	unsigned int i;

	for (i = 0; i < roles->nwatched; i++)
		if (!strcmp(set_reader_set(roles->watched[i]->reader), set))
			return true;
	return false;
}

void facts_sets(struct view_state *state, const struct roles *roles)
{
	struct view_set *set;
	unsigned int i;

	for (i = 0; i < roles->nwatched; i++) {
		const struct watched_set *watched = roles->watched[i];

		set = view_state_set(state, set_reader_set(watched->reader),
				     watched->read ? &watched->flows : NULL);
		if (set)
			find_problem(set, watched);
	}
	for (i = 0; i < roles->nrotators; i++)
		if (!is_read(roles, rotator_set(roles->rotator[i])))
			view_state_set(state, rotator_set(roles->rotator[i]),
				       NULL);
}
