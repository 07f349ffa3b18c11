// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include "lmctl/base/duration.h"
#include "lmctl/base/when.h"

/* Of seconds since 1970: no year has five digits. */
#define SECONDS_DIGITS 11

/* @n digits; -1 if there are less. */
static int digits(const char **text, int n)
{
	int value = 0;

	while (n--) {
		if (!isdigit((unsigned char)**text))
			return -1;
		value = value * 10 + *(*text)++ - '0';
	}
	return value;
}

static bool skip(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

/* timegm() makes a day that the month does not have one of the next month. */
static bool day_exists(const struct tm *tm)
{
	struct tm date = {
		.tm_year = tm->tm_year,
		.tm_mon = tm->tm_mon,
		.tm_mday = tm->tm_mday,
	};

	return tm->tm_year >= 70 && tm->tm_mon >= 0 && tm->tm_mon < 12 &&
	       timegm(&date) != (time_t)-1 && date.tm_mday == tm->tm_mday;
}

static bool parse_date(const char **text, struct tm *tm)
{
	tm->tm_year = digits(text, 4) - 1900;
	if (!skip(text, '-'))
		return false;
	tm->tm_mon = digits(text, 2) - 1;
	if (!skip(text, '-'))
		return false;
	tm->tm_mday = digits(text, 2);
	return day_exists(tm);
}

static bool parse_fraction(const char **text, int *ms)
{
	int unit = 100;

	if (!skip(text, '.'))
		return true;
	if (!isdigit((unsigned char)**text))
		return false;
	for (; isdigit((unsigned char)**text); unit /= 10)
		*ms += (*(*text)++ - '0') * unit;
	return true;
}

static bool parse_time(const char **text, struct tm *tm, int *ms)
{
	if (!skip(text, 'T') && !skip(text, ' '))
		return true;
	tm->tm_hour = digits(text, 2);
	if (!skip(text, ':'))
		return false;
	tm->tm_min = digits(text, 2);
	if (skip(text, ':')) {
		tm->tm_sec = digits(text, 2);
		if (!parse_fraction(text, ms))
			return false;
	}
	return tm->tm_hour >= 0 && tm->tm_hour < 24 && tm->tm_min >= 0 &&
	       tm->tm_min < 60 && tm->tm_sec >= 0 && tm->tm_sec <= 60;
}

/* Seconds east of Greenwich; @local if no zone is given. */
static bool parse_zone(const char **text, long *east, bool *local)
{
	int sign = **text == '-' ? -1 : 1, hours, minutes;

	*local = false;
	*east = 0;
	if (skip(text, 'Z'))
		return true;
	if (!skip(text, '+') && !skip(text, '-')) {
		*local = true;
		return true;
	}
	hours = digits(text, 2);
	skip(text, ':');
	minutes = digits(text, 2);
	*east = sign * (hours * 3600L + minutes * 60L);
	return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

/* Seconds east of Greenwich at a time. */
static long offset_at(time_t at)
{
	struct tm tm;

	return localtime_r(&at, &tm) ? tm.tm_gmtoff : 0;
}

/*
 * The offsets of a day before and a day after are all that can be meant: with
 * both of them it is a time that clocks show twice or, with none, skip.
 */
static time_t local_time(struct tm *tm, enum when_end end)
{
	const time_t day = 86400;
	time_t as_utc = timegm(tm);
	time_t a = as_utc - offset_at(as_utc - day);
	time_t b = as_utc - offset_at(as_utc + day);
	bool a_exists = offset_at(a) == as_utc - a;
	bool b_exists = offset_at(b) == as_utc - b;

	if (a_exists != b_exists)
		return a_exists ? a : b;
	return (end == WHEN_SINCE) == (a < b) ? a : b;
}

static int parse_iso(const char *text, enum when_end end, int64_t *ms)
{
	struct tm tm = { .tm_isdst = -1 };
	int fraction = 0;
	bool local;
	long east;
	time_t at;

	if (!parse_date(&text, &tm) || !parse_time(&text, &tm, &fraction) ||
	    !parse_zone(&text, &east, &local) || *text)
		return -EINVAL;
	at = local ? local_time(&tm, end) : timegm(&tm);
	*ms = ((int64_t)at - east) * 1000 + fraction;
	return 0;
}

static int parse_seconds(const char *text, int64_t *ms)
{
	size_t n = strspn(text, "0123456789");
	int64_t seconds = 0;
	int fraction = 0;

	if (!n || n > SECONDS_DIGITS)
		return -EINVAL;
	while (n--)
		seconds = seconds * 10 + (*text++ - '0');
	if (!parse_fraction(&text, &fraction) || *text)
		return -EINVAL;
	*ms = seconds * 1000 + fraction;
	return 0;
}

int when_parse(const char *text, int64_t now_ms, enum when_end end,
	       int64_t *ms)
{
	uint64_t back;

	if (*text == '@')
		return parse_seconds(text + 1, ms);
	/* Seconds, a day or since 1970: nobody can know. */
	if (*text && !text[strspn(text, "0123456789")])
		return -EDOM;
	if (duration_parse(text, &back))
		return parse_iso(text, end, ms);
	*ms = now_ms - (int64_t)back;
	return 0;
}
