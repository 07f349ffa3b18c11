// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lmctl/base/messages.h"
#include "lmctl/base/seldom.h"
#include "lmctl/node/sets.h"
#include "lmctl/service/learner.h"

/*
 * Most writes at once, and the time between two batches: requests for thousands of
 * flows delay neither the colour nor the answers nor other programs that change
 * sets.
 */
#define BATCH 16
#define PAUSE (20 * BLOCK_NS_PER_MS)

/**
 * struct learner - a learner
 * @set: name of the set
 * @learning: flows to write
 * @handle: library handle
 * @task: task that writes
 * @due: no batch is written before that
 * @refusals: refused requests at the last check
 * @limit: most flows
 * @learned: messages about added flows
 * @failed: messages about flows that could not be added
 * @refused: messages about flows beyond the limits
 */
struct learner {
	char set[SR6FLOW_SETNAME_MAX + 1];
	struct learning *learning;
	struct sr6flow *handle;
	struct task *task;
	int64_t due;
	uint64_t refusals;
	uint32_t limit;
	struct seldom learned;
	struct seldom failed;
	struct seldom refused;
};

/*
 * Reason for which a set cannot learn, NULL if it can. A renewal would remove
 * skbinfo; a set with forceadd could replace flows of the operator; a default
 * timeout would make flows of the operator look learned.
 */
static const char *problem(const struct sr6flow_set *set)
{
	if (set->timeout == SR6FLOW_NO_TIMEOUT)
		return "it has no timeouts";
	if (set->timeout)
		return "its flows have a timeout by default, as learned ones have";
	if (set->forceadd)
		return "it forgets flows for new ones (forceadd)";
	if (set->skbinfo)
		return "it has skbinfo, which learned flows do not keep";
	return NULL;
}

static bool can_learn(const struct sr6flow_set *set)
{
	const char *text = problem(set);

	if (text)
		lmctl_error("set '%s' cannot learn flows: %s; remove it ('lmctl deinit'), create it with 'lmctl init rx --timeout=0' and add its flows again, or disable learn",
			    set->name, text);
	return !text;
}

static void report_failure(struct learner *learner, const char *why)
{
	uint64_t n = seldom(&learner->failed, 1);

	if (n)
		lmctl_warning("reflect: set '%s': learned flows cannot be added: %s (failures since the last such message: %" PRIu64 ")",
			      learner->set, why, n);
}

static void report_learned(struct learner *learner,
			   const struct sr6flow_flow *flow)
{
	uint64_t n = seldom(&learner->learned, 1);
	char text[SR6FLOW_FLOW_STRLEN];

	if (n)
		lmctl_note("reflect: set '%s' learned the flow %s (flows learned since the last such message: %" PRIu64 ")",
			   learner->set, sr6flow_flow_format(flow, text), n);
}

/* It may be another set by now. */
static int write_flow(struct learner *learner, const struct learning_job *job)
{
	struct sr6flow_set info;
	int err = sr6flow_info(learner->handle, learner->set, &info);

	if (!err && problem(&info)) {
		report_failure(learner, problem(&info));
		return -EINVAL;
	}
	if (!err)
		err = sr6flow_add(learner->handle, learner->set, &job->flow,
				  job->timeout, job->renew);
	if (err && err != -EEXIST)
		report_failure(learner, sr6flow_error(learner->handle));
	return err;
}

/* Return: false when nothing is left to do. */
static bool write_one(struct learner *learner)
{
	struct learning_job job;
	int err;

	if (!learning_next(learner->learning, &job))
		return false;
	err = write_flow(learner, &job);
	if (!err && !job.renew)
		report_learned(learner, &job.flow);
	learning_done(learner->learning, &job, err);
	return true;
}

static int64_t learner_run(void *arg, int64_t now)
{
	struct learner *learner = arg;
	unsigned int i;

	if (now < learner->due)
		return learner->due;
	for (i = 0; i < BATCH; i++)
		if (!write_one(learner))
			break;
	if (i)
		learner->due = now + PAUSE;
	return i == BATCH ? learner->due : LOOP_NEVER;
}

static void learner_stepped(void *arg, int64_t before, int64_t now)
{
	struct learner *learner = arg;

	learner->due += now - before;
}

static const struct task_ops ops = {
	.run = learner_run,
	.stepped = learner_stepped,
};

static void wake(void *arg)
{
	struct learner *learner = arg;

	task_wake(learner->task);
}

static int prepare(struct learner *learner, const char *set)
{
	struct sr6flow_set info;

	learner->handle = lmctl_open();
	if (!learner->handle)
		return -EINVAL;
	if (sr6flow_info(learner->handle, set, &info)) {
		lmctl_error("%s", sr6flow_error(learner->handle));
		return -EINVAL;
	}
	return can_learn(&info) ? 0 : -EINVAL;
}

struct learner *learner_open(const char *set, struct learning *learning,
			     struct loop *loop)
{
	struct learner *learner = calloc(1, sizeof(*learner));

	if (!learner) {
		lmctl_error("out of memory");
		return NULL;
	}
	snprintf(learner->set, sizeof(learner->set), "%s", set);
	if (!prepare(learner, set)) {
		learner->task = loop_task(loop, &ops, learner);
		if (learner->task) {
			learner->learning = learning;
			return learner;
		}
		lmctl_error("out of memory");
	}
	learner_close(learner);
	return NULL;
}

void learner_close(struct learner *learner)
{
	const struct keys none = { .n = 0 };

	if (!learner)
		return;
	if (learner->learning)
		learning_configure(learner->learning,
				   &(struct learning_config){ .keys = &none });
	task_free(learner->task);
	sr6flow_close(learner->handle);
	free(learner);
}

void learner_follow(struct learner *learner, const struct config *config)
{
	const struct reflector_config *reflector = &config->reflect.reflector;

	learner->limit = reflector->learn;
	learning_configure(learner->learning, &(struct learning_config){
		.flows = reflector->learn,
		.timeout = reflector->learn_timeout,
		.keys = &config->keys,
		.wake = wake,
		.arg = learner,
	});
}

void learner_block_end(struct learner *learner)
{
	const struct learning_stats *stats = learning_stats(learner->learning);
	uint64_t n = seldom(&learner->refused,
			    stats->refused - learner->refusals);

	learner->refusals = stats->refused;
	if (n)
		lmctl_warning("reflect: set '%s': refused to learn more flows: it has learned %" PRIu64 " and learn is %u, of which each key has an equal share (requests refused since the last such message: %" PRIu64 "); increase learn, or find the nodes that request these flows",
			      learner->set, stats->flows, learner->limit, n);
}

bool learner_check(const struct config *config)
{
	const struct config_reflect *reflect = &config->reflect;
	struct sr6flow *handle = NULL;
	struct sr6flow_set info;
	bool good = true;
	unsigned int i;

	if (!reflect->on || !reflect->reflector.learn)
		return true;
	if (!sr6flow_open(&handle))
		for (i = 0; i < reflect->nsets; i++)
			if (!sr6flow_info(handle, reflect->set[i], &info) &&
			    !can_learn(&info))
				good = false;
	sr6flow_close(handle);
	return good;
}
