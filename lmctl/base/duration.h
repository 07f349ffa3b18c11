/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Durations on the command line: 500ms, 10s, 5min, 1h, 30d; a bare number
 * is seconds.
 */
#ifndef LMCTL_BASE_DURATION_H
#define LMCTL_BASE_DURATION_H

#include <stddef.h>
#include <stdint.h>

/* Text form of the longest duration with the NUL. */
#define DURATION_STRLEN 24
/* Longest duration: a thousand years, so that sums cannot overflow. */
#define DURATION_MAX_MS (1000 * 366 * 86400000ULL)

/**
 * duration_parse() - duration from its text form
 * @text: digits and a unit: ms, s, min, h, d or none for seconds
 * @ms: filled with milliseconds, may be 0
 *
 * Return: 0; -EINVAL if @text is not a duration; -ERANGE if it is longer than
 * DURATION_MAX_MS.
 */
int duration_parse(const char *text, uint64_t *ms);

/**
 * duration_format() - text form of a duration
 * @ms: milliseconds
 * @text: room for DURATION_STRLEN bytes
 *
 * Print whole seconds in seconds, other durations in milliseconds.
 *
 * Return: @text.
 */
const char *duration_format(uint64_t ms, char *text);

#endif /* LMCTL_BASE_DURATION_H */
