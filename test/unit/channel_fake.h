/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel made of a script, in the place of lib/channel.c: requests that must
 * come, and datagrams or errors that answer them. Where the script has nothing
 * to read, reading gives -EAGAIN, as an empty socket does.
 */
#ifndef CHANNEL_FAKE_H
#define CHANNEL_FAKE_H

#include <stdint.h>
#include "internal.h"

#define FAKE_PORTID 4711
/* Becomes the number of the request that is being answered. */
#define FAKE_SEQ UINT32_MAX

/* Forget the script; first thing of a test. */
void fake_reset(void);
/* A handle whose opening went well. */
struct sr6flow *fake_open(void);
/* Fails the test unless the script was played to its end. */
void fake_done(void);
/* channel_open() shall fail with -@error. */
void fake_open_error(int error);

/* The next message that is sent must be ipset command @command. */
void fake_request(int command);
/* Begin a message in the datagram; attributes are put to what is returned. */
struct nlmsghdr *fake_message(int command);
/* NLMSG_ERROR or NLMSG_DONE with @error, 0 or negative. */
struct nlmsghdr *fake_end(int type, int error);
/* The message that was begun last in the datagram. */
struct nlmsghdr *fake_last(void);
/* @size bytes that need not be a message. */
void fake_bytes(const void *bytes, size_t size);
/* XOR a byte of the datagram, at @at modulo its length, with @by. */
void fake_change(size_t at, unsigned char by);
/* The datagram is complete, less the last @cut bytes. */
void fake_datagram(size_t cut);
/* Reading gives -@error. */
void fake_recv_error(int error);
/* fake_request(), fake_end(NLMSG_ERROR) and fake_datagram(). */
void fake_answer(int command, int error);
/* fake_request(), and a message that answers it, before fake_answered(). */
struct nlmsghdr *fake_answering(int command);
/* After the answer: success, each in a datagram. */
void fake_answered(void);

/* Message number @i, below 16, that was sent since fake_open(). */
const struct nlmsghdr *fake_sent(unsigned int i);
/* Number of requests that only shall make a listing go on. */
unsigned int fake_nudges(void);

#endif /* CHANNEL_FAKE_H */
