/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The HTTP server that Prometheus scrapes: GET and HEAD of /metrics, and of / for
 * people. libmicrohttpd without threads: it works inside the event loop,
 * on a bounded number of connections, and blocks it for at most about a
 * millisecond.
 */
#ifndef LMCTL_SINKS_METRICS_HTTPD_H
#define LMCTL_SINKS_METRICS_HTTPD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>
#include "lmctl/base/text.h"

#define HTTPD_CONNECTIONS 16
/* Seconds after which a silent connection is closed. */
#define HTTPD_TIMEOUT_S 5

struct httpd;

/**
 * enum httpd_form - forms of pages
 * @HTTPD_TEXT: /metrics, text format 0.0.4 of Prometheus
 * @HTTPD_OPENMETRICS: /metrics, OpenMetrics 1.0.0
 * @HTTPD_HTML: /
 * @HTTPD_FORMS: their number
 */
enum httpd_form {
	HTTPD_TEXT,
	HTTPD_OPENMETRICS,
	HTTPD_HTML,
	HTTPD_FORMS,
};

/**
 * struct httpd_ops - writer of the pages
 * @version: version of a page; grows when its content changes
 * @begin: begin to write a page; only one is written at a time
 * @step: continue for less than a millisecond. Returns 1 if there is more to write,
 *	  0 after appending the page to @page, a negative errno if there is no page,
 *	  -EAGAIN to begin again
 * @stop: abandon the page in progress
 * @now: append the part that differs between requests, and the end
 *
 * A page is written once per version and sent to all clients that request it.
 */
struct httpd_ops {
	uint64_t (*version)(void *arg, enum httpd_form form);
	void (*begin)(void *arg, enum httpd_form form);
	int (*step)(void *arg, struct text *page);
	void (*stop)(void *arg);
	void (*now)(void *arg, enum httpd_form form, struct text *text);
};

/**
 * httpd_open() - listen and serve
 * @httpd: filled with the server, for httpd_close()
 * @event: event loop
 * @listen: address and port; an IPv4 address is mapped, the unspecified address
 *	    serves both families, port 0 is any port
 * @ops: writes the body; must outlive the server
 * @arg: for @ops
 *
 * Return: 0 or a negative errno, from the socket calls or -ENOMEM; no message is
 * printed.
 */
int httpd_open(struct httpd **httpd, sd_event *event,
	       const struct sockaddr_in6 *listen, const struct httpd_ops *ops,
	       void *arg);

/**
 * httpd_port() - port on which it listens
 * @httpd: server
 *
 * Return: port in host byte order.
 */
uint16_t httpd_port(const struct httpd *httpd);

/**
 * httpd_close() - end all connections and stop listening
 * @httpd: server or NULL
 */
void httpd_close(struct httpd *httpd);

#endif /* LMCTL_SINKS_METRICS_HTTPD_H */
