/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of a listing as the kernel sends them. Functions with a message put
 * attributes at its end.
 */
#ifndef LISTING_FAKE_H
#define LISTING_FAKE_H

#include "channel_fake.h"

#define LISTING_LOW 0x00010000u
#define LISTING_HIGH 0x00020000u
#define LISTING_BOTH 0x00030000u
#define LISTING_INSTANCE 0x1122334455667788u

/* Begin the first message of a listing, with type and revision, or, with
 * @type NULL, a later one.
 */
struct nlmsghdr *listing_begin(const char *set, const char *type,
			       uint8_t revision);
/* The set's own attributes, less number @leave_out. */
void listing_set(struct nlmsghdr *nlh, int leave_out);
/* The same, with a netmask unless it is negative. */
void listing_sourced_set(struct nlmsghdr *nlh, int leave_out, int netmask);
/* First and later message of set "foo". */
struct nlmsghdr *listing_first(void);
struct nlmsghdr *listing_sourced_first(int netmask);
struct nlmsghdr *listing_next(void);
/* NLMSG_DONE with @error, and the end of the datagram. */
void listing_done(int error);

/* Begin the records; to be closed with mnl_attr_nest_end(). */
struct nlattr *listing_records(struct nlmsghdr *nlh);
/* A record; without counters if @packets is zero, else with @packets * 100
 * bytes.
 */
void listing_record(struct nlmsghdr *nlh, const char *flow,
		    unsigned int generation, uint32_t colour,
		    uint64_t packets);
/* The parts of a record. */
void listing_flow(struct nlmsghdr *nlh, const char *text);
void listing_identity(struct nlmsghdr *nlh, unsigned int generation);
void listing_changes(struct nlmsghdr *nlh, uint64_t source,
		     uint64_t segments_left, const char *last_source);
void listing_counters(struct nlmsghdr *nlh, uint32_t colour, uint64_t packets,
		      uint64_t bytes);
void listing_opaque(struct nlmsghdr *nlh, int type, const void *bytes,
		    size_t size);
void listing_u64(struct nlmsghdr *nlh, int type, uint64_t value);

#endif /* LISTING_FAKE_H */
