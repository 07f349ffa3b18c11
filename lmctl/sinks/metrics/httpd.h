/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The HTTP server that Prometheus scrapes: GET and HEAD of /metrics, and a
 * page / that points there. libmicrohttpd, without threads: it works inside
 * the event loop, on a bounded number of connections, and holds it up for about
 * a millisecond at a time.
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
 * struct httpd_ops - who writes the body of /metrics
 * @version: another number whenever another page would be written
 * @begin: begin to write a page: OpenMetrics 1.0.0, or text format 0.0.4; only
 *	   one is written at a time
 * @step: write on for less than a millisecond. Returns 1 if there is more to
 *	  write, 0 after appending the page to @page, a negative errno if there
 *	  will be no page; -EAGAIN: it has to be begun again
 * @stop: give up the page that is being written
 * @now: append what differs from request to request, and the end
 *
 * A page is written once and sent to all who ask before the version changes.
 */
struct httpd_ops {
	uint64_t (*version)(void *arg);
	void (*begin)(void *arg, bool openmetrics);
	int (*step)(void *arg, struct text *page);
	void (*stop)(void *arg);
	void (*now)(void *arg, bool openmetrics, struct text *text);
};

/**
 * httpd_open() - listen and serve
 * @httpd: filled with the server, for httpd_close()
 * @event: event loop
 * @listen: address and port; an IPv4 address is mapped, the unspecified
 *	    address takes both families, port 0 is any port
 * @ops: writes the body; lives as long
 * @arg: for @ops
 *
 * Return: 0 or a negative errno, from the socket calls or -ENOMEM; nothing has
 * been printed.
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
