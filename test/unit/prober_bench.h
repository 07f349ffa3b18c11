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

/*
 * Change a message or reply on its way from or to its peer; its data has room for
 * STAMP_MESSAGE_MAX bytes. Returns false to lose it.
 */
typedef bool (*bench_mangle_fn)(struct net_event *msg);

/* A bench; members without a comment are those of struct prober_config. */
struct bench {
	/* Set by the test, most before bench_start(); defaults are not 0 where said. */
	unsigned int npeers;		/* 1 */
	bool group;
	bool split;			/* each peer of a group receives its part only */
	bool auth;
	bool stateful;			/* peers number their replies */
	bool in_band;
	uint32_t period_ms;		/* 1000 */
	unsigned int flows;		/* 1 */
	unsigned int window;		/* 512 */
	unsigned int loss;		/* per cent of messages lost, each way */
	unsigned int duplicate;		/* per cent of messages that come twice */
	int64_t delay;			/* of messages on their way, 5 ms */
	int64_t delay_back;		/* of replies, -1 (the default) for the same */
	int64_t jitter;			/* most that is added: messages overtake others */
	int64_t peer_offset;		/* clocks of the peers less ours */
	int64_t peer_late;		/* peers have a block so long after this node */
	uint64_t seed;			/* of the random sequence, 1 */
	bench_mangle_fn request;	/* for each request that arrives, or NULL */
	bench_mangle_fn reply;		/* for each reply that arrives, or NULL */
	long again;			/* messages until the socket is full, -1: never */
	long invalid_flow;		/* that this node cannot count, -1 for none */
	enum reason invalid_reason;	/* why, REASON_FLOW_RESTARTED */
	long forget_flow;		/* that the peers do not have, -1 for none */
	/* Identity of cumulative counters, 0 if not known; 1, and of peers 1, 2, ... */
	uint64_t epoch;
	uint64_t peer_epoch[RESULT_PEERS_MAX];
	enum reason peer_reason[RESULT_PEERS_MAX];	/* why their records are invalid */
	bool sourceless;		/* sets without netmask, a SID list per flow */
	/* Last source of this node, and of the peers from 1 on; 0: not known. All 1. */
	uint8_t last[1 + RESULT_PEERS_MAX];
	/* The peers receive something in these blocks only, the last one excluded. */
	unsigned int arrive_from;
	unsigned int arrive_until;
	size_t path_max;		/* longest message that arrives, 0 for no limit */
	int64_t path_known;		/* from then on longer ones are not sent */
	size_t path_said;		/* what is known of path_max */
	/*
	 * An intruder sends the messages to a peer to the next one, and the replies
	 * back as if they came from the right one.
	 */
	bool redirect;

	int64_t now;			/* virtual time */
	struct prober *prober;
	struct prober_config config;
	uint64_t sent[RESULT_PEERS_MAX];	/* messages, by peer */
	uint64_t too_long;		/* how many of them were longer than path_max */
	uint64_t replies[RESULT_PEERS_MAX];	/* that arrived */
	uint64_t results;
	uint64_t ends;			/* calls of block_end */
	uint64_t reports;
	uint64_t answers[ANSWER_STATUSES];	/* by status */
	int64_t last_result;		/* when it was given */
	uint64_t gaps;			/* gap rows */
	struct result gap;		/* the last one */
	/* Blocks of all gap rows over the whole path, of the first flows. */
	uint64_t gap_blocks[BENCH_KEPT];
	/* The first results, and their flows. */
	struct result kept[BENCH_KEPT];
	unsigned int kept_flow[BENCH_KEPT];
	struct peer_report report[RESULT_PEERS_MAX];	/* the last ones */
	/* By block (less BENCH_FIRST_BLOCK) and flow: results, and points of the path
	 * with a count: bit 0 for this node.
	 */
	uint8_t *results_of;
	uint32_t *known_of;
	unsigned int nblocks;
	struct ledger *ledger[RESULT_PEERS_MAX];
	struct reflector *reflector[RESULT_PEERS_MAX];
	struct net net;
};

/* The bench of the test that runs. */
extern struct bench bench;

/* Before each test: a new bench. After it: free everything. */
int bench_setup(void **state);
int bench_teardown(void **state);
/* Another new bench in the same test. */
void bench_init(void);
/* Make prober and peers, for @nblocks blocks at most. */
void bench_start(unsigned int nblocks);
/* Block @i, from 0 on, is read at both ends, when virtual time has come so far. */
void bench_next(unsigned int i);
/* The same, and then @ns pass. */
void bench_next_for(unsigned int i, int64_t ns);
/* Make prober and peers for one block, which is read, and then @ns pass. */
void bench_one(int64_t ns);
/* Some blocks, @to not included, and a quarter of a second for their answers. */
void bench_blocks(unsigned int from, unsigned int to);
/* Give the records of block @i to the prober, without its end. */
void bench_records(unsigned int i);
/* Let @ns pass. */
void bench_run(int64_t ns);

/* For the members request and reply: lose every message, or those of the first peer. */
bool bench_lose(struct net_event *msg);
bool bench_lose_first(struct net_event *msg);
/* Make the HMACs of a mangled reply fit again. */
void bench_reseal(struct net_event *msg);
/* Key of this node and all peers. */
const struct key *bench_key(void);

/* Number of answers with a status, over all peers and results. */
uint64_t bench_answers(enum answer_status status);
/* There are so many results, ends of blocks, and answers with a status. */
void bench_expect(uint64_t results, uint64_t ends, enum answer_status status,
		  uint64_t answers);

#endif /* TEST_UNIT_PROBER_BENCH_H */
