// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "prober_bench.h"
#include "test/unit/unit.h"

struct bench bench;

/* reflector_handle() takes a function without argument. */
static int64_t reflector_now;

static int64_t now_reflector(void)
{
	return reflector_now;
}

const struct key *bench_key(void)
{
	static const struct key key = {
		.id = "test", .len = 16, .secret = "0123456789abcdef",
	};

	return &key;
}

static uint64_t packets_sent(unsigned int flow, int64_t block)
{
	return 1000 + 7 * (uint64_t)flow + (uint64_t)block % 97;
}

static uint64_t packets_received(unsigned int flow, int64_t block,
				 unsigned int peer)
{
	return packets_sent(flow, block) - (flow + (uint64_t)block) % 5 -
	       10 * (peer + 1);
}

static void transmit_once(enum net_kind kind, unsigned int peer,
			  const uint8_t *data, size_t len)
{
	struct net_event event = {
		.kind = kind, .peer = peer, .len = len,
		.time = bench.now + bench.delay,
		/* Mangling may make it longer. */
		.data = malloc(STAMP_MESSAGE_MAX),
	};

	assert_non_null(event.data);
	memcpy(event.data, data, len);
	if (kind == NET_REPLY && bench.delay_back >= 0)
		event.time = bench.now + bench.delay_back;
	if (bench.jitter)
		event.time += (int64_t)(net_random(&bench.net) %
					(uint64_t)bench.jitter);
	net_push(&bench.net, event);
}

static void transmit(enum net_kind kind, unsigned int peer,
		     const uint8_t *data, size_t len)
{
	if (net_chance(&bench.net, bench.loss))
		return;
	transmit_once(kind, peer, data, len);
	if (net_chance(&bench.net, bench.duplicate))
		transmit_once(kind, peer, data, len);
}

static void put_number(struct in6_addr *address, unsigned int number)
{
	address->s6_addr[13] = (uint8_t)(number >> 16);
	address->s6_addr[14] = (uint8_t)(number >> 8);
	address->s6_addr[15] = (uint8_t)number;
}

/* Two flows each have one SID list and different sources, where they have these. */
static struct sr6flow_flow flow_of(unsigned int flow)
{
	struct sr6flow_flow made = { .nsids = 1 + flow / 2 % 4 };
	unsigned int i;

	if (!bench.sourceless) {
		made.netmask = 128;
		made.source.s6_addr[0] = 0xfd;
		put_number(&made.source, flow);
	}
	for (i = 0; i < made.nsids; i++) {
		made.sids[i].s6_addr[0] = 0xfc;
		made.sids[i].s6_addr[1] = (uint8_t)i;
		put_number(&made.sids[i], bench.sourceless ? flow : flow / 2);
	}
	made.name[0] = 'f';
	return made;
}

static unsigned int flow_number(const struct sr6flow_flow *flow)
{
	const uint8_t *number = flow->netmask ? flow->source.s6_addr :
						flow->sids[0].s6_addr;

	return (unsigned int)number[13] << 16 |
	       (unsigned int)number[14] << 8 | number[15];
}

/* What point 0, this node, or a peer has counted in a block. */
static uint64_t count_of(unsigned int flow, int64_t block, unsigned int point)
{
	uint64_t received;

	if (!point)
		return packets_sent(flow, block);
	if (block < BENCH_FIRST_BLOCK + bench.arrive_from ||
	    block >= BENCH_FIRST_BLOCK + bench.arrive_until)
		return 0;
	received = packets_received(flow, block, point - 1);
	return bench.split ? received / bench.npeers : received;
}

/* Up to a block, with those before the first one, whatever they were. */
static struct sr6flow_counters total_of(unsigned int flow, int64_t block,
					unsigned int point)
{
	uint64_t packets = UINT64_MAX - 1000 * (flow + point);
	int64_t i;

	for (i = BENCH_FIRST_BLOCK; i <= block; i++)
		packets += count_of(flow, i, point);
	return (struct sr6flow_counters){ packets, 100 * packets };
}

