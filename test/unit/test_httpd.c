// SPDX-License-Identifier: GPL-2.0-only
/*
 * The metrics' HTTP server over loopback, server and client in one event loop:
 * what it answers, in which format, how often it writes a page, how many
 * connections it takes and which one has to go for another.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lmctl/sinks/metrics/httpd.h"
#include "test/unit/unit.h"

/* Microseconds that one test may take before it fails, on any machine. */
#define PATIENCE 600000000
#define LONG_PAGE (16 << 20)
#define FDS_MAX 256

static const char metrics_request[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
static const char root_request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

static const char *const names[] = {
	[HTTPD_TEXT] = "text", [HTTPD_OPENMETRICS] = "open", [HTTPD_HTML] = "html",
};

static struct fixture {
	sd_event *event;
	uint64_t start;
	struct httpd *httpd;
	uint64_t version;
	/* Pages begun, steps of the page that is being written. */
	unsigned int renders;
	unsigned int steps;
	enum httpd_form form;
	bool rendering;
	/* Steps that a page takes, what the last one returns. */
	unsigned int needed;
	int error;
	int padding;
	unsigned int answers;
	/* Connections of the test. */
	bool open[FDS_MAX];
} fixture;

static uint64_t version(void *arg, enum httpd_form form)
{
	const struct fixture *self = arg;

	(void)form;
	return self->version;
}

static void begin(void *arg, enum httpd_form form)
{
	struct fixture *self = arg;

	assert_false(self->rendering);
	self->rendering = true;
	self->form = form;
	self->steps = 0;
	self->renders++;
}

static int step(void *arg, struct text *page)
{
	static const char spaces[4096] = { [0 ... 4095] = ' ' };
	struct fixture *self = arg;
	char text[32];
	int n;

	assert_true(self->rendering);
	if (++self->steps < self->needed)
		return 1;
	self->rendering = false;
	if (self->error)
		return self->error;
	for (n = 0; n < self->padding; n += (int)sizeof(spaces))
		text_add(page, spaces, sizeof(spaces));
	snprintf(text, sizeof(text), "%s page %u",
		 names[self->form], self->renders);
	text_string(page, text);
	return 0;
}

static void stop(void *arg)
{
	struct fixture *self = arg;

	assert_true(self->rendering);
	self->rendering = false;
}

static void now_of(void *arg, enum httpd_form form, struct text *text)
{
	struct fixture *self = arg;

	text_string(text, " ");
	text_string(text, names[form]);
	text_string(text, " answer ");
	text_number(text, ++self->answers);
	text_string(text, "\n");
}

static const struct httpd_ops ops = {
	.version = version,
	.begin = begin,
	.step = step,
	.stop = stop,
	.now = now_of,
};

static void listen_on(const char *address)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6 };

	assert_int_equal(inet_pton(AF_INET6, address, &any.sin6_addr), 1);
	assert_int_equal(httpd_open(&fixture.httpd, fixture.event, &any, &ops,
				    &fixture), 0);
}

static int setup(void **state)
{
	(void)state;
	memset(&fixture, 0, sizeof(fixture));
	assert_int_equal(sd_event_new(&fixture.event), 0);
	sd_event_now(fixture.event, CLOCK_MONOTONIC, &fixture.start);
	listen_on("::1");
	return 0;
}

static int setup_ipv4(void **state)
{
	setup(state);
	httpd_close(fixture.httpd);
	listen_on("::ffff:127.0.0.1");
	return 0;
}

static int teardown(void **state)
{
	int fd;

	(void)state;
	for (fd = 0; fd < FDS_MAX; fd++)
		if (fixture.open[fd])
			close(fd);
	httpd_close(fixture.httpd);
	assert_false(fixture.rendering);
	sd_event_unref(fixture.event);
	return 0;
}

