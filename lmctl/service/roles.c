// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/service/roles.h"

struct opening {
	const struct config *config;
	const struct config *old;
	const struct roles *was;
	struct loop *loop;
	const struct sender_ops *ops;
	void *arg;
};

static int no_memory(void)
{
	lmctl_error("out of memory");
	return -ENOMEM;
}

static void take_set(void *arg, const struct sr6flow_set *set)
{
	struct watched_set *watched = arg;

	watched->read = true;
	watched->flows = set->flows;
	if (watched->ledger)
		ledger_set(watched->ledger, set);
}

static int take_flow(void *arg, const struct sr6flow_set *set,
		     const struct sr6flow_record *record)
{
	struct watched_set *watched = arg;

	return watched->ledger ? ledger_flow(watched->ledger, set, record) : 0;
}

static bool measures(const struct watched_set *watched, unsigned int i)
{
	return !strcmp(sender_config(watched->roles->sender[i])->of.set,
		       set_reader_set(watched->reader));
}

/*
 * When memory is short, a record is missing, which is no wrong figure. Ending
 * for it would spoil all others.
 */
static int take_record(void *arg, const struct record *record)
{
	struct watched_set *watched = arg;
	struct roles *roles = watched->roles;
	unsigned int i;

	view_totals_add(&watched->now, false, reason_word(record->reason));
	if (watched->ledger && ledger_record(watched->ledger, record))
		watched->lost++;
	for (i = 0; i < roles->nsenders; i++)
		if (measures(watched, i) &&
		    sender_record(roles->sender[i], record))
			watched->lost++;
	return 0;
}

static int take_block_end(void *arg, int64_t block)
{
	struct watched_set *watched = arg;
	struct roles *roles = watched->roles;
	unsigned int i;

	watched->last = watched->now;
	watched->now = (struct view_totals){ .flows = 0 };
	if (watched->ledger)
		ledger_block_end(watched->ledger, block);
	if (watched->learner)
		learner_block_end(watched->learner);
	for (i = 0; i < roles->nsenders; i++)
		if (measures(watched, i) &&
		    sender_block_end(roles->sender[i], block))
			watched->lost++;
	if (watched->lost)
		lmctl_warning("set '%s': memory is short: %" PRIu64 " records of block %" PRId64 " are missing",
			      set_reader_set(watched->reader), watched->lost,
			      block);
	watched->lost = 0;
	return 0;
}

static void take_step(void *arg)
{
	struct watched_set *watched = arg;
	struct roles *roles = watched->roles;
	unsigned int i;

	watched->first = INT64_MIN;
	if (watched->ledger)
		ledger_stepped(watched->ledger);
	for (i = 0; i < roles->nsenders; i++)
		if (measures(watched, i))
			sender_stepped(roles->sender[i]);
}

static const struct set_reader_ops set_reader_ops = {
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

static int open_rotators(struct roles *roles, const struct opening *opening)
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
			roles->rotator[roles->nrotators++] = rotator;
			continue;
		}
		rotator = rotator_open(config->rotate[i], &config->timing);
		if (!rotator)
			return -EINVAL;
		roles->rotator[roles->nrotators++] = rotator;
		if (rotator_start(rotator, opening->loop))
			return -ENOMEM;
	}
	return 0;
}

/* One whose set is still followed goes on, whatever else has changed. */
static int open_followers(struct roles *roles, const struct opening *opening)
{
	const struct config *config = opening->config;
	const struct roles *was = opening->was;
	unsigned int i, j;

	for (i = 0; i < config->nimports; i++) {
		const struct config_import *import = &config->import[i];
		struct follower *follower = NULL;

		for (j = 0; was && j < was->nfollowers; j++)
			if (!strcmp(follower_set(was->follower[j]), import->set))
				follower = was->follower[j];
		if (!follower)
			follower = follower_open(import, opening->loop);
		if (!follower)
			return -EINVAL;
		roles->follower[roles->nfollowers++] = follower;
	}
	return 0;
}

static void watched_set_close(struct watched_set *watched)
{
	set_reader_close(watched->reader);
	learner_close(watched->learner);
	ledger_free(watched->ledger);
	free(watched);
}

static struct watched_set *watched_set_find(const struct roles *roles, const char *set)
{
	unsigned int i;

