// SPDX-License-Identifier: GPL-2.0-only
/*
 * What dumps must show, while everything goes on and when it has ended.
 *
 * Flows that stay are in a dump once; no flow is in it twice; flows come newest
 * first. A counter whose identity is the same does not go back, and is not
 * ahead of what was sent.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "storm.h"

#define RETRIES 1000
#define STOPPED 42
#define SWAPS_MAX UINT32_MAX

/* What one reader saw last of a flow that stays. */
struct last {
	uint64_t instance;
	uint64_t generation;
	struct sr6flow_counters counters[SR6FLOW_SLOTS_MAX];
};

/**
 * struct watch - one reader
 * @kept: set that is being dumped, KEPT for another one
 * @listed: flows in the dump
 * @order: generation of the last steady flow in it
 * @stop: end the dump after so many flows, 0 to read it all
 * @flows: flows that the header announced
 * @seen: flows of the dump, by kind and number
 * @last: by set, kind (of those that stay) and number
 */
struct watch {
	enum kept kept;
	unsigned int listed;
	uint64_t order;
	unsigned int stop;
	uint32_t flows;
	uint8_t *seen[KINDS];
	struct last *last[KEPT][WRITTEN + 1];
};

struct watch *watch_new(void)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	unsigned int i, kind;

	for (kind = 0; watch && kind < KINDS; kind++)
		watch->seen[kind] = malloc(kind_flows[kind]);
	for (i = 0; watch && i < KEPT; i++)
		for (kind = 0; kind <= WRITTEN; kind++) {
			watch->last[i][kind] = calloc(kind_flows[kind],
						      sizeof(struct last));
			if (!watch->last[i][kind])
				die("no memory");
		}
	if (!watch || !watch->seen[KINDS - 1])
		die("no memory");
	return watch;
}

/*
 * The place for a flow of this set. The two of a pair change names, so that it
 * is found by instance, which begins at random and counts swaps; the first reading
 * takes a free one.
 */
static struct last *last_of(struct watch *watch, enum kind kind,
			    unsigned int number, uint64_t instance)
{
	unsigned int i = watch->kept, end = i + 1;
	uint64_t swaps = 0;
	struct last *last;

	if (watch->kept != OUT) {
		i &= ~1u;
		end = i + 2;
		swaps = SWAPS_MAX;
	}
	for (; i < end; i++) {
		last = &watch->last[i][kind][number];
		if (!last->instance)
			last->instance = instance;
		if (instance - last->instance <= swaps) {
			last->instance = instance;
			return last;
		}
	}
	violated(IDENTITY, "set %s: a third instance", kept_name[watch->kept]);
	return NULL;
}

static void check_counters(const struct watch *watch, const char *flow,
			   struct last *last,
			   const struct sr6flow_record *record)
{
	unsigned int i;

	for (i = 0; i < SR6FLOW_SLOTS_MAX; i++) {
		const struct sr6flow_counters *now = &record->counters[i];
		const struct sr6flow_counters *then = &last->counters[i];

		if (record->generation == last->generation &&
		    (now->packets < then->packets || now->bytes < then->bytes))
			violated(FORWARD, "set %s: %s, slot %u: %" PRIu64 " to %" PRIu64 " packets, %" PRIu64 " to %" PRIu64 " bytes",
				 kept_name[watch->kept], flow, i,
				 then->packets, now->packets, then->bytes,
				 now->bytes);
		last->counters[i] = *now;
	}
}

static uint64_t packets_of(const struct sr6flow_record *record)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < SR6FLOW_SLOTS_MAX; i++)
		sum += record->counters[i].packets;
	return sum;
}

