// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/node/sets.h"
#include "lmctl/service/rotator.h"

#define RETRY_NS BLOCK_NS_PER_S

struct rotator {
	char set[SR6FLOW_SETNAME_MAX + 1];
	struct block_timing timing;
	/* A handle of its own: it is used during a dump. */
	struct sr6flow *handle;
	struct task *task;
	struct rotator_stats stats;
	uint32_t mask;
	/* Block whose colour is written next, or again. */
	int64_t next;
	/* Last error, 0 if none. */
	int failing;
	/* Started, or the clock stepped: the next write is not at a boundary. */
	bool anew;
};

/*
 * Write the colour of the running block. A recreated set may have another mask and
 * then rejects a colour of the old one.
 */
static int write_colour(struct rotator *rotator, int64_t now)
{
	int64_t block = block_number(&rotator->timing, now);
	struct sr6flow_set info;
	int err;

	err = sr6flow_set_colour(rotator->handle, rotator->set,
				 block_colour(rotator->mask, block));
	if (err != -EDOM)
		return err;
	err = sr6flow_info(rotator->handle, rotator->set, &info);
	if (err)
		return err;
	rotator->mask = info.mask;
	return sr6flow_set_colour(rotator->handle, rotator->set,
				  block_colour(rotator->mask, block));
}

/* Report a change at a boundary that was late. */
static void report_late(struct rotator *rotator, int64_t done)
{
	const struct block_timing *timing = &rotator->timing;
	int64_t start = block_start(timing, rotator->next);

	rotator->stats.changes++;
	if (done <= block_colour_deadline(timing, rotator->next))
		return;
	rotator->stats.late++;
	lmctl_warning("set '%s': the colour changed %.3f ms after the start of block %" PRId64 ", more than the allowed %.3f ms: blocks from %" PRId64 " on are invalid; use a longer period or a less busy machine",
		      rotator->set, (double)(done - start) / BLOCK_NS_PER_MS,
		      rotator->next,
		      (double)(timing->guard - timing->band) / BLOCK_NS_PER_MS,
		      rotator->next - 1);
}

static void report_failure(struct rotator *rotator, int err)
{
	rotator->stats.failures++;
	if (rotator->failing != err)
		lmctl_warning("%s; retrying every second",
			      sr6flow_error(rotator->handle));
	rotator->failing = err;
}

static int64_t rotator_run(void *arg, int64_t now)
{
	struct rotator *rotator = arg;
	int64_t due = block_start(&rotator->timing, rotator->next);
	bool boundary = !rotator->anew && !rotator->failing;
	int err;

	/* Not yet, and nothing to repeat. */
	if (boundary && now < due)
		return due;
	err = write_colour(rotator, now);
	if (err) {
		report_failure(rotator, err);
		return now + RETRY_NS;
	}
	if (rotator->failing)
		lmctl_warning("set '%s': the active colour follows the clock again",
			      rotator->set);
	rotator->failing = 0;
	rotator->anew = false;
	if (boundary)
		report_late(rotator, wallclock_time());
	rotator->next = block_number(&rotator->timing, now) + 1;
	return block_start(&rotator->timing, rotator->next);
}

static void rotator_stepped(void *arg, int64_t before, int64_t now)
{
	struct rotator *rotator = arg;

	lmctl_warning("set '%s': the clock stepped by %.3f ms; block %" PRId64 " runs now",
		      rotator->set, (double)(now - before) / BLOCK_NS_PER_MS,
		      block_number(&rotator->timing, now));
	rotator->anew = true;
}

static const struct task_ops ops = {
	.run = rotator_run,
	.stepped = rotator_stepped,
	.urgent = true,
};

struct rotator *rotator_open(const char *set,
			     const struct block_timing *timing)
{
	struct rotator *rotator = calloc(1, sizeof(*rotator));
	struct sr6flow_set info;

	if (!rotator) {
		lmctl_error("out of memory");
		return NULL;
	}
	rotator->timing = *timing;
	rotator->anew = true;
	rotator->handle = lmctl_open();
	/* The library gets the whole name and rejects one that is too long. */
	if (rotator->handle &&
	    !sr6flow_info(rotator->handle, set, &info)) {
		rotator->mask = info.mask;
		snprintf(rotator->set, sizeof(rotator->set), "%s", set);
		return rotator;
	}
	if (rotator->handle)
		lmctl_error("%s", sr6flow_error(rotator->handle));
	rotator_close(rotator);
	return NULL;
}

int rotator_once(struct rotator *rotator)
{
	int err = write_colour(rotator, wallclock_time());

	if (err)
		lmctl_error("%s", sr6flow_error(rotator->handle));
	return err;
}

int rotator_start(struct rotator *rotator, struct loop *loop)
{
	rotator->task = loop_task(loop, &ops, rotator);
	if (rotator->task)
		return 0;
	lmctl_error("out of memory");
	return -ENOMEM;
}

void rotator_close(struct rotator *rotator)
{
	if (!rotator)
		return;
	task_free(rotator->task);
	sr6flow_close(rotator->handle);
	free(rotator);
}

const char *rotator_set(const struct rotator *rotator)
{
	return rotator->set;
}

const struct rotator_stats *rotator_stats(const struct rotator *rotator)
{
	return &rotator->stats;
}
