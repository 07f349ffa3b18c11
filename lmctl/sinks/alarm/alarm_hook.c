// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lmctl/base/block.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/spawn.h"
#include "lmctl/sinks/alarm/alarm_hook.h"
#include "lmctl/sinks/figures.h"

/* Most warnings between two summaries. */
#define WARNINGS_MAX 10
#define VARIABLES_MAX 16

/**
 * struct job - a program that runs or waits
 * @next: next one
 * @alarm: copy of the alarm: the configuration may change meanwhile
 * @env: environment
 * @n_env: number of variables
 * @key: identity of alarm, measurement and flow
 * @pid: process and process group, 0 if it waits
 * @deadline: CLOCK_MONOTONIC in nanoseconds
 * @killed: it exceeded its time
 */
struct job {
	struct job *next;
	struct alarm_config alarm;
	char *env[VARIABLES_MAX + 1];
	unsigned int n_env;
	char *key;
	pid_t pid;
	int64_t deadline;
	bool killed;
};

/**
 * struct hooks - state
 * @limit: nanoseconds that a program may take
 * @jobs: in the order of events
 * @running: number of running jobs
 * @waiting: number of waiting jobs
 * @dropped: jobs dropped since the last summary
 * @warnings: warnings since the last summary
 */
struct hooks {
	int64_t limit;
	struct job *jobs;
	unsigned int running;
	unsigned int waiting;
	uint64_t dropped;
	uint64_t warnings;
};

static int64_t monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * BLOCK_NS_PER_S + now.tv_nsec;
}

static void __attribute__((format(printf, 3, 4)))
warn(struct hooks *hooks, const struct job *job, const char *format, ...)
{
	char text[256];
	va_list args;

	if (hooks->warnings++ >= WARNINGS_MAX)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	lmctl_warning("alarm '%s': program '%s' %s", job->alarm.name,
		      job->alarm.args[0], text);
}

struct hooks *hooks_new(int64_t limit)
{
	struct hooks *hooks = calloc(1, sizeof(*hooks));

	if (!hooks)
		return NULL;
	hooks->limit = limit;
	/* A kernel without ambient capabilities has none to drop. */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return hooks;
}

static void job_free(struct job *job)
{
	unsigned int i;

	for (i = 0; i < job->n_env; i++)
		free(job->env[i]);
	free(job->key);
	free(job);
}

static int set(struct job *job, const char *name, const char *value)
{
	if (asprintf(&job->env[job->n_env], "SR6FLOW_%s=%s", name, value) < 0)
		return -ENOMEM;
	job->n_env++;
	return 0;
}

/* An unknown number is empty, never 0. */
static int set_loss(struct job *job, const struct segment *loss)
{
	bool counts = loss && loss->status != RESULT_INVALID;
	bool exact = loss && loss->status == RESULT_EXACT;
	char sent[24] = "", received[24] = "", lost[24] = "", ratio[32] = "";

	if (counts) {
		snprintf(sent, sizeof(sent), "%" PRIu64, loss->sent);
		snprintf(received, sizeof(received), "%" PRIu64,
			 loss->received);
	}
	if (exact)
		snprintf(lost, sizeof(lost), "%" PRId64, loss->lost);
	if (exact && loss->sent)
		snprintf(ratio, sizeof(ratio), "%.6g",
			 (double)loss->lost / (double)loss->sent);
	return set(job, "SENT", sent) || set(job, "RECEIVED", received) ||
	       set(job, "LOST", lost) || set(job, "RATIO", ratio) ||
	       set(job, "REASON", loss && loss->word ? loss->word : "");
}

static struct job *job_new(const struct alarm_event *event)
{
	char sids[SR6FLOW_FLOW_STRLEN], source[FIGURE_SOURCE_LEN], block[24];
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->alarm = *event->alarm;
	figure_sids(event->flow, sids);
	figure_source(event->flow, source);
	snprintf(block, sizeof(block), "%" PRId64, event->block);
	if (asprintf(&job->key, "%s\n%s\n%s\n%s", event->alarm->name,
		     event->measurement, source, sids) < 0) {
		job->key = NULL;
		job_free(job);
		return NULL;
	}
	if (set(job, "ALARM", event->alarm->name) ||
	    set(job, "STATE", event->raised ? "raised" : "cleared") ||
	    set(job, "FLOW", event->flow->name) || set(job, "SIDS", sids) ||
	    set(job, "SOURCE", source) ||
	    set(job, "MEASUREMENT", event->measurement) ||
	    set(job, "BLOCK", block) || set_loss(job, event->loss)) {
		job_free(job);
		return NULL;
	}
	return job;
}

static int spawn(struct job *job)
{
	const char *argv[ALARM_ARGS_MAX + 1] = { NULL };
	const struct spawn program = {
		.argv = argv,
		.env = job->env,
		.fd = { SPAWN_NULL, SPAWN_NULL, SPAWN_NULL },
		.group = true,
	};
	unsigned int i;

	for (i = 0; i < job->alarm.nargs; i++)
		argv[i] = job->alarm.args[i];
	return spawn_start(&program, &job->pid);
}

