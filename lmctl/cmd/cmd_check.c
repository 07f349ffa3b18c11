// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl check: measure a few blocks and report faults of the configuration; or
 * check a set alone, without measuring.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lmctl/base/clock.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/output.h"
#include "lmctl/base/privileges.h"
#include "lmctl/cmd/checkup.h"
#include "lmctl/cmd/checkup_sids.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/measurement_options.h"
#include "lmctl/node/sets.h"
#include "lmctl/node/sidroutes.h"
#include "lmctl/node/tunsrc.h"
#include "lmctl/node/witness.h"
#include "lmctl/service/roles.h"
#include "lmctl/service/sysclock.h"

#define BLOCKS 2
/* Most flows whose tunnel source is requested from the kernel: bounded work. */
#define SOURCES_MAX 1000
/* Version of the JSON document, the key "v". */
#define JSON_VERSION 1

struct check {
	struct measurement_options measuring;
	uint32_t blocks;
	bool json;

	struct loop *loop;
	struct sr6flow *handle;
	struct checkup *checkup;
	struct task *look;
	uint32_t done;
	bool finished;
	struct tunsrc tunsrc;
	unsigned int sources;
	/* Do not wait longer for answers. */
	int64_t deadline;
	struct output_progress progress;
	json_t *list;
	struct libscols_table *table;
};

enum { OPT_BLOCKS = 0x100 };

