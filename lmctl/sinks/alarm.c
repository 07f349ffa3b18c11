// SPDX-License-Identifier: GPL-2.0-only
#include "lmctl/sinks/alarm.h"

/* A run that wrapped around would have to reach its threshold again. */
static void more(uint32_t *run)
{
	if (*run < UINT32_MAX)
		++*run;
}

static void exact(const struct config_alarm *alarm, struct alarm_state *state,
		  const struct segment *block)
{
	double ratio;

	state->inexact = 0;
	if (!block->sent) {
		if (state->raised && !state->by_loss)
			more(&state->calm);
		return;
	}
	ratio = (double)block->lost / (double)block->sent;
	if (ratio >= alarm->raise)
		more(&state->lossy);
	else
		state->lossy = 0;
	if (ratio <= alarm->clear && ratio < alarm->raise)
		more(&state->calm);
	else
		state->calm = 0;
}

static enum alarm_change raise_it(struct alarm_state *state, bool by_loss)
{
	enum alarm_change change = state->raised ? ALARM_SAME : ALARM_RAISED;

	/* Only calm blocks after the last reason to raise it clear an alarm. */
	state->calm = 0;
	state->raises += !state->raised;
	state->raised = true;
	state->by_loss |= by_loss;
	return change;
}

enum alarm_change alarm_step(const struct config_alarm *alarm,
			     struct alarm_state *state,
			     const struct segment *block)
{
	if (block->status == RESULT_EXACT)
		exact(alarm, state, block);
	else
		more(&state->inexact);
	if (state->lossy && state->lossy >= alarm->raise_blocks)
		return raise_it(state, true);
	if (alarm->invalid_blocks && state->inexact >= alarm->invalid_blocks)
		return raise_it(state, false);
	if (!state->raised || !state->calm ||
	    state->calm < alarm->clear_blocks)
		return ALARM_SAME;
	state->raised = false;
	state->by_loss = false;
	return ALARM_CLEARED;
}
