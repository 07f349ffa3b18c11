/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of subcommands, and the helpers for their command lines.
 */
#ifndef LMCTL_CMD_CMD_H
#define LMCTL_CMD_CMD_H

#include <argp.h>
#include <stdint.h>

/* Exit status beside EXIT_SUCCESS and EXIT_FAILURE. */
#define LMCTL_USAGE 2

/**
 * struct lmctl_command - a subcommand
 * @name: word on the command line
 * @summary: one line for the help
 * @run: runs it with its name as argv[0]; returns the exit status
 */
struct lmctl_command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

/**
 * lmctl_main() - parse the command line and run the subcommand
 * @argc: as for main()
 * @argv: as for main()
 *
 * Return: exit status.
 */
int lmctl_main(int argc, char **argv);

int cmd_add(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_colour(int argc, char **argv);
int cmd_deinit(int argc, char **argv);
int cmd_del(int argc, char **argv);
int cmd_down(int argc, char **argv);
int cmd_flows(int argc, char **argv);
int cmd_flush(int argc, char **argv);
int cmd_history(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_init(int argc, char **argv);
int cmd_loss(int argc, char **argv);
int cmd_measure(int argc, char **argv);
int cmd_plot(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_reflect(int argc, char **argv);
int cmd_rotate(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_stats(int argc, char **argv);
int cmd_up(int argc, char **argv);

/**
 * lmctl_parse() - parse the options of a subcommand
 * @argp: its options; the parser finds @input in state->input
 * @argc: as given to the subcommand
 * @argv: as given to the subcommand
 * @input: for the parser
 *
 * The parser reports a mistake with "return lmctl_usage(state, ...)" and never
 * with argp_error(), which prints more than one line.
 *
 * Return: 0, LMCTL_USAGE or EXIT_FAILURE; a message has been printed.
 */
int lmctl_parse(const struct argp *argp, int argc, char **argv, void *input);

/**
 * lmctl_usage() - report a mistake on the command line
 * @state: state of the parser
 * @format: sentence without a newline
 *
 * Return: EINVAL, for the parser to return.
 */
error_t lmctl_usage(const struct argp_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * lmctl_u32() - parse the number in an option
 * @state: state of the parser
 * @option: name of the option, for the message
 * @text: decimal, or hexadecimal with 0x
 * @value: filled
 *
 * Return: 0, or EINVAL after a message, for the parser to return.
 */
error_t lmctl_u32(const struct argp_state *state, const char *option,
		  const char *text, uint32_t *value);

/**
 * lmctl_timeout() - parse the timeout of a set or flow
 * @state: state of the parser
 * @text: duration of whole seconds
 * @seconds: filled
 *
 * Return: 0, or EINVAL after a message, for the parser to return.
 */
error_t lmctl_timeout(const struct argp_state *state, const char *text,
		      uint32_t *seconds);

/**
 * lmctl_node() - parse the name of a node in --node
 * @state: state of the parser
 * @name: the name
 * @node: filled
 *
 * Return: 0, or EINVAL after a message, for the parser to return.
 */
error_t lmctl_node(const struct argp_state *state, const char *name,
		   const char **node);

#endif /* LMCTL_CMD_CMD_H */
