/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON lines of the daemon's socket: written from a view, read into another one. The
 * README of lmctl/sinks has their keys. Lines of type "loss" and "peer" are those of
 * stream_json.h. Pure.
 */
#ifndef LMCTL_SINKS_VIEW_VIEW_LINES_H
#define LMCTL_SINKS_VIEW_VIEW_LINES_H

#include <jansson.h>
#include "lmctl/base/jsonline.h"
#include "lmctl/sinks/view/view.h"
#include "lmctl/sinks/view/view_state.h"

/**
 * view_line_past() - write a flow with its last blocks
 * @line: filled, with a newline
 * @flow: flow
 *
 * Return: true; false if the line is not whole.
 */
bool view_line_past(struct jsonline *line, const struct view_flow *flow);

/**
 * view_line_state() - write a state
 * @line: filled, with a newline
 * @state: state
 * @measurement: measurement of which a block has ended, or NULL
 *
 * Return: true; false if the line is not whole.
 */
bool view_line_state(struct jsonline *line, const struct view_state *state,
		     const char *measurement);

/**
 * enum view_line - what a line was
 * @VIEW_LINE_BAD: no line of the daemon
 * @VIEW_LINE_OTHER: of a type that a view has no use for
 * @VIEW_LINE_FLOW: a flow
 * @VIEW_LINE_STATE: a state
 */
enum view_line {
	VIEW_LINE_BAD,
	VIEW_LINE_OTHER,
	VIEW_LINE_FLOW,
	VIEW_LINE_STATE,
};

/**
 * view_line_read() - take a line in
 * @view: gets flows
 * @state: gets a state: its node, time, blocks, totals without reasons, and what is
 *	   wrong; the rest becomes 0
 * @text: line
 * @len: its length in bytes
 *
 * Nothing that a line contains is trusted. Flows whose measurement has had
 * VIEW_KEEP ends of blocks without them are dropped.
 *
 * Return: what it was.
 */
enum view_line view_line_read(struct view *view, struct view_state *state,
			      const char *text, size_t len);

#endif /* LMCTL_SINKS_VIEW_VIEW_LINES_H */