/* Return: false if the program cannot be run. */
static bool start(struct hooks *hooks, struct job *job)
{
	int err = spawn(job);

	if (err) {
		job->pid = 0;
		warn(hooks, job, "cannot be run: %s", strerror(-err));
		return false;
	}
	job->deadline = monotonic() + hooks->limit;
	hooks->running++;
	return true;
}

/* Events of one alarm and flow must not overtake one another. */
static bool blocked(const struct hooks *hooks, const struct job *job)
{
	const struct job *before;

	for (before = hooks->jobs; before != job; before = before->next)
		if (!strcmp(before->key, job->key))
			return true;
	return false;
}

static void start_waiting(struct hooks *hooks)
{
	struct job **at = &hooks->jobs, *job;

	while (hooks->waiting && hooks->running < HOOKS_RUNNING_MAX &&
	       (job = *at)) {
		if (job->pid || blocked(hooks, job)) {
			at = &job->next;
			continue;
		}
		hooks->waiting--;
		if (start(hooks, job)) {
			at = &job->next;
		} else {
			*at = job->next;
			job_free(job);
		}
	}
}

void hooks_run(struct hooks *hooks, const struct alarm_event *event)
{
	struct job **last = &hooks->jobs;
	struct job *job;

	if (!event->alarm->nargs)
		return;
	/* Ended programs make room. */
	hooks_reap(hooks);
	job = hooks->waiting < HOOKS_WAITING_MAX ? job_new(event) : NULL;
	if (!job) {
		hooks->dropped++;
		return;
	}
	while (*last)
		last = &(*last)->next;
	*last = job;
	hooks->waiting++;
	start_waiting(hooks);
}

/* Return: false while a program runs; report how it ended. */
static bool ended(struct hooks *hooks, struct job *job)
{
	int status;
	pid_t pid = waitpid(job->pid, &status, WNOHANG);

	if (!pid || (pid < 0 && errno == EINTR))
		return false;
	if (pid < 0)
		return true;
	if (job->killed)
		warn(hooks, job, "was killed: it took longer than %" PRId64
		     " s", hooks->limit / BLOCK_NS_PER_S);
	else if (WIFSIGNALED(status))
		warn(hooks, job, "was ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		warn(hooks, job, "failed with exit status %d",
		     WEXITSTATUS(status));
	return true;
}

/* Kill the processes that the program left behind, too. */
static void kill_job(struct job *job)
{
	kill(-job->pid, SIGKILL);
	job->killed = true;
	job->deadline = INT64_MAX;
}

int64_t hooks_reap(struct hooks *hooks)
{
	struct job **at = &hooks->jobs, *job;
	int64_t now = monotonic(), next = INT64_MAX;

	while ((job = *at)) {
		if (job->pid && ended(hooks, job)) {
			*at = job->next;
			hooks->running--;
			job_free(job);
			continue;
		}
		if (job->pid && job->deadline <= now)
			kill_job(job);
		at = &job->next;
	}
	start_waiting(hooks);
	for (job = hooks->jobs; job; job = job->next)
		if (job->pid && job->deadline < next)
			next = job->deadline;
	return next;
}

void hooks_summary(struct hooks *hooks)
{
	if (hooks->dropped)
		lmctl_warning("alarms: %" PRIu64 " programs were not run: more than %d were waiting, or memory is short",
			      hooks->dropped, HOOKS_WAITING_MAX);
	if (hooks->warnings > WARNINGS_MAX)
		lmctl_warning("alarms: %" PRIu64 " more programs failed",
			      hooks->warnings - WARNINGS_MAX);
	hooks->dropped = 0;
	hooks->warnings = 0;
}

/* Wait for a program that was not killed yet, then kill it. */
static void finish(struct hooks *hooks, struct job *job, int64_t until)
{
	struct pollfd process = {
		.fd = pidfd_open(job->pid, 0),
		.events = POLLIN,
	};
	int64_t left = (until - monotonic()) / BLOCK_NS_PER_MS;

	if (process.fd >= 0) {
		poll(&process, 1, left > 0 ? (int)left : 0);
		close(process.fd);
	}
	if (ended(hooks, job))
		return;
	warn(hooks, job, "was killed: the service ends");
	kill(-job->pid, SIGKILL);
	spawn_wait(job->pid, NULL);
}

void hooks_free(struct hooks *hooks)
{
	int64_t until = monotonic() + HOOKS_LAST_MS * BLOCK_NS_PER_MS;
	struct job *job;

	if (!hooks)
		return;
	if (hooks->waiting)
		lmctl_warning("alarms: the service ends: %u waiting programs are not run",
			      hooks->waiting);
	while ((job = hooks->jobs)) {
		hooks->jobs = job->next;
		if (job->pid)
			finish(hooks, job, until);
		job_free(job);
	}
	hooks_summary(hooks);
	free(hooks);
}
