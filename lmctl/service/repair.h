/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One 'lmctl up SET' of a service, as a child: ip6tables may wait for a lock, and the
 * loop must not.
 */
#ifndef LMCTL_SERVICE_REPAIR_H
#define LMCTL_SERVICE_REPAIR_H

#include <systemd/sd-event.h>

struct repair;

/**
 * typedef repair_done_fn - a repair has ended
 * @arg: as given to repair_start()
 * @error: last line of what it said if it failed, otherwise NULL
 *
 * The repair is gone after that.
 */
typedef void (*repair_done_fn)(void *arg, const char *error);

/**
 * repair_start() - start a repair
 * @repair: filled, for repair_stop()
 * @event: loop
 * @file: configuration file
 * @set: name of the set
 * @done: called from the loop
 * @arg: for @done
 *
 * The child gets the capabilities of privileges_lend(). It is ended after half a minute.
 *
 * Return: 0 or a negative errno; nothing has been printed.
 */
int repair_start(struct repair **repair, sd_event *event, const char *file,
		 const char *set, repair_done_fn done, void *arg);

/**
 * repair_stop() - end a repair and wait for it
 * @repair: repair that runs, or NULL
 *
 * It finishes or undoes its work, for which it has two seconds.
 */
void repair_stop(struct repair *repair);

#endif /* LMCTL_SERVICE_REPAIR_H */
