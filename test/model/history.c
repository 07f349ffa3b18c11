// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "sr6flow.h"
#include "test/model/history.h"

#define MARKING (1u << INGRESS)
#define COUNTING (1u << EGRESS)
#define BOTH (MARKING | COUNTING)

/* Times in microseconds, shares in thousandths; guard and band of the period. */
const struct param_info param_table[PARAMS] = {
	[PARAM_SEED] = { "seed", 0, 0, INT64_MAX },
	[PARAM_PERIOD] = { "period-ms", 100, 10, 60000 },
	[PARAM_GUARD] = { "guard", 500, 150, 850 },
	[PARAM_BAND] = { "band", 100, 20, 140 },
	[PARAM_BLOCKS] = { "blocks", 8, 4, 100000 },
	[PARAM_FLOWS] = { "flows", 1, 1, 1000 },
	[PARAM_PACKETS] = { "packets", 8, 1, 1000 },
	[PARAM_IDLE] = { "idle", 0, 0, 1000 },
	[PARAM_DELAY] = { "delay", 0, 0, 10000000 },
	[PARAM_JITTER] = { "jitter", 0, 0, 10000000 },
	[PARAM_LOSS] = { "loss", 0, 0, 1000 },
	[PARAM_COPIES] = { "copies", 0, 0, 1000 },
	[PARAM_MESSAGE_LOSS] = { "message-loss", 0, 0, 1000 },
	[PARAM_MESSAGE_COPIES] = { "message-copies", 0, 0, 1000 },
	[PARAM_MESSAGE_JITTER] = { "message-jitter", 0, 0, 10000000 },
	[PARAM_LATENCY] = { "latency", 0, 0, 1000000 },
	[PARAM_BUSY] = { "busy", 0, 0, 1000 },
	[PARAM_DUMP] = { "dump", 10, 1, 100000 },
	[PARAM_OFFSET] = { "offset", 0, -1000000000, 1000000000 },
	[PARAM_SLEW] = { "slew", 0, -500, 500 },
	[PARAM_WANDER] = { "wander", 0, 0, 1000000 },
	[PARAM_AUTH] = { "auth", 0, 0, 1 },
	[PARAM_STATEFUL] = { "stateful", 0, 0, 1 },
	[PARAM_WRAP] = { "wrap", 0, 0, 1 },
	[PARAM_SOURCE] = { "source", 0, 0, 1 },
	[PARAM_LOADS] = { "loads", 0, 0, 1000000000 },
	[PARAM_MASK] = { "mask", SR6FLOW_MASK_DEFAULT, 1, UINT32_MAX },
	[PARAM_OLD_MODULE] = { "old-module", 0, 0, 1 },
	[PARAM_UNTOLD] = { "untold", 0, 0, 1 },
};

const struct kind_info kind_table[KINDS] = {
	[KIND_RULE_AWAY] = { "rule-away", BOTH, 0, 0, 3000, "4" },
	[KIND_RULE_TWICE] = { "rule-twice", BOTH, 0, 0, 3000, "3" },
	[KIND_RULE_MEMBER] = { "rule-member", BOTH, 0, 0, 3000, "5" },
	[KIND_RELOAD] = { "reload", BOTH, 0, 1, 20, "7" },
	[KIND_SWAP] = { "swap", BOTH, 0, 0, 3000, "6" },
	[KIND_SET_ANEW] = { "set-anew", BOTH, 0, 0, 3000, "" },
	[KIND_FLOW_AWAY] = { "flow-away", BOTH, 0, 3, 3000, "" },
	[KIND_FLOW_WRITTEN] = { "flow-written", BOTH, 0, 3, 0, "" },
	[KIND_COLOURED] = { "coloured", MARKING, 0, 1, 3000, "2, 8, 11" },
	[KIND_CLEARED] = { "cleared", 0, 0, 1, 3000, "" },
	[KIND_TWICE] = { "twice", COUNTING, 0, 0, 3000, "8" },
	[KIND_OTHER] = { "other", 1u << OTHER, 0, 1, 6000, "1" },
	[KIND_STEP] = { "step", BOTH, -4000, 4000, 0, "9, 12" },
	[KIND_SLEW] = { "slew", BOTH, -500, 500, 0, "" },
	[KIND_SUSPEND] = { "suspend", BOTH, 0, 0, 3000, "" },
	[KIND_HOLD] = { "hold", BOTH, 0, 2, 3000, "" },
	[KIND_SLOW] = { "slow", BOTH, 0, 0, 2000, "" },
	[KIND_COLOUR] = { "colour", MARKING, 0, 1, 0, "" },
	[KIND_STUCK] = { "stuck", MARKING, 0, 0, 3000, "" },
	[KIND_RESTART] = { "restart", BOTH, 0, 0, 3000, "12" },
	[KIND_INTERRUPT] = { "interrupt", BOTH, 1, 30, 0, "" },
	[KIND_DELAY] = { "delay", 0, 0, 3000, 6000, "10" },
	[KIND_OUTAGE] = { "outage", 0, 0, 0, 9000, "15" },
	[KIND_DROP] = { "drop", 0, 0, 1, 6000, "1" },
	[KIND_CUT] = { "cut", 0, 0, 0, 9000, "15" },
	[KIND_COUNTERS_BACK] = { "counters-back", BOTH, 0, 3, 0, "" },
};

