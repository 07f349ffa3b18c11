// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model's program: see README.md for what to do with it.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "test/model/generate.h"
#include "test/model/judge.h"
#include "test/model/sabotage.h"
#include "test/model/search.h"
#include "test/model/shrink.h"
#include "test/model/validity.h"

enum { OPT_OPEN = 0x100, OPT_SHRINK, OPT_SHOW, OPT_SELFTEST, OPT_VALIDITY };

static const struct argp_option options[] = {
	{ .name = "seed", .key = 's', .arg = "N",
	  .doc = "Begin with seed N (default 1)" },
	{ .name = "count", .key = 'n', .arg = "N",
	  .doc = "Search N histories (default 2000)" },
	{ .name = "seconds", .key = 't', .arg = "N",
	  .doc = "Search for N seconds, however many histories that is" },
	{ .name = "jobs", .key = 'j', .arg = "N",
	  .doc = "Search in N processes (default 1)" },
	{ .name = "open", .key = OPT_OPEN,
	  .doc = "Search histories with open faults, too" },
	{ .name = "sabotage", .key = 'b', .arg = "NAME",
	  .doc = "Hide or falsify something: see sabotage.c" },
	{ .name = "show", .key = OPT_SHOW,
	  .doc = "Print the history of the seed and what is wrong with it" },
	{ .name = "shrink", .key = OPT_SHRINK,
	  .doc = "Print the smallest history to which that of the seed, or in "
		 "FILE, can be shrunk" },
	{ .name = "selftest", .key = OPT_SELFTEST,
	  .doc = "Expect to find something with every sabotage" },
	{ .name = "validity", .key = OPT_VALIDITY,
	  .doc = "Print the share of exact blocks of loaded machines with good "
		 "clocks" },
	{ 0 }
};

struct arguments {
	struct search search;
	int mode;
	char **file;
};

static error_t parse_number(const struct argp_state *state, const char *text,
			    uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (!errno && *text >= '0' && *text <= '9' && !*end)
		return 0;
	argp_error(state, "'%s' is not a number", text);
	return EINVAL;
}

static error_t parse_sabotage(const struct argp_state *state,
			      const char *name, unsigned int *blind)
{
	unsigned int i;

	for (i = 0; i < SABOTAGES; i++) {
		if (strcmp(name, sabotage_table[i].name))
			continue;
		*blind |= 1u << i;
		return 0;
	}
	argp_error(state, "'%s' is no sabotage", name);
	return EINVAL;
}

static error_t parse_opt(int opt, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	struct search *search = &arguments->search;

	switch (opt) {
	case 's':
		return parse_number(state, arg, &search->seed);
	case 'n':
		return parse_number(state, arg, &search->count);
	case 't':
		return parse_number(state, arg, &search->seconds);
	case 'j':
		return parse_number(state, arg, &search->jobs);
	case 'b':
		return parse_sabotage(state, arg, &search->blind);
	case OPT_OPEN:
		search->open = true;
		return 0;
	case OPT_SHRINK:
	case OPT_SHOW:
	case OPT_SELFTEST:
	case OPT_VALIDITY:
		arguments->mode = opt;
		return 0;
	case ARGP_KEY_ARGS:
		arguments->file = state->argv + state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void get_history(const struct arguments *arguments,
			struct history *history)
{
	char error[512] = "cannot be read";
	FILE *file;

	if (!arguments->file) {
		generate(history, arguments->search.seed,
			 arguments->search.open);
		return;
	}
	file = fopen(arguments->file[0], "r");
	if (!file || history_read(history, file, error, sizeof(error)) != 1) {
		fprintf(stderr, "model: %s: %s\n", arguments->file[0], error);
		exit(EXIT_FAILURE);
	}
	fclose(file);
}

static int show(const struct arguments *arguments)
{
	struct tally tally = { 0 };
	struct verdict verdict;
	struct history history;

	get_history(arguments, &history);
	if (arguments->mode == OPT_SHRINK)
		shrink(&history, arguments->search.blind,
		       arguments->search.open || arguments->file);
	history_write(&history, stdout);
	verdict = judge(&history, arguments->search.blind, &tally, stdout);
	tally_write(&tally, stdout);
	return verdict_bad(&verdict) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options, .parser = parse_opt,
		.args_doc = "[FILE...]",
		.doc = "Search random histories for rows that are false, or "
		       "judge those in FILEs.",
	};
	struct arguments arguments = {
		.search = { .seed = 1, .count = 2000, .jobs = 1 },
	};

	if (argp_parse(&argp, argc, argv, 0, NULL, &arguments))
		return EXIT_FAILURE;
	switch (arguments.mode) {
	case OPT_SHOW:
	case OPT_SHRINK:
		return show(&arguments);
	case OPT_SELFTEST:
		return search_selftest(&arguments.search);
	case OPT_VALIDITY:
		return validity(&arguments.search);
	}
	return arguments.file ? search_files(arguments.file) :
				search(&arguments.search);
}
