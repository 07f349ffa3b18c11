// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/array.h"
#include "lmctl/sinks/metrics/httpd.h"
#include "lmctl/sinks/metrics/httpd_clients.h"
#include "lmctl/sinks/metrics/httpd_pages.h"

/* Bytes for the request of one connection: its line and all its headers. */
#define HTTPD_REQUEST_MAX 16384

/* Connections being refused or closed use places, too. */
#define HTTPD_PLACES (4 * HTTPD_CONNECTIONS)

/* Bytes that libmicrohttpd asks for at once. */
#define HTTPD_PIECE (64 << 10)

#define OPENMETRICS "application/openmetrics-text"

struct httpd {
	struct MHD_Daemon *daemon;
	sd_event_source *io;
	sd_event_source *timer;
	sd_event_source *work;
	uint16_t port;
	struct httpd_clients clients;
	struct httpd_pages pages;
};

/*
 * struct reply - a page that a client is reading
 * @pages: all pages
 * @page: part that all clients get
 * @now: part of this request, behind @page
 * @at: offset reached
 * @in_now: @at is in @now
 */
struct reply {
	struct httpd_pages *pages;
	struct httpd_page *page;
	struct text now;
	struct text_cursor at;
	bool in_now;
};

static enum MHD_Result answer(struct MHD_Connection *connection,
			      unsigned int status, const char *type,
			      const char *header, const char *value,
			      const char *text)
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
	    (!header || MHD_add_response_header(response, header, value) ==
	     MHD_YES))
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_text(struct MHD_Connection *connection,
				   unsigned int status, const char *text)
{
	return answer(connection, status, "text/plain; charset=utf-8", NULL,
		      NULL, text);
}

static ssize_t read_on(void *arg, uint64_t position, char *buffer,
		       size_t size)
{
	struct reply *reply = arg;
	size_t n = text_read(&reply->at, buffer, size);

	(void)position;
	if (!n && !reply->in_now) {
		reply->in_now = true;
		reply->at = text_start(&reply->now);
		n = text_read(&reply->at, buffer, size);
	}
	return n ? (ssize_t)n : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void reply_free(void *arg)
{
	struct reply *reply = arg;

	httpd_page_put(reply->pages, reply->page);
	text_free(&reply->now);
	free(reply);
}

static struct MHD_Response *page_response(struct httpd *httpd,
					  struct httpd_page *page)
{
	struct reply *reply = calloc(1, sizeof(*reply));
	struct httpd_pages *pages = &httpd->pages;
	struct MHD_Response *response = NULL;

	if (!reply) {
		httpd_page_put(pages, page);
		return NULL;
	}
	reply->pages = pages;
	reply->page = page;
	reply->at = text_start(&page->text);
	pages->ops->now(pages->arg, page->form, &reply->now);
	if (!reply->now.failed)
		response = MHD_create_response_from_callback(
			page->text.size + reply->now.size, HTTPD_PIECE,
			read_on, reply, reply_free);
	if (!response)
		reply_free(reply);
	return response;
}

/* No script, nothing from elsewhere, and no other page may contain it. */
static const struct {
	const char *name;
	const char *value;
} page_headers[] = {
	{ "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cache-Control", "no-store" },
};

static bool add_headers(struct MHD_Response *response, enum httpd_form form)
{
	static const char *const types[HTTPD_FORMS] = {
		[HTTPD_TEXT] = "text/plain; version=0.0.4; charset=utf-8",
		[HTTPD_OPENMETRICS] = OPENMETRICS "; version=1.0.0; charset=utf-8",
		[HTTPD_HTML] = "text/html; charset=utf-8",
	};
	size_t i;

	if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				    types[form]) != MHD_YES)
		return false;
	for (i = 0; form == HTTPD_HTML && i < ARRAY_SIZE(page_headers); i++)
		if (MHD_add_response_header(response, page_headers[i].name,
					    page_headers[i].value) != MHD_YES)
			return false;
	return true;
}

static enum MHD_Result send_page(struct httpd *httpd,
				 struct httpd_client *client,
				 struct httpd_page *page)
{
	enum httpd_form form = page->form;
	struct MHD_Response *response = page_response(httpd, page);
	enum MHD_Result result = MHD_NO;

