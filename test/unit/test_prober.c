// SPDX-License-Identifier: GPL-2.0-only
/*
 * The prober on the networks of the bench: scripts/prober.txt. The bench compares every
 * figure and every gap row with what was counted. Times are in milliseconds. Hostile
 * replies: test_prober_replies.c; what an intruder can do: test_prober_forgery.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lmctl/stamp/blocktlv.h"
#include "lmctl/stamp/stamp.h"
#include "prober_bench.h"
#include "test/unit/script.h"

/* Times of which the script has milliseconds. */
#define MS BENCH_MS

#define MEMBER(name, unit) { #name, &bench.name, sizeof(bench.name), unit }

static const struct {
	const char *name;
	void *at;
	size_t size;
	int64_t unit;
} members[] = {
	MEMBER(npeers, 1), MEMBER(group, 1), MEMBER(split, 1), MEMBER(auth, 1),
	MEMBER(stateful, 1), MEMBER(in_band, 1), MEMBER(period_ms, 1), MEMBER(flows, 1),
	MEMBER(window, 1), MEMBER(loss, 1), MEMBER(duplicate, 1), MEMBER(delay, MS),
	MEMBER(delay_back, MS), MEMBER(jitter, MS), MEMBER(peer_late, MS),
	MEMBER(seed, 1), MEMBER(again, 1), MEMBER(invalid_flow, 1),
	MEMBER(invalid_reason, 1), MEMBER(forget_flow, 1), MEMBER(peer_reason[0], 1),
	MEMBER(peer_reason[1], 1), MEMBER(peer_reason[2], 1), MEMBER(sourceless, 1),
	MEMBER(last[0], 1), MEMBER(last[1], 1), MEMBER(last[2], 1), MEMBER(last[3], 1),
	MEMBER(arrive_from, 1), MEMBER(arrive_until, 1), MEMBER(path_max, 1),
	MEMBER(path_known, 1), MEMBER(path_said, 1), MEMBER(results, 1),
};

static void set_member(size_t i, const char *value)
{
	int64_t number = reason_parse(value);
	uint8_t *at = members[i].at;

	if (*value == '-' || (*value >= '0' && *value <= '9'))
		number = script_number(value);
	if (number > 0)
		number *= members[i].unit;
	/* Little end first: what all machines are on which the tests run. */
	memcpy(at, &number, members[i].size);
}

/* bench KEY=VALUE...: members of struct bench; a reason by its word */
static void do_bench(char **words)
{
	size_t known = 0, i;

	for (i = 0; i < ARRAY_SIZE(members); i++) {
		const char *value = script_option(words, members[i].name);

		if (value)
			set_member(i, value);
		known += !!value;
	}
	for (i = 0; words[i]; i++)
		;
	assert_int_equal(known, i);
}

/* start BLOCKS; one MS; next I MS; run MS */
static void do_start(char **words)
{
	bench_start((unsigned int)script_number(words[0]));
}

static void do_one(char **words)
{
	bench_one(MS * script_number(words[0]));
}

static void do_next(char **words)
{
	bench_next_for((unsigned int)script_number(words[0]),
		       MS * script_number(words[1]));
}

static void do_run(char **words)
{
	bench_run(MS * script_number(words[0]));
}

/* blocks FROM TO: the last one is not included */
static void do_blocks(char **words)
{
	bench_blocks((unsigned int)script_number(words[0]),
		     (unsigned int)script_number(words[1]));
}

/* late FROM TO: blocks that all peers read late */
static void do_late(char **words)
{
	unsigned int peer;

	for (peer = 0; peer < bench.npeers; peer++)
		bench.peer_reason[peer] = REASON_READ_LATE;
	do_blocks(words);
	for (peer = 0; peer < bench.npeers; peer++)
		bench.peer_reason[peer] = REASON_NONE;
}

/* absent I: a block in which the set has no flow */
static void do_absent(char **words)
{
	unsigned int i = (unsigned int)script_number(words[0]);
	int64_t block = BENCH_FIRST_BLOCK + i;

	bench_run(block_window_open(&bench.config.timing, block) - bench.now);
	assert_int_equal(prober_block_end(bench.prober, block), 0);
	bench.results_of[i]++;
}

/* records I: of the block, without its end; end I */
static void do_records(char **words)
{
	bench_records((unsigned int)script_number(words[0]));
}

static void do_end(char **words)
{
	assert_int_equal(prober_block_end(bench.prober, BENCH_FIRST_BLOCK +
					  script_number(words[0])), 0);
}

