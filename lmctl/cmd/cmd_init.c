// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl init: make the set and the one rule of a marking or counting node.
 */
#include <stdlib.h>
#include <string.h>
#include "lmctl/base/signals.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/settings.h"
#include "lmctl/cmd/setup.h"
#include "lmctl/node/sets.h"

struct init {
	struct config_set set;
	struct settings_options options;
	const char *name;
	bool dry_run;
};

#define OPT_SET 0x200

static const struct argp_option argp_options[] = {
	{ "set", 's', "NAME", 0, "Use the set NAME, default " LMCTL_SET_TX
	  " or " LMCTL_SET_RX, 0 },
	{ "dry-run", 'n', NULL, 0, "Print the changes without making them", 0 },
	{ 0 }
};

static error_t parse_role(struct argp_state *state, struct init *init,
			  const char *role)
{
	if (state->arg_num)
		return lmctl_usage(state, "'%s': only one of tx and rx is accepted",
				   role);
	if (strcmp(role, "tx") && strcmp(role, "rx"))
		return lmctl_usage(state, "'%s': must be tx (this node marks) "
				   "or rx (this node counts)", role);
	init->set.role = *role == 't' ? CONFIG_MARK : CONFIG_COUNT;
	if (!init->name)
		init->name = lmctl_set_name(role);
	return 0;
}

static error_t finish(const struct argp_state *state, struct init *init)
{
	const struct settings_context context = { .line = init->options.line };
	struct setting_error error = { .setting = NULL };

	if (strlen(init->name) > SR6FLOW_SETNAME_MAX)
		return lmctl_usage(state, "--set=%s: the name of a set has 1 to %d characters",
				   init->name, SR6FLOW_SETNAME_MAX);
	strcpy(init->set.name, init->name);
	return config_set_section.finish(&init->set, &context, &error) ? 0 :
	       lmctl_usage(state, "%s", error.text);
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct init *init = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &init->options;
		return 0;
	case 's':
		init->name = arg;
		return 0;
	case 'n':
		init->dry_run = true;
		return 0;
	case ARGP_KEY_ARG:
		return parse_role(state, init, arg);
	case ARGP_KEY_NO_ARGS:
		return lmctl_usage(state, "specify tx (this node marks) or rx "
				   "(this node counts)");
	case ARGP_KEY_SUCCESS:
		return finish(state, init);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int make(struct sr6flow *handle, struct config_set *set)
{
	int lock = setup_lock();
	struct setup made;
	int err;

	signals_hold();
	err = setup_make(handle, set, &made);
	signals_release();
	setup_unlock(lock);
	return err;
}

int cmd_init(int argc, char **argv)
{
	struct init init = { .name = NULL };
	const struct argp_child children[] = {
		{ .argp = &init.options.argp },
		{ 0 }
	};
	const struct argp argp = {
		.options = argp_options,
		.parser = parse_opt,
		.children = children,
		.args_doc = "tx\nrx",
		.doc = "Create the set of a marking node (tx) or a counting node (rx) and its one "
		       "rule: last in mangle POSTROUTING for tx, first in mangle PREROUTING for rx. An "
		       "existing set or rule is kept. If a step fails, the steps before it are undone.",
	};
	struct sr6flow *handle;
	int err, status;

	settings_defaults(&config_set_section, &init.set);
	settings_options_init(&init.options, &config_set_section, &init.set,
			      OPT_SET);
	status = lmctl_parse(&argp, argc, argv, &init);
	if (status)
		return status;
	handle = lmctl_open();
	if (!handle)
		return EXIT_FAILURE;
	err = init.dry_run ? setup_plan(handle, &init.set) :
			     make(handle, &init.set);
	sr6flow_close(handle);
	if (err < 0)
		return EXIT_FAILURE;
	setup_warn(init.set.options.mask);
	return EXIT_SUCCESS;
}
