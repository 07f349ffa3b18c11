/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the stand-ins share.
 */
#ifndef TEST_MODEL_STANDIN_H
#define TEST_MODEL_STANDIN_H

struct node;

/**
 * standin_spend() - let the time of a call to the kernel pass
 * @node: node whose daemon makes it
 */
void standin_spend(struct node *node);

#endif /* TEST_MODEL_STANDIN_H */
