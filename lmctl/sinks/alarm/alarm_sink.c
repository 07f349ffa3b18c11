// SPDX-License-Identifier: GPL-2.0-only
/*
 * The alarms of all flows: alarm_step() for each, and its consequences.
 */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/messages.h"
#include "lmctl/sinks/alarm/alarm.h"
#include "lmctl/sinks/alarm/alarm_hook.h"
#include "lmctl/sinks/alarm/alarm_vacancy.h"
#include "lmctl/sinks/figures.h"
#include "lmctl/sinks/flowmap.h"
#include "lmctl/sinks/view/view_feed.h"

/**
 * struct watch - an alarm that matches a flow
 * @alarm: index of the alarm
 * @state: its state
 */
struct watch {
	unsigned int alarm;
	struct alarm_state state;
};

/**
 * struct watched - a flow
 * @entry: flow and measurement
 * @watches: alarms that match it
 * @n: their number
 * @born: number of the last walk before it was added
 */
struct watched {
	struct flowmap_entry entry;
	uint64_t born;
	struct watch *watches;
	unsigned int n;
};

/**
 * struct alarms - state of the sink
 * @alarms: the sections of the configuration
 * @n: their number
 * @next: sections of alarm_prepare(), NULL without
 * @nnext: their number
 * @map: struct watched of each flow
 * @vacancies: measurements without flows
 * @hooks: programs
 * @view: gets the changes, or NULL
 * @lines: log lines since the last end of a block
 * @closing: flows are dropped because the service ends
 * @walks: number of walks begun
 * @walk: next flow of the present walk, or NULL
 */
struct alarms {
	struct alarm_config *alarms;
	unsigned int n;
	struct alarm_config *next;
	unsigned int nnext;
	struct flowmap map;
	struct vacancies vacancies;
	struct hooks *hooks;
	struct view_feed *view;
	uint64_t lines;
	bool closing;
	uint64_t walks;
	struct flowmap_entry *walk;
};

static bool matches(const struct alarm_config *alarm,
		    const struct watched *flow)
{
	char sids[SR6FLOW_FLOW_STRLEN];
	const char *name = flow->entry.flow.name;

	if (!*name)
		name = figure_sids(&flow->entry.flow, sids);
	return !fnmatch(alarm->measure, flow->entry.table->name, 0) &&
	       !fnmatch(alarm->flow, name, 0);
}

/* End of a log line: the block that changed the alarm. */
static void describe(const struct alarm_event *event, char *text, size_t size)
{
	const struct segment *loss = event->loss;
	char ratio[FIGURE_LEN];

	if (!loss)
		snprintf(text, size, "it is not watched any more");
	else if (loss->status != RESULT_EXACT)
		snprintf(text, size, "%s, not exact in a row: %" PRIu32,
			 loss->word, event->runs);
	else if (!loss->sent)
		snprintf(text, size, "nothing sent, exact in a row: %" PRIu32,
			 event->runs);
	else
		snprintf(text, size, "%" PRId64 " of %" PRIu64 " packets lost (%s), such blocks in a row: %" PRIu32,
			 loss->lost, loss->sent,
			 figure_ratio(loss->sent, (uint64_t)loss->lost, ratio),
			 event->runs);
}

/* An event without a flow is about all of a measurement. */
static void log_vacancy(const struct alarm_event *event)
{
	if (event->raised)
		lmctl_warning("alarm '%s' raised: measurement %s, block %" PRId64 ": its set has no flows, such blocks in a row: %" PRIu32,
			      event->alarm->name, event->measurement,
			      event->block, event->runs);
	else
		lmctl_warning("alarm '%s' cleared: measurement %s, block %" PRId64 ": %s",
			      event->alarm->name, event->measurement,
			      event->block, event->runs ?
			      "it is not watched any more" :
			      "its set has flows again");
}

static void tell(void *arg, const struct alarm_event *event)
{
	struct alarms *self = arg;
	char flow[SR6FLOW_FLOW_STRLEN], text[160];

	hooks_run(self->hooks, event);
	if (self->view)
		view_feed_alarm(self->view, event->alarm->name,
				event->measurement, event->flow, event->raised);
	if (self->lines++ >= ALARM_LINES_MAX)
		return;
	if (!event->flow->nsids) {
		log_vacancy(event);
		return;
	}
	describe(event, text, sizeof(text));
	lmctl_warning("alarm '%s' %s: flow %s, measurement %s, block %" PRId64 ": %s",
		      event->alarm->name, event->raised ? "raised" : "cleared",
		      sr6flow_flow_format(event->flow, flow),
		      event->measurement, event->block, text);
}