/* finish: all that is open is answered or given up, or has a gap row */
static void do_finish(char **words)
{
	(void)words;
	bench_run((PROBER_PATIENCE + 1) * bench.config.timing.period);
}

/* prober: runs once; says when it wants to run again */
static void do_prober(char **words)
{
	int64_t next = prober_run(bench.prober);

	(void)words;
	if (next == INT64_MAX)
		script_say("never");
	else
		script_say("in %g ms", (double)(next - bench.now) / MS);
}

static void do_flush(char **words)
{
	(void)words;
	prober_flush(bench.prober);
}

static void do_stepped(char **words)
{
	(void)words;
	prober_stepped(bench.prober);
}

/* clock SYNCHRONISED ERROR-MS */
static void do_clock(char **words)
{
	prober_clock(bench.prober, script_number(words[0]), MS * script_number(words[1]));
}

/* back MS: the clock is set back */
static void do_back(char **words)
{
	bench.now -= MS * script_number(words[0]);
}

/* again: a new bench */
static void do_again(char **words)
{
	(void)words;
	bench_init();
}

/* rekey OTHER: another key, which no peer has, or that of all */
static void do_rekey(char **words)
{
	struct key key = *bench_key();

	key.secret[0] ^= (uint8_t)script_number(words[0]);
	prober_rekey(bench.prober, &key);
}

/* A peer of two sets: one of them is read late, the other one never. */
static bool two_sets(struct net_event *msg)
{
	size_t offset = stamp_base_len(false);
	struct blocktlv value;
	struct stamp_tlv tlv;

	while (stamp_tlv_next(msg->data, msg->len, &offset, &tlv) == 1) {
		assert_int_equal(blocktlv_read(&value, tlv.value, tlv.len), 0);
		if (value.flow.source.s6_addr[15] & 1 ||
		    bench.now < bench.last_result) {
			value.answer.status = ANSWER_NOT_FINISHED;
			blocktlv_write(&value, tlv.value);
		}
	}
	return true;
}

/* A reply that is late because this node was: it is not the only one. */
static bool late_reply(struct net_event *msg)
{
	static unsigned int replies;

	(void)msg;
	if (replies++ % 3 == 0)
		bench.now += 450 * MS;
	return true;
}

/* Until the fourth block has begun. */
static bool away(struct net_event *msg)
{
	(void)msg;
	return bench.now > block_start(&bench.config.timing, BENCH_FIRST_BLOCK + 4);
}

/* request NAME, reply NAME: what becomes of each on its way; nothing without a name */
static bench_mangle_fn mangle_of(const char *name)
{
	static const struct {
		const char *name;
		bench_mangle_fn fn;
	} mangles[] = {
		{ "lost", bench_lose }, { "first-lost", bench_lose_first },
		{ "two-sets", two_sets }, { "late", late_reply }, { "away", away },
	};
	size_t i;

	for (i = 0; name && i < ARRAY_SIZE(mangles); i++)
		if (!strcmp(mangles[i].name, name))
			return mangles[i].fn;
	assert_null(name);
	return NULL;
}

static void do_request(char **words)
{
	bench.request = mangle_of(words[0]);
}

static void do_reply(char **words)
{
	bench.reply = mangle_of(words[0]);
}

/* two-sets MS: the first one is read so much later */
static void do_two_sets(char **words)
{
	bench.reply = two_sets;
	bench.last_result = bench.now + MS * script_number(words[0]);
}

/* restart: the ledger of the peer is a new one, from the third block on */
static void do_restart(char **words)
{
	(void)words;
	ledger_free(bench.ledger[0]);
	bench.ledger[0] = ledger_new(&bench.config.timing);
	assert_non_null(bench.ledger[0]);
	ledger_begins(bench.ledger[0], BENCH_FIRST_BLOCK + 2);
}

/* got: results and ends of blocks so far, and their answers */
static void do_got(char **words)
{
	unsigned int i;

	(void)words;
	script_say("%" PRIu64 " results, %" PRIu64 " ends:", bench.results, bench.ends);
	for (i = 0; i < ANSWER_STATUSES; i++) {
		const struct answer answer = { .status = i };

		if (bench.answers[i])
			script_say(" %" PRIu64 " %s", bench.answers[i],
				   answer_word(&answer));
	}
	if (bench.gaps)
		script_say(", %" PRIu64 " gaps", bench.gaps);
}

