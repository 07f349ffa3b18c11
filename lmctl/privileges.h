/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LMCTL_PRIVILEGES_H
#define LMCTL_PRIVILEGES_H

#include <stdbool.h>

/**
 * privileges_drop() - keep what a daemon needs, if there is it, and no more
 * @user: user to become, NULL or empty to stay
 * @bind: keep CAP_NET_BIND_SERVICE beside CAP_NET_ADMIN
 *
 * New programs started from here on gain nothing either.
 *
 * Return: 0, or a negative errno after a message.
 */
int privileges_drop(const char *user, bool bind);

#endif /* LMCTL_PRIVILEGES_H */
