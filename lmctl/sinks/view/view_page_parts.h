/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of the page: its style, rows and tables. For view_page.c only.
 */
#ifndef LMCTL_SINKS_VIEW_VIEW_PAGE_PARTS_H
#define LMCTL_SINKS_VIEW_VIEW_PAGE_PARTS_H

#include "lmctl/base/text.h"
#include "lmctl/sinks/view/view.h"
#include "lmctl/sinks/view/view_state.h"

/* The style sheet; the begin of the table of flows; the meaning of its signs. */
extern const char view_page_style[], view_page_headings[], view_page_legend[];

/**
 * view_page_row() - write the row of a flow
 * @text: grows
 * @flow: flow
 */
void view_page_row(struct text *text, const struct view_flow *flow);

/**
 * view_page_peers() - write the table of peers, if there are any
 * @text: grows
 * @state: state
 */
void view_page_peers(struct text *text, const struct view_state *state);

/**
 * view_page_sets() - write the table of sets, if there are any
 * @text: grows
 * @state: state
 */
void view_page_sets(struct text *text, const struct view_state *state);

#endif /* LMCTL_SINKS_VIEW_VIEW_PAGE_PARTS_H */
