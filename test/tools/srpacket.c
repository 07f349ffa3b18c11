// SPDX-License-Identifier: GPL-2.0-only
/* Sends, shows and captures packets that lines of standard input describe. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ether.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "srpacket.h"
#include "lib/array.h"

#define ANSWER_MS 5000

static const char usage[] =
	"usage: srpacket hex\n"
	"       srpacket send DEV [MAC]\n"
	"       srpacket probe DEV MAC INDEV\n"
	"       srpacket capture DEV\n"
	"       srpacket raw DEV\n";

_Noreturn void srpacket_die(const char *what, const char *value)
{
	fprintf(stderr, "srpacket: %s: '%s'\n", what, value);
	exit(2);
}

static _Noreturn void fail(const char *what, const char *value)
{
	fprintf(stderr, "srpacket: cannot %s '%s': %s\n", what, value,
		strerror(errno));
	exit(1);
}

/**
 * struct output - where packets are sent
 * @fd: packet socket
 * @to: device
 * @frame: Ethernet header, if there is one
 * @frame_len: 14, or 0 for devices that have none
 */
struct output {
	int fd;
	struct sockaddr_ll to;
	struct ether_header frame;
	size_t frame_len;
};

static struct sockaddr_ll device(const char *dev, uint16_t protocol)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = if_nametoindex(dev),
	};

	if (!addr.sll_ifindex)
		fail("find device", dev);
	return addr;
}

/* With a header for the buffer's layout, which raw sockets only can have. */
static void output_open(struct output *out, const char *dev, const char *mac)
{
	int yes = 1, room = 64 << 20;

	memset(out, 0, sizeof(*out));
	out->to = device(dev, ETH_P_IPV6);
	out->fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (out->fd < 0 ||
	    setsockopt(out->fd, SOL_PACKET, PACKET_VNET_HDR, &yes,
		       sizeof(yes)) ||
	    setsockopt(out->fd, SOL_SOCKET, SO_SNDBUFFORCE, &room,
		       sizeof(room)))
		fail("open a packet socket for", dev);
	if (!mac)
		return;
	if (!ether_aton_r(mac, (struct ether_addr *)out->frame.ether_dhost))
		srpacket_die("not a MAC address", mac);
	/* Any of nobody: bridges drop frames from no address. */
	out->frame.ether_shost[0] = 0x02;
	out->frame.ether_shost[5] = 0xfe;
	out->frame.ether_type = htons(ETH_P_IPV6);
	out->frame_len = sizeof(out->frame);
}

static int input_open(const char *dev, uint16_t protocol)
{
	struct sockaddr_ll from = device(dev, protocol);
	int room = 64 << 20, fd = socket(AF_PACKET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof(from)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		fail("open a packet socket for", dev);
	return fd;
}

static bool next_packet(struct srpacket *packet)
{
	static char *line;
	static size_t room;

	for (;;) {
		if (getline(&line, &room, stdin) < 0)
			return false;
		if (*line != '#' && line[strspn(line, " \t\n")])
			break;
	}
	srpacket_parse(packet, line);
	return true;
}

static void print_hex(const char *label, const uint8_t *data, size_t len)
{
	size_t i;

	if (*label)
		printf("%s ", label);
	for (i = 0; i < len; i++)
		printf("%02x", data[i]);
	putchar('\n');
}

/* A full queue of the device is not an error of the test. */
static void send_one(const struct output *out, struct srpacket *packet)
{
	size_t linear = packet->linear ? packet->linear : packet->len;
	struct virtio_net_hdr layout = {
		.hdr_len = linear + out->frame_len,
	};
	struct iovec parts[] = {
		{ &layout, sizeof(layout) },
		{ (void *)&out->frame, out->frame_len },
		{ packet->data, packet->len },
	};
	const struct msghdr message = {
		.msg_name = (void *)&out->to,
		.msg_namelen = sizeof(out->to),
		.msg_iov = parts,
		.msg_iovlen = 3,
	};

	while (sendmsg(out->fd, &message, 0) < 0) {
		if (errno != ENOBUFS && errno != EAGAIN)
			fail("send packet", packet->label);
		usleep(1000);
	}
}

static int mode_hex(char **args)
{
	struct srpacket packet;

	(void)args;
	while (next_packet(&packet))
		print_hex(packet.label, packet.data, packet.len);
	return 0;
}

static int mode_send(char **args)
{
	struct srpacket packet;
	struct output out;
	unsigned long i;

	output_open(&out, args[0], args[1]);
	while (next_packet(&packet)) {
		for (i = 0; i < packet.count; i++)
			send_one(&out, &packet);
		printf("%s %lu %zu\n", *packet.label ? packet.label : "-",
		       packet.count, packet.len);
	}
	return 0;
}

/* The next IPv6 packet of that sender, or 0 when none comes in time. */
static size_t receive_from(int fd, const uint8_t *sender, uint8_t *data,
			   size_t room)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	struct sockaddr_ll from = { 0 };
	socklen_t len;
	ssize_t got;

	while (poll(&wait, 1, ANSWER_MS) == 1) {
		len = sizeof(from);
		got = recvfrom(fd, data, room, 0, (struct sockaddr *)&from,
			       &len);
		if (got >= 40 && from.sll_pkttype != PACKET_OUTGOING &&
		    !memcmp(data + 8, sender, 16))
			return got;
	}
	return 0;
}

