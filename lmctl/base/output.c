// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "lmctl/base/messages.h"
#include "lmctl/base/output.h"

#define PROGRESS_FIRST_MS 500
#define PROGRESS_EVERY_MS 100

int output_close(void)
{
	bool failed = ferror(stdout);
	int err = 0;

	if (fclose(stdout))
		err = -errno;
	else if (failed)
		err = -EIO;
	if (err)
		lmctl_error("cannot write to standard output: %s",
			    strerror(-err));
	return err;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void output_progress_start(struct output_progress *progress, const char *what,
			   uint64_t total)
{
	*progress = (struct output_progress){ .what = what, .total = total };
	progress->next = isatty(STDERR_FILENO) ? now_ms() + PROGRESS_FIRST_MS :
						 UINT64_MAX;
}

void output_progress(struct output_progress *progress, uint64_t done)
{
	uint64_t now;

	if (progress->next == UINT64_MAX)
		return;
	now = now_ms();
	if (now < progress->next)
		return;
	progress->next = now + PROGRESS_EVERY_MS;
	progress->shown = true;
	if (progress->total)
		fprintf(stderr, "\r\033[K%" PRIu64 " of %" PRIu64 " %s", done,
			progress->total, progress->what);
	else
		fprintf(stderr, "\r\033[K%" PRIu64 " %s", done, progress->what);
	fflush(stderr);
}

void output_progress_end(struct output_progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
