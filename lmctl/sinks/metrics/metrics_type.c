// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metrics as a sink of a service: the HTTP server for Prometheus.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lmctl/base/messages.h"
#include "lmctl/sinks/metrics/httpd.h"
#include "lmctl/sinks/metrics/metrics.h"
#include "lmctl/sinks/metrics/metrics_settings.h"
#include "lmctl/sinks/view/view_page.h"

/* Seconds after which a page for people is written anew. */
#define PAGE_S 5

/**
 * struct scraped - metrics and their server
 * @metrics: metrics, owned by the host
 * @view: view, likewise
 * @page: the view for people
 * @form: form of the page that is being written
 * @event: event loop
 * @httpd: server, NULL without
 * @next: its successor, opened beside it
 * @kept: the section
 * @wanted: the section that comes next
 */
struct scraped {
	struct metrics *metrics;
	struct view_feed *view;
	struct view_page *page;
	enum httpd_form form;
	sd_event *event;
	struct httpd *httpd;
	struct httpd *next;
	struct metrics_config kept;
	struct metrics_config wanted;
};

static uint64_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec;
}

/* The page for people also has facts that change without a block. */
static uint64_t page_version(void *arg, enum httpd_form form)
{
	const struct scraped *scraped = arg;

	return form == HTTPD_HTML ? view_feed_version(scraped->view) +
				    now_s() / PAGE_S :
				    metrics_version(scraped->metrics);
}

static void page_begin(void *arg, enum httpd_form form)
{
	struct scraped *scraped = arg;

	scraped->form = form;
	if (form == HTTPD_HTML)
		view_page_begin(scraped->page);
	else
		metrics_render_begin(scraped->metrics,
				     form == HTTPD_OPENMETRICS);
}

static int page_step(void *arg, struct text *text)
{
	const struct scraped *scraped = arg;

	return scraped->form == HTTPD_HTML ?
	       view_page_step(scraped->page, text) :
	       metrics_render_step(scraped->metrics, text);
}

static void page_stop(void *arg)
{
	const struct scraped *scraped = arg;

	if (scraped->form == HTTPD_HTML)
		view_page_stop(scraped->page);
	else
		metrics_render_stop(scraped->metrics);
}

static void page_now(void *arg, enum httpd_form form, struct text *text)
{
	const struct scraped *scraped = arg;

	if (form != HTTPD_HTML)
		metrics_now(scraped->metrics, form == HTTPD_OPENMETRICS, text);
}

static const struct httpd_ops page_ops = {
	.version = page_version,
	.begin = page_begin,
	.step = page_step,
	.stop = page_stop,
	.now = page_now,
};

static int start(struct scraped *scraped, const struct metrics_config *metrics,
		 struct httpd **httpd)
{
	*httpd = NULL;
	if (!metrics->on)
		return 0;
	return httpd_open(httpd, scraped->event, &metrics->listen, &page_ops,
			  scraped);
}

static void restore(struct scraped *scraped)
{
	if (!start(scraped, &scraped->kept, &scraped->httpd))
		return;
	lmctl_warning("metrics: no port is open until the next reload");
	scraped->kept.on = false;
}

/*
 * Another address on the same port, such as [::] instead of [::1]: close the
 * present socket first, and reopen it if that does not help.
 */
static int exchange(struct scraped *scraped)
{
	int err;

	httpd_close(scraped->httpd);
	scraped->httpd = NULL;
	err = start(scraped, &scraped->wanted, &scraped->next);
	if (err)
		restore(scraped);
	return err;
}

static bool same(const struct metrics_config *a, const struct metrics_config *b)
{
	return a->on == b->on && (!a->on || !memcmp(&a->listen, &b->listen,
						    sizeof(a->listen)));
}

static int prepare(void *self, const struct sink_items *items)
{
	struct scraped *scraped = self;
	const struct sockaddr_in6 *listen = &scraped->wanted.listen;
	char text[INET6_ADDRSTRLEN];
	int err;

	scraped->wanted = *(const struct metrics_config *)items->item;
	if (same(&scraped->wanted, &scraped->kept))
		return 0;
	err = start(scraped, &scraped->wanted, &scraped->next);
	if (err == -EADDRINUSE && scraped->httpd &&
	    listen->sin6_port == scraped->kept.listen.sin6_port)
		err = exchange(scraped);
	if (err)
		lmctl_error("metrics: cannot listen on [%s]:%u: %s; choose another address or port",
			    inet_ntop(AF_INET6, &listen->sin6_addr, text,
				      sizeof(text)),
			    ntohs(listen->sin6_port), strerror(-err));
	return err;
}

static void commit(void *self, bool follow)
{
	struct scraped *scraped = self;
	struct httpd *next = scraped->next;

	scraped->next = NULL;
	if (!follow) {
		httpd_close(next);
		if (scraped->kept.on && !scraped->httpd)
			restore(scraped);
		return;
	}
	if (!same(&scraped->wanted, &scraped->kept)) {
		httpd_close(scraped->httpd);
		scraped->httpd = next;
	}
	scraped->kept = scraped->wanted;
	metrics_limit(scraped->metrics, scraped->kept.flows);
}

static void ended(void *self, const char *measurement)
{
	const struct scraped *scraped = self;

	metrics_forget(scraped->metrics, measurement);
}

static void close_scraped(void *self)
{
	struct scraped *scraped = self;

	if (!scraped)
		return;
	httpd_close(scraped->httpd);
	view_page_free(scraped->page);
	free(scraped);
}

static int open_scraped(void **self, struct sink *sink,
			const struct sink_host *host)
{
	struct scraped *scraped = calloc(1, sizeof(*scraped));

	*self = scraped;
	if (scraped)
		scraped->page = view_page_new(host->view);
	if (!scraped || !scraped->page) {
		lmctl_error("out of memory");
		return -ENOMEM;
	}
	scraped->metrics = host->metrics;
	scraped->view = host->view;
	scraped->event = host->event;
	*sink = metrics_sink(host->metrics);
	return 0;
}

const struct sink_type metrics_type = {
	.section = &metrics_section,
	.open = open_scraped,
	.prepare = prepare,
	.commit = commit,
	.ended = ended,
	.close = close_scraped,
};
