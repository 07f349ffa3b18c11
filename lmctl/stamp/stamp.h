/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * STAMP messages (RFC 8762) and their TLVs (RFC 8972), as bytes. Pure: no
 * socket, no clock, no memory.
 *
 * Lengths are checked here and nowhere else; the values remain untrusted. In
 * authenticated mode call keys_verify_base() before any function of this file.
 */
#ifndef LMCTL_STAMP_STAMP_H
#define LMCTL_STAMP_STAMP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STAMP_PORT 862
/* Base packet, unauthenticated and authenticated. */
#define STAMP_BASE_LEN 44
#define STAMP_AUTH_BASE_LEN 112
#define STAMP_TLV_HEADER_LEN 4
#define STAMP_HMAC_LEN 16
/* Longer than any jumbo frame; longer datagrams are dropped. */
#define STAMP_MESSAGE_MAX 9216

/* TLV flags, RFC 8972, section 4. */
#define STAMP_TLV_UNRECOGNISED 0x80
#define STAMP_TLV_MALFORMED 0x40
#define STAMP_TLV_INTEGRITY 0x20

enum stamp_tlv_type {
	STAMP_TLV_PADDING = 1,
	STAMP_TLV_COS = 4,
	STAMP_TLV_DIRECT = 5,
	STAMP_TLV_HMAC = 8,
	/* RFC 9503, with an IPv4 or IPv6 address. */
	STAMP_TLV_DESTINATION = 9,
	/* Default of the per-flow block TLV: experimental, 240 to 251. */
	STAMP_TLV_BLOCK = 240,
};

/**
 * struct stamp_request - fields of a request of a Session-Sender
 * @seq: Sequence Number
 * @timestamp: 64 bits as on the wire, see stamp_time_encode()
 * @error: Error Estimate
 * @ssid: STAMP Session Identifier, 0 for none
 */
struct stamp_request {
	uint32_t seq;
	uint64_t timestamp;
	uint16_t error;
	uint16_t ssid;
};

/**
 * struct stamp_reply - fields of a reply of a Session-Reflector
 * @seq: Sequence Number
 * @timestamp: when the reply left, T3
 * @error: Error Estimate of the reflector, for @timestamp and @received
 * @ssid: as in the request
 * @received: when the request came, T2
 * @sender: the request, T1 in its timestamp; its ssid is @ssid
 * @sender_ttl: hop limit of the request on arrival
 */
struct stamp_reply {
	uint32_t seq;
	uint64_t timestamp;
	uint16_t error;
	uint16_t ssid;
	uint64_t received;
	struct stamp_request sender;
	uint8_t sender_ttl;
};

/**
 * stamp_base_len() - length of the base packet
 * @auth: authenticated mode
 *
 * Return: bytes.
 */
size_t stamp_base_len(bool auth);

/**
 * stamp_request_write() - write a base request
 * @data: room for stamp_base_len() bytes; all of them are written, the HMAC
 *	  with zeros
 * @auth: authenticated mode
 * @request: what to write
 */
void stamp_request_write(uint8_t *data, bool auth,
			 const struct stamp_request *request);

/**
 * stamp_request_read() - read a base request
 * @data: message
 * @len: its length in bytes
 * @auth: authenticated mode
 * @request: filled
 *
 * Fields that must be zero are ignored, as RFC 8762 requires.
 *
 * Return: true unless it is too short.
 */
bool stamp_request_read(const uint8_t *data, size_t len, bool auth,
			struct stamp_request *request);

/**
 * stamp_reply_write() - write a base reply
 * @data: room for stamp_base_len() bytes; all of them are written, the HMAC
 *	  with zeros
 * @auth: authenticated mode
 * @reply: what to write
 */
void stamp_reply_write(uint8_t *data, bool auth,
		       const struct stamp_reply *reply);

/**
 * stamp_reply_read() - read a base reply
 * @data: message
 * @len: its length in bytes
 * @auth: authenticated mode
 * @reply: filled
 *
 * Return: true unless it is too short.
 */