static void check_steady(struct watch *watch, const char *flow,
			 unsigned int number, const struct last *last,
			 const struct sr6flow_record *record)
{
	uint64_t counted = packets_of(record), sent = sent_of(number);

	if (last->generation && last->generation != record->generation)
		violated(IDENTITY, "set %s: %s became another one",
			 kept_name[watch->kept], flow);
	if (watch->order && record->generation >= watch->order)
		violated(ORDER, "set %s: %s, generation %" PRIu64 " after %" PRIu64,
			 kept_name[watch->kept], flow, record->generation,
			 watch->order);
	watch->order = record->generation;
	if (counted > sent)
		violated(AHEAD, "set %s: %s: counted %" PRIu64 " of %" PRIu64,
			 kept_name[watch->kept], flow, counted, sent);
}

static void check_record(struct watch *watch, enum kind kind,
			 unsigned int number,
			 const struct sr6flow_record *record)
{
	char flow[SR6FLOW_FLOW_STRLEN];
	struct last *last;

	last = last_of(watch, kind, number, record->instance);
	if (!last)
		return;
	sr6flow_flow_format(&record->flow, flow);
	if (kind == STEADY)
		check_steady(watch, flow, number, last, record);
	check_counters(watch, flow, last, record);
	last->generation = record->generation;
}

static int look(const struct sr6flow_set *set,
		const struct sr6flow_record *record, void *arg)
{
	struct watch *watch = arg;
	unsigned int number;
	enum kind kind;

	if (!flow_number(&record->flow, &kind, &number)) {
		violated(IDENTITY, "set %s: a flow that nobody added",
			 set->name);
		return 0;
	}
	if (watch->seen[kind][number]++)
		violated(TWICE, "set %s: kind %u, number %u", set->name, kind,
			 number);
	watch->listed++;
	watch->flows = set->flows;
	if (watch->kept != KEPT && kind <= WRITTEN)
		check_record(watch, kind, number, record);
	return watch->listed == watch->stop ? STOPPED : 0;
}

static int dump(struct watch *watch, struct actor *actor, const char *set,
		sr6flow_dump_fn fn)
{
	unsigned int kind, tries;
	int ret = -EINTR;

	/* Interrupted by a write to the counters of the flow just listed. */
	for (tries = 0; ret == -EINTR && tries < RETRIES; tries++) {
		for (kind = 0; kind < KINDS; kind++)
			memset(watch->seen[kind], 0, kind_flows[kind]);
		watch->listed = 0;
		watch->order = 0;
		ret = sr6flow_dump(actor->handle, set, fn, watch);
	}
	return ret;
}

static void check_complete(const struct watch *watch)
{
	unsigned int kind, i;

	for (kind = 0; kind <= WRITTEN; kind++)
		for (i = 0; i < kind_flows[kind]; i++)
			if (!watch->seen[kind][i])
				violated(COMPLETE, "set %s: kind %u, number %u is missing",
					 kept_name[watch->kept], kind, i);
}

void watch_kept(struct actor *actor, enum kept kept)
{
	struct watch *watch = actor->watch;
	int ret;

	watch->kept = kept;
	watch->stop = random_below(actor, 8) ? 0 :
		      1 + random_below(actor, kind_flows[STEADY]);
	ret = dump(watch, actor, kept_name[kept], look);
	if (ret == STOPPED)
		return;
	if (ret)
		violated(ANSWERS, "dump of %s: %s", kept_name[kept],
			 sr6flow_error(actor->handle));
	check_complete(watch);
	actor->good++;
}

/* Another set may be renamed or go. */
void watch_other(struct actor *actor, const char *set)
{
	static const int allowed[] = { ENOENT, 0 };
	int ret;

	actor->watch->kept = KEPT;
	actor->watch->stop = 0;
	ret = dump(actor->watch, actor, set, look);
	expect(actor, "dump", -ret, allowed);
}

/* Totals of the steady flows, by pair; filled by add_up(). */
struct totals {
	struct watch *watch;
	struct sr6flow_counters (*flow)[SR6FLOW_SLOTS_MAX];
	uint64_t malformed;
};

