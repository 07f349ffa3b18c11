// SPDX-License-Identifier: GPL-2.0-only
/*
 * notify_listen SOCKET: takes the messages of sd_notify() at a Unix datagram
 * socket, as a service manager does, and prints each as a line, its assignments
 * apart by blanks, with the monotonic time in microseconds before it:
 *
 *   12345678 RELOADING=1 MONOTONIC_USEC=12345600
 *
 * Says "listening" when it does. Anybody may send to it.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

static int failed(const char *what)
{
	perror(what);
	return 1;
}

static void print(char *text, size_t len)
{
	struct timespec now;
	size_t i;

	clock_gettime(CLOCK_MONOTONIC, &now);
	while (len && text[len - 1] == '\n')
		len--;
	for (i = 0; i < len; i++)
		if (text[i] == '\n')
			text[i] = ' ';
	printf("%" PRIu64 " %.*s\n", (uint64_t)now.tv_sec * 1000000 +
	       (uint64_t)now.tv_nsec / 1000, (int)len, text);
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char text[4096];
	ssize_t len;

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path)) {
		fprintf(stderr, "usage: notify_listen SOCKET\n");
		return 2;
	}
	strcpy(address.sun_path, argv[1]);
	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) ||
	    chmod(argv[1], 0666))
		return failed(argv[1]);
	setlinebuf(stdout);
	puts("listening");
	while ((len = recv(fd, text, sizeof(text), 0)) >= 0)
		print(text, (size_t)len);
	return failed("recv");
}