static void clear(struct alarms *self, const struct alarm_config *alarm,
		  const struct watched *flow, const struct watch *watch)
{
	const struct alarm_event event = {
		.alarm = alarm,
		.measurement = flow->entry.table->name,
		.flow = &flow->entry.flow,
		.block = flow->entry.block,
	};

	if (watch->state.raised)
		tell(self, &event);
}

static void drop(struct flowmap_entry *entry, void *arg)
{
	struct watched *flow = (struct watched *)entry;
	struct alarms *self = arg;
	unsigned int i;

	if (self->walk == entry)
		self->walk = flowmap_next(&self->map, entry);
	for (i = 0; i < flow->n && !self->closing; i++)
		clear(self, &self->alarms[flow->watches[i].alarm], flow,
		      &flow->watches[i]);
	free(flow->watches);
}

static const struct watch *find(const struct watched *flow, const char *name,
				const struct alarm_config *alarms)
{
	unsigned int i;

	for (i = 0; i < flow->n; i++)
		if (!strcmp(alarms[flow->watches[i].alarm].name, name))
			return &flow->watches[i];
	return NULL;
}

/*
 * Find the alarms that match a flow. Alarms that matched before, by their names in
 * @before, keep their state; raised ones that no longer match are cleared.
 */
static int rematch(struct alarms *self, struct watched *flow,
		   const struct alarm_config *before)
{
	struct watched fresh = { .n = 0 };
	const struct watch *old;
	unsigned int i;

	fresh.watches = calloc(self->n + 1, sizeof(*fresh.watches));
	for (i = 0; fresh.watches && i < self->n; i++) {
		if (!matches(&self->alarms[i], flow))
			continue;
		old = find(flow, self->alarms[i].name, before);
		if (old)
			fresh.watches[fresh.n].state = old->state;
		fresh.watches[fresh.n++].alarm = i;
	}
	for (i = 0; i < flow->n; i++) {
		old = &flow->watches[i];
		/* n is 0 without watches. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		if (!find(&fresh, before[old->alarm].name, self->alarms))
			clear(self, &before[old->alarm], flow, old);
	}
	free(flow->watches);
	flow->watches = fresh.watches;
	flow->n = fresh.n;
	if (!flow->watches)
		return -ENOMEM;
	/* Most flows match few alarms; a failure changes nothing. */
	flow->watches = reallocarray(fresh.watches, fresh.n + 1,
				     sizeof(*fresh.watches)) ?: fresh.watches;
	return 0;
}

static void step(struct alarms *self, const struct watched *flow,
		 struct watch *watch, const struct segment *total,
		 uint64_t blocks)
{
	struct alarm_state *state = &watch->state;
	struct alarm_event event = {
		.alarm = &self->alarms[watch->alarm],
		.measurement = flow->entry.table->name,
		.flow = &flow->entry.flow,
		.block = flow->entry.block,
		.loss = total,
	};

	switch (alarm_step(event.alarm, state, total, blocks)) {
	case ALARM_SAME:
		return;
	case ALARM_RAISED:
		event.raised = true;
		event.runs = state->by_loss ? state->lossy : state->inexact;
		break;
	case ALARM_CLEARED:
		event.runs = state->calm;
		break;
	}
	tell(self, &event);
}

static void alarms_result(void *arg, const struct result *result)
{
	const struct segment total = result_total(result);
	struct alarms *self = arg;
	struct watched *flow;
	bool renamed;
	unsigned int i;

	if (!self->n)
		return;
	vacancy_result(&self->vacancies, result->of->name, result->block);
	flow = (struct watched *)flowmap_get(&self->map, result->of->name,
					     result->flow, result->block,
					     &renamed);
	if (flow && !flow->watches)
		flow->born = self->walks;
	if (!flow || ((renamed || !flow->watches) &&
		      rematch(self, flow, self->alarms))) {
		if (self->lines++ < ALARM_LINES_MAX)
			lmctl_warning("alarms: memory is short: a result was not evaluated");
		return;
	}
	for (i = 0; i < flow->n; i++)
		step(self, flow, &flow->watches[i], &total,
		     result->gap ? result->gap : 1);
}

static void alarms_gap(void *arg, const struct result *result)
{
	if (result_total(result).status == RESULT_EXACT)
		alarms_result(arg, result);
}

static void alarms_block_end(void *arg, const struct measurement *of,
			     int64_t block)
{
	struct alarms *self = arg;

	if (self->n)
		vacancy_end(&self->vacancies, of->name, block);
	flowmap_end(&self->map, of->name);
	hooks_reap(self->hooks);
	hooks_summary(self->hooks);
	if (self->lines > ALARM_LINES_MAX)
		lmctl_warning("alarms: %" PRIu64 " more alarm lines were left out",
			      self->lines - ALARM_LINES_MAX);
	self->lines = 0;
}

static void alarms_free(void *arg)
{
	struct alarms *self = arg;

	vacancies_free(&self->vacancies);
	self->closing = true;
	flowmap_clear(&self->map);
	hooks_free(self->hooks);
	free(self->alarms);
	free(self);
}

static const struct sink_ops ops = {
	.result = alarms_result,
	.gap = alarms_gap,
	.block_end = alarms_block_end,
	.free = alarms_free,
};

static struct alarm_config *copy(const struct alarm_config *alarms,
				 unsigned int n)
{
	struct alarm_config *own = calloc(n + 1, sizeof(*own));

	if (own && n)
		memcpy(own, alarms, n * sizeof(*own));
	return own;
}

int alarm_open(struct sink *sink, const struct alarm_config *alarms,
	       unsigned int n)
{
	struct alarms *self = calloc(1, sizeof(*self));

	if (self) {
		self->alarms = copy(alarms, n);
		self->hooks = hooks_new(HOOKS_LIMIT);
	}
	if (!self || !self->alarms || !self->hooks) {
		if (self) {
			hooks_free(self->hooks);
			free(self->alarms);
		}
		free(self);
		lmctl_error("out of memory for alarms");
		return -ENOMEM;
	}
	self->n = n;
	self->vacancies = (struct vacancies){
		.alarms = self->alarms, .n = n, .tell = tell, .arg = self,
	};
	self->map.size = sizeof(struct watched);
	self->map.keep = ALARM_BLOCKS;
	self->map.drop = drop;
	self->map.arg = self;
	*sink = (struct sink){ &ops, self };
	return 0;
}

void alarm_listen(struct sink *sink, struct view_feed *view)
{
	struct alarms *self = sink->self;

	self->view = view;
}

int alarm_prepare(struct sink *sink, const struct alarm_config *alarms,
		  unsigned int n)
{
	struct alarms *self = sink->self;

	self->next = copy(alarms, n);
	self->nnext = n;
	if (self->next)
		return 0;
	lmctl_error("out of memory for alarms");
	return -ENOMEM;
}

void alarm_commit(struct sink *sink, bool follow, void (*progress)(void *arg),
		  void *arg)
{
	struct alarms *self = sink->self;
	struct alarm_config *before = self->next;
	struct flowmap_entry *entry;
	unsigned int n = self->n;

	if (follow) {
		before = self->alarms;
		self->alarms = self->next;
		self->n = self->nnext;
	}
	self->next = NULL;
	if (follow)
		vacancies_rematch(&self->vacancies, self->alarms, self->n, before, n);
	/* If memory is short, the flow is matched at its next result. */
	for (entry = follow ? flowmap_next(&self->map, NULL) : NULL; entry;
	     entry = flowmap_next(&self->map, entry)) {
		rematch(self, (struct watched *)entry, before);
		if (progress)
			progress(arg);
	}
	free(before);
}

void alarm_ended(struct sink *sink, const char *measurement)
{
	struct alarms *self = sink->self;

	vacancy_forget(&self->vacancies, measurement);
	flowmap_forget(&self->map, measurement);
}

int64_t alarm_reap(struct sink *sink)
{
	const struct alarms *self = sink->self;

	return hooks_reap(self->hooks);
}

void alarm_walk_begin(struct sink *sink)
{
	struct alarms *self = sink->self;

	self->walks++;
	self->walk = flowmap_next(&self->map, NULL);
}

static void visit(const struct alarms *self, const struct watched *flow,
		  void (*fn)(const struct alarm_status *status, void *arg),
		  void *arg)
{
	unsigned int i;

	for (i = 0; i < flow->n; i++) {
		const struct watch *watch = &flow->watches[i];
		const struct alarm_status status = {
			.alarm = self->alarms[watch->alarm].name,
			.measurement = flow->entry.table->name,
			.flow = &flow->entry.flow,
			.raised = watch->state.raised,
			.raises = watch->state.raises,
		};

		fn(&status, arg);
	}
}

bool alarm_walk(struct sink *sink, unsigned int n,
		void (*fn)(const struct alarm_status *status, void *arg),
		void *arg)
{
	struct alarms *self = sink->self;
	const struct watched *flow;

	for (; self->walk && n; n--) {
		flow = (const struct watched *)self->walk;
		if (flow->born < self->walks)
			visit(self, flow, fn, arg);
		self->walk = flowmap_next(&self->map, self->walk);
	}
	return self->walk;
}
