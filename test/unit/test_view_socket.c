// SPDX-License-Identifier: GPL-2.0-only
/*
 * The live socket, server and clients in one event loop: what clients get, how many
 * there can be, what becomes of slow ones, and which files it replaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lmctl/sinks/view/view_socket.h"
#include "result_make.h"
#include "test/unit/capture.h"
#include "test/unit/unit.h"

#define MODE 0640

static struct {
	sd_event *event;
	struct view_feed *feed;
	struct sink sink;
	struct view_socket *socket;
	struct measurement of;
	char folder[32];
	char path[64];
	int fd[2 * VIEW_CLIENTS_MAX];
	unsigned int n;
} self;

static int reopen(void)
{
	return view_socket_open(&self.socket, self.event, self.path, MODE, self.feed);
}

static int start(void **state)
{
	(void)state;
	memset(&self, 0, sizeof(self));
	strcpy(self.folder, "/tmp/test_view.XXXXXX");
	assert_non_null(mkdtemp(self.folder));
	snprintf(self.path, sizeof(self.path), "%s/socket", self.folder);
	self.of = make_measurement(false, 1);
	self.feed = view_feed_new();
	self.sink = view_feed_sink(self.feed);
	assert_int_equal(sd_event_new(&self.event), 0);
	assert_int_equal(reopen(), 0);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	while (self.n)
		close(self.fd[--self.n]);
	view_socket_close(self.socket);
	view_feed_free(self.feed);
	sd_event_unref(self.event);
	unlink(self.path);
	return rmdir(self.folder);
}

UNIT_EACH(start, stop)

static void give(const char *name, int64_t block)
{
	struct sr6flow_flow flow = make_flow(name);
	struct result result = make_result(&self.of, &flow, block, 100, 99);

	self.sink.ops->result(self.sink.self, &result);
	view_socket_result(self.socket, &result);
}

static void end(int64_t block)
{
	self.sink.ops->block_end(self.sink.self, &self.of, block);
	view_socket_state(self.socket, self.of.name);
}

/* On a slow machine, too, there are no lines but those of the test. */
int sd_event_source_set_time_relative(sd_event_source *source, uint64_t usec)
{
	assert_int_equal(usec, 5000000);
	return sd_event_source_set_time(source, UINT64_MAX);
}

/* All that is to be done without waiting. */
static void run(void)
{
	while (sd_event_run(self.event, 0) > 0)
		;
}

static int dial(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(to.sun_path, self.path);
	assert_in_range(self.n, 0, ARRAY_SIZE(self.fd) - 1);
	self.fd[self.n++] = fd;
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	run();
	return fd;
}

