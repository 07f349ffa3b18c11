/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TLVs of a reflector (RFC 8972, section 4), answered in their place: flags
 * and values change, types and lengths do not. For reflector.c.
 */
#ifndef LMCTL_ENGINE_REFLECTOR_TLV_H
#define LMCTL_ENGINE_REFLECTOR_TLV_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/engine/ledger.h"
#include "lmctl/engine/reflector.h"
#include "lmctl/stamp/keys.h"

/**
 * struct tlv_context - a message and the sources for its TLVs
 * @data: message
 * @len: its length in bytes
 * @base: length of its base packet, which is still the request
 * @auth: authenticated mode
 * @key: authenticated mode: key that fits the base packet
 * @learn: authenticated mode: learn flows that no ledger has
 * @keys: unauthenticated mode: keys that may fit an HMAC TLV
 * @tlv_type: type of the block TLV
 * @traffic_class: Traffic Class of the message on arrival
 * @from: its source address
 * @to: address that it was sent to
 * @ledgers: ledgers
 * @nledgers: their number
 * @stats: @flows, @flows_other, @malformed and @integrity are counted
 */
struct tlv_context {
	uint8_t *data;
	size_t len;
	size_t base;
	bool auth;
	const struct key *key;
	bool learn;
	const struct keys *keys;
	uint8_t tlv_type;
	uint8_t traffic_class;
	const struct in6_addr *from;
	const struct in6_addr *to;
	struct ledger *const *ledgers;
	unsigned int nledgers;
	struct reflector_stats *stats;
};

/**
 * reflector_tlvs() - answer the TLVs of a message
 * @context: message
 *
 * In authenticated mode, and with an HMAC TLV in any mode, no TLV is used before
 * the HMAC fits; otherwise all TLVs get the I flag and stay unchanged.
 *
 * Return: key for reflector_tlv_seal(), or NULL if there is no HMAC to write.
 */
const struct key *reflector_tlvs(const struct tlv_context *context);

/**
 * reflector_tlvs_refuse() - set the I flag of all TLVs of a message
 * @context: message; its TLVs change only in the flag
 *
 * Return: true if all of them were whole.
 */
bool reflector_tlvs_refuse(const struct tlv_context *context);

/**
 * reflector_tlv_seal() - write the HMAC TLV of the reply
 * @key: key
 * @data: message; base packet and TLVs are those of the reply
 * @len: its length in bytes
 * @base: length of its base packet
 */
void reflector_tlv_seal(const struct key *key, uint8_t *data, size_t len,
			size_t base);

#endif /* LMCTL_ENGINE_REFLECTOR_TLV_H */
