/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets made of words: from a line of text to the bytes on the wire. */
#ifndef SRPACKET_H
#define SRPACKET_H

#include <stddef.h>
#include <stdint.h>

#define SRPACKET_LABEL_MAX 64
#define SRPACKET_ROOM 9000

/**
 * struct srpacket - one line, and the packet that it describes
 * @label: the word with a colon at its end, or ""
 * @count: how often to send it
 * @linear: bytes that the kernel shall keep in the linear part of its buffer,
 *	    0 for all; heeded for packets longer than a page
 * @len: bytes in @data
 * @data: the packet from the outer IPv6 header on
 */
struct srpacket {
	char label[SRPACKET_LABEL_MAX];
	unsigned long count;
	size_t linear;
	size_t len;
	uint8_t data[SRPACKET_ROOM];
};

/**
 * srpacket_parse() - build a packet
 * @packet: filled
 * @line: description as in README.md; is cut into words
 *
 * A mistake in the line ends the program: a test with a wrong packet is wrong.
 */
void srpacket_parse(struct srpacket *packet, char *line);

/**
 * srpacket_die() - say what is wrong and exit with status 2
 * @what: what is wrong
 * @value: the word or name that is wrong
 */
_Noreturn void srpacket_die(const char *what, const char *value);

#endif /* SRPACKET_H */
