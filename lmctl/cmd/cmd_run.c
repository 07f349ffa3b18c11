// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl run: run one daemon that rotates, reflects and measures by its
 * configuration file.
 */
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/messages.h"
#include "lmctl/base/trusted.h"
#include "lmctl/cmd/checkup_sids.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/node/sidroutes.h"
#include "lmctl/service/learner.h"
#include "lmctl/service/roundtrip.h"
#include "lmctl/service/service.h"

struct run {
	const char *file;
	enum sink_print print;
	bool check;
	bool check_file;
};

enum { OPT_CHECK = 0x100, OPT_CHECK_FILE, OPT_LINES };

static const struct argp_option options[] = {
	{ .name = "config", .key = 'c', .arg = "FILE",
	  .doc = "Read this configuration file, default " CONFIG_FILE },
	{ .name = "check", .key = OPT_CHECK,
	  .doc = "Read the file, report its errors, and exit; warn if a peer is too far away "
		 "for the period or if this node drops packets that it counts" },
	{ .name = "check-file", .key = OPT_CHECK_FILE,
	  .doc = "Read the file, report its errors, and exit; ask neither peers nor the kernel" },
	{ .name = "json", .key = 'j',
	  .doc = "Also write the results to standard output as JSON lines" },
	{ .name = "lines", .key = OPT_LINES,
	  .doc = "Also write the results to standard output as text lines" },
	{ .name = "watch", .key = 'w',
	  .doc = "Also show the results in one table that is redrawn every block" },
	{ 0 }
};

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct run *run = state->input;

	switch (key) {
	case 'c':
		run->file = arg;
		return 0;
	case OPT_CHECK:
		run->check = true;
		return 0;
	case OPT_CHECK_FILE:
		run->check_file = true;
		return 0;
	case 'j':
		run->print = SINK_JSON;
		return 0;
	case OPT_LINES:
		run->print = SINK_LINES;
		return 0;
	case 'w':
		run->print = SINK_WATCH;
		return 0;
	case ARGP_KEY_ARG:
		return lmctl_usage(state, "'%s': no argument is accepted; use -c FILE for the configuration file",
				   arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_opt,
	.doc = "Rotate, reflect and measure in one daemon, according to a configuration file, "
	       "see lmctl.conf(5).",
};

static void check_sids(struct sr6flow *handle, const char *set)
{
	struct sid_finding finding;
	struct sid_facts facts;
	unsigned int i;

	/* A user without permission for the set may still check the configuration. */
	if (sidroutes_read(handle, set, &facts))
		return;
	for (i = 0; sid_finding(&facts, i, &finding); i++)
		if (finding.level != FINDING_GOOD)
			lmctl_warning("set '%s': %s; %s", set, finding.text,
				      finding.remedy);
}

static void check_flows(struct sr6flow *handle, const char *set)
{
	struct sr6flow_set info;

	if (!sr6flow_info(handle, set, &info) && !info.flows)
		lmctl_warning("set '%s' has no flows; add them with 'lmctl add' or 'lmctl import', or name their file in a section set",
			      set);
}

static void check_sets(struct sr6flow *handle, const struct config *config)
{
	const struct config_reflect *reflect = &config->reflect;
	unsigned int i, j;

	for (i = 0; reflect->on && i < reflect->nsets; i++) {
		check_sids(handle, reflect->set[i]);
		if (!reflect->reflector.learn)
			check_flows(handle, reflect->set[i]);
	}
	for (i = 0; i < config->nmeasures; i++) {
		for (j = 0; j < i; j++)
			if (!strcmp(config->measure[i].of.set,
				    config->measure[j].of.set))
				break;
		if (j == i)
			check_flows(handle, config->measure[i].of.set);
	}
}

static void check(const struct config *config)
{
	struct sr6flow *handle;

	roundtrip_check(config);
	if (!sr6flow_open(&handle))
		check_sets(handle, config);
	sr6flow_close(handle);
}

int cmd_run(int argc, char **argv)
{
	struct run run = { .file = CONFIG_FILE };
	int status = lmctl_parse(&argp, argc, argv, &run);
	struct config *config;
	char error[512];

	if (status)
		return status;
	config = config_load(run.file, error, sizeof(error));
	if (!config) {
		lmctl_error("%s", error);
		return EXIT_FAILURE;
	}
	if (run.check_file) {
		config_free(config);
		return EXIT_SUCCESS;
	}
	if (run.check) {
		bool trusted = trusted_config(run.file);
		bool good = learner_check(config);

		check(config);
		config_free(config);
		return good && trusted ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	if (!trusted_config(run.file)) {
		config_free(config);
		return EXIT_FAILURE;
	}
	return service_run(config, &(struct service_options){
		.file = run.file,
		.print = run.print,
	});
}
