// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sinks of a service over a reload: all follow, or none does.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lmctl/service/config.h"
#include "lmctl/service/loop.h"
#include "lmctl/sinks/history/history_settings.h"
#include "lmctl/sinks/metrics/metrics_settings.h"
#include "lmctl/sinks/sinks.h"
#include "lmctl/sinks/view/view_settings.h"
#include "test/unit/capture.h"
#include "test/unit/unit.h"

#define PORTS_MAX 4

static struct {
	struct loop *loop;
	struct sinks *sinks;
	struct config *config;
	struct metrics_config *metrics;
	struct history_config *history;
	struct view_config *top;
	bool serve;
	int reserved[PORTS_MAX];
	unsigned int nreserved;
	char folder[32];
	char file[64];
	char other[64];
} self;

static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;

/*
 * A port that nobody listens on. A socket has it until the end of the test, so
 * that no other program is given it meanwhile; SO_REUSEADDR leaves room for one
 * who listens.
 */
static in_port_t free_port(void)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	assert_in_range(self.nreserved, 0, PORTS_MAX - 1);
	self.reserved[self.nreserved++] = fd;
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR,
				    &(int){ 1 }, sizeof(int)), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len),
			 0);
	return address.sin6_port;
}

/* A connection, or -1. */
static int dial(struct in6_addr address, in_port_t port)
{
	const struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_addr = address,
		.sin6_port = port,
	};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (!connect(fd, (const struct sockaddr *)&to, sizeof(to)))
		return fd;
	close(fd);
	return -1;
}

static bool listens_on(struct in6_addr address, in_port_t port)
{
	int fd = dial(address, port);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool listens(in_port_t port)
{
	return listens_on(loopback, port);
}

static void unread(void *arg)
{
	(void)arg;
	if (config_only_prints(self.config))
		loop_stop(self.loop, EXIT_FAILURE);
}

static struct sinks *open_sinks(enum sink_print print)
{
	const struct sink_host host = {
		.event = loop_event(self.loop),
		.serve = self.serve,
		.print = print,
		.period_ms = 1000,
		.unread = unread,
	};
	struct sink_items items[CONFIG_SINKS];

	return sinks_open(&host, config_sinks(self.config, items));
}

static int reload(void)
{
	struct sink_items items[CONFIG_SINKS];

	return sinks_reload(self.sinks, config_sinks(self.config, items));
}

static int setup(void **state)
{
	(void)state;
	memset(&self, 0, sizeof(self));
	strcpy(self.folder, "/tmp/test_sinks.XXXXXX");
	assert_non_null(mkdtemp(self.folder));
	snprintf(self.file, sizeof(self.file), "%s/a.db", self.folder);
	snprintf(self.other, sizeof(self.other), "%s/b.db", self.folder);
	self.config = config_new();
	assert_non_null(self.config);
	self.config->timing.period = BLOCK_NS_PER_S;
	self.metrics = config_sink(self.config, &metrics_section)->item;
	self.history = config_sink(self.config, &history_section)->item;
	self.top = config_sink(self.config, &view_section)->item;
	self.metrics->on = true;
	self.metrics->listen.sin6_addr = loopback;
	self.metrics->listen.sin6_port = free_port();
	self.history->on = true;
	strcpy(self.history->file, self.file);
	assert_int_equal(loop_open(&self.loop), 0);
	self.sinks = open_sinks(SINK_SILENT);
	assert_non_null(self.sinks);
	return 0;
}

/* A history and what its database keeps beside it. */
static void remove_history(const char *file)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char path[80];
	size_t i;

	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", file, suffixes[i]);
		unlink(path);
	}
}

static int teardown(void **state)
{
	(void)state;
	sinks_close(self.sinks);
	loop_close(self.loop);
	config_free(self.config);
	while (self.nreserved)
		close(self.reserved[--self.nreserved]);
	remove_history(self.file);
	remove_history(self.other);
	return rmdir(self.folder);
}

TEST_WITH(setup, teardown, test_history_fails)
{
	in_port_t before = self.metrics->listen.sin6_port;
	in_port_t port = free_port();

	self.metrics->listen.sin6_port = port;
	snprintf(self.history->file, sizeof(self.history->file),
		 "%s/none/a.db", self.folder);
	assert_int_not_equal(reload(), 0);
	assert_true(listens(before));
	assert_false(listens(port));
	strcpy(self.history->file, self.file);
	assert_int_equal(reload(), 0);
	assert_false(listens(before));
	assert_true(listens(port));
}

TEST_WITH(setup, teardown, test_metrics_fail)
{
	in_port_t before = self.metrics->listen.sin6_port;
	struct sockaddr_in6 taken = {
		.sin6_family = AF_INET6,
		.sin6_addr = loopback,
		.sin6_port = free_port(),
	};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR,
				    &(int){ 1 }, sizeof(int)), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&taken,
			      sizeof(taken)), 0);
	assert_int_equal(listen(fd, 1), 0);
	self.metrics->listen.sin6_port = taken.sin6_port;
	strcpy(self.history->file, self.other);
	assert_int_not_equal(reload(), 0);
	assert_true(listens(before));
	close(fd);
	assert_int_equal(reload(), 0);
	assert_int_equal(access(self.other, F_OK), 0);
	assert_false(listens(before));
	assert_true(listens(taken.sin6_port));
}

