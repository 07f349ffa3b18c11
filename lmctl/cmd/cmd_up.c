// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl up, lmctl down: make and remove the sets, rules and flows of the sections set
 * of a configuration file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/signals.h"
#include "lmctl/base/trusted.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/flowsource.h"
#include "lmctl/cmd/saved.h"
#include "lmctl/cmd/setup.h"
#include "lmctl/node/sets.h"

/**
 * struct up - a call of up or down
 * @file: configuration file
 * @folder: folder of saved flows, or NULL
 * @dry_run: print the changes without making them
 * @name: the sets of the command line
 * @n: number of @name, 0 for all sets of the file
 * @config: configuration
 * @handle: library handle
 */
struct up {
	const char *file;
	const char *folder;
	bool dry_run;
	const char *name[CONFIG_SETS_MAX];
	unsigned int n;
	struct config *config;
	struct sr6flow *handle;
};

/* The key of --restore and of --save. */
enum { OPT_FOLDER = 0x100 };

#define OPTIONS \
	{ "config", 'c', "FILE", 0, "Read the sections set of this file, default " CONFIG_FILE, 0 }, \
	{ "dry-run", 'n', NULL, 0, "Print the changes without making them", 0 }, \
	{ 0 }

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct up *up = state->input;

	switch (key) {
	case 'c':
		up->file = arg;
		return 0;
	case OPT_FOLDER:
		up->folder = arg;
		return 0;
	case 'n':
		up->dry_run = true;
		return 0;
	case ARGP_KEY_ARG:
		if (up->n == CONFIG_SETS_MAX)
			return lmctl_usage(state, "'%s': more than %d sets", arg,
					   CONFIG_SETS_MAX);
		up->name[up->n++] = lmctl_set_name(arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool wanted(const struct up *up, const struct config_set *set)
{
	unsigned int i;

	for (i = 0; i < up->n; i++)
		if (!strcmp(up->name[i], set->name))
			return true;
	return !up->n;
}

static bool names_known(const struct up *up)
{
	unsigned int i, j;

	for (i = 0; i < up->n; i++) {
		for (j = 0; j < up->config->nsets; j++)
			if (!strcmp(up->name[i], up->config->set[j].name))
				break;
		if (j < up->config->nsets)
			continue;
		lmctl_error("%s has no section set %s: add it, or use 'lmctl init'",
			    up->file, up->name[i]);
		return false;
	}
	return true;
}

static int print_missing(struct sr6flow *handle, const char *set,
			 const struct flowlist *list, bool exists)
{
	char text[SR6FLOW_FLOW_STRLEN];
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct sr6flow_flow *flow = &list->items[i].flow;
		int found = exists ? sr6flow_test(handle, set, flow) : 0;

		if (found < 0) {
			lmctl_error("%s", sr6flow_error(handle));
			return found;
		}
		if (!found)
			printf("add %s to set %s\n",
			       sr6flow_flow_format(flow, text), set);
	}
	return 0;
}

static int plan(struct up *up, struct config_set *set, struct flowlist *list)
{
	int exists = setup_plan(up->handle, set);

	if (exists < 0)
		return exists;
	if (exists && flowsource_fill(list, up->handle, set->name, false))
		return -1;
	return print_missing(up->handle, set->name, list, exists);
}

static void report(const struct config_set *set, const struct setup *made,
		   const struct flowlist *list)
{
	size_t i, added = 0;

	for (i = 0; i < list->n; i++)
		added += list->items[i].added;
	if (made->created || made->ruled || added)
		lmctl_note("set '%s': %s, %s, %zu flows added", set->name,
			   made->created ? "created" : "kept",
			   made->ruled ? "rule installed" : "rule kept", added);
}

/* A set, its rule and its flows, or nothing of it. */
static int make(struct up *up, struct config_set *set, struct flowlist *list)
{
	struct setup made;
	int err = setup_make(up->handle, set, &made);

	if (err)
		return err;
	err = flowsource_fill(list, up->handle, set->name, true) ?:
	      flowlist_add(list, up->handle, set->name, SR6FLOW_NO_TIMEOUT,
			   FLOWLIST_KEEP);
	if (err) {
		setup_undo(up->handle, set, &made);
		return err;
	}
	if (up->folder)
		saved_restore(up->handle, up->folder, set->name);
	setup_warn(set->options.mask);
	report(set, &made, list);
	return 0;
}

static int up_set(struct up *up, struct config_set *set)
{
	struct flowlist list = { 0 };
	int err = *set->flows ? flowlist_read(&list, set->flows) : 0;

	if (!err)
		err = up->dry_run ? plan(up, set, &list) :
				    make(up, set, &list);
	flowlist_free(&list);
	return err;
}

static int down_set(struct up *up, struct config_set *set)
{
	const bool marks = set->role == CONFIG_MARK;
	int unsaved = 0, err;

	/* A full disk does not keep a router from stopping. */
	if (up->folder && !up->dry_run)
		unsaved = saved_write(up->handle, up->folder, set->name);
	err = setup_remove(up->handle, &(struct setup_removal){
		.set = set->name, .marks = marks, .counts = !marks,
		.program = strcmp(set->program, "ip6tables") ?
			   set->program : NULL,
		.dry_run = up->dry_run,
	});
	if (err && up->folder && !up->dry_run)
		saved_forget(up->folder, set->name);
	return err ?: unsaved;
}

/* A set that fails keeps no other from its turn. */
static int each_set(struct up *up, int (*fn)(struct up *up, struct config_set *set))
{
	int lock = setup_lock(), status = EXIT_SUCCESS;
	unsigned int i;

	signals_hold();
	for (i = 0; i < up->config->nsets && !signals_pending(); i++)
		if (wanted(up, &up->config->set[i]) &&
		    fn(up, &up->config->set[i]))
			status = EXIT_FAILURE;
	signals_release();
	setup_unlock(lock);
	return status;
}

static int run(struct up *up, int (*fn)(struct up *up, struct config_set *set))
{
	int status = EXIT_FAILURE;
	char error[512];

	up->config = config_load_sets(up->file, error, sizeof(error));
	if (!up->config) {
		lmctl_error("%s", error);
		return EXIT_FAILURE;
	}
	/* Without a set there is no need for the module. */
	if (!up->config->nsets && !up->n)
		status = EXIT_SUCCESS;
	else if (names_known(up) && (up->dry_run || trusted_config(up->file)) &&
		 (up->handle = lmctl_open()))
		status = each_set(up, fn);
	sr6flow_close(up->handle);
	config_free(up->config);
	return status;
}

int cmd_up(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "restore", OPT_FOLDER, "FOLDER", 0, "Also add the flows that 'lmctl down --save' has saved in FOLDER", 0 },
		OPTIONS
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_opt,
		.args_doc = "[SET...]",
		.doc = "Create the sets, rules and flows that a configuration file names in its sections "
		       "set, see lmctl.conf(5). What exists is kept. If a step fails for a set, "
		       "the steps before it are undone for that set.",
	};
	struct up up = { .file = CONFIG_FILE };

	return lmctl_parse(&argp, argc, argv, &up) ?: run(&up, up_set);
}

int cmd_down(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "save", OPT_FOLDER, "FOLDER", 0, "Save the flows in FOLDER before their set is removed", 0 },
		OPTIONS
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_opt,
		.args_doc = "[SET...]",
		.doc = "Remove the rules and sets that a configuration file names in its sections set. A "
		       "missing rule or set is not an error.",
	};
	struct up up = { .file = CONFIG_FILE };

	return lmctl_parse(&argp, argc, argv, &up) ?: run(&up, down_set);
}
