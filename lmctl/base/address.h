/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IPv6 addresses as text, formatted fast enough for millions of lines: the C
 * library calls sprintf() for every group of digits, which takes ten times as long.
 */
#ifndef LMCTL_BASE_ADDRESS_H
#define LMCTL_BASE_ADDRESS_H

#include <netinet/in.h>
#include <stddef.h>

/**
 * address_format() - write an address as inet_ntop() does
 * @text: room for INET6_ADDRSTRLEN bytes
 * @address: address
 *
 * Return: length without the NUL.
 */
size_t address_format(char *text, const struct in6_addr *address);

#endif /* LMCTL_BASE_ADDRESS_H */
