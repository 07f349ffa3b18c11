/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every subcommand of lmctl shares: the table of subcommands, command
 * line helpers, messages, names of sets and whole dumps.
 */
#ifndef LMCTL_H
#define LMCTL_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>
#include "sr6flow.h"

/* Exit status beside EXIT_SUCCESS and EXIT_FAILURE. */
#define LMCTL_USAGE 2

/* The sets that the words tx and rx stand for. */
#define LMCTL_SET_TX "lm-tx"
#define LMCTL_SET_RX "lm-rx"

/**
 * struct lmctl_command - a subcommand
 * @name: word on the command line
 * @summary: one line for the help
 * @run: gets its own name as argv[0]; returns the exit status
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
int cmd_flows(int argc, char **argv);
int cmd_flush(int argc, char **argv);
int cmd_history(int argc, char **argv);
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

/**
 * lmctl_parse_u32() - parse a number
 * @text: decimal, or hexadecimal with 0x
 * @value: filled
 *
 * Return: 0 or -EINVAL.
 */
int lmctl_parse_u32(const char *text, uint32_t *value);

/**
 * lmctl_set_name() - name of the set that an argument SET stands for
 * @argument: tx, rx or the name of a set
 *
 * Return: name of a set.
 */
const char *lmctl_set_name(const char *argument);

/**
 * lmctl_error() - print "lmctl: ..." on stderr
 * @format: one line without a newline: the thing, the value, the remedy
 */
void lmctl_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * lmctl_warning() - print "lmctl: warning: ..." on stderr
 * @format: one line without a newline
 */
void lmctl_warning(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/**
 * lmctl_note() - print "lmctl: ..." on stderr: a line in the log of a daemon
 * @format: one line without a newline
 */
void lmctl_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * lmctl_open() - open a library handle or say why that failed
 *
 * Return: handle to be closed with sr6flow_close(), or NULL after a message.
 */
struct sr6flow *lmctl_open(void);

/**
 * lmctl_default_sets() - which of the sets that tx and rx stand for exist
 * @handle: library handle
 * @sets: filled with the state of those that exist
 *
 * Return: number of sets, at least 1; 0 after a message.
 */
unsigned int lmctl_default_sets(struct sr6flow *handle,
				struct sr6flow_set sets[2]);

/**
 * lmctl_destroy() - destroy a set whose rules were just removed
 * @handle: library handle
 * @set: name of the set
 *
 * The kernel lets go of a removed rule a moment after ip6tables has returned;
 * this function waits for that for at most a second. Prints nothing.
 *
 * Return: as sr6flow_destroy().
 */
int lmctl_destroy(struct sr6flow *handle, const char *set);

/**
 * typedef lmctl_again_fn - called before an interrupted dump is repeated
 * @arg: as given to lmctl_dump()
 *
 * Drops what the earlier calls of the dump's callback left behind.
 *
 * Return: 0, or a negative errno that ends the dump.
 */
typedef int (*lmctl_again_fn)(void *arg);

/**
 * lmctl_dump() - read a whole set, repeating interrupted dumps
 * @handle: library handle
 * @set: name of the set
 * @fn: called for every flow
 * @again: called before a repetition, NULL if @fn keeps nothing
 * @arg: for @fn and @again
 *
 * Repeats a bounded number of times. Prints nothing; sr6flow_error() has the
 * sentence unless @fn or @again ended the dump.
 *
 * Return: 0, the value of @fn, or a negative errno.
 */
int lmctl_dump(struct sr6flow *handle, const char *set, sr6flow_dump_fn fn,
	       lmctl_again_fn again, void *arg);

#endif /* LMCTL_H */
