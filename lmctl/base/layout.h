/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Layout of tables on a terminal that is too narrow for them: names are shortened
 * in the middle, sentences wrap at words, and less important columns are left out;
 * digits are never cut. Pure.
 */
#ifndef LMCTL_BASE_LAYOUT_H
#define LMCTL_BASE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

/* Most columns of a table. */
#define LAYOUT_COLUMNS_MAX 16

/**
 * enum layout_kind - content of the cells of a column
 * @LAYOUT_WORD: never cut, aligned left
 * @LAYOUT_NUMBER: never cut, aligned right
 * @LAYOUT_NAME: shortened in the middle
 * @LAYOUT_TEXT: wraps after blanks and commas
 */
enum layout_kind {
	LAYOUT_WORD,
	LAYOUT_NUMBER,
	LAYOUT_NAME,
	LAYOUT_TEXT,
};

/**
 * struct output_column - a column of a table
 * @name: heading
 * @kind: content of its cells
 * @goes: step at which it is left out, 1 first; 0 for never
 * @comes: step from which it is shown, 0 for always: the short form of a column of
 *	   the same name that is left out
 * @apart: tells rows apart: never left out where its cells differ
 */
struct output_column {
	const char *name;
	enum layout_kind kind;
	unsigned char goes;
	unsigned char comes;
	bool apart;
};

/**
 * struct layout_need - width required by the cells of a column
 * @whole: as they are
 * @least: shortened or wrapped as far as possible
 */
struct layout_need {
	size_t whole;
	size_t least;
};

/**
 * struct layout - the chosen layout
 * @step: columns are shown as of this step; negative: no table fits
 * @width: of each column, 0 of those that are not shown
 */
struct layout {
	int step;
	size_t width[LAYOUT_COLUMNS_MAX];
};

/**
 * layout_width() - width of a text
 * @text: text
 *
 * An unprintable byte has the width of libsmartcols' form of it, "\x1b".
 *
 * Return: cells of a terminal.
 */
size_t layout_width(const char *text);

/**
 * layout_need() - widen a column to a cell
 * @need: widened; begin with that of the heading
 * @kind: kind of the column
 * @text: the cell
 */
void layout_need(struct layout_need *need, enum layout_kind kind,
		 const char *text);

/**
 * layout_fit() - choose the columns and their widths
 * @columns: columns
 * @n: number of columns
 * @needs: need of each
 * @width: width of the terminal, 0 for unlimited
 * @layout: filled
 */
void layout_fit(const struct output_column *columns, size_t n,
		const struct layout_need *needs, size_t width,
		struct layout *layout);

/**
 * layout_shows() - is a column shown
 * @column: column
 * @step: step, see struct layout
 *
 * Return: true if it is.
 */
bool layout_shows(const struct output_column *column, int step);

/**
 * layout_left_out() - names of the columns that are not shown
 * @columns: columns
 * @n: number of columns
 * @step: step, see struct layout
 * @text: filled with "PATH, RATIO", empty if there are none
 * @size: size of @text in bytes
 */
void layout_left_out(const struct output_column *columns, size_t n, int step,
		     char *text, size_t size);

/**
 * layout_shorten() - shorten a name in the middle
 * @text: name
 * @width: greatest width
 *
 * Return: allocated name, NULL when memory is short.
 */
char *layout_shorten(const char *text, size_t width);

/**
 * layout_wrap() - wrap a text
 * @text: text
 * @width: greatest width, 0 for unlimited; only a longer word exceeds it
 * @indent: blanks before every line but the first
 *
 * Return: allocated text with newlines, none at its end; NULL when memory is
 * short.
 */
char *layout_wrap(const char *text, size_t width, unsigned int indent);

#endif /* LMCTL_BASE_LAYOUT_H */
