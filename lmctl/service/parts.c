// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/service/parts.h"

struct opening {
	const struct config *config;
	const struct config *old;
	const struct parts *was;
	struct loop *loop;
	const struct measure_ops *ops;
	void *arg;
};

static int no_memory(void)
{
	lmctl_error("out of memory");
	return -ENOMEM;
}

static void take_set(void *arg, const struct sr6flow_set *set)
{
	struct reading *reading = arg;

	if (reading->ledger)
		ledger_set(reading->ledger, set);
}

static int take_flow(void *arg, const struct sr6flow_set *set,
		     const struct sr6flow_record *record)
{
	struct reading *reading = arg;

	return reading->ledger ? ledger_flow(reading->ledger, set, record) : 0;
}

static bool measures(const struct reading *reading, unsigned int i)
{
	return !strcmp(measure_config(reading->parts->measure[i])->of.set,
		       reader_set(reading->reader));
}

/*
 * When memory is short, a record is missing, which is no wrong figure. Ending
 * for it would spoil all others.
 */
static int take_record(void *arg, const struct record *record)
{
	struct reading *reading = arg;
	struct parts *parts = reading->parts;
	unsigned int i;

	if (reading->ledger && ledger_record(reading->ledger, record))
		reading->lost++;
	for (i = 0; i < parts->nmeasures; i++)
		if (measures(reading, i) &&
		    measure_record(parts->measure[i], record))
			reading->lost++;
	return 0;
}

static int take_block_end(void *arg, int64_t block)
{
	struct reading *reading = arg;
	struct parts *parts = reading->parts;
	unsigned int i;

	if (reading->ledger)
		ledger_block_end(reading->ledger, block);
	if (reading->learner)
		learner_block_end(reading->learner);
	for (i = 0; i < parts->nmeasures; i++)
		if (measures(reading, i) &&
		    measure_block_end(parts->measure[i], block))
			reading->lost++;
	if (reading->lost)
		lmctl_warning("set '%s': memory is short: %" PRIu64 " records of block %" PRId64 " are missing",
			      reader_set(reading->reader), reading->lost,
			      block);
	reading->lost = 0;
	return 0;
}

static void take_step(void *arg)
{
	struct reading *reading = arg;
	struct parts *parts = reading->parts;
	unsigned int i;

	reading->first = INT64_MIN;
	if (reading->ledger)
		ledger_stepped(reading->ledger);
	for (i = 0; i < parts->nmeasures; i++)
		if (measures(reading, i))
			measure_stepped(parts->measure[i]);
}

static const struct reader_ops reader_ops = {
	.stepped = take_step,
	.set = take_set,
	.flow = take_flow,
	.record = take_record,
	.block_end = take_block_end,
};

static bool same_timing(const struct opening *opening)
{
	const struct config *old = opening->old, *new = opening->config;

	return old && old->timing.period == new->timing.period &&
	       old->timing.guard == new->timing.guard &&
	       old->timing.band == new->timing.band &&
	       !strcmp(old->node, new->node);
}

static int open_rotators(struct parts *parts, const struct opening *opening)
{
	const struct config *config = opening->config;
	unsigned int i, j;

	for (i = 0; i < config->nrotate; i++) {
		struct rotator *rotator = NULL;

		for (j = 0; same_timing(opening) &&
			    j < opening->was->nrotators; j++)
			if (!strcmp(rotator_set(opening->was->rotator[j]),
				    config->rotate[i]))
				rotator = opening->was->rotator[j];
		if (rotator) {
			parts->rotator[parts->nrotators++] = rotator;
			continue;
		}
		rotator = rotator_open(config->rotate[i], &config->timing);
		if (!rotator)
			return -EINVAL;
		parts->rotator[parts->nrotators++] = rotator;
		if (rotator_start(rotator, opening->loop))
			return -ENOMEM;
	}
	return 0;
}

static void reading_close(struct reading *reading)
{
	reader_close(reading->reader);
	learner_close(reading->learner);
	ledger_free(reading->ledger);
	free(reading);
}

static struct reading *reading_find(const struct parts *parts, const char *set)
{
	unsigned int i;

