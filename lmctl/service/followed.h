/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flows that a follower added, kept in a file while it does not run: its routes may be
 * removed meanwhile, and its set may be saved and made again. The file is in the folder
 * that systemd gives a service for its state; without one, nothing is kept.
 */
#ifndef LMCTL_SERVICE_FOLLOWED_H
#define LMCTL_SERVICE_FOLLOWED_H

#include "lmctl/engine/following.h"

/**
 * followed_write() - keep the flows that a following has added
 * @set: name of its set
 * @following: following
 *
 * The file is complete or not there; a failure is reported.
 */
void followed_write(const char *set, const struct following *following);

/**
 * followed_read() - remember the flows of the last run, and remove the file
 * @set: name of its set
 * @following: following that knows the set
 *
 * A file that another user can write is ignored.
 */
void followed_read(const char *set, struct following *following);

#endif /* LMCTL_SERVICE_FOLLOWED_H */
