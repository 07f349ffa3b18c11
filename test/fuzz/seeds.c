// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the kept inputs that come from encoders, so that they follow when an
 * encoder or a harness changes: make fuzz-seeds.
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

static void text_seed(const char *harness, const char *name,
		      const char *text)
{
	len = strlen(text);
	memcpy(data, text, len);
	save(harness, name);
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

/* The bits of fuzz_prober.c. */
#define P_AUTH 1
#define P_GROUP 2
#define P_IN_BAND 4
#define P_PEERS(n) (((n) - 1) << 3)
#define P_SMALL 32
#define P_ABANDON 64
#define P_GOOD (1 | 2 | 8)

static void put_records(unsigned int n, int block)
{
	for (unsigned int i = 0; i < n; i++)
		put(6, 0, i, block, 0x03, 0xe8, 0);
	put(3, 1, block, 2);
}

/* A reply to the message before the last @which, one byte changed. */
static void put_reply(unsigned int bits, unsigned int which, unsigned int at,
		      unsigned int by)
{
	put(11, 4, bits, which, 0, 0, 0, 0, 1, at >> 8, at & 0xff, by);
}

static void prober_seed(const char *name, unsigned int config)
{
	unsigned int base = config & P_AUTH ? 112 : 44;

	put(1, config);
	put_records(3, 1);
	put(5, 3, 0, 3, 0xd0, 0x90);
	put_reply(P_GOOD, 0, 0, 0);
	/* another status, a strange flow, a refusal, the wrong key, a cut */
	put_reply(P_GOOD, 1, base + 6, 2);
	put_reply(P_GOOD, 2, base + 125, 1);
	put_reply(P_GOOD, 0, base, 0x20);
	put_reply(P_GOOD | 4, 1, 0, 0);
	put(11, 4, P_GOOD, 0, 0, 0, 0, 0xf0, 1, 0, 0, 0);
	put_records(1, 2);
	put(3, 7, 1 | 4, 2);
	put(5, 3, 0x20, 0, 0, 0);
	put(3, 2, 7, 0);
	save("fuzz_prober", name);
}

/* Blocks that are answered, some that are not, and what they were together. */
static void prober_gap_seed(const char *name, unsigned int config, int peers)
{
	put(1, config);
	for (int block = 1; block < 8; block++) {
		put(6, 0, 1, block, 0x03, 0xe8, REASON_UNKNOWN);
		put(3, 1, block, 2);
		for (int peer = 0; peer < peers; peer++)
			if (block < 3 || block > 5)
				put(8, 4, P_GOOD | 16, peer, 0, 0, 0, 0, 0);
	}
	put(2, 7, 0);
	save("fuzz_prober", name);
}

static void prober_seeds(void)
{
	prober_gap_seed("open-gap", 0, 1);
	prober_gap_seed("auth-gap-path", P_AUTH | P_PEERS(3), 3);
	prober_gap_seed("auth-gap-group", P_AUTH | P_GROUP | P_PEERS(2), 2);

	prober_seed("open", 0);
	prober_seed("auth", P_AUTH);
	prober_seed("open-path", P_PEERS(3));
	prober_seed("auth-group", P_AUTH | P_GROUP | P_PEERS(2));
	prober_seed("auth-in-band", P_AUTH | P_IN_BAND);
	prober_seed("open-small", P_SMALL | P_ABANDON);
	/* A block without flows, a full socket, the end. */
	put(1, P_AUTH);
	put(6, 7, 3 | 4 | 8, 1, 5, 2, 7);
	put(2, 3, 2);
	put_reply(P_GOOD, 0, 0, 0);
	put(2, 7, 0);
	save("fuzz_prober", "auth-empty");
}

static void text_seeds(void)
{
	text_seed("fuzz_keys", "two",
		  "# keys\n\none 00112233445566778899aabbccddeeff\r\n"
		  "\ttwo\t00112233445566778899AABBCCDDEEFF001122\n");
	text_seed("fuzz_keys", "twice", "k 00112233445566778899aabbccddeeff\n"
		  "k 00112233445566778899aabbccddeeff\n");
	text_seed("fuzz_keys", "odd", "k 00112233445566778899aabbccddeeff0\n");
	text_seed("fuzz_element", "flow", "gold=fcff:2::1,fcff:8::100,0x20000");
	text_seed("fuzz_element", "colour", "0x00010000");
	text_seed("fuzz_element", "source",
		  "gold=fcff:1::1@fcff:2::1,fcff:8::100,0x20000");
	text_seed("fuzz_element", "address", "::ffff:192.0.2.1,131072");
	text_seed("fuzz_flowlist", "three",
		  "# flows\nfcff:2::1,fcff:8::100\r\n\n"
		  "\tgold=fcff:2::1  # the best\na.b:c=::1,::1");
	text_seed("fuzz_flowlist", "source",
		  "fcff:1::1@fcff:2::1\ngold=fcff:1::2@fcff:2::1,::1\n");
	text_seed("fuzz_flowlist", "wrong", "::1\n::2\n::3,\n");
	text_seed("fuzz_time", "duration", "90min");
	text_seed("fuzz_time", "local", "2026-11-22 15:04:05.250");
	text_seed("fuzz_time", "zone", "2026-11-22T15:04+02:00");
	text_seed("fuzz_time", "leap", "2024-02-29T23:59:60Z");
}

/* What follows is read by the harnesses of the same name. */
static void listing_seeds(void)
{
	/* First message, three records of two flows, end. */
	put(3, 0, 0, 0);
	put(11, 1, 3, 0x41, 0x41, 9, 0x41, 0x81, 8, 2, 1, 0);
	put(2, 3, 0);
	save("fuzz_dump", "whole");
	/* A netmask of 64 bits; one list from two sources, the second changed. */
	put(3, 0, 0, 0x20);
	put(11, 1, 3, 1, 0x41, 9, 1, 0x81, 8, 0x81, 0x75, 7);
	put(2, 3, 0);
	save("fuzz_dump", "sources");
	/* The same list twice, from sources that only the netmask tells apart. */
	put(3, 0, 0, 0x20);
	put(8, 1, 2, 1, 0x41, 9, 0x81, 0x81, 7);
	put(2, 3, 0);
	save("fuzz_dump", "two-sources");
	/* A bit of the source behind the netmask. */
	put(3, 0, 0, 0x20);
	put(5, 1, 1, 1, 0x79, 9);
	put(2, 3, 0);
	save("fuzz_dump", "host-bits");
	/* Witnesses that grow from one colour to the next. */
	put(3, 0, 0, 0);
	put(11, 1, 3, 1, 0x41, 9, 1, 0xb5, 8, 1, 0xf5, 9);
	put(2, 3, 0);
	save("fuzz_dump", "witnesses");
	/* Interrupted, in two datagrams. */
	put(3, 0, 0, 0);
	put(5, 1, 1, 1, 1, 0);
	put(4, 5, 0, 4, 0);
	put(2, 3, 0);
	save("fuzz_dump", "interrupted");
	/* Messages are lost before the end. */
	put(6, 0, 0, 0, 6, 0, 3);
	put(1, 0);
	save("fuzz_dump", "lost");
	/* A message that says it is longer than INT_MAX. */
	put(8, 1, 7, 16, 0xff, 0xff, 0xff, 0xff, 0);
	save("fuzz_dump", "huge");
}

static void recording_seeds(void)
{
	/* Flow, block, packets, at both ends. */
	for (int block = 0; block < 3; block++) {
		put(4, 0, 1, block, 100);
		put(4, 1, 1, block, 99 + block);
	}
	save("fuzz_recording", "lost");
	put(8, 0, 1, 5, 7, 8, 1, 4, 7);
	put(1, 4);
	put(4, 1, 1, 5, 7);
	save("fuzz_recording", "stepped");
}

static void module_seeds(void)
{
	/* A set; a flow with a name; the colour; all of it listed. */
	put(2, 0xff, 0);
	put(6, 0, 0, 0, 7, 3, 20);
	put(6, 0, 0, 0, 8, 0, 2);
	put(3, 3, 0x40, 0);
	save("fuzz_attributes", "add");
	/* Counters of two colours, a listing in pieces, a flush. */
	put(2, 0xff, 0);
	for (int slot = 1; slot < 3; slot++) {
		put(7, 0, 0, 0, 0x3b, 2, slot, 0);
		put(15, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 3, 0);
	}
	put(6, 3, 0, 200, 3, 0, 200);
	put(1, 7);
	save("fuzz_attributes", "counters");
	/* A netmask of 64 bits; two sources of one list, listed; one too many. */
	put(3, 0xff, 0x80, 64);
	put(5, 0, 0, 0, 3, 20);
	put(5, 0, 0, 0x20, 3, 20);
	put(3, 3, 0x40, 0);
	put(5, 0, 0, 0x10, 3, 20);
	save("fuzz_attributes", "netmask");
	/* Two sources that are one behind the netmask. */
	put(3, 0xff, 0x80, 64);
	put(5, 0, 0, 0, 3, 20);
	put(5, 0, 0, 0x80, 3, 20);
	put(5, 0, 0, 0x80, 3, 21);
	save("fuzz_attributes", "host-bits");
	/* Netmasks that cannot be: at revision 0, 0, and too long. */
	put(3, 0xf0, 0x80, 64);
	save("fuzz_attributes", "netmask-revision");
	put(3, 0xff, 0x80, 0);
	save("fuzz_attributes", "netmask-none");
	put(3, 0xff, 0x80, 129);
	save("fuzz_attributes", "netmask-long");
	/* All flows; a Segment Routing Header and TCP in IPv6, marked. */
	put(3, 0, 0xff, 0xff);
	put(14, 0, 1, 1, 0, 0, 1, 0, 0, 0, 5, 0, 0, 5, 100);
	save("fuzz_packet", "marked");
	/* Two sources, which are two flows with a netmask, and one without. */
	for (int netmask = 0; netmask < 2; netmask++) {
		put(3, netmask << 6, 0xff, 0xff);
		put(13, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 100, 0);
		put(13, 0, 1, 1, 0x28, 0, 1, 0, 0, 0, 0, 0, 100, 0);
		save("fuzz_packet", netmask ? "two-flows" : "two-sources");
	}
	/* With another Segments Left, then with a TLV, then without. */
	put(3, 0, 0xff, 0xff);
	put(13, 0, 1, 1, 0, 0, 2, 0, 0, 0, 0, 0, 100, 0);
	put(13, 0, 1, 1, 0, 0, 2, 0, 0, 0x20, 0, 0, 100, 0);
	put(14, 0, 1, 1, 0, 0, 2, 0, 0, 0x30, 1, 0, 0, 100, 0);
	put(13, 0, 1, 1, 0, 0, 2, 0, 0, 0x20, 0, 0, 100, 0);
	save("fuzz_packet", "segments-left");
	/* A TLV; then a header of no length, the same but for that. */
	put(3, 0, 0xff, 0xff);
	put(14, 0, 1, 1, 0, 0, 2, 0, 0, 0x10, 1, 0, 0, 100, 0);
	put(14, 0, 1, 1, 0, 0, 2, 0, 0, 0x02, 0, 0, 0, 100, 0);
	save("fuzz_packet", "no-length");
	/* The first fragment and a later one, behind the same header. */
	put(3, 0, 0xff, 0xff);
	put(15, 0, 1, 2, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 100, 0);
	put(15, 0, 1, 2, 0, 0, 2, 0, 0, 0, 4, 2, 0, 0, 100, 0);
	save("fuzz_packet", "later-fragment");
	/* With a header, without one, and with the first again. */
	put(3, 1, 0xff, 0xff);
	put(13, 0, 1, 1, 0, 0, 0, 0, 0, 0x20, 0, 0, 100, 0);
	put(8, 0, 1, 0, 0, 1, 0, 100, 0);
	put(13, 0, 1, 1, 0, 0, 0, 0, 0, 0x20, 0, 0, 100, 0);
	save("fuzz_packet", "without-header");
	/* From ::, then from another source. */
	put(3, 0, 0xff, 0xff);
	put(17, 0, 1, 0x21, 0, 0, 2, 0, 0, 0, 0, 0, 100, 0, 1, 0, 8, 0xfd);
	put(13, 0, 1, 1, 0, 0, 2, 0, 0, 0, 0, 0, 100, 0);
	save("fuzz_packet", "unspecified");
	/* Counted behind a Fragment header and GSO. */
	put(3, 0, 0xff, 0xff);
	put(18, 0, 0, 0x12, 0, 4, 0, 0, 1, 0, 2, 0, 5, 0, 0, 5, 200, 0, 50);
	save("fuzz_packet", "segments");
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: seeds FOLDER");
	corpus = argv[1];
	stamp_seeds(false);
	stamp_seeds(true);
	text_seeds();
	listing_seeds();
	recording_seeds();
	module_seeds();
	reflector_seeds();
	prober_seeds();
	return 0;
}