	for (i = 0; i < parts->nreadings; i++)
		if (!strcmp(reader_set(parts->reading[i]->reader), set))
			return parts->reading[i];
	return NULL;
}

static struct reading *reading_open(const struct opening *opening,
				    const char *set)
{
	const struct config *config = opening->config;
	struct reading *reading = calloc(1, sizeof(*reading));

	if (!reading) {
		no_memory();
		return NULL;
	}
	reading->reader = reader_open(set, config->node, &config->timing,
				      &reader_ops, reading);
	/* The block that runs and the one before have no base: see recorder.c. */
	reading->first = block_number(&config->timing, wallclock_time()) + 1;
	if (reading->reader && !reader_start(reading->reader, opening->loop))
		return reading;
	reading_close(reading);
	return NULL;
}

static int open_ledger(struct reading *reading, const struct opening *opening)
{
	const struct config *config = opening->config;

	if (!reading->ledger) {
		reading->ledger = ledger_new(&config->timing);
		if (!reading->ledger)
			return no_memory();
		ledger_begins(reading->ledger, reading->first);
	}
	if (config->reflect.reflector.learn && !reading->learner)
		reading->learner = learner_open(reader_set(reading->reader),
						ledger_learning(reading->ledger),
						opening->loop);
	return config->reflect.reflector.learn && !reading->learner ? -EINVAL :
								       0;
}

static int open_reading(struct parts *parts, const struct opening *opening,
			const char *set, bool reflected)
{
	struct reading *reading = reading_find(parts, set);

	if (!reading) {
		if (same_timing(opening))
			reading = reading_find(opening->was, set);
		if (!reading) {
			reading = reading_open(opening, set);
			if (!reading)
				return -EINVAL;
			reading->parts = parts;
		}
		parts->reading[parts->nreadings++] = reading;
	}
	if (!reflected)
		reader_marks(reading->reader);
	return reflected ? open_ledger(reading, opening) : 0;
}

static int open_readings(struct parts *parts, const struct opening *opening)
{
	const struct config *config = opening->config;
	unsigned int i;
	int err = 0;

	for (i = 0; !err && config->reflect.on && i < config->reflect.nsets;
	     i++)
		err = open_reading(parts, opening, config->reflect.set[i],
				   true);
	for (i = 0; !err && i < config->nmeasures; i++)
		err = open_reading(parts, opening, config->measure[i].of.set,
				   false);
	return err;
}

static int open_reflect(struct parts *parts, const struct opening *opening)
{
	if (!opening->config->reflect.on)
		return 0;
	if (opening->was && opening->was->reflect &&
	    reflect_listens(opening->was->reflect, &opening->config->reflect))
		parts->reflect = opening->was->reflect;
	else
		parts->reflect = reflect_open(opening->config, opening->loop);
	return parts->reflect ? 0 : -EINVAL;
}

/* One table and one mark for all of them. */
static int open_inband(struct parts *parts, const struct opening *opening)
{
	const struct config *config = opening->config;
	const struct parts *was = opening->was;
	unsigned int i;

	for (i = 0; i < config->nmeasures; i++) {
		if (!config->measure[i].in_band)
			continue;
		if (parts->mark && parts->mark != config->measure[i].mark) {
			lmctl_error("measurement '%s': mark %#x differs from mark %#x of another in-band measurement; use one mark for all",
				    config->measure[i].of.name,
				    config->measure[i].mark, parts->mark);
			return -EINVAL;
		}
		parts->mark = config->measure[i].mark;
	}
	if (!parts->mark)
		return 0;
	if (was && was->inband && was->mark == parts->mark) {
		parts->inband = was->inband;
		return 0;
	}
	return inband_open(parts->mark, &parts->inband);
}

