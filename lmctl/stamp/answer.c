// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "lmctl/stamp/answer.h"

/* A status byte from here on is this plus the number of a reason. */
#define WIRE_REASON 0x80
/* ANSWER_INVALID with a reason that has no number. */
#define WIRE_REASON_UNKNOWN 0xff

/* The last status that has the number of its byte. */
#define WIRE_STATUS_LAST ANSWER_UNKNOWN_VERSION

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Index is the number on the wire: append only. */
static const enum reason wire_reasons[] = {
	REASON_NONE,
	REASON_SET_RESTARTED,
	REASON_FLOW_RESTARTED,
	REASON_FLOW_ADDED,
	REASON_FLOW_REMOVED,
	REASON_CLOCK_STEPPED,
	REASON_NO_RULE,
	REASON_READ_LATE,
	REASON_COLOUR_LATE,
	REASON_BOTH_COLOURS,
	REASON_STILL_COUNTING,
	REASON_COUNTER_BACK,
	REASON_UNCOLOURED,
	REASON_COLOURED_BEFORE,
	REASON_TWO_SOURCES,
	REASON_CROSSED_TWICE,
	REASON_RULE_TWICE,
	REASON_RULE_DIFFERS,
	REASON_RULE_CHANGED,
	REASON_SOURCE_UNKNOWN,
};

const char *answer_word(const struct answer *answer)
{
	switch (answer->status) {
	case ANSWER_VALID:
		return "valid";
	case ANSWER_UNKNOWN_FLOW:
		return "unknown-flow";
	case ANSWER_NOT_FINISHED:
		return "not-finished";
	case ANSWER_TOO_OLD:
		return "too-old";
	case ANSWER_INVALID:
		return answer->reason ? reason_word(answer->reason) : "invalid";
	case ANSWER_ANOMALY:
		return "anomaly";
	case ANSWER_PERIOD_DIFFERS:
		return "period-differs";
	case ANSWER_MASK_DIFFERS:
		return "mask-differs";
	case ANSWER_TIMING_DIFFERS:
		return "timing-differs";
	case ANSWER_TWO_INGRESSES:
		return "two-ingresses";
	case ANSWER_NETMASK_DIFFERS:
		return "netmask-differs";
	case ANSWER_UNKNOWN_VERSION:
		return "unknown-version";
	case ANSWER_NO_ANSWER:
		return "no-answer";
	case ANSWER_UNUSABLE:
		return "unusable-answer";
	case ANSWER_NO_LOSS_DATA:
		return "no-loss-data";
	case ANSWER_REFUSED:
		return "refused";
	case ANSWER_NOT_ASKED:
		return "not-asked";
	case ANSWER_CLOCKS_DIFFER:
		return "clocks-differ";
	case ANSWER_DELAY_TOO_LONG:
		return "delay-too-long";
	}
	return "invalid";
}

uint8_t answer_encode(const struct answer *answer)
{
	size_t i;

	if (answer->status != ANSWER_INVALID)
		return answer->status <= WIRE_STATUS_LAST ?
		       (uint8_t)answer->status : WIRE_REASON_UNKNOWN;
	if (!answer->reason)
		return ANSWER_INVALID;
	for (i = 1; i < ARRAY_SIZE(wire_reasons); i++)
		if (wire_reasons[i] == answer->reason)
			return (uint8_t)(WIRE_REASON + i);
	return WIRE_REASON_UNKNOWN;
}

struct answer answer_decode(uint8_t byte)
{
	struct answer answer = { ANSWER_INVALID, REASON_UNKNOWN };

	if (byte <= WIRE_STATUS_LAST)
		answer = (struct answer){ byte, REASON_NONE };
	else if (byte > WIRE_REASON &&
		 byte - WIRE_REASON < (int)ARRAY_SIZE(wire_reasons))
		answer.reason = wire_reasons[byte - WIRE_REASON];
	return answer;
}
