// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lmctl/sinks/httpd.h"

/* Bytes for the request of one connection: its line and all its headers. */
#define HTTPD_REQUEST_MAX 16384

#define OPENMETRICS "application/openmetrics-text"

struct httpd {
	struct MHD_Daemon *daemon;
	sd_event_source *io;
	sd_event_source *timer;
	uint16_t port;
	httpd_render_fn render;
	void *arg;
};

static enum MHD_Result answer(struct MHD_Connection *connection,
			      unsigned int status, const char *type,
			      const char *allow, const char *text)
{
	struct MHD_Response *response;
	enum MHD_Result result = MHD_NO;

	response = MHD_create_response_from_buffer(strlen(text),
						   (void *)(uintptr_t)text,
						   MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				    type) == MHD_YES &&
	    (!allow ||
	     MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
				     allow) == MHD_YES))
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_text(struct MHD_Connection *connection,
				   unsigned int status, const char *allow,
				   const char *text)
{
	return answer(connection, status, "text/plain; charset=utf-8", allow,
		      text);
}

static enum MHD_Result answer_index(struct MHD_Connection *connection)
{
	return answer(connection, MHD_HTTP_OK, "text/html; charset=utf-8",
		      NULL,
		      "<!DOCTYPE html>\n<html lang=\"en\"><title>lmctl</title>\n"
		      "<p><a href=\"/metrics\">Metrics</a></p></html>\n");
}

static char *render(const struct httpd *httpd, bool openmetrics, size_t *size)
{
	char *body = NULL;
	FILE *stream = open_memstream(&body, size);
	int err;

	if (!stream)
		return NULL;
	err = httpd->render(stream, openmetrics, httpd->arg);
	if (fclose(stream) || err) {
		free(body);
		return NULL;
	}
	return body;
}

static enum MHD_Result answer_metrics(const struct httpd *httpd,
				      struct MHD_Connection *connection)
{
	const char *accept = MHD_lookup_connection_value(connection,
							 MHD_HEADER_KIND,
							 "Accept");
	bool openmetrics = accept && strcasestr(accept, OPENMETRICS);
	struct MHD_Response *response;
	enum MHD_Result result = MHD_NO;
	size_t size;
	char *body = render(httpd, openmetrics, &size);

	if (!body)
		return answer_text(connection,
				   MHD_HTTP_INTERNAL_SERVER_ERROR, NULL,
				   "The metrics cannot be written.\n");
	response = MHD_create_response_from_buffer(size, body,
						   MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(body);
		return MHD_NO;
	}
	if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				    openmetrics ?
				    OPENMETRICS "; version=1.0.0; charset=utf-8" :
				    "text/plain; version=0.0.4; charset=utf-8") ==
	    MHD_YES)
		result = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

/*
 * Called with the headers first, when an answer would end the connection, and
 * again after the body, of which nothing is kept.
 */
static enum MHD_Result handle(void *arg, struct MHD_Connection *connection,
			      const char *url, const char *method,
			      const char *version, const char *upload,
			      size_t *upload_size, void **state)
{
	static char begun;

	(void)version;
	(void)upload;
	if (strcmp(method, MHD_HTTP_METHOD_GET) &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD))
		return answer_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
				   "GET, HEAD", "Only GET and HEAD.\n");
	if (!*state || *upload_size) {
		*state = &begun;
		*upload_size = 0;
		return MHD_YES;
	}
	if (!strcmp(url, "/metrics"))
		return answer_metrics(arg, connection);
	if (!strcmp(url, "/"))
		return answer_index(connection);
	return answer_text(connection, MHD_HTTP_NOT_FOUND, NULL,
			   "Not found: try /metrics.\n");
}

/* Sees to what is due and asks to be called when the next thing is. */
static void run(struct httpd *httpd)
{
	MHD_UNSIGNED_LONG_LONG ms;
	uint64_t now;

	MHD_run(httpd->daemon);
	if (MHD_get_timeout(httpd->daemon, &ms) != MHD_YES) {
		sd_event_source_set_enabled(httpd->timer, SD_EVENT_OFF);
		return;
	}
	sd_event_now(sd_event_source_get_event(httpd->timer), CLOCK_MONOTONIC,
		     &now);
	sd_event_source_set_time(httpd->timer, now + ms * 1000);
	sd_event_source_set_enabled(httpd->timer, SD_EVENT_ONESHOT);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	(void)source;
	(void)fd;
	(void)events;
	run(arg);
	return 0;
}

static int on_time(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	run(arg);
	return 0;
}

static int listen_on(const struct sockaddr_in6 *address, uint16_t *port)
{
	struct sockaddr_in6 bound;
	socklen_t len = sizeof(bound);
	int fd, err;

	fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 0 },
		       sizeof(int)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 },
		       sizeof(int)) ||
	    bind(fd, (const struct sockaddr *)address, sizeof(*address)) ||
	    listen(fd, HTTPD_CONNECTIONS) ||
	    getsockname(fd, (struct sockaddr *)&bound, &len)) {
		err = -errno;
		close(fd);
		return err;
	}
	/* No error without errno. NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
	*port = ntohs(bound.sin6_port);
	return fd;
}

static int start(struct httpd *httpd, const struct sockaddr_in6 *address)
{
	int fd = listen_on(address, &httpd->port);

	if (fd < 0)
		return fd;
	httpd->daemon = MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, handle, httpd,
		MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, HTTPD_CONNECTIONS,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		HTTPD_CONNECTIONS_PER_ADDRESS,
		MHD_OPTION_CONNECTION_TIMEOUT, HTTPD_TIMEOUT_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTPD_REQUEST_MAX,
		MHD_OPTION_END);
	if (httpd->daemon)
		return 0;
	close(fd);
	return -ENOMEM;
}

static int attach(struct httpd *httpd, sd_event *event)
{
	const union MHD_DaemonInfo *info;
	int err;

	info = MHD_get_daemon_info(httpd->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info)
		return -EOPNOTSUPP;
	err = sd_event_add_io(event, &httpd->io, info->epoll_fd, EPOLLIN,
			      on_io, httpd);
	if (err < 0)
		return err;
	/* An accuracy of 0 would be 250 ms, for each part of a long page. */
	err = sd_event_add_time(event, &httpd->timer, CLOCK_MONOTONIC, 0, 1,
				on_time, httpd);
	if (err < 0)
		return err;
	return sd_event_source_set_enabled(httpd->timer, SD_EVENT_OFF);
}

int httpd_open(struct httpd **httpd, sd_event *event,
	       const struct sockaddr_in6 *listen, httpd_render_fn render_fn,
	       void *arg)
{
	struct httpd *opened = calloc(1, sizeof(*opened));
	int err;

	if (!opened)
		return -ENOMEM;
	opened->render = render_fn;
	opened->arg = arg;
	err = start(opened, listen);
	if (!err)
		err = attach(opened, event);
	if (err < 0) {
		httpd_close(opened);
		return err;
	}
	*httpd = opened;
	return 0;
}

uint16_t httpd_port(const struct httpd *httpd)
{
	return httpd->port;
}

void httpd_close(struct httpd *httpd)
{
	if (!httpd)
		return;
	sd_event_source_disable_unref(httpd->io);
	sd_event_source_disable_unref(httpd->timer);
	if (httpd->daemon)
		MHD_stop_daemon(httpd->daemon);
	free(httpd);
}
