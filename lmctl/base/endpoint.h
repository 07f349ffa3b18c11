/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses with ports as text.
 */
#ifndef LMCTL_BASE_ENDPOINT_H
#define LMCTL_BASE_ENDPOINT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * endpoint_parse() - parse an address with an optional port
 * @text: ADDRESS, [ADDRESS], [ADDRESS]:PORT or IPV4:PORT, numeric; IPv4 is
 *	  mapped, a link-local address may end in %INTERFACE
 * @port: port if there is none in @text
 * @address: filled
 *
 * Return: true if it is one.
 */
bool endpoint_parse(const char *text, uint16_t port,
		    struct sockaddr_in6 *address);

#endif /* LMCTL_BASE_ENDPOINT_H */