static const struct argp_option options[] = {
	{ .name = "json", .key = 'j', .doc = "Print one JSON object" },
	{ .name = "blocks", .key = OPT_BLOCKS, .arg = "N",
	  .doc = "Measure N blocks, default 2" },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct check *check = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &check->measuring;
		return 0;
	case 'j':
		check->json = true;
		return 0;
	case OPT_BLOCKS:
		return peer_options_range(state, "blocks", arg, 1, 1000,
				     &check->blocks);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void take_result(void *arg, const struct result *result)
{
	struct check *check = arg;

	checkup_result(check->checkup, result);
}

static void take_report(void *arg, const struct peer_report *report)
{
	struct check *check = arg;

	checkup_report(check->checkup, report);
}

/* Otherwise a signal or a failure ends the loop. */
static void finish(struct check *check)
{
	check->finished = true;
	loop_stop(check->loop, EXIT_SUCCESS);
}

static void take_block_end(void *arg, const struct measurement *of,
			   int64_t block)
{
	struct check *check = arg;

	(void)of;
	(void)block;
	output_progress(&check->progress, ++check->done);
	if (check->done == check->blocks)
		finish(check);
}

static const struct sender_ops sender_ops = {
	.result = take_result,
	.report = take_report,
	.block_end = take_block_end,
};

static int take_source(const struct sr6flow_set *set,
		       const struct sr6flow_record *record, void *arg)
{
	struct check *check = arg;
	struct in6_addr source;
	int err;

	(void)set;
	if (!record->flow.netmask ||
	    (!check->tunsrc.fixed && check->sources++ >= SOURCES_MAX))
		return 0;
	err = tunsrc_find(&check->tunsrc, &record->flow.sids[0], 0, &source);
	if (!err)
		checkup_source(check->checkup, &record->flow, &source,
			       check->tunsrc.fixed);
	else if (err == -ENOTSUP)
		checkup_source_unknown(check->checkup, &record->flow,
				       tunsrc_error(err));
	return 0;
}

/* Check the sources of the flows once: measuring does not change them. */
static void look_at_sources(struct check *check, const char *set)
{
	if (!tunsrc_open(&check->tunsrc))
		sr6flow_dump(check->handle, set, take_source, check);
	tunsrc_close(&check->tunsrc);
}

/* Once per block, at its guard time, when its colour must be active. */
static int64_t look_run(void *arg, int64_t now)
{
	struct check *check = arg;
	const struct config *config = check->measuring.config;
	const struct block_timing *timing = &config->timing;
	int64_t block = block_number(timing, now);
	int64_t due = block_window_open(timing, block - 1);
	struct sr6flow_set set;
	struct rules rules;
	bool synchronised;
	int64_t error_ns;

	if (now >= check->deadline) {
		finish(check);
		return LOOP_NEVER;
	}
	if (now < due)
		return due;
	output_progress(&check->progress, check->done);
	sysclock_read(&synchronised, &error_ns);
	checkup_clock(check->checkup, synchronised, error_ns);
	if (!sr6flow_info(check->handle, config->measure[0].of.set, &set))
		checkup_set(check->checkup, &set, now);
	if (!witness_survey(check->handle, config->measure[0].of.set, &rules))
		checkup_rules(check->checkup, &rules);
	return block_window_open(timing, block);
}

static void look_stepped(void *arg, int64_t before, int64_t now)
{
	struct check *check = arg;

	check->deadline += now - before;
}

static const struct task_ops look_ops = {
	.run = look_run,
	.stepped = look_stepped,
};

static const char *const levels[] = {
	[FINDING_GOOD] = "ok",
	[FINDING_NOTE] = "note",
	[FINDING_BAD] = "WRONG",
};

static void add_json(const struct finding *finding, void *arg)
{
	struct check *check = arg;

	json_array_append_new(check->list,
			      json_pack("{s:s, s:s, s:s, s:s?}",
					"level", levels[finding->level],
					"subject", finding->subject,
					"text", finding->text,
					"remedy", finding->remedy));
}

static void add_row(const struct finding *finding, void *arg)
{
	static const enum output_style styles[] = {
		[FINDING_GOOD] = OUTPUT_GOOD,
		[FINDING_NOTE] = OUTPUT_PLAIN,
		[FINDING_BAD] = OUTPUT_BAD,
	};
	struct check *check = arg;

	output_row(check->table, styles[finding->level],
		   (const char *[]){ levels[finding->level], finding->subject,
				     finding->text });
	if (finding->remedy)
		output_row(check->table, OUTPUT_PLAIN,
			   (const char *[]){ NULL, NULL, finding->remedy });
}

static int print_json(struct check *check)
{
	json_t *document;
	bool good;

	check->list = json_array();
	good = checkup_findings(check->checkup, add_json, check);
	document = json_pack("{s:i, s:b, s:o}", "v", JSON_VERSION,
			     "good", good, "findings", check->list);
	if (!document) {
		lmctl_error("out of memory");
		return EXIT_FAILURE;
	}
	json_dumpf(document, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(document);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int print_table(struct check *check)
{
	static const struct output_column columns[] = {
		{ "", .kind = LAYOUT_WORD },
		{ "SUBJECT", .kind = LAYOUT_NAME },
		{ "FINDING", .kind = LAYOUT_TEXT },
	};
	bool good;

	check->table = output_table(columns, 3);
	if (!check->table)
		return EXIT_FAILURE;
	good = checkup_findings(check->checkup, add_row, check);
	if (output_table_end(check->table, true) || !good)
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

static int run(struct check *check, struct roles *parts)
{
	const struct config *config = check->measuring.config;
	int status;

	look_at_sources(check, config->measure[0].of.set);

	/* Three blocks pass before the first result. */
	check->deadline = wallclock_time() +
			  (check->blocks + 4) * config->timing.period;
	check->look = loop_task(check->loop, &look_ops, check);
	if (!check->look) {
		lmctl_error("out of memory");
		return EXIT_FAILURE;
	}
	roles_commit(parts, config);
	output_progress_start(&check->progress, "blocks", check->blocks);
	status = loop_run(check->loop);
	if (status || check->finished)
		return status;
	lmctl_error("ended by a signal before %u blocks were measured",
		    check->blocks);
	return EXIT_FAILURE;
}

static int measure(struct check *check)
{
	const struct config *config = check->measuring.config;
	int status = EXIT_FAILURE;
	struct roles *parts;

	if (privileges_drop("", false, false))
		return EXIT_FAILURE;
	parts = roles_open(config, NULL, NULL, check->loop, &sender_ops,
			   check);
	if (parts)
		status = run(check, parts);
	task_free(check->look);
	/* Unanswered requests become results here. */
	roles_close(parts, NULL);
	output_progress_end(&check->progress);
	return status;
}

/* A marking node sends its packets away: its treatment of SIDs does not matter. */
static bool marks(const struct rules *rules, const char *set)
{
	unsigned int i = 0;
	const struct rule *rule = rules_counting(rules, &i);

	return rule ? rule->marks : !strcmp(set, LMCTL_SET_TX);
}

/* Check the set alone. */
static int look_at_set(struct check *check)
{
	const char *name = check->measuring.config->measure[0].of.set;
	struct sid_facts facts;
	struct sr6flow_set set;
	struct rules rules = { 0 };

	if (privileges_drop("", false, false))
		return EXIT_FAILURE;
	if (sr6flow_info(check->handle, name, &set)) {
		lmctl_error("%s", sr6flow_error(check->handle));
		return EXIT_FAILURE;
	}
	checkup_set(check->checkup, &set, 0);
	if (!witness_survey(check->handle, name, &rules))
		checkup_rules(check->checkup, &rules);
	if (sidroutes_read(check->handle, name, &facts))
		checkup_unreadable(check->checkup,
				   sr6flow_error(check->handle));
	else if (!marks(&rules, name))
		checkup_sids(check->checkup, &facts);
	return EXIT_SUCCESS;
}

static int examine(struct check *check)
{
	const struct config *config = check->measuring.config;
	int status;

	check->checkup = checkup_new(&config->measure[0].of, &config->timing);
	if (!check->checkup) {
		lmctl_error("out of memory");
		return EXIT_FAILURE;
	}
	status = config->measure[0].of.npeers ? measure(check) :
						look_at_set(check);
	if (!status)
		status = check->json ? print_json(check) : print_table(check);
	checkup_free(check->checkup);
	return status;
}

int cmd_check(int argc, char **argv)
{
	struct check check = { .blocks = BLOCKS };
	const struct argp_child children[] = {
		{ .argp = &check.measuring.argp },
		{ 0 }
	};
	const struct argp argp = {
		.options = options,
		.parser = parse_opt,
		.children = children,
		.args_doc = "PEER... --period=TIME\n--set=SET",
		.doc = "Measure a few blocks with PEER and report what is configured right and "
		       "what is wrong. Without PEER, check the set of this node only, and what "
		       "this node does with packets after counting them.",
	};
	int status;

	if (measurement_options_init(&check.measuring))
		return EXIT_FAILURE;
	check.measuring.alone = true;
	status = lmctl_parse(&argp, argc, argv, &check);
	if (!status && measurement_options_apply(&check.measuring, "check"))
		status = EXIT_FAILURE;
	if (!status) {
		status = EXIT_FAILURE;
		check.handle = lmctl_open();
		if (check.handle && !loop_open(&check.loop))
			status = examine(&check);
		loop_close(check.loop);
		sr6flow_close(check.handle);
	}
	config_free(check.measuring.config);
	return status;
}
