/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answer of a node about a flow in a block.
 */
#ifndef LMCTL_STAMP_ANSWER_H
#define LMCTL_STAMP_ANSWER_H

#include <stdint.h>
#include "lmctl/base/reasons.h"

/*
 * What the counters of a peer are worth: exact with ANSWER_VALID only. The table in
 * answer.c explains each. Those from ANSWER_NO_ANSWER on are not in messages: only this
 * node can state them.
 */
enum answer_status {
	ANSWER_VALID,
	ANSWER_UNKNOWN_FLOW,
	ANSWER_NOT_FINISHED,
	ANSWER_TOO_OLD,
	ANSWER_INVALID,
	ANSWER_ANOMALY,
	ANSWER_PERIOD_DIFFERS,
	ANSWER_MASK_DIFFERS,
	ANSWER_TIMING_DIFFERS,
	ANSWER_TWO_INGRESSES,
	ANSWER_NETMASK_DIFFERS,
	ANSWER_UNKNOWN_VERSION,
	ANSWER_NO_ANSWER,
	ANSWER_NO_LOSS_DATA,
	ANSWER_REFUSED,
	ANSWER_NOT_ASKED,
	ANSWER_CLOCKS_DIFFER,
	ANSWER_DELAY_TOO_LONG,
	ANSWER_UNUSABLE,
	ANSWER_STATUSES
};

/**
 * struct answer - a status and its reason
 * @status: status
 * @reason: of ANSWER_INVALID, otherwise REASON_NONE
 */
struct answer {
	enum answer_status status;
	enum reason reason;
};

/**
 * answer_word() - the word for an answer in tables, JSON and metrics
 * @answer: answer
 *
 * Return: reason_word() of an invalid answer that has a reason; otherwise the
 * status in lower case with hyphens: "valid", "unknown-flow", "no-answer"...
 */
const char *answer_word(const struct answer *answer);

/**
 * answer_meaning() - explain an answer
 * @answer: answer
 *
 * Return: meaning of the reason of an invalid answer that has one, otherwise of its
 * status.
 */
const struct meaning *answer_meaning(const struct answer *answer);

/**
 * answer_parse() - the answer of a word
 * @word: word
 *
 * Return: answer; ANSWER_INVALID with REASON_UNKNOWN for a word that this version does
 * not know.
 */
struct answer answer_parse(const char *word);

/**
 * answer_encode() - status byte of an answer
 * @answer: answer that can be on the wire
 *
 * Return: byte.
 */
uint8_t answer_encode(const struct answer *answer);

/**
 * answer_decode() - answer of a status byte
 * @byte: byte
 *
 * Return: answer; a byte of a later version is ANSWER_INVALID with
 * REASON_UNKNOWN.
 */
struct answer answer_decode(uint8_t byte);

#endif /* LMCTL_STAMP_ANSWER_H */
