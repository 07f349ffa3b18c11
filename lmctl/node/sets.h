/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of this node: names, library handles, whole dumps.
 */
#ifndef LMCTL_NODE_SETS_H
#define LMCTL_NODE_SETS_H

#include "sr6flow.h"

/* The sets named by the words tx and rx. */
#define LMCTL_SET_TX "lm-tx"
#define LMCTL_SET_RX "lm-rx"

/**
 * lmctl_set_name() - name of the set of an argument SET
 * @argument: tx, rx or the name of a set
 *
 * Return: name of a set.
 */
const char *lmctl_set_name(const char *argument);

/**
 * lmctl_open() - open a library handle
 *
 * Return: handle to be closed with sr6flow_close(), or NULL after a message.
 */
struct sr6flow *lmctl_open(void);

/**
 * lmctl_default_sets() - find the existing sets among those of tx and rx
 * @handle: library handle
 * @sets: filled with the state of the existing ones
 *
 * Return: number of sets, at least 1; 0 after a message.
 */
unsigned int lmctl_default_sets(struct sr6flow *handle,
				struct sr6flow_set sets[2]);

/**
 * lmctl_destroy() - destroy a set whose rules were just removed
 * @handle: library handle
 * @set: name of the set
 *
 * The kernel releases a removed rule shortly after ip6tables has returned; this
 * function waits for it, at most a second. It prints nothing.
 *
 * Return: as sr6flow_destroy().
 */
int lmctl_destroy(struct sr6flow *handle, const char *set);

/**
 * typedef lmctl_again_fn - called before an interrupted dump is repeated
 * @arg: as given to lmctl_dump()
 *
 * Discard the results of earlier calls of the dump's callback.
 *
 * Return: 0, or a negative errno that ends the dump.
 */
typedef int (*lmctl_again_fn)(void *arg);

/**
 * lmctl_dump() - read a whole set, repeating interrupted dumps
 * @handle: library handle
 * @set: name of the set
 * @fn: called for every flow
 * @again: called before a repetition, NULL if @fn keeps nothing
 * @arg: for @fn and @again
 *
 * It repeats a bounded number of times and prints nothing; sr6flow_error() has the
 * sentence unless @fn or @again ended the dump.
 *
 * Return: 0, the value of @fn, or a negative errno.
 */
int lmctl_dump(struct sr6flow *handle, const char *set, sr6flow_dump_fn fn,
	       lmctl_again_fn again, void *arg);

#endif /* LMCTL_NODE_SETS_H */
