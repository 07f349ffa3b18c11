// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl stats: show counters per flow and colour, and the set's diagnostics.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "lib/array.h"
#include "lmctl/base/duration.h"
#include "lmctl/base/flowkey.h"
#include "lmctl/base/messages.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/report.h"
#include "lmctl/node/sets.h"

#define WATCH_DEFAULT_MS 1000

/*
 * A flow on the command line: a word that is a SID list, a name, or both.
 */
struct selector {
	const char *text;
	struct sr6flow_flow flow;
	bool matched;
};

struct options {
	const char **sets;
	unsigned int n_sets;
	struct selector *selectors;
	unsigned int n_selectors;
	uint64_t watch_ms;
	bool json;
	bool explain;
};

static const struct argp_option argp_options[] = {
	{ "set", 's', "SET", 0, "Show this set, may be repeated; default "
	  LMCTL_SET_TX " and " LMCTL_SET_RX, 0 },
	{ "json", 'j', NULL, 0, "Print one JSON document per reading, each on "
	  "a line", 0 },
	{ "watch", 'w', "TIME", OPTION_ARG_OPTIONAL, "Read the counters again every "
	  "TIME, default 1s", 0 },
	{ "explain", 'x', NULL, 0, "Explain the diagnostics", 0 },
	{ 0 }
};

static error_t add_selector(const struct argp_state *state,
			    struct options *options, const char *text)
{
	struct selector *selector = &options->selectors[options->n_selectors++];
	char error[256];

