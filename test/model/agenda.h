/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Agenda: what is to happen in a world, by true time. Events of the same time happen
 * in the order in which they were added.
 */
#ifndef TEST_MODEL_AGENDA_H
#define TEST_MODEL_AGENDA_H

#include <stddef.h>
#include <stdint.h>

struct world;

/**
 * struct happening - something that happens
 * @time: true time in nanoseconds
 * @order: set by agenda_add()
 * @happen: what to call
 * @n: for @happen
 * @data: likewise; freed by the agenda if @happen is not called
 * @len: likewise
 */
struct happening {
	int64_t time;
	uint64_t order;
	void (*happen)(struct world *world, const struct happening *happening);
	uint64_t n;
	void *data;
	size_t len;
};

/**
 * struct agenda - an agenda; zeros at first
 * @heap: the next one first
 * @n: number of them
 * @room: room for them
 * @order: number of all so far
 */
struct agenda {
	struct happening *heap;
	size_t n;
	size_t room;
	uint64_t order;
};

/**
 * agenda_add() - add a happening
 * @agenda: agenda
 * @happening: happening
 */
void agenda_add(struct agenda *agenda, struct happening happening);

/**
 * agenda_next() - take the next one out
 * @agenda: agenda that has one
 *
 * Return: the happening.
 */
struct happening agenda_next(struct agenda *agenda);

/**
 * agenda_free() - free what has not happened
 * @agenda: agenda
 */
void agenda_free(struct agenda *agenda);

#endif /* TEST_MODEL_AGENDA_H */