bool stamp_reply_read(const uint8_t *data, size_t len, bool auth,
		      struct stamp_reply *reply);

/**
 * struct stamp_tlv - a TLV in a message
 * @header: its first byte, the flags
 * @flags: STAMP_TLV_* flags
 * @type: enum stamp_tlv_type or any other
 * @len: bytes of @value
 * @value: the value, in the message
 */
struct stamp_tlv {
	uint8_t *header;
	uint8_t flags;
	uint8_t type;
	uint16_t len;
	uint8_t *value;
};

/**
 * stamp_tlv_next() - iterate over the TLVs of a message
 * @data: message
 * @len: its length in bytes
 * @offset: offset of the next TLV: begin with stamp_base_len(); moved behind the
 *	    TLV
 * @tlv: filled. If the TLV is malformed, @tlv->header is its start and the other
 *	 fields are not set
 *
 * Return: 1 for a TLV, 0 at the end, -EBADMSG if the rest is no whole TLV, which
 * ends the iteration (RFC 8972, section 4).
 */
int stamp_tlv_next(uint8_t *data, size_t len, size_t *offset,
		   struct stamp_tlv *tlv);

/**
 * stamp_tlv_write() - write the header of a TLV
 * @data: room for STAMP_TLV_HEADER_LEN and @len bytes
 * @type: type
 * @len: length of the value
 *
 * The flags are those of a sender: U is set, M and I are not.
 *
 * Return: start of the value, which is not written.
 */
uint8_t *stamp_tlv_write(uint8_t *data, uint8_t type, uint16_t len);

/**
 * stamp_address() - an address as the value of a TLV
 * @address: address, an IPv4 one mapped
 * @len: filled with the length of the value: 4 or 16
 *
 * Return: the value, in @address.
 */
const uint8_t *stamp_address(const struct in6_addr *address, uint16_t *len);

/**
 * stamp_address_is() - compare an address with the value of a TLV
 * @tlv: whole TLV
 * @address: address, an IPv4 one mapped
 *
 * Return: true if they are equal.
 */
bool stamp_address_is(const struct stamp_tlv *tlv,
		      const struct in6_addr *address);

/**
 * stamp_time_encode() - time as a timestamp
 * @ns: nanoseconds since 1970
 * @ptp: PTPv2 truncated timestamp (Z = 1) instead of NTP
 *
 * Return: 64 bits, host byte order: seconds in the upper half.
 */
uint64_t stamp_time_encode(int64_t ns, bool ptp);

/**
 * stamp_time_decode() - timestamp as time
 * @timestamp: 64 bits, host byte order
 * @ptp: format
 * @near: any time less than 68 years away, to find the era of 32-bit seconds
 *
 * Return: nanoseconds since 1970. NTP's fractions are rounded to the nearest
 * nanosecond, so decoding an encoded time returns the same time.
 */
int64_t stamp_time_decode(uint64_t timestamp, bool ptp, int64_t near);

/**
 * stamp_error_encode() - Error Estimate (RFC 4656, section 4.1.2)
 * @synchronised: S: the clock is synchronised to UTC by an external source
 * @ptp: Z: format of the timestamps
 * @error_ns: estimate of the clock's error in nanoseconds
 *
 * Return: 16 bits, host byte order; the error is rounded up, never down, and
 * the multiplier is never zero.
 */
uint16_t stamp_error_encode(bool synchronised, bool ptp, int64_t error_ns);

/**
 * stamp_error_decode() - Error Estimate
 * @error: 16 bits, host byte order
 * @ptp: filled with Z
 * @error_ns: filled with nanoseconds, INT64_MAX if they are not known
 *
 * Return: S: is the clock synchronised. A multiplier of zero is an invalid
 * estimate: such a clock counts as not synchronised.
 */
bool stamp_error_decode(uint16_t error, bool *ptp, int64_t *error_ns);

#endif /* LMCTL_STAMP_STAMP_H */
