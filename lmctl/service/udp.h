/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * UDP sockets for STAMP over IPv6, and over IPv4 with mapped addresses. They never
 * block and never fragment, report the time of reception by the kernel and the
 * destination address, and ignore ICMP errors. Messages have hop limit 255, so a
 * reflector that reports the received one shows the length of the path.
 */
#ifndef LMCTL_SERVICE_UDP_H
#define LMCTL_SERVICE_UDP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* IP and UDP header. */
#define UDP_HEADERS 48
#define UDP_HEADERS_IPV4 28

/* Most messages of one udp_receive(). */
#define UDP_BATCH 64

/**
 * struct udp_message - a received datagram
 * @data: its bytes, which may be changed
 * @len: their number, at most STAMP_MESSAGE_MAX
 * @truncated: it was longer than that: drop it
 * @from: sender; an IPv4 address is mapped
 * @to: destination address, of this machine; unspecified if not known
 * @ifindex: input device, 0 if not known
 * @ttl: hop limit or TTL on arrival, 255 if not known
 * @traffic_class: Traffic Class or TOS on arrival
 * @received: time of reception, nanoseconds since 1970
 * @kernel_time: @received is the kernel's; otherwise that of udp_receive()
 */
struct udp_message {
	uint8_t *data;
	size_t len;
	bool truncated;
	struct sockaddr_in6 from;
	struct in6_addr to;
	unsigned int ifindex;
	uint8_t ttl;
	uint8_t traffic_class;
	int64_t received;
	bool kernel_time;
};

struct udp_batch;

/**
 * struct udp - a socket
 * @fd: for an event loop: readable and writable as usual; -1 when closed
 * @batch: room for received messages
 */
struct udp {
	int fd;
	struct udp_batch *batch;
};

/**
 * struct udp_path - path of a message; zero means the kernel's choice
 * @source: source address, of this machine; must be a mapped one towards an
 *	    IPv4 peer
 * @ifindex: output device, or VRF; needed for link-local addresses and VRFs only
 * @mark: SO_MARK of this message, needs CAP_NET_ADMIN; see inband.h
 * @traffic_class: Traffic Class or TOS
 */
struct udp_path {
	struct in6_addr source;
	unsigned int ifindex;
	uint32_t mark;
	uint8_t traffic_class;
};

/**
 * udp_open() - open and bind a socket
 * @udp: filled, also when it fails
 * @local: address and port; ::/0 serves all IPv6 and IPv4 addresses, a mapped
 *	   address IPv4 only; port 0: any free one. Ports below 1024 need
 *	   CAP_NET_BIND_SERVICE
 *
 * With CAP_NET_ADMIN the receive buffer may exceed net.core.rmem_max, so open
 * sockets before privileges are dropped.
 *
 * Return: 0, or a negative errno after a message.
 */
int udp_open(struct udp *udp, const struct sockaddr_in6 *local);

/**
 * udp_close() - close a socket
 * @udp: socket, open or not, that udp_open() has filled
 */
void udp_close(struct udp *udp);

/**
 * udp_receive() - read waiting messages
 * @udp: open socket
 * @messages: filled with an array that is valid until the next call
 *
 * Messages from port 0 cannot be answered and are skipped, so call again until it
 * returns -EAGAIN, or leave the rest to a level-triggered event loop.
 *
 * Return: number of messages, 0 to UDP_BATCH; -EAGAIN if none waits; or another
 * negative errno.
 */
int udp_receive(struct udp *udp, struct udp_message **messages);

/**
 * udp_send() - send a message
 * @udp: open socket
 * @to: address and port; an IPv4 one mapped
 * @path: how to send it, or NULL
 * @data: the message
 * @len: its length in bytes
 *
 * Return: 0; -EAGAIN if the socket is full: wait until it is writable;
 * -EMSGSIZE if the path's MTU is too small for @len; -ENETUNREACH and the
 * like; -EADDRNOTAVAIL or -EINVAL if the source is not an address of this
 * machine; -EPERM if @path has a mark without CAP_NET_ADMIN, or if a packet
 * filter of this machine drops it.
 */
int udp_send(struct udp *udp, const struct sockaddr_in6 *to,
	     const struct udp_path *path, const void *data, size_t len);

/**
 * udp_longest() - longest message for a path
 * @to: address and port; an IPv4 one mapped
 * @path: how to send it
 *
 * Return: bytes, by the path MTU that the kernel knows; 0 if it knows none.
 */
size_t udp_longest(const struct sockaddr_in6 *to, const struct udp_path *path);

/**
 * udp_reply() - send a message back
 * @udp: open socket
 * @request: received message; the first @len bytes of its data are sent from its
 *	     destination address, with its Traffic Class
 * @vrf: VRF of its input device, 0 for none
 * @len: length in bytes
 *
 * Return: as udp_send().
 */
int udp_reply(struct udp *udp, const struct udp_message *request,
	      unsigned int vrf, size_t len);

#endif /* LMCTL_SERVICE_UDP_H */
