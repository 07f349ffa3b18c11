/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LMCTL_BASE_PRIVILEGES_H
#define LMCTL_BASE_PRIVILEGES_H

#include <stdbool.h>

/* User of daemons that root started, if it exists; otherwise nobody. */
#define PRIVILEGES_USER "sr6flow"

/**
 * privileges_drop() - keep only the capabilities that a daemon needs
 * @user: user to become; empty to stay the same user; NULL: root becomes
 *	  PRIVILEGES_USER
 * @bind: keep CAP_NET_BIND_SERVICE beside CAP_NET_ADMIN
 * @lend: privileges_lend() is to work: CAP_NET_RAW is kept, too, but has no effect
 *	  here
 *
 * Files that root opened before stay open: call this after opening the last file
 * that only root may open. Programs started later gain no privileges, either.
 *
 * Return: 0, or a negative errno after a message.
 */
int privileges_drop(const char *user, bool bind, bool lend);

/**
 * privileges_lend() - let the next program have what ip6tables needs
 * @on: true before it is started, false right after
 *
 * Return: 0, or a negative errno if this process may not pass CAP_NET_ADMIN and CAP_NET_RAW on.
 */
int privileges_lend(bool on);

#endif /* LMCTL_BASE_PRIVILEGES_H */