static struct record record_of(unsigned int flow,
			       int64_t block, unsigned int point,
			       uint64_t epoch)
{
	uint64_t packets = count_of(flow, block, point);

	return (struct record){
		.node = "node", .set = "set", .instance = 1, .generation = 1,
		.flow = flow_of(flow),
		.last_source.s6_addr[15] = bench.sourceless ?
					   bench.last[point] : 0,
		.period_ms = bench.period_ms,
		.mask = SR6FLOW_MASK_DEFAULT,
		.block = block,
		.colour = block_colour(SR6FLOW_MASK_DEFAULT, block),
		.packets = packets,
		.bytes = 100 * packets,
		.total = total_of(flow, block, point),
		.continuity = epoch,
	};
}

/* Without figures, and so without cumulative counters. */
static void record_void(struct record *record, enum reason reason)
{
	record->reason = reason;
	record->packets = 0;
	record->bytes = 0;
	record->total = (struct sr6flow_counters){ 0, 0 };
	record->continuity = 0;
}

static int64_t op_now(void *arg)
{
	(void)arg;
	return bench.now;
}

static int op_send(void *arg, unsigned int peer,
		   const struct sr6flow_flow *flow, const uint8_t *data,
		   size_t len)
{
	(void)arg;
	assert_in_range(len, stamp_base_len(bench.auth),
			bench.config.message_max);
	if (flow)
		assert_memory_equal(flow->sids, flow_of(flow_number(flow)).sids,
				    flow->nsids * sizeof(flow->sids[0]));
	if (bench.in_band && bench.flows)
		assert_non_null(flow);
	if (bench.path_max && len > bench.path_max &&
	    bench.now >= bench.path_known)
		return -EMSGSIZE;
	if (!bench.again)
		return -EAGAIN;
	if (bench.again > 0)
		bench.again--;
	bench.sent[peer]++;
	if (bench.path_max && len > bench.path_max)
		bench.too_long++;
	else
		transmit(NET_REQUEST, peer, data, len);
	return 0;
}

static size_t op_longest(void *arg, unsigned int peer)
{
	(void)arg;
	(void)peer;
	return bench.path_said;
}

uint64_t bench_answers(enum answer_status status)
{
	return bench.answers[status];
}

static void peer_is_right(const struct result *result, unsigned int flow,
			  unsigned int i)
{
	const struct result_peer *peer = &result->peer[i];
	bool valid = peer->answer.status == ANSWER_VALID;
	uint64_t want = valid ? count_of(flow, result->block, i + 1) : 0;

	assert_int_equal(peer->packets, want);
	assert_int_equal(peer->bytes, 100 * want);
	if (valid) {
		assert_int_equal(peer->mask, result->mask);
		assert_int_equal(peer->period_ms, result->period_ms);
	}
}

static uint32_t known_points(const struct result *result)
{
	uint32_t known = !result->reason;
	unsigned int i;

	for (i = 0; i < bench.npeers; i++)
		if (result->peer[i].answer.status == ANSWER_VALID)
			known |= 2u << i;
	return known;
}

static void op_result(void *arg, const struct result *result)
{
	unsigned int flow = flow_number(result->flow);
	uint64_t sent = result->reason ? 0 : packets_sent(flow, result->block);
	uint64_t i = (uint64_t)(result->block - BENCH_FIRST_BLOCK);

	(void)arg;
	assert_true(i < bench.nblocks && flow < bench.flows);
	assert_int_equal(result->sent, sent);
	assert_int_equal(result->sent_bytes, 100 * sent);
	assert_int_equal(result->flow->name[0], 'f');
	assert_int_equal(result->colour,
			 block_colour(result->mask, result->block));
	bench.results_of[i * bench.flows + flow]++;
	bench.known_of[i * bench.flows + flow] = known_points(result);
	if (bench.results < BENCH_KEPT) {
		bench.kept[bench.results] = *result;
		bench.kept_flow[bench.results] = flow;
	}
	bench.results++;
	bench.last_result = bench.now;
	for (i = 0; i < bench.npeers; i++) {
		peer_is_right(result, flow, (unsigned int)i);
		bench.answers[result->peer[i].answer.status]++;
	}
}

