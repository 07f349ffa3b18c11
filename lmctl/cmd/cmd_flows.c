// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl flows: list the flows of sets.
 */
#include <stdio.h>
#include <stdlib.h>
#include "lib/array.h"
#include "lmctl/base/address.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/report.h"
#include "lmctl/node/sets.h"

struct options {
	const char *set;
	bool json;
};

static const struct argp_option argp_options[] = {
	{ "json", 'j', NULL, 0, "Print one JSON document", 0 },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->set)
			return lmctl_usage(state, "'%s': only one SET is accepted",
					   arg);
		options->set = lmctl_set_name(arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_opt,
	.args_doc = "[SET]",
	.doc = "List the flows of a set, or of the sets " LMCTL_SET_TX " and "
	       LMCTL_SET_RX ". SET is tx (for " LMCTL_SET_TX "), rx (for "
	       LMCTL_SET_RX ") or a name.",
};

static const struct output_column columns[] = {
	{ "SET", .kind = LAYOUT_NAME, .goes = 1, .apart = true },
	{ "NAME", .kind = LAYOUT_NAME },
	{ "SOURCE", .kind = LAYOUT_TEXT },
	{ "SIDS", .kind = LAYOUT_TEXT },
	{ "TIMEOUT", .kind = LAYOUT_NUMBER },
};

static int rows(struct libscols_table *table, const struct sr6flow_set *set,
		const struct sr6flow_record *record)
{
	struct sr6flow_flow nameless = record->flow;
	char sids[SR6FLOW_FLOW_STRLEN], timeout[16] = "";
	char source[INET6_ADDRSTRLEN + sizeof("/128")] = "";
	const char *const cells[] = {
		set->name, record->flow.name, source, sids, timeout,
	};

	if (record->flow.netmask)
		sprintf(source + address_format(source, &record->flow.source),
			"/%u", record->flow.netmask);
	nameless.name[0] = '\0';
	nameless.netmask = 0;
	sr6flow_flow_format(&nameless, sids);
	if (record->timeout && record->timeout != SR6FLOW_NO_TIMEOUT)
		snprintf(timeout, sizeof(timeout), "%us", record->timeout);
	return output_row(table, OUTPUT_PLAIN, cells);
}

static const struct report report = {
	.columns = columns,
	.n_columns = ARRAY_SIZE(columns),
	.by = 1,
	.then = 2,
	.rows = rows,
	.flow_json = report_flow_keys,
};

static int print(struct sr6flow *handle, const char *const *sets,
		 unsigned int n, bool json)
{
	unsigned int i;
	int err = 0;

	if (json)
		return report_json(&report, handle, sets, n);
	for (i = 0; i < n && !err; i++)
		/* There are n. NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
		err = report_table(&report, handle, sets[i]);
	return err;
}

int cmd_flows(int argc, char **argv)
{
	struct options options = { 0 };
	struct sr6flow_set found[2];
	const char *sets[2] = { found[0].name, found[1].name };
	unsigned int n = 1;
	struct sr6flow *handle;
	int status = lmctl_parse(&argp, argc, argv, &options);

	if (status)
		return status;
	handle = lmctl_open();
	if (!handle)
		return EXIT_FAILURE;
	if (options.set)
		sets[0] = options.set;
	else
		n = lmctl_default_sets(handle, found);
	if (!n || print(handle, sets, n, options.json))
		status = EXIT_FAILURE;
	sr6flow_close(handle);
	return status;
}
