// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl colour: show or set the active colour.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/array.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/numbers.h"
#include "lmctl/base/output.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/report.h"
#include "lmctl/node/sets.h"
#include "lmctl/node/witness.h"

struct options {
	const char *set;
	bool toggle;
	bool has_colour;
	uint32_t colour;
	bool json;
};

static const struct argp_option argp_options[] = {
	{ "json", 'j', NULL, 0, "Print one JSON document", 0 },
	{ 0 }
};

static error_t parse_colour(const struct argp_state *state,
			    struct options *options, const char *arg)
{
	if (!strcmp(arg, "toggle")) {
		options->toggle = true;
		return 0;
	}
	options->has_colour = true;
	if (lmctl_parse_u32(arg, &options->colour))
		return lmctl_usage(state, "'%s': must be a colour (a mark word such as 0x00020000) or toggle",
				   arg);
	return 0;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'j':
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num == 1)
			return parse_colour(state, options, arg);
		if (state->arg_num)
			return lmctl_usage(state, "'%s': only one COLOUR is accepted",
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
	.args_doc = "[SET [COLOUR|toggle]]",
	.doc = "Show the active colour of a set, or the state of the sets "
	       LMCTL_SET_TX " and " LMCTL_SET_RX ". With COLOUR or toggle, set it to "
	       "that colour or to the other one. SET is tx (for " LMCTL_SET_TX "), rx (for "
	       LMCTL_SET_RX ") or a name.",
};

/* Number of counting rules, or their fault; a question mark on an error. */
static int rules_cell(struct sr6flow *handle, const char *set, char *cell,
		      size_t size)
{
	const char *wrong;
	struct rules rules;
	int err = witness_survey(handle, set, &rules);

	if (err) {
		snprintf(cell, size, "?");
		return err;
	}
	wrong = reason_word(rules_judge(&rules));
	if (wrong)
		snprintf(cell, size, "%s", wrong);
	else
		snprintf(cell, size, "%u", rules.counting);
	return 0;
}

/* *unread is set to the error if the rules could not be read. */
static int set_row(struct sr6flow *handle, struct libscols_table *table,
		   const struct sr6flow_set *set, int *unread)
{
	char mask[16], colour[16], flows[16], maxelem[16], rules[16], mem[24];
	const char *const cells[] = {
		set->name, mask, colour, flows, maxelem, rules, mem,
	};
	int err = rules_cell(handle, set->name, rules, sizeof(rules));

	if (err)
		*unread = err;
	snprintf(mask, sizeof(mask), "0x%08x", set->mask);
	snprintf(colour, sizeof(colour), "0x%08x", set->colour);
	snprintf(flows, sizeof(flows), "%u", set->flows);
	snprintf(maxelem, sizeof(maxelem), "%u", set->maxelem);
	snprintf(mem, sizeof(mem), "%" PRIu64, set->memsize);
	return output_row(table, OUTPUT_PLAIN, cells);
}

static int show_table(struct sr6flow *handle, const struct sr6flow_set *sets,
		      unsigned int n)
{
	static const struct output_column columns[] = {
		{ "SET", .kind = LAYOUT_NAME },
		{ "MASK", .kind = LAYOUT_WORD, .goes = 3 },
		{ "COLOUR", .kind = LAYOUT_WORD },
		{ "FLOWS", .kind = LAYOUT_NUMBER },
		{ "MAXELEM", .kind = LAYOUT_NUMBER, .goes = 2 },
		{ "RULES", .kind = LAYOUT_NUMBER },
		{ "MEMORY", .kind = LAYOUT_NUMBER, .goes = 1 },
	};
	struct libscols_table *table;
	unsigned int i;
	int err = 0, unread = 0;

	table = output_table(columns, ARRAY_SIZE(columns));
	if (!table)
		return -ENOMEM;
	for (i = 0; i < n && !err; i++)
		err = set_row(handle, table, &sets[i], &unread);
	return output_table_end(table, !err) ? -EIO : err ?: unread;
}

static int change(struct sr6flow *handle, const struct options *options,
		  struct sr6flow_set *set)
{
	uint32_t colour = options->colour;
	int err;

	if (options->toggle)
		colour = set->colour ^ sr6flow_colour(set->mask, 0) ^
			 sr6flow_colour(set->mask, 1);
	err = sr6flow_set_colour(handle, options->set, colour);
	if (!err)
		set->colour = colour;
	return err;
}

static int colour_of_set(struct sr6flow *handle, const struct options *options)
{
	struct sr6flow_set set;
	int err = sr6flow_info(handle, options->set, &set);

	if (!err && (options->toggle || options->has_colour))
		err = change(handle, options, &set);
	if (err) {
		lmctl_error("%s", sr6flow_error(handle));
		return err;
	}
	if (options->json)
		return report_sets_json(&set, 1);
	printf("0x%08x\n", set.colour);
	return 0;
}

static int colours(struct sr6flow *handle, const struct options *options)
{
	struct sr6flow_set sets[2];
	unsigned int n = lmctl_default_sets(handle, sets);

	if (!n)
		return -ENOENT;
	return options->json ? report_sets_json(sets, n) :
			       show_table(handle, sets, n);
}

int cmd_colour(int argc, char **argv)
{
	struct options options = { 0 };
	struct sr6flow *handle;
	int err, status = lmctl_parse(&argp, argc, argv, &options);

	if (status)
		return status;
	handle = lmctl_open();
	if (!handle)
		return EXIT_FAILURE;
	err = options.set ? colour_of_set(handle, &options) :
			    colours(handle, &options);
	sr6flow_close(handle);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
