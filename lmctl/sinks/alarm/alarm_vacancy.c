// SPDX-License-Identifier: GPL-2.0-only
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/sinks/alarm/alarm_vacancy.h"

/**
 * struct vacancy - a measurement, and whether it has flows
 * @next: next one
 * @name: its name
 * @last: last block with a result
 * @block: the last one with or without a result
 * @blocks: ends of blocks in a row without a result of any flow
 * @raised: bits of the alarms that are raised for that
 */
struct vacancy {
	struct vacancy *next;
	char name[RESULT_NAME_LEN];
	int64_t last;
	int64_t block;
	uint32_t blocks;
	uint64_t raised;
};

_Static_assert(ALARMS_MAX <= 64, "bits of struct vacancy");

static struct vacancy *vacancy_get(struct vacancies *self, const char *name)
{
	struct vacancy *vacancy = self->first;

	while (vacancy && strcmp(vacancy->name, name))
		vacancy = vacancy->next;
	if (vacancy)
		return vacancy;
	vacancy = calloc(1, sizeof(*vacancy));
	if (!vacancy)
		return NULL;
	snprintf(vacancy->name, sizeof(vacancy->name), "%s", name);
	vacancy->last = INT64_MIN;
	vacancy->next = self->first;
	self->first = vacancy;
	return vacancy;
}

static void vacancy_tell(const struct vacancies *self, const struct vacancy *vacancy,
			 const struct alarm_config *alarm, bool raised)
{
	static const struct sr6flow_flow none;
	static const struct segment loss = {
		.status = RESULT_INVALID, .word = "no-flows",
	};

	self->tell(self->arg, &(struct alarm_event){
		.alarm = alarm, .measurement = vacancy->name, .flow = &none,
		.block = vacancy->block, .runs = vacancy->blocks, .raised = raised,
		.loss = raised ? &loss : NULL,
	});
}

static void vacancy_set(struct vacancies *self, struct vacancy *vacancy,
			int64_t block, uint32_t blocks)
{
	unsigned int i;

	vacancy->block = block;
	vacancy->blocks = blocks;
	for (i = 0; i < self->n; i++) {
		const struct alarm_config *alarm = &self->alarms[i];
		uint32_t most = alarm->no_flows_blocks;
		uint64_t bit = 1ull << i;
		bool raised = vacancy->raised & bit;

		if (raised ? blocks : !most || blocks < most ||
		    fnmatch(alarm->measure, vacancy->name, 0))
			continue;
		vacancy->raised ^= bit;
		vacancy_tell(self, vacancy, alarm, !raised);
	}
}

/* After a reload, an alarm of the same name goes on. */
static void vacancy_rematch(const struct vacancies *self, struct vacancy *vacancy,
			    const struct alarm_config *before, unsigned int n)
{
	uint64_t raised = 0;
	unsigned int i, j;

	for (i = 0; i < n; i++) {
		if (!(vacancy->raised & 1ull << i))
			continue;
		for (j = 0; j < self->n; j++)
			if (!strcmp(self->alarms[j].name, before[i].name))
				break;
		if (j < self->n &&
		    !fnmatch(self->alarms[j].measure, vacancy->name, 0))
			raised |= 1ull << j;
		else
			vacancy_tell(self, vacancy, &before[i], false);
	}
	vacancy->raised = raised;
}

void vacancies_rematch(struct vacancies *self, const struct alarm_config *alarms,
		       unsigned int n, const struct alarm_config *before,
		       unsigned int nbefore)
{
	struct vacancy *vacancy;

	self->alarms = alarms;
	self->n = n;
	for (vacancy = self->first; vacancy; vacancy = vacancy->next)
		vacancy_rematch(self, vacancy, before, nbefore);
}

void vacancy_result(struct vacancies *self, const char *name, int64_t block)
{
	struct vacancy *vacancy = vacancy_get(self, name);

	if (!vacancy)
		return;
	if (vacancy->last < block)
		vacancy->last = block;
	if (vacancy->blocks)
		vacancy_set(self, vacancy, block, 0);
}

/* Results of a later block can come first: they show that there are flows. */
void vacancy_end(struct vacancies *self, const char *name, int64_t block)
{
	struct vacancy *vacancy = vacancy_get(self, name);

	if (vacancy && vacancy->last < block)
		vacancy_set(self, vacancy, block, vacancy->blocks + 1);
}

void vacancy_forget(struct vacancies *self, const char *measurement)
{
	struct vacancy **at = &self->first, *vacancy;
	unsigned int i;

	while (*at && strcmp((*at)->name, measurement))
		at = &(*at)->next;
	vacancy = *at;
	if (!vacancy)
		return;
	*at = vacancy->next;
	for (i = 0; i < self->n; i++)
		if (vacancy->raised & 1ull << i)
			vacancy_tell(self, vacancy, &self->alarms[i], false);
	free(vacancy);
}

void vacancies_free(struct vacancies *self)
{
	struct vacancy *vacancy;

	while ((vacancy = self->first)) {
		self->first = vacancy->next;
		free(vacancy);
	}
}
