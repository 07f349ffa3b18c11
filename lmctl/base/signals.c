// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include "lmctl/base/signals.h"

static sigset_t before;
static unsigned int held;

static void ending_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

void signals_hold(void)
{
	sigset_t set;

	ending_signals(&set);
	if (!held++)
		sigprocmask(SIG_BLOCK, &set, &before);
}

bool signals_pending(void)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, SIGINT) || sigismember(&set, SIGTERM) ||
	       sigismember(&set, SIGHUP);
}

void signals_release(void)
{
	if (!--held)
		sigprocmask(SIG_SETMASK, &before, NULL);
}
