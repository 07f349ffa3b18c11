/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one node says about one flow in one block.
 */
#ifndef LMCTL_STAMP_ANSWER_H
#define LMCTL_STAMP_ANSWER_H

#include <stdint.h>
#include "lmctl/base/reasons.h"

/**
 * enum answer_status - what the counters of a peer are worth
 * @ANSWER_VALID: they are exact
 * @ANSWER_UNKNOWN_FLOW: the peer has no such flow
 * @ANSWER_NOT_FINISHED: the peer has not read that block yet: ask again
 * @ANSWER_TOO_OLD: the peer does not keep that block any more, or began after it
 * @ANSWER_INVALID: they are not known, see the reason
 * @ANSWER_ANOMALY: the counters contradict themselves
 * @ANSWER_PERIOD_DIFFERS: the peer has another period
 * @ANSWER_MASK_DIFFERS: the peer's set has another mark mask
 * @ANSWER_TIMING_DIFFERS: the peer has another guard time or guard band
 * @ANSWER_TWO_INGRESSES: two senders say that they sent into this flow, so
 *			  what was received is of both
 * @ANSWER_NETMASK_DIFFERS: the peer's set has another netmask, so its flows are
 *			    others
 * @ANSWER_UNKNOWN_VERSION: the peer does not know this version of the block TLV
 * @ANSWER_NO_ANSWER: not from the wire: no reply came
 * @ANSWER_UNUSABLE: not from the wire: replies came, but none could be used
 * @ANSWER_NO_LOSS_DATA: not from the wire: a STAMP reflector that does not
 *			 know the block TLV
 * @ANSWER_REFUSED: not from the wire: the peer did not accept the HMAC of the
 *		    TLVs
 * @ANSWER_NOT_ASKED: not from the wire: this node's own count is invalid
 * @ANSWER_CLOCKS_DIFFER: not from the wire: the peer's clock differs from ours
 *			  by more than the guard band, so its blocks are not ours
 * @ANSWER_DELAY_TOO_LONG: not from the wire: the peer is not known to be near enough
 *			   for its packets of a block to arrive before it reads it
 *
 * The first ones have the numbers of the status byte; 0x80 + n there is
 * ANSWER_INVALID with a reason.
 */
enum answer_status {
	ANSWER_VALID = 0,
	ANSWER_UNKNOWN_FLOW = 1,
	ANSWER_NOT_FINISHED = 2,
	ANSWER_TOO_OLD = 3,
	ANSWER_INVALID = 4,
	ANSWER_ANOMALY = 5,
	ANSWER_PERIOD_DIFFERS = 6,
	ANSWER_MASK_DIFFERS = 7,
	ANSWER_TIMING_DIFFERS = 8,
	ANSWER_TWO_INGRESSES = 9,
	ANSWER_NETMASK_DIFFERS = 10,
	ANSWER_UNKNOWN_VERSION = 11,
	ANSWER_NO_ANSWER = 0x100,
	ANSWER_NO_LOSS_DATA,
	ANSWER_REFUSED,
	ANSWER_NOT_ASKED,
	ANSWER_CLOCKS_DIFFER,
	ANSWER_DELAY_TOO_LONG,
	ANSWER_UNUSABLE,
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
 * answer_encode() - status byte of an answer
 * @answer: answer that can be on the wire
 *
 * Return: byte. The numbers of reasons are fixed here and independent of
 * enum reason.
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
