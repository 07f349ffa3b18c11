/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of ip6_tables, the legacy back end of ip6tables.
 */
#ifndef LMCTL_NODE_LEGACY_H
#define LMCTL_NODE_LEGACY_H

#include "lmctl/node/rules.h"

/**
 * legacy_open() - open a socket for requests
 *
 * Return: descriptor, or a negative errno.
 */
int legacy_open(void);

/**
 * legacy_rules() - read rules that use a set
 * @fd: from legacy_open()
 * @index: index of the set
 * @uses: number of uses of the set to find; no further table is read after that
 * @rules: filled
 *
 * A table whose module is not loaded does not exist, and is not created.
 *
 * Return: 0 or a negative errno.
 */
int legacy_rules(int fd, uint16_t index, unsigned int uses,
		 struct rules *rules);

#endif /* LMCTL_NODE_LEGACY_H */