/* The port is our own; the address grows, and cannot be what it is not. */
TEST_WITH(setup, teardown, test_same_port)
{
	in_port_t port = self.metrics->listen.sin6_port;
	struct sockaddr_in6 *listen_on = &self.metrics->listen;

	listen_on->sin6_addr = in6addr_any;
	assert_int_equal(reload(), 0);
	assert_true(listens(port));
	listen_on->sin6_addr = loopback;
	listen_on->sin6_addr.s6_addr[0] = 0x20;
	assert_int_not_equal(reload(), 0);
	assert_true(listens(port));
	self.metrics->on = false;
	assert_int_equal(reload(), 0);
	assert_false(listens(port));
}

/* The port was exchanged already when another sink cannot follow. */
TEST_WITH(setup, teardown, test_exchange_fails)
{
	static const struct in6_addr ipv4 = {
		.s6_addr = { [10] = 0xff, 0xff, 127, 0, 0, 1 }
	};
	in_port_t port = self.metrics->listen.sin6_port;
	int client = dial(loopback, port);
	char byte;

	self.metrics->listen.sin6_addr = in6addr_any;
	strcpy(self.history->file, "/none/a.db");
	assert_int_not_equal(reload(), 0);
	assert_true(listens(port));
	/* And the present socket was not closed for that. */
	assert_int_equal(recv(client, &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	close(client);
	assert_false(listens_on(ipv4, port));
	strcpy(self.history->file, self.file);
	assert_int_equal(reload(), 0);
	assert_true(listens_on(ipv4, port));
}

/* The socket follows the section; a daemon has one without a section, if it can. */
TEST_WITH(setup, teardown, test_top)
{
	const char *missing = "/nonexistent/folder/socket";
	struct view_config *top = self.top;

	top->on = true;
	snprintf(top->socket, sizeof(top->socket), "%s/top", self.folder);
	assert_int_equal(reload(), 0);
	assert_int_equal(access(top->socket, F_OK), 0);
	strcpy(top->socket, missing);
	assert_int_not_equal(reload(), 0);
	snprintf(top->socket, sizeof(top->socket), "%s/top", self.folder);
	assert_int_equal(access(top->socket, F_OK), 0);
	top->serve = false;
	assert_int_equal(reload(), 0);
	assert_int_not_equal(access(top->socket, F_OK), 0);
	top->serve = true;
	top->on = false;
	assert_int_equal(reload(), 0);
	assert_int_not_equal(access(top->socket, F_OK), 0);
	sinks_close(self.sinks);
	self.serve = true;
	strcpy(top->socket, missing);
	capture(STDERR_FILENO);
	self.sinks = open_sinks(SINK_SILENT);
	assert_int_equal(count(capture_end(), "no socket for 'lmctl top'"), 1);
	assert_non_null(self.sinks);
	/* Without the section, the default socket replaces the old one even if it fails. */
	top->on = true;
	snprintf(top->socket, sizeof(top->socket), "%s/top", self.folder);
	assert_int_equal(reload(), 0);
	top->on = false;
	strcpy(top->socket, missing);
	assert_int_equal(reload(), 0);
	snprintf(top->socket, sizeof(top->socket), "%s/top", self.folder);
	assert_int_not_equal(access(top->socket, F_OK), 0);
}

/* Who reads the lines goes away; returns what the loop ends with. */
static int lose_reader(void)
{
	const struct measurement of = { .name = "m", .npeers = 1 };
	const struct peer_report report = { .of = &of, .requests = 1 };
	int out = dup(STDOUT_FILENO), pipe_fds[2], status;

	assert_int_equal(pipe(pipe_fds), 0);
	sinks_close(self.sinks);
	fflush(stdout);
	dup2(pipe_fds[1], STDOUT_FILENO);
	self.sinks = open_sinks(SINK_JSON);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	if (self.sinks) {
		sinks_report(self.sinks, &report);
		sinks_block_end(self.sinks, &of, 1);
	}
	/* If the loop goes on, this ends it. */
	raise(SIGTERM);
	status = loop_run(self.loop);
	dup2(out, STDOUT_FILENO);
	close(out);
	assert_non_null(self.sinks);
	return status;
}

TEST_WITH(setup, teardown, test_reader_goes)
{
	assert_int_equal(lose_reader(), EXIT_SUCCESS);
}

/* Then there is nothing left to do. */
TEST_WITH(setup, teardown, test_only_reader_goes)
{
	self.metrics->on = false;
	self.history->on = false;
	assert_int_equal(lose_reader(), EXIT_FAILURE);
}
