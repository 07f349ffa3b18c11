// SPDX-License-Identifier: GPL-2.0-only
/*
 * stamp_flood ADDRESS PORT RATE SECONDS SOURCES SEED KEY FLOW
 *
 * Sends a reflector RATE messages a second, whoever they claim to be from: of
 * four messages one each is
 *
 *   right      sealed with KEY (hexadecimal), from one of 4 busy sources: 20
 *              times a limit is reached by one address
 *   new        the same, from one of SOURCES addresses and with a new session
 *   forged     sealed with another key, from a busy source
 *   broken     bytes of a right one flipped, cut off anywhere, or random bytes
 *
 * Right ones ask for FLOW. Sources are 2001:db8::N. Replies are not waited for.
 * Prints "KIND COUNT" of what was sent, and "failed COUNT".
 *
 * A raw socket: the packets are whole, so that sources can be any.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lmctl/stamp/blocktlv.h"
#include "lmctl/stamp/keys.h"
#include "lmctl/stamp/stamp.h"

#define NS_PER_S INT64_C(1000000000)
#define PERIOD_MS 500
#define BUSY_SOURCES 4
#define MESSAGE_MAX 1024
/* Sent between two looks at the clock. */
#define TURN 16

enum kind { RIGHT, NEW, FORGED, BROKEN, KINDS };

static const char *const names[KINDS] = { "right", "new", "forged", "broken" };

static struct {
	int fd;
	struct sockaddr_in6 to;
	in_port_t port;
	struct key key;
	struct key other;
	struct blocktlv tlv;
	uint32_t sources;
	uint32_t seq;
	uint64_t chance;
	uint64_t sent[KINDS];
	uint64_t failed;
} self;

static int64_t clock_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* xorshift64: the same numbers for the same seed. */
static uint32_t chance(uint32_t below)
{
	self.chance ^= self.chance << 13;
	self.chance ^= self.chance >> 7;
	self.chance ^= self.chance << 17;
	return (uint32_t)(self.chance >> 32) % below;
}

static uint16_t checksum(const struct ip6_hdr *ip, const struct udphdr *udp,
			 size_t len)
{
	const uint8_t *at = (const uint8_t *)&ip->ip6_src;
	uint32_t sum = (uint32_t)len + IPPROTO_UDP;
	size_t i;

	for (i = 0; i < 2 * sizeof(ip->ip6_src); i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	at = (const uint8_t *)udp;
	for (i = 0; i < len; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff ? 0xffff : (uint16_t)~sum;
}

static void send_from(uint32_t source, const uint8_t *data, size_t len)
{
	struct {
		struct ip6_hdr ip;
		struct udphdr udp;
		uint8_t data[MESSAGE_MAX];
	} packet = { 0 };
	size_t udp_len = sizeof(packet.udp) + len;
	/* A raw socket takes no port. */
	struct sockaddr_in6 to = self.to;

	packet.ip.ip6_flow = htonl(6u << 28);
	packet.ip.ip6_plen = htons((uint16_t)udp_len);
	packet.ip.ip6_nxt = IPPROTO_UDP;
	packet.ip.ip6_hlim = 255;
	inet_pton(AF_INET6, "2001:db8::", &packet.ip.ip6_src);
	source = htonl(source + 1);
	memcpy(&packet.ip.ip6_src.s6_addr[12], &source, sizeof(source));
	packet.ip.ip6_dst = to.sin6_addr;
	packet.udp.source = htons(5000);
	packet.udp.dest = self.port;
	packet.udp.len = htons((uint16_t)udp_len);
	memcpy(packet.data, data, len);
	packet.udp.check = htons(checksum(&packet.ip, &packet.udp, udp_len));
	if (sendto(self.fd, &packet, sizeof(packet.ip) + udp_len, 0,
		   (const struct sockaddr *)&to, sizeof(to)) < 0)
		self.failed++;
}

/* A message that asks for the flow's last block but one. */
static size_t message(uint8_t *data, const struct key *key, uint16_t ssid)
{
	int64_t now = clock_ns(CLOCK_REALTIME);
	const struct stamp_request request = {
		.seq = self.seq++,
		.timestamp = stamp_time_encode(now, false),
		.error = 1,
		.ssid = ssid,
	};
	const uint16_t tlv_len = BLOCKTLV_LEN(self.tlv.flow.nsids);
	size_t end = STAMP_AUTH_BASE_LEN + STAMP_TLV_HEADER_LEN + tlv_len;
	uint8_t *hmac;

	memset(data, 0, MESSAGE_MAX);
	stamp_request_write(data, true, &request);
	self.tlv.block = now / 1000000 / PERIOD_MS - 2;
	blocktlv_write(&self.tlv, stamp_tlv_write(data + STAMP_AUTH_BASE_LEN,
						  STAMP_TLV_BLOCK, tlv_len));
	hmac = stamp_tlv_write(data + end, STAMP_TLV_HMAC, STAMP_HMAC_LEN);
	key_tlv_hmac(key, data, STAMP_AUTH_BASE_LEN, end, hmac);
	key_seal_base(key, data);
	return end + STAMP_TLV_HEADER_LEN + STAMP_HMAC_LEN;
}

static size_t broken(uint8_t *data)
{
	size_t len = message(data, &self.key, 0), i;

	switch (chance(3)) {
	case 0:
		for (i = chance(6); i < 6; i++)
			data[chance((uint32_t)len)] ^= (uint8_t)(1 + chance(255));
		return len;
	case 1:
		return chance((uint32_t)len);
	default:
		len = chance(MESSAGE_MAX);
		for (i = 0; i < len; i++)
			data[i] = (uint8_t)chance(256);
		return len;
	}
}

static void send_one(enum kind kind)
{
	uint32_t source = chance(BUSY_SOURCES);
	uint8_t data[MESSAGE_MAX];
	size_t len;

	if (kind == BROKEN) {
		len = broken(data);
	} else if (kind == NEW) {
		source = BUSY_SOURCES + chance(self.sources);
		len = message(data, &self.key, (uint16_t)chance(65536));
	} else {
		len = message(data, kind == RIGHT ? &self.key : &self.other, 0);
	}
	send_from(source, data, len);
	self.sent[kind]++;
}

static void flood(uint32_t rate, uint32_t seconds)
{
	uint64_t total = (uint64_t)rate * seconds, n;
	int64_t began = clock_ns(CLOCK_MONOTONIC);

	for (n = 0; n < total; n++) {
		int64_t due = began + (int64_t)n * NS_PER_S / rate;
		struct timespec until = {
			.tv_sec = due / NS_PER_S, .tv_nsec = due % NS_PER_S,
		};

		if (n % TURN == 0)
			while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME,
					       &until, NULL) == EINTR)
				;
		send_one((enum kind)chance(KINDS));
	}
}

