// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "lmctl/base/block.h"
#include "lmctl/stamp/stamp.h"

/* Seconds from 1900, the epoch of NTP, to 1970: 70 years, 17 of 366 days. */
#define NTP_UNIX_OFFSET UINT32_C(2208988800)

#define ERROR_SYNCHRONISED 0x8000
#define ERROR_PTP 0x4000
#define ERROR_SCALE_SHIFT 8
#define ERROR_SCALE_MAX 0x3f
#define ERROR_MULTIPLIER_MAX 0xff

/*
 * struct layout - offsets of the fields of a base packet
 *
 * RFC 8762, sections 4.2.1 and 4.3.1; the SSID is of RFC 8972, section 3. The
 * fields of a request are a reply's first ones.
 */
struct layout {
	size_t len;
	size_t seq;
	size_t timestamp;
	size_t error;
	size_t ssid;
	size_t received;
	size_t sender_seq;
	size_t sender_timestamp;
	size_t sender_error;
	size_t sender_ttl;
};

static const struct layout layouts[2] = {
	[false] = {
		.len = STAMP_BASE_LEN,
		.seq = 0,
		.timestamp = 4,
		.error = 12,
		.ssid = 14,
		.received = 16,
		.sender_seq = 24,
		.sender_timestamp = 28,
		.sender_error = 36,
		.sender_ttl = 40,
	},
	[true] = {
		.len = STAMP_AUTH_BASE_LEN,
		.seq = 0,
		.timestamp = 16,
		.error = 24,
		.ssid = 26,
		.received = 32,
		.sender_seq = 48,
		.sender_timestamp = 64,
		.sender_error = 72,
		.sender_ttl = 80,
	},
};

static void put16(uint8_t *data, uint16_t value)
{
	value = htobe16(value);
	memcpy(data, &value, sizeof(value));
}

static void put32(uint8_t *data, uint32_t value)
{
	value = htobe32(value);
	memcpy(data, &value, sizeof(value));
}

static void put64(uint8_t *data, uint64_t value)
{
	value = htobe64(value);
	memcpy(data, &value, sizeof(value));
}

static uint16_t get16(const uint8_t *data)
{
	uint16_t value;

	memcpy(&value, data, sizeof(value));
	return be16toh(value);
}

static uint32_t get32(const uint8_t *data)
{
	uint32_t value;

	memcpy(&value, data, sizeof(value));
	return be32toh(value);
}

static uint64_t get64(const uint8_t *data)
{
	uint64_t value;

	memcpy(&value, data, sizeof(value));
	return be64toh(value);
}

size_t stamp_base_len(bool auth)
{
	return layouts[auth].len;
}

void stamp_request_write(uint8_t *data, bool auth,
			 const struct stamp_request *request)
{
	const struct layout *layout = &layouts[auth];

	memset(data, 0, layout->len);
	put32(data + layout->seq, request->seq);
	put64(data + layout->timestamp, request->timestamp);
	put16(data + layout->error, request->error);
	put16(data + layout->ssid, request->ssid);
}

bool stamp_request_read(const uint8_t *data, size_t len, bool auth,
			struct stamp_request *request)
{
	const struct layout *layout = &layouts[auth];

	if (len < layout->len)
		return false;
	request->seq = get32(data + layout->seq);
	request->timestamp = get64(data + layout->timestamp);
	request->error = get16(data + layout->error);
	request->ssid = get16(data + layout->ssid);
	return true;
}

void stamp_reply_write(uint8_t *data, bool auth,
		       const struct stamp_reply *reply)
{
	const struct layout *layout = &layouts[auth];
	const struct stamp_request own = {
		.seq = reply->seq,
		.timestamp = reply->timestamp,
		.error = reply->error,
		.ssid = reply->ssid,
	};

	stamp_request_write(data, auth, &own);
	put64(data + layout->received, reply->received);
	put32(data + layout->sender_seq, reply->sender.seq);
	put64(data + layout->sender_timestamp, reply->sender.timestamp);
	put16(data + layout->sender_error, reply->sender.error);
	data[layout->sender_ttl] = reply->sender_ttl;
}

bool stamp_reply_read(const uint8_t *data, size_t len, bool auth,
		      struct stamp_reply *reply)
{
	const struct layout *layout = &layouts[auth];
	struct stamp_request own;

	if (!stamp_request_read(data, len, auth, &own))
		return false;
	reply->seq = own.seq;
	reply->timestamp = own.timestamp;
	reply->error = own.error;
	reply->ssid = own.ssid;
	reply->received = get64(data + layout->received);
	reply->sender.seq = get32(data + layout->sender_seq);
	reply->sender.timestamp = get64(data + layout->sender_timestamp);
	reply->sender.error = get16(data + layout->sender_error);
	reply->sender.ssid = own.ssid;
	reply->sender_ttl = data[layout->sender_ttl];
	return true;
}

