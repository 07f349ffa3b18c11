/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LMCTL_BASE_PRIVILEGES_H
#define LMCTL_BASE_PRIVILEGES_H

#include <stdbool.h>

/* Who runs what root started, if there is this user; otherwise nobody. */
#define PRIVILEGES_USER "sr6flow"

/**
 * privileges_drop() - keep what a daemon needs, if there is it, and no more
 * @user: user to become; empty to stay who it is; NULL: if it is root, become
 *	  PRIVILEGES_USER
 * @bind: keep CAP_NET_BIND_SERVICE beside CAP_NET_ADMIN
 *
 * What root opened before stays open: call this after the last file that only
 * root may open. New programs started from here on gain nothing either.
 *
 * Return: 0, or a negative errno after a message.
 */
int privileges_drop(const char *user, bool bind);

#endif /* LMCTL_BASE_PRIVILEGES_H */
