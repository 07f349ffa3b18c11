// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <string.h>

#include "lmctl/stamp/blocktlv.h"

/*
 * struct wire - the fixed part as bytes; 64-bit fields are not aligned to 8 in
 *		 a message
 */
struct wire {
	uint8_t version;
	uint8_t nsids;
	uint8_t status;
	uint8_t zero;
	uint32_t mask;
	uint32_t period_ms;
	uint16_t guard;
	uint16_t band;
	uint64_t block;
	uint64_t sent_packets;
	uint64_t sent_bytes;
	uint64_t received_packets;
	uint64_t received_bytes;
} __attribute__((packed));

_Static_assert(sizeof(struct wire) == BLOCKTLV_FIXED_LEN, "as documented");

/* Share of the period in 1/65536; a share of nearly all of it does not wrap. */
static uint16_t share(int64_t part, int64_t period)
{
	int64_t value = (part * 65536 + period / 2) / period;

	return value > UINT16_MAX ? UINT16_MAX : (uint16_t)value;
}

void blocktlv_timing(struct blocktlv *tlv, const struct block_timing *timing)
{
	tlv->period_ms = (uint32_t)(timing->period / BLOCK_NS_PER_MS);
	tlv->guard = share(timing->guard, timing->period);
	tlv->band = share(timing->band, timing->period);
}

bool blocktlv_read(struct blocktlv *tlv, const uint8_t *value, size_t len)
{
	struct wire wire;

	if (len < sizeof(wire))
		return false;
	memcpy(&wire, value, sizeof(wire));
	if (wire.version != BLOCKTLV_VERSION || !wire.nsids ||
	    wire.nsids > SR6FLOW_SIDS_MAX || len != BLOCKTLV_LEN(wire.nsids))
		return false;
	memset(tlv, 0, sizeof(*tlv));
	tlv->answer = answer_decode(wire.status);
	tlv->mask = be32toh(wire.mask);
	tlv->period_ms = be32toh(wire.period_ms);
	tlv->guard = be16toh(wire.guard);
	tlv->band = be16toh(wire.band);
	tlv->block = (int64_t)be64toh(wire.block);
	tlv->sent.packets = be64toh(wire.sent_packets);
	tlv->sent.bytes = be64toh(wire.sent_bytes);
	tlv->received.packets = be64toh(wire.received_packets);
	tlv->received.bytes = be64toh(wire.received_bytes);
	tlv->flow.nsids = wire.nsids;
	memcpy(tlv->flow.sids, value + sizeof(wire),
	       wire.nsids * sizeof(tlv->flow.sids[0]));
	return true;
}

void blocktlv_write(const struct blocktlv *tlv, uint8_t *value)
{
	const struct wire wire = {
		.version = BLOCKTLV_VERSION,
		.nsids = (uint8_t)tlv->flow.nsids,
		.status = answer_encode(&tlv->answer),
		.mask = htobe32(tlv->mask),
		.period_ms = htobe32(tlv->period_ms),
		.guard = htobe16(tlv->guard),
		.band = htobe16(tlv->band),
		.block = htobe64((uint64_t)tlv->block),
		.sent_packets = htobe64(tlv->sent.packets),
		.sent_bytes = htobe64(tlv->sent.bytes),
		.received_packets = htobe64(tlv->received.packets),
		.received_bytes = htobe64(tlv->received.bytes),
	};

	memcpy(value, &wire, sizeof(wire));
	memcpy(value + sizeof(wire), tlv->flow.sids,
	       tlv->flow.nsids * sizeof(tlv->flow.sids[0]));
}
