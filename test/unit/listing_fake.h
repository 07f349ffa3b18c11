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

/*
 * A record of words:
 *
 *   [NAME=][SOURCE@]SID,...   the flow
 *   gGENERATION               its identity
 *   ~N,M,SOURCE               changes of source and Segments Left, and the last source
 *   SLOT:PACKETS              counters of a colour, of 100 bytes a packet; SLOT * is
 *                             @colour, and #BITS is @colour XOR these
 *   =                         @colour alone
 *   flat:TYPE:HEX             an attribute of any bytes; TYPE is a number, or its name
 *   nest:TYPE:HEX             an address of any bytes
 *   v4:TYPE:HEX               the same, said to be of IPv4
 *   length:N                  an attribute that says it is so long
 */
void listing_words(const char *words, uint32_t colour);
/*
 * The answer to a request for a listing:
 *
 *   set, set:NETMASK          the first message, of set foo
 *   type:NAME,REVISION        the same, without the set's attributes
 *   next, next:SET            a later message
 *   { WORD... }               a record
 *   +WORD, +                  the same word among the records, or none
 *   other                     a message that answers no request
 *   intr, late, short         the last message was interrupted, answers the request before,
 *                             says that it is 4 bytes shorter
 *   /, /N                     the end of the datagram, without its last N bytes; the last one
 *                             ends by itself
 *   done, done:N, error:N     the end of the listing, with an error
 *   overrun                   the kernel's sign that messages were lost
 *   fault:N                   reading fails
 *
 * Errors are numbers.
 */
void listing_script(const char *text, uint32_t seq_before);

#endif /* LISTING_FAKE_H */
