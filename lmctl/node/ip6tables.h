/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one rule per node, through the ip6tables that the system uses.
 */
#ifndef LMCTL_NODE_IP6TABLES_H
#define LMCTL_NODE_IP6TABLES_H

#include <stdbool.h>

/**
 * struct ip6tables - a rule and the program that manages it
 * @program: found in PATH unless it has a slash
 * @set: name of the set
 * @marking: true for the rule of a marking node (last in mangle POSTROUTING,
 *	     src), false for that of a counting node (first in mangle
 *	     PREROUTING, dst)
 */
struct ip6tables {
	const char *program;
	const char *set;
	bool marking;
};

/* Room for ip6tables_text(). */
#define IP6TABLES_STRLEN 512

/**
 * ip6tables_check() - check whether the rule exists
 * @rule: the rule; the set must exist
 *
 * Return: 1, 0, or a negative errno after a message.
 */
int ip6tables_check(const struct ip6tables *rule);

/**
 * ip6tables_add() - install the rule
 * @rule: the rule; the set must exist
 *
 * Return: 0, or a negative errno after a message.
 */
int ip6tables_add(const struct ip6tables *rule);

/**
 * ip6tables_del() - remove the rule and its duplicates
 * @rule: the rule; the set must exist
 *
 * Return: number of rules removed, or a negative errno after a message.
 */
int ip6tables_del(const struct ip6tables *rule);

/**
 * ip6tables_text() - format the command of ip6tables_add()
 * @rule: the rule
 * @text: room for IP6TABLES_STRLEN bytes
 *
 * Return: @text.
 */
const char *ip6tables_text(const struct ip6tables *rule, char *text);

#endif /* LMCTL_NODE_IP6TABLES_H */
