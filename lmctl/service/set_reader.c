// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/node/sets.h"
#include "lmctl/node/witness.h"
#include "lmctl/service/set_reader.h"
#include "lmctl/service/sysclock.h"

/* A set that is gone is looked for so often per block, within these bounds. */
#define AGAIN_SHARE 8
#define AGAIN_MIN BLOCK_NS_PER_MS
#define AGAIN_MAX BLOCK_NS_PER_S

/* Slow dumps in a row that are worth a message, and blocks that were late. */
#define SLOW_DUMPS 2
#define LATE_BLOCKS 5

/* Periods for which the kernel may be too busy without a message. */
#define BUSY_PERIODS 2

struct set_reader {
	char set[SR6FLOW_SETNAME_MAX + 1];
	struct block_timing timing;
	const struct set_reader_ops *ops;
	void *arg;
	struct loop *loop;
	struct task *task;
	struct sr6flow *handle;
	struct recorder *recorder;
	struct record_clock clock;
	struct witness *witness;
	sd_event_source *announced;
	/* What failed last was the reading of the rules. */
	bool rules_failed;
	/* What failed last, 0 if nothing does. */
	int failing;
	/* Dumps in a row that took too long. */
	unsigned int slow;
	/* The block that runs, whether one was read in it, and how many not. */
	int64_t running;
	bool done;
	unsigned int late;
	/* Answers in a row that were not whole, and when the first one was. */
	unsigned int busy;
	int64_t busy_since;
};

static int take_record(const struct record *record, void *arg)
{
	struct set_reader *reader = arg;

	loop_progress(reader->loop);
	return reader->ops->record(reader->arg, record);
}

/*
 * Its own dump may be quick enough: what else this node does takes the time,
 * as reading other sets.
 */
static void report_late(struct set_reader *reader, int64_t now)
{
	int64_t running = block_number(&reader->timing, now);

	if (running == reader->running)
		return;
	reader->running = running;
	if (reader->done || reader->failing || reader->busy)
		reader->late = 0;
	else if (++reader->late == LATE_BLOCKS && reader->slow < SLOW_DUMPS)
		lmctl_warning("set '%s': the last %d blocks were not read in time, because this node is busy: they are invalid; use a longer period, a shorter guard time, or fewer flows and sets",
			      reader->set, LATE_BLOCKS);
	reader->done = false;
}

static int take_end(int64_t block, void *arg)
{
	struct set_reader *reader = arg;

	return reader->ops->block_end(reader->arg, block);
}

/* An interrupted dump begins anew in the recorder too. */
static int dump_again(void *arg)
{
	struct set_reader *reader = arg;

	recorder_dump_begin(reader->recorder);
	return 0;
}

static int dump_flow(const struct sr6flow_set *set,
		     const struct sr6flow_record *record, void *arg)
{
	struct set_reader *reader = arg;
	int err = recorder_dump_flow(set, record, reader->recorder);

	if (!err && reader->ops->flow)
		err = reader->ops->flow(reader->arg, set, record);
	loop_progress(reader->loop);
	return err;
}

static int take_look(struct set_reader *reader)
{
	struct sr6flow_set info;
	int err = sr6flow_info(reader->handle, reader->set, &info);

	if (err)
		return err;
	recorder_look(reader->recorder, wallclock_time(), info.mask,
		      info.colour);
	if (reader->ops->set)
		reader->ops->set(reader->arg, &info);
	return 0;
}

static int take_rule(struct set_reader *reader)
{
	struct rule_facts facts;
	int err = witness_read(reader->witness, reader->handle, &facts);

	reader->rules_failed = err;
	if (!err)
		recorder_rule(reader->recorder, &facts);
	return err;
}

/*
 * The rules are looked at on the far side of what is counted. The end of a dump is
 * in the loop: it may find that the clock stepped.
 */
