/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring: the socket and the timer of a prober.
 */
#ifndef LMCTL_SERVICE_MEASURE_H
#define LMCTL_SERVICE_MEASURE_H

#include "lmctl/engine/recording.h"
#include "lmctl/service/config.h"
#include "lmctl/service/inband.h"
#include "lmctl/service/loop.h"

struct measure;

/**
 * struct measure_ops - who gets what a measurement finds
 * @result: a flow in a block
 * @gap: a gap row, or NULL
 * @report: a peer in a block
 * @block_end: all results of a block have been given
 */
struct measure_ops {
	void (*result)(void *arg, const struct result *result);
	void (*gap)(void *arg, const struct result *result);
	void (*report)(void *arg, const struct peer_report *report);
	void (*block_end)(void *arg, const struct measurement *of,
			  int64_t block);
};

/**
 * measure_peer_at() - peer that an address belongs to
 * @section: section measure
 * @from: address and port that a message came from
 *
 * Return: index of the peer, or the number of peers if it is none.
 */
unsigned int measure_peer_at(const struct config_measure *section,
			     const struct sockaddr_in6 *from);

/**
 * measure_warn_useless() - warn of a peer whose replies are of no use
 * @of: the measurement
 * @peer: index of the peer
 * @rejects: its replies
 * @auth: messages are authenticated
 */
void measure_warn_useless(const struct measurement *of, unsigned int peer,
			  const struct rejects *rejects, bool auth);

/**
 * measure_open() - prepare to ask peers
 * @config: the whole configuration: timing and keys
 * @section: its section measure; copied
 * @inband: in-band routes if @section wants them, otherwise NULL
 * @loop: loop
 * @ops: who gets what it finds; must live as long
 * @arg: for @ops
 *
 * Return: measure for measure_close(), or NULL after a message.
 */
struct measure *measure_open(const struct config *config,
			     const struct config_measure *section,
			     struct inband *inband, struct loop *loop,
			     const struct measure_ops *ops, void *arg);

/**
 * measure_close() - stop; open blocks are forgotten
 * @measure: measure or NULL
 */
void measure_close(struct measure *measure);

/**
 * measure_flush() - complete open blocks as they are
 * @measure: measure
 */
void measure_flush(struct measure *measure);

/**
 * measure_follows() - can it go on with another configuration
 * @measure: measure
 * @section: section measure
 *
 * Return: true if nothing but the key differs: see measure_rekey().
 */
bool measure_follows(const struct measure *measure,
		     const struct config_measure *section);

/**
 * measure_rekey() - use the key of another configuration from now on
 * @measure: measure
 * @config: its keys
 * @section: its section measure
 */
void measure_rekey(struct measure *measure, const struct config *config,
		   const struct config_measure *section);

/**
 * measure_config() - what it measures
 * @measure: measure
 *
 * Return: valid as long as @measure.
 */
const struct config_measure *measure_config(const struct measure *measure);

/**
 * measure_clock() - what to claim about the clock
 * @measure: measure
 * @synchronised: S bit
 * @error_ns: estimate of its error
 */
void measure_clock(struct measure *measure, bool synchronised,
		   int64_t error_ns);

/**
 * measure_stepped() - the clock was set or the machine was suspended
 * @measure: measure
 */
void measure_stepped(struct measure *measure);

/**
 * measure_record() - take a record of the marking set in
 * @measure: measure
 * @record: record
 *
 * Return: 0 or -ENOMEM.
 */
int measure_record(struct measure *measure, const struct record *record);

/**
 * measure_block_end() - all records of a block have been given: ask
 * @measure: measure
 * @block: block number
 *
 * Return: 0 or -ENOMEM.
 */
int measure_block_end(struct measure *measure, int64_t block);

#endif /* LMCTL_SERVICE_MEASURE_H */
