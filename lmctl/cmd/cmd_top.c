// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl top: show the flows of the running daemon live.
 */
#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lmctl/base/messages.h"
#include "lmctl/base/output.h"
#include "lmctl/cmd/cmd.h"
#include "lmctl/cmd/top_feed.h"
#include "lmctl/cmd/top_term.h"
#include "lmctl/sinks/view/view_lines.h"
#include "lmctl/sinks/view/view_socket.h"

/* No more than the daemon may keep. */
#define FLOWS_MAX 100000
/* Longest silence of a daemon that lives. */
#define SILENT_MS 15000
/* Between two screens while lines come, and without lines and keys. */
#define DRAW_MS 100
#define TICK_MS 1000

/**
 * struct session - a run of the command
 * @path: name of the socket
 * @json: print the lines of the daemon
 * @once: print once and end
 * @top: what is shown
 * @feed: connection
 * @bad: lines that are none of the daemon
 * @heard_ms: time of the last line
 */
struct session {
	char path[VIEW_SOCKET_LEN];
	bool json;
	bool once;
	struct top top;
	struct top_feed feed;
	bool bad;
	uint64_t heard_ms;
};

enum { OPT_SOCKET = 0x100, OPT_INSTANCE, OPT_ONCE };

static const struct argp_option argp_options[] = {
	{ .name = "socket", .key = OPT_SOCKET, .arg = "FILE",
	  .doc = "Read from this socket of the daemon, default " VIEW_SOCKET_DEFAULT },
	{ .name = "instance", .key = OPT_INSTANCE, .arg = "NAME",
	  .doc = "Read from the service lmctl@NAME: its socket is " VIEW_SOCKET_FOLDER "-NAME/" VIEW_SOCKET_NAME },
	{ .name = "once", .key = OPT_ONCE,
	  .doc = "Print the flows once as a table; the default where the terminal cannot be redrawn" },
	{ .name = "json", .key = 'j',
	  .doc = "Print the flows and the state once as JSON lines" },
	{ 0 }
};

