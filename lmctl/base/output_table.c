// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables: libsmartcols pads and colours them. layout.c chooses what fits, because
 * libsmartcols cuts numbers like any other text.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/output.h"

/* Default width of a terminal that does not report its size. */
#define WIDTH_DEFAULT 80
#define LEFT_OUT_LEN 256
/* Indent of a heading with its cell, where there is no room for a table. */
#define PAIRS_INDENT 2

bool output_terminal(void)
{
	return isatty(STDOUT_FILENO);
}

bool output_redraws(void)
{
	const char *term = getenv("TERM");

	return output_terminal() && term && *term && strcmp(term, "dumb");
}

size_t output_width(void)
{
	struct winsize size;

	if (!output_terminal())
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return WIDTH_DEFAULT;
	return size.ws_col;
}

static int no_memory(void)
{
	lmctl_error("out of memory for a table; try --json");
	return -ENOMEM;
}

static int add_column(struct libscols_table *table,
		      const struct output_column *column)
{
	int flags = column->kind == LAYOUT_NUMBER ? SCOLS_FL_RIGHT : 0;
	struct libscols_column *to = scols_table_new_column(table, column->name,
							    0, flags);

	if (!to)
		return no_memory();
	return scols_cell_set_userdata(scols_column_get_header(to),
				       (void *)column);
}

struct libscols_table *output_table(const struct output_column *columns,
				    size_t n)
{
	struct libscols_table *table = scols_new_table();
	size_t i;

	if (!table) {
		no_memory();
		return NULL;
	}
	scols_table_enable_colors(table,
				  output_terminal() && !getenv("NO_COLOR"));
	for (i = 0; i < n; i++)
		if (add_column(table, &columns[i])) {
			scols_unref_table(table);
			return NULL;
		}
	return table;
}

int output_row(struct libscols_table *table, enum output_style style,
	       const char *const *cells)
{
	static const char *const colours[] = {
		[OUTPUT_PLAIN] = NULL,
		[OUTPUT_GOOD] = "green",
		[OUTPUT_BAD] = "red",
		[OUTPUT_DIM] = "halfbright",
	};
	struct libscols_line *line = scols_table_new_line(table, NULL);
	size_t i;

	if (!line || scols_line_set_color(line, colours[style]))
		return no_memory();
	for (i = 0; i < scols_table_get_ncols(table); i++)
		if (scols_line_set_data(line, i, cells[i] ? cells[i] : ""))
			return no_memory();
	return 0;
}

static int compare_cells(struct libscols_cell *a, struct libscols_cell *b,
			 void *arg)
{
	(void)arg;
	return strverscmp(scols_cell_get_data(a), scols_cell_get_data(b));
}

void output_sort(struct libscols_table *table, size_t by)
{
	struct libscols_column *column = scols_table_get_column(table, by);

	scols_column_set_cmpfunc(column, compare_cells, NULL);
	scols_sort_table(table, column);
}

/* The columns are one array, in order. */
static const struct output_column *columns_of(struct libscols_table *table)
{
	struct libscols_column *first = scols_table_get_column(table, 0);

	return scols_cell_get_userdata(scols_column_get_header(first));
}

static const char *cell_text(const struct libscols_line *line, size_t i)
{
	return scols_cell_get_data(scols_line_get_cell((void *)line, i));
}

/* Each call returns the next line, NULL after the last. */
static struct libscols_line *next_line(struct libscols_table *table,
				       struct libscols_iter *iter)
{
	struct libscols_line *line = NULL;

	return scols_table_next_line(table, iter, &line) ? NULL : line;
}

/* FNV-1a, and never 0. */
static uint32_t hash(const char *text)
{
	uint32_t value = 2166136261u;

	while (*text)
		value = (value ^ (unsigned char)*text++) * 16777619u;
	return value ? value : 1;
}

