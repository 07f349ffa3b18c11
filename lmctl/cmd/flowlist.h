/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A list of flows from the command line, a file or the routing table, and
 * adding it to a set or deleting it from a set as a whole.
 */
#ifndef LMCTL_CMD_FLOWLIST_H
#define LMCTL_CMD_FLOWLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "sr6flow.h"

/* What flowlist_add() does with flows that the set has. */
enum flowlist_present { FLOWLIST_FAIL, FLOWLIST_REFRESH, FLOWLIST_KEEP };

/**
 * struct flowlist_item - a flow and where it comes from
 * @flow: the flow
 * @netmask: N of SOURCE/N, 0 if it was not given
 * @line: line in the file, 0 for none
 * @timed: it has a timeout of its own
 * @timeout: the timeout
 * @added: this run added it
 */
struct flowlist_item {
	struct sr6flow_flow flow;
	unsigned int netmask;
	unsigned int line;
	bool timed;
	uint32_t timeout;
	bool added;
};

/**
 * struct flowlist - list of flows; zero is the empty list
 * @items: flows
 * @n: number of flows
 * @room: items allocated
 * @file: name of the file for messages, NULL if there is none
 */
struct flowlist {
	struct flowlist_item *items;
	size_t n;
	size_t room;
	const char *file;
};

/**
 * flowlist_free() - free the items
 * @list: list
 */
void flowlist_free(struct flowlist *list);

/**
 * flowlist_origin() - where an item comes from, for the start of a message
 * @list: list
 * @line: line of the item
 *
 * Return: "FILE:LINE: ", or an empty string; valid until the next call.
 */
const char *flowlist_origin(const struct flowlist *list, unsigned int line);

/**
 * flowlist_append() - append a flow
 * @list: list
 * @flow: the flow; copied
 * @line: line in the file, 0 for none
 *
 * Return: 0, or -ENOMEM after a message.
 */
int flowlist_append(struct flowlist *list, const struct sr6flow_flow *flow,
		    unsigned int line);

/**
 * flowlist_parse() - append a flow in its text form
 * @list: list
 * @text: [NAME=][SOURCE[/N]@]SID[,SID...]; flowsource_fill() checks N
 *
 * Return: 0, or -EINVAL or -ENOMEM after a message.
 */
int flowlist_parse(struct flowlist *list, const char *text);

/**
 * flowlist_read() - append the flows of a file
 * @list: list
 * @file: name of the file, "-" for standard input
 *
 * One flow per line, with "timeout SECONDS" behind it or without; blank lines and what
 * follows a # are left out.
 *
 * Return: 0, or a negative errno after a message that names file and line.
 */
int flowlist_read(struct flowlist *list, const char *file);

/**
 * flowlist_read_stream() - append the flows of an open file
 * @list: list
 * @stream: file
 * @file: its name for messages; must outlive the list
 *
 * Return: as flowlist_read().
 */
int flowlist_read_stream(struct flowlist *list, FILE *stream, const char *file);

/**
 * flowlist_add() - add all flows to a set or none
 * @list: list
 * @handle: library handle
 * @set: name of the set
 * @timeout: as for sr6flow_add(), of flows without a timeout of their own
 * @present: what to do with flows that exist
 *
 * When a flow fails or a signal wants to end the program, the flows that this
 * call added are deleted again; a refreshed flow stays refreshed.
 *
 * Return: 0, or a negative errno after a message.
 */
int flowlist_add(struct flowlist *list, struct sr6flow *handle,
		 const char *set, uint32_t timeout,
		 enum flowlist_present present);

/**
 * flowlist_del() - delete all flows from a set or none
 * @list: list
 * @handle: library handle
 * @set: name of the set
 * @exist: a flow that the set does not have is not an error
 *
 * Deleting cannot be undone, because the counters are gone: all flows are
 * looked up before the first is deleted.
 *
 * Return: 0, or a negative errno after a message.
 */
int flowlist_del(struct flowlist *list, struct sr6flow *handle,
		 const char *set, bool exist);

#endif /* LMCTL_CMD_FLOWLIST_H */
