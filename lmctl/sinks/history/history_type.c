// SPDX-License-Identifier: GPL-2.0-only
/*
 * History as a sink of a service: which database is written, and its metrics.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/messages.h"
#include "lmctl/sinks/history/history.h"
#include "lmctl/sinks/metrics/metrics.h"

/**
 * struct keeping - the history of a service
 * @writer: what writes it; without ops if there is no section
 * @next: its successor, opened beside it
 * @kept: the section
 * @wanted: the section that comes next
 */
struct keeping {
	struct sink *writer;
	struct sink next;
	struct history_config kept;
	struct history_config wanted;
};

static void series(struct metrics_writer *writer, void *self)
{
	static const struct metrics_family written = {
		.name = "sr6flow_history_results",
		.help = "Results written to the history",
		.type = METRICS_COUNTER,
	};
	static const struct metrics_family dropped = {
		.name = "sr6flow_history_dropped_results",
		.help = "Results that the history had to give up",
		.type = METRICS_COUNTER,
	};
	const struct keeping *keeping = self;
	struct history_state state;

	if (!keeping->kept.on)
		return;
	history_state(keeping->writer, &state);
	metrics_family(writer, &written);
	metrics_count(writer, NULL, 0, state.results);
	metrics_family(writer, &dropped);
	metrics_count(writer, NULL, 0, state.dropped);
}

static bool same(const struct history_config *a, const struct history_config *b)
{
	return a->on == b->on && (!a->on || !strcmp(a->file, b->file));
}

static int prepare(void *self, const struct sink_items *items)
{
	struct keeping *keeping = self;

	keeping->wanted = *(const struct history_config *)items->item;
	if (!keeping->wanted.on || same(&keeping->wanted, &keeping->kept))
		return 0;
	return history_open(keeping->wanted.file, keeping->wanted.retention_s,
			    &keeping->next);
}

static void commit(void *self, bool follow)
{
	struct keeping *keeping = self;

	if (!follow) {
		sink_close(&keeping->next);
		return;
	}
	if (!same(&keeping->wanted, &keeping->kept)) {
		sink_close(keeping->writer);
		*keeping->writer = keeping->next;
		keeping->next = (struct sink){ .ops = NULL };
	} else if (keeping->wanted.on) {
		history_retain(keeping->writer, keeping->wanted.retention_s);
	}
	keeping->kept = keeping->wanted;
}

static int open_keeping(void **self, struct sink *sink,
			const struct sink_host *host)
{
	struct keeping *keeping = calloc(1, sizeof(*keeping));

	*self = keeping;
	if (keeping && !metrics_source(host->metrics, series, keeping)) {
		keeping->writer = sink;
		return 0;
	}
	lmctl_error("out of memory");
	return -ENOMEM;
}

const struct sink_type history_type = {
	.section = &history_section,
	.open = open_keeping,
	.prepare = prepare,
	.commit = commit,
	.close = free,
};
