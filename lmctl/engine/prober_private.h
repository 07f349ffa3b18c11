/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the prober share.
 *
 *    prober.c         life of a prober, keys, the clock, its run
 *    prober_block.c   blocks and their flows, from records to results
 *    prober_ask.c     when to ask: rounds, window, pace
 *    prober_send.c    how to ask: TLVs into sealed messages
 *    prober_match.c   replies
 *    prober_gap.c     rows for blocks without figures, from cumulative counters
 *    prober_delay.c   delays and reports
 *
 * Ownership: a block has its entries (one per flow) and one ask per peer. It goes
 * when it is complete and all blocks before it have gone, for gaps are told in order. A peer has a ring of remembered
 * messages, which point to asks; a block that goes makes them forget it.
 * Functions of struct prober_ops do not call the prober.
 */
#ifndef LMCTL_ENGINE_PROBER_PRIVATE_H
#define LMCTL_ENGINE_PROBER_PRIVATE_H

#include "lmctl/base/flowkey.h"
#include "lmctl/engine/prober.h"
#include "lmctl/stamp/blocktlv.h"

/*
 * Time between two bursts to a peer, and messages in one: 64 MB/s of full
 * messages, and a burst fits a default receive buffer. Shorter than that, no
 * event loop can be relied on.
 */
#define PROBER_TICK		(1 * BLOCK_NS_PER_MS)
#define PROBER_BURST		64

/*
 * A round asks for everything of a block that a peer has not answered. The
 * next round begins an interval after the last message of the one before. The
 * first interval is a hundredth of the period, or two smoothed round-trip
 * times so that replies can come; but never more than an eighth, since a
 * message too many costs less than a block without an answer. It grows by half
 * to at most 1/32 of the period, after one period to a quarter, and begins
 * anew after a round that brought answers. With a period of 1 s and a fast
 * network that is 34 rounds in the first period and about 20 after it, even if
 * none brings an answer: with half of all exchanges lost, that happens once in
 * 10^15 blocks.
 *
 * A peer that has not read the block yet says so of all its flows, as a rule, and
 * for a while after its start. So of the entries with that answer a round asks for
 * one only, and for the others as soon as one has another answer; but once in a
 * period for all, since the peer may have several sets.
 */
#define PROBER_FIRST_SHARE	100
#define PROBER_FIRST_SHARE_MAX	8
#define PROBER_SHARE		32
#define PROBER_LATE_SHARE	4

/*
 * A peer that has not replied for a quarter of the period, or never, is asked
 * with few messages at once: one reply opens the whole window, and a dead peer
 * does not get a stream for nothing.
 */
#define PROBER_SILENT_SHARE	4
#define PROBER_SILENT_WINDOW	16

/*
 * So many messages longer than PROBER_SAFE_MAX in a row without a reply: they do not
 * come through, or the replies do not, which are as long, and no router says so. From
 * then on the first message of a block alone is as long as that. With half of all
 * exchanges lost, it happens by chance once in 65,536 messages.
 */
#define PROBER_DARK 16

/* Remembered messages per message of the window: for late replies. */
#define PROBER_RING_WINDOWS	4

/* Weight of a new round-trip time in the smoothed one, as in RFC 6298. */
#define PROBER_SMOOTHING	8

/**
 * struct prober_answer - what a peer says about a flow in a block
 * @said: for the result
 * @again: not final: the same is to be asked again
 * @total: cumulative counters of the peer at the end of the block
 * @identity: of @total, as a hash; 0 if it is not known
 * @last_source: of the packets of the peer, as struct record has it
 */
struct prober_answer {
	struct result_peer said;
	bool again;
	struct sr6flow_counters total;
	uint64_t identity;
	struct in6_addr last_source;
};

/**
 * struct prober_entry - a flow in a block
 * @sent: packets sent
 * @sent_bytes: their bytes
 * @total: cumulative counters of this node at the end of the block
 * @continuity: identity of @total, 0 if it is not known
 * @last_source: of the packets of this node, as struct record has it
 * @mask: mark mask of the set
 * @colour: colour of the block
 * @period_ms: length of the block
 * @reason: why @sent is not known
 * @final: peers with a final answer, a bit each
 * @given: its result was given
 * @sourced: the flow has a source in its key
 * @nsids: number of SIDs
 * @name: name of the flow
 * @peer: what each peer says; the identity of the flow follows, see
 *	  prober_entry_key()
 */