static void measure_cell(struct output_layout *layout, size_t i,
			 const char *text)
{
	struct output_column *column = &layout->columns[i];

	layout_need(&layout->needs[i], column->kind, text);
	if (!column->apart || !column->goes)
		return;
	if (!layout->firsts[i])
		layout->firsts[i] = hash(text);
	if (layout->firsts[i] != hash(text))
		column->goes = 0;
}

static void begin(struct libscols_table *table, struct output_layout *layout)
{
	const struct output_column *columns = columns_of(table);
	size_t i;

	layout->n = scols_table_get_ncols(table);
	for (i = 0; i < layout->n; i++) {
		layout->columns[i] = columns[i];
		layout_need(&layout->needs[i], LAYOUT_WORD, columns[i].name);
	}
}

static int measure(struct libscols_table *table, struct output_layout *layout)
{
	struct libscols_iter *iter = scols_new_iter(SCOLS_ITER_FORWARD);
	const struct libscols_line *line;
	size_t i;

	if (!iter)
		return -ENOMEM;
	if (!layout->n)
		begin(table, layout);
	while ((line = next_line(table, iter)))
		for (i = 0; i < layout->n; i++)
			measure_cell(layout, i, cell_text(line, i));
	scols_free_iter(iter);
	return 0;
}

static int fit_cell(struct libscols_cell *cell, enum layout_kind kind,
		    size_t width)
{
	const char *text = scols_cell_get_data(cell);
	char *fitting;

	if (layout_width(text) <= width)
		return 0;
	fitting = kind == LAYOUT_NAME ? layout_shorten(text, width) :
					layout_wrap(text, width, 0);
	if (!fitting)
		return -ENOMEM;
	return scols_cell_refer_data(cell, fitting);
}

static int fit_column(struct libscols_table *table, size_t i,
		      enum layout_kind kind, size_t width)
{
	struct libscols_column *column = scols_table_get_column(table, i);
	struct libscols_iter *iter = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *line;
	int err = iter ? 0 : -ENOMEM;

	if (kind == LAYOUT_TEXT) {
		scols_column_set_flags(column, SCOLS_FL_WRAP);
		scols_column_set_safechars(column, "\n");
		scols_column_set_wrapfunc(column, scols_wrapnl_chunksize,
					  scols_wrapnl_nextchunk, NULL);
	}
	while (!err && (line = next_line(table, iter)))
		err = fit_cell(scols_line_get_cell(line, i), kind, width);
	scols_free_iter(iter);
	return err;
}

static int fit(struct libscols_table *table, const struct output_layout *as)
{
	const struct layout *layout = &as->layout;
	const struct output_column *columns = as->columns;
	size_t n = as->n, last = 0, i;
	int err = 0;

	for (i = 0; i < n; i++)
		if (layout_shows(&columns[i], layout->step))
			last = i;
	for (i = 0; !err && i < n; i++) {
		struct libscols_column *column = scols_table_get_column(table,
									i);
		enum layout_kind kind = columns[i].kind;

		if (!layout_shows(&columns[i], layout->step))
			scols_column_set_flags(column, SCOLS_FL_HIDDEN);
		else if (layout->width[i] < as->needs[i].whole)
			err = fit_column(table, i, kind, layout->width[i]);
		/* Remove blanks at the end of lines. */
		if (i != last)
			scols_column_set_whint(column,
					       (double)layout->width[i]);
	}
	return err;
}

/* Print a heading and its cell; only a sentence has more than one line. */
static char *pair(const struct output_column *column, const char *text,
		  size_t width)
{
	char *whole, *wrapped;

	if (asprintf(&whole, "%s%s%s", column->name, *column->name ? " " : "",
		     text) < 0)
		return NULL;
	if (column->kind != LAYOUT_TEXT)
		return whole;
	wrapped = layout_wrap(whole, width - PAIRS_INDENT, PAIRS_INDENT);
	free(whole);
	return wrapped;
}

