/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prober: a STAMP Session-Sender that asks peers for the packets that they
 * counted per flow and finished block, and makes results of the answers. Pure:
 * records, datagrams and times go in; datagrams and results come out.
 *
 * The prober asks for a block as soon as it has the records. It repeats unanswered
 * requests, first after a hundredth of the period, then at growing intervals, until
 * the peers no longer keep the block (PROBER_PATIENCE blocks). Repetitions have
 * numbers and timestamps of their own, so every reply yields a true delay and a
 * replayed reply matches no open request.
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
 * Longest datagram that fits every IPv6 path: the smallest MTU less IPv6 and UDP
 * headers.
 */
#define PROBER_SAFE_MAX (1280 - 48)

/* Blocks after which the prober gives up an unanswered block; peers keep LEDGER_BLOCKS. */
#define PROBER_PATIENCE 6

struct prober;

/**
 * struct prober_config - settings of a prober
 * @of: name, set and peers; copied
 * @address: of the peers, IPv4 mapped; in authenticated mode a peer must confirm
 *	     that the address is its own
 * @timing: blocks and reading window of the records
 * @auth: authenticated mode with @key
 * @key: key
 * @ssid: STAMP Session Identifier
 * @tlv_type: type of the block TLV, 240 to 251
 * @message_max: longest datagram in bytes: MTU less IP and UDP headers. Messages on
 *		 a path with a smaller MTU are shorter
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
 * struct prober_ops - functions that a prober calls; none of them may call the
 * prober
 * @now: time, nanoseconds since 1970; called just before a message is sealed
 * @send: send a datagram to a peer, in band along @flow if it is not NULL; 0;
 *	  -EAGAIN if the socket is full and the rest must wait; -EMSGSIZE if the
 *	  datagram is too long for the path; another negative errno counts as a lost
 *	  message
 * @longest: longest datagram that fits the path to a peer, 0 if not known; called
 *	     after -EMSGSIZE
 * @result: report a flow's block that is complete or given up; the result is valid
 *	    until the function returns
 * @gap: report a gap row of blocks that were reported before; likewise
 * @report: report a peer's block that is complete or given up
 * @block_end: note the end of a block's results; blocks may overtake one another.
 *	       Gap rows of any blocks are reported before it
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
 * @config: settings; copied
 * @ops: functions; must outlive the prober
 * @arg: for @ops
 *
 * Its Sequence Numbers begin at 0 (RFC 8762, section 4.2.1). A reflector treats
 * them as replays unless the messages have a source port of their own.
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
 * @key: key; only replies to messages sealed with the old key are still checked
 *	 with the old key
 */
void prober_rekey(struct prober *prober, const struct key *key);

/**
 * prober_clock() - set the Error Estimate of requests
 * @prober: prober
 * @synchronised: S bit
 * @error_ns: estimate of its error
 */
void prober_clock(struct prober *prober, bool synchronised, int64_t error_ns);

/**
 * prober_record() - add a record of a finished block
 * @prober: prober
 * @record: record of the marking set
 *
 * Return: 0 or -ENOMEM.
 */
int prober_record(struct prober *prober, const struct record *record);

/**
 * prober_block_end() - end a block's records and ask the peers
 * @prober: prober
 * @block: block number
 *
 * A block without records has a request without TLVs, to measure the delay. Call
 * prober_run() afterwards: it sends.
 *
 * Return: 0 or -ENOMEM.
 */
int prober_block_end(struct prober *prober, int64_t block);

/**
 * prober_run() - send due requests, give up old ones
 * @prober: prober
 *
 * Return: time of the next call, nanoseconds since 1970; INT64_MAX if nothing is
 * due before the next prober_block_end(). Replies may make it earlier: call
 * prober_run() after every batch.
 */
int64_t prober_run(struct prober *prober);

/**
 * prober_flush() - complete all open blocks
 * @prober: prober
 *
 * For a clean stop: unanswered requests become ANSWER_NO_ANSWER.
 */
void prober_flush(struct prober *prober);

/**
 * prober_stepped() - note a step of the clock or a suspension
 * @prober: prober
 *
 * Complete all open blocks. The time from which the clock was wrong is unknown, so
 * this node's figures may be those of other blocks: blocks without a result become
 * invalid, REASON_CLOCK_STEPPED, and replies under way match nothing.
 */
void prober_stepped(struct prober *prober);

/**
 * prober_receive() - handle a datagram from a peer
 * @prober: prober
 * @peer: index of the peer
 * @data: its bytes
 * @len: their number
 * @received: when the kernel received it, nanoseconds since 1970
 *
 * A datagram that matches no open request is counted by its fault and dropped.
 */
void prober_receive(struct prober *prober, unsigned int peer, uint8_t *data,
		    size_t len, int64_t received);

/**
 * prober_receive_elsewhere() - handle a datagram from another address than a peer's
 * @prober: prober
 * @data: its bytes
 * @len: their number
 * @from: its source
 *
 * If it matches an open request, it is counted as a rejected reply of that peer.
 */
void prober_receive_elsewhere(struct prober *prober, const uint8_t *data,
			      size_t len, const struct sockaddr_in6 *from);

#endif /* LMCTL_ENGINE_PROBER_H */