static int open_measures(struct parts *parts, const struct opening *opening)
{
	const struct config *config = opening->config;
	unsigned int i, j;

	for (i = 0; i < config->nmeasures; i++) {
		struct measure *measure = NULL;

		for (j = 0; same_timing(opening) &&
			    j < opening->was->nmeasures; j++)
			if (measure_follows(opening->was->measure[j],
					    &config->measure[i]))
				measure = opening->was->measure[j];
		if (!measure)
			measure = measure_open(config, &config->measure[i],
					       parts->inband, opening->loop,
					       opening->ops, opening->arg);
		if (!measure)
			return -EINVAL;
		parts->measure[parts->nmeasures++] = measure;
	}
	return 0;
}

struct parts *parts_open(const struct config *config, const struct config *old,
			 const struct parts *was, struct loop *loop,
			 const struct measure_ops *ops, void *arg)
{
	const struct opening opening = {
		.config = config,
		.old = old,
		.was = was,
		.loop = loop,
		.ops = ops,
		.arg = arg,
	};
	struct parts *parts = calloc(1, sizeof(*parts));

	if (!parts) {
		no_memory();
		return NULL;
	}
	if (!open_rotators(parts, &opening) &&
	    !open_readings(parts, &opening) &&
	    !open_reflect(parts, &opening) && !open_inband(parts, &opening) &&
	    !open_measures(parts, &opening))
		return parts;
	parts_close(parts, was);
	return NULL;
}

/* A learner that is no more wanted, or that a failed reload has left, goes. */
static void follow(struct reading *reading, const struct config *config)
{
	if (config->reflect.reflector.learn) {
		learner_follow(reading->learner, config);
		return;
	}
	learner_close(reading->learner);
	reading->learner = NULL;
}

void parts_commit(struct parts *parts, const struct config *config)
{
	struct ledger *ledgers[CONFIG_SETS_MAX];
	struct reading *reading;
	unsigned int i, n = 0;

	for (i = 0; i < parts->nreadings; i++)
		parts->reading[i]->parts = parts;
	for (i = 0; i < parts->nmeasures; i++)
		measure_rekey(parts->measure[i], config, &config->measure[i]);
	if (!parts->reflect)
		return;
	for (i = 0; i < config->reflect.nsets; i++) {
		reading = reading_find(parts, config->reflect.set[i]);
		ledgers[n++] = reading->ledger;
		follow(reading, config);
	}
	reflect_reload(parts->reflect, config);
	reflect_ledgers(parts->reflect, ledgers, n);
}

static bool among(const void *part, void *const *parts, unsigned int n)
{
	while (n--)
		if (parts[n] == part)
			return true;
	return false;
}

static bool has_measure(const struct parts *parts, struct measure *measure)
{
	return parts && among(measure, (void *const *)parts->measure,
			      parts->nmeasures);
}

static bool has_reading(const struct parts *parts, struct reading *reading)
{
	return parts && among(reading, (void *const *)parts->reading,
			      parts->nreadings);
}

static bool has_rotator(const struct parts *parts, struct rotator *rotator)
{
	return parts && among(rotator, (void *const *)parts->rotator,
			      parts->nrotators);
}

void parts_close(struct parts *parts, const struct parts *except)
{
	unsigned int i;

	if (!parts)
		return;
	/* Results let colour changes pass: none by an old period any more. */
	for (i = 0; i < parts->nrotators; i++)
		if (!has_rotator(except, parts->rotator[i]))
			rotator_close(parts->rotator[i]);
	for (i = 0; i < parts->nmeasures; i++) {
		if (has_measure(except, parts->measure[i]))
			continue;
		measure_flush(parts->measure[i]);
		measure_close(parts->measure[i]);
	}
	if (!except || except->inband != parts->inband)
		inband_close(parts->inband);
	if (!except || except->reflect != parts->reflect)
		reflect_close(parts->reflect);
	for (i = 0; i < parts->nreadings; i++)
		if (!has_reading(except, parts->reading[i]))
			reading_close(parts->reading[i]);
	free(parts);
}

void parts_clock(struct parts *parts, bool synchronised, int64_t error_ns)
{
	unsigned int i;

	if (parts->reflect)
		reflector_clock(reflect_reflector(parts->reflect),
				synchronised, error_ns);
	for (i = 0; i < parts->nmeasures; i++)
		measure_clock(parts->measure[i], synchronised, error_ns);
}