static int add_up(const struct sr6flow_set *set,
		  const struct sr6flow_record *record, void *arg)
{
	struct totals *totals = arg;
	unsigned int number, i;
	enum kind kind;

	totals->watch->listed++;
	totals->watch->flows = set->flows;
	if (!flow_number(&record->flow, &kind, &number) || kind != STEADY)
		return 0;
	for (i = 0; i < SR6FLOW_SLOTS_MAX; i++) {
		totals->flow[number][i].packets += record->counters[i].packets;
		totals->flow[number][i].bytes += record->counters[i].bytes;
	}
	return 0;
}

static void add_set(struct totals *totals, struct actor *actor, enum kept kept)
{
	struct sr6flow_set info;
	int ret;

	totals->watch->listed = 0;
	ret = sr6flow_info(actor->handle, kept_name[kept], &info);
	if (!ret)
		ret = sr6flow_dump(actor->handle, kept_name[kept], add_up,
				   totals);
	if (ret)
		violated(ANSWERS, "dump of %s: %s", kept_name[kept],
			 sr6flow_error(actor->handle));
	totals->malformed += info.malformed;
	/* Where nothing expires nothing changes now. */
	if (kept != RX && kept != RX_TWIN &&
	    totals->watch->listed != totals->watch->flows)
		violated(COMPLETE, "set %s: %u flows listed, %u said",
			 kept_name[kept], totals->watch->listed,
			 totals->watch->flows);
}

static bool differs(const char *what, enum invariant which, bool report,
		    unsigned int number, uint64_t got, uint64_t wanted)
{
	if (got == wanted)
		return false;
	if (report)
		violated(which, "%s, flow %u: %" PRIu64 " instead of %" PRIu64,
			 what, number, got, wanted);
	return true;
}

static bool flow_settled(const struct totals *totals, unsigned int n,
			 bool report)
{
	static const char *const names[] = { "rx", "tx", "out" };
	/* They keep it, and are counted in the slot of both bits. */
	const uint64_t coloured[SR6FLOW_SLOTS_MAX] = {
		[1] = sent_with(n, 1), [2] = sent_with(n, 2),
	};
	uint64_t sent = sent_of(n), packets, bytes;
	bool bad = false;
	unsigned int i, j;

	for (i = 0; i < 3; i++) {
		packets = 0;
		bytes = 0;
		for (j = 0; j < SR6FLOW_SLOTS_MAX; j++) {
			packets += totals[i].flow[n][j].packets;
			bytes += totals[i].flow[n][j].bytes;
		}
		bad |= differs(names[i], COUNTED, report, n, packets, sent);
		bad |= differs(names[i], COUNTED, report, n, bytes,
			       sent * packet_len(n));
	}
	for (j = 0; j < SR6FLOW_SLOTS_MAX; j++) {
		bool both = j == SR6FLOW_SLOTS_MAX - 1;

		bad |= differs("left with the colour", COLOURS, report, n,
			       totals[2].flow[n][j].packets,
			       both ? 0 : totals[1].flow[n][j].packets + coloured[j]);
	}
	bad |= differs("came with a colour", COLOURS, report, n,
		       totals[1].flow[n][SR6FLOW_SLOTS_MAX - 1].packets,
		       coloured[1] + coloured[2]);
	return !bad;
}

/*
 * When nothing is sent any more: every packet is in one set of each pair, once,
 * and left with the colour under which it was counted.
 */
bool settled(struct actor *actor, bool report)
{
	struct totals totals[3] = { 0 };
	unsigned int i;
	bool good = true;

	for (i = 0; i < 3; i++) {
		totals[i].watch = actor->watch;
		totals[i].flow = calloc(kind_flows[STEADY],
					sizeof(*totals[i].flow));
		if (!totals[i].flow)
			die("no memory");
	}
	for (i = 0; i < KEPT; i++)
		add_set(&totals[i / 2], actor, i);
	for (i = 0; i < kind_flows[STEADY]; i++)
		good &= flow_settled(totals, i, report);
	for (i = 0; i < 3; i++) {
		good &= !differs("malformed", MALFORMED, report, i,
				 totals[i].malformed, sent_malformed());
		free(totals[i].flow);
	}
	return good;
}
