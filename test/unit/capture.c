// SPDX-License-Identifier: GPL-2.0-only
#include <pty.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "test/unit/capture.h"
#include "test/unit/unit.h"

static struct {
	bool on;
	int fd;
	int saved;
	/* A file, the other side of a terminal, or -1. */
	int from;
	bool terminal;
	char text[4 << 20];
} self;

void capture_to(int fd, int to)
{
	assert_false(self.on);
	fflush(NULL);
	self.saved = dup(fd);
	assert_true(self.saved >= 0);
	assert_int_equal(dup2(to, fd), fd);
	close(to);
	self.on = true;
	self.fd = fd;
	self.from = -1;
	self.terminal = false;
}

void capture(int fd)
{
	int file = memfd_create("captured", 0);

	assert_true(file >= 0);
	capture_to(fd, dup(file));
	self.from = file;
}

void capture_terminal(unsigned short width)
{
	const struct winsize size = { .ws_row = 24, .ws_col = width };
	int terminal, other;

	assert_int_equal(openpty(&terminal, &other, NULL, NULL, &size), 0);
	capture_to(STDOUT_FILENO, other);
	self.from = terminal;
	self.terminal = true;
}

const char *captured(void)
{
	ssize_t len;

	fflush(NULL);
	len = pread(self.from, self.text, sizeof(self.text) - 1, 0);
	assert_in_range(len, 0, sizeof(self.text) - 2);
	self.text[len] = '\0';
	return self.text;
}

static void read_terminal(void)
{
	size_t len = 0;
	char c;

	while (len < sizeof(self.text) - 1 && read(self.from, &c, 1) > 0)
		if (c != '\r')
			self.text[len++] = c;
	self.text[len] = '\0';
}

char *capture_end(void)
{
	fflush(NULL);
	dup2(self.saved, self.fd);
	close(self.saved);
	self.on = false;
	*self.text = '\0';
	if (self.terminal)
		read_terminal();
	else if (self.from >= 0)
		captured();
	if (self.from >= 0)
		close(self.from);
	return self.text;
}

int capture_teardown(void **state)
{
	(void)state;
	if (self.on)
		capture_end();
	return 0;
}

unsigned int count(const char *text, const char *part)
{
	unsigned int n = 0;

	for (text = strstr(text, part); text; text = strstr(text + 1, part))
		n++;
	return n;
}

unsigned int widest(const char *text)
{
	size_t most = 0;

	for (; *text; text += !!*text) {
		size_t width = strcspn(text, "\n");

		most = width > most ? width : most;
		text += width;
	}
	return (unsigned int)most;
}