static int mode_probe(char **args)
{
	static uint8_t data[SRPACKET_ROOM];
	struct srpacket packet;
	struct output out;
	unsigned long i;
	size_t len;
	int in;

	output_open(&out, args[0], args[1]);
	in = input_open(args[2], ETH_P_IPV6);
	while (next_packet(&packet)) {
		for (i = 0; i < packet.count; i++) {
			send_one(&out, &packet);
			len = receive_from(in, packet.data + 8, data,
					   sizeof(data));
			if (len)
				print_hex(packet.label, data, len);
			else
				printf("%s lost\n", packet.label);
		}
	}
	return 0;
}

/*
 * Packets stay in the socket, as clones that share their data with what the
 * kernel goes on to do with them, until standard input ends.
 */
static int mode_capture(char **args)
{
	static uint8_t data[SRPACKET_ROOM];
	int fd = input_open(args[0], ETH_P_ALL);
	ssize_t got;

	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	for (;;) {
		struct sockaddr_ll from = { 0 };
		socklen_t len = sizeof(from);

		got = recvfrom(fd, data, sizeof(data), MSG_DONTWAIT,
			       (struct sockaddr *)&from, &len);
		if (got < 0)
			break;
		if (from.sll_protocol == htons(ETH_P_IPV6))
			print_hex(from.sll_pkttype == PACKET_OUTGOING ? "out" :
				  "in", data, got);
	}
	return 0;
}

/* Through the node's own stack, as packets of a program on it. */
static int mode_raw(char **args)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	struct srpacket packet;
	unsigned long i;
	int fd;

	fd = socket(AF_INET6, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, args[0],
				 strlen(args[0])))
		fail("open a raw socket for", args[0]);
	while (next_packet(&packet)) {
		memcpy(&to.sin6_addr, packet.data + 24, sizeof(to.sin6_addr));
		for (i = 0; i < packet.count; i++)
			if (sendto(fd, packet.data, packet.len, 0,
				   (struct sockaddr *)&to, sizeof(to)) < 0)
				fail("send packet", packet.label);
	}
	return 0;
}

static const struct {
	const char *name;
	int least;
	int most;
	int (*run)(char **args);
} modes[] = {
	{ "hex", 0, 0, mode_hex },
	{ "send", 1, 2, mode_send },
	{ "probe", 3, 3, mode_probe },
	{ "capture", 1, 1, mode_capture },
	{ "raw", 1, 1, mode_raw },
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < ARRAY_SIZE(modes); i++)
		if (!strcmp(argv[1], modes[i].name) &&
		    argc - 2 >= modes[i].least && argc - 2 <= modes[i].most)
			return modes[i].run(argv + 2);
	fputs(usage, stderr);
	return 2;
}
