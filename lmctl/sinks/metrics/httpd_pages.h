/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of the HTTP server: written in slices between other work of the event loop,
 * once per version and form, and shared by all clients. For the files httpd*.c
 * only.
 */
#ifndef LMCTL_SINKS_METRICS_HTTPD_PAGES_H
#define LMCTL_SINKS_METRICS_HTTPD_PAGES_H

#include "lmctl/sinks/metrics/httpd.h"
#include "lmctl/sinks/metrics/httpd_clients.h"

/*
 * Most pages in memory: those of all forms, the next one, and one of slow readers.
 */
#define HTTPD_PAGES (HTTPD_FORMS + 2)

/**
 * struct httpd_page - a page
 * @next: an older one
 * @users: one for each reader and one if it is the newest of its form
 * @form: form
 * @version: version of its content
 * @text: text
 */
struct httpd_page {
	struct httpd_page *next;
	unsigned int users;
	enum httpd_form form;
	uint64_t version;
	struct text text;
};

/**
 * struct httpd_pages - all pages
 * @ops: writes them
 * @arg: for @ops
 * @all: newest first
 * @newest: by form, or NULL
 * @rendering: page in progress, not in @all; or NULL
 * @trash: pages still to be freed
 */
struct httpd_pages {
	const struct httpd_ops *ops;
	void *arg;
	struct httpd_page *all;
	struct httpd_page *newest[HTTPD_FORMS];
	struct httpd_page *rendering;
	struct text trash;
};

/**
 * httpd_pages_get() - find the present page
 * @pages: pages
 * @form: form
 *
 * Return: page with one more user, or NULL: it has to be written first.
 */
struct httpd_page *httpd_pages_get(struct httpd_pages *pages,
				   enum httpd_form form);

/**
 * httpd_page_put() - release a page
 * @pages: pages
 * @page: page
 */
void httpd_page_put(struct httpd_pages *pages, struct httpd_page *page);

/**
 * httpd_pages_work() - write and free pages for about a millisecond
 * @pages: pages
 * @clients: who waits
 *
 * Clients that wait for a finished page get it, or none if it failed, and are
 * resumed.
 */
void httpd_pages_work(struct httpd_pages *pages,
		      struct httpd_clients *clients);

/**
 * httpd_pages_busy() - check for work
 * @pages: pages
 * @clients: who waits
 *
 * Return: true if httpd_pages_work() is to be called.
 */
bool httpd_pages_busy(const struct httpd_pages *pages,
		      const struct httpd_clients *clients);

/**
 * httpd_pages_give_up() - resume all waiting clients without a page
 * @clients: who waits
 */
void httpd_pages_give_up(struct httpd_clients *clients);

/**
 * httpd_pages_close() - free all
 * @pages: pages, without readers
 */
void httpd_pages_close(struct httpd_pages *pages);

#endif /* LMCTL_SINKS_METRICS_HTTPD_PAGES_H */
