// SPDX-License-Identifier: GPL-2.0-only
/* A heap like that of test/unit/prober_net.c, with events of any kind. */
#include <stdbool.h>
#include <stdlib.h>

#include "test/model/agenda.h"
#include "test/model/need.h"

static bool before(const struct happening *a, const struct happening *b)
{
	return a->time < b->time || (a->time == b->time && a->order < b->order);
}

void agenda_add(struct agenda *agenda, struct happening happening)
{
	size_t i;

	if (agenda->n == agenda->room) {
		agenda->room = agenda->room ? 2 * agenda->room : 64;
		agenda->heap = need(reallocarray(agenda->heap, agenda->room,
						 sizeof(*agenda->heap)));
	}
	happening.order = agenda->order++;
	for (i = agenda->n++; i; i = (i - 1) / 2) {
		if (!before(&happening, &agenda->heap[(i - 1) / 2]))
			break;
		agenda->heap[i] = agenda->heap[(i - 1) / 2];
	}
	agenda->heap[i] = happening;
}

struct happening agenda_next(struct agenda *agenda)
{
	struct happening first = agenda->heap[0];
	struct happening last = agenda->heap[--agenda->n];
	size_t i = 0, child;

	for (; (child = 2 * i + 1) < agenda->n; i = child) {
		if (child + 1 < agenda->n &&
		    before(&agenda->heap[child + 1], &agenda->heap[child]))
			child++;
		if (!before(&agenda->heap[child], &last))
			break;
		agenda->heap[i] = agenda->heap[child];
	}
	agenda->heap[i] = last;
	return first;
}

void agenda_free(struct agenda *agenda)
{
	size_t i;

	for (i = 0; i < agenda->n; i++)
		free(agenda->heap[i].data);
	free(agenda->heap);
}
