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

/* Begin a nest. */
void message_begin(struct message *message);

/* Add an attribute; @type has its flags. */
void message_put(struct message *message, int type, const void *data,
		 size_t len);

/* Add a number of @len bytes in network byte order. */
void message_put_number(struct message *message, int type, size_t len,
			u64 number);

/* Add an address of 16 bytes. */
void message_put_address(struct message *message, int type,
			 const void *address);

/*
 * End a nest, and change it unless @input is NULL: it has the number of changes, then
 * offset and byte to XOR of each. Returns the nest in a block of just its size, for
 * free().
 */
struct nlattr *message_done(struct message *message, struct input *input);

#endif /* TEST_FUZZ_KERNEL_MESSAGE_H */
