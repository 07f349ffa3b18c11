/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages on stderr, one line each.
 */
#ifndef LMCTL_BASE_MESSAGES_H
#define LMCTL_BASE_MESSAGES_H

/**
 * message_harmless() - replace control characters by question marks
 * @text: UTF-8
 *
 * A message may quote an untrusted file or name. Without control characters it
 * stays one line and cannot control a terminal. U+0080 to U+009F are control
 * characters, too. The functions below call it.
 */
void message_harmless(char *text);

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
