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
#include "lmctl/service/repair.h"
#include "lmctl/service/upkeep.h"

/* All sections set, and all sets that rotate, are reflected or measured. */
#define SETS_MAX (3 * CONFIG_SETS_MAX + CONFIG_MEASURES_MAX)
/* Time between two looks: a period within these bounds. */
#define LOOK_MIN BLOCK_NS_PER_S
#define LOOK_MAX (10 * BLOCK_NS_PER_S)
/*
 * What is wrong at so many looks in a row is worth a message and a repair. A firewall
 * that is reloaded may remove the rule and put it back.
 */
#define LOOKS 2
/* Time between two repairs; doubles each time, and begins anew after good times. */
#define AGAIN_MIN (10 * BLOCK_NS_PER_S)
#define AGAIN_MAX (3600 * BLOCK_NS_PER_S)
#define GOOD_TIME (600 * BLOCK_NS_PER_S)

/**
 * struct trouble - something that may be wrong with a set
 * @looks: looks in a row at which it was
 * @told: it was reported
 */
struct trouble {
	unsigned int looks;
	bool told;
};

/**
 * struct kept - a set
 * @set: its name
 * @upkeep: upkeep
 * @wanted: the configuration has it
 * @section: it has a section set
 * @repair: what is missing is to be put back
 * @learns: it has no flows until requests name them
 * @handle: library handle
 * @witness: its rules, NULL without @section
 * @announced: event of @witness
 * @task: looks
 * @looked: time of the last look
 * @exists: the set was there at the last look
 * @flows: the number of its flows then
 * @empty: it has no flows
 * @broken: it or its one rule is gone
 * @reason: with @broken, what is wrong; REASON_SET_RESTARTED if the set is gone
 * @child: repair that runs, or NULL
 * @due: no repair begins before that
 * @pause: time from one repair to the next
 * @failing: the last repair failed, which was reported
 */
struct kept {
	char set[SR6FLOW_SETNAME_MAX + 1];
	struct upkeep *upkeep;
	bool wanted;
	bool section;
	bool repair;
	bool learns;
	struct sr6flow *handle;
	struct witness *witness;
	sd_event_source *announced;
	struct task *task;
	int64_t looked;
	bool exists;
	uint32_t flows;
	struct trouble empty;
	struct trouble broken;
	enum reason reason;
	struct repair *child;
	int64_t due;
	int64_t pause;
	bool failing;
};

/**
 * struct upkeep - upkeep
 * @file: configuration file
 * @loop: loop
 * @interval: time between two looks
 * @n: number of sets
 * @kept: sets
 */
struct upkeep {
	char file[CONFIG_TEXT_LEN];
	struct loop *loop;
	int64_t interval;
	unsigned int n;
	struct kept *kept[SETS_MAX];
};

/* Return: true when it has become worth a message, or has ended after one. */
static bool trouble_changed(struct trouble *trouble, bool there)
{
	trouble->looks = there ? trouble->looks + 1 : 0;
	if (there ? trouble->looks < LOOKS || trouble->told : !trouble->told)
		return false;
	trouble->told = there;
	return true;
}

static void report_flows(struct kept *kept)
{
	if (!trouble_changed(&kept->empty, kept->exists && !kept->flows &&
					   !kept->learns))
		return;
	if (kept->empty.told)
		lmctl_warning("set '%s' has no flows: nothing is counted or measured; add them with 'lmctl add' or 'lmctl import', or name their file in a section set",
			      kept->set);
	else if (kept->exists)
		lmctl_warning("set '%s' has flows again", kept->set);
}

static bool can_repair(const struct kept *kept)
{
	return kept->repair && (kept->reason == REASON_NO_RULE ||
				kept->reason == REASON_SET_RESTARTED);
}