int stamp_tlv_next(uint8_t *data, size_t len, size_t *offset,
		   struct stamp_tlv *tlv)
{
	size_t left;
	uint8_t *header;

	if (*offset >= len)
		return 0;
	left = len - *offset;
	header = data + *offset;
	memset(tlv, 0, sizeof(*tlv));
	tlv->header = header;
	if (left < STAMP_TLV_HEADER_LEN)
		return -EBADMSG;
	left -= STAMP_TLV_HEADER_LEN;
	if (get16(header + 2) > left)
		return -EBADMSG;
	tlv->flags = header[0];
	tlv->type = header[1];
	tlv->len = get16(header + 2);
	tlv->value = header + STAMP_TLV_HEADER_LEN;
	*offset += STAMP_TLV_HEADER_LEN + (size_t)tlv->len;
	return 1;
}

uint8_t *stamp_tlv_write(uint8_t *data, uint8_t type, uint16_t len)
{
	data[0] = STAMP_TLV_UNRECOGNISED;
	data[1] = type;
	put16(data + 2, len);
	return data + STAMP_TLV_HEADER_LEN;
}

const uint8_t *stamp_address(const struct in6_addr *address, uint16_t *len)
{
	*len = IN6_IS_ADDR_V4MAPPED(address) ? sizeof(struct in_addr) :
					       sizeof(*address);
	return address->s6_addr + sizeof(*address) - *len;
}

bool stamp_address_is(const struct stamp_tlv *tlv,
		      const struct in6_addr *address)
{
	uint16_t len;
	const uint8_t *value = stamp_address(address, &len);

	return tlv->len == len && !memcmp(tlv->value, value, len);
}

static int64_t floor_seconds(int64_t ns)
{
	int64_t s = ns / BLOCK_NS_PER_S;

	return ns % BLOCK_NS_PER_S < 0 ? s - 1 : s;
}

/*
 * Half a unit is added before bits are cut off, so that both directions round to
 * nearest.
 */
uint64_t stamp_time_encode(int64_t ns, bool ptp)
{
	int64_t s = floor_seconds(ns);
	int64_t rest = ns % BLOCK_NS_PER_S;
	uint64_t fraction = (uint64_t)(rest < 0 ? rest + BLOCK_NS_PER_S : rest);
	uint32_t seconds = (uint32_t)s;

	if (!ptp) {
		seconds += NTP_UNIX_OFFSET;
		fraction = ((fraction << 32) + BLOCK_NS_PER_S / 2) /
			   BLOCK_NS_PER_S;
	}
	return (uint64_t)seconds << 32 | fraction;
}

int64_t stamp_time_decode(uint64_t timestamp, bool ptp, int64_t near)
{
	uint32_t seconds = (uint32_t)(timestamp >> 32);
	uint64_t fraction = (uint32_t)timestamp;
	int64_t s = floor_seconds(near), ns;

	if (!ptp) {
		seconds -= NTP_UNIX_OFFSET;
		fraction = (fraction * BLOCK_NS_PER_S + (UINT64_C(1) << 31))
			   >> 32;
	}
	/* The nearest of all seconds that have these lower 32 bits. */
	s += (int32_t)(seconds - (uint32_t)s);
	if (__builtin_mul_overflow(s, BLOCK_NS_PER_S, &ns) ||
	    __builtin_add_overflow(ns, (int64_t)fraction, &ns))
		return s < 0 ? INT64_MIN : INT64_MAX;
	return ns;
}

uint16_t stamp_error_encode(bool synchronised, bool ptp, int64_t error_ns)
{
	unsigned __int128 units = error_ns > 0 ? (uint64_t)error_ns : 0;
	unsigned int scale = 0;

	units = ((units << 32) + BLOCK_NS_PER_S - 1) / BLOCK_NS_PER_S;
	if (!units)
		units = 1;
	while (units > ERROR_MULTIPLIER_MAX) {
		units = (units + 1) >> 1;
		scale++;
	}
	return (uint16_t)((synchronised ? ERROR_SYNCHRONISED : 0) |
			  (ptp ? ERROR_PTP : 0) |
			  scale << ERROR_SCALE_SHIFT | (unsigned int)units);
}

bool stamp_error_decode(uint16_t error, bool *ptp, int64_t *error_ns)
{
	unsigned __int128 ns = error & ERROR_MULTIPLIER_MAX;

	*ptp = error & ERROR_PTP;
	*error_ns = INT64_MAX;
	if (!ns)
		return false;
	ns <<= error >> ERROR_SCALE_SHIFT & ERROR_SCALE_MAX;
	ns = (ns * BLOCK_NS_PER_S + UINT32_MAX) >> 32;
	if (ns < INT64_MAX)
		*error_ns = (int64_t)ns;
	return error & ERROR_SYNCHRONISED;
}
