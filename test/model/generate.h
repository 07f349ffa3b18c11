/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random histories.
 */
#ifndef TEST_MODEL_GENERATE_H
#define TEST_MODEL_GENERATE_H

#include "test/model/history.h"

/**
 * generate() - make the history of a seed
 * @history: filled
 * @seed: seed; every eighth one has no events and keeps what the manual asks for
 * @open: with events that the product is known not to see yet
 */
void generate(struct history *history, uint64_t seed, bool open);

#endif /* TEST_MODEL_GENERATE_H */
