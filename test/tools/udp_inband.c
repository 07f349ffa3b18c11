// SPDX-License-Identifier: GPL-2.0-only
/*
 * lmctl's UDP sockets and in-band routes, for the guest tests.
 *
 *   udp_inband reflect [ADDRESS]:PORT    sends every message back and prints
 *	LEN TTL TRAFFIC-CLASS FROM TO TIME TRUNCATED
 *   udp_inband send [ADDRESS]:PORT MARK  reads lines "FLOW LEN [TRAFFIC-CLASS]"
 *	and sends a message for each; FLOW is a SID list, or - for none. Prints
 *	"sent", and "reply LEN TTL ...", or why not, with the longest LEN if it is
 *	that. MARK 0: no in-band route
 *   udp_inband burst [ADDRESS]:PORT COUNT LEN  sends messages and waits for none
 *   udp_inband clock                     prints SYNCHRONISED ERROR
 *
 * TIME says whose time it is and whether it can be right. The end of the input
 * ends it in order.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lmctl/base/clock.h"
#include "lmctl/service/inband.h"
#include "lmctl/service/sysclock.h"
#include "lmctl/service/udp.h"
#include "lmctl/stamp/stamp.h"

#define WAIT_MS 10000
#define NS_PER_S INT64_C(1000000000)

static struct sockaddr_in6 address_of(const char *text)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };
	char host[INET6_ADDRSTRLEN];
	unsigned int port;

	/* A test wrote the number. NOLINTNEXTLINE(cert-err34-c) */
	if (sscanf(text, "[%45[^]]]:%u", host, &port) != 2 ||
	    inet_pton(AF_INET6, host, &address.sin6_addr) != 1) {
		fprintf(stderr, "not an address: %s\n", text);
		exit(2);
	}
	address.sin6_port = htons((uint16_t)port);
	return address;
}

static const char *time_text(const struct udp_message *message)
{
	int64_t age = wallclock_time() - message->received;

	if (!message->kernel_time)
		return "user";
	return age >= 0 && age < 60 * NS_PER_S ? "kernel" : "wrong";
}

static void print_message(const struct udp_message *message)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &message->from.sin6_addr, from, sizeof(from));
	inet_ntop(AF_INET6, &message->to, to, sizeof(to));
	printf("%zu %u 0x%02x %s %s %s %s\n", message->len, message->ttl,
	       message->traffic_class, from, to, time_text(message),
	       message->truncated ? "truncated" : "whole");
}

static int wait_readable(const struct udp *udp, int timeout_ms)
{
	struct pollfd fd = { .fd = udp->fd, .events = POLLIN };

	return poll(&fd, 1, timeout_ms);
}

static int reflect(struct udp *udp)
{
	struct udp_message *messages;
	int n, i, err;

	for (;;) {
		wait_readable(udp, -1);
		n = udp_receive(udp, &messages);
		for (i = 0; i < n; i++) {
			print_message(&messages[i]);
			if (messages[i].truncated)
				continue;
			err = udp_reply(udp, &messages[i], 0,
					messages[i].len);
			if (err)
				printf("reply %s\n", strerrorname_np(-err));
		}
		if (n < 0 && n != -EAGAIN)
			return 1;
	}
}

static void get_reply(struct udp *udp)
{
	struct udp_message *messages;
	int n, i;

	if (wait_readable(udp, WAIT_MS) <= 0) {
		puts("no reply");
		return;
	}
	n = udp_receive(udp, &messages);
	for (i = 0; i < n; i++) {
		fputs("reply ", stdout);
		print_message(&messages[i]);
	}
}

static const uint8_t zeros[2 * STAMP_MESSAGE_MAX];

static void send_line(struct udp *udp, const struct sockaddr_in6 *to,
		      struct inband *inband, uint32_t mark, const char *line)
{
	struct udp_path path = { .mark = mark };
	char text[SR6FLOW_FLOW_STRLEN], error[200];
	struct sr6flow_flow flow;
	unsigned int len, tclass = 0;
	int err = 0;

	/* A test wrote the numbers. NOLINTNEXTLINE(cert-err34-c) */
	if (sscanf(line, "%799s %u %x", text, &len, &tclass) < 2 ||
	    len > sizeof(zeros) ||
	    (strcmp(text, "-") &&
	     sr6flow_flow_parse(&flow, text, error, sizeof(error)))) {
		puts("bad line");
		return;
	}
	path.traffic_class = (uint8_t)tclass;
	if (inband && strcmp(text, "-"))
		err = inband_route(inband, &to->sin6_addr, &flow);
	if (err) {
		printf("route %s: %s\n", strerrorname_np(-err),
		       inband_error(inband));
		return;
	}
	err = udp_send(udp, to, &path, zeros, len);
	if (err == -EMSGSIZE) {
		printf("send EMSGSIZE, %zu at most\n", udp_longest(to, &path));
		return;
	}
	if (err) {
		printf("send %s\n", strerrorname_np(-err));
		return;
	}
	puts("sent");
	get_reply(udp);
}

static int send_all(const char *to_text, uint32_t mark)
{
	struct sockaddr_in6 to = address_of(to_text);
	struct sockaddr_in6 local = { .sin6_family = AF_INET6 };
	struct inband *inband = NULL;
	char line[1024];
	struct udp udp;

	if (udp_open(&udp, &local))
		return 1;
	if (mark && inband_open(mark, &inband)) {
		udp_close(&udp);
		return 1;
	}
	puts("ready");
	while (fgets(line, sizeof(line), stdin))
		send_line(&udp, &to, inband, mark, line);
	inband_close(inband);
	udp_close(&udp);
	return 0;
}

static int burst(const char *to_text, unsigned long count, size_t len)
{
	struct sockaddr_in6 to = address_of(to_text);
	struct sockaddr_in6 local = { .sin6_family = AF_INET6 };
	struct udp udp;
	int err;

	if (len > sizeof(zeros) || udp_open(&udp, &local))
		return 1;
	while (count) {
		struct pollfd fd = { .fd = udp.fd, .events = POLLOUT };

		err = udp_send(&udp, &to, NULL, zeros, len);
		if (!err)
			count--;
		else if (err != -EAGAIN || poll(&fd, 1, WAIT_MS) <= 0)
			break;
	}
	udp_close(&udp);
	return count != 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in6 local;
	bool synchronised;
	int64_t error_ns;
	struct udp udp;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && !strcmp(argv[1], "clock")) {
		sysclock_read(&synchronised, &error_ns);
		printf("%d %lld\n", synchronised, (long long)error_ns);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "reflect")) {
		local = address_of(argv[2]);
		return udp_open(&udp, &local) || reflect(&udp);
	}
	if (argc == 4 && !strcmp(argv[1], "send"))
		return send_all(argv[2], (uint32_t)strtoul(argv[3], NULL, 0));
	if (argc == 5 && !strcmp(argv[1], "burst"))
		return burst(argv[2], strtoul(argv[3], NULL, 0),
			     strtoul(argv[4], NULL, 0));
	fprintf(stderr, "usage: udp_inband reflect|send|burst|clock ...\n");
	return 2;
}
