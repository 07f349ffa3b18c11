/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The HTTP server that Prometheus scrapes: GET and HEAD of /metrics, and a
 * page / that points there. libmicrohttpd, without threads: it works inside
 * the event loop, on a bounded number of connections.
 */
#ifndef LMCTL_SINKS_HTTPD_H
#define LMCTL_SINKS_HTTPD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#define HTTPD_CONNECTIONS 16
#define HTTPD_CONNECTIONS_PER_ADDRESS 8
/* Seconds after which a silent connection is closed. */
#define HTTPD_TIMEOUT_S 5

struct httpd;

/**
 * typedef httpd_render_fn - writes the body of /metrics
 * @stream: in memory
 * @openmetrics: the client takes OpenMetrics 1.0.0; otherwise text format
 *		 0.0.4 is wanted
 * @arg: as given to httpd_open()
 *
 * Called once per request for it, from the event loop.
 *
 * Return: 0, or a negative errno: the client gets status 500.
 */
typedef int (*httpd_render_fn)(FILE *stream, bool openmetrics, void *arg);

/**
 * httpd_open() - listen and serve
 * @httpd: filled with the server, for httpd_close()
 * @event: event loop
 * @listen: address and port; an IPv4 address is mapped, the unspecified
 *	    address takes both families, port 0 is any port
 * @render: writes the body
 * @arg: for @render
 *
 * Return: 0 or a negative errno, from the socket calls or -ENOMEM; nothing has
 * been printed.
 */
int httpd_open(struct httpd **httpd, sd_event *event,
	       const struct sockaddr_in6 *listen, httpd_render_fn render,
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

#endif /* LMCTL_SINKS_HTTPD_H */
