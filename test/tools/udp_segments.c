// SPDX-License-Identifier: GPL-2.0-only
/*
 * udp_segments ADDRESS PORT COUNT SIZE: sends COUNT times eight datagrams of SIZE
 * bytes and a short one, which the kernel cuts out of one message
 * (UDP_SEGMENT), a millisecond apart. Prints how many datagrams these are.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define FULL 8
#define SHORT 100
#define SIZE_MAX_UDP 7000

static int failed(const char *what)
{
	perror(what);
	return 1;
}

int main(int argc, char **argv)
{
	static const struct timespec pause = { .tv_nsec = 1000000 };
	static const uint8_t message[FULL * SIZE_MAX_UDP + SHORT];
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int count, size, i;

	if (argc != 5 || inet_pton(AF_INET6, argv[1], &to.sin6_addr) != 1) {
		fprintf(stderr, "usage: udp_segments ADDRESS PORT COUNT SIZE\n");
		return 2;
	}
	to.sin6_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
	count = (int)strtol(argv[3], NULL, 10);
	size = (int)strtol(argv[4], NULL, 10);
	if (size <= SHORT || size > SIZE_MAX_UDP) {
		fprintf(stderr, "udp_segments: SIZE is %d, must be %d to %d\n",
			size, SHORT + 1, SIZE_MAX_UDP);
		return 2;
	}
	if (fd < 0 ||
	    setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)))
		return failed("UDP_SEGMENT");
	for (i = 0; i < count; i++) {
		if (sendto(fd, message, (size_t)(FULL * size + SHORT), 0,
			   (const struct sockaddr *)&to, sizeof(to)) < 0)
			return failed("sendto");
		nanosleep(&pause, NULL);
	}
	printf("%d\n", count * (FULL + 1));
	return 0;
}
