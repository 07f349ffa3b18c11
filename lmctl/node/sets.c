// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets: their names on the command line, library handles, whole dumps.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include "lmctl/base/messages.h"
#include "lmctl/node/sets.h"

/*
 * A dump is interrupted when the list of sets changes meanwhile or its messages
 * arrive faster than they are read. Both are temporary.
 */
#define DUMP_TRIES 10
#define DESTROY_TRIES 100
#define DESTROY_WAIT_NS 10000000

const char *lmctl_set_name(const char *argument)
{
	if (!strcmp(argument, "tx"))
		return LMCTL_SET_TX;
	if (!strcmp(argument, "rx"))
		return LMCTL_SET_RX;
	return argument;
}

struct sr6flow *lmctl_open(void)
{
	struct sr6flow *handle;
	int err = sr6flow_open(&handle);

	if (!err)
		return handle;
	lmctl_error("%s", handle ? sr6flow_error(handle) : strerror(-err));
	sr6flow_close(handle);
	return NULL;
}

unsigned int lmctl_default_sets(struct sr6flow *handle,
				struct sr6flow_set sets[2])
{
	static const char *const names[] = { LMCTL_SET_TX, LMCTL_SET_RX };
	unsigned int n = 0, i;

	for (i = 0; i < 2; i++) {
		int err = sr6flow_info(handle, names[i], &sets[n]);

		if (!err) {
			n++;
		} else if (err != -ENOENT) {
			lmctl_error("%s", sr6flow_error(handle));
			return 0;
		}
	}
	if (!n)
		lmctl_error("no set " LMCTL_SET_TX " or " LMCTL_SET_RX
			    " here: 'lmctl init tx' or 'lmctl init rx' creates "
			    "it, 'lmctl --help' lists the commands");
	return n;
}

int lmctl_destroy(struct sr6flow *handle, const char *set)
{
	const struct timespec wait = { .tv_nsec = DESTROY_WAIT_NS };
	unsigned int tries;
	int err;

	for (tries = 1;; tries++) {
		err = sr6flow_destroy(handle, set);
		if (err != -EBUSY || tries == DESTROY_TRIES)
			return err;
		nanosleep(&wait, NULL);
	}
}

int lmctl_dump(struct sr6flow *handle, const char *set, sr6flow_dump_fn fn,
	       lmctl_again_fn again, void *arg)
{
	unsigned int tries;
	int err;

	for (tries = 1;; tries++) {
		err = sr6flow_dump(handle, set, fn, arg);
		if ((err != -EINTR && err != -ENOBUFS) || tries == DUMP_TRIES)
			return err;
		err = again ? again(arg) : 0;
		if (err)
			return err;
	}
}