	selector->text = text;
	if (sr6flow_flow_parse(&selector->flow, text, error, sizeof(error))) {
		selector->flow.nsids = 0;
		if (!sr6flow_name_valid(text, strlen(text)))
			return lmctl_usage(state, "'%s' is neither the name of "
					   "a flow nor a SID list", text);
	}
	return 0;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 's':
		options->sets[options->n_sets++] = lmctl_set_name(arg);
		return 0;
	case 'j':
		options->json = true;
		return 0;
	case 'w':
		options->watch_ms = WATCH_DEFAULT_MS;
		if (arg && (duration_parse(arg, &options->watch_ms) ||
			    !options->watch_ms))
			return lmctl_usage(state, "--watch=%s: not a time such "
					   "as 2s or 500ms", arg);
		return 0;
	case 'x':
		options->explain = true;
		return 0;
	case ARGP_KEY_ARG:
		return add_selector(state, options, arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_opt,
	.args_doc = "[SELECTOR...]",
	.doc = "Show the counters per flow and colour, and the diagnostics of the sets. "
	       "SELECTOR is NAME or [SOURCE@]SID[,SID...], default all flows.",
};

static bool select_flow(const struct sr6flow_set *set,
			const struct sr6flow_record *record, void *arg)
{
	struct options *options = arg;
	bool selected = !options->n_selectors;
	unsigned int i;

	(void)set;
	for (i = 0; i < options->n_selectors; i++) {
		struct selector *selector = &options->selectors[i];

		if (!strcmp(record->flow.name, selector->text) ||
		    flowkey_matches(&record->flow, &selector->flow)) {
			selector->matched = true;
			selected = true;
		}
	}
	return selected;
}

static const struct output_column columns[] = {
	{ "FLOW", .kind = LAYOUT_NAME },
	{ "COLOUR", .kind = LAYOUT_WORD, .goes = 1 },
	{ "COUNTS", .kind = LAYOUT_WORD },
	{ "PACKETS", .kind = LAYOUT_NUMBER },
	{ "BYTES", .kind = LAYOUT_NUMBER, .goes = 2 },
};

/* Show the two colours always, other slots only if they have counted. */
static int rows(struct libscols_table *table, const struct sr6flow_set *set,
		const struct sr6flow_record *record)
{
	char flow[SR6FLOW_FLOW_STRLEN], colour[16], packets[24], bytes[24];
	const char *cells[] = { flow, colour, NULL, packets, bytes };
	unsigned int slot;
	int err = 0;

	if (*record->flow.name)
		snprintf(flow, sizeof(flow), "%s", record->flow.name);
	else
		sr6flow_flow_format(&record->flow, flow);
	for (slot = 0; !err && slot < sr6flow_slots(set->mask); slot++) {
		const struct sr6flow_counters *counters =
			&record->counters[slot];
		uint32_t word = sr6flow_slot_colour(set->mask, slot);
		bool own = sr6flow_colour_valid(set->mask, word);

		if (!own && !(record->slots & 1u << slot))
			continue;
		snprintf(colour, sizeof(colour), "0x%08x", word);
		snprintf(packets, sizeof(packets), "%" PRIu64,
			 counters->packets);
		snprintf(bytes, sizeof(bytes), "%" PRIu64, counters->bytes);
		cells[2] = report_slot_name(set->mask, slot);
		err = output_row(table, own ? OUTPUT_PLAIN : OUTPUT_BAD, cells);
	}
	return err;
}

static void head(const struct sr6flow_set *set)
{
	output_paragraph(0, "%s: mask 0x%08x, active colour 0x%08x, %u flows",
			 set->name, set->mask, set->colour, set->flows);
}

static void tail(const struct sr6flow_set *set)
{
	output_paragraph(0, "no_flow %" PRIu64 ", malformed %" PRIu64
			 ", not_writable %" PRIu64, set->no_flow,
			 set->malformed, set->not_writable);
	putchar('\n');
}

static void tail_explain(const struct sr6flow_set *set)
{
	printf("no_flow %" PRIu64 "\n", set->no_flow);
	output_paragraph(4, "SRv6 packets whose SID list is not in the set; add the flow, or look for a transit node that removes the SRH (PSP) or another tunnel.");
	printf("malformed %" PRIu64 "\n", set->malformed);
	output_paragraph(4, "Packets whose Segment Routing Header breaks the rules, is truncated or has more than %d SIDs; they were neither marked nor counted.",
			 SR6FLOW_SIDS_MAX);
	printf("not_writable %" PRIu64 "\n", set->not_writable);
	output_paragraph(4, "Packets of a flow that could not be marked, because memory was short; they were not counted either, so loss stays exact without them.");
	putchar('\n');
}

/* A word that names no flow is probably a mistake: report it. */
static int check_selectors(const struct options *options)
{
	unsigned int i;

	for (i = 0; i < options->n_selectors; i++)
		if (!options->selectors[i].matched) {
			lmctl_error("no flow '%s'; 'lmctl flows' lists them",
				    options->selectors[i].text);
			return -ESRCH;
		}
	return 0;
}

static int print(struct options *options, struct sr6flow *handle)
{
	const struct report report = {
		.columns = columns,
		.n_columns = ARRAY_SIZE(columns),
		.rows = rows,
		.flow_json = report_counters_keys,
		.head = head,
		.tail = options->explain ? tail_explain : tail,
		.select = select_flow,
		.arg = options,
	};
	struct sr6flow_set found[2];
	const char *defaults[2] = { found[0].name, found[1].name };
	const char *const *sets = options->sets;
	unsigned int n = options->n_sets, i;
	int err = 0;

	if (!n) {
		n = lmctl_default_sets(handle, found);
		if (!n)
			return -ENOENT;
		sets = defaults;
	}
	if (options->json)
		return report_json(&report, handle, sets, n);
	for (i = 0; i < n && !err; i++)
		/* There are n. NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
		err = report_table(&report, handle, sets[i]);
	return err;
}

static int watch(struct options *options, struct sr6flow *handle)
{
	bool redraw = options->watch_ms && !options->json && output_redraws();
	struct timespec next;
	int err;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		if (redraw)
			fputs("\033[H\033[J", stdout);
		err = print(options, handle);
		if (!err)
			err = check_selectors(options);
		if (err || !options->watch_ms)
			return err;
		if (fflush(stdout))
			return -errno;
		next.tv_nsec += (long)(options->watch_ms % 1000) * 1000000;
		next.tv_sec += (time_t)(options->watch_ms / 1000) +
			       next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next,
				       NULL) == EINTR)
			;
	}
}

int cmd_stats(int argc, char **argv)
{
	struct options options = {
		.sets = calloc((size_t)argc, sizeof(*options.sets)),
		.selectors = calloc((size_t)argc, sizeof(*options.selectors)),
	};
	struct sr6flow *handle = NULL;
	int status = EXIT_FAILURE;

	if (!options.sets || !options.selectors)
		lmctl_error("out of memory");
	else
		status = lmctl_parse(&argp, argc, argv, &options);
	if (status)
		goto out;
	handle = lmctl_open();
	if (!handle || watch(&options, handle))
		status = EXIT_FAILURE;
out:
	sr6flow_close(handle);
	free(options.selectors);
	free(options.sets);
	return status;
}
