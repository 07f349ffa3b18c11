/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Points in time on the command line: an ISO 8601 time, or how long ago.
 */
#ifndef LMCTL_WHEN_H
#define LMCTL_WHEN_H

#include <stdint.h>

/**
 * when_parse() - point in time from its text form
 * @text: a duration back from @now_ms (see duration.h), or 2026-11-22,
 *	  2026-11-22T15:04, 2026-11-22T15:04:05 or ...05.250, with a blank
 *	  instead of the T if need be; then Z, +02:00, or nothing for local time
 * @now_ms: present time, milliseconds since 1970
 * @ms: filled, milliseconds since 1970
 *
 * Return: 0, or -EINVAL if @text is neither or no such day exists.
 */
int when_parse(const char *text, int64_t now_ms, int64_t *ms);

#endif /* LMCTL_WHEN_H */
