/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sender: the socket and the timer of a prober.
 */
#ifndef LMCTL_SERVICE_SENDER_H
#define LMCTL_SERVICE_SENDER_H

#include "lmctl/engine/recording.h"
#include "lmctl/service/config.h"
#include "lmctl/service/inband.h"
#include "lmctl/service/loop.h"

struct sender;

/**
 * struct sender_ops - who gets what a measurement finds
 * @result: a flow in a block
 * @gap: a gap row, or NULL
 * @report: a peer in a block
 * @block_end: all results of a block have been given
 */
struct sender_ops {
	void (*result)(void *arg, const struct result *result);
	void (*gap)(void *arg, const struct result *result);
	void (*report)(void *arg, const struct peer_report *report);
	void (*block_end)(void *arg, const struct measurement *of,
			  int64_t block);
};

/**
 * sender_peer_at() - peer that an address belongs to
 * @section: section measure
 * @from: address and port that a message came from
 *
 * Return: index of the peer, or the number of peers if it is none.
 */
unsigned int sender_peer_at(const struct config_measure *section,
			     const struct sockaddr_in6 *from);

/**
 * sender_warn_useless() - warn of a peer whose replies are of no use
 * @of: the measurement
 * @peer: index of the peer
 * @rejects: its replies
 * @auth: messages are authenticated
 */
void sender_warn_useless(const struct measurement *of, unsigned int peer,
			  const struct rejects *rejects, bool auth);

/**
 * sender_open() - prepare to ask peers
 * @config: the whole configuration: timing and keys
 * @section: its section measure; copied
 * @inband: in-band routes if @section wants them, otherwise NULL
 * @loop: loop
 * @ops: who gets what it finds; must live as long
 * @arg: for @ops
 *
 * Return: sender for sender_close(), or NULL after a message.
 */
struct sender *sender_open(const struct config *config,
			     const struct config_measure *section,
			     struct inband *inband, struct loop *loop,
			     const struct sender_ops *ops, void *arg);

/**
 * sender_close() - stop; open blocks are forgotten
 * @sender: sender or NULL
 */
void sender_close(struct sender *sender);

/**
 * sender_flush() - complete open blocks as they are
 * @sender: sender
 */
void sender_flush(struct sender *sender);

/**
 * sender_follows() - can it go on with another configuration
 * @sender: sender
 * @section: section measure
 *
 * Return: true if nothing but the key differs: see sender_rekey().
 */
bool sender_follows(const struct sender *sender,
		     const struct config_measure *section);

/**
 * sender_rekey() - use the key of another configuration from now on
 * @sender: sender
 * @config: its keys
 * @section: its section measure
 */
void sender_rekey(struct sender *sender, const struct config *config,
		   const struct config_measure *section);

/**
 * sender_config() - what it measures
 * @sender: sender
 *
 * Return: valid as long as @sender.
 */
const struct config_measure *sender_config(const struct sender *sender);

/**
 * sender_clock() - what to claim about the clock
 * @sender: sender
 * @synchronised: S bit
 * @error_ns: estimate of its error
 */
void sender_clock(struct sender *sender, bool synchronised,
		   int64_t error_ns);

/**
 * sender_stepped() - the clock was set or the machine was suspended
 * @sender: sender
 */
void sender_stepped(struct sender *sender);

/**
 * sender_record() - take a record of the marking set in
 * @sender: sender
 * @record: record
 *
 * Return: 0 or -ENOMEM.
 */
int sender_record(struct sender *sender, const struct record *record);

/**
 * sender_block_end() - all records of a block have been given: ask
 * @sender: sender
 * @block: block number
 *
 * Return: 0 or -ENOMEM.
 */
int sender_block_end(struct sender *sender, int64_t block);

#endif /* LMCTL_SERVICE_SENDER_H */
