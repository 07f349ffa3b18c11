/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Validity: how many blocks are exact where all is well but the machines are busy.
 */
#ifndef TEST_MODEL_VALIDITY_H
#define TEST_MODEL_VALIDITY_H

#include "test/model/search.h"

/**
 * validity() - measure it, print it and a point
 * @search: seed
 *
 * Return: exit status.
 */
int validity(const struct search *search);

#endif /* TEST_MODEL_VALIDITY_H */