static const char *const node_names[NODES] = { "ingress", "egress", "other" };

#define PATH "path"

void history_calm(struct history *history)
{
	unsigned int i;

	memset(history, 0, sizeof(*history));
	for (i = 0; i < PARAMS; i++)
		history->param[i] = param_table[i].calm;
}

bool history_has(const struct history *history, enum kind kind)
{
	unsigned int i;

	for (i = 0; i < history->n; i++)
		if (history->event[i].kind == kind)
			return true;
	return false;
}

static bool within(int64_t value, int64_t min, int64_t max)
{
	return value >= min && value <= max;
}

static bool read_kind(struct event *event, const char *kind, const char *node)
{
	unsigned int i;

	for (i = 0; i < KINDS; i++) {
		if (strcmp(kind, kind_table[i].name))
			continue;
		event->kind = i;
		if (!kind_table[i].nodes)
			return !strcmp(node, PATH);
		for (event->node = 0; event->node < NODES; event->node++)
			if (!strcmp(node, node_names[event->node]))
				return kind_table[i].nodes & 1u << event->node;
	}
	return false;
}

static bool read_event(struct history *history, const char *line)
{
	struct event *event = &history->event[history->n];
	char kind[32], node[32];

	if (history->n == HISTORY_EVENTS_MAX ||
	    sscanf(line, "at %" SCNd64 " %31s %31s %" SCNd64 " %" SCNd64,
		   &event->at, kind, node, &event->value,
		   &event->length) != 5 ||
	    !read_kind(event, kind, node))
		return false;
	history->n++;
	return event->at >= 0 &&
	       within(event->value, kind_table[event->kind].value_min,
		      kind_table[event->kind].value_max) &&
	       within(event->length, 0, kind_table[event->kind].length_max);
}

static bool read_param(struct history *history, const char *line)
{
	char name[32];
	int64_t value;
	unsigned int i;

	if (sscanf(line, "%31s %" SCNd64, name, &value) != 2)
		return false;
	for (i = 0; i < PARAMS; i++) {
		if (strcmp(name, param_table[i].name))
			continue;
		history->param[i] = value;
		return within(value, param_table[i].min, param_table[i].max);
	}
	return false;
}

static bool read_records(struct history *history, const char *line)
{
	size_t len = strcspn(line, " ");
	unsigned int i;

	for (i = 0; i < NODES; i++) {
		if (strlen(node_names[i]) != len ||
		    strncmp(line, node_names[i], len))
			continue;
		strcpy(history->records[i], line + len + strspn(line + len, " "));
		return true;
	}
	return false;
}

static bool read_line(struct history *history, const char *line)
{
	if (!strncmp(line, "at ", 3))
		return read_event(history, line);
	return read_records(history, line) || read_param(history, line);
}

int history_read(struct history *history, FILE *file, char *error, size_t size)
{
	char line[HISTORY_TEXT_LEN];
	bool any = false;

	history_calm(history);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (!*line && any)
			break;
		if (*line == '#' && !any)
			strcpy(history->name, line + 1 + strspn(line + 1, " "));
		if (!*line || *line == '#')
			continue;
		any = true;
		if (read_line(history, line))
			continue;
		snprintf(error, size, "'%s' is no event, no parameter and no node, or out of its range: see history.c",
			 line);
		return -EINVAL;
	}
	return any;
}

void history_write(const struct history *history, FILE *file)
{
	unsigned int i;

	for (i = 0; i < PARAMS; i++)
		if (i == PARAM_SEED ||
		    history->param[i] != param_table[i].calm)
			fprintf(file, "%s %" PRId64 "\n", param_table[i].name,
				history->param[i]);
	for (i = 0; i < history->n; i++) {
		const struct event *event = &history->event[i];
		const struct kind_info *kind = &kind_table[event->kind];

		fprintf(file, "at %" PRId64 " %s %s %" PRId64 " %" PRId64 "\n",
			event->at, kind->name,
			kind->nodes ? node_names[event->node] : PATH,
			event->value, event->length);
	}
}
