/* SPDX-License-Identifier: GPL-2.0-only */
/* Nests of netlink attributes, as programs send them. */
#ifndef TEST_FUZZ_KERNEL_MESSAGE_H
#define TEST_FUZZ_KERNEL_MESSAGE_H

#include <net/netlink.h>

#include "test/fuzz/input.h"

#define MESSAGE_MAX 2048

/**
 * struct message - a nest in the making
 * @bytes: its attributes, behind room for the nest's own header
 * @len: their length with that
 */
struct message {
	_Alignas(8) u8 bytes[MESSAGE_MAX];
	size_t len;
};

/**
 * message_begin() - begin a nest
 * @message: message
 */
void message_begin(struct message *message);

/**
 * message_put() - add an attribute
 * @message: message
 * @type: its type and flags
 * @data: content
 * @len: length of it
 */
void message_put(struct message *message, int type, const void *data,
		 size_t len);

/**
 * message_put_number() - add a number in network byte order
 * @message: message
 * @type: type
 * @len: bytes of the number
 * @number: number
 */
void message_put_number(struct message *message, int type, size_t len,
			u64 number);

/**
 * message_put_address() - add an address
 * @message: message
 * @type: type
 * @address: 16 bytes
 */
void message_put_address(struct message *message, int type,
			 const void *address);

/**
 * message_done() - end a nest
 * @message: message
 * @input: NULL, or changes: their number, then offset and byte to XOR of each
 *
 * Return: the nest in a block of just its size, for free().
 */
struct nlattr *message_done(struct message *message, struct input *input);

#endif /* TEST_FUZZ_KERNEL_MESSAGE_H */
