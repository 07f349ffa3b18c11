/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The view as a page of HTML: what is wrong, the worst flows, peers and sets. One file
 * without scripts and without anything from elsewhere. Written in small steps, between
 * which results may arrive. Pure.
 */
#ifndef LMCTL_SINKS_VIEW_VIEW_PAGE_H
#define LMCTL_SINKS_VIEW_VIEW_PAGE_H

#include "lmctl/base/text.h"
#include "lmctl/sinks/view/view_feed.h"

/* Flows on the page; a line names the number of the others. */
#define VIEW_PAGE_FLOWS 200

struct view_page;

/**
 * view_page_new() - prepare to write pages
 * @feed: view; outlives the page
 *
 * Return: page for view_page_free(), or NULL when memory is short.
 */
struct view_page *view_page_new(struct view_feed *feed);

/**
 * view_page_free() - free it
 * @page: page or NULL
 */
void view_page_free(struct view_page *page);

/**
 * view_page_begin() - begin to write
 * @page: page, not being written
 */
void view_page_begin(struct view_page *page);

/**
 * view_page_step() - continue for less than a millisecond
 * @page: page
 * @text: gets the page at its end
 *
 * Return: 1 if there is more to write, 0 at the end, -ENOMEM if there is no page.
 */
int view_page_step(struct view_page *page, struct text *text);

/**
 * view_page_stop() - abandon a page
 * @page: page
 */
void view_page_stop(struct view_page *page);

#endif /* LMCTL_SINKS_VIEW_VIEW_PAGE_H */