/* A connection from an address, IPv4 or IPv6, to the loopback of its family. */
static int dial_from(const char *from)
{
	const char *loopback = strncmp(from, "::ffff:", 7) ? "::1" : "::ffff:127.0.0.1";
	struct sockaddr_in6 own = { .sin6_family = AF_INET6 }, to = own;
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	assert_in_range(fd, 0, FDS_MAX - 1);
	fixture.open[fd] = true;
	to.sin6_port = htons(httpd_port(fixture.httpd));
	assert_int_equal(inet_pton(AF_INET6, loopback, &to.sin6_addr), 1);
	assert_int_equal(inet_pton(AF_INET6, from, &own.sin6_addr), 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* Teardown does so with all that are left. */
static void hang_up(int fd)
{
	fixture.open[fd] = false;
	close(fd);
}

/* Runs the server; a test that does so for too long fails. */
static void run_once(void)
{
	uint64_t now;

	assert_true(sd_event_run(fixture.event, 100000) >= 0);
	sd_event_now(fixture.event, CLOCK_MONOTONIC, &now);
	assert_true(now - fixture.start < PATIENCE);
}

#define run_while(condition)          \
	do {                          \
		while (condition)     \
			run_once();   \
	} while (0)

static void ask(int fd, const char *request)
{
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL),
			 strlen(request));
}

static int request_from(const char *from, const char *text)
{
	int fd = dial_from(from);

	ask(fd, text);
	return fd;
}

static int request(const char *text)
{
	return request_from("::1", text);
}

/*
 * Runs the server until the reply contains the text; until the connection
 * ends, for NULL.
 */
static char *reply(int fd, const char *until)
{
	static char text[65536];
	size_t len = 0;
	ssize_t n;

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
		run_once();
	}
}

