/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Witness of the rules that count a set: reads them from the kernel, and notices
 * whatever may have changed them since. Needs CAP_NET_ADMIN.
 *
 * nf_tables numbers its generations and announces every change. As long as the
 * number is the one that was announced last and no announcement concerned the rule
 * or its table, the rule counted all the time. ip_tables has neither: there a rule
 * that was replaced shows only by its counter, which then begins anew.
 */
#ifndef LMCTL_NODE_WITNESS_H
#define LMCTL_NODE_WITNESS_H

#include "lmctl/node/rules.h"
#include "sr6flow.h"

struct witness;

/**
 * witness_open() - begin to watch
 * @witness: filled
 * @set: name of the set
 *
 * Return: 0, or a negative errno after a message.
 */
int witness_open(struct witness **witness, const char *set);

/**
 * witness_close() - stop
 * @witness: witness or NULL
 */
void witness_close(struct witness *witness);

/**
 * witness_fd() - where announcements come in
 * @witness: witness
 *
 * Return: descriptor; when it is readable call witness_drain(), lest
 * announcements be lost.
 */
int witness_fd(const struct witness *witness);

/**
 * witness_drain() - take in what was announced
 * @witness: witness
 */
void witness_drain(struct witness *witness);

/**
 * witness_read() - the state of the rules now
 * @witness: witness
 * @handle: library handle
 * @facts: filled
 *
 * A sequence that two calls have in common means that between the start of the
 * first one and the end of the second nothing is known to have changed the rules.
 *
 * Return: 0; -EAGAIN while a change is under way: try again; or another negative
 * errno.
 */
int witness_read(struct witness *witness, struct sr6flow *handle,
		 struct rule_facts *facts);

/**
 * witness_error() - sentence about the last witness_read() that failed
 * @witness: witness
 * @handle: library handle that it was called with
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
