/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of ip6_tables, the legacy back end of ip6tables.
 */
#ifndef LMCTL_NODE_LEGACY_H
#define LMCTL_NODE_LEGACY_H

#include "lmctl/node/rules.h"

/**
 * legacy_open() - a socket to ask by
 *
 * Return: descriptor, or a negative errno.
 */
int legacy_open(void);

/**
 * legacy_rules() - read rules that use a set
 * @fd: from legacy_open()
 * @index: index of the set
 * @uses: how many uses of the set there are to find: when they are found, no
 *	  further table is read
 * @rules: filled
 *
 * A table whose module is not loaded is not there, and stays so.
 *
 * Return: 0 or a negative errno.
 */
int legacy_rules(int fd, uint16_t index, unsigned int uses,
		 struct rules *rules);

#endif /* LMCTL_NODE_LEGACY_H */