/* A name that is cut would be that of another socket. */
static error_t set_path(struct session *session, struct argp_state *state,
			const char *before, const char *name, const char *after)
{
	int len = snprintf(session->path, sizeof(session->path), "%s%s%s",
			   before, name, after);

	if (len < (int)sizeof(session->path))
		return 0;
	return lmctl_usage(state, "'%s': longer than the name of a socket can be",
			   name);
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct session *session = state->input;

	switch (key) {
	case OPT_SOCKET:
		return set_path(session, state, "", arg, "");
	case OPT_INSTANCE:
		return set_path(session, state, VIEW_SOCKET_FOLDER "-", arg,
				"/" VIEW_SOCKET_NAME);
	case OPT_ONCE:
		session->once = true;
		return 0;
	case 'j':
		session->json = true;
		return 0;
	case ARGP_KEY_ARG:
		return lmctl_usage(state, "'%s': no argument is accepted; press / for a filter",
				   arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_opt,
	.doc = "Show the flows of the running daemon live: loss, the last blocks, and what is wrong. "
	       "Press ? for help.",
};

/* Returns false at the end of what a new reader gets: the first state. */
static bool take_first(void *arg, const char *text, size_t len)
{
	struct session *session = arg;
	enum view_line line = view_line_read(&session->top.view,
					     &session->top.state, text, len);

	session->bad |= line == VIEW_LINE_BAD;
	if (session->json && !session->bad)
		printf("%.*s\n", (int)len, text);
	session->top.heard |= line == VIEW_LINE_STATE;
	return !session->top.heard && !session->bad;
}

static bool take(void *arg, const char *text, size_t len)
{
	take_first(arg, text, len);
	return true;
}

static const char *remedy(int err)
{
	if (err == -ENOENT || err == -ECONNREFUSED)
		return "is the daemon running? 'systemctl start lmctl' starts it; --socket names another socket";
	if (err == -EACCES)
		return "become root, or a member of the group sr6flow";
	if (err == -EPROTO)
		return "its lines are not those of lmctl run; --socket names another socket";
	return "--socket names another socket";
}

static void describe(char *text, size_t size, const char *path, int err)
{
	snprintf(text, size, "cannot read from '%s': %s; %s", path,
		 strerror(-err), remedy(err));
	message_harmless(text);
}

static int fail(const struct session *session, int err)
{
	char text[TOP_NOTE_LEN];

	describe(text, sizeof(text), session->path, err);
	lmctl_error("%s", text);
	return -1;
}

static void print_wrong(const struct view_state *state)
{
	unsigned int i;

	for (i = 0; i < state->nwrong; i++)
		lmctl_warning("%s", state->wrong[i]);
}

static int print_once(struct session *session)
{
	int err = top_feed_open(&session->feed, session->path);
	char *text;

	while (!err && !session->top.heard) {
		err = top_feed_read(&session->feed, take_first, session);
		if (session->bad)
			err = -EPROTO;
		err = err < 0 ? err : 0;
	}
	if (err)
		return fail(session, err);
	if (session->json)
		return 0;
	session->top.width = (unsigned int)output_width();
	text = top_table(&session->top);
	if (text)
		puts(text);
	free(text);
	print_wrong(&session->top.state);
	return text ? 0 : -1;
}

/* The daemon has gone, and may come again: its flows are then those of the new one. */
static void lose(struct session *session, int err)
{
	struct top *top = &session->top;

	top_feed_close(&session->feed);
	if (err == -ECONNRESET || err == -ECONNREFUSED || err == -ENOENT)
		snprintf(top->note, sizeof(top->note), "waiting for the daemon at '%s'; is it running? 'systemctl status lmctl'",
			 session->path);
	else
		describe(top->note, sizeof(top->note), session->path, err);
	message_harmless(top->note);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void connect_again(struct session *session)
{
	struct top *top = &session->top;
	int err = top_feed_open(&session->feed, session->path);

	if (err) {
		lose(session, err);
		return;
	}
	view_clear(&top->view);
	memset(&top->state, 0, sizeof(top->state));
	top->heard = false;
	session->bad = false;
	session->heard_ms = now_ms();
	*top->note = '\0';
}

/* A daemon that lives sends a state every five seconds. */
static void check_silence(struct session *session)
{
	uint64_t ms = now_ms() - session->heard_ms;

	if (session->feed.fd >= 0 && ms > SILENT_MS)
		snprintf(session->top.note, sizeof(session->top.note), "the daemon has sent nothing for %" PRIu64 " s; see 'systemctl status lmctl'",
			 ms / 1000);
}

static void read_on(struct session *session)
{
	int err = top_feed_read(&session->feed, take, session);

	if (session->bad)
		err = -EPROTO;
	if (err < 0)
		lose(session, err);
	else
		*session->top.note = '\0';
	session->heard_ms = now_ms();
}

/*
 * While paused, there is no connection: what is shown stays, whatever the keys do with
 * it. Then the daemon sends its last blocks again.
 */
static void follow(struct session *session, bool readable)
{
	if (session->top.paused)
		top_feed_close(&session->feed);
	else if (session->feed.fd < 0)
		connect_again(session);
	else if (readable)
		read_on(session);
	check_silence(session);
}

/* Thousands of lines at once are drawn once. */
static int show(struct session *session)
{
	uint64_t drawn = 0;
	bool readable = false, dirty = true;
	int err = 0;

	do {
		follow(session, readable);
		if (!dirty || now_ms() - drawn >= DRAW_MS) {
			err = top_term_draw(&session->top);
			drawn = now_ms();
			dirty = false;
		}
		if (!top_term_wait(session->feed.fd, dirty ? DRAW_MS : TICK_MS,
				   &readable))
			break;
		dirty = readable;
	} while (!err && top_term_keys(&session->top));
	return err;
}

/* A daemon that is not there at the start may never come. */
static int watch(struct session *session)
{
	int err = top_feed_open(&session->feed, session->path);

	if (err)
		return fail(session, err);
	session->heard_ms = now_ms();
	err = top_term_open();
	if (err)
		return err;
	err = show(session);
	top_term_close();
	if (err)
		lmctl_error("out of memory; let the daemon keep fewer flows (section top of its configuration)");
	return err;
}

static int run(struct session *session)
{
	session->top.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	if (session->once || session->json || !output_redraws() ||
	    !isatty(STDIN_FILENO))
		return print_once(session);
	return watch(session);
}

int cmd_top(int argc, char **argv)
{
	struct session *session = calloc(1, sizeof(*session));
	int status = EXIT_FAILURE;

	if (!session) {
		lmctl_error("out of memory");
		return status;
	}
	/* For the characters of sparklines. */
	setlocale(LC_CTYPE, "");
	strcpy(session->path, VIEW_SOCKET_DEFAULT);
	session->feed.fd = -1;
	view_init(&session->top.view, FLOWS_MAX);
	status = lmctl_parse(&argp, argc, argv, session);
	if (!status && run(session))
		status = EXIT_FAILURE;
	top_feed_close(&session->feed);
	view_clear(&session->top.view);
	free(session);
	return status;
}
