/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Witness of the rules that count a set: reads them from the kernel and detects
 * every change since. Needs CAP_NET_ADMIN.
 *
 * nf_tables numbers its generations and sends a notification for every change.
 * While the generation is the one announced last and no notification concerned the
 * rule or its table, the rule counted all the time. ip_tables has neither: a
 * replaced rule shows only by its counter, which restarts.
 */
#ifndef LMCTL_NODE_WITNESS_H
#define LMCTL_NODE_WITNESS_H

#include "lmctl/node/rules.h"
#include "sr6flow.h"

struct witness;

/**
 * witness_open() - start watching
 * @witness: filled
 * @set: name of the set
 *
 * Return: 0, or a negative errno after a message.
 */
int witness_open(struct witness **witness, const char *set);

/**
 * witness_close() - stop watching
 * @witness: witness or NULL
 */
void witness_close(struct witness *witness);

/**
 * witness_fd() - socket of notifications
 * @witness: witness
 *
 * Return: descriptor; when it is readable call witness_drain(), or notifications
 * may be lost.
 */
int witness_fd(const struct witness *witness);

/**
 * witness_drain() - read notifications
 * @witness: witness
 */
void witness_drain(struct witness *witness);

/**
 * witness_read() - read the state of the rules
 * @witness: witness
 * @handle: library handle
 * @facts: filled
 *
 * If two calls return the same sequence, no known change of the rules happened
 * between the start of the first and the end of the second.
 *
 * Return: 0; -EAGAIN while a change is in progress: try again; or another negative
 * errno.
 */
int witness_read(struct witness *witness, struct sr6flow *handle,
		 struct rule_facts *facts);

/**
 * witness_error() - explain the last failed witness_read()
 * @witness: witness
 * @handle: library handle of that call
 *
 * Return: one line.
 */
const char *witness_error(const struct witness *witness,
			  const struct sr6flow *handle);

/**
 * witness_survey() - read the rules of a set once
 * @handle: library handle
 * @set: name of the set
 * @rules: filled
 *
 * Return: 0, or a negative errno after a message.
 */
int witness_survey(struct sr6flow *handle, const char *set,
		   struct rules *rules);

#endif /* LMCTL_NODE_WITNESS_H */