static char *get(const char *text, const char *until)
{
	int fd = request(text);
	char *got = reply(fd, until);

	hang_up(fd);
	return got;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

TEST_WITH(setup, teardown, formats)
{
	const char *text;

	text = get(metrics_request, "answer 1\n");
	has(text, "HTTP/1.1 200 ");
	has(text, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
	has(text, "\r\n\r\ntext page 1 text answer 1\n");
	/* What Prometheus says. */
	text = get("GET /metrics HTTP/1.1\r\nHost: x\r\n"
		   "Accept: application/openmetrics-text;version=1.0.0,"
		   "application/openmetrics-text;version=0.0.1;q=0.75,"
		   "text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n\r\n",
		   "answer 2\n");
	has(text, "HTTP/1.1 200 ");
	has(text, "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n");
	has(text, "\r\n\r\nopen page 2 open answer 2\n");
}

TEST_WITH(setup, teardown, connection_is_kept)
{
	int fd = request(metrics_request);

	reply(fd, "page 1 text answer 1\n");
	ask(fd, metrics_request);
	has(reply(fd, "answer 2\n"), "page 1 ");
}

TEST_WITH(setup, teardown, head_has_no_body)
{
	const char *text = get("HEAD /metrics HTTP/1.1\r\nHost: x\r\n"
			       "Connection: close\r\n\r\n", NULL);

	has(text, "HTTP/1.1 200 ");
	has(text, "Content-Length: 26\r\n");
	assert_null(strstr(text, "page"));
}

TEST_WITH(setup, teardown, other_requests)
{
	const char *text;

	text = get(root_request, "html answer 1\n");
	has(text, "Content-Type: text/html; charset=utf-8\r\n");
	has(text, "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline';");
	has(text, "\r\n\r\nhtml page 1 html answer 1\n");
	has(get("GET /metrics/../etc HTTP/1.1\r\nHost: x\r\n\r\n", "\n\r\n"),
	    "HTTP/1.1 404 ");
	text = get("POST /metrics HTTP/1.1\r\nHost: x\r\n"
		   "Content-Length: 1000000\r\n\r\nabc", "\r\n\r\n");
	has(text, "HTTP/1.1 405 ");
	has(text, "Allow: GET, HEAD\r\n");
	get("nonsense\r\n\r\n", NULL);
	assert_int_equal(fixture.renders, 1);
	fixture.error = -EIO;
	has(get(metrics_request, "\r\n\r\n"), "HTTP/1.1 500 ");
}

/* A page longer than every buffer comes whole and without pauses. */
TEST_WITH(setup, teardown, long_page)
{
	int fd = request(metrics_request);
	size_t left = LONG_PAGE;
	char text[4096];
	ssize_t n;

	fixture.padding = LONG_PAGE;
	while (left) {
		n = recv(fd, text, sizeof(text), MSG_DONTWAIT);
		if (n > 0)
			left -= (size_t)n < left ? (size_t)n : left;
		else
			run_once();
	}
}

/* A request without end takes bounded memory. */
TEST_WITH(setup, teardown, endless_headers)
{
	char line[4096];
	int fd = dial_from("::1"), i;

	memset(line, 'x', sizeof(line));
	memcpy(line, "GET /", 5);
	for (i = 0; i < 16; i++)
		if (send(fd, line, sizeof(line), MSG_NOSIGNAL) < 0)
			break;
	has(reply(fd, "\r\n\r\n"), "HTTP/1.1 4");
}

/* However many ask, a page is written once as long as nothing has changed. */
TEST_WITH(setup, teardown, pages_are_shared)
{
	int fd[HTTPD_CONNECTIONS];
	unsigned int i;

	fixture.needed = 5000;
	for (i = 0; i < HTTPD_CONNECTIONS; i++)
		fd[i] = request(metrics_request);
	for (i = 0; i < HTTPD_CONNECTIONS; i++)
		has(reply(fd[i], "answer"), "text page 1 text answer");
	assert_int_equal(fixture.renders, 1);
	fixture.version++;
	ask(fd[0], metrics_request);
	has(reply(fd[0], "answer"), "text page 2 text answer");
	assert_int_equal(fixture.renders, 2);
}

/* Who asks after a change is not shown what was there before it. */
TEST_WITH(setup, teardown, a_change_during_a_render)
{
	int before = request(metrics_request), after = dial_from("::1");

	fixture.needed = UINT32_MAX;
	run_while(fixture.steps < 10);
	fixture.version++;
	ask(after, metrics_request);
	run_while(fixture.steps < 100000);
	fixture.needed = 0;
	has(reply(before, "answer"), "text page 1 text answer 1\n");
	has(reply(after, "answer"), "text page 2 text answer 2\n");
}

/* It is begun again, and who waits is not told. */
TEST_WITH(setup, teardown, a_render_that_cannot_go_on)
{
	int fd = request(metrics_request);

	fixture.error = -EAGAIN;
	run_while(fixture.renders < 3);
	fixture.error = 0;
	has(reply(fd, "answer"), " 200 ");
}

/* Others have their turn after a millisecond or two, not after the page. */
TEST_WITH(setup, teardown, a_render_holds_nothing_up)
{
	unsigned int turns = 0, steps = 0;
	int fd = request(metrics_request);

	fixture.needed = 2000000;
	run_while(!fixture.rendering);
	while (fixture.rendering) {
		steps = fixture.steps;
		run_once();
		turns++;
	}
	assert_in_range(turns, 3, UINT32_MAX);
	assert_true(steps > 0);
	reply(fd, "answer");
}

/* Whoever waits may go away, and so may the server. */
TEST_WITH(setup, teardown, who_waits_may_go)
{
	int gone = request(metrics_request), stays = request(metrics_request);

	fixture.needed = UINT32_MAX;
	run_while(fixture.steps < 10);
	hang_up(gone);
	fixture.needed = 0;
	reply(stays, "answer");
	fixture.version++;
	fixture.needed = UINT32_MAX;
	ask(stays, metrics_request);
	run_while(fixture.renders < 2);
}

/* Each page that a slow reader still has takes as much memory as the newest. */
TEST_WITH(setup, teardown, slow_readers_do_not_hoard_pages)
{
	int slow[4], quick = dial_from("::1");
	char byte[4096];
	unsigned int i;
	ssize_t n;

	fixture.padding = LONG_PAGE;
	for (i = 0; i < 4; i++) {
		slow[i] = request(metrics_request);
		run_while(recv(slow[i], byte, 1, MSG_DONTWAIT) < 0);
		fixture.version++;
	}
	fixture.padding = 0;
	ask(quick, metrics_request);
	has(reply(quick, "answer"), "text page 5 ");
	/* The first one has its connection closed before the end. */
	do {
		n = recv(slow[0], byte, sizeof(byte), MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			run_once();
	} while (n > 0 || (n < 0 && errno == EAGAIN));
	assert_null(memmem(byte, sizeof(byte), "answer", 6));
}

static bool closed(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

/* Idle connections, more than there are places, keep nobody out. */
TEST_WITH(setup_ipv4, teardown, idle_connections_go_first)
{
	int idle[20], fd = -1, i;

	for (i = 0; i < 20; i++) {
		idle[i] = dial_from(i % 2 ? "::ffff:127.0.0.2" : "::ffff:127.0.0.3");
		/* One that has never asked for anything is as idle. */
		if (i % 3) {
			ask(idle[i], root_request);
			reply(idle[i], "html answer");
		}
	}
	for (i = 0; i < 6; i++) {
		if (i)
			hang_up(fd);
		fd = request_from("::ffff:127.0.0.4", metrics_request);
		has(reply(fd, "answer"), " 200 ");
	}
	assert_true(closed(idle[0]));
	assert_false(closed(idle[19]));
	/* Its own idle one stays as long as others have more. */
	for (i = 0; i < 20; i++) {
		hang_up(idle[i]);
		idle[i] = request_from("::ffff:127.0.0.2", root_request);
		reply(idle[i], "html answer");
	}
	assert_false(closed(fd));
	ask(fd, metrics_request);
	has(reply(fd, "answer"), " 200 ");
}

/* Who waits for an answer goes for another address, but not for its own. */
TEST_WITH(setup_ipv4, teardown, busy_connections_are_shared_out)
{
	int busy[HTTPD_CONNECTIONS], more, other;
	unsigned int i;
	char *text;

	fixture.needed = UINT32_MAX;
	for (i = 0; i < HTTPD_CONNECTIONS; i++)
		busy[i] = request_from("::ffff:127.0.0.2", metrics_request);
	run_while(fixture.steps < 100000);
	more = request_from("::ffff:127.0.0.2", metrics_request);
	text = reply(more, NULL);
	has(text, "HTTP/1.1 503 ");
	has(text, "Connection: close\r\n");
	other = request_from("::ffff:127.0.0.3", metrics_request);
	i = fixture.steps + 100000;
	run_while(fixture.steps < i);
	fixture.needed = 0;
	has(reply(other, "answer"), " 200 ");
	assert_string_equal(reply(busy[0], NULL), "");
	has(reply(busy[1], "answer"), " 200 ");
}

TEST_WITH(setup, teardown, silence_ends_a_connection)
{
	int fd = dial_from("::1");
	uint64_t now;
	char byte;

	while (recv(fd, &byte, 1, MSG_DONTWAIT) < 0) {
		assert_int_equal(errno, EAGAIN);
		run_once();
	}
	sd_event_now(fixture.event, CLOCK_MONOTONIC, &now);
	assert_true(now - fixture.start > HTTPD_TIMEOUT_S * 1000000 / 2);
}

TEST_WITH(setup_ipv4, teardown, ipv4_and_ports_in_use)
{
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6 };
	int fd = request_from("::ffff:127.0.0.1", root_request);

	has(reply(fd, "html answer"), "HTTP/1.1 200 ");
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr);
	mapped.sin6_port = htons(httpd_port(fixture.httpd));
	assert_int_equal(httpd_open(&(struct httpd *){ NULL }, fixture.event,
				    &mapped, &ops, &fixture), -EADDRINUSE);
}
