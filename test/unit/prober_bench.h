/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network for the prober: virtual time, peers that are the real reflector
 * and ledger, and a path that loses, delays, reorders and duplicates messages
 * by a random sequence that a seed fixes.
 *
 * The counts of every flow, block and peer are computed from their numbers, so
 * every result is checked as it comes.
 */
#ifndef TEST_UNIT_PROBER_BENCH_H
#define TEST_UNIT_PROBER_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lmctl/engine/ledger.h"
#include "lmctl/engine/prober.h"
#include "lmctl/engine/reflector.h"
#include "prober_net.h"

#define BENCH_FIRST_BLOCK INT64_C(170000000)
#define BENCH_MS BLOCK_NS_PER_MS
#define SECOND BLOCK_NS_PER_S
#define BENCH_KEPT 512

/**
 * typedef bench_mangle_fn - change a message or reply on its way
 * @msg: from or to its peer; its data has room for STAMP_MESSAGE_MAX bytes
 *
 * Return: false to lose it.
 */
typedef bool (*bench_mangle_fn)(struct net_event *msg);

/**
 * struct bench - a bench; the first part is set by the test before
 *		  bench_start()
 * @npeers: number of peers
 * @group: they are a group
 * @split: each peer of a group receives its part only
 * @auth: authenticated mode
 * @stateful: peers number their replies
 * @in_band: one flow per message
 * @period_ms: period
 * @flows: number of flows
 * @window: messages that may wait
 * @loss: per cent of messages lost, each way
 * @duplicate: per cent of messages that come twice
 * @delay: of messages on their way, nanoseconds
 * @delay_back: of replies, -1 for the same
 * @jitter: most that is added to it; messages overtake one another
 * @peer_offset: clocks of the peers less ours
 * @peer_late: peers have a block so long after this node
 * @seed: of the random sequence
 * @request: called for every request that arrives, or NULL
 * @reply: called for every reply that arrives, or NULL
 * @again: number of messages that the socket takes before it is full; -1 for
 *	   no limit
 * @invalid_flow: flow that this node cannot count, -1 for none
 * @invalid_reason: why, REASON_FLOW_RESTARTED at first
 * @forget_flow: flow that the peers do not have, -1 for none
 * @epoch: identity of the cumulative counters of this node, 0 if it does not know
 *	   them; 1 at first
 * @peer_epoch: those of the peers, likewise
 * @peer_reason: why peers' records are invalid, REASON_NONE at first
 * @sourceless: sets have no netmask; each flow has a SID list of its own
 * @last: last source of this node, and of the peers from 1 on, as a number; 0: not
 *	  known. 1 at first
 * @arrive_from: first block of which the peers receive something, 0 at first
 * @arrive_until: first one after that of which they receive nothing
 * @path_max: longest message that arrives, 0 for no limit
 * @path_known: time from which on longer ones are not sent
 * @path_said: what is known of @path_max
 * @redirect: an intruder sends the messages to a peer to the next one, and
 *	      the replies back as if they came from the right one
 * @now: virtual time
 * @prober: the prober
 * @config: its configuration
 * @sent: messages sent, by peer
 * @too_long: how many of them were longer than @path_max
 * @replies: replies that arrived, by peer
 * @results: results given
 * @ends: calls of block_end
 * @reports: reports given
 * @wrong: results or reports that cannot be, must be 0
 * @answers: answers by status
 * @last_result: time of the last result
 * @gaps: gap rows given
 * @gap: the last gap row
 * @gap_blocks: blocks of all gap rows over the whole path, of the first flows
 * @kept: the first results
 * @kept_flow: their flows
 * @report: the last reports, by peer
 * @results_of: results by block (less BENCH_FIRST_BLOCK) and flow
 * @known_of: points of the path with a count, likewise: bit 0 for this node
 * @nblocks: blocks in @results_of
 * @ledger: of each peer
 * @reflector: likewise
 * @net: the network
 */
