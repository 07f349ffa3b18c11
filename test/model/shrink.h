/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shrinker: makes a bad history as small as it can be and still be bad.
 */
#ifndef TEST_MODEL_SHRINK_H
#define TEST_MODEL_SHRINK_H

#include "test/model/history.h"

/**
 * shrink() - make a history smaller
 * @history: history that judge() finds bad; made smaller
 * @blind: sabotage with which it does
 * @open: it may come to have something that is open
 */
void shrink(struct history *history, unsigned int blind, bool open);

#endif /* TEST_MODEL_SHRINK_H */
