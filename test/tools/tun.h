/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets that a process sends through the kernel as if they came from a wire. */
#ifndef TEST_TOOLS_TUN_H
#define TEST_TOOLS_TUN_H

/**
 * tun_open() - attach to a tun device that is there
 * @name: the device, in the network namespace of the caller
 * @flags: what a packet comes with, such as IFF_VNET_HDR, or 0
 *
 * A write() is one packet and returns when the kernel has done all that it does
 * with it at once; a read() does not wait.
 *
 * Return: a descriptor, or -1 with errno
 */
int tun_open(const char *name, short flags);

#endif /* TEST_TOOLS_TUN_H */
