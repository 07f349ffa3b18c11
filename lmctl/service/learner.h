/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Learner: writes the flows that a reflector has learned into a counting set, see
 * engine/learning.h. It works in small bounded steps, apart from requests.
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
 * @learning: flows to write; must outlive the learner
 * @loop: loop
 *
 * Return: learner for learner_close(), or NULL after a message.
 */
struct learner *learner_open(const char *set, struct learning *learning,
			     struct loop *loop);

/**
 * learner_close() - stop; learned flows stay in the set until they time out
 * @learner: learner or NULL; its learning stops
 */
void learner_close(struct learner *learner);

/**
 * learner_follow() - start learning, or continue with other limits
 * @learner: learner
 * @config: section reflect and keys
 */
void learner_follow(struct learner *learner, const struct config *config);

/**
 * learner_block_end() - report refused requests
 * @learner: learner
 */
void learner_block_end(struct learner *learner);

/**
 * learner_check() - check that the sets of a configuration can learn
 * @config: configuration
 *
 * Sets that cannot be read are ignored.
 *
 * Return: true, or false after a message for each that cannot.
 */
bool learner_check(const struct config *config);

#endif /* LMCTL_SERVICE_LEARNER_H */
