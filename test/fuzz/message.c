// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "lmctl/stamp/stamp.h"
#include "test/fuzz/message.h"

const struct keys message_keys = {
	.n = 2,
	.key = {
		{ "a", 16, { 1, 2, 3 } },
		{ "b", 64, { 4, 5, 6 } },
	},
};

const struct block_timing message_timing = {
	.period = BLOCK_NS_PER_S,
	.guard = BLOCK_NS_PER_S / 2,
	.band = BLOCK_NS_PER_S / 10,
};

void message_flow(struct sr6flow_flow *flow, unsigned int number)
{
	memset(flow, 0, sizeof(*flow));
	flow->netmask = MESSAGE_NETMASK;
	flow->source.s6_addr[0] = 0xfd;
	flow->source.s6_addr[7] = (uint8_t)number;
	flow->nsids = number % SR6FLOW_SIDS_MAX + 1;
	for (unsigned int i = 0; i < flow->nsids; i++) {
		flow->sids[i].s6_addr[0] = 0xfc;
		flow->sids[i].s6_addr[14] = (uint8_t)number;
		flow->sids[i].s6_addr[15] = (uint8_t)(i + 1);
	}
}

/* Offset of the first HMAC TLV with room for an HMAC, or 0. */
static size_t find_hmac(uint8_t *data, size_t len, bool auth, uint8_t **value)
{
	size_t offset = stamp_base_len(auth), begin = offset;
	struct stamp_tlv tlv;

	while (stamp_tlv_next(data, len, &offset, &tlv) == 1) {
		if (tlv.type == STAMP_TLV_HMAC && tlv.len == STAMP_HMAC_LEN) {
			*value = tlv.value;
			return begin;
		}
		begin = offset;
	}
	return 0;
}

void message_seal(uint8_t *data, size_t len, bool auth, const struct key *key,
		  bool base, bool tlvs)
{
	uint8_t *value;
	size_t end = tlvs ? find_hmac(data, len, auth, &value) : 0;

	if (end)
		key_tlv_hmac(key, data, stamp_base_len(auth), end, value);
	if (base && auth && len >= STAMP_AUTH_BASE_LEN)
		key_seal_base(key, data);
}

/* Whether only Extra Padding follows from @offset on. */
static bool only_padding(uint8_t *data, size_t len, size_t offset)
{
	struct stamp_tlv tlv;
	int more;

	while ((more = stamp_tlv_next(data, len, &offset, &tlv)) == 1) {
		if (tlv.type != STAMP_TLV_PADDING)
			return false;
	}
	return !more;
}

bool message_tlvs_sealed(uint8_t *data, size_t len, bool auth)
{
	uint8_t *value;
	size_t end = find_hmac(data, len, auth, &value);

	if (end && !only_padding(data, len,
				 (size_t)(value - data) + STAMP_HMAC_LEN))
		return false;
	for (unsigned int i = 0; end && i < message_keys.n; i++) {
		if (key_tlv_verify(&message_keys.key[i], data,
				   stamp_base_len(auth), end, value))
			return true;
	}
	return false;
}