struct bench {
	unsigned int npeers;
	bool group;
	bool split;
	bool auth;
	bool stateful;
	bool in_band;
	uint32_t period_ms;
	unsigned int flows;
	unsigned int window;
	unsigned int loss;
	unsigned int duplicate;
	int64_t delay;
	int64_t delay_back;
	int64_t jitter;
	int64_t peer_offset;
	int64_t peer_late;
	uint64_t seed;
	bench_mangle_fn request;
	bench_mangle_fn reply;
	long again;
	long invalid_flow;
	enum reason invalid_reason;
	long forget_flow;
	uint64_t epoch;
	uint64_t peer_epoch[RESULT_PEERS_MAX];
	enum reason peer_reason[RESULT_PEERS_MAX];
	bool sourceless;
	uint8_t last[1 + RESULT_PEERS_MAX];
	unsigned int arrive_from;
	unsigned int arrive_until;
	size_t path_max;
	int64_t path_known;
	size_t path_said;
	bool redirect;

	int64_t now;
	struct prober *prober;
	struct prober_config config;
	uint64_t sent[RESULT_PEERS_MAX];
	uint64_t too_long;
	uint64_t replies[RESULT_PEERS_MAX];
	uint64_t results;
	uint64_t ends;
	uint64_t reports;
	uint64_t wrong;
	uint64_t answers[ANSWER_STATUSES];
	int64_t last_result;
	uint64_t gaps;
	struct result gap;
	uint64_t gap_blocks[BENCH_KEPT];
	struct result kept[BENCH_KEPT];
	unsigned int kept_flow[BENCH_KEPT];
	struct peer_report report[RESULT_PEERS_MAX];
	uint8_t *results_of;
	uint32_t *known_of;
	unsigned int nblocks;

	struct ledger *ledger[RESULT_PEERS_MAX];
	struct reflector *reflector[RESULT_PEERS_MAX];
	struct net net;
};

/* The bench of the test that runs. */
extern struct bench bench;

/**
 * bench_setup() - before each test: a new bench
 * @state: not used
 *
 * Return: 0.
 */
int bench_setup(void **state);

/**
 * bench_teardown() - after each test: free everything
 * @state: not used
 *
 * Return: 0.
 */
int bench_teardown(void **state);

/**
 * bench_init() - another new bench in the same test
 *
 * One peer, one flow, 1 s, no loss, 5 ms.
 */
void bench_init(void);

/**
 * bench_start() - make prober and peers
 * @nblocks: most blocks of the test
 */
void bench_start(unsigned int nblocks);

/**
 * bench_block() - the next block is read at both ends
 * @i: which, from 0 on; virtual time goes on to when it is read
 */
void bench_block(unsigned int i);

/**
 * bench_read() - the next block is read at both ends, then time passes
 * @i: which, from 0 on
 * @ns: how much time
 */
void bench_read(unsigned int i, int64_t ns);

/**
 * bench_one() - make prober and peers for one block, which is read
 * @ns: how much time passes then
 */
void bench_one(int64_t ns);

/**
 * bench_blocks() - some blocks, and a quarter of a second for their answers
 * @from: the first
 * @to: the one behind the last
 */
void bench_blocks(unsigned int from, unsigned int to);

/**
 * bench_lose() - lose every message, for the members request and reply
 * @msg: message
 *
 * Return: false.
 */
bool bench_lose(struct net_event *msg);

/**
 * bench_lose_first() - lose every message of the first peer, likewise
 * @msg: message
 *
 * Return: false if it is of the first peer.
 */
bool bench_lose_first(struct net_event *msg);

/**
 * bench_records() - give the records of a block to the prober, without its end
 * @i: which
 */
void bench_records(unsigned int i);

/**
 * bench_run() - let time pass
 * @ns: how much
 */
void bench_run(int64_t ns);

/**
 * bench_key() - key of this node and all peers
 *
 * Return: key.
 */
const struct key *bench_key(void);

/**
 * bench_answers() - number of answers with a status
 * @status: status
 *
 * Return: their number over all peers and results.
 */
uint64_t bench_answers(enum answer_status status);

/**
 * bench_answered() - nothing wrong, and so many answers with a status
 * @status: status
 * @answers: their number over all peers and results
 */
void bench_answered(enum answer_status status, uint64_t answers);

/**
 * bench_expect() - nothing wrong, and so much
 * @results: results given
 * @ends: blocks ended
 * @status: status
 * @answers: answers with it
 */
void bench_expect(uint64_t results, uint64_t ends, enum answer_status status,
		  uint64_t answers);

/**
 * bench_reseal() - make the HMACs of a mangled reply fit again
 * @msg: reply
 */
void bench_reseal(struct net_event *msg);

#endif /* TEST_UNIT_PROBER_BENCH_H */