struct prober_entry {
	uint64_t sent;
	uint64_t sent_bytes;
	struct sr6flow_counters total;
	uint64_t continuity;
	struct in6_addr last_source;
	uint32_t mask;
	uint32_t colour;
	uint32_t period_ms;
	enum reason reason;
	uint16_t final;
	bool given;
	bool sourced;
	uint8_t nsids;
	char name[SR6FLOW_NAME_MAX + 1];
	struct prober_answer peer[];
};

_Static_assert(RESULT_PEERS_MAX <= 16, "a bit each");

/**
 * struct prober_ask - a peer is asked about a block
 * @block: the block
 * @peer: index of the peer
 * @round: entries of this round, indices into @block's
 * @n: their number; an ask without entries sends one message without TLVs
 * @cursor: number of those that this round has asked for
 * @end: number of those that it asks for
 * @full: when the last round that asks for all of them began
 * @interval: from the end of a round to the next one; 0 to begin with the
 *	      shortest
 * @next: time of the next round
 * @open: entries without a final answer; of an ask without entries, 1 until a
 *	  reply comes
 * @complete: the report was given
 * @report: what to report
 * @round_trips: sum of the samples
 * @forwards: sum of the one-way samples
 * @backwards: likewise
 * @one_ways: number of those
 */
struct prober_ask {
	struct prober_block *block;
	unsigned int peer;
	uint32_t *round;
	size_t n;
	size_t cursor;
	size_t end;
	int64_t full;
	int64_t interval;
	int64_t next;
	size_t open;
	bool complete;
	struct peer_report report;
	double round_trips;
	double forwards;
	double backwards;
	uint64_t one_ways;
};

/**
 * struct prober_block - a block
 * @number: block number
 * @began: when its first record came; once it is asked for, when that began
 * @asking: it has all its records
 * @complete: all results and reports were given
 * @settled: so were those of all blocks before it, and its gap rows
 * @n: number of @entry
 * @room: room in @entry
 * @entry: its flows
 * @open: number of asks that are not complete
 * @ask: by peer
 * @prev: list of blocks, oldest first
 * @next: likewise
 */
struct prober_block {
	int64_t number;
	int64_t began;
	bool asking;
	bool complete;
	bool settled;
	size_t n;
	size_t room;
	struct prober_entry **entry;
	unsigned int open;
	struct prober_ask ask[RESULT_PEERS_MAX];
	struct prober_block *prev;
	struct prober_block *next;
};

enum prober_message_state {
	MESSAGE_NONE,
	MESSAGE_WAITING,
	/* No reply in time; a late one still counts. */
	MESSAGE_OVERDUE,
	MESSAGE_ANSWERED,
};

/**
 * struct prober_message - a message that was sent
 * @state: what became of it
 * @seq: Sequence Number
 * @rekeyed: prober's @rekeyed when it was sealed
 * @sent: T1, nanoseconds since 1970
 * @timestamp: T1 as it was written
 * @overdue: when to stop waiting
 * @ask: what it belongs to, NULL when the block has gone
 * @len: its length in bytes
 * @n: number of TLVs
 * @entry: their entries, in this order; room for the most that fit
 */
struct prober_message {
	enum prober_message_state state;
	uint32_t seq;
	unsigned int rekeyed;
	int64_t sent;
	uint64_t timestamp;
	int64_t overdue;
	struct prober_ask *ask;
	size_t len;
	unsigned int n;
	uint32_t *entry;
};

/**
 * struct prober_peer - a peer
 * @ring: remembered messages by number; a power of two of them
 * @entries: memory of their @entry
 * @seq: next Sequence Number
 * @oldest: no message before this number is waiting
 * @waiting: number of messages that wait
 * @smoothed: round-trip time, processing at the peer included; 0 if unknown
 * @heard: there was a reply
 * @far: its last answer came from too far away
 * @several: it takes several block TLVs: it has shown that it does not stop at one
 *	     of our version
 * @longest: longest message by what is known of the path in this block
 * @dark: long messages in a row without a reply, see PROBER_DARK
 * @last_heard: when
 * @tick: when the burst began
 * @burst: messages in it
 * @rejects: replies for the next report
 */
