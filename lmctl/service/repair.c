// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lmctl/base/messages.h"
#include "lmctl/base/privileges.h"
#include "lmctl/base/spawn.h"
#include "lmctl/service/repair.h"

#define LIMIT_US 30000000
#define STOP_MS 2000
#define LINE_LEN 512
/* The running program, even if another one has been installed since. */
#define SELF "/proc/self/exe"
#define PREFIX "lmctl: "

/**
 * struct repair - a child
 * @pid: its process, which leads a group with its own children
 * @fd: what it says on stderr; the end of it is the end of the child
 * @input: event of @fd
 * @limit: event of its time limit
 * @line: last line that it said
 * @len: characters of @line
 * @ended: @line is complete, another one replaces it
 * @done: called at its end
 * @arg: for @done
 */
struct repair {
	pid_t pid;
	int fd;
	sd_event_source *input;
	sd_event_source *limit;
	char line[LINE_LEN];
	size_t len;
	bool ended;
	repair_done_fn done;
	void *arg;
};

static void take_text(struct repair *repair, const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (repair->ended)
			repair->len = 0;
		repair->ended = text[i] == '\n';
		if (!repair->ended && repair->len < LINE_LEN - 1)
			repair->line[repair->len++] = text[i];
		repair->line[repair->len] = '\0';
	}
}

/* Return: false at the end. */
static bool read_some(struct repair *repair)
{
	char text[LINE_LEN];
	ssize_t n = read(repair->fd, text, sizeof(text));

	if (n > 0)
		take_text(repair, text, (size_t)n);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Return: true if the child succeeded. */
static bool finish(struct repair *repair)
{
	int status = -1;

	sd_event_source_unref(repair->input);
	sd_event_source_unref(repair->limit);
	close(repair->fd);
	return !spawn_wait(repair->pid, &status) && WIFEXITED(status) &&
	       WEXITSTATUS(status) == EXIT_SUCCESS;
}

static int on_input(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct repair *repair = arg;
	const char *error = NULL;

	(void)source;
	(void)fd;
	(void)events;
	if (read_some(repair))
		return 0;
	message_harmless(repair->line);
	if (!finish(repair))
		error = strncmp(repair->line, PREFIX, strlen(PREFIX)) ?
			"it was killed" : repair->line + strlen(PREFIX);
	repair->done(repair->arg, error);
	free(repair);
	return 0;
}

/* Its children end, too: it then undoes what it has done. */
static int on_limit(sd_event_source *source, uint64_t usec, void *arg)
{
	struct repair *repair = arg;

	(void)source;
	(void)usec;
	kill(-repair->pid, SIGTERM);
	return 0;
}

static int start(struct repair *repair, const char *file, const char *set)
{
	const char *const argv[] = { SELF, "up", "--config", file, set, NULL };
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	repair->fd = fds[0];
	fcntl(repair->fd, F_SETFL, O_NONBLOCK);
	err = privileges_lend(true);
	if (!err) {
		err = spawn_start(&(struct spawn){
			.argv = argv,
			.fd = { SPAWN_NULL, SPAWN_NULL, fds[1] },
			.group = true,
		}, &repair->pid);
		privileges_lend(false);
	}
	close(fds[1]);
	if (err)
		close(repair->fd);
	return err;
}

int repair_start(struct repair **made, sd_event *event, const char *file,
		 const char *set, repair_done_fn done, void *arg)
{
	struct repair *repair = calloc(1, sizeof(*repair));
	int err;

	if (!repair)
		return -ENOMEM;
	repair->done = done;
	repair->arg = arg;
	err = start(repair, file, set);
	if (err) {
		free(repair);
		return err;
	}
	err = sd_event_add_io(event, &repair->input, repair->fd, EPOLLIN,
			      on_input, repair);
	if (err >= 0)
		err = sd_event_add_time_relative(event, &repair->limit,
						 CLOCK_MONOTONIC, LIMIT_US, 0,
						 on_limit, repair);
	if (err < 0) {
		repair_stop(repair);
		return err;
	}
	*made = repair;
	return 0;
}

void repair_stop(struct repair *repair)
{
	struct pollfd poll_fd;

	if (!repair)
		return;
	poll_fd = (struct pollfd){ .fd = repair->fd, .events = POLLIN };
	kill(-repair->pid, SIGTERM);
	while (poll(&poll_fd, 1, STOP_MS) > 0 && read_some(repair))
		;
	kill(-repair->pid, SIGKILL);
	finish(repair);
	free(repair);
}
