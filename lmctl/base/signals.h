/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work that is done whole or not at all: the signals with which people and
 * service managers end a program wait until it is done or undone.
 */
#ifndef LMCTL_BASE_SIGNALS_H
#define LMCTL_BASE_SIGNALS_H

#include <stdbool.h>

/**
 * signals_hold() - hold back SIGINT, SIGTERM and SIGHUP
 *
 * Work may be part of other work: the last signals_release() counts.
 */
void signals_hold(void);

/**
 * signals_pending() - ask whether one of them waits
 *
 * Return: true if the work is to be undone.
 */
bool signals_pending(void);

/**
 * signals_release() - let them through again; one that waits ends the program
 */
void signals_release(void);

#endif /* LMCTL_BASE_SIGNALS_H */
