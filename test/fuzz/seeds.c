// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the kept inputs that are messages, so that they follow when an encoder
 * changes: make fuzz-seeds. The other named inputs are files only.
 */
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "lmctl/stamp/blocktlv.h"
#include "lmctl/stamp/stamp.h"
#include "test/fuzz/input.h"
#include "test/fuzz/message.h"

/* An input in the making. */
static uint8_t data[16384];
static size_t len;
static const char *corpus;

static void save(const char *harness, const char *name)
{
	char path[4096];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", corpus, harness);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%s", corpus, harness, name);
	stream = fopen(path, "wb");
	if (!stream || fwrite(data, 1, len, stream) != len || fclose(stream))
		err(1, "cannot write '%s'", path);
	len = 0;
}

/* @n bytes, given as int. */
static void put(unsigned int n, ...)
{
	va_list args;

	va_start(args, n);
	while (n--)
		data[len++] = (uint8_t)va_arg(args, int);
	va_end(args);
}

static void put_tlv(uint8_t type, uint16_t length)
{
	memset(stamp_tlv_write(data + len, type, length), 0, length);
	len += STAMP_TLV_HEADER_LEN + (size_t)length;
}

static void put_block(unsigned int flow, int64_t block)
{
	struct blocktlv tlv = {
		.version = BLOCKTLV_VERSION,
		.mask = MESSAGE_MASK,
		.block = block,
		.sent = { 1000, 100000 },
		.sent_total = { 5000, 500000 },
	};
	uint8_t *value = data + len + STAMP_TLV_HEADER_LEN;

	message_flow(&tlv.flow, flow);
	blocktlv_timing(&tlv, &message_timing);
	put_tlv(STAMP_TLV_BLOCK, (uint16_t)BLOCKTLV_LEN(tlv.flow.nsids));
	blocktlv_write(&tlv, value);
}

/* Version 1 knows no source. */
static void put_block_1(unsigned int flow, int64_t block)
{
	struct blocktlv tlv = {
		.version = BLOCKTLV_VERSION_1,
		.mask = MESSAGE_MASK,
		.block = block,
		.sent = { 1000, 100000 },
	};
	uint8_t *value = data + len + STAMP_TLV_HEADER_LEN;

	message_flow(&tlv.flow, flow);
	tlv.flow.netmask = 0;
	blocktlv_timing(&tlv, &message_timing);
	put_tlv(STAMP_TLV_BLOCK, (uint16_t)BLOCKTLV_LEN_1(tlv.flow.nsids));
	blocktlv_write(&tlv, value);
}

/* A version of tomorrow, of any length. */
static void put_block_later(void)
{
	put_tlv(STAMP_TLV_BLOCK, 33);
	data[len - 33] = BLOCKTLV_VERSION + 1;
	data[len - 32] = 1;
}

static void put_hmac(void)
{
	put_tlv(STAMP_TLV_HMAC, STAMP_HMAC_LEN);
}

static void put_request(bool auth, uint32_t seq)
{
	const struct stamp_request request = {
		.seq = seq,
		.timestamp = stamp_time_encode(MESSAGE_NOW, false),
		.error = stamp_error_encode(true, false, 1000),
		.ssid = 1,
	};

	stamp_request_write(data + len, auth, &request);
	len += stamp_base_len(auth);
}

/* Each of these begins behind the mode, which is one byte. */
static void finish_stamp(bool auth, const char *name)
{
	char full[64];

	snprintf(full, sizeof(full), "%s-%s", auth ? "auth" : "open", name);
	message_seal(data + 1, len - 1, auth, &message_keys.key[0], true, true);
	save("fuzz_stamp", full);
	put(1, auth);
}