	for (i = 0; i < roles->nwatched; i++)
		if (!strcmp(set_reader_set(roles->watched[i]->reader), set))
			return roles->watched[i];
	return NULL;
}

static struct watched_set *watched_set_open(const struct opening *opening,
				    const char *set)
{
	const struct config *config = opening->config;
	struct watched_set *watched = calloc(1, sizeof(*watched));

	if (!watched) {
		no_memory();
		return NULL;
	}
	watched->reader = set_reader_open(set, config->node, &config->timing,
				      &set_reader_ops, watched);
	/* The block that runs and the one before have no base: see recorder.c. */
	watched->first = block_number(&config->timing, wallclock_time()) + 1;
	if (watched->reader && !set_reader_start(watched->reader, opening->loop))
		return watched;
	watched_set_close(watched);
	return NULL;
}

static int open_ledger(struct watched_set *watched, const struct opening *opening)
{
	const struct config *config = opening->config;

	if (!watched->ledger) {
		watched->ledger = ledger_new(&config->timing);
		if (!watched->ledger)
			return no_memory();
		ledger_begins(watched->ledger, watched->first);
	}
	if (config->reflect.reflector.learn && !watched->learner)
		watched->learner = learner_open(set_reader_set(watched->reader),
						ledger_learning(watched->ledger),
						opening->loop);
	return config->reflect.reflector.learn && !watched->learner ? -EINVAL :
								       0;
}

static int open_reading(struct roles *roles, const struct opening *opening,
			const char *set, bool reflected)
{
	struct watched_set *watched = watched_set_find(roles, set);

	if (!watched) {
		if (same_timing(opening))
			watched = watched_set_find(opening->was, set);
		if (!watched) {
			watched = watched_set_open(opening, set);
			if (!watched)
				return -EINVAL;
			watched->roles = roles;
		}
		roles->watched[roles->nwatched++] = watched;
	}
	if (!reflected)
		set_reader_marks(watched->reader);
	return reflected ? open_ledger(watched, opening) : 0;
}

static int open_readings(struct roles *roles, const struct opening *opening)
{
	const struct config *config = opening->config;
	unsigned int i;
	int err = 0;

	for (i = 0; !err && config->reflect.on && i < config->reflect.nsets;
	     i++)
		err = open_reading(roles, opening, config->reflect.set[i],
				   true);
	for (i = 0; !err && i < config->nmeasures; i++)
		err = open_reading(roles, opening, config->measure[i].of.set,
				   false);
	return err;
}

static int open_reflect(struct roles *roles, const struct opening *opening)
{
	if (!opening->config->reflect.on)
		return 0;
	if (opening->was && opening->was->reflect &&
	    reflect_listens(opening->was->reflect, &opening->config->reflect))
		roles->reflect = opening->was->reflect;
	else
		roles->reflect = reflect_open(opening->config, opening->loop);
	return roles->reflect ? 0 : -EINVAL;
}

/* One table and one mark for all of them. */
static int open_inband(struct roles *roles, const struct opening *opening)
{
	const struct config *config = opening->config;
	const struct roles *was = opening->was;
	unsigned int i;

	for (i = 0; i < config->nmeasures; i++) {
		if (!config->measure[i].in_band)
			continue;
		if (roles->mark && roles->mark != config->measure[i].mark) {
			lmctl_error("measurement '%s': mark %#x differs from mark %#x of another in-band measurement; use one mark for all",
				    config->measure[i].of.name,
				    config->measure[i].mark, roles->mark);
			return -EINVAL;
		}
		roles->mark = config->measure[i].mark;
	}
	if (!roles->mark)
		return 0;
	if (was && was->inband && was->mark == roles->mark) {
		roles->inband = was->inband;
		return 0;
	}
	return inband_open(roles->mark, &roles->inband);
}

static int open_measures(struct roles *roles, const struct opening *opening)
{
	const struct config *config = opening->config;
	unsigned int i, j;

	for (i = 0; i < config->nmeasures; i++) {
		struct sender *sender = NULL;

		for (j = 0; same_timing(opening) &&
			    j < opening->was->nsenders; j++)
			if (sender_follows(opening->was->sender[j],
					    &config->measure[i]))
				sender = opening->was->sender[j];
		if (!sender)
			sender = sender_open(config, &config->measure[i],
					       roles->inband, opening->loop,
					       opening->ops, opening->arg);
		if (!sender)
			return -EINVAL;
		roles->sender[roles->nsenders++] = sender;
	}
	return 0;
}