struct prober_peer {
	struct prober_message *ring;
	uint32_t *entries;
	uint32_t seq;
	uint32_t oldest;
	unsigned int waiting;
	int64_t smoothed;
	bool heard;
	bool far;
	bool several;
	size_t longest;
	unsigned int dark;
	int64_t last_heard;
	int64_t tick;
	unsigned int burst;
	struct rejects rejects;
};

/**
 * struct prober - a prober
 * @config: how to ask
 * @ops: what to call
 * @arg: for @ops
 * @keys: the present key and the one before
 * @rekeyed: how often the key has changed
 * @error: Error Estimate to send
 * @synchronised: S of it
 * @error_ns: own error
 * @last: last time that prober_now() gave
 * @base: length of the base packet
 * @ring: messages in a ring
 * @blocks: open blocks, and those that wait for an open one before them
 * @gaps: what is known of flows for their gap rows
 * @peer: peers
 * @data: the message being made
 */
struct prober {
	struct prober_config config;
	const struct prober_ops *ops;
	void *arg;
	struct keys keys;
	unsigned int rekeyed;
	uint16_t error;
	bool synchronised;
	int64_t error_ns;
	int64_t last;
	size_t base;
	uint32_t ring;
	struct prober_block *blocks;
	struct gap_flow *gaps;
	struct prober_peer peer[RESULT_PEERS_MAX];
	uint8_t data[STAMP_MESSAGE_MAX];
};

/**
 * prober_patience() - how long a block is asked for
 * @prober: prober
 *
 * Return: nanoseconds.
 */
static inline int64_t prober_patience(const struct prober *prober)
{
	return PROBER_PATIENCE * prober->config.timing.period;
}

/**
 * prober_now() - time for everything but timestamps
 * @prober: prober
 *
 * When the clock went back, it takes what is due along.
 *
 * Return: nanoseconds since 1970.
 */
int64_t prober_now(struct prober *prober);

/**
 * prober_message() - message of a number
 * @prober: prober
 * @peer: index of the peer
 * @seq: number
 *
 * Return: where it is remembered, by now possibly another one.
 */
static inline struct prober_message *
prober_message(struct prober *prober, unsigned int peer, uint32_t seq)
{
	return &prober->peer[peer].ring[seq & (prober->ring - 1)];
}

/**
 * prober_entry_key() - identity of the flow of an entry, see flowkey.h
 * @prober: prober
 * @entry: entry
 *
 * Return: FLOWKEY_LEN(entry->nsids) bytes.
 */
const void *prober_entry_key(const struct prober *prober,
			     const struct prober_entry *entry);

/**
 * prober_entry_flow() - flow of an entry
 * @prober: prober
 * @entry: entry
 * @flow: filled
 */
void prober_entry_flow(const struct prober *prober,
		       const struct prober_entry *entry,
		       struct sr6flow_flow *flow);

/**
 * prober_ask_entry() - entry that a peer still has to answer
 * @ask: ask
 * @i: index of the entry
 *
 * Return: entry, or NULL if there is a final answer.
 */
struct prober_entry *prober_ask_entry(const struct prober_ask *ask,
				      uint32_t i);

/**
 * prober_ask_waits() - is it for the peer to read the block first
 * @ask: ask
 * @i: index of an entry
 *
 * Return: true if the peer's last answer about it was that it has not.
 */
bool prober_ask_waits(const struct prober_ask *ask, uint32_t i);

/**
 * prober_ask_answer() - take an answer in
 * @prober: prober
 * @ask: ask
 * @i: index of an entry that prober_ask_entry() gives; with a final answer of
 *     the last peer, its result is given
 * @answer: answer
 *
 * prober_ask_settle() must follow.
 */
void prober_ask_answer(struct prober *prober, struct prober_ask *ask,
		       uint32_t i, const struct prober_answer *answer);

/**
 * prober_ask_settle() - see whether an ask, and with it the block, is complete
 * @prober: prober
 * @ask: ask
 */
