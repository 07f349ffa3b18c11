/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Learner: writes into a counting set what a reflector has learned, see
 * engine/learning.h. Beside the requests, in small bounded steps.
 */
#ifndef LMCTL_SERVICE_LEARNER_H
#define LMCTL_SERVICE_LEARNER_H

#include <stdbool.h>
#include "lmctl/engine/learning.h"
#include "lmctl/service/config.h"
#include "lmctl/service/loop.h"

struct learner;

/**
 * learner_open() - prepare to write into a set
 * @set: name of the set, which must be able to learn
 * @learning: what to write; must live as long
 * @loop: loop
 *
 * Return: learner for learner_close(), or NULL after a message.
 */
struct learner *learner_open(const char *set, struct learning *learning,
			     struct loop *loop);

/**
 * learner_close() - stop; learned flows stay in the set until they time out
 * @learner: learner or NULL; its learning learns nothing any more
 */
void learner_close(struct learner *learner);

/**
 * learner_follow() - begin to learn, or go on with other limits
 * @learner: learner
 * @config: section reflect and keys
 */
void learner_follow(struct learner *learner, const struct config *config);

/**
 * learner_block_end() - say what was refused
 * @learner: learner
 */
void learner_block_end(struct learner *learner);

/**
 * learner_check() - can the sets of a configuration learn
 * @config: configuration
 *
 * Says nothing of sets that it cannot read.
 *
 * Return: true, or false after a message for each that cannot.
 */
bool learner_check(const struct config *config);

#endif /* LMCTL_SERVICE_LEARNER_H */