static void report_rule(struct kept *kept)
{
	const struct meaning *meaning;

	if (!kept->broken.told) {
		lmctl_warning("set '%s': its rule counts again", kept->set);
		return;
	}
	if (kept->reason == REASON_SET_RESTARTED) {
		lmctl_warning("set '%s' is gone%s", kept->set, kept->repair ?
			      ": creating it again" : "; run 'lmctl up'");
		return;
	}
	meaning = reason_meaning(kept->reason);
	lmctl_warning("set '%s': %s: %s; %s", kept->set, meaning->word,
		      kept->reason == REASON_NO_RULE ?
		      "no rule references the set, its blocks are invalid" :
		      meaning->means,
		      can_repair(kept) ? "putting it back" : meaning->remedy);
}

static void report_repair(struct kept *kept, const char *error)
{
	if (error && !kept->failing)
		lmctl_warning("set '%s': the repair failed, and is tried again from time to time; run 'lmctl up' as root: %s",
			      kept->set, error);
	kept->failing = error;
}

static void repaired(void *arg, const char *error)
{
	struct kept *kept = arg;

	kept->child = NULL;
	report_repair(kept, error);
	task_wake(kept->task);
}

static void repair(struct kept *kept, int64_t now)
{
	struct upkeep *upkeep = kept->upkeep;
	int err;

	if (kept->child || now < kept->due)
		return;
	kept->due = now + kept->pause;
	kept->pause = kept->pause < AGAIN_MAX / 2 ? 2 * kept->pause : AGAIN_MAX;
	err = repair_start(&kept->child, loop_event(upkeep->loop), upkeep->file,
			   kept->set, repaired, kept);
	if (err < 0)
		report_repair(kept, strerror(-err));
}

/* Return: false if nothing is known now. */
static bool look(struct kept *kept)
{
	struct rule_facts facts = { .reason = REASON_NONE };
	struct sr6flow_set info;
	int err = sr6flow_info(kept->handle, kept->set, &info);

	if (err && err != -ENOENT)
		return false;
	kept->exists = !err;
	kept->flows = kept->exists ? info.flows : 0;
	if (kept->exists && kept->witness &&
	    witness_read(kept->witness, kept->handle, &facts))
		return false;
	kept->reason = kept->exists ? facts.reason : REASON_SET_RESTARTED;
	return true;
}

static int64_t kept_run(void *arg, int64_t now)
{
	struct kept *kept = arg;

	if (now < kept->looked + LOOK_MIN)
		return kept->looked + LOOK_MIN;
	kept->looked = now;
	if (!look(kept))
		return now + LOOK_MIN;
	report_flows(kept);
	if (kept->section && trouble_changed(&kept->broken, kept->reason))
		report_rule(kept);
	if (kept->broken.told && can_repair(kept))
		repair(kept, now);
	else if (!kept->reason && now - kept->due > GOOD_TIME)
		kept->pause = AGAIN_MIN;
	return now + (kept->empty.looks == 1 || kept->broken.looks ?
		      LOOK_MIN : kept->upkeep->interval);
}

static void kept_stepped(void *arg, int64_t before, int64_t now)
{
	struct kept *kept = arg;

	kept->looked += now - before;
	kept->due += now - before;
}

static const struct task_ops ops = {
	.run = kept_run,
	.stepped = kept_stepped,
};

static int on_announced(sd_event_source *source, int fd, uint32_t events,
			void *arg)
{
	struct kept *kept = arg;

	(void)source;
	(void)fd;
	(void)events;
	witness_drain(kept->witness);
	task_wake(kept->task);
	return 0;
}

static void kept_close(struct kept *kept)
{
	if (!kept)
		return;
	repair_stop(kept->child);
	task_free(kept->task);
	sd_event_source_unref(kept->announced);
	witness_close(kept->witness);
	sr6flow_close(kept->handle);
	free(kept);
}

static int watch_rules(struct kept *kept)
{
	if (witness_open(&kept->witness, kept->set))
		return -EINVAL;
	return sd_event_add_io(loop_event(kept->upkeep->loop), &kept->announced,
			       witness_fd(kept->witness), EPOLLIN, on_announced,
			       kept) < 0 ? -ENOMEM : 0;
}

