/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_LLIST_H
#define STANDIN_LLIST_H

#include <linux/kernel.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

static inline void init_llist_head(struct llist_head *head)
{
	head->first = NULL;
}

/* Returns whether the list was empty. */
static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	node->next = head->first;
	head->first = node;
	return !node->next;
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	struct llist_node *first = head->first;

	head->first = NULL;
	return first;
}

#define standin_llist_entry(node, type, member) \
	((node) ? container_of(node, type, member) : NULL)
#define llist_for_each_entry_safe(entry, after, node, member) \
	for (entry = standin_llist_entry(node, __typeof__(*entry), member); \
	     entry && (after = standin_llist_entry(entry->member.next, \
					__typeof__(*entry), member), true); \
	     entry = after)

#endif /* STANDIN_LLIST_H */
