// SPDX-License-Identifier: GPL-2.0-only
/*
 * The metrics' HTTP server over loopback, server and client in one event loop:
 * what it answers, in which format, and how many connections it takes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "lmctl/sinks/httpd.h"

/* Microseconds that one step may take before the test fails, on any machine. */
#define PATIENCE 600000000
#define LONG_PAGE (16 << 20)

static struct fixture {
	sd_event *event;
	struct httpd *httpd;
	unsigned int renders;
	int error;
	int padding;
} fixture;

static int page(FILE *stream, bool openmetrics, void *arg)
{
	struct fixture *self = arg;

	self->renders++;
	if (self->padding)
		fprintf(stream, "%*s\n", self->padding, "");
	fprintf(stream, "%s page %u\n", openmetrics ? "open" : "text",
		self->renders);
	return self->error;
}

static int setup(void **state)
{
	const struct sockaddr_in6 any = {
		.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};

	(void)state;
	memset(&fixture, 0, sizeof(fixture));
	assert_int_equal(sd_event_new(&fixture.event), 0);
	assert_int_equal(httpd_open(&fixture.httpd, fixture.event, &any, page,
				    &fixture), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	httpd_close(fixture.httpd);
	sd_event_unref(fixture.event);
	return 0;
}

static int dial(void)
{
	const struct sockaddr_in6 to = {
		.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT,
		.sin6_port = htons(httpd_port(fixture.httpd)),
	};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)),
			 0);
	return fd;
}

static void ask(int fd, const char *request)
{
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL),
			 strlen(request));
}

/*
 * Runs the server until the reply contains the text; until the connection
 * ends, for NULL. Fails when neither happens.
 */
static char *reply(int fd, const char *until)
{
	static char text[65536];
	size_t len = 0;
	uint64_t start, now;
	ssize_t n;

	sd_event_now(fixture.event, CLOCK_MONOTONIC, &start);
	for (;;) {
		n = recv(fd, text + len, sizeof(text) - 1 - len, MSG_DONTWAIT);
		if (n > 0)
			len += (size_t)n;
		text[len] = '\0';
		if (until && strstr(text, until))
			return text;
		if (n == 0 || (n < 0 && errno == ECONNRESET)) {
			assert_null(until);
			return text;
		}
		assert_true(sd_event_run(fixture.event, 100000) >= 0);
		sd_event_now(fixture.event, CLOCK_MONOTONIC, &now);
		assert_true(now - start < PATIENCE);
	}
}

