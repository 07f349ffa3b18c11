/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reflector under test and a message to send to it.
 */
#ifndef TEST_UNIT_REFLECTING_H
#define TEST_UNIT_REFLECTING_H

#include <stdbool.h>
#include <string.h>

#include "lmctl/engine/reflector.h"
#include "lmctl/stamp/stamp.h"
#include "test/unit/unit.h"

/* When requests come, and when replies leave. */
#define RECEIVED (INT64_C(1700000000) * BLOCK_NS_PER_S + 123456789)
#define LEFT (RECEIVED + 25000)
/* Bytes behind the message that must stay as they are. */
#define GUARD_LEN 64
#define GUARD_BYTE 0xa5

static struct reflector *reflector;
static struct reflector_config config;
static struct keys keys;
/* The message, as long as it is. */
static uint8_t data[STAMP_MESSAGE_MAX + 1 + GUARD_LEN];
static size_t len;
static struct reflector_request request;
static int64_t left;

static inline int64_t leave(void)
{
	return left;
}

static inline void make_keys(void)
{
	unsigned int i;

	memset(&keys, 0, sizeof(keys));
	keys.n = 2;
	for (i = 0; i < keys.n; i++) {
		keys.key[i].id[0] = (char)('a' + i);
		keys.key[i].len = KEY_SECRET_MIN;
		memset(keys.key[i].secret, (int)(i + 1), KEY_SECRET_MIN);
	}
}

static inline int reflecting_start(bool auth)
{
	make_keys();
	config = (struct reflector_config){
		.auth = auth,
		.tlv_type = STAMP_TLV_BLOCK,
		.freshness = 60 * BLOCK_NS_PER_S,
	};
	reflector = reflector_new(&config, &keys);
	return !reflector;
}

/* With another configuration, which the test changed. */
static inline void reconfigure(void)
{
	reflector_reconfigure(reflector, &config, &keys);
}

/* Begin a message; @age is how long ago it was sent. */
static inline void begin(uint32_t seq, int64_t age)
{
	const struct stamp_request base = {
		.seq = seq,
		.timestamp = stamp_time_encode(RECEIVED - age, false),
		.error = stamp_error_encode(true, false, 1000),
		.ssid = 0x1234,
	};

	memset(data, GUARD_BYTE, sizeof(data));
	len = stamp_base_len(config.auth);
	stamp_request_write(data, config.auth, &base);
	request = (struct reflector_request){
		.data = data,
		.from = { .sin6_family = AF_INET6, .sin6_port = htons(4000) },
		.ttl = 61,
		.traffic_class = 46 << 2 | 1,
		.received = RECEIVED,
	};
	request.from.sin6_addr.s6_addr[15] = 1;
	left = LEFT;
}

/* Append a TLV of zeros; returns its value. */
static inline uint8_t *append(uint8_t type, uint16_t value_len)
{
	uint8_t *value = stamp_tlv_write(data + len, type, value_len);

	memset(value, 0, value_len);
	len += STAMP_TLV_HEADER_LEN + (size_t)value_len;
	return value;
}

/* Append the HMAC TLV; the base packet must be complete. */
static inline void append_hmac(unsigned int key)
{
	size_t at = len;
	uint8_t *value = append(STAMP_TLV_HMAC, STAMP_HMAC_LEN);

	key_tlv_hmac(&keys.key[key], data, stamp_base_len(config.auth), at,
		     value);
}

static inline void seal(unsigned int key)
{
	key_seal_base(&keys.key[key], data);
}

/* Whatever becomes of it, not a byte is written behind the message. */
static inline bool handle(void)
{
	bool replied;
	size_t i;

	request.len = len;
	replied = reflector_handle(reflector, &request, leave);
	assert_int_equal(request.len, len);
	for (i = len; i < sizeof(data); i++)
		assert_int_equal(data[i], GUARD_BYTE);
	return replied;
}

/* A base packet alone; is it answered? */
static inline bool send_base(uint32_t seq)
{
	begin(seq, 0);
	return handle();
}

static inline struct stamp_reply reply(void)
{
	struct stamp_reply read;

	assert_true(stamp_reply_read(data, len, config.auth, &read));
	return read;
}

#define STATS(field) (reflector_stats(reflector)->field)

#endif /* TEST_UNIT_REFLECTING_H */