/* The loss between two groups of points is what the blocks without figures lost. */
static void gap_is_right(const struct result *gap, struct segment segment,
			 uint32_t from, uint32_t to)
{
	unsigned int flow = flow_number(gap->flow), point;
	uint64_t sent = 0, received = 0, blocks = 0;
	uint32_t known;
	int64_t block;

	for (block = gap->first; block <= gap->block; block++) {
		known = bench.known_of[(uint64_t)(block - BENCH_FIRST_BLOCK) *
					bench.flows + flow];
		if ((known & (from | to)) == (from | to))
			continue;
		blocks++;
		for (point = 0; point <= bench.npeers; point++) {
			if (from & 1u << point)
				sent += count_of(flow, block, point);
			if (to & 1u << point)
				received += count_of(flow, block, point);
		}
	}
	assert_int_equal(segment.status, RESULT_EXACT);
	assert_int_equal(blocks, gap->gap);
	assert_int_equal(segment.sent, sent);
	assert_int_equal(segment.received, received);
	assert_int_equal(segment.sent_bytes, 100 * sent);
	assert_int_equal(segment.received_bytes, 100 * received);
	assert_int_equal(segment.lost, (int64_t)(sent - received));
}

static void op_gap(void *arg, const struct result *gap)
{
	uint32_t last = 1u << bench.npeers;
	uint32_t all = (2u << bench.npeers) - 2;
	unsigned int i;

	(void)arg;
	bench.gaps++;
	bench.gap = *gap;
	if (gap->covers & RESULT_TOTAL && flow_number(gap->flow) < BENCH_KEPT)
		bench.gap_blocks[flow_number(gap->flow)] += gap->gap;
	assert_true(gap->gap && gap->covers && gap->first <= gap->block);
	assert_int_equal(gap->reason, REASON_NONE);
	if (gap->covers & RESULT_TOTAL)
		gap_is_right(gap, result_total(gap), 1,
			     bench.group ? all : last);
	for (i = 0; i < bench.npeers; i++)
		if (gap->covers & RESULT_SEGMENT(i))
			gap_is_right(gap, result_segment(gap, i), 1u << i,
				     2u << i);
}

static void op_report(void *arg, const struct peer_report *report)
{
	(void)arg;
	bench.report[report->peer] = *report;
	bench.reports++;
	assert_true(report->replies <= report->requests);
	assert_true(report->samples <= report->replies);
	assert_true(report->round_trip_min <= report->round_trip_avg);
	assert_true(report->round_trip_avg <= report->round_trip_max);
}

/* The reports and all results of a block come before its end. */
static void op_block_end(void *arg, int64_t block)
{
	uint64_t i = (uint64_t)(block - BENCH_FIRST_BLOCK);
	unsigned int flow;

	(void)arg;
	bench.ends++;
	assert_true(i < bench.nblocks);
	for (flow = 0; flow < bench.flows; flow++)
		assert_true(bench.results_of[i * bench.flows + flow]);
}

static const struct prober_ops ops = {
	.now = op_now,
	.send = op_send,
	.longest = op_longest,
	.result = op_result,
	.gap = op_gap,
	.report = op_report,
	.block_end = op_block_end,
};

static void bench_free(void)
{
	unsigned int i;

	prober_free(bench.prober);
	for (i = 0; i < bench.npeers; i++) {
		reflector_free(bench.reflector[i]);
		ledger_free(bench.ledger[i]);
	}
	while (bench.net.n)
		free(net_pop(&bench.net).data);
	free(bench.net.event);
	free(bench.results_of);
	free(bench.known_of);
	memset(&bench, 0, sizeof(bench));
}

void bench_init(void)
{
	unsigned int i;

	bench_free();
	bench.npeers = 1;
	bench.period_ms = 1000;
	bench.flows = 1;
	bench.window = 512;
	bench.delay = 5 * BENCH_MS;
	bench.delay_back = -1;
	bench.seed = 1;
	bench.again = -1;
	bench.invalid_flow = -1;
	bench.invalid_reason = REASON_FLOW_RESTARTED;
	bench.forget_flow = -1;
	bench.epoch = 1;
	for (i = 0; i < RESULT_PEERS_MAX; i++)
		bench.peer_epoch[i] = i + 1;
	memset(bench.last, 1, sizeof(bench.last));
	bench.arrive_until = UINT_MAX;
}