static struct kept *kept_open(struct upkeep *upkeep, const char *set)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	if (!kept)
		goto failed;
	snprintf(kept->set, sizeof(kept->set), "%s", set);
	kept->upkeep = upkeep;
	kept->looked = INT64_MIN / 2;
	kept->due = INT64_MIN / 2;
	kept->pause = AGAIN_MIN;
	kept->handle = lmctl_open();
	kept->task = loop_task(upkeep->loop, &ops, kept);
	if (kept->handle && kept->task)
		return kept;

failed:
	kept_close(kept);
	return NULL;
}

static struct kept *find(const struct upkeep *upkeep, const char *set)
{
	unsigned int i;

	for (i = 0; i < upkeep->n; i++)
		if (!strcmp(upkeep->kept[i]->set, set))
			return upkeep->kept[i];
	return NULL;
}

static struct kept *want(struct upkeep *upkeep, const char *set)
{
	struct kept *kept = find(upkeep, set);

	if (!kept && upkeep->n < SETS_MAX) {
		kept = kept_open(upkeep, set);
		if (!kept)
			lmctl_warning("set '%s': memory is short: nobody notices when it has no flows",
				      set);
		else
			upkeep->kept[upkeep->n++] = kept;
	}
	if (kept)
		kept->wanted = true;
	return kept;
}

static void want_section(struct upkeep *upkeep, const struct config_set *set)
{
	struct kept *kept = want(upkeep, set->name);

	if (!kept)
		return;
	kept->section = true;
	kept->repair = set->repair;
	if (!kept->witness && watch_rules(kept))
		lmctl_warning("set '%s': nobody notices when its rule is gone",
			      kept->set);
}

static void want_all(struct upkeep *upkeep, const struct config *config)
{
	const struct config_reflect *reflect = &config->reflect;
	struct kept *kept;
	unsigned int i;

	for (i = 0; i < config->nsets; i++)
		want_section(upkeep, &config->set[i]);
	for (i = 0; i < config->nrotate; i++)
		want(upkeep, config->rotate[i]);
	for (i = 0; i < config->nmeasures; i++)
		want(upkeep, config->measure[i].of.set);
	for (i = 0; reflect->on && i < reflect->nsets; i++) {
		kept = want(upkeep, reflect->set[i]);
		if (kept)
			kept->learns = reflect->reflector.learn;
	}
}

void upkeep_follow(struct upkeep *upkeep, const struct config *config)
{
	unsigned int i, n = 0;

	upkeep->interval = config->timing.period;
	if (upkeep->interval < LOOK_MIN)
		upkeep->interval = LOOK_MIN;
	if (upkeep->interval > LOOK_MAX)
		upkeep->interval = LOOK_MAX;
	for (i = 0; i < upkeep->n; i++) {
		upkeep->kept[i]->wanted = false;
		upkeep->kept[i]->section = false;
		upkeep->kept[i]->repair = false;
		upkeep->kept[i]->learns = false;
	}
	want_all(upkeep, config);
	for (i = 0; i < upkeep->n; i++)
		if (upkeep->kept[i]->wanted)
			upkeep->kept[n++] = upkeep->kept[i];
		else
			kept_close(upkeep->kept[i]);
	upkeep->n = n;
}

struct upkeep *upkeep_open(const struct config *config, const char *file,
			   struct loop *loop)
{
	struct upkeep *upkeep = calloc(1, sizeof(*upkeep));

	if (!upkeep) {
		lmctl_error("out of memory");
		return NULL;
	}
	snprintf(upkeep->file, sizeof(upkeep->file), "%s", file);
	upkeep->loop = loop;
	upkeep_follow(upkeep, config);
	return upkeep;
}

const char *upkeep_flows(const struct upkeep *upkeep, unsigned int *i,
			 uint32_t *flows)
{
	while (upkeep && *i < upkeep->n) {
		const struct kept *kept = upkeep->kept[(*i)++];

		if (!kept->exists)
			continue;
		*flows = kept->flows;
		return kept->set;
	}
	return NULL;
}

void upkeep_close(struct upkeep *upkeep)
{
	if (!upkeep)
		return;
	while (upkeep->n)
		kept_close(upkeep->kept[--upkeep->n]);
	free(upkeep);
}
