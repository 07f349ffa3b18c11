// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <time.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/when.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/history_options.h"
#include "lmctl/sinks/history/history.h"

/* Default of --since. */
#define SINCE_DEFAULT_MS INT64_C(3600000)

enum { OPT_SINCE = 0x200, OPT_MEASUREMENT };

static const struct argp_option options[] = {
	{ .name = "since", .key = OPT_SINCE, .arg = "WHEN",
	  .doc = "Show blocks that began at WHEN or later: 2h, 30d, 2026-11-22T15:04 or "
		 "@SECONDS, default one hour before --until" },
	{ .name = "until", .key = 'u', .arg = "WHEN",
	  .doc = "Show blocks that began before WHEN, default now" },
	{ .name = "measurement", .key = OPT_MEASUREMENT, .arg = "NAME",
	  .doc = "Show only this measurement" },
	{ .name = "file", .key = 'f', .arg = "FILE",
	  .doc = "Read this database, default " HISTORY_FILE },
	{ 0 }
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static error_t parse_when(const struct argp_state *state, const char *option,
			  const char *text, enum when_end end, int64_t *ms)
{
	int err = when_parse(text, now_ms(), end, ms);

	if (err == -EDOM)
		return lmctl_usage(state, "%s '%s' has no unit: write %ss for seconds before now, @%s for seconds since 1970, or a day such as 2026-11-22",
				   option, text, text, text);
	if (err)
		return lmctl_usage(state, "%s '%s' is neither a time such as 2026-11-22T15:04 nor a duration such as 2h",
				   option, text);
	return 0;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct history_options *to = state->input;

	switch (key) {
	case OPT_SINCE:
		to->since = true;
		return parse_when(state, "--since", arg, WHEN_SINCE,
				  &to->query.since_ms);
	case 'u':
		return parse_when(state, "--until", arg, WHEN_UNTIL,
				  &to->query.until_ms);
	case OPT_MEASUREMENT:
		to->query.measurement = arg;
		return 0;
	case 'f':
		to->file = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp history_argp = {
	.options = options,
	.parser = parse_opt,
};

error_t history_options_check(const struct argp_state *state,
			      struct history_options *to)
{
	struct history_query *query = &to->query;

	if (!to->file)
		to->file = HISTORY_FILE;
	if (!query->until_ms)
		query->until_ms = now_ms();
	if (!to->since)
		query->since_ms = query->until_ms - SINCE_DEFAULT_MS;
	if (query->since_ms >= query->until_ms)
		return lmctl_usage(state, "--since must be before --until");
	return 0;
}

struct history_reader *
history_options_open(const struct history_options *from)
{
	struct history_reader *reader;
	char error[256];
	int err = history_read_open(from->file, &reader, error, sizeof(error));

	if (err == -ENOENT)
		lmctl_error("no history '%s'; use another --file, or add a section history to the configuration of lmctl run",
			    from->file);
	else if (err)
		lmctl_error("cannot read the history '%s': %s", from->file,
			    error);
	return err ? NULL : reader;
}

void history_options_failed(const struct history_options *from,
			    const struct history_reader *reader, int err)
{
	if (err == -ENOENT)
		lmctl_error("no flow '%s' in the history '%s'; 'lmctl history' lists its flows",
			    from->query.flow, from->file);
	else if (err == -ENOMEM)
		lmctl_error("out of memory; choose a shorter time with --since and --until");
	else
		lmctl_error("cannot read the history '%s': %s", from->file,
			    history_read_error(reader));
}