/* sent: messages to each peer, since it was last said */
static void do_sent(char **words)
{
	unsigned int i;

	(void)words;
	script_say("sent");
	for (i = 0; i < bench.npeers; i++) {
		script_say(" %" PRIu64, bench.sent[i]);
		bench.sent[i] = 0;
	}
	if (bench.too_long)
		script_say(", %" PRIu64 " too long", bench.too_long);
	bench.too_long = 0;
}

/* report PEER: the last one of a peer, and how many there were of all */
static void do_report(char **words)
{
	const struct peer_report *report = &bench.report[script_number(words[0])];

	if (bench.results)
		assert_ptr_equal(report->of, bench.kept[0].of);
	script_say("%" PRIu64 " reports, block %d: %" PRIu64 "/%" PRIu64 ", %" PRIu64
		   " rejected, %" PRIu64 " samples", bench.reports,
		   (int)(report->block - BENCH_FIRST_BLOCK), report->replies,
		   report->requests, rejects_total(&report->rejects), report->samples);
	if (report->samples)
		script_say(", round trip %g ms, offset %g ms",
			   (double)report->round_trip_avg / MS,
			   (double)report->offset / MS);
	if (report->one_way)
		script_say(", %g+%g ms within %.3f", (double)report->forward_avg / MS,
			   (double)report->backward_avg / MS,
			   (double)report->error_max / MS);
	if (!report->peer_synchronised)
		script_say(", not synchronised");
}

static void say_segment(struct segment segment)
{
	if (segment.status == RESULT_EXACT)
		script_say(" %" PRId64 " of %" PRIu64, segment.lost, segment.sent);
	else
		script_say(" %s", segment.word);
}

/* row I: the I-th result: its flow, why it has none, what was lost, and each segment */
static void do_row(char **words)
{
	const struct result *row = &bench.kept[script_number(words[0])];
	unsigned int i;

	script_say("%d.%u%s%s: lost", (int)(row->block - BENCH_FIRST_BLOCK),
		   bench.kept_flow[script_number(words[0])], row->reason ? " " : "",
		   row->reason ? reason_word(row->reason) : "");
	say_segment(result_total(row));
	if (!bench.group)
		script_say(" by");
	for (i = 0; i < bench.npeers && !bench.group; i++)
		say_segment(result_segment(row, i));
}

/* delay I: what is known of it in the I-th result */
static void do_delay(char **words)
{
	const struct delay *delay =
		&bench.kept[script_number(words[0])].peer[0].delay;

	if (!delay->known) {
		script_say("unknown");
		return;
	}
	script_say("%g ms", (double)delay->round_trip / MS);
	if (delay->one_way)
		script_say(", %g+%g within %.3f", (double)delay->forward / MS,
			   (double)delay->backward / MS, (double)delay->error / MS);
}

/* The peer @lost of them does not get anything. */
static unsigned int lost;

static bool lose_one(struct net_event *msg)
{
	return msg->peer != lost;
}

/*
 * timeline OWN PEER...: what is wrong with each block, for this node and each peer:
 *	.	nothing
 *	l	it was read late
 *	s	the peer still counted
 *	n	nothing, but cumulative counters began anew
 *	u, U	these are not known; U: and it was read late
 *	m	messages are lost
 *	S	nothing, but the clock stepped before it
 *	_	nobody read it
 *
 * It says the gap rows, "BLOCK: FIRST-LAST/N", after which block they come, what they are
 * of and how many blocks had no figures; "2x" before it for more than one, whose last one
 * it is, and behind it the segments and "t" for the whole path.
 */
static void set_block(char **words, unsigned int i)
{
	char of = words[0][i];
	unsigned int peer;

	if (of == 'S')
		prober_stepped(bench.prober);
	bench.invalid_reason = REASON_READ_LATE;
	bench.invalid_flow = of == 'l' ? (long)bench.flows - 1 : -1;
	bench.epoch = of == 'u' ? 0 : bench.epoch + (of == 'n') + !bench.epoch;
	lost = RESULT_PEERS_MAX;
	for (peer = 0; peer < bench.npeers; peer++) {
		uint64_t *epoch = &bench.peer_epoch[peer];

		of = words[1 + peer][i];
		bench.peer_reason[peer] = of == 'l' || of == 'U' ? REASON_READ_LATE :
					  of == 's' ? REASON_STILL_COUNTING :
						      REASON_NONE;
		*epoch = of == 'u' || of == 'U' ? 0 : *epoch + (of == 'n') + !*epoch;
		if (of == 'm')
			lost = peer;
	}
}

