/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A set and its one rule, made and removed as a whole: for init, deinit, up and down.
 */
#ifndef LMCTL_CMD_SETUP_H
#define LMCTL_CMD_SETUP_H

#include "lmctl/service/config.h"

/**
 * struct setup - a set that setup_make() has made
 * @created: it created the set
 * @ruled: it installed the rule
 */
struct setup {
	bool created;
	bool ruled;
};

/**
 * struct setup_removal - a set to remove
 * @set: name of the set
 * @program: ip6tables; NULL: the one of the system, then each program whose back end
 *	     has a rule
 * @marks: remove the rule of a marking node
 * @counts: remove the rule of a counting node
 * @dry_run: print the changes without making them
 */
struct setup_removal {
	const char *set;
	const char *program;
	bool marks;
	bool counts;
	bool dry_run;
};

/**
 * setup_lock() - wait for another lmctl that changes sets or rules
 *
 * Two that look for a rule at the same time would both install it. The lock is a name
 * in the network namespace, as rules are. Anyone can hold it, so that it waits ten
 * seconds at most.
 *
 * Return: descriptor for setup_unlock().
 */
int setup_lock(void);

/**
 * setup_unlock() - let another one go on
 * @lock: from setup_lock()
 */
void setup_unlock(int lock);

/**
 * setup_make() - create a set and its rule, unless they exist
 * @handle: library handle
 * @set: the set; gets the netmask of an existing one that is kept
 * @made: filled
 *
 * Call it with signals held. A step that fails or a signal undoes those before it.
 *
 * Return: 0, or a negative errno after a message.
 */
int setup_make(struct sr6flow *handle, struct config_set *set,
	       struct setup *made);

/**
 * setup_undo() - remove what setup_make() has made
 * @handle: library handle
 * @set: the set
 * @made: as filled by setup_make()
 */
void setup_undo(struct sr6flow *handle, const struct config_set *set,
		const struct setup *made);

/**
 * setup_plan() - print what setup_make() would do
 * @handle: library handle
 * @set: the set
 *
 * Return: 1 if the set exists, 0, or a negative errno after a message.
 */
int setup_plan(struct sr6flow *handle, const struct config_set *set);

/**
 * setup_warn() - warn about a mark mask
 * @mask: mark mask
 */
void setup_warn(uint32_t mask);

/**
 * setup_remove() - remove the rules of a set, and then the set
 * @handle: library handle
 * @removal: the set
 *
 * Call it with signals held. A missing rule or set is not an error. If anything else uses
 * the set, nothing is removed.
 *
 * Return: 0, or a negative errno after a message.
 */
int setup_remove(struct sr6flow *handle, const struct setup_removal *removal);

#endif /* LMCTL_CMD_SETUP_H */
