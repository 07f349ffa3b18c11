/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of nodes and sets.
 */
#ifndef LMCTL_BASE_NAMES_H
#define LMCTL_BASE_NAMES_H

#include <stdbool.h>

/* Room for a node's or a set's name with the NUL. */
#define NAME_LEN 256

/**
 * name_valid() - can this be the name of a node or set
 * @name: name
 *
 * Return: true if it fits and has no control characters, which a terminal
 * would obey when a recording of somebody else is shown.
 */
bool name_valid(const char *name);

#endif /* LMCTL_BASE_NAMES_H */
