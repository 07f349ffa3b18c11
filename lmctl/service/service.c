// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/privileges.h"
#include "lmctl/base/trusted.h"
#include "lmctl/service/facts.h"
#include "lmctl/service/roles.h"
#include "lmctl/service/series.h"
#include "lmctl/service/service.h"
#include "lmctl/service/sysclock.h"
#include "lmctl/service/upkeep.h"
#include "lmctl/sinks/sinks.h"
#include "lmctl/sinks/view/view_feed.h"

/* Time between two readings of the kernel's clock state. */
#define CLOCK_NS BLOCK_NS_PER_S

struct service {
	const struct service_options *options;
	struct config *config;
	struct loop *loop;
	struct sinks *sinks;
	struct roles *roles;
	struct upkeep *upkeep;
	struct task *clock;
	uint32_t blocks;
};

/* The requested number of blocks is complete; others may be open. */
static bool done(const struct service *service)
{
	return service->options->blocks &&
	       service->blocks >= service->options->blocks;
}

static void take_result(void *arg, const struct result *result)
{
	struct service *service = arg;

	if (done(service))
		return;
	sinks_result(service->sinks, result);
	loop_progress(service->loop);
}

static void take_gap(void *arg, const struct result *result)
{
	struct service *service = arg;

	if (!done(service))
		sinks_gap(service->sinks, result);
}

static void take_report(void *arg, const struct peer_report *report)
{
	struct service *service = arg;

	if (!done(service))
		sinks_report(service->sinks, report);
}

static void take_block_end(void *arg, const struct measurement *of,
			   int64_t block)
{
	struct service *service = arg;

	if (done(service))
		return;
	sinks_block_end(service->sinks, of, block);
	service->blocks++;
	if (done(service))
		loop_stop(service->loop, EXIT_SUCCESS);
}

static const struct sender_ops sender_ops = {
	.result = take_result,
	.gap = take_gap,
	.report = take_report,
	.block_end = take_block_end,
};

static int64_t clock_run(void *arg, int64_t now)
{
	struct service *service = arg;
	bool synchronised;
	int64_t error_ns;

	sysclock_read(&synchronised, &error_ns);
	roles_clock(service->roles, synchronised, error_ns);
	return now + CLOCK_NS;
}

static const struct task_ops clock_ops = { .run = clock_run };

static void series(struct metrics_writer *writer, void *arg)
{
	const struct service *service = arg;
	const struct roles *roles = service->roles;

	series_rotators(writer, roles->rotator, roles->nrotators);
	series_followers(writer, roles->follower, roles->nfollowers);
	series_sets(writer, service->upkeep);
	if (roles->reflect)
		series_reflector(writer, reflect_reflector(roles->reflect));
}

static void facts(struct view_state *state, void *arg)
{
	const struct service *service = arg;
	const struct config *config = service->config;

	snprintf(state->node, sizeof(state->node), "%s", config->node);
	state->time_ms = wallclock_time() / BLOCK_NS_PER_MS;
	state->period_ms = (uint32_t)(config->timing.period / BLOCK_NS_PER_MS);
	state->measurements = config->nmeasures;
	state->clock_known = true;
	sysclock_read(&state->synchronised, &state->clock_error_ns);
	facts_sets(state, service->roles);
}

static void say_what_runs(const struct service *service, const char *what)
{
	const struct config *config = service->config;

	lmctl_note("node '%s' %s: period %" PRId64 " ms, %u sets rotate, %u are reflected, %u measurements",
		   config->node, what,
		   config->timing.period / BLOCK_NS_PER_MS, config->nrotate,
		   config->reflect.on ? config->reflect.nsets : 0,
		   config->nmeasures);
}

static void say_who_runs(const char *file)
{
	if (!geteuid())
		lmctl_note("lmctl run stays root and owns root's files; set another user in '%s' (user: " PRIVILEGES_USER ")",
			   file);
}

static uint64_t monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Removed measurements keep no series. */
static void end_measurements(const struct service *service,
			     const struct config *new)
{
	const struct config *old = service->config;
	unsigned int i, j;

	for (i = 0; i < old->nmeasures; i++) {
		const char *name = old->measure[i].of.name;

		for (j = 0; j < new->nmeasures; j++)
			if (!strcmp(new->measure[j].of.name, name))
				break;
		if (j == new->nmeasures)
			sinks_ended(service->sinks, name);
	}
}

/* A reload has the remaining privileges, not those of the start. */
static void see_readable(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		lmctl_warning("'%s' was read before privileges were dropped; SIGHUP cannot read it again: %s",
			      file, strerror(errno));
	else
		close(fd);
}

