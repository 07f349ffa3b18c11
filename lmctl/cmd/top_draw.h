/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The screen of 'lmctl top' as lines of text. Pure: no terminal.
 */
#ifndef LMCTL_CMD_TOP_DRAW_H
#define LMCTL_CMD_TOP_DRAW_H

#include <stdbool.h>
#include "lmctl/sinks/view/view.h"
#include "lmctl/sinks/view/view_state.h"

/* Room for a filter, and for a sentence about the connection. */
#define TOP_FILTER_LEN 128
#define TOP_NOTE_LEN 256

/**
 * enum top_page - what the screen shows
 * @TOP_FLOWS: flows
 * @TOP_WRONG: all that is wrong
 * @TOP_HELP: keys and signs
 */
enum top_page {
	TOP_FLOWS,
	TOP_WRONG,
	TOP_HELP,
};

/**
 * struct top - what is shown, and how
 * @view: flows
 * @state: state of the node
 * @heard: there has been a state
 * @note: about the connection; empty while lines come
 * @page: page
 * @order: order of the flows
 * @reverse: the last first
 * @filter: filter
 * @editing: the filter is being typed
 * @paused: the screen stays as it is
 * @first: flows above the first one that is shown; is made to fit
 * @rows: filled: flows that are shown
 * @ascii: the terminal has no UTF-8
 * @lines: height of the terminal, at least 1
 * @width: its width, 0 for unlimited
 */
struct top {
	struct view view;
	struct view_state state;
	bool heard;
	char note[TOP_NOTE_LEN];
	enum top_page page;
	enum view_order order;
	bool reverse;
	char filter[TOP_FILTER_LEN];
	bool editing;
	bool paused;
	size_t first;
	size_t rows;
	bool ascii;
	unsigned int lines;
	unsigned int width;
};

/**
 * enum top_style - style of a line
 * @TOP_PLAIN: as it is
 * @TOP_TITLE: title
 * @TOP_HEADING: headings of columns
 * @TOP_GOOD: all is well
 * @TOP_BAD: loss, or what is wrong
 * @TOP_DIM: less important, and flows without an exact figure
 */
enum top_style {
	TOP_PLAIN,
	TOP_TITLE,
	TOP_HEADING,
	TOP_GOOD,
	TOP_BAD,
	TOP_DIM,
};

/**
 * typedef top_put_fn - takes a line of the screen, from the top
 * @arg: as given to top_draw()
 * @style: its style
 * @text: no wider than the terminal unless a single word is
 * @len: its length in bytes
 */
typedef void (*top_put_fn)(void *arg, enum top_style style, const char *text,
			   size_t len);

/**
 * top_draw() - draw the screen
 * @top: what is shown
 * @put: takes each line, at most @top->lines
 * @arg: for @put
 *
 * Return: 0 or -ENOMEM.
 */
int top_draw(struct top *top, top_put_fn put, void *arg);

/**
 * top_table() - the flows as one table of text
 * @top: what is shown; its height does not matter
 *
 * Return: allocated lines without the last newline, NULL when memory is short.
 */
char *top_table(struct top *top);

#endif /* LMCTL_CMD_TOP_DRAW_H */
