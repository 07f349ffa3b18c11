/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of a listing as the kernel sends them. What is put goes to the end of
 * the message that was begun last.
 */
#ifndef LISTING_FAKE_H
#define LISTING_FAKE_H

#include "channel_fake.h"

#define LISTING_LOW 0x00010000u
#define LISTING_HIGH 0x00020000u
#define LISTING_BOTH 0x00030000u
#define LISTING_INSTANCE 0x1122334455667788u

/* Begin the first message of a listing, with type and revision, or, with
 * @type NULL, a later one; @set may be left out, too.
 */
struct nlmsghdr *listing_begin(const char *set, const char *type,
			       uint8_t revision);
/* The set's own attributes, less number @leave_out. */
void listing_set(int leave_out);
/* The same, with a netmask unless it is negative. */
void listing_sourced_set(int leave_out, int netmask);
/* The first message of a listing of set "foo" begins. */
struct nlmsghdr *listing_header(void);
/* The same, after it was asked for. */
struct nlmsghdr *listing_first(void);
struct nlmsghdr *listing_sourced_first(int netmask);
/* A later message, in the same datagram or in a new one. */
struct nlmsghdr *listing_next(void);
struct nlmsghdr *listing_apart(void);
/* The end of the datagram. */
void listing_datagram(void);
/* NLMSG_DONE with @error, and the end of the datagram. */
void listing_done(int error);

/* Begin the records, which the first one does by itself; close what is open. */
struct nlattr *listing_records(void);
void listing_close(void);
/* Begin and end a record. */
void listing_record_begin(void);
void listing_record_end(void);
/* A record; without counters if @packets is zero, else with @packets * 100
 * bytes.
 */
void listing_record(const char *flow, unsigned int generation, uint32_t colour,
		    uint64_t packets);
/* The parts of a record. */
void listing_flow(const char *text);
void listing_identity(unsigned int generation);
void listing_changes(uint64_t source, uint64_t segments_left,
		     const char *last_source);
void listing_counters(uint32_t colour, uint64_t packets, uint64_t bytes);

/* A part of a record in a table, which ends with one of kind 0. */
struct listing_part {
	enum {
		LISTING_FLOW = 1,	/* @bytes is its text */
		LISTING_IDENTITY,	/* generation @a */
		LISTING_CHANGES,	/* @a, @b, last source @bytes */
		LISTING_COUNTERS,	/* XOR @a with the colour; @b packets */
		LISTING_COLOUR,		/* without counters */
		LISTING_NESTED,		/* an address of @size bytes */
		LISTING_NESTED_IPV4,	/* the same, said to be of IPv4 */
		LISTING_FLAT,		/* an attribute of @size bytes */
		LISTING_LENGTH,		/* one that says it is @size long */
	} kind;
	int type;
	const char *bytes;
	size_t size;
	uint64_t a, b;
};

#define FLOW(text) { .kind = LISTING_FLOW, .bytes = (text) }
#define IDENTITY(n) { .kind = LISTING_IDENTITY, .a = (n) }
#define CHANGES(n, m, source)						\
	{ .kind = LISTING_CHANGES, .a = (n), .b = (m), .bytes = (source) }
#define COUNTERS(n) { .kind = LISTING_COUNTERS, .b = (n) }
#define FOREIGN_COUNTERS(bits, n) { .kind = LISTING_COUNTERS, .a = (bits), .b = (n) }
#define COLOUR { .kind = LISTING_COLOUR }
#define NESTED(number, literal)						\
	{ .kind = LISTING_NESTED, .type = (number), .bytes = (literal),	\
	  .size = sizeof(literal) - 1 }
#define NESTED_IPV4(number, literal)					\
	{ .kind = LISTING_NESTED_IPV4, .type = (number),		\
	  .bytes = (literal), .size = sizeof(literal) - 1 }
#define FLAT(number, literal)						\
	{ .kind = LISTING_FLAT, .type = (number), .bytes = (literal),	\
	  .size = sizeof(literal) - 1 }
#define LENGTH(n) { .kind = LISTING_LENGTH, .type = IPSET_ATTR_SKBQUEUE, .size = (n) }

/* A record of such parts, whose counters have that colour. */
void listing_parts(const struct listing_part *parts, uint32_t colour);

#endif /* LISTING_FAKE_H */
