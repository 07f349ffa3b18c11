// SPDX-License-Identifier: GPL-2.0-only
#include <sys/timex.h>
#include "lmctl/service/sysclock.h"

#define NS_PER_US 1000

void sysclock_read(bool *synchronised, int64_t *error_ns)
{
	struct timex timex = { .modes = 0 };
	int state = adjtimex(&timex);
	int64_t error_us = timex.maxerror;

	*synchronised = false;
	*error_ns = SYSCLOCK_ERROR_MAX;
	if (state < 0)
		return;
	*synchronised = state != TIME_ERROR && !(timex.status & STA_UNSYNC);
	if (timex.esterror > error_us)
		error_us = timex.esterror;
	/* timesyncd starts with 0; no clock is better than its resolution. */
	if (timex.precision > error_us)
		error_us = timex.precision;
	if (error_us < 1)
		error_us = 1;
	if (error_us < SYSCLOCK_ERROR_MAX / NS_PER_US)
		*error_ns = error_us * NS_PER_US;
}