static void say_gaps(unsigned int i, uint64_t n)
{
	unsigned int segment;

	if (!n)
		return;
	script_say("%s%u: ", n < bench.gaps ? ", " : "", i);
	if (n > 1)
		script_say("%ux", (unsigned int)n);
	script_say("%d-%d/%u ", (int)(bench.gap.first - BENCH_FIRST_BLOCK),
		   (int)(bench.gap.block - BENCH_FIRST_BLOCK),
		   (unsigned int)bench.gap.gap);
	for (segment = 0; segment < bench.npeers; segment++)
		if (bench.gap.covers & RESULT_SEGMENT(segment))
			script_say("%u", segment);
	if (bench.gap.covers & RESULT_TOTAL)
		script_say("t");
	else
		assert_int_equal(result_total(&bench.gap).status, RESULT_INVALID);
	if (bench.group)
		assert_int_equal(bench.gap.peer[0].answer.status, ANSWER_NOT_ASKED);
}

static void do_timeline(char **words)
{
	unsigned int blocks = (unsigned int)strlen(words[0]), i;

	bench.reply = lose_one;
	bench_start(blocks);
	for (i = 0; i < blocks; i++) {
		uint64_t before = bench.gaps;

		set_block(words, i);
		if (words[0][i] != '_')
			bench_blocks(i, i + 1);
		say_gaps(i, bench.gaps - before);
	}
	i = (unsigned int)bench.gaps;
	do_finish(words);
	assert_int_equal(bench.gaps, i);
}

/* slow BLOCKS: reads them; says how many took longer than half a period */
static void do_slow(char **words)
{
	unsigned int blocks = (unsigned int)script_number(words[0]), slow = 0, i;

	bench_start(blocks);
	for (i = 0; i < blocks; i++) {
		bench_next_for(i, bench.config.timing.period / 2);
		slow += bench.ends <= i;
	}
	do_finish(words);
	assert_int_equal(bench.reports, blocks * bench.npeers);
	script_say("%u slow", slow);
}

/* unexplained: blocks without an answer that no gap row has */
static void do_unexplained(char **words)
{
	uint64_t left = bench_answers(ANSWER_NO_ANSWER);
	unsigned int i;

	(void)words;
	for (i = 0; i < bench.flows; i++)
		left -= bench.gap_blocks[i];
	script_say("%" PRIu64 " of %" PRIu64, left, bench_answers(ANSWER_NO_ANSWER));
}

static const struct script_word script[] = {
	{ "bench", do_bench }, { "start", do_start }, { "one", do_one },
	{ "next", do_next }, { "run", do_run }, { "blocks", do_blocks },
	{ "late", do_late }, { "absent", do_absent },
	{ "records", do_records }, { "end", do_end }, { "finish", do_finish },
	{ "prober", do_prober }, { "flush", do_flush }, { "stepped", do_stepped },
	{ "clock", do_clock }, { "back", do_back }, { "again", do_again },
	{ "rekey", do_rekey }, { "request", do_request }, { "reply", do_reply },
	{ "two-sets", do_two_sets }, { "restart", do_restart }, { "got", do_got },
	{ "sent", do_sent }, { "report", do_report }, { "row", do_row },
	{ "delay", do_delay }, { "timeline", do_timeline }, { "slow", do_slow },
	{ "unexplained", do_unexplained }, { 0 }
};

UNIT_REGISTER(script)
{
	script_register("prober", script, bench_setup, bench_teardown);
}

/* Nothing that is wrong but the time leaves a gap that could be summed up. */
static void run_broken(enum reason here, enum reason there)
{
	bench_init();
	bench_start(12);
	bench.invalid_reason = here;
	bench_blocks(0, 4);
	bench.invalid_flow = here ? 0 : -1;
	bench.peer_reason[0] = there;
	bench_blocks(4, 6);
	bench.invalid_flow = -1;
	bench.peer_reason[0] = REASON_NONE;
	bench_blocks(6, 10);
	bench_run((PROBER_PATIENCE + 1) * SECOND);
	assert_int_equal(bench.gaps, 0);
}

TEST_WITH(bench_setup, bench_teardown, test_broken)
{
	enum reason reason;

	for (reason = REASON_NONE + 1; reason <= REASON_UNKNOWN; reason++) {
		if (reason_timing(reason))
			continue;
		run_broken(reason, REASON_NONE);
		run_broken(REASON_NONE, reason);
	}
}
