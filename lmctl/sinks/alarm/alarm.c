// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "lmctl/sinks/alarm/alarm.h"
#include "lmctl/stamp/answer.h"

/* A run that wrapped around would have to reach its threshold again. */
static void more(uint32_t *run, uint64_t blocks)
{
	*run = blocks < UINT32_MAX - *run ? *run + (uint32_t)blocks :
					    UINT32_MAX;
}

static void exact(const struct alarm_config *alarm, struct alarm_state *state,
		  const struct segment *block, uint64_t blocks)
{
	double ratio;

	state->inexact = 0;
	state->silent = 0;
	if (!block->sent) {
		if (state->raised && !state->by_loss)
			more(&state->calm, blocks);
		return;
	}
	ratio = (double)block->lost / (double)block->sent;
	if (ratio >= alarm->raise)
		more(&state->lossy, blocks);
	else
		state->lossy = 0;
	if (ratio <= alarm->clear && ratio < alarm->raise)
		more(&state->calm, blocks);
	else
		state->calm = 0;
}

static bool is_word(const char *word, enum answer_status status)
{
	const struct answer answer = { .status = status };

	return !strcmp(word, answer_word(&answer));
}

/* An unusable answer counts as no answer. */
static bool is_silence(const struct segment *block)
{
	return block->status == RESULT_INVALID && block->word &&
	       (is_word(block->word, ANSWER_NO_ANSWER) ||
		is_word(block->word, ANSWER_UNUSABLE));
}

static void inexact(struct alarm_state *state, const struct segment *block)
{
	more(&state->inexact, 1);
	if (is_silence(block))
		more(&state->silent, 1);
	else
		state->silent = 0;
}

static enum alarm_change raise_it(struct alarm_state *state, bool by_loss)
{
	enum alarm_change change = state->raised ? ALARM_SAME : ALARM_RAISED;

	/* Only calm blocks after the last raising block clear an alarm. */
	state->calm = 0;
	state->raises += !state->raised;
	state->raised = true;
	state->by_loss |= by_loss;
	return change;
}

enum alarm_change alarm_step(const struct alarm_config *alarm,
			     struct alarm_state *state,
			     const struct segment *block, uint64_t blocks)
{
	if (block->status == RESULT_EXACT)
		exact(alarm, state, block, blocks);
	else
		inexact(state, block);
	if (state->lossy && state->lossy >= alarm->raise_blocks)
		return raise_it(state, true);
	if (alarm->invalid_blocks && state->inexact >= alarm->invalid_blocks)
		return raise_it(state, false);
	if (alarm->no_answer_blocks && state->silent >= alarm->no_answer_blocks)
		return raise_it(state, false);
	if (!state->raised || !state->calm ||
	    state->calm < alarm->clear_blocks)
		return ALARM_SAME;
	state->raised = false;
	state->by_loss = false;
	return ALARM_CLEARED;
}