static void stamp_seeds(bool auth)
{
	struct stamp_reply reply = { .seq = 7, .error = 0x4001, .ssid = 1 };

	put(1, auth);
	put_request(auth, 7);
	finish_stamp(auth, "request");
	put_request(auth, 7);
	len--;
	finish_stamp(auth, "short");
	put_request(auth, 7);
	put_block(0, MESSAGE_BLOCK);
	put_block(15, MESSAGE_BLOCK);
	put_hmac();
	put_tlv(STAMP_TLV_PADDING, 20);
	finish_stamp(auth, "blocks");
	put_request(auth, 7);
	put_block(1, MESSAGE_BLOCK);
	len--;
	finish_stamp(auth, "cut");
	/* One SID more than there can be, and the length for it. */
	put_request(auth, 7);
	put_block(15, MESSAGE_BLOCK);
	put(16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	stamp_tlv_write(data + 1 + stamp_base_len(auth), STAMP_TLV_BLOCK,
			BLOCKTLV_LEN(17))[1] = 17;
	finish_stamp(auth, "17-sids");
	put_request(auth, 7);
	put_block_1(2, MESSAGE_BLOCK);
	put_block_later();
	put_block(2, MESSAGE_BLOCK);
	put_hmac();
	finish_stamp(auth, "versions");
	stamp_reply_write(data + len, auth, &reply);
	len += stamp_base_len(auth);
	finish_stamp(auth, "reply");
	len = 0;
}

/* The bits of fuzz_reflector.c. */
#define R_AUTH 1
#define R_STATEFUL 2
#define R_RATE 4
#define R_FRESHNESS 8
#define R_LEARN 64
#define R_SEALED (1 | 2)
#define R_WRITE 4
#define R_FULL 8

static size_t datagram;

/* A datagram of source 1 begins; finish_datagram() writes its length. */
static void begin_datagram(unsigned int bits)
{
	put(9, 0, bits, 1, 64, 0xb8, 0, 0, 0x10, 0);
	datagram = len;
	put(2, 0, 0);
}

static void finish_datagram(void)
{
	size_t n = len - datagram - 2;

	data[datagram] = (uint8_t)(n >> 8);
	data[datagram + 1] = (uint8_t)n;
}

static void put_datagram(bool auth, unsigned int bits, uint32_t seq)
{
	begin_datagram(bits);
	put_request(auth, seq);
	put_block(2, MESSAGE_BLOCK);
	put_block(3, MESSAGE_BLOCK - 1);
	put_hmac();
	finish_datagram();
}

static void reflector_mode_seeds(bool auth)
{
	const char *mode = auth ? "auth" : "open";
	char name[64];

	put(1, auth ? R_AUTH | R_STATEFUL | R_FRESHNESS : R_STATEFUL);
	put_datagram(auth, R_SEALED, 1);
	put_datagram(auth, R_SEALED, 2);
	put_datagram(auth, R_SEALED, 1);
	put_datagram(auth, 0, 3);
	snprintf(name, sizeof(name), "%s-blocks", mode);
	save("fuzz_reflector", name);

	put(1, auth ? R_AUTH | R_RATE : R_RATE);
	for (unsigned int i = 0; i < 5; i++)
		put_datagram(auth, R_SEALED | 4 | 8, i);
	snprintf(name, sizeof(name), "%s-rate", mode);
	save("fuzz_reflector", name);

	put(1, auth ? R_AUTH : 0);
	begin_datagram(R_SEALED);
	put_request(auth, 0);
	put_tlv(STAMP_TLV_COS, 4);
	put_tlv(STAMP_TLV_DIRECT, 12);
	put_tlv(99, 3);
	put_tlv(STAMP_TLV_DIRECT, 11);
	put_hmac();
	put_tlv(STAMP_TLV_PADDING, 8);
	finish_datagram();
	begin_datagram(R_SEALED);
	put_request(auth, 1);
	put_hmac();
	put_block(0, MESSAGE_BLOCK);
	finish_datagram();
	begin_datagram(R_SEALED);
	put_request(auth, 2);
	put(3, 0x80, STAMP_TLV_BLOCK, 0xff);
	finish_datagram();
	snprintf(name, sizeof(name), "%s-tlvs", mode);
	save("fuzz_reflector", name);
}

/* Flows that the set does not have: one is learned, renewed, and others refused. */
static void reflector_learn_seed(void)
{
	uint32_t seq;

	put(1, R_AUTH | R_FRESHNESS | R_LEARN);
	for (seq = 1; seq < 5; seq++) {
		begin_datagram(R_SEALED);
		put_request(true, seq);
		put_block(20 + seq, MESSAGE_BLOCK);
		put_block(30 + seq, MESSAGE_BLOCK + 1);
		put_hmac();
		finish_datagram();
	}
	put(7, 2 | R_WRITE, 0x80 | 4 | 2 << 3, 1, 0, 0, 0, 40);
	put_datagram(true, R_SEALED, 9);
	put(7, 2, 0x80 | 4 | 2 << 3, 2, 0, 0, 0, 12);
	put(3, 2 | R_WRITE, 4, 3);
	begin_datagram(R_SEALED);
	put_request(true, 10);
	put_block(40, MESSAGE_BLOCK + 3);
	put_hmac();
	finish_datagram();
	put(3, 2 | R_WRITE | R_FULL, 4, 4);
	save("fuzz_reflector", "auth-learn");
}

/* The versions of the block TLV, and a source behind its prefix. */
static void reflector_version_seeds(bool auth)
{
	char name[64];

	put(1, auth ? R_AUTH : 0);
	begin_datagram(R_SEALED);
	put_request(auth, 1);
	put_block_1(2, MESSAGE_BLOCK);
	put_block_later();
	put_block(2, MESSAGE_BLOCK);
	put_hmac();
	finish_datagram();
	begin_datagram(R_SEALED);
	put_request(auth, 2);
	put_block(0, MESSAGE_BLOCK);
	data[len - 16 - 48 - 1] = 1;
	put_block(1, MESSAGE_BLOCK);
	put_hmac();
	finish_datagram();
	snprintf(name, sizeof(name), "%s-versions", auth ? "auth" : "open");
	save("fuzz_reflector", name);
}

static void reflector_seeds(void)
{
	reflector_version_seeds(false);
	reflector_version_seeds(true);
	reflector_mode_seeds(false);
	reflector_mode_seeds(true);
	reflector_learn_seed();
	/* Lengths around the longest datagram. */
	for (size_t n = STAMP_MESSAGE_MAX; n < STAMP_MESSAGE_MAX + 2; n++) {
		if (n == STAMP_MESSAGE_MAX)
			put(1, R_AUTH);
		begin_datagram(R_SEALED | 8);
		put_request(true, 0);
		put_tlv(STAMP_TLV_PADDING,
			(uint16_t)(n - STAMP_AUTH_BASE_LEN - 4));
		finish_datagram();
	}
	save("fuzz_reflector", "auth-longest");
	/* A record and the end of its block, settings, a dump, a step back. */
	put(1, 0);
	put(8, 2, 2 | 4 | 2 << 3, 1, 0, 0, 0x10, 0, 0);
	put_datagram(false, R_SEALED, 0);
	put(6, 3, R_STATEFUL | 32, 0, 0, 1, 0);
	put(7, 2, 0x80 | 2 << 3, 0, 0x01, 0, 0x10, 0);
	put_datagram(false, 0, 0);
	put(8, 2, 2 | 4 | 2 << 3, 0xfb, 0, 0, 0x10, 0, 0);
	put_datagram(false, 0, 0);
	save("fuzz_reflector", "open-steps");
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: seeds FOLDER");
	corpus = argv[1];
	stamp_seeds(false);
	stamp_seeds(true);
	reflector_seeds();
	return 0;
}