static bool parse_number(const char *text, uint32_t max, uint32_t *number)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	*number = (uint32_t)value;
	return !errno && end != text && !*end && value && value <= max;
}

static bool parse_key(const char *text)
{
	struct key *key = &self.key;
	char octet[3] = "", *end;

	for (; text[0] && text[1] && key->len < KEY_SECRET_MAX; text += 2) {
		memcpy(octet, text, 2);
		key->secret[key->len++] = (uint8_t)strtoul(octet, &end, 16);
		if (*end)
			return false;
	}
	self.other = *key;
	self.other.secret[0] ^= 1;
	return !*text && key->len >= KEY_SECRET_MIN;
}

static bool prepare(char **argv, uint32_t *rate, uint32_t *seconds)
{
	char error[256];
	uint32_t port;

	self.to.sin6_family = AF_INET6;
	if (!parse_number(argv[2], UINT16_MAX, &port) ||
	    !parse_number(argv[3], UINT32_MAX, rate) ||
	    !parse_number(argv[4], UINT32_MAX, seconds) ||
	    !parse_number(argv[5], UINT32_MAX, &self.sources))
		return false;
	self.port = htons((uint16_t)port);
	self.chance = strtoull(argv[6], NULL, 10) | 1;
	self.tlv.mask = SR6FLOW_MASK_DEFAULT;
	self.tlv.period_ms = PERIOD_MS;
	self.tlv.guard = 0x8000;
	self.tlv.band = 0x199a;
	self.fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	return inet_pton(AF_INET6, argv[1], &self.to.sin6_addr) == 1 &&
	       parse_key(argv[7]) && self.fd >= 0 &&
	       !sr6flow_flow_parse(&self.tlv.flow, argv[8], error,
				   sizeof(error));
}

int main(int argc, char **argv)
{
	uint32_t rate, seconds;
	int kind;

	if (argc != 9 || !prepare(argv, &rate, &seconds)) {
		fprintf(stderr, "usage: stamp_flood ADDRESS PORT RATE SECONDS SOURCES SEED KEY FLOW\n");
		return 2;
	}
	flood(rate, seconds);
	for (kind = 0; kind < KINDS; kind++)
		printf("%s %" PRIu64 "\n", names[kind], self.sent[kind]);
	printf("failed %" PRIu64 "\n", self.failed);
	return 0;
}
