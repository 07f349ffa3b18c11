/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Points in time on the command line: an ISO 8601 time, or how long ago.
 */
#ifndef LMCTL_BASE_WHEN_H
#define LMCTL_BASE_WHEN_H

#include <stdint.h>

/**
 * enum when_end - which end of a span of time a point is
 * @WHEN_SINCE: its begin
 * @WHEN_UNTIL: its end
 */
enum when_end {
	WHEN_SINCE,
	WHEN_UNTIL,
};

/**
 * when_parse() - point in time from its text form
 * @text: a duration back from @now_ms with its unit (see duration.h); @ and
 *	  seconds since 1970; or 2026-11-22, 2026-11-22T15:04,
 *	  2026-11-22T15:04:05 or ...05.250, with a blank instead of the T if need
 *	  be; then Z, +02:00, or nothing for local time
 * @now_ms: present time, milliseconds since 1970
 * @end: a local time that comes twice is the first one as a begin, the last one
 *	 as an end, so that nothing between them is left out; likewise for one
 *	 that clocks skip
 * @ms: filled, milliseconds since 1970
 *
 * Return: 0; -EDOM if @text is a number without a unit; -EINVAL if it is none of
 * these or no such day exists.
 */
int when_parse(const char *text, int64_t now_ms, enum when_end end,
	       int64_t *ms);

#endif /* LMCTL_BASE_WHEN_H */