static char *get(const char *request, const char *until)
{
	int fd = dial();
	char *text;

	ask(fd, request);
	text = reply(fd, until);
	close(fd);
	return text;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void formats(void **state)
{
	const char *text;

	(void)state;
	text = get("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "page 1\n");
	has(text, "HTTP/1.1 200 ");
	has(text, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
	has(text, "\r\n\r\ntext page 1\n");
	/* What Prometheus says. */
	text = get("GET /metrics HTTP/1.1\r\nHost: x\r\n"
		   "Accept: application/openmetrics-text;version=1.0.0,"
		   "application/openmetrics-text;version=0.0.1;q=0.75,"
		   "text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n\r\n",
		   "page 2\n");
	has(text, "HTTP/1.1 200 ");
	has(text, "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n");
	has(text, "\r\n\r\nopen page 2\n");
}

static void connection_is_kept(void **state)
{
	const char *request = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = dial();

	(void)state;
	ask(fd, request);
	reply(fd, "page 1\n");
	ask(fd, request);
	reply(fd, "page 2\n");
	close(fd);
}

static void head_has_no_body(void **state)
{
	const char *text = get("HEAD /metrics HTTP/1.1\r\nHost: x\r\n"
			       "Connection: close\r\n\r\n", NULL);

	(void)state;
	has(text, "HTTP/1.1 200 ");
	has(text, "Content-Length: 12\r\n");
	assert_null(strstr(text, "page"));
}

static void other_requests(void **state)
{
	const char *text;

	(void)state;
	has(get("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "</html>"),
	    "href=\"/metrics\"");
	has(get("GET /metrics/../etc HTTP/1.1\r\nHost: x\r\n\r\n", "\n\r\n"),
	    "HTTP/1.1 404 ");
	text = get("POST /metrics HTTP/1.1\r\nHost: x\r\n"
		   "Content-Length: 1000000\r\n\r\nabc", "\r\n\r\n");
	has(text, "HTTP/1.1 405 ");
	has(text, "Allow: GET, HEAD\r\n");
	get("nonsense\r\n\r\n", NULL);
	assert_int_equal(fixture.renders, 0);
	fixture.error = -EIO;
	has(get("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\n"),
	    "HTTP/1.1 500 ");
}

/* A page longer than every buffer comes whole and without pauses. */
static void long_page(void **state)
{
	const char *request = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
	uint64_t start, now;
	size_t left = LONG_PAGE;
	char text[4096];
	int fd = dial();
	ssize_t n;

	(void)state;
	fixture.padding = LONG_PAGE;
	sd_event_now(fixture.event, CLOCK_MONOTONIC, &start);
	ask(fd, request);
	while (left) {
		n = recv(fd, text, sizeof(text), MSG_DONTWAIT);
		if (n > 0)
			left -= (size_t)n < left ? (size_t)n : left;
		else
			assert_true(sd_event_run(fixture.event, 100000) >= 0);
		sd_event_now(fixture.event, CLOCK_MONOTONIC, &now);
		assert_true(now - start < PATIENCE);
	}
	close(fd);
}

/* A request without end takes bounded memory. */
static void endless_headers(void **state)
{
	char line[4096];
	int fd = dial(), i;

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "GET /", 5);
	for (i = 0; i < 16; i++)
		if (send(fd, line, sizeof(line), MSG_NOSIGNAL) < 0)
			break;
	has(reply(fd, "\r\n\r\n"), "HTTP/1.1 4");
	close(fd);
}

/* Silent connections take their places, and one that ends gives its own up. */
static void connections_are_bounded(void **state)
{
	const char *request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	const char *last = "GET / HTTP/1.1\r\nHost: x\r\n"
			   "Connection: close\r\n\r\n";
	int fd[HTTPD_CONNECTIONS_PER_ADDRESS], more;
	const char *text = "";
	unsigned int i;

	(void)state;
	for (i = 0; i < HTTPD_CONNECTIONS_PER_ADDRESS; i++) {
		fd[i] = dial();
		ask(fd[i], request);
		reply(fd[i], "</html>");
	}
	more = dial();
	ask(more, request);
	assert_string_equal(reply(more, NULL), "");
	close(more);
	close(fd[0]);
	/* On a busy machine the kernel may tell later that it is gone. */
	for (i = 0; i < 1000 && !*text; i++)
		text = get(last, NULL);
	has(text, "HTTP/1.1 200 ");
	for (i = 1; i < HTTPD_CONNECTIONS_PER_ADDRESS; i++)
		close(fd[i]);
}

static void silence_ends_a_connection(void **state)
{
	uint64_t start, now;
	int fd = dial();
	char byte;

	(void)state;
	sd_event_now(fixture.event, CLOCK_MONOTONIC, &start);
	now = start;
	while (recv(fd, &byte, 1, MSG_DONTWAIT) < 0) {
		assert_int_equal(errno, EAGAIN);
		assert_true(sd_event_run(fixture.event, 1000000) >= 0);
		sd_event_now(fixture.event, CLOCK_MONOTONIC, &now);
		assert_true(now - start < HTTPD_TIMEOUT_S * 1000000 + PATIENCE);
	}
	assert_true(now - start > HTTPD_TIMEOUT_S * 1000000 / 2);
	close(fd);
}

static void ipv4_and_ports_in_use(void **state)
{
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6 };
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct httpd *other = NULL;
	int fd;

	(void)state;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr);
	assert_int_equal(httpd_open(&other, fixture.event, &mapped, page,
				    &fixture), 0);
	to.sin_port = htons(httpd_port(other));
	fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	ask(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	has(reply(fd, "</html>"), "HTTP/1.1 200 ");
	close(fd);

	mapped.sin6_port = to.sin_port;
	assert_int_equal(httpd_open(&(struct httpd *){ NULL }, fixture.event,
				    &mapped, page, &fixture), -EADDRINUSE);
	httpd_close(other);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(formats),
		TEST(connection_is_kept),
		TEST(head_has_no_body),
		TEST(other_requests),
		TEST(long_page),
		TEST(endless_headers),
		TEST(connections_are_bounded),
		TEST(silence_ends_a_connection),
		TEST(ipv4_and_ports_in_use),
	};

	return cmocka_run_group_tests_name("httpd", tests, NULL, NULL);
}
