// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of subcommands, which drives dispatch and help.
 */
#include <argp.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/array.h"
#include "lmctl/base/output.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/node/sets.h"

#define STR_(x) #x
#define STR(x) STR_(x)

static const struct lmctl_command commands[] = {
	{ "init", "create a set and its rule", cmd_init },
	{ "deinit", "remove the rule and the set", cmd_deinit },
	{ "up", "create the sets, rules and flows of the configuration", cmd_up },
	{ "down", "remove the sets and rules of the configuration", cmd_down },
	{ "add", "add flows to a set", cmd_add },
	{ "del", "delete flows from a set", cmd_del },
	{ "flush", "delete all flows of a set", cmd_flush },
	{ "flows", "list the flows of a set", cmd_flows },
	{ "import", "add a flow for every SRv6 route", cmd_import },
	{ "colour", "show or set the active colour", cmd_colour },
	{ "rotate", "change the active colour by the clock", cmd_rotate },
	{ "stats", "show counters per flow and colour", cmd_stats },
	{ "run", "rotate, reflect and measure in one daemon", cmd_run },
	{ "measure", "request the counts of peers and report loss", cmd_measure },
	{ "reflect", "reply to the requests of probers", cmd_reflect },
	{ "check", "report configuration errors at both ends", cmd_check },
	{ "top", "show the flows of the running daemon live", cmd_top },
	{ "history", "show past results, or their totals", cmd_history },
	{ "plot", "plot the loss of a flow over time", cmd_plot },
	{ "record", "write packets per flow and block as JSON", cmd_record },
	{ "loss", "join two recordings into packets sent, received and lost", cmd_loss },
};

#define N_COMMANDS ARRAY_SIZE(commands)

const char *argp_program_version = "lmctl " SR6FLOW_VERSION
	" (" SR6FLOW_TYPENAME " revision " STR(SR6FLOW_REVISION_MAX) ")";

static const struct lmctl_command *command_find(const char *name)
{
	size_t i;

	for (i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	int *first = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (!command_find(arg))
			return lmctl_usage(state, "unknown command '%s'", arg);
		*first = state->next - 1;
		/* The rest of the line belongs to the subcommand. */
		state->next = state->argc;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The table of subcommands as the part of the help that follows the options. */
static char *help_filter(int key, const char *text, void *input)
{
	char *help = NULL;
	size_t size, i;
	FILE *stream;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	stream = open_memstream(&help, &size);
	if (!stream)
		return NULL;
	fputs("Commands:\n", stream);
	for (i = 0; i < N_COMMANDS; i++)
		fprintf(stream, "  %-10s %s\n", commands[i].name,
			commands[i].summary);
	fputs("\n'lmctl COMMAND --help' lists the options of a command; the manual is lmctl(8). "
	      "Without a command, lmctl shows the state of the sets "
	      LMCTL_SET_TX " and " LMCTL_SET_RX ".", stream);
	return fclose(stream) ? NULL : help;
}

static const struct argp argp = {
	.parser = parse_opt,
	.args_doc = "[COMMAND [ARGUMENT...]]",
	.doc = "Loss monitoring control: exact packet loss of SRv6 flows by "
	       "alternate marking (RFC 9341).\v",
	.help_filter = help_filter,
};

/*
 * Standard input, output and error may be closed. A socket must not get their
 * numbers: output would go to it. Open a file read-only in their place, so that
 * writing fails.
 */
static void keep_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int lmctl_main(int argc, char **argv)
{
	static char name[64];
	static char *state[] = { name, NULL };
	const struct lmctl_command *command = &(struct lmctl_command){
		.name = "colour", .run = cmd_colour,
	};
	int first = 0, status;

	keep_standard_files();
	argv[0] = (char *)"lmctl";
	argp_err_exit_status = LMCTL_USAGE;
	status = lmctl_parse(&argp, argc, argv, &first);
	if (status)
		return status;
	if (first) {
		command = command_find(argv[first]);
		argc -= first;
		argv += first;
	} else {
		argc = 1;
		argv = state;
	}
	/* argp and getopt begin their messages with it. */
	snprintf(name, sizeof(name), "lmctl %s", command->name);
	argv[0] = name;
	status = command->run(argc, argv);
	return output_close() ? EXIT_FAILURE : status;
}