int bench_setup(void **state)
{
	(void)state;
	bench_init();
	return 0;
}

int bench_teardown(void **state)
{
	(void)state;
	bench_free();
	return 0;
}

/* Peers have had the flows for long. */
static void peer_flows(struct ledger *ledger)
{
	const struct sr6flow_set set = {
		.mask = SR6FLOW_MASK_DEFAULT,
		.netmask = bench.sourceless ? 0 : 128,
	};
	struct sr6flow_record record = { .generation = 1 };
	unsigned int flow;

	for (flow = 0; flow < bench.flows; flow++) {
		record.flow = flow_of(flow);
		if (flow != (unsigned int)bench.forget_flow)
			assert_int_equal(ledger_flow(ledger, &set, &record), 0);
	}
	ledger_block_end(ledger, BENCH_FIRST_BLOCK - 1);
}

static void start_peer(unsigned int i)
{
	struct reflector_config config = {
		.auth = bench.auth, .stateful = bench.stateful,
		.tlv_type = STAMP_TLV_BLOCK, .freshness = 60 * BLOCK_NS_PER_S,
	};
	struct keys keys = { .n = 1, .key = { *bench_key() } };

	bench.ledger[i] = ledger_new(&bench.config.timing);
	bench.reflector[i] = reflector_new(&config, &keys);
	assert_non_null(bench.ledger[i]);
	assert_non_null(bench.reflector[i]);
	peer_flows(bench.ledger[i]);
	reflector_ledgers(bench.reflector[i], &bench.ledger[i], 1);
	reflector_clock(bench.reflector[i], true, BENCH_MS);
}

void bench_start(unsigned int nblocks)
{
	struct prober_config *config = &bench.config;
	char error[256];
	unsigned int i;

	config->of.npeers = bench.npeers;
	config->of.group = bench.group;
	assert_int_equal(block_timing_init(&config->timing, bench.period_ms,
					   0, 0, error, sizeof(error)), 0);
	for (i = 0; i < RESULT_PEERS_MAX; i++)
		config->address[i].s6_addr[15] = (uint8_t)(i + 1);
	config->auth = bench.auth;
	config->key = *bench_key();
	config->ssid = 77;
	config->tlv_type = STAMP_TLV_BLOCK;
	config->message_max = 1452;
	config->window = bench.window;
	config->in_band = bench.in_band;
	net_seed(&bench.net, bench.seed);
	bench.nblocks = nblocks;
	bench.results_of = calloc(nblocks, bench.flows ? bench.flows : 1);
	bench.known_of = calloc((size_t)nblocks * (bench.flows + 1),
				 sizeof(*bench.known_of));
	assert_non_null(bench.results_of);
	assert_non_null(bench.known_of);
	bench.now = block_window_open(&config->timing, BENCH_FIRST_BLOCK - 1);
	for (i = 0; i < bench.npeers; i++)
		start_peer(i);
	bench.prober = prober_new(config, &ops, NULL);
	assert_non_null(bench.prober);
	prober_clock(bench.prober, true, 2 * BENCH_MS);
}

static void peer_block(unsigned int peer, unsigned int i)
{
	int64_t block = BENCH_FIRST_BLOCK + i;
	struct record record;
	unsigned int flow;

	for (flow = 0; flow < bench.flows; flow++) {
		if (flow == (unsigned int)bench.forget_flow)
			continue;
		record = record_of(flow, block, peer + 1,
				   bench.peer_epoch[peer]);
		if (bench.peer_reason[peer])
			record_void(&record, bench.peer_reason[peer]);
		assert_int_equal(ledger_record(bench.ledger[peer], &record), 0);
	}
	ledger_block_end(bench.ledger[peer], block);
}

