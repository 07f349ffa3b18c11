// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/array.h"
#include "lmctl/base/messages.h"
#include "lmctl/cmd/top_term.h"

#define KEY_ESCAPE 27
#define KEY_DELETE 127
#define CTRL(c) ((c) & 0x1f)
#define ESCAPE_MS 25

static SCREEN *screen;
static sigset_t before;
static volatile sig_atomic_t ended;
static attr_t styles[TOP_DIM + 1];

static void on_end(int number)
{
	(void)number;
	ended = 1;
}

/* They end the wait only: the terminal is given back before the end. */
static void hold_signals(void)
{
	const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	const struct sigaction action = { .sa_handler = on_end };
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		sigaction(numbers[i], &action, NULL);
		sigaddset(&set, numbers[i]);
	}
	sigprocmask(SIG_BLOCK, &set, &before);
}

/* Each style differs by more than its colour, or by words in its line. */
static void choose_styles(void)
{
	styles[TOP_TITLE] = A_REVERSE;
	styles[TOP_HEADING] = A_BOLD;
	styles[TOP_BAD] = A_BOLD;
	styles[TOP_DIM] = A_DIM;
	if (getenv("NO_COLOR") || !has_colors() || start_color() == ERR ||
	    use_default_colors() == ERR)
		return;
	init_pair(1, COLOR_RED, -1);
	init_pair(2, COLOR_GREEN, -1);
	styles[TOP_BAD] |= COLOR_PAIR(1);
	styles[TOP_GOOD] |= COLOR_PAIR(2);
}

int top_term_open(void)
{
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		lmctl_error("the terminal '%s' is not known; set TERM, or use --once",
			    getenv("TERM") ?: "");
		return -ENOTTY;
	}
	hold_signals();
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	choose_styles();
	return 0;
}

void top_term_close(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void put(void *arg, enum top_style style, const char *text, size_t len)
{
	int *line = arg;

	/* A style of the whole line, to the right edge. */
	attrset((int)styles[style]);
	move(*line, 0);
	addnstr(text, (int)len);
	if (style == TOP_TITLE)
		hline(' ' | A_REVERSE, COLS);
	++*line;
}

int top_term_draw(struct top *top)
{
	int line = 0, err;

	top->lines = LINES > 0 ? (unsigned int)LINES : 1;
	top->width = (unsigned int)COLS;
	erase();
	err = top_draw(top, put, &line);
	refresh();
	return err;
}

bool top_term_wait(int fd, unsigned int ms, bool *readable)
{
	const struct timespec patience = {
		.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L,
	};
	struct pollfd files[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};
	int n = ppoll(files, ARRAY_SIZE(files), &patience, &before);

	*readable = n > 0 && files[1].revents;
	/* A terminal that has gone would be readable for ever. */
	return !ended && !(n > 0 && files[0].revents & (POLLHUP | POLLERR |
							POLLNVAL));
}

static void edit(struct top *top, int key)
{
	size_t len = strlen(top->filter);

	if (key == '\r' || key == '\n' || key == KEY_ENTER) {
		top->editing = false;
	} else if (key == KEY_ESCAPE) {
		top->editing = false;
		*top->filter = '\0';
	} else if (key == CTRL('u')) {
		*top->filter = '\0';
	} else if (key == KEY_BACKSPACE || key == KEY_DELETE || key == '\b') {
		if (len)
			top->filter[len - 1] = '\0';
	} else if (key > 0 && key < KEY_DELETE && isprint(key) &&
		   len + 1 < sizeof(top->filter)) {
		top->filter[len] = (char)key;
		top->filter[len + 1] = '\0';
	}
	top->first = 0;
}

static void sort_by(struct top *top, enum view_order order)
{
	top->order = order;
	top->reverse = false;
	top->first = 0;
}

static void scroll_by(struct top *top, int key)
{
	size_t page = top->rows ? top->rows : 1;
	size_t up = key == KEY_UP ? 1 : key == KEY_PPAGE ? page :
		    key == KEY_HOME ? top->first : 0;

	top->first -= up < top->first ? up : top->first;
	/* Drawing makes it fit. */
	top->first += key == KEY_DOWN ? 1 : key == KEY_NPAGE ? page :
		      key == KEY_END ? top->view.map.n : 0;
}

static void act(struct top *top, int key)
{
	static const char letters[] = {
		[VIEW_BY_LOSS] = 'l', [VIEW_BY_RATE] = 'r',
		[VIEW_BY_NAME] = 'n', [VIEW_BY_PEER] = 'p',
	};
	enum view_order order;

	for (order = 0; order < VIEW_ORDERS; order++)
		if (key == letters[order])
			sort_by(top, order);
	if (key == KEY_RIGHT)
		sort_by(top, (top->order + 1) % VIEW_ORDERS);
	if (key == KEY_LEFT)
		sort_by(top, (top->order + VIEW_ORDERS - 1) % VIEW_ORDERS);
	if (key == 'i')
		top->reverse = !top->reverse;
	if (key == '/')
		top->editing = true;
	if (key == ' ')
		top->paused = !top->paused;
	if (key == 'w')
		top->page = TOP_WRONG;
	if (key == '?' || key == 'h')
		top->page = TOP_HELP;
	if (key == CTRL('l'))
		clearok(stdscr, TRUE);
	scroll_by(top, key);
}

bool top_term_keys(struct top *top)
{
	int key;

	while ((key = getch()) != ERR) {
		if (key == KEY_RESIZE)
			continue;
		if (top->editing)
			edit(top, key);
		else if (key == 'q')
			return false;
		else if (top->page != TOP_FLOWS)
			top->page = TOP_FLOWS;
		else
			act(top, key);
	}
	return true;
}
