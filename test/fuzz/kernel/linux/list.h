/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STANDIN_LIST_H
#define STANDIN_LIST_H

#include <linux/kernel.h>

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	entry->next = head->next;
	entry->prev = head;
	head->next->prev = entry;
	head->next = entry;
}

/* What left under RCU still leads on; the way back is poisoned. */
static inline void list_del_rcu(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	entry->prev = NULL;
}

static inline void list_del_init(struct list_head *entry)
{
	list_del_rcu(entry);
	INIT_LIST_HEAD(entry);
}

/* A pointer back to the pointer that leads here, as in the kernel. */
struct hlist_head {
	struct hlist_node *first;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

static inline void hlist_add_head_rcu(struct hlist_node *node,
				      struct hlist_head *head)
{
	node->next = head->first;
	node->pprev = &head->first;
	if (head->first)
		head->first->pprev = &node->next;
	head->first = node;
}

static inline void hlist_del_rcu(struct hlist_node *node)
{
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
	node->pprev = NULL;
}

#define hlist_for_each_entry_rcu(entry, head, member) \
	for (struct hlist_node *standin_node = (head)->first; \
	     standin_node && (entry = container_of(standin_node, \
					__typeof__(*entry), member), true); \
	     standin_node = standin_node->next)

#define list_add_rcu list_add
#define list_entry container_of
#define list_entry_rcu container_of
#define list_first_entry(head, type, member) \
	list_entry((head)->next, type, member)
#define list_first_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(entry, member) \
	list_entry((entry)->member.next, __typeof__(*(entry)), member)
#define list_prev_entry(entry, member) \
	list_entry((entry)->member.prev, __typeof__(*(entry)), member)
#define list_entry_is_head(entry, head, member) \
	(&(entry)->member == (head))
#define list_for_each_entry(entry, head, member) \
	for (entry = list_entry((head)->next, __typeof__(*entry), member); \
	     !list_entry_is_head(entry, head, member); \
	     entry = list_next_entry(entry, member))
#define list_for_each_entry_reverse(entry, head, member) \
	for (entry = list_entry((head)->prev, __typeof__(*entry), member); \
	     !list_entry_is_head(entry, head, member); \
	     entry = list_prev_entry(entry, member))
#define list_for_each_entry_safe(entry, after, head, member) \
	for (entry = list_entry((head)->next, __typeof__(*entry), member), \
	     after = list_next_entry(entry, member); \
	     !list_entry_is_head(entry, head, member); \
	     entry = after, after = list_next_entry(after, member))

#endif /* STANDIN_LIST_H */