static int print_pairs(struct libscols_line *line,
		       const struct output_layout *layout, FILE *stream)
{
	const struct output_column *columns = layout->columns;
	size_t used = 0, width = layout->width, i;

	for (i = 0; i < layout->n; i++) {
		const char *text = cell_text(line, i);
		size_t wide;
		char *to;

		if (!*text || !layout_shows(&columns[i], 0))
			continue;
		to = pair(&columns[i], text, width);
		if (!to)
			return -ENOMEM;
		wide = layout_width(to);
		if (used && used + PAIRS_INDENT + wide > width) {
			putc('\n', stream);
			used = 0;
		}
		/* The first line of a row has no indent, the others do. */
		fprintf(stream, "%*s%s", i ? PAIRS_INDENT : 0, "", to);
		used += PAIRS_INDENT + wide;
		free(to);
	}
	return 0;
}

static char *pairs_text(struct libscols_table *table,
			const struct output_layout *layout)
{
	struct libscols_iter *iter = scols_new_iter(SCOLS_ITER_FORWARD);
	size_t size;
	const char *before = "";
	struct libscols_line *line;
	char *text;
	FILE *stream = open_memstream(&text, &size);
	int err = stream && iter ? 0 : -ENOMEM;

	for (; !err && (line = next_line(table, iter)); before = "\n") {
		fputs(before, stream);
		err = print_pairs(line, layout, stream);
	}
	scols_free_iter(iter);
	if (!stream)
		return NULL;
	if (!fclose(stream) && !err)
		return text;
	free(text);
	return NULL;
}

char *output_table_text(struct libscols_table *table,
			struct output_layout *layout, bool heading)
{
	int step = layout->layout.step;
	char *text;

	if (measure(table, layout))
		return NULL;
	layout_fit(layout->columns, layout->n, layout->needs, layout->width,
		   &layout->layout);
	layout->changed = layout->layout.step != step;
	if (layout->layout.step < 0)
		return pairs_text(table, layout);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	scols_table_enable_noheadings(table, !heading && !layout->changed);
	if (fit(table, layout) ||
	    scols_print_table_to_string(table, &text))
		return NULL;
	return text;
}

const char *output_table_note(const struct output_layout *layout, char *note,
			      size_t size)
{
	char names[LEFT_OUT_LEN];
	int step = layout->layout.step;

	layout_left_out(layout->columns, layout->n, step, names, sizeof(names));
	*note = '\0';
	if (step < 0)
		snprintf(note, size, "(The terminal is too narrow for a table.)");
	else if (*names)
		snprintf(note, size, "(The terminal is too narrow for %s.)",
			 names);
	return note;
}

static int print(struct libscols_table *table)
{
	struct output_layout layout = { .width = output_width() };
	char *text = output_table_text(table, &layout, true);
	char note[OUTPUT_NOTE_LEN];

	if (!text)
		return no_memory();
	puts(text);
	free(text);
	output_table_note(&layout, note, sizeof(note));
	if (*note)
		output_paragraph(0, "%s", note);
	return 0;
}

int output_table_end(struct libscols_table *table, bool print_it)
{
	int err = 0;

	if (!table)
		return 0;
	if (print_it && scols_table_get_nlines(table))
		err = print(table);
	scols_unref_table(table);
	return err;
}

void output_paragraph(unsigned int indent, const char *format, ...)
{
	size_t width = output_width();
	char *text = NULL, *wrapped = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (text)
		wrapped = layout_wrap(text, !width ? 0 :
				      width > indent ? width - indent : 1, 0);
	free(text);
	if (wrapped) {
		const char *line = wrapped;

		for (;;) {
			size_t len = strcspn(line, "\n");

			printf("%*s%.*s\n", (int)indent, "", (int)len, line);
			if (!line[len])
				break;
			line += len + 1;
		}
	} else {
		no_memory();
	}
	free(wrapped);
}
