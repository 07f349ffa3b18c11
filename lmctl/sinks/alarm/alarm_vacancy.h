/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Alarms about measurements without flows (no-flows-blocks). A measurement has flows
 * while its blocks have results.
 */
#ifndef LMCTL_SINKS_ALARM_VACANCY_H
#define LMCTL_SINKS_ALARM_VACANCY_H

#include "lmctl/sinks/alarm/alarm.h"
#include "lmctl/sinks/alarm/alarm_hook.h"

struct vacancy;

/**
 * struct vacancies - all measurements
 * @first: the first one, NULL at first
 * @alarms: the alarms; must outlive it
 * @n: their number
 * @tell: called when an alarm is raised or cleared
 * @arg: for @tell
 */
struct vacancies {
	struct vacancy *first;
	const struct alarm_config *alarms;
	unsigned int n;
	void (*tell)(void *arg, const struct alarm_event *event);
	void *arg;
};

/**
 * vacancy_result() - a flow has a result
 * @self: measurements
 * @name: name of the measurement
 * @block: block
 */
void vacancy_result(struct vacancies *self, const char *name, int64_t block);

/**
 * vacancy_end() - a block has ended
 * @self: measurements
 * @name: name of the measurement
 * @block: block
 */
void vacancy_end(struct vacancies *self, const char *name, int64_t block);

/**
 * vacancies_rematch() - go on with other alarms
 * @self: measurements
 * @alarms: the alarms from now on
 * @n: their number
 * @before: alarms until now; those without one of the same name are cleared
 * @nbefore: their number
 */
void vacancies_rematch(struct vacancies *self, const struct alarm_config *alarms,
		       unsigned int n, const struct alarm_config *before,
		       unsigned int nbefore);

/**
 * vacancy_forget() - clear the alarms of a measurement that was removed
 * @self: measurements
 * @measurement: its name
 */
void vacancy_forget(struct vacancies *self, const char *measurement);

/**
 * vacancies_free() - free all measurements; no alarm is cleared
 * @self: measurements
 */
void vacancies_free(struct vacancies *self);

#endif /* LMCTL_SINKS_ALARM_VACANCY_H */
