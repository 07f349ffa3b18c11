// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "ip_set_hash_sr6flow.h"
#include "lmctl/stamp/blocktlv.h"

#define STATUS_AT 2
/* Part of every version: version, SID count, status. */
#define HEAD_LEN (STATUS_AT + 1)

/*
 * struct wire - the fixed part as bytes; 64-bit fields are not aligned to 8 in
 *		 a message. Version 1 ends before @source
 */
struct wire {
	uint8_t version;
	uint8_t nsids;
	uint8_t status;
	uint8_t prefix;
	uint32_t mask;
	uint32_t period_ms;
	uint16_t guard;
	uint16_t band;
	uint64_t block;
	uint64_t sent_packets;
	uint64_t sent_bytes;
	uint64_t received_packets;
	uint64_t received_bytes;
	uint8_t source[SR6FLOW_SID_LEN];
	uint64_t sent_total_packets;
	uint64_t sent_total_bytes;
	uint64_t received_total_packets;
	uint64_t received_total_bytes;
	uint8_t identity[BLOCKTLV_IDENTITY_LEN];
} __attribute__((packed));

_Static_assert(sizeof(struct wire) == BLOCKTLV_FIXED_LEN, "as documented");
_Static_assert(offsetof(struct wire, source) == BLOCKTLV_FIXED_LEN_1,
	       "as documented");
_Static_assert(offsetof(struct wire, status) == STATUS_AT, "as documented");

/* Share of the period in 1/65536; a share close to 1 does not wrap. */
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

static size_t fixed_len(uint8_t version)
{
	return version == BLOCKTLV_VERSION_1 ? BLOCKTLV_FIXED_LEN_1 :
					       BLOCKTLV_FIXED_LEN;
}

static bool source_right(const uint8_t source[SR6FLOW_SID_LEN],
			 unsigned int prefix)
{
	uint8_t masked[SR6FLOW_SID_LEN];

	if (prefix > SR6FLOW_NETMASK_MAX)
		return false;
	if (!prefix)
		return true;
	memcpy(masked, source, sizeof(masked));
	sr6flow_source_mask(masked, prefix);
	return !memcmp(masked, source, sizeof(masked));
}

/* Fields of version 2 that version 1 lacks. */
static void read_rest(struct blocktlv *tlv, const struct wire *wire)
{
	tlv->sent_total.packets = be64toh(wire->sent_total_packets);
	tlv->sent_total.bytes = be64toh(wire->sent_total_bytes);
	tlv->received_total.packets = be64toh(wire->received_total_packets);
	tlv->received_total.bytes = be64toh(wire->received_total_bytes);
	memcpy(tlv->identity, wire->identity, sizeof(tlv->identity));
	tlv->flow.netmask = wire->prefix;
	memcpy(wire->prefix ? &tlv->flow.source : &tlv->last_source,
	       wire->source, sizeof(wire->source));
}

static void read_fields(struct blocktlv *tlv, const struct wire *wire)
{
	memset(tlv, 0, sizeof(*tlv));
	tlv->version = wire->version;
	tlv->answer = answer_decode(wire->status);
	tlv->mask = be32toh(wire->mask);
	tlv->period_ms = be32toh(wire->period_ms);
	tlv->guard = be16toh(wire->guard);
	tlv->band = be16toh(wire->band);
	tlv->block = (int64_t)be64toh(wire->block);
	tlv->sent.packets = be64toh(wire->sent_packets);
	tlv->sent.bytes = be64toh(wire->sent_bytes);
	tlv->received.packets = be64toh(wire->received_packets);
	tlv->received.bytes = be64toh(wire->received_bytes);
	tlv->flow.nsids = wire->nsids;
}

int blocktlv_read(struct blocktlv *tlv, const uint8_t *value, size_t len)
{
	struct wire wire = { .version = 0 };
	size_t fixed;

	if (len < HEAD_LEN)
		return -EINVAL;
	if (value[0] > BLOCKTLV_VERSION)
		return -EPROTONOSUPPORT;
	fixed = fixed_len(value[0]);
	if (len < fixed)
		return -EINVAL;
	memcpy(&wire, value, fixed);
	if (!wire.version || !wire.nsids || wire.nsids > SR6FLOW_SIDS_MAX ||
	    len != fixed + 16 * (size_t)wire.nsids)
		return -EINVAL;
	if (wire.version == BLOCKTLV_VERSION &&
	    !source_right(wire.source, wire.prefix))
		return -EINVAL;
	read_fields(tlv, &wire);
	if (wire.version == BLOCKTLV_VERSION)
		read_rest(tlv, &wire);
	memcpy(tlv->flow.sids, value + fixed,
	       wire.nsids * sizeof(tlv->flow.sids[0]));
	return 0;
}

void blocktlv_write(const struct blocktlv *tlv, uint8_t *value)
{
	struct wire wire = {
		.version = tlv->version,
		.nsids = (uint8_t)tlv->flow.nsids,
		.status = answer_encode(&tlv->answer),
		.prefix = (uint8_t)tlv->flow.netmask,
		.mask = htobe32(tlv->mask),
		.period_ms = htobe32(tlv->period_ms),
		.guard = htobe16(tlv->guard),
		.band = htobe16(tlv->band),
		.block = htobe64((uint64_t)tlv->block),
		.sent_packets = htobe64(tlv->sent.packets),
		.sent_bytes = htobe64(tlv->sent.bytes),
		.received_packets = htobe64(tlv->received.packets),
		.received_bytes = htobe64(tlv->received.bytes),
		.sent_total_packets = htobe64(tlv->sent_total.packets),
		.sent_total_bytes = htobe64(tlv->sent_total.bytes),
		.received_total_packets = htobe64(tlv->received_total.packets),
		.received_total_bytes = htobe64(tlv->received_total.bytes),
	};
	size_t fixed = fixed_len(tlv->version);

	memcpy(wire.source,
	       wire.prefix ? &tlv->flow.source : &tlv->last_source,
	       sizeof(wire.source));
	memcpy(wire.identity, tlv->identity, sizeof(wire.identity));
	memcpy(value, &wire, fixed);
	memcpy(value + fixed, tlv->flow.sids,
	       tlv->flow.nsids * sizeof(tlv->flow.sids[0]));
}

void blocktlv_write_status(const struct answer *answer, uint8_t *value)
{
	value[STATUS_AT] = answer_encode(answer);
}