void prober_ask_settle(struct prober *prober, struct prober_ask *ask);

/**
 * prober_block_void() - take this node's figures of a block back
 * @block: block
 * @reason: why; flows whose result was given keep it
 */
void prober_block_void(struct prober_block *block, enum reason reason);

/**
 * prober_block_close() - complete a block as it is
 * @prober: prober
 * @block: block that is not complete; stays until prober_blocks_sweep()
 */
void prober_block_close(struct prober *prober, struct prober_block *block);

/**
 * prober_blocks_sweep() - forget the blocks of which all was told
 * @prober: prober
 */
void prober_blocks_sweep(struct prober *prober);

/**
 * prober_block_free() - forget a block
 * @prober: prober
 * @block: block; has gone afterwards
 */
void prober_block_free(struct prober *prober, struct prober_block *block);

/**
 * prober_gap_block() - look for gaps that end, and give their rows
 * @prober: prober
 * @block: complete block, the first one that was not given yet
 */
void prober_gap_block(struct prober *prober, const struct prober_block *block);

/**
 * prober_gap_identity() - identity of a peer's cumulative counters, as a hash
 * @identity: BLOCKTLV_IDENTITY_LEN bytes
 *
 * Return: 0 if they are zeros: the counters are not known.
 */
uint64_t prober_gap_identity(const uint8_t *identity);

/**
 * prober_gap_forget() - forget all flows: no gap that is open gets a row
 * @prober: prober
 */
void prober_gap_forget(struct prober *prober);

/**
 * prober_ask_init() - begin to ask a peer about a block
 * @prober: prober
 * @ask: filled
 * @block: the block
 * @peer: index of the peer
 *
 * Return: 0 or -ENOMEM.
 */
int prober_ask_init(struct prober *prober, struct prober_ask *ask,
		    struct prober_block *block, unsigned int peer);

/**
 * prober_peer_interval() - shortest time after which to ask again
 * @prober: prober
 * @peer: index of the peer
 *
 * Return: nanoseconds.
 */
int64_t prober_peer_interval(const struct prober *prober, unsigned int peer);

/**
 * prober_peer_run() - ask a peer what is due
 * @prober: prober
 * @peer: index of the peer
 * @now: time
 *
 * Return: when there is something to do again.
 */
int64_t prober_peer_run(struct prober *prober, unsigned int peer,
			int64_t now);

/**
 * prober_send() - send the next message of a round
 * @prober: prober
 * @ask: ask whose round is not at its end
 *
 * Return: 0, or -EAGAIN if it was not sent and must wait.
 */
int prober_send(struct prober *prober, struct prober_ask *ask);

/**
 * struct prober_sample - what a reply says about time
 * @delay: delay
 * @synchronised: the peer claims a synchronised clock
 * @offset: peer's clock less ours
 * @apart: the clocks differ by more than the guard band: the request arrived
 *	   that long before it was sent, or the reply did
 * @forward: how long the request took by the clocks of both ends
 * @backward: how long the reply did
 * @taken: from sending to receiving, the time inside the peer included
 * @received: T4
 */
struct prober_sample {
	struct delay delay;
	bool synchronised;
	int64_t offset;
	bool apart;
	int64_t forward;
	int64_t backward;
	int64_t taken;
	int64_t received;
};

/**
 * prober_sample() - delay of a message and its reply
 * @prober: prober
 * @message: message
 * @reply: its reply
 * @received: T4
 *
 * Return: sample. A delay that cannot be is not known.
 */
struct prober_sample prober_sample(const struct prober *prober,
				   const struct prober_message *message,
				   const struct stamp_reply *reply,
				   int64_t received);

/**
 * prober_ask_sample() - take a sample into the report
 * @ask: ask
 * @sample: sample
 */
void prober_ask_sample(struct prober_ask *ask,
		       const struct prober_sample *sample);

/**
 * prober_ask_report() - give the report
 * @prober: prober
 * @ask: ask that becomes complete
 */
void prober_ask_report(struct prober *prober, struct prober_ask *ask);

#endif /* LMCTL_ENGINE_PROBER_PRIVATE_H */
