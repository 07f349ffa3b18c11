// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "lmctl/stamp/answer.h"

/* A status byte from here on is this plus reason_wire() of a reason. */
#define WIRE_REASON 0x80
/* ANSWER_INVALID with a reason that has no number. */
#define WIRE_REASON_UNKNOWN 0xff
/* Only this node has this status: it is not in messages. */
#define WIRE_NONE (-1)

/* @wire is the status byte: fixed for ever. */
static const struct row {
	int wire;
	struct meaning meaning;
} rows[ANSWER_STATUSES] = {
	[ANSWER_VALID] = { 0, { "valid", NULL, NULL } },
	[ANSWER_UNKNOWN_FLOW] = { 1, {
		"unknown-flow",
		"it does not have the flow, or is about to learn it",
		"add the flow there with 'lmctl add', or enable learning there (reflect --learn) and wait for three blocks; reduced encapsulation and PSP change the list on the path, see lmctl(8)",
	} },
	[ANSWER_NOT_FINISHED] = { 2, {
		"not-finished",
		"it had not read the block before this node stopped asking",
		"compare the clocks and the guard times of both ends",
	} },
	[ANSWER_TOO_OLD] = { 3, {
		"too-old",
		"it no longer keeps the block, or started after it",
		"wait for three blocks; if the reason stays, compare the clocks of both ends",
	} },
	[ANSWER_INVALID] = { 4, {
		"invalid",
		"it does not know its count of the block, and reported no reason",
		"update lmctl there",
	} },
	[ANSWER_ANOMALY] = { 5, {
		"anomaly",
		"its counters contradict themselves",
		"check 'lmctl stats' there",
	} },
	[ANSWER_PERIOD_DIFFERS] = { 6, {
		"period-differs",
		"it has another period",
		"use the same period at both ends",
	} },
	[ANSWER_MASK_DIFFERS] = { 7, {
		"mask-differs",
		"it has another mark mask",
		"create both sets with the same mask",
	} },
	[ANSWER_TIMING_DIFFERS] = { 8, {
		"timing-differs",
		"it has another guard time or guard band",
		"use the same guard time and guard band at both ends",
	} },
	[ANSWER_TWO_INGRESSES] = { 9, {
		"two-ingresses",
		"two nodes report that they sent into this SID list",
		"use one SID list for each ingress",
	} },
	[ANSWER_NETMASK_DIFFERS] = { 10, {
		"netmask-differs",
		"it has another netmask, so its flows have other sources",
		"create both sets with the same --netmask",
	} },
	[ANSWER_UNKNOWN_VERSION] = { 11, {
		"unknown-version",
		"it is an earlier lmctl that does not know this version of the TLV",
		"update lmctl there",
	} },
	[ANSWER_NO_ANSWER] = { WIRE_NONE, {
		"no-answer",
		"it did not reply",
		"check that 'lmctl reflect' or 'lmctl run' runs there and that UDP port 862 is open in both directions",
	} },
	[ANSWER_NO_LOSS_DATA] = { WIRE_NONE, {
		"no-loss-data",
		"it is a STAMP reflector that does not know the TLV, or knows it by another type",
		"run 'lmctl reflect' there; both ends need the same --tlv-type",
	} },
	[ANSWER_REFUSED] = { WIRE_NONE, {
		"refused",
		"it accepted the message but not its TLVs",
		"use the same keys at both ends",
	} },
	[ANSWER_NOT_ASKED] = { WIRE_NONE, {
		"not-asked",
		"this node's own count is not known, so it sent no request",
		"see the reason of the block",
	} },
	[ANSWER_CLOCKS_DIFFER] = { WIRE_NONE, {
		"clocks-differ",
		"its clock differs from this node's by more than the guard band, or the messages took too long to exclude it",
		"synchronise both clocks by NTP or PTP; for slow messages use a longer period",
	} },
	[ANSWER_DELAY_TOO_LONG] = { WIRE_NONE, {
		"delay-too-long",
		"the round trip to the peer is longer than guard time less guard band, or not known",
		"use a longer period at both ends, or a longer guard time",
	} },
	[ANSWER_UNUSABLE] = { WIRE_NONE, {
		"unusable-answer",
		"it replied, but no reply could be used",
		"see what 'lmctl check' reports of them",
	} },
};

const struct meaning *answer_meaning(const struct answer *answer)
{
	if (answer->status == ANSWER_INVALID && answer->reason)
		return reason_meaning(answer->reason);
	return &rows[answer->status].meaning;
}

const char *answer_word(const struct answer *answer)
{
	return answer_meaning(answer)->word;
}

struct answer answer_parse(const char *word)
{
	struct answer answer = { ANSWER_VALID, REASON_NONE };

	for (; answer.status < ANSWER_STATUSES; answer.status++)
		if (!strcmp(rows[answer.status].meaning.word, word))
			return answer;
	return (struct answer){ ANSWER_INVALID, reason_parse(word) };
}

uint8_t answer_encode(const struct answer *answer)
{
	int wire = rows[answer->status].wire;

	if (answer->status == ANSWER_INVALID && answer->reason) {
		wire = reason_wire(answer->reason);
		return wire ? (uint8_t)(WIRE_REASON + wire) :
			      WIRE_REASON_UNKNOWN;
	}
	return wire == WIRE_NONE ? WIRE_REASON_UNKNOWN : (uint8_t)wire;
}

struct answer answer_decode(uint8_t byte)
{
	struct answer answer = { ANSWER_VALID, REASON_NONE };

	if (byte > WIRE_REASON)
		return (struct answer){ ANSWER_INVALID,
					reason_from_wire(byte - WIRE_REASON) };
	for (; answer.status < ANSWER_STATUSES; answer.status++)
		if (rows[answer.status].wire == byte)
			return answer;
	return (struct answer){ ANSWER_INVALID, REASON_UNKNOWN };
}
