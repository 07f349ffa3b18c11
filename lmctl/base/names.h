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
 * name_valid() - check the name of a node or set
 * @name: name
 *
 * Return: true if the name fits and has no control characters: they could control a
 * terminal that shows somebody else's recording.
 */
bool name_valid(const char *name);

#endif /* LMCTL_BASE_NAMES_H */
