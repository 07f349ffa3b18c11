// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <sys/timex.h>

#include "lmctl/base/block.h"
#include "lmctl/base/clock.h"
#include "lmctl/service/sysclock.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static bool disciplined(int state, const struct timex *timex)
{
	return state >= 0 && state != TIME_ERROR &&
	       !(timex->status & STA_UNSYNC);
}

void sysclock_read(bool *synchronised, int64_t *error_ns)
{
	struct timex timex = { .modes = 0 };
	int state = adjtimex(&timex);
	int64_t error_us = timex.maxerror;

	*synchronised = disciplined(state, &timex);
	*error_ns = SYSCLOCK_ERROR_MAX;
	if (state < 0)
		return;
	if (timex.esterror > error_us)
		error_us = timex.esterror;
	/* timesyncd starts with 0; no clock is better than its resolution. */
	if (timex.precision > error_us)
		error_us = timex.precision;
	if (error_us < 1)
		error_us = 1;
	if (error_us < SYSCLOCK_ERROR_MAX / BLOCK_NS_PER_US)
		*error_ns = error_us * BLOCK_NS_PER_US;
}

/* The first sixteen digits of a UUID identify it well enough. */
static uint64_t boot_read(void)
{
	FILE *stream = fopen(BOOT_ID, "re");
	char digits[16 + 1] = "";
	size_t n = 0;
	int c;

	if (!stream)
		return 0;
	while (n < sizeof(digits) - 1 && (c = getc(stream)) != EOF)
		if (c != '-')
			digits[n++] = (char)c;
	fclose(stream);
	return strtoull(digits, NULL, 16);
}

static void boot_time_read(int64_t *boot_time_us, int64_t band_ns)
{
	int64_t boot_time, off = wallclock_boot_time(&boot_time);
	int64_t change = boot_time - *boot_time_us * BLOCK_NS_PER_US;

	off += band_ns / 4;
	if (!*boot_time_us || change > off || change < -off)
		*boot_time_us = boot_time / BLOCK_NS_PER_US;
}

void sysclock_record(struct record_clock *clock, int64_t band_ns)
{
	struct timex timex = { .modes = 0 };
	int state = adjtimex(&timex);

	if (!clock->boot)
		clock->boot = boot_read();
	boot_time_read(&clock->boot_time_us, band_ns);
	clock->synchronised = disciplined(state, &timex) &&
			      timex.esterror < band_ns / BLOCK_NS_PER_US;
}
