/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets and their flows as tables and JSON.
 *
 * A report is printed completely or not at all: JSON goes to a temporary file
 * first, so that memory does not grow with the number of flows and an interrupted
 * dump can be repeated.
 */
#ifndef LMCTL_CMD_REPORT_H
#define LMCTL_CMD_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include "lmctl/base/jsonline.h"
#include "lmctl/base/output.h"
#include "sr6flow.h"

/* Version of the JSON documents; keys may be added without changing it. */
#define REPORT_VERSION 2

/**
 * struct report - content of a report
 * @columns: columns of the table
 * @n_columns: number of columns
 * @by: column by which rows are sorted
 * @then: second column to sort by, or the same column
 * @rows: adds the rows of a flow to the table; 0 or a negative errno after a
 *	  message
 * @flow_json: writes the keys of a flow's object
 * @head: prints the text before the table of a set, or NULL
 * @tail: prints the text after it, or NULL
 * @select: selects the flows of the report, NULL for all
 * @arg: for @select
 */
struct report {
	const struct output_column *columns;
	size_t n_columns;
	size_t by;
	size_t then;
	int (*rows)(struct libscols_table *table, const struct sr6flow_set *set,
		    const struct sr6flow_record *record);
	void (*flow_json)(struct jsonline *line, const struct sr6flow_set *set,
			  const struct sr6flow_record *record);
	void (*head)(const struct sr6flow_set *set);
	void (*tail)(const struct sr6flow_set *set);
	bool (*select)(const struct sr6flow_set *set,
		       const struct sr6flow_record *record, void *arg);
	void *arg;
};

/**
 * report_table() - print a set as a table
 * @report: what to print
 * @handle: library handle
 * @set: name of the set
 *
 * Return: 0, or a negative errno after a message.
 */
int report_table(const struct report *report, struct sr6flow *handle,
		 const char *set);

/**
 * report_json() - print sets as one line of JSON
 * @report: what to print
 * @handle: library handle
 * @sets: names of the sets
 * @n: number of sets
 *
 * Return: 0, or a negative errno after a message.
 */
int report_json(const struct report *report, struct sr6flow *handle,
		const char *const *sets, unsigned int n);

/**
 * report_sets_json() - print the state of sets as one line of JSON
 * @sets: state of the sets
 * @n: number of sets
 *
 * Return: 0, or a negative errno after a message.
 */
int report_sets_json(const struct sr6flow_set *sets, unsigned int n);

/**
 * report_set_object() - state of a set
 * @set: state
 *
 * Return: new object, or NULL when memory is short.
 */
json_t *report_set_object(const struct sr6flow_set *set);

/**
 * report_flow_keys() - write the identity of a flow: name and SID list
 * @line: line, within the object of the flow
 * @set: state of its set
 * @record: flow
 */
void report_flow_keys(struct jsonline *line, const struct sr6flow_set *set,
		      const struct sr6flow_record *record);

/**
 * report_counters_keys() - write identity and counters by slot
 * @line: line, within the object of the flow
 * @set: state of its set
 * @record: flow
 */
void report_counters_keys(struct jsonline *line, const struct sr6flow_set *set,
			  const struct sr6flow_record *record);

/**
 * report_slot_name() - name of a slot
 * @mask: mark mask
 * @slot: below sr6flow_slots()
 *
 * Return: uncoloured, low, high or foreign; zero or bit for one mask bit.
 */
const char *report_slot_name(uint32_t mask, unsigned int slot);

#endif /* LMCTL_CMD_REPORT_H */
