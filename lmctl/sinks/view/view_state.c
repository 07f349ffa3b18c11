// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lmctl/base/messages.h"
#include "lmctl/sinks/view/view_state.h"

/* Reasons that one sentence names. */
#define REASONS_NAMED 3
/* One message may be lost: silent for so many blocks is worth a sentence. */
#define SILENT_MIN 2

struct view_set *view_state_set(struct view_state *state, const char *name,
				const uint32_t *flows)
{
	struct view_set *set;

	if (state->nsets == VIEW_LIST_MAX)
		return NULL;
	set = &state->set[state->nsets++];
	snprintf(set->name, sizeof(set->name), "%s", name);
	set->known = flows;
	set->flows = flows ? *flows : 0;
	*set->problem = '\0';
	return set;
}

static void add_reason(struct view_totals *totals, const char *word,
		       uint64_t flows)
{
	unsigned int i;

	for (i = 0; i < totals->n; i++)
		if (!strcmp(totals->reason[i].word, word))
			break;
	if (i == VIEW_LIST_MAX)
		return;
	if (i == totals->n) {
		totals->reason[i].word = word;
		totals->reason[i].flows = 0;
		totals->n++;
	}
	flows += totals->reason[i].flows;
	for (; i && flows > totals->reason[i - 1].flows; i--)
		totals->reason[i] = totals->reason[i - 1];
	totals->reason[i].word = word;
	totals->reason[i].flows = flows;
}

void view_totals_add(struct view_totals *totals, bool lossy, const char *word)
{
	totals->flows++;
	totals->lossy += lossy;
	totals->inexact += !!word;
	if (word)
		add_reason(totals, word, 1);
}

void view_totals_join(struct view_totals *totals,
		      const struct view_totals *more)
{
	unsigned int i;

	totals->flows += more->flows;
	totals->lossy += more->lossy;
	totals->inexact += more->inexact;
	for (i = 0; i < more->n; i++)
		add_reason(totals, more->reason[i].word, more->reason[i].flows);
}

static void __attribute__((format(printf, 2, 3)))
say(struct view_state *state, const char *format, ...)
{
	va_list args;

	if (state->nwrong == VIEW_LIST_MAX)
		return;
	va_start(args, format);
	vsnprintf(state->wrong[state->nwrong], VIEW_SENTENCE_LEN, format, args);
	va_end(args);
	message_harmless(state->wrong[state->nwrong++]);
}

static void judge_sets(struct view_state *state)
{
	unsigned int i;

	for (i = 0; i < state->nsets; i++) {
		const struct view_set *set = &state->set[i];

		if (*set->problem)
			say(state, "set '%s': %s", set->name, set->problem);
		else if (set->known && !set->flows)
			say(state, "set '%s' has no flows; add some with 'lmctl add' or 'lmctl import'",
			    set->name);
	}
}

static void judge_peers(struct view_state *state)
{
	unsigned int i, said = 0;

	for (i = 0; i < state->npeers; i++) {
		const struct view_peer_state *peer = &state->peer[i];

		if (peer->silent < SILENT_MIN)
			continue;
		said++;
		say(state, "peer '%s' of %s has not answered for %" PRIu64 " blocks; run 'lmctl check'",
		    peer->name, peer->measurement, peer->silent);
	}
	if (state->silent > said)
		say(state, "%u more peers do not answer", state->silent - said);
}

static void judge_flows(struct view_state *state)
{
	const struct view_totals *totals = &state->totals;
	char words[VIEW_SENTENCE_LEN / 2] = "";
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < totals->n && i < REASONS_NAMED && len < sizeof(words); i++)
		len += (size_t)snprintf(words + len, sizeof(words) - len,
					"%s%" PRIu64 " %s", i ? ", " : "",
					totals->reason[i].flows,
					totals->reason[i].word);
	if (totals->inexact)
		say(state, "%" PRIu64 " of %" PRIu64 " flows have no exact figure: %s",
		    totals->inexact, totals->flows, words);
}

void view_state_judge(struct view_state *state)
{
	unsigned int i;

	state->nwrong = 0;
	judge_sets(state);
	for (i = 0; i < state->nalarms; i++)
		say(state, "alarm '%s' is raised for %" PRIu64 " %s",
		    state->alarm[i].name, state->alarm[i].flows,
		    state->alarm[i].flows == 1 ? "flow" : "flows");
	judge_peers(state);
	judge_flows(state);
	if (state->clock_known && !state->synchronised)
		say(state, "the clock of this node is not synchronised; check NTP or PTP");
}
