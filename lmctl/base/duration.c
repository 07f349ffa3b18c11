// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "lib/array.h"
#include "lmctl/base/duration.h"

static const struct {
	const char *name;
	uint64_t ms;
} units[] = {
	{ "", 1000 },
	{ "ms", 1 },
	{ "s", 1000 },
	{ "min", 60000 },
	{ "h", 3600000 },
	{ "d", 86400000 },
};

int duration_parse(const char *text, uint64_t *ms)
{
	const char *unit = text + strspn(text, "0123456789");
	uint64_t value = 0;
	size_t i;

	if (unit == text)
		return -EINVAL;
	for (i = 0; strcmp(units[i].name, unit);)
		if (++i == ARRAY_SIZE(units))
			return -EINVAL;
	for (; text < unit; text++) {
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > DURATION_MAX_MS / units[i].ms)
			return -ERANGE;
	}
	*ms = value * units[i].ms;
	return 0;
}

const char *duration_format(uint64_t ms, char *text)
{
	if (ms % 1000)
		snprintf(text, DURATION_STRLEN, "%" PRIu64 "ms", ms);
	else
		snprintf(text, DURATION_STRLEN, "%" PRIu64 "s", ms / 1000);
	return text;
}
