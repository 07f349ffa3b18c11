/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records of a node's reader as text, "BLOCK:WORD/WORD BLOCK:...": a word for each flow
 * of a block, in their order. It is why there are no figures, or
 *	=	there are, and the cumulative counters go on
 *	+	there are, and the cumulative counters began anew
 *	-	there are, without cumulative counters
 *	?	something else is wrong with it
 * Whether the figures are right is for the truth to say.
 */
#ifndef TEST_MODEL_RECORDS_H
#define TEST_MODEL_RECORDS_H

#include "lmctl/engine/recording.h"
#include "test/model/history.h"

/* Flows whose records are looked at. */
#define RECORDS_FLOWS 4

/**
 * struct records - records of a node
 * @text: their text
 * @len: its length
 * @block: block of the last one
 * @flow: number of its flow
 * @last: by flow, the last one with cumulative counters
 */
struct records {
	char text[HISTORY_TEXT_LEN];
	size_t len;
	int64_t block;
	unsigned int flow;
	struct record last[RECORDS_FLOWS];
};

struct node;

/**
 * records_add() - add a record
 * @node: the node that has recorded it
 * @record: record; what the text has no room for is left out
 */
void records_add(struct node *node, const struct record *record);

#endif /* TEST_MODEL_RECORDS_H */
