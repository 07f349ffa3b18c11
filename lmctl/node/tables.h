/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of routing tables.
 */
#ifndef LMCTL_NODE_TABLES_H
#define LMCTL_NODE_TABLES_H

#include <stdint.h>

/* Room for the name of a table. */
#define TABLE_NAME_LEN 33

/**
 * table_parse() - number of a routing table
 * @text: number, a name from iproute2's rt_tables, or a VRF device
 * @table: filled
 *
 * Return: 0 or -EINVAL.
 */
int table_parse(const char *text, uint32_t *table);

/**
 * table_name() - name of a routing table
 * @table: number
 * @text: room for TABLE_NAME_LEN bytes
 *
 * Return: @text.
 */
const char *table_name(uint32_t table, char *text);

#endif /* LMCTL_NODE_TABLES_H */
