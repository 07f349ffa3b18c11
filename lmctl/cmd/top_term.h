/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal of 'lmctl top': ncurses is used here only.
 */
#ifndef LMCTL_CMD_TOP_TERM_H
#define LMCTL_CMD_TOP_TERM_H

#include <signal.h>
#include "lmctl/cmd/top_draw.h"

/**
 * top_term_open() - take the whole terminal
 *
 * SIGINT, SIGTERM, SIGHUP and SIGQUIT are blocked but in top_term_wait().
 *
 * Return: 0, or -ENOTTY after a message.
 */
int top_term_open(void);

/**
 * top_term_close() - give the terminal back as it was
 */
void top_term_close(void);

/**
 * top_term_draw() - draw the screen
 * @top: what is shown; its size is filled
 *
 * Return: 0 or -ENOMEM.
 */
int top_term_draw(struct top *top);

/**
 * top_term_wait() - wait for a key, a socket, or some time
 * @fd: socket, or negative
 * @ms: longest wait in milliseconds
 * @readable: filled: there is something to read
 *
 * Return: false when a signal or the loss of the terminal ends the program.
 */
bool top_term_wait(int fd, unsigned int ms, bool *readable);

/**
 * top_term_keys() - do what the keys that were pressed want
 * @top: changed
 *
 * Return: false to quit.
 */
bool top_term_keys(struct top *top);

#endif /* LMCTL_CMD_TOP_TERM_H */
