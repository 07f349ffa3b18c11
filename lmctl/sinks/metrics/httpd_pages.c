// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <time.h>
#include <utlist.h>

#include "lmctl/sinks/metrics/httpd_pages.h"

/* Other work of the event loop waits for at most one slice. */
#define SLICE_NS 1000000

#define NS_PER_S INT64_C(1000000000)

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

struct httpd_page *httpd_pages_get(struct httpd_pages *pages,
				   enum httpd_form form)
{
	struct httpd_page *page = pages->newest[form];

	if (!page || page->version != pages->ops->version(pages->arg, form))
		return NULL;
	page->users++;
	return page;
}

void httpd_page_put(struct httpd_pages *pages, struct httpd_page *page)
{
	if (--page->users)
		return;
	LL_DELETE(pages->all, page);
	text_join(&pages->trash, &page->text);
	free(page);
}

/* Reader by reader: one that is shut down releases its page later. */
static void cut_off(const struct httpd_page *page,
		    struct httpd_clients *clients)
{
	struct httpd_client *client;

	DL_FOREACH(clients->list, client)
		if (client->page == page && client->state == CLIENT_BUSY)
			httpd_client_shut(client);
}

/* Slow readers must not keep more and more pages in memory. */
static bool room(struct httpd_pages *pages, struct httpd_clients *clients)
{
	struct httpd_page *page, *oldest = NULL;
	unsigned int n = 0;

	LL_FOREACH(pages->all, page) {
		n++;
		if (page != pages->newest[page->form])
			oldest = page;
	}
	if (n < HTTPD_PAGES - 1)
		return true;
	cut_off(oldest, clients);
	return false;
}

static void begin(struct httpd_pages *pages, enum httpd_form form)
{
	struct httpd_page *page = calloc(1, sizeof(*page));

	if (!page)
		return;
	page->form = form;
	page->version = pages->ops->version(pages->arg, form);
	pages->ops->begin(pages->arg, form);
	pages->rendering = page;
}

/* A client without a page gets an error. */
static void hand_out(struct httpd_clients *clients, enum httpd_form form,
		     uint64_t version, struct httpd_page *page)
{
	struct httpd_client *client;

	DL_FOREACH(clients->list, client) {
		if (!client->waiting || client->form != form ||
		    client->version > version)
			continue;
		client->waiting = false;
		client->given = page;
		if (page)
			page->users++;
		MHD_resume_connection(client->connection);
	}
}

static void publish(struct httpd_pages *pages, struct httpd_clients *clients)
{
	struct httpd_page *page = pages->rendering;
	struct httpd_page **newest = &pages->newest[page->form];

	pages->rendering = NULL;
	if (*newest)
		httpd_page_put(pages, *newest);
	*newest = page;
	page->users = 1;
	LL_PREPEND(pages->all, page);
	hand_out(clients, page->form, page->version, page);
}

static void write_on(struct httpd_pages *pages, struct httpd_clients *clients)
{
	struct httpd_page *page = pages->rendering;
	int err = pages->ops->step(pages->arg, &page->text);

	if (err > 0)
		return;
	if (!err) {
		publish(pages, clients);
		return;
	}
	pages->rendering = NULL;
	if (err != -EAGAIN)
		hand_out(clients, page->form, page->version, NULL);
	text_join(&pages->trash, &page->text);
	free(page);
}

static struct httpd_client *first_waiting(const struct httpd_clients *clients)
{
	struct httpd_client *client;

	DL_FOREACH(clients->list, client)
		if (client->waiting)
			return client;
	return NULL;
}

/* Begin with the page of the client that has waited longest. */
static bool begin_next(struct httpd_pages *pages,
		       struct httpd_clients *clients)
{
	const struct httpd_client *client = first_waiting(clients);

	if (!client || !room(pages, clients))
		return false;
	begin(pages, client->form);
	if (!pages->rendering)
		hand_out(clients, client->form, client->version, NULL);
	return true;
}

void httpd_pages_work(struct httpd_pages *pages, struct httpd_clients *clients)
{
	int64_t end = now_ns() + SLICE_NS;

	do {
		if (pages->rendering)
			write_on(pages, clients);
		else if (!begin_next(pages, clients) &&
			 !text_free_piece(&pages->trash))
			return;
	} while (now_ns() < end);
}

bool httpd_pages_busy(const struct httpd_pages *pages,
		      const struct httpd_clients *clients)
{
	return pages->rendering || pages->trash.first ||
	       first_waiting(clients);
}

void httpd_pages_give_up(struct httpd_clients *clients)
{
	enum httpd_form form;

	for (form = 0; form < HTTPD_FORMS; form++)
		hand_out(clients, form, UINT64_MAX, NULL);
}

void httpd_pages_close(struct httpd_pages *pages)
{
	unsigned int i;

	if (pages->rendering) {
		pages->ops->stop(pages->arg);
		text_free(&pages->rendering->text);
		free(pages->rendering);
	}
	for (i = 0; i < HTTPD_FORMS; i++)
		if (pages->newest[i])
			httpd_page_put(pages, pages->newest[i]);
	text_free(&pages->trash);
}