/* What has come, and whether the connection has ended. */
static char *got(int fd, bool *ended)
{
	static char text[8 << 20];
	size_t len = 0;
	ssize_t n;

	do {
		run();
		n = recv(fd, text + len, sizeof(text) - 1 - len, MSG_DONTWAIT);
		len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	*ended = !n || (n < 0 && errno == ECONNRESET);
	text[len] = '\0';
	return text;
}

/* "past state loss": the types of lines. */
static const char *types(int fd)
{
	static char text[256];
	char *at;
	bool ended;

	*text = '\0';
	for (at = got(fd, &ended); (at = strstr(at, "\"type\":\"")); at++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%.*s",
			 *text ? " " : "", (int)strcspn(at + 8, "\""), at + 8);
	assert_false(ended);
	return text;
}

TEST(test_lines)
{
	const struct peer_report report = { .of = &self.of, .requests = 1 };
	int first, second;

	give("a=fcff::1", MADE_BLOCK);
	give("b=fcff::2", MADE_BLOCK);
	end(MADE_BLOCK);
	first = dial();
	assert_string_equal(types(first), "past past state");
	give("a=fcff::1", MADE_BLOCK + 1);
	view_socket_report(self.socket, &report, 1000);
	end(MADE_BLOCK + 1);
	assert_string_equal(types(first), "loss peer state");
	second = dial();
	give("a=fcff::1", MADE_BLOCK + 2);
	end(MADE_BLOCK + 2);
	assert_string_equal(types(first), "loss state");
	assert_string_equal(types(second), "past past state loss state");
}

/* What a client sends is not read, and does not end the connection. */
TEST(test_deaf)
{
	int fd = dial();

	assert_string_equal(types(fd), "state");
	assert_int_equal(send(fd, "GET /\n", 6, MSG_NOSIGNAL), -1);
	assert_int_equal(errno, EPIPE);
	end(MADE_BLOCK);
	assert_string_equal(types(fd), "state");
}

TEST(test_many_clients)
{
	unsigned int i;
	bool ended;
	int fd;

	for (i = 0; i < VIEW_CLIENTS_MAX; i++)
		assert_string_equal(types(dial()), "state");
	capture(STDERR_FILENO);
	fd = dial();
	assert_non_null(strstr(capture_end(), "a reader was refused: 8 read already"));
	assert_string_equal(got(fd, &ended), "");
	assert_true(ended);
	/* The next one finds the place of one that has gone. */
	close(self.fd[3]);
	self.fd[3] = fd;
	self.n--;
	run();
	assert_int_equal(view_socket_clients(self.socket), VIEW_CLIENTS_MAX - 1);
	assert_string_equal(types(dial()), "state");
}

/* Without a file descriptor for a client, the daemon does not try again all the time. */
TEST_NATIVE(NULL, NULL, test_no_descriptor)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct rlimit limit;

	self.fd[self.n++] = fd;
	strcpy(to.sun_path, self.path);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 0, limit.rlim_max }), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	run();
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	while (!view_socket_clients(self.socket))
		assert_true(sd_event_run(self.event, UINT64_MAX) > 0);
	assert_string_equal(types(fd), "state");
}

/* One that does not read is no burden, and those that read lose nothing. */
TEST(test_slow)
{
	unsigned int blocks = 0, heard = 0;
	bool ended = false;
	int slow = dial(), quick = dial();

	assert_string_equal(types(quick), "state");
	capture(STDERR_FILENO);
	while (view_socket_clients(self.socket) == 2) {
		unsigned int i;

		for (i = 0; i < 1000; i++)
			give("a=fcff::1", MADE_BLOCK + blocks);
		end(MADE_BLOCK + blocks++);
		heard += count(got(quick, &ended), "\"type\":\"loss\"");
		assert_false(ended);
	}
	assert_non_null(strstr(capture_end(), "1 readers were too slow"));
	/* Of lines of 500 to 1000 bytes. */
	assert_in_range(blocks, VIEW_PENDING_MAX / 1000000, VIEW_PENDING_MAX / 500000);
	assert_int_equal(heard, blocks * 1000);
	got(slow, &ended);
	assert_true(ended);
}

/* A socket that nobody serves is replaced; another program's and a file are not. */
TEST(test_names)
{
	struct sockaddr_un stale = { .sun_family = AF_UNIX };
	struct view_socket *other = NULL;
	struct stat st;
	int fd;

	assert_int_equal(lstat(self.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, MODE);
	assert_int_equal(view_socket_open(&other, self.event, self.path, MODE, self.feed),
			 -EADDRINUSE);
	view_socket_close(self.socket);
	assert_int_equal(access(self.path, F_OK), -1);
	strcpy(stale.sun_path, self.path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&stale, sizeof(stale)), 0);
	close(fd);
	self.socket = NULL;
	assert_int_equal(reopen(), 0);
	assert_string_equal(types(dial()), "state");
	/* A socket that has another's name by now is not removed. */
	view_socket_close(self.socket);
	self.socket = NULL;
	fd = open(self.path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(reopen(), -EEXIST);
	assert_int_equal(access(self.path, F_OK), 0);
}
