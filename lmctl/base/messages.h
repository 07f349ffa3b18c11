/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages on stderr, one line each.
 */
#ifndef LMCTL_BASE_MESSAGES_H
#define LMCTL_BASE_MESSAGES_H

/**
 * lmctl_error() - print "lmctl: ..." on stderr
 * @format: one line without a newline: the thing, the value, the remedy
 */
void lmctl_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * lmctl_warning() - print "lmctl: warning: ..." on stderr
 * @format: one line without a newline
 */
void lmctl_warning(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/**
 * lmctl_note() - print "lmctl: ..." on stderr: a line in the log of a daemon
 * @format: one line without a newline
 */
void lmctl_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* LMCTL_BASE_MESSAGES_H */
