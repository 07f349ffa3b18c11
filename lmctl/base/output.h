/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output of lmctl: tables, paragraphs, progress.
 */
#ifndef LMCTL_BASE_OUTPUT_H
#define LMCTL_BASE_OUTPUT_H

#include <libsmartcols/libsmartcols.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/base/layout.h"

/* Room for the sentence of output_table_note(). */
#define OUTPUT_NOTE_LEN 320

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
 * output_terminal() - check whether stdout is a terminal
 *
 * Return: true if it is.
 */
bool output_terminal(void);

/**
 * output_redraws() - check whether stdout is a terminal that can be cleared
 *
 * Return: false also for TERM=dumb and without TERM.
 */
bool output_redraws(void);

/**
 * output_width() - width of the terminal
 *
 * Return: columns of the terminal, 0 if stdout is not a terminal.
 */
size_t output_width(void);

/**
 * struct output_layout - layout shared by consecutive tables
 * @width: width of the terminal, 0 for unlimited
 * @columns: columns of the first table, as they are shown
 * @n: number of columns
 * @firsts: hash of the first cell of each column that tells rows apart
 * @needs: of all tables so far, so that columns stay where they are
 * @layout: of the last table
 * @changed: columns were added or removed since the table before
 */
struct output_layout {
	size_t width;
	struct output_column columns[LAYOUT_COLUMNS_MAX];
	size_t n;
	uint32_t firsts[LAYOUT_COLUMNS_MAX];
	struct layout_need needs[LAYOUT_COLUMNS_MAX];
	struct layout layout;
	bool changed;
};

/**
 * output_table() - begin a table
 * @columns: columns, left to right; must outlive the table
 * @n: number of columns, at most LAYOUT_COLUMNS_MAX
 *
 * Styles appear on a terminal only, and not if NO_COLOR is set in the environment.
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
 * output_sort() - sort the rows of a table by a column
 * @table: table
 * @by: column; numbers in names count by their value
 *
 * Rows with the same cell stay in their order.
 */
void output_sort(struct libscols_table *table, size_t by);

/**
 * output_table_text() - print a table into a string
 * @table: table; its cells are shortened and wrapped
 * @layout: layout
 * @heading: print the headings; changed columns print them in any case
 *
 * Where no table fits, each row is a list of headings and cells.
 *
 * Return: allocated lines without the last newline, or NULL when memory is short.
 */
char *output_table_text(struct libscols_table *table,
			struct output_layout *layout, bool heading);

/**
 * output_table_note() - name what a narrow terminal does not show
 * @layout: layout of a table that was printed
 * @note: filled with a sentence, empty if everything is shown
 * @size: size of @note, OUTPUT_NOTE_LEN
 *
 * Return: @note.
 */
const char *output_table_note(const struct output_layout *layout, char *note,
			      size_t size);

/**
 * output_table_end() - print a table on stdout and free it
 * @table: table or NULL
 * @print_it: false to free it only
 *
 * On a terminal the table fits the width, and a sentence names the columns left
 * out.
 *
 * Return: 0, or -ENOMEM after a message.
 */
int output_table_end(struct libscols_table *table, bool print_it);

/**
 * output_paragraph() - print a text on stdout, wrapped to a terminal
 * @indent: blanks before each line
 * @format: as of printf()
 */
void output_paragraph(unsigned int indent, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * output_close() - flush and close stdout
 *
 * Return: 0, or a negative errno after a message if output was lost.
 */
int output_close(void);

/**
 * struct output_progress - progress of long work, on a terminal only
 * @what: the counted items, for instance "flows"
 * @total: number at the end, 0 if not known
 * @shown: the terminal's line has text
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
 * Work shorter than half a second shows nothing.
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

#endif /* LMCTL_BASE_OUTPUT_H */
