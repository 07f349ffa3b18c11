// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any packets, through every kind of rule of the type, see README.md.
 *
 *   kfuzz_packet ── tun "in" router tun "out" ── kfuzz_packet
 *
 * The bytes of an input choose the headers of some packets, which are then
 * right, and what is made wrong in them. Whatever comes out is as it went in,
 * but for the hop limit and the bits of the mark masks.
 */
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../tools/tun.h"
#include "../input.h"
#include "guest.h"

#define PACKETS 4
#define ROOM 8192
#define HEADERS 6
/* Mark masks of the sets in test/vm/kfuzz.sh. */
#define TAG_MASK 0x03
#define TCLASS_MASK 0x0c

enum {
	HBH = 0, TCP = 6, UDP = 17, IPV6 = 41, ROUTING = 43, FRAGMENT = 44,
	AUTH = 51, ICMPV6 = 58, NONE = 59, DEST = 60, ETHERNET = 143,
};

/* As the guest's kernel reads it before the packet. */
struct frame {
	struct virtio_net_hdr gso;
	uint8_t data[ROOM];
};

/**
 * struct packet - a packet that is being made
 * @input: choices
 * @frame: the packet and what the kernel is told of it
 * @len: bytes of the packet
 * @next: where the type of the next header is to be written
 */
struct packet {
	struct input *input;
	struct frame frame;
	size_t len;
	uint8_t *next;
};

static int in = -1, out = -1;
static unsigned long packets;

static uint8_t choice(struct packet *packet)
{
	return input_number(packet->input, 1);
}

/* Room for @len bytes behind the packet; the last ones if there is none. */
static uint8_t *push(struct packet *packet, size_t len)
{
	uint8_t *at;

	if (packet->len + len > ROOM)
		packet->len = ROOM - len;
	at = packet->frame.data + packet->len;
	memset(at, 0, len);
	packet->len += len;
	return at;
}

/* Few addresses, so that lists are found in the sets. */
static void put_sid(uint8_t *at, uint8_t number)
{
	at[0] = 0xfc;
	at[15] = number;
}

static void put_srh(struct packet *packet)
{
	uint8_t shape = choice(packet), wrong = choice(packet);
	unsigned int n = 1 + shape % 17, tlvs = shape >> 6, i;
	uint8_t *srh = push(packet, 8 + 16 * n + 8 * tlvs);
	uint8_t list = choice(packet);

	*packet->next = ROUTING;
	packet->next = srh;
	srh[1] = 2 * n + tlvs;
	srh[2] = 4;
	srh[3] = list % (n + 1);
	srh[4] = n - 1;
	srh[7] = choice(packet);
	for (i = 0; i < n; i++)
		put_sid(srh + 8 + 16 * i, list % 4 + i);
	/* One field in eight is wrong, each in its own way. */
	if (wrong % 8 < 6 && wrong >= 128)
		srh[1 + wrong % 8] = choice(packet);
	if (wrong == 64)
		input_bytes(packet->input, srh + 8, 16);
}

static void put_routing(struct packet *packet)
{
	uint8_t *header = push(packet, 24);

	*packet->next = ROUTING;
	packet->next = header;
	header[1] = 2;
	header[2] = choice(packet);
	header[3] = choice(packet);
}

static void put_options(struct packet *packet, uint8_t type)
{
	uint8_t more = choice(packet) % 4, *header = push(packet, 8 + 8 * more);

	*packet->next = type;
	packet->next = header;
	header[1] = more;
	/* One option that pads. */
	header[2] = 1;
	header[3] = 4 + 8 * more;
}

static void put_auth(struct packet *packet)
{
	uint8_t *header = push(packet, 16);

	*packet->next = AUTH;
	packet->next = header;
	header[1] = choice(packet) % 8 ? 2 : choice(packet);
}

static void put_fragment(struct packet *packet)
{
	uint8_t *header = push(packet, 8), off = choice(packet);

	*packet->next = FRAGMENT;
	packet->next = header;
	header[2] = off >> 4;
	header[3] = (off & 1) | (off & 14 ? 8 : 0);
}

static void put_ip6(struct packet *packet)
{
	uint8_t tclass = choice(packet), *ip = push(packet, 40), to;

	*packet->next = IPV6;
	packet->next = ip + 6;
	ip[0] = 0x60 | tclass >> 4;
	ip[1] = tclass << 4;
	ip[7] = 64;
	to = choice(packet);
	/* Two sources, of which a netmask of 127 bits makes one. */
	put_sid(ip + 8, to & 4 ? 0xef : 0xee);
	put_sid(ip + 24, 1 + to % 4);
}

static void put_raw(struct packet *packet)
{
	size_t len = choice(packet) % 64;

	*packet->next = choice(packet);
	input_bytes(packet->input, push(packet, len), len);
	/* What follows has no place to be named. */
	packet->next = push(packet, 1);
}

static void put_header(struct packet *packet, uint8_t kind)
{
	switch (kind % 11) {
	case 0: case 1: case 2: case 3:
		return put_srh(packet);
	case 4:
		return put_options(packet, HBH);
	case 5:
		return put_options(packet, DEST);
	case 6:
		return put_auth(packet);
	case 7:
		return put_fragment(packet);
	case 8:
		return put_ip6(packet);
	case 9:
		return put_routing(packet);
	case 10:
		return put_raw(packet);
	}
}

