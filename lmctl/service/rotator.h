/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rotator: the active colour of a set follows the wall clock.
 *
 * The colour is computed from the clock whenever it is written, never from the
 * previous colour. A run that is late, early, doubled or repeated after a step of
 * the clock is therefore harmless.
 */
#ifndef LMCTL_SERVICE_ROTATOR_H
#define LMCTL_SERVICE_ROTATOR_H

#include <stdint.h>
#include "lmctl/base/block.h"
#include "lmctl/service/loop.h"

struct rotator;

/**
 * struct rotator_stats - counters of a rotator since its start
 * @changes: changes of the active colour at a block boundary
 * @late: late changes among these
 * @failures: writes that failed
 */
struct rotator_stats {
	uint64_t changes;
	uint64_t late;
	uint64_t failures;
};

/**
 * rotator_open() - prepare to change the colour of a set
 * @set: name of the set, which must exist
 * @timing: blocks; copied
 *
 * It changes nothing: a reload may drop it again.
 *
 * Return: rotator for rotator_close(), or NULL after a message.
 */
struct rotator *rotator_open(const char *set,
			     const struct block_timing *timing);

/**
 * rotator_once() - set the colour of the running block
 * @rotator: rotator
 *
 * Return: 0, or a negative errno after a message.
 */
int rotator_once(struct rotator *rotator);

/**
 * rotator_start() - set the colour when the loop starts and at every block boundary
 * @rotator: rotator
 * @loop: loop
 *
 * The rotator outlives its set: it reports a missing set or another error once,
 * retries every second, and reports once that it continues.
 *
 * Return: 0, or a negative errno after a message.
 */
int rotator_start(struct rotator *rotator, struct loop *loop);

/**
 * rotator_close() - leave the active colour as it is
 * @rotator: rotator or NULL
 */
void rotator_close(struct rotator *rotator);

/**
 * rotator_set() - name of its set
 * @rotator: rotator
 *
 * Return: its name.
 */
const char *rotator_set(const struct rotator *rotator);

/**
 * rotator_stats() - its counters
 * @rotator: rotator
 *
 * Return: valid as long as @rotator.
 */
const struct rotator_stats *rotator_stats(const struct rotator *rotator);

#endif /* LMCTL_SERVICE_ROTATOR_H */
