/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The per-flow block TLV: the packets of one flow in one block at both ends.
 * The request names flow and block and tells what was sent; the reply repeats
 * that and adds what was received, or why that cannot be told. A reply says
 * everything by itself: a lost message costs a repetition, not a measurement.
 *
 *    0      1      2      3      4
 *    +------+------+------+------+
 *    | ver  |  n   |status| zero |
 *    |         mark mask         |
 *    |   period, milliseconds    |
 *    | guard time  | guard band  |   in 1/65536 of the period
 *    |       block number        |   8 bytes, two's complement
 *    |   sender packets, bytes   |   8 + 8
 *    |  reflector packets, bytes |   8 + 8
 *    |   SID list in path order  |   16 n
 *
 * Guard time and guard band are in it because two readings can be compared
 * only if they are made at the same time: see recorder.c.
 */
#ifndef LMCTL_STAMP_BLOCKTLV_H
#define LMCTL_STAMP_BLOCKTLV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/block.h"
#include "lmctl/engine/answer.h"
#include "sr6flow.h"

#define BLOCKTLV_VERSION 1
/* Bytes of the value without its SIDs, and with @n of them. */
#define BLOCKTLV_FIXED_LEN 56
#define BLOCKTLV_LEN(n) (BLOCKTLV_FIXED_LEN + 16 * (size_t)(n))

/**
 * struct blocktlv - the value of the TLV
 * @answer: ANSWER_VALID in a request
 * @mask: mark mask, host byte order
 * @period_ms: length of a block in milliseconds
 * @guard: guard time in 1/65536 of the period, rounded to the nearest
 * @band: guard band, likewise
 * @block: block number
 * @sent: what the sender counted
 * @received: what the reflector counted, zeros in a request and with every
 *	      answer but ANSWER_VALID and ANSWER_TWO_INGRESSES
 * @flow: the flow; a name is not carried
 */
struct blocktlv {
	struct answer answer;
	uint32_t mask;
	uint32_t period_ms;
	uint16_t guard;
	uint16_t band;
	int64_t block;
	struct sr6flow_counters sent;
	struct sr6flow_counters received;
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
 * Return: true, or false if version, length or SID count are not right: to a
 * reflector that TLV is malformed.
 */
bool blocktlv_read(struct blocktlv *tlv, const uint8_t *value, size_t len);

/**
 * blocktlv_write() - write a value
 * @tlv: what to write
 * @value: room for BLOCKTLV_LEN(tlv->flow.nsids) bytes
 */
void blocktlv_write(const struct blocktlv *tlv, uint8_t *value);

#endif /* LMCTL_STAMP_BLOCKTLV_H */