static int take_dump(struct set_reader *reader, enum recorder_step step)
{
	int err = step == RECORDER_READ ? take_rule(reader) : 0;

	if (err)
		return err;
	sysclock_record(&reader->clock, reader->timing.band);
	recorder_clock(reader->recorder, &reader->clock);
	recorder_dump_begin(reader->recorder);
	err = lmctl_dump(reader->handle, reader->set, dump_flow, dump_again,
			 reader);
	return err || step == RECORDER_READ ? err : take_rule(reader);
}

/*
 * The kernel was too busy for a whole answer. The window may last: try again
 * after a pause; the recorder gives up by itself.
 */
static bool passes(int err)
{
	return err == -EINTR || err == -ENOBUFS || err == -ETIMEDOUT ||
	       err == -EAGAIN;
}

static const char *sentence(const struct set_reader *reader, int err)
{
	if (err == -ENOMEM)
		return "out of memory for a flow";
	return reader->rules_failed ?
	       witness_error(reader->witness, reader->handle) :
	       sr6flow_error(reader->handle);
}

static int64_t pause_after(const struct set_reader *reader, int err)
{
	int64_t length = passes(err) && !reader->failing ?
			 reader->timing.band / 4 :
			 reader->timing.period / AGAIN_SHARE;

	if (length < AGAIN_MIN)
		return AGAIN_MIN;
	return length < AGAIN_MAX ? length : AGAIN_MAX;
}

/* What should pass does not: from here on it is a failure as any other. */
static void report_busy(struct set_reader *reader, int err)
{
	int64_t now = wallclock_time();

	if (!reader->busy++)
		reader->busy_since = now;
	if (reader->failing || now - reader->busy_since <
			       BUSY_PERIODS * reader->timing.period)
		return;
	reader->failing = err;
	lmctl_warning("set '%s': the last %u dumps were incomplete (%s): its blocks are invalid until a dump is complete; let fewer programs change the set, or use a longer period",
		      reader->set, reader->busy, strerror(-err));
}

/* Returns when to try again. */
static int64_t report_failure(struct set_reader *reader, int err)
{
	int64_t again;

	if (passes(err))
		report_busy(reader, err);
	again = wallclock_time() + pause_after(reader, err);
	if (passes(err))
		return again;
	if (reader->ops->failed) {
		lmctl_error("%s", sentence(reader, err));
		reader->ops->failed(reader->arg);
		return LOOP_NEVER;
	}
	if (reader->failing != err)
		lmctl_warning("%s; its blocks are invalid until it can be read again",
			      sentence(reader, err));
	reader->failing = err;
	return again;
}

/*
 * A dump that takes longer than its part of the window never comes in time, see
 * recorder.c: without a word there would be no figures, and no reason. Once, it
 * was something else that took the time.
 */
static void report_slow(struct set_reader *reader, enum recorder_step step,
			int64_t took)
{
	const struct block_timing *timing = &reader->timing;
	int64_t window = timing->period - timing->band - timing->guard;
	int64_t most = window / (step == RECORDER_READ ? 2 : 4);

	if (took > most && ++reader->slow == SLOW_DUMPS)
		lmctl_warning("set '%s': reading its flows took %.3f ms, more than the allowed %.3f ms: its blocks are invalid; use a longer period, a shorter guard time or fewer flows",
			      reader->set, (double)took / BLOCK_NS_PER_MS,
			      (double)most / BLOCK_NS_PER_MS);
	/* A READ in time is of no use when its CONFIRM is not. */
	if (took <= most && step == RECORDER_CONFIRM)
		reader->slow = 0;
}

static int64_t stop(struct set_reader *reader)
{
	loop_stop(reader->loop, EXIT_FAILURE);
	return LOOP_NEVER;
}

static void report_success(struct set_reader *reader, enum recorder_step step)
{
	if (reader->failing)
		lmctl_warning("set '%s' can be read again", reader->set);
	reader->failing = 0;
	/* A look needs no more than a short answer. */
	if (step != RECORDER_LOOK)
		reader->busy = 0;
}

static bool in_time(const struct set_reader *reader, int64_t now)
{
	const struct block_timing *timing = &reader->timing;

	return now <= block_window_close(timing, block_number(timing, now) - 1);
}