void bench_records(unsigned int i)
{
	int64_t block = BENCH_FIRST_BLOCK + i;
	struct record record;
	unsigned int flow;

	for (flow = 0; flow < bench.flows; flow++) {
		record = record_of(flow, block, 0, bench.epoch);
		if (flow == (unsigned int)bench.invalid_flow)
			record_void(&record, bench.invalid_reason);
		assert_int_equal(prober_record(bench.prober, &record), 0);
	}
}

void bench_next(unsigned int i)
{
	int64_t block = BENCH_FIRST_BLOCK + i;
	unsigned int peer;

	bench_run(block_window_open(&bench.config.timing, block) - bench.now);
	for (peer = 0; peer < bench.npeers; peer++) {
		struct net_event event = {
			.kind = NET_LEDGER, .peer = peer, .block = i,
			.time = bench.now + bench.peer_late,
		};

		net_push(&bench.net, event);
	}
	bench_records(i);
	assert_int_equal(prober_block_end(bench.prober, block), 0);
}

static void peer_request(struct net_event *event)
{
	unsigned int node = bench.redirect ?
			    (event->peer + 1) % bench.npeers : event->peer;
	struct reflector_request request = {
		.data = event->data,
		.from = { .sin6_family = AF_INET6, .sin6_port = 1 },
		.to = bench.config.address[node],
		.ttl = 64, .received = bench.now + bench.peer_offset,
	};

	reflector_now = request.received;
	if (bench.request && !bench.request(event))
		return;
	request.len = event->len;
	if (reflector_handle(bench.reflector[node], &request, now_reflector))
		transmit(NET_REPLY, event->peer, request.data, request.len);
}

static void prober_reply(struct net_event *event)
{
	if (bench.reply && !bench.reply(event))
		return;
	bench.replies[event->peer]++;
	prober_receive(bench.prober, event->peer, event->data, event->len,
		       bench.now);
}

static void events_handle(void)
{
	while (bench.net.n && bench.net.event[0].time <= bench.now) {
		struct net_event event = net_pop(&bench.net);

		if (event.kind == NET_REQUEST)
			peer_request(&event);
		else if (event.kind == NET_REPLY)
			prober_reply(&event);
		else
			peer_block(event.peer, event.block);
		free(event.data);
	}
}

void bench_run(int64_t ns)
{
	int64_t until = bench.now + ns;
	int64_t when;

	while (true) {
		events_handle();
		when = prober_run(bench.prober);
		assert_true(when > bench.now);
		if (bench.net.n && bench.net.event[0].time < when)
			when = bench.net.event[0].time;
		if (when > until)
			break;
		bench.now = when;
	}
	bench.now = until;
}

void bench_next_for(unsigned int i, int64_t ns)
{
	bench_next(i);
	bench_run(ns);
}

void bench_one(int64_t ns)
{
	bench_start(1);
	bench_next_for(0, ns);
}

void bench_blocks(unsigned int from, unsigned int to)
{
	unsigned int i;

	for (i = from; i < to; i++)
		bench_next(i);
	bench_run(BLOCK_NS_PER_S / 4);
}

bool bench_lose(struct net_event *msg)
{
	(void)msg;
	return false;
}

bool bench_lose_first(struct net_event *msg)
{
	return msg->peer != 0;
}

void bench_expect(uint64_t results, uint64_t ends, enum answer_status status,
		  uint64_t answers)
{
	assert_int_equal(bench.results, results);
	assert_int_equal(bench.ends, ends);
	assert_int_equal(bench_answers(status), answers);
}

void bench_reseal(struct net_event *msg)
{
	size_t base = stamp_base_len(bench.auth);
	size_t offset = base;
	struct stamp_tlv tlv;

	if (!bench.auth)
		return;
	while (stamp_tlv_next(msg->data, msg->len, &offset, &tlv) == 1)
		if (tlv.type == STAMP_TLV_HMAC)
			key_tlv_hmac(bench_key(), msg->data, base,
				     (size_t)(tlv.header - msg->data), tlv.value);
	key_seal_base(bench_key(), msg->data);
}