/* What is behind the headers, by bytes that choose a type and a length. */
static void put_payload(struct packet *packet)
{
	static const uint8_t types[] = { NONE, IPV6, UDP, TCP, ETHERNET, ICMPV6,
					 4, ROUTING };
	uint8_t type = types[choice(packet) % sizeof(types)];
	uint8_t size = choice(packet), *at;
	size_t len = size < 192 ? size : (size - 190) * 100;

	*packet->next = type;
	at = push(packet, len);
	if (type == TCP && len >= 20)
		at[12] = 5 << 4;
	if (type == IPV6 && len)
		at[0] = 0x60;
}

/* Sends to be cut by the kernel, checksums to be filled in. */
static void put_gso(struct packet *packet, size_t headers)
{
	static const uint8_t types[] = { VIRTIO_NET_HDR_GSO_NONE,
					 VIRTIO_NET_HDR_GSO_TCPV6,
					 VIRTIO_NET_HDR_GSO_TCPV4,
					 VIRTIO_NET_HDR_GSO_UDP };
	struct virtio_net_hdr *gso = &packet->frame.gso;
	uint8_t how = choice(packet);

	if (how < 192)
		return;
	gso->gso_type = types[how % 4];
	gso->gso_size = how & 32 ? 100 : input_number(packet->input, 2);
	gso->hdr_len = how & 16 ? headers : input_number(packet->input, 2);
	if (how % 4 || how & 4) {
		gso->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		gso->csum_start = headers;
		gso->csum_offset = how % 4 == 3 ? 6 : 16;
	}
}

static void make_packet(struct packet *packet, struct input *input)
{
	uint8_t ignored, shape, *ip;
	size_t headers, end;
	unsigned int i, n;

	packet->input = input;
	packet->frame.gso = (struct virtio_net_hdr){ 0 };
	packet->len = 0;
	packet->next = &ignored;
	put_ip6(packet);
	shape = choice(packet);
	n = shape % (HEADERS + 1);
	for (i = 0; i < n; i++)
		put_header(packet, choice(packet));
	headers = packet->len;
	put_payload(packet);
	put_gso(packet, headers);
	/* One in four ends early. */
	end = packet->len;
	if (shape >= 192)
		end = input_number(input, 2) % (packet->len + 1);
	ip = packet->frame.data;
	ip[4] = (packet->len - 40) >> 8;
	ip[5] = packet->len - 40;
	if (shape & 32) {
		ip[4] = (end - 40) >> 8;
		ip[5] = end - 40;
	}
	packet->len = end;
}

/* But for what may be written into a packet on its way. */
static bool is_same(const uint8_t *sent, const uint8_t *got, size_t len)
{
	unsigned int tags = 0;
	uint8_t change;
	size_t i;

	for (i = 0; i < len; i++) {
		change = sent[i] ^ got[i];
		if (i == 1)
			change &= ~(TCLASS_MASK << 4);
		if (!change || (i == 7 && got[i] == sent[i] - 1))
			continue;
		/* The end of a word of eight bytes is where Tags are. */
		if (i < 40 || i % 8 != 7 || change & ~TAG_MASK || tags++)
			return false;
	}
	return true;
}

static void print_packet(const char *what, const uint8_t *data, size_t len)
{
	size_t i;

	fprintf(stderr, "%s ", what);
	for (i = 0; i < len; i++)
		fprintf(stderr, "%02x", data[i]);
	fputc('\n', stderr);
}

/*
 * What the router itself has sent, and what it was asked to cut or to sum up, is
 * not compared.
 */
static void judge(const struct packet *packet)
{
	const uint8_t *sent = packet->frame.data;
	static uint8_t got[ROOM + 1];
	unsigned int copies = 0;
	ssize_t len;

	while ((len = read(out, got, sizeof(got))) > 0) {
		if (packet->frame.gso.gso_type || packet->frame.gso.flags ||
		    len < 40 || memcmp(sent + 8, got + 8, 16))
			continue;
		if (copies++)
			fuzz_found("a packet has become two");
		/* Bytes behind the payload are no part of the packet. */
		if ((size_t)len > packet->len || !is_same(sent, got, len)) {
			print_packet("sent:", sent, packet->len);
			print_packet("got: ", got, len);
			fuzz_found("a packet was changed");
		}
	}
}

static int device_open(const char *name, short flags)
{
	int fd = tun_open(name, flags);

	if (fd < 0)
		fuzz_die(name);
	return fd;
}

static void packets_report(void)
{
	fprintf(stderr, "packets: %lu\n", packets);
}

/*
 * With the first input, for a device has room for one process: libFuzzer starts
 * itself once more to merge inputs, and has run none of them by then.
 */
static void start(void)
{
	in = device_open("in", IFF_VNET_HDR);
	out = device_open("out", 0);
	guest_start();
	atexit(packets_report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct packet packet;
	struct input input = { .data = data, .len = size };
	unsigned int i;

	if (in < 0)
		start();
	guest_begin();
	for (i = 0; i < PACKETS && input.len; i++) {
		make_packet(&packet, &input);
		packets++;
		/* Refused is as good as taken. */
		if (write(in, &packet.frame,
			  sizeof(packet.frame.gso) + packet.len) >= 0)
			judge(&packet);
	}
	guest_end();
	return 0;
}