	if (!response)
		return MHD_NO;
	client->page = page;
	if (add_headers(response, form))
		result = MHD_queue_response(client->connection, MHD_HTTP_OK,
					    response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result wait_for_page(struct httpd *httpd,
				     struct httpd_client *client,
				     enum httpd_form form)
{
	client->waiting = true;
	client->form = form;
	client->version = httpd->pages.ops->version(httpd->pages.arg, form);
	MHD_suspend_connection(client->connection);
	return MHD_YES;
}

static enum httpd_form wanted_metrics(struct MHD_Connection *connection)
{
	const char *accept = MHD_lookup_connection_value(connection,
							 MHD_HEADER_KIND,
							 "Accept");

	return accept && strcasestr(accept, OPENMETRICS) ? HTTPD_OPENMETRICS :
							   HTTPD_TEXT;
}

static enum MHD_Result answer_page(struct httpd *httpd,
				   struct httpd_client *client,
				   enum httpd_form form)
{
	struct httpd_page *page = httpd_pages_get(&httpd->pages, form);

	return page ? send_page(httpd, client, page) :
		      wait_for_page(httpd, client, form);
}

/* Its wait is over. */
static enum MHD_Result answer_waiter(struct httpd *httpd,
				     struct httpd_client *client)
{
	struct httpd_page *page = client->given;

	client->given = NULL;
	if (page)
		return send_page(httpd, client, page);
	return answer_text(client->connection, MHD_HTTP_INTERNAL_SERVER_ERROR,
			   "The page cannot be written.\n");
}

static struct httpd_client *client_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		->socket_context;
}

/* States of a request. */
static char begun, waited;

/*
 * Called first with the headers, when an answer would end the connection, again
 * after the body, which is discarded, and again after a wait.
 */
static enum MHD_Result handle(void *arg, struct MHD_Connection *connection,
			      const char *url, const char *method,
			      const char *version, const char *upload,
			      size_t *upload_size, void **state)
{
	struct httpd_client *client = client_of(connection);
	struct httpd *httpd = arg;

	(void)version;
	(void)upload;
	if (!client || client->state == CLIENT_REFUSED)
		return answer(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "text/plain; charset=utf-8",
			      MHD_HTTP_HEADER_CONNECTION, "close",
			      "All connections are in use.\n");
	httpd_client_state(&httpd->clients, client, CLIENT_BUSY);
	if (strcmp(method, MHD_HTTP_METHOD_GET) &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD))
		return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
			      "text/plain; charset=utf-8",
			      MHD_HTTP_HEADER_ALLOW, "GET, HEAD",
			      "Only GET and HEAD.\n");
	if (*state == &waited)
		return answer_waiter(httpd, client);
	if (!*state || *upload_size) {
		*state = &begun;
		*upload_size = 0;
		return MHD_YES;
	}
	if (!strcmp(url, "/metrics") || !strcmp(url, "/")) {
		*state = &waited;
		return answer_page(httpd, client, url[1] ?
				   wanted_metrics(connection) : HTTPD_HTML);
	}
	return answer_text(connection, MHD_HTTP_NOT_FOUND,
			   "Not found: try / or /metrics.\n");
}

static void on_connection(void *arg, struct MHD_Connection *connection,
			  void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	const struct sockaddr *peer;
	struct httpd *httpd = arg;
	int fd;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		fd = MHD_get_connection_info(connection,
					     MHD_CONNECTION_INFO_CONNECTION_FD)
			     ->connect_fd;
		peer = MHD_get_connection_info(connection,
					       MHD_CONNECTION_INFO_CLIENT_ADDRESS)
			       ->client_addr;
		*context = httpd_client_add(&httpd->clients, connection, fd,
					    (const struct sockaddr_in6 *)peer);
	} else if (*context) {
		httpd_client_remove(&httpd->clients, *context);
		*context = NULL;
	}
}

static void on_completed(void *arg, struct MHD_Connection *connection,
			 void **state, enum MHD_RequestTerminationCode code)
{
	struct httpd_client *client = client_of(connection);
	struct httpd *httpd = arg;

	(void)state;
	(void)code;
	if (!client)
		return;
	if (client->given)
		httpd_page_put(&httpd->pages, client->given);
	client->given = NULL;
	client->page = NULL;
	httpd_client_state(&httpd->clients, client, CLIENT_IDLE);
}

/* Do the due work and set the timer for the next. */
static void run(struct httpd *httpd)
{
	MHD_UNSIGNED_LONG_LONG ms;
	uint64_t now;

	MHD_run(httpd->daemon);
	sd_event_source_set_enabled(httpd->work,
				    httpd_pages_busy(&httpd->pages,
						     &httpd->clients) ?
				    SD_EVENT_ON : SD_EVENT_OFF);
	if (MHD_get_timeout(httpd->daemon, &ms) != MHD_YES) {
		sd_event_source_set_enabled(httpd->timer, SD_EVENT_OFF);
		return;
	}
	sd_event_now(sd_event_source_get_event(httpd->timer), CLOCK_MONOTONIC,
		     &now);
	sd_event_source_set_time(httpd->timer, now + ms * 1000);
	sd_event_source_set_enabled(httpd->timer, SD_EVENT_ONESHOT);
}

static int on_work(sd_event_source *source, void *arg)
{
	struct httpd *httpd = arg;

	(void)source;
	httpd_pages_work(&httpd->pages, &httpd->clients);
	run(httpd);
	return 0;
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
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
		handle, httpd,
		MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, HTTPD_PLACES,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, httpd,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, httpd,
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
	err = sd_event_source_set_enabled(httpd->timer, SD_EVENT_OFF);
	if (err < 0)
		return err;
	err = sd_event_add_defer(event, &httpd->work, on_work, httpd);
	if (err < 0)
		return err;
	return sd_event_source_set_enabled(httpd->work, SD_EVENT_OFF);
}

int httpd_open(struct httpd **httpd, sd_event *event,
	       const struct sockaddr_in6 *listen, const struct httpd_ops *ops,
	       void *arg)
{
	struct httpd *opened = calloc(1, sizeof(*opened));
	int err;

	if (!opened)
		return -ENOMEM;
	opened->pages.ops = ops;
	opened->pages.arg = arg;
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
	sd_event_source_disable_unref(httpd->work);
	if (httpd->daemon) {
		httpd_pages_give_up(&httpd->clients);
		MHD_stop_daemon(httpd->daemon);
	}
	httpd_pages_close(&httpd->pages);
	free(httpd);
}