struct roles *roles_open(const struct config *config, const struct config *old,
			 const struct roles *was, struct loop *loop,
			 const struct sender_ops *ops, void *arg)
{
	const struct opening opening = {
		.config = config,
		.old = old,
		.was = was,
		.loop = loop,
		.ops = ops,
		.arg = arg,
	};
	struct roles *roles = calloc(1, sizeof(*roles));

	if (!roles) {
		no_memory();
		return NULL;
	}
	if (!open_rotators(roles, &opening) &&
	    !open_followers(roles, &opening) &&
	    !open_readings(roles, &opening) &&
	    !open_reflect(roles, &opening) && !open_inband(roles, &opening) &&
	    !open_measures(roles, &opening))
		return roles;
	roles_close(roles, was);
	return NULL;
}

/* A learner that is no more wanted, or that a failed reload has left, goes. */
static void follow(struct watched_set *watched, const struct config *config)
{
	if (config->reflect.reflector.learn) {
		learner_follow(watched->learner, config);
		return;
	}
	learner_close(watched->learner);
	watched->learner = NULL;
}

void roles_commit(struct roles *roles, const struct config *config)
{
	struct ledger *ledgers[CONFIG_SETS_MAX];
	struct watched_set *watched;
	unsigned int i, n = 0;

	for (i = 0; i < roles->nfollowers; i++)
		follower_configure(roles->follower[i], &config->import[i],
				   &config->timing);
	for (i = 0; i < roles->nwatched; i++)
		roles->watched[i]->roles = roles;
	for (i = 0; i < roles->nsenders; i++)
		sender_rekey(roles->sender[i], config, &config->measure[i]);
	if (!roles->reflect)
		return;
	for (i = 0; i < config->reflect.nsets; i++) {
		watched = watched_set_find(roles, config->reflect.set[i]);
		ledgers[n++] = watched->ledger;
		follow(watched, config);
	}
	reflect_reload(roles->reflect, config);
	reflect_ledgers(roles->reflect, ledgers, n);
}

static bool among(const void *part, void *const *roles, unsigned int n)
{
	while (n--)
		if (roles[n] == part)
			return true;
	return false;
}

static bool has_measure(const struct roles *roles, struct sender *sender)
{
	return roles && among(sender, (void *const *)roles->sender,
			      roles->nsenders);
}

static bool has_reading(const struct roles *roles, struct watched_set *watched)
{
	return roles && among(watched, (void *const *)roles->watched,
			      roles->nwatched);
}

static bool has_rotator(const struct roles *roles, struct rotator *rotator)
{
	return roles && among(rotator, (void *const *)roles->rotator,
			      roles->nrotators);
}

static bool has_follower(const struct roles *roles, struct follower *follower)
{
	return roles && among(follower, (void *const *)roles->follower,
			      roles->nfollowers);
}

void roles_close(struct roles *roles, const struct roles *except)
{
	unsigned int i;

	if (!roles)
		return;
	/* Results let colour changes pass: none by an old period any more. */
	for (i = 0; i < roles->nrotators; i++)
		if (!has_rotator(except, roles->rotator[i]))
			rotator_close(roles->rotator[i]);
	for (i = 0; i < roles->nfollowers; i++)
		if (!has_follower(except, roles->follower[i]))
			follower_close(roles->follower[i]);
	for (i = 0; i < roles->nsenders; i++) {
		if (has_measure(except, roles->sender[i]))
			continue;
		sender_flush(roles->sender[i]);
		sender_close(roles->sender[i]);
	}
	if (!except || except->inband != roles->inband)
		inband_close(roles->inband);
	if (!except || except->reflect != roles->reflect)
		reflect_close(roles->reflect);
	for (i = 0; i < roles->nwatched; i++)
		if (!has_reading(except, roles->watched[i]))
			watched_set_close(roles->watched[i]);
	free(roles);
}

void roles_clock(struct roles *roles, bool synchronised, int64_t error_ns)
{
	unsigned int i;

	if (roles->reflect)
		reflector_clock(reflect_reflector(roles->reflect),
				synchronised, error_ns);
	for (i = 0; i < roles->nsenders; i++)
		sender_clock(roles->sender[i], synchronised, error_ns);
}
