/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What people and programs read from lmctl: messages, tables, progress.
 */
#ifndef LMCTL_OUTPUT_H
#define LMCTL_OUTPUT_H

#include <libsmartcols/libsmartcols.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct output_column - a column of a table
 * @name: heading
 * @right: numbers: align right
 */
struct output_column {
	const char *name;
	bool right;
};

/**
 * enum output_style - how a row looks on a terminal
 * @OUTPUT_PLAIN: as it is
 * @OUTPUT_GOOD: green
 * @OUTPUT_BAD: red
 * @OUTPUT_DIM: faint
 */
enum output_style {
	OUTPUT_PLAIN,
	OUTPUT_GOOD,
	OUTPUT_BAD,
	OUTPUT_DIM,
};

/**
 * output_terminal() - is stdout a terminal
 *
 * Return: true if it is.
 */
bool output_terminal(void);

/**
 * output_table() - begin a table
 * @columns: columns, left to right
 * @n: number of columns
 *
 * Styles show on a terminal only, and not if NO_COLOR is in the environment.
 *
 * Return: table for output_row(), or NULL after a message.
 */
struct libscols_table *output_table(const struct output_column *columns,
				    size_t n);

/**
 * output_row() - add a row
 * @table: table
 * @style: style of the whole row
 * @cells: one string per column, NULL for an empty cell; copied
 *
 * Return: 0, or -ENOMEM after a message.
 */
int output_row(struct libscols_table *table, enum output_style style,
	       const char *const *cells);

/**
 * output_table_end() - print a table on stdout and free it
 * @table: table or NULL
 * @print: false to free it only
 *
 * Return: 0, or -ENOMEM or -EIO after a message.
 */
int output_table_end(struct libscols_table *table, bool print);

/**
 * output_close() - flush and close stdout
 *
 * Return: 0, or a negative errno after a message if anything that was printed
 * is lost.
 */
int output_close(void);

/**
 * struct output_progress - progress of long work, on a terminal only
 * @what: what is counted, for instance "flows"
 * @total: number at the end, 0 if not known
 * @shown: something is on the terminal's line
 * @next: monotonic time of the next update in milliseconds
 */
struct output_progress {
	const char *what;
	uint64_t total;
	bool shown;
	uint64_t next;
};

/**
 * output_progress_start() - begin to show progress on stderr
 * @progress: filled
 * @what: what is counted
 * @total: number at the end, 0 if not known
 *
 * Work that takes less than half a second shows nothing.
 */
void output_progress_start(struct output_progress *progress, const char *what,
			   uint64_t total);

/**
 * output_progress() - show progress; cheap enough for every item
 * @progress: started progress
 * @done: number of items done
 */
void output_progress(struct output_progress *progress, uint64_t done);

/**
 * output_progress_end() - clear the terminal's line
 * @progress: started progress
 */
void output_progress_end(struct output_progress *progress);

#endif /* LMCTL_OUTPUT_H */