static int64_t reader_run(void *arg, int64_t now)
{
	struct set_reader *reader = arg;
	struct recorder_due due;
	int64_t began = now;
	int err;

	report_late(reader, now);
	if (recorder_next(reader->recorder, now, &due))
		return stop(reader);
	if (now < due.time)
		return due.time;
	reader->rules_failed = false;
	err = due.step == RECORDER_LOOK ? take_look(reader) :
					  take_dump(reader, due.step);
	if (err)
		return report_failure(reader, err);
	if (due.step != RECORDER_LOOK || !passes(reader->failing))
		report_success(reader, due.step);
	/* The dump was not where in time it seems to have been. */
	if (loop_stepped(reader->loop, &now))
		return now;
	if (due.step != RECORDER_LOOK) {
		report_slow(reader, due.step, now - began);
		reader->done |= due.step == RECORDER_CONFIRM &&
				in_time(reader, now);
		if (recorder_dump_end(reader->recorder, now))
			return stop(reader);
	}
	return recorder_next(reader->recorder, now, &due) ? stop(reader) :
							    due.time;
}

static void reader_stepped(void *arg, int64_t before, int64_t now)
{
	struct set_reader *reader = arg;

	/* First: the records of blocks that the step cut off are of the time after it. */
	if (reader->ops->stepped)
		reader->ops->stepped(reader->arg);
	if (recorder_stepped(reader->recorder, before, now))
		stop(reader);
}

static const struct task_ops ops = {
	.run = reader_run,
	.stepped = reader_stepped,
};

/* Everything that can be wrong from the start is found before waiting. */
static int prepare(struct set_reader *reader, const char *set)
{
	struct sr6flow_set info;

	reader->handle = lmctl_open();
	if (!reader->handle)
		return -EINVAL;
	/* The library sees the whole name, and says when it is too long. */
	if (!sr6flow_info(reader->handle, set, &info))
		return 0;
	lmctl_error("%s", sr6flow_error(reader->handle));
	return -EINVAL;
}

struct set_reader *set_reader_open(const char *set, const char *node,
			   const struct block_timing *timing,
			   const struct set_reader_ops *set_reader_ops, void *arg)
{
	struct set_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		goto memory;
	snprintf(reader->set, sizeof(reader->set), "%s", set);
	reader->timing = *timing;
	reader->ops = set_reader_ops;
	reader->arg = arg;
	if (prepare(reader, set) || witness_open(&reader->witness, set))
		goto failed;
	reader->recorder = recorder_new(timing, node, set, take_record,
					take_end, reader);
	if (reader->recorder)
		return reader;

memory:
	lmctl_error("out of memory");
failed:
	set_reader_close(reader);
	return NULL;
}

/* Their buffer would overflow in a long block. */
static int on_announced(sd_event_source *source, int fd, uint32_t events,
			void *arg)
{
	struct set_reader *reader = arg;

	(void)source;
	(void)fd;
	(void)events;
	witness_drain(reader->witness);
	return 0;
}

void set_reader_marks(struct set_reader *reader)
{
	recorder_marks(reader->recorder);
}

int set_reader_start(struct set_reader *reader, struct loop *loop)
{
	reader->loop = loop;
	reader->task = loop_task(loop, &ops, reader);
	if (reader->task &&
	    sd_event_add_io(loop_event(loop), &reader->announced,
			    witness_fd(reader->witness), EPOLLIN, on_announced,
			    reader) >= 0)
		return 0;
	lmctl_error("out of memory");
	return -ENOMEM;
}

void set_reader_close(struct set_reader *reader)
{
	if (!reader)
		return;
	task_free(reader->task);
	sd_event_source_unref(reader->announced);
	witness_close(reader->witness);
	recorder_free(reader->recorder);
	sr6flow_close(reader->handle);
	free(reader);
}

const char *set_reader_set(const struct set_reader *reader)
{
	return reader->set;
}

bool set_reader_fails(const struct set_reader *reader)
{
	return reader->failing;
}