static void warn_restart(const struct config *old, const struct config *new)
{
	const struct settings_section *root = &config_root_section;
	size_t i;

	for (i = 0; i < root->n; i++)
		if (root->settings[i].restart &&
		    setting_differs(&root->settings[i], old, new))
			lmctl_warning("%s: another one takes effect only after a restart of lmctl",
				      root->settings[i].name);
}

static int change(struct service *service, struct config *new)
{
	struct roles *roles = roles_open(new, service->config, service->roles,
					 service->loop, &sender_ops, service);
	struct roles *old = service->roles;
	struct sink_items items[CONFIG_SINKS];

	if (!roles)
		return -1;
	if (sinks_reload(service->sinks, config_sinks(new, items))) {
		roles_close(roles, old);
		return -1;
	}
	warn_restart(service->config, new);
	roles_commit(roles, new);
	service->roles = roles;
	roles_close(old, roles);
	end_measurements(service, new);
	config_free(service->config);
	service->config = new;
	if (service->upkeep)
		upkeep_follow(service->upkeep, new);
	task_wake(service->clock);
	return 0;
}

static void reload(void *arg)
{
	struct service *service = arg;
	struct config *new;
	char error[512];

	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, monotonic_us());
	new = config_load(service->options->file, error, sizeof(error));
	if (!new)
		lmctl_error("%s", error);
	if (new && trusted_config(service->options->file) && !change(service, new)) {
		say_what_runs(service, "goes on");
	} else {
		lmctl_warning("the reload failed; the previous configuration stays in effect");
		config_free(new);
	}
	sd_notify(0, "READY=1");
}

static void progress(void *arg)
{
	const struct service *service = arg;

	loop_progress(service->loop);
}

static void unread(void *arg)
{
	const struct service *service = arg;

	if (config_only_prints(service->config))
		loop_stop(service->loop, EXIT_FAILURE);
}

static struct sinks *open_sinks(struct service *service)
{
	const struct sink_host host = {
		.event = loop_event(service->loop),
		.serve = service->options->file,
		.print = service->options->print,
		.period_ms = (uint32_t)(service->config->timing.period /
					BLOCK_NS_PER_MS),
		.progress = progress,
		.unread = unread,
		.arg = service,
	};
	struct sink_items items[CONFIG_SINKS];

	return sinks_open(&host, config_sinks(service->config, items));
}

static bool repairs(const struct config *config)
{
	unsigned int i;

	for (i = 0; i < config->nsets; i++)
		if (config->set[i].repair)
			return true;
	return false;
}

static int start(struct service *service)
{
	struct config *config = service->config;

	/* The new file may name files and programs that root has not opened. */
	if (privileges_drop(service->options->file ? config->user : NULL, true,
			    repairs(config)))
		return -1;
	if (service->options->file)
		see_readable(service->options->file);
	if (service->options->file && *config->keys_file)
		see_readable(config->keys_file);
	service->sinks = open_sinks(service);
	if (!service->sinks)
		return -1;
	service->roles = roles_open(config, NULL, NULL, service->loop,
				    &sender_ops, service);
	if (!service->roles)
		return -1;
	roles_commit(service->roles, config);
	service->clock = loop_task(service->loop, &clock_ops, service);
	if (!service->clock ||
	    metrics_source(sinks_metrics(service->sinks), series, service)) {
		lmctl_error("out of memory");
		return -1;
	}
	view_feed_source(sinks_view(service->sinks), facts, service);
	if (!service->options->file)
		return 0;
	loop_on_hangup(service->loop, reload, service);
	service->upkeep = upkeep_open(config, service->options->file,
				      service->loop);
	return service->upkeep ? 0 : -1;
}

static int run(struct service *service)
{
	int status;

	if (start(service))
		return EXIT_FAILURE;
	sd_event_set_watchdog(loop_event(service->loop), true);
	if (service->options->file) {
		say_what_runs(service, "starts");
		say_who_runs(service->options->file);
	}
	sd_notify(0, "READY=1");
	status = loop_run(service->loop);
	sd_notify(0, "STOPPING=1");
	return status;
}

int service_run(struct config *config, const struct service_options *options)
{
	struct service service = { .config = config, .options = options };
	int status = EXIT_FAILURE;

	if (!loop_open(&service.loop)) {
		status = run(&service);
		/* The last results come while the roles are being closed. */
		if (service.sinks)
			view_feed_source(sinks_view(service.sinks), NULL, NULL);
		task_free(service.clock);
		upkeep_close(service.upkeep);
		roles_close(service.roles, NULL);
		sinks_close(service.sinks);
		loop_close(service.loop);
	}
	config_free(service.config);
	return status;
}
