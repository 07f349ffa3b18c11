/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prober: a STAMP Session-Sender that asks peers for the packets that they
 * counted per flow and finished block, and makes results of the answers. Pure:
 * records, datagrams and times go in; datagrams and results come out.
 *
 * A block whose records have been given is asked for at once. What is not
 * answered is asked again, at first after a hundredth of the period, then more
 * and more rarely, until the peers cannot have it any more (PROBER_PATIENCE
 * blocks). Repetitions have numbers and timestamps of their own, so every
 * reply gives a true delay, and a replayed reply fits no open request.
 */
#ifndef LMCTL_ENGINE_PROBER_H
#define LMCTL_ENGINE_PROBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/base/block.h"
#include "lmctl/engine/recording.h"
#include "lmctl/engine/result.h"
#include "lmctl/stamp/keys.h"

/*
 * Longest datagram that every path of IPv6 takes: the smallest MTU less IPv6 and UDP
 * headers.
 */
#define PROBER_SAFE_MAX (1280 - 48)

/* Blocks after which an unanswered one is given up; peers keep LEDGER_BLOCKS. */
#define PROBER_PATIENCE 6

struct prober;

/**
 * struct prober_config - how to ask
 * @of: name, set and peers; copied
 * @address: of the peers, an IPv4 one mapped; in authenticated mode they must
 *	     say that it is theirs
 * @timing: blocks and reading window of the records
 * @auth: authenticated mode with @key
 * @key: key
 * @ssid: STAMP Session Identifier
 * @tlv_type: type of the block TLV, 240 to 251
 * @message_max: longest datagram in bytes: MTU less IP and UDP headers. Where a path
 *		 takes less, messages become shorter
 * @window: most messages per peer that wait for a reply
 * @in_band: a message carries one flow and is sent along that flow's SID list
 */
struct prober_config {
	struct measurement of;
	struct in6_addr address[RESULT_PEERS_MAX];
	struct block_timing timing;
	bool auth;
	struct key key;
	uint16_t ssid;
	uint8_t tlv_type;
	size_t message_max;
	unsigned int window;
	bool in_band;
};

/**
 * struct prober_ops - what a prober calls; none of them may call the prober
 * @now: time, nanoseconds since 1970; called just before a message is sealed
 * @send: send a datagram to a peer, in band along @flow if it is not NULL;
 *	  0, or -EAGAIN if the socket is full and the rest must wait, -EMSGSIZE if
 *	  the path is known to take shorter ones only, or another negative errno
 *	  that counts as a lost message
 * @longest: longest datagram that the path to a peer is known to take, 0 if that is
 *	     not known; called after -EMSGSIZE
 * @result: a flow's block is complete or given up; the result is valid until
 *	    the function returns
 * @gap: a gap row of blocks whose results have been given; likewise
 * @report: a peer's block is complete or given up
 * @block_end: all results of a block have been given; blocks may overtake
 *	       one another. Gap rows come before it, of blocks that may be others
 */
struct prober_ops {
	int64_t (*now)(void *arg);
	int (*send)(void *arg, unsigned int peer,
		    const struct sr6flow_flow *flow, const uint8_t *data,
		    size_t len);
	size_t (*longest)(void *arg, unsigned int peer);
	void (*result)(void *arg, const struct result *result);
	void (*gap)(void *arg, const struct result *result);
	void (*report)(void *arg, const struct peer_report *report);
	void (*block_end)(void *arg, int64_t block);
};

/**
 * prober_new() - make a prober
 * @config: how to ask; copied
 * @ops: what to call; must live as long
 * @arg: for @ops
 *
 * Its Sequence Numbers begin at 0 (RFC 8762, section 4.2.1), which a reflector
 * takes as a replay unless the messages have a source port of their own.
 *
 * Return: prober for prober_free(), or NULL when memory is short.
 */
struct prober *prober_new(const struct prober_config *config,
			  const struct prober_ops *ops, void *arg);

/**
 * prober_free() - free a prober; open blocks are forgotten
 * @prober: prober or NULL
 */
void prober_free(struct prober *prober);

/**
 * prober_rekey() - seal with another key from now on
 * @prober: prober in authenticated mode
 * @key: key; replies to messages that were sealed with the old one, and no
 *	 others, are still checked with that
 */
void prober_rekey(struct prober *prober, const struct key *key);

/**
 * prober_clock() - what to claim about the clock
 * @prober: prober
 * @synchronised: S bit
 * @error_ns: estimate of its error
 */
void prober_clock(struct prober *prober, bool synchronised, int64_t error_ns);

/**
 * prober_record() - take a record of a finished block in
 * @prober: prober
 * @record: record of the marking set
 *
 * Return: 0 or -ENOMEM.
 */
int prober_record(struct prober *prober, const struct record *record);

/**
 * prober_block_end() - all records of a block have been given: ask
 * @prober: prober
 * @block: block number
 *
 * A block without records is asked for too, with a message without TLVs, so
 * that there is a delay. prober_run() sends: call it afterwards.
 *
 * Return: 0 or -ENOMEM.
 */
int prober_block_end(struct prober *prober, int64_t block);

/**
 * prober_run() - send what is due, give up what is too old
 * @prober: prober
 *
 * Return: when to call again, nanoseconds since 1970; INT64_MAX if there is
 * nothing to do before the next prober_block_end(). prober_receive() may make
 * it earlier: call prober_run() after every batch of replies.
 */
int64_t prober_run(struct prober *prober);

/**
 * prober_flush() - complete everything that is open as it is
 * @prober: prober
 *
 * For a clean stop: what is unanswered becomes ANSWER_NO_ANSWER.
 */
void prober_flush(struct prober *prober);

/**
 * prober_stepped() - the clock was set or the machine was suspended
 * @prober: prober
 *
 * Completes everything that is open. Nobody knows since when the clock was wrong, so
 * this node's figures of these blocks may be those of others: what has no result yet
 * becomes invalid, REASON_CLOCK_STEPPED, and replies that are on their way fit nothing.
 */
void prober_stepped(struct prober *prober);

/**
 * prober_receive() - take a datagram from a peer in
 * @prober: prober
 * @peer: index of the peer
 * @data: its bytes
 * @len: their number
 * @received: when the kernel received it, nanoseconds since 1970
 *
 * What fits no open request is counted, by what is wrong with it, and dropped.
 */
void prober_receive(struct prober *prober, unsigned int peer, uint8_t *data,
		    size_t len, int64_t received);

/**
 * prober_receive_elsewhere() - take a datagram in that is not from a peer
 * @prober: prober
 * @data: its bytes
 * @len: their number
 * @from: where it came from
 *
 * If it fits an open request, it is counted as what that peer answered in vain.
 */
void prober_receive_elsewhere(struct prober *prober, const uint8_t *data,
			      size_t len, const struct sockaddr_in6 *from);

#endif /* LMCTL_ENGINE_PROBER_H */
