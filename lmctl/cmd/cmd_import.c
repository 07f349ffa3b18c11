// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl import: a flow for every route with a seg6 encapsulation, once or as long as
 * there is such a route.
 */
#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Without this uthash exits when memory is short. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>
#include "lmctl/base/flowkey.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/output.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/flowlist.h"
#include "lmctl/cmd/flowsource.h"
#include "lmctl/cmd/timing.h"
#include "lmctl/engine/routing.h"
#include "lmctl/node/sets.h"
#include "lmctl/node/tables.h"
#include "lmctl/node/tunsrc.h"
#include "lmctl/service/service.h"

struct options {
	const char *set;
	const char *pattern;
	const char *name[ROUTING_TABLES_MAX];
	uint32_t table[ROUTING_TABLES_MAX];
	unsigned int ntables;
	bool all;
	bool follow;
	struct timing_options times;
	struct block_timing timing;
	bool dry_run;
	bool exist;
};

/* Flows found so far. */
struct seen {
	UT_hash_handle hh;
	unsigned char key[];
};

/*
 * @routes: routes, or next hops of routes, with a seg6 encapsulation
 * @same: number of these with the source and SID list of an earlier one
 * @skipped: number of these that no flow can represent
 * @messages: messages of the kernel, for @progress
 * @chosen: number of the first flow whose source the kernel chose, from 1; 0 for
 *	    none
 */
struct import {
	const struct options *options;
	struct sr6flow_set set;
	struct tunsrc tunsrc;
	struct routing *routing;
	struct flowlist list;
	struct seen *seen;
	size_t routes;
	size_t same;
	size_t skipped;
	size_t chosen;
	struct output_progress progress;
	size_t messages;
};

enum { OPT_TABLE = 0x100, OPT_FOLLOW };

static const struct argp_option argp_options[] = {
	{ "table", OPT_TABLE, "TABLE", 0, "Read this routing table: a number, a name, a VRF "
				    "device, or all; default main, with --follow all. It "
				    "can be given several times", 0 },
	{ "name", 'N', "PATTERN", 0, "Set the names of the flows, default %d; %d is the "
				     "destination of the route, %t its table, %i a running "
				     "number", 0 },
	{ "exist", 'e', NULL, 0, "Do not fail if a flow exists already; refresh it",
	  0 },
	{ "follow", OPT_FOLLOW, NULL, 0, "Run until SIGTERM: add a flow when a route is new, and "
				  "remove it when the last block of a removed route "
				  "has been reported; needs --period", 0 },
	{ "dry-run", 'n', NULL, 0, "Print the flows in the format of 'lmctl add --file'", 0 },
	{ 0 }
};

static error_t add_table(const struct argp_state *state, const char *arg,
			 struct options *options)
{
	if (!strcmp(arg, CONFIG_TABLES_ALL)) {
		options->all = true;
		return 0;
	}
	if (options->ntables == ROUTING_TABLES_MAX)
		return lmctl_usage(state, "--table=%s: more than %d tables; use --table=all",
				   arg, ROUTING_TABLES_MAX);
	options->name[options->ntables++] = arg;
	return 0;
}

/* With --follow, a VRF may appear later. */
static error_t parse_tables(const struct argp_state *state,
			    struct options *options)
{
	unsigned int i;

	for (i = 0; i < options->ntables; i++) {
		const char *name = options->name[i];

		if (strlen(name) >= TABLE_NAME_LEN ||
		    (!options->follow && table_parse(name, &options->table[i])))
			return lmctl_usage(state, "--table=%s: not a routing table; use a number, a name of rt_tables, a VRF device or all",
					   name);
	}
	return 0;
}

