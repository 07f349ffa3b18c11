/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The per-flow block TLV: the packets of one flow in one block at both ends. The
 * request names flow and block and carries the counters of the sender. The reply
 * repeats them and adds the counters of the reflector, or the reason for which it
 * has none. A reply is complete in itself: a lost message costs a repetition, not a
 * measurement.
 *
 *    0      1      2      3      4
 *    +------+------+------+------+
 *    | ver  |  n   |status|prefix|   prefix: bits of the source in the key
 *    |         mark mask         |
 *    |   period, milliseconds    |
 *    | guard time  | guard band  |   in 1/65536 of the period
 *    |       block number        |   8 bytes, two's complement
 *    |   sender packets, bytes   |   8 + 8, in that block
 *    |  reflector packets, bytes |   8 + 8, in that block
 *    |          source           |   16, zero behind the prefix; see below
 *    |   sender packets, bytes   |   8 + 8, cumulative to that block's end
 *    |  reflector packets, bytes |   8 + 8, cumulative to that block's end
 *    |    reflector identity     |   16, of its cumulative counters
 *    |   SID list in path order  |   16 n
 *
 * Version 1 ends the fixed part before the source and has zero for the prefix.
 * A reflector of that version marks version 2 as malformed and stops there.
 *
 * With prefix 0 the source is not that of the flow: it is zero in a request, and in a
 * valid reply the source of the packets that the reflector counted, zero if it never
 * counted one.
 *
 * Cumulative counters of one flow subtract if sender and reflector each have the
 * same identity at both times. An identity of zeros means that they are not known.
 *
 * The TLV carries guard time and guard band because only readings made at the same
 * time can be compared: see recorder.c.
 */
#ifndef LMCTL_STAMP_BLOCKTLV_H
#define LMCTL_STAMP_BLOCKTLV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/base/block.h"
#include "lmctl/stamp/answer.h"
#include "sr6flow.h"

#define BLOCKTLV_VERSION 2
/* The earlier version: read and answered, never sent in a request. */
#define BLOCKTLV_VERSION_1 1
/* Bytes of the value without its SIDs, and with @n of them. */
#define BLOCKTLV_FIXED_LEN 120
#define BLOCKTLV_FIXED_LEN_1 56
#define BLOCKTLV_LEN(n) (BLOCKTLV_FIXED_LEN + 16 * (size_t)(n))
#define BLOCKTLV_LEN_1(n) (BLOCKTLV_FIXED_LEN_1 + 16 * (size_t)(n))
#define BLOCKTLV_IDENTITY_LEN 16

/**
 * struct blocktlv - the value of the TLV
 * @version: BLOCKTLV_VERSION, or BLOCKTLV_VERSION_1, which has no source, no
 *	     cumulative counters and no identity
 * @answer: ANSWER_VALID in a request
 * @mask: mark mask, host byte order
 * @period_ms: length of a block in milliseconds
 * @guard: guard time in 1/65536 of the period, rounded to the nearest
 * @band: guard band, likewise
 * @block: block number
 * @sent: counters of the sender
 * @received: counters of the reflector; zeros in a request, and unless the answer
 *	      is ANSWER_VALID or ANSWER_TWO_INGRESSES
 * @sent_total: cumulative counters of the sender at the end of the block, zeros if
 *		they are not known
 * @received_total: those of the reflector, zeros in a request
 * @identity: of @received_total; zeros if they are not known, and in a request
 * @last_source: with prefix 0, source of the packets in @received; zeros if none was
 *		 counted, and in a request
 * @flow: the flow, without its name
 */
struct blocktlv {
	uint8_t version;
	struct answer answer;
	uint32_t mask;
	uint32_t period_ms;
	uint16_t guard;
	uint16_t band;
	int64_t block;
	struct sr6flow_counters sent;
	struct sr6flow_counters received;
	struct sr6flow_counters sent_total;
	struct sr6flow_counters received_total;
	uint8_t identity[BLOCKTLV_IDENTITY_LEN];
	struct in6_addr last_source;
	struct sr6flow_flow flow;
};

/**
 * blocktlv_timing() - fill period, guard time and guard band
 * @tlv: their fields are filled
 * @timing: timing
 */
void blocktlv_timing(struct blocktlv *tlv, const struct block_timing *timing);

/**
 * blocktlv_read() - read a value
 * @tlv: filled
 * @value: value of the TLV
 * @len: its length in bytes
 *
 * Return: 0; -EPROTONOSUPPORT if it is of a later version; -EINVAL if its
 * length, its SID count or bits of the source behind the prefix are wrong: to a
 * reflector that TLV is malformed.
 */
int blocktlv_read(struct blocktlv *tlv, const uint8_t *value, size_t len);

/**
 * blocktlv_write() - write a value
 * @tlv: value, of any version that can be read
 * @value: room for as many bytes as the version and the SIDs need
 */
void blocktlv_write(const struct blocktlv *tlv, uint8_t *value);

/**
 * blocktlv_write_status() - answer a value of an unknown version
 * @answer: answer that can be on the wire
 * @value: value for which blocktlv_read() returned -EPROTONOSUPPORT; only its
 *	   status is written, which has the same offset in all versions
 */
void blocktlv_write_status(const struct answer *answer, uint8_t *value);

#endif /* LMCTL_STAMP_BLOCKTLV_H */
