// SPDX-License-Identifier: GPL-2.0-only
/* Any string as a duration and as a point in time of a command line. */
#include <errno.h>

#include "lmctl/base/duration.h"
#include "lmctl/base/when.h"
#include "test/fuzz/input.h"

#define NOW INT64_C(1709294401500)
/* The first moment that needs five digits for the year. */
#define YEAR_10000 INT64_C(253402300800000)
#define DAY INT64_C(86400000)

static void check_duration(const char *text)
{
	char again[DURATION_STRLEN];
	uint64_t ms, ms_again;
	int err = duration_parse(text, &ms);

	must(!err || err == -EINVAL || err == -ERANGE);
	if (err)
		return;
	must(ms <= DURATION_MAX_MS);
	must(!duration_parse(duration_format(ms, again), &ms_again));
	must(ms == ms_again);
}

static void check_when(const char *text)
{
	int64_t at, later, until;
	uint64_t back;
	int err = when_parse(text, NOW, WHEN_SINCE, &at);

	must(!err || err == -EINVAL || err == -EDOM);
	must(when_parse(text, NOW, WHEN_UNTIL, &until) == err);
	if (err)
		return;
	must(at <= until && until <= at + DAY);
	must(!when_parse(text, NOW + 1, WHEN_SINCE, &later));
	if (*text == '@') {
		must(at == later && at >= 0);
	} else if (duration_parse(text, &back)) {
		must(at == later);
		must(at >= -2 * DAY && at <= YEAR_10000 + 2 * DAY);
	} else {
		must(at == NOW - (int64_t)back && later == at + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	char *text = (char *)input_copy(&input, size + 1);

	check_duration(text);
	check_when(text);
	free(text);
	return 0;
}