static error_t check(const struct argp_state *state, struct options *options)
{
	if (parse_tables(state, options))
		return EINVAL;
	if (options->follow) {
		if (options->dry_run || options->exist)
			return lmctl_usage(state, "--follow: cannot be combined with --dry-run or --exist");
		if (strlen(options->set) > SR6FLOW_SETNAME_MAX)
			return lmctl_usage(state, "'%s': the name of a set has at most %d characters",
					   options->set, SR6FLOW_SETNAME_MAX);
		return timing_check(state, &options->times, &options->timing);
	}
	if (options->times.times.period_ms || options->times.times.guard_ms ||
	    options->times.times.band_ms)
		return lmctl_usage(state, "--period, --guard and --guard-band are for --follow only");
	if (!options->ntables)
		options->table[options->ntables++] = RT_TABLE_MAIN;
	return 0;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case OPT_TABLE:
		return add_table(state, arg, options);
	case 'N':
		if (seg6_pattern_check(arg))
			return lmctl_usage(state, "--name=%s: " SEG6_PATTERN_RULE,
					   arg, SR6FLOW_NAME_MAX);
		options->pattern = arg;
		return 0;
	case 'e':
		options->exist = true;
		return 0;
	case OPT_FOLLOW:
		options->follow = true;
		return 0;
	case 'n':
		options->dry_run = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			return lmctl_usage(state, "'%s': only one SET is accepted",
					   arg);
		options->set = lmctl_set_name(arg);
		return 0;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->times.options;
		return 0;
	case ARGP_KEY_SUCCESS:
		return check(state, options);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The row of the setting is about daemons. */
static char *filter_help(int key, const char *text, void *input)
{
	(void)input;
	if (key == 'p')
		return strdup("With --follow, use blocks of this length, 1ms to 24h; required there");
	return (char *)text;
}

static void drop_flows(struct import *import)
{
	struct seen *seen, *next;

	HASH_ITER(hh, import->seen, seen, next) {
		HASH_DEL(import->seen, seen);
		free(seen);
	}
	flowlist_free(&import->list);
}

/* Return: 1 for a flow that was found before, or a negative errno. */
static int remember(struct import *import, const struct sr6flow_flow *flow)
{
	size_t len = FLOWKEY_LEN(flow->nsids);
	struct seen *seen;

	HASH_FIND(hh, import->seen, flowkey(flow), len, seen);
	if (seen)
		return 1;
	seen = calloc(1, sizeof(*seen) + len);
	if (seen) {
		memcpy(seen->key, flowkey(flow), len);
		HASH_ADD_KEYPTR(hh, import->seen, seen->key, len, seen);
		if (seen->hh.tbl)
			return 0;
		free(seen);
	}
	lmctl_error("out of memory for %zu routes", import->routes);
	return -ENOMEM;
}

static int find_source(void *arg, const struct seg6_route *route,
		       const struct in6_addr *sid, struct in6_addr *source,
		       char *reason)
{
	struct import *import = arg;
	int err = tunsrc_find(&import->tunsrc, sid, route->device, source);

	if (err)
		tunsrc_reason(err, reason, SEG6_REASON_SIZE);
	else if (!import->tunsrc.fixed && !import->chosen)
		import->chosen = import->list.n + 1;
	return err;
}

static int on_route(const struct seg6_route *route, void *arg)
{
	struct import *import = arg;
	char text[SEG6_DESTINATION_STRLEN];
	char table[TABLE_NAME_LEN];
	char reason[SEG6_REASON_SIZE];
	struct sr6flow_flow flow;
	int known;

	import->routes++;
	if (seg6_set_flow(&flow, route, import->set.mask, import->set.netmask,
			  find_source, import, reason)) {
		import->skipped++;
		lmctl_warning("route %s is left out: %s",
			      seg6_destination(route, text), reason);
		return 0;
	}
	known = remember(import, &flow);
	if (known) {
		import->same++;
		return known < 0 ? known : 0;
	}
	seg6_name(&flow, import->options->pattern, route,
		  table_name(route->table, table),
		  (unsigned int)import->list.n + 1);
	return flowlist_append(&import->list, &flow, 0);
}

static void print_flows(const struct flowlist *list)
{
	char text[SR6FLOW_FLOW_STRLEN];
	size_t i;

	for (i = 0; i < list->n; i++)
		puts(sr6flow_flow_format(&list->items[i].flow, text));
}

static void print_tables(const struct options *options)
{
	char table[TABLE_NAME_LEN];
	unsigned int i;

	if (options->all) {
		printf("all tables");
		return;
	}
	printf("table");
	for (i = 0; i < options->ntables; i++)
		printf("%s %s", i ? "," : "",
		       table_name(options->table[i], table));
}

static void summary(const struct import *import)
{
	printf("%zu routes in ", import->routes);
	print_tables(import->options);
	printf(", %zu flows in set %s", import->list.n, import->options->set);
	if (import->same)
		printf(", %zu routes have the SID list of an earlier route and "
		       "share its flow", import->same);
	if (import->skipped)
		printf(", %zu left out", import->skipped);
	putchar('\n');
}

static int on_message(struct route_message *message, void *arg)
{
	struct import *import = arg;
	int err;

	output_progress(&import->progress, ++import->messages);
	err = routing_read(import->routing, message);
	if (err)
		lmctl_error("out of memory for %zu routes",
			    routing_count(import->routing));
	return err;
}

static void again(void *arg)
{
	struct import *import = arg;

	routing_read_begin(import->routing);
}

static int read_routes(struct import *import)
{
	const struct options *options = import->options;
	int err;

	import->routing = routing_new();
	if (!import->routing) {
		lmctl_error("out of memory");
		return -ENOMEM;
	}
	routing_tables(import->routing, options->table, options->ntables,
		       options->all);
	routing_read_begin(import->routing);
	output_progress_start(&import->progress, "routes", 0);
	err = routes_read(on_message, again, import);
	output_progress_end(&import->progress);
	if (err)
		return err;
	while (routing_sweep(import->routing, UINT_MAX))
		;
	return routing_each(import->routing, on_route, import);
}

static int import_routes(struct import *import, struct sr6flow *handle)
{
	const struct options *options = import->options;
	int err = sr6flow_info(handle, options->set, &import->set);

	if (err) {
		lmctl_error("%s", sr6flow_error(handle));
		return err;
	}
	err = import->set.netmask ? tunsrc_open(&import->tunsrc) : 0;
	if (!err)
		err = read_routes(import);
	if (err)
		return err;
	if (import->chosen && import->chosen <= import->list.n)
		flowsource_warn(options->set,
				&import->list.items[import->chosen - 1].flow);
	if (options->dry_run) {
		print_flows(&import->list);
		return 0;
	}
	err = flowlist_add(&import->list, handle, options->set,
			   SR6FLOW_NO_TIMEOUT,
			   options->exist ? FLOWLIST_REFRESH : FLOWLIST_FAIL);
	if (!err)
		summary(import);
	return err;
}

static int import_once(const struct options *options)
{
	struct import import = { .options = options };
	struct sr6flow *handle = lmctl_open();
	int status = EXIT_SUCCESS;

	if (!handle || import_routes(&import, handle))
		status = EXIT_FAILURE;
	drop_flows(&import);
	routing_free(import.routing);
	tunsrc_close(&import.tunsrc);
	sr6flow_close(handle);
	return status;
}

static int import_follow(const struct options *options)
{
	struct config *config = config_new();
	struct config_import *import;
	unsigned int i;

	if (!config) {
		lmctl_error("out of memory");
		return EXIT_FAILURE;
	}
	config->timing = options->timing;
	config->nimports = 1;
	import = &config->import[0];
	strcpy(import->set, options->set);
	strcpy(import->name, options->pattern);
	if (!options->all)
		import->ntables = options->ntables;
	for (i = 0; i < import->ntables; i++)
		strcpy(import->table[i], options->name[i]);
	return service_run(config, &(struct service_options){
		.print = SINK_SILENT,
	});
}

int cmd_import(int argc, char **argv)
{
	struct options options = {
		.set = LMCTL_SET_TX,
		.pattern = "%d",
	};
	const struct argp_child children[] = {
		{ .argp = &options.times.options.argp },
		{ 0 }
	};
	const struct argp argp = {
		.options = argp_options,
		.parser = parse_opt,
		.children = children,
		.args_doc = "[SET]\n--follow [SET] --period=TIME",
		.doc = "Add a flow for every IPv6 or IPv4 route with a seg6 "
		       "encapsulation, with the SID list that its packets carry on the "
		       "wire: all flows, or none if one fails. SET is tx (for "
		       LMCTL_SET_TX ", the default), rx (for " LMCTL_SET_RX ") or a "
		       "name.",
	};
	int status;

	timing_init(&options.times);
	options.times.options.argp.help_filter = filter_help;
	status = lmctl_parse(&argp, argc, argv, &options);
	if (status)
		return status;
	return options.follow ? import_follow(&options) :
				import_once(&options);
}
