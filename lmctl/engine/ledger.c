// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block numbers of this node come from its clock. Those of a request are arbitrary
 * 64-bit values: they are compared with this node's before any arithmetic.
 *
 * A step of the clock voids what was recorded before it. A record whose number is
 * not above the newest reported one means that the clock was set back: by the new
 * time, this number and later ones were not reported yet.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>

#include "lmctl/base/flowkey.h"
#include "lmctl/engine/ledger.h"

/* A sender counts as an ingress of a flow for so many blocks after its request. */
#define INGRESS_BLOCKS 2
/* Blocks from the newest one to the running one while the next is read. */
#define RUNNING_AHEAD 2

/**
 * struct slot - a flow in a block; index is the block modulo LEDGER_BLOCKS
 * @known: the others are filled
 * @block: block number
 * @reason: REASON_NONE if @counters are exact
 * @counters: packets and bytes
 * @total: cumulative, to the end of the block
 * @continuity: identity of @total, 0 if it is not known
 * @last_source: of the packets, as struct record has it
 */
struct slot {
	bool known;
	int64_t block;
	enum reason reason;
	struct sr6flow_counters counters;
	struct sr6flow_counters total;
	uint64_t continuity;
	struct in6_addr last_source;
};

/**
 * struct ingress - a sender that claims to have sent into a flow
 * @known: the others are filled
 * @address: its address
 * @block: last block for which it claimed so
 */
struct ingress {
	bool known;
	struct in6_addr address;
	int64_t block;
};

/**
 * struct entry - a flow
 * @first: block that ran when the flow was first seen; INT64_MAX until the next
 *	   report, INT64_MIN if that is the first report
 * @last: last report before which the flow was seen
 * @seen: the flow was seen since the last report
 * @instance: identity of the set
 * @generation: identity of @total
 * @total: packets of all colours in the last dump
 * @slots: its blocks
 * @ingresses: its senders, the last two
 * @lost: the hash table had no memory for it
 * @hh: table, by @key
 * @key: identity of the flow, see flowkey.h
 */
struct entry {
	int64_t first;
	int64_t last;
	bool seen;
	uint64_t instance;
	uint64_t generation;
	uint64_t total;
	struct slot slots[LEDGER_BLOCKS];
	struct ingress ingresses[2];
	bool lost;
	UT_hash_handle hh;
	uint8_t key[];
};

/**
 * struct ledger - a ledger
 * @own: mask, netmask, period, guard time and guard band as a TLV has them
 * @reported: a block was reported
 * @newest: the newest one
 * @since: the first one since the clock stepped, INT64_MAX if none was reported
 * @begins: the first block that can have a figure, INT64_MIN if it is not known
 * @total: packets counted by all flows
 * @flows: the flows
 * @learning: flows that requests have added
 */
struct ledger {
	struct blocktlv own;
	bool reported;
	int64_t newest;
	int64_t since;
	int64_t begins;
	uint64_t total;
	struct entry *flows;
	struct learning *learning;
};

struct ledger *ledger_new(const struct block_timing *timing)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));

	if (!ledger)
		return NULL;
	ledger->learning = learning_new();
	if (!ledger->learning) {
		free(ledger);
		return NULL;
	}
	blocktlv_timing(&ledger->own, timing);
	ledger->since = INT64_MAX;
	ledger->begins = INT64_MIN;
	return ledger;
}

void ledger_begins(struct ledger *ledger, int64_t block)
{
	ledger->begins = block;
}

static void entry_forget(struct ledger *ledger, struct entry *entry)
{
	HASH_DEL(ledger->flows, entry);
	free(entry);
}

void ledger_free(struct ledger *ledger)
{
	struct entry *entry, *next;

	if (!ledger)
		return;
	HASH_ITER(hh, ledger->flows, entry, next)
		entry_forget(ledger, entry);
	learning_free(ledger->learning);
	free(ledger);
}

struct learning *ledger_learning(struct ledger *ledger)
{
	return ledger->learning;
}

uint64_t ledger_flows(const struct ledger *ledger)
{
	return HASH_COUNT(ledger->flows);
}

uint64_t ledger_total(const struct ledger *ledger)
{
	return ledger->total;
}

static int64_t later(int64_t block, int64_t by)
{
	int64_t sum;

	return __builtin_add_overflow(block, by, &sum) ? INT64_MAX : sum;
}

static struct slot *slot_of(struct entry *entry, int64_t block)
{
	return &entry->slots[(uint64_t)block % LEDGER_BLOCKS];
}

static struct entry *entry_find(const struct ledger *ledger,
				const struct sr6flow_flow *flow)
{
	struct entry *entry;

	HASH_FIND(hh, ledger->flows, flowkey(flow), FLOWKEY_LEN(flow->nsids),
		  entry);
	return entry;
}

static struct entry *entry_get(struct ledger *ledger,
			       const struct sr6flow_flow *flow)
{
	struct entry *entry = entry_find(ledger, flow);
	size_t len = FLOWKEY_LEN(flow->nsids);

	if (entry)
		return entry;
	entry = calloc(1, sizeof(*entry) + len);
	if (!entry)
		return NULL;
	memcpy(entry->key, flowkey(flow), len);
	entry->first = INT64_MAX;
	HASH_ADD(hh, ledger->flows, key[0], len, entry);
	if (entry->lost) {
		free(entry);
		return NULL;
	}
	return entry;
}

/* The total only grows, even if flows are removed. */
static void count_total(struct ledger *ledger, struct entry *entry,
			const struct sr6flow_record *record)
{
	uint64_t total = 0;
	unsigned int i;

	for (i = 0; i < SR6FLOW_SLOTS_MAX; i++)
		if (record->slots & 1u << i)
			total += record->counters[i].packets;
	if (entry->generation != record->generation || total < entry->total)
		entry->total = 0;
	ledger->total += total - entry->total;
	entry->generation = record->generation;
	entry->total = total;
}

void ledger_set(struct ledger *ledger, const struct sr6flow_set *set)
{
	ledger->own.mask = set->mask;
	ledger->own.flow.netmask = set->netmask;
}

int ledger_flow(struct ledger *ledger, const struct sr6flow_set *set,
		const struct sr6flow_record *record)
{
	struct entry *entry = entry_get(ledger, &record->flow);

	if (!entry)
		return -ENOMEM;
	ledger->own.mask = set->mask;
	ledger->own.flow.netmask = record->flow.netmask;
	learning_dumped(ledger->learning, record);
	entry->seen = true;
	count_total(ledger, entry, record);
	return 0;
}

static void entry_void(struct entry *entry, int64_t first)
{
	unsigned int i;

	for (i = 0; i < LEDGER_BLOCKS; i++) {
		struct slot *slot = &entry->slots[i];

		if (slot->known && slot->block >= first)
			slot->reason = reason_first(slot->reason,
						    REASON_CLOCK_STEPPED);
	}
}

void ledger_stepped(struct ledger *ledger)
{
	struct entry *entry, *next;

	ledger->begins = INT64_MIN;
	HASH_ITER(hh, ledger->flows, entry, next)
		entry_void(entry, INT64_MIN);
	ledger->since = INT64_MAX;
	learning_stepped(ledger->learning);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The clock was set back: @block comes again. */
static void set_back(struct ledger *ledger, int64_t block)
{
	struct entry *entry, *next;
	unsigned int i;

	HASH_ITER(hh, ledger->flows, entry, next) {
		entry->first = earlier(entry->first, block);
		entry->last = earlier(entry->last, block);
		entry_void(entry, block);
		for (i = 0; i < 2; i++)
			entry->ingresses[i].block =
				earlier(entry->ingresses[i].block, block);
	}
	ledger->newest = block == INT64_MIN ? block : block - 1;
	ledger->since = INT64_MAX;
	learning_stepped(ledger->learning);
}

int ledger_record(struct ledger *ledger, const struct record *record)
{
	struct entry *entry;
	struct slot *slot;

	if (ledger->reported && record->block <= ledger->newest)
		set_back(ledger, record->block);
	entry = entry_get(ledger, &record->flow);
	if (!entry)
		return -ENOMEM;
	ledger->own.mask = record->mask;
	ledger->own.flow.netmask = record->flow.netmask;
	entry->seen = true;
	slot = slot_of(entry, record->block);
	if (slot->known && slot->block == record->block && slot->reason)
		return 0;
	*slot = (struct slot){
		.known = true,
		.block = record->block,
		.reason = record->reason,
		.counters = { record->packets, record->bytes },
		.total = record->total,
		.continuity = record->continuity,
		.last_source = record->last_source,
	};
	entry->instance = record->instance;
	return 0;
}

void ledger_block_end(struct ledger *ledger, int64_t block)
{
	struct entry *entry, *next;

	if (ledger->reported && block < ledger->newest)
		set_back(ledger, block);
	HASH_ITER(hh, ledger->flows, entry, next) {
		if (entry->first == INT64_MAX)
			entry->first = ledger->reported ? later(block, 1) :
							  INT64_MIN;
		if (entry->seen)
			entry->last = block;
		entry->seen = false;
		if (block_older(entry->last, block, LEDGER_BLOCKS))
			entry_forget(ledger, entry);
	}
	ledger->reported = true;
	ledger->newest = block;
	if (ledger->since == INT64_MAX)
		ledger->since = block;
	learning_block_end(ledger->learning, block, LEDGER_BLOCKS);
}

/* Compare the sender's mask and timing with this node's, and report those of this node. */
static enum answer_status compare(const struct ledger *ledger,
				  struct blocktlv *tlv)
{
	const struct blocktlv *own = &ledger->own;
	enum answer_status status = ANSWER_VALID;

	if (tlv->period_ms != own->period_ms)
		status = ANSWER_PERIOD_DIFFERS;
	else if (tlv->mask != own->mask)
		status = ANSWER_MASK_DIFFERS;
	else if (tlv->guard != own->guard || tlv->band != own->band)
		status = ANSWER_TIMING_DIFFERS;
	tlv->period_ms = own->period_ms;
	tlv->mask = own->mask;
	tlv->guard = own->guard;
	tlv->band = own->band;
	return status;
}

/* Before the first report. A sender must not ask for ever for a block that never comes. */
static enum answer_status unreported(const struct ledger *ledger,
				     int64_t block)
{
	return block < ledger->begins ? ANSWER_TOO_OLD : ANSWER_NOT_FINISHED;
}

/*
 * With another netmask every flow is another one. Before the first report some
 * flows have not been seen.
 */
static enum answer_status not_found(const struct ledger *ledger,
				    const struct blocktlv *tlv)
{
	if (!ledger->reported)
		return unreported(ledger, tlv->block);
	return tlv->flow.netmask == ledger->own.flow.netmask ?
	       ANSWER_UNKNOWN_FLOW : ANSWER_NETMASK_DIFFERS;
}

static struct answer invalid(enum reason reason)
{
	return (struct answer){ ANSWER_INVALID, reason };
}

/* The sender only compares it for equality. */
static void answer_total(const struct entry *entry, const struct slot *slot,
			 struct blocktlv *tlv)
{
	const uint64_t identity[] = {
		htobe64(entry->instance), htobe64(slot->continuity),
	};

	_Static_assert(sizeof(identity) == BLOCKTLV_IDENTITY_LEN, "fits");
	if (!slot->continuity)
		return;
	tlv->received_total = slot->total;
	memcpy(tlv->identity, identity, sizeof(identity));
}

static struct answer answer_block(const struct ledger *ledger,
				  struct entry *entry, struct blocktlv *tlv)
{
	const struct slot *slot = slot_of(entry, tlv->block);
	bool known = slot->known && slot->block == tlv->block;

	if (!ledger->reported)
		return (struct answer){ .status = unreported(ledger, tlv->block) };
	if (tlv->block > ledger->newest)
		return (struct answer){ .status = ANSWER_NOT_FINISHED };
	if (block_older(tlv->block, ledger->newest, LEDGER_BLOCKS - 1) ||
	    (!known && tlv->block < ledger->begins))
		return (struct answer){ .status = ANSWER_TOO_OLD };
	if (!known)
		return invalid(entry->first >= tlv->block ? REASON_FLOW_ADDED :
							    REASON_READ_LATE);
	if (slot->reason)
		return invalid(slot->reason);
	tlv->received = slot->counters;
	tlv->last_source = slot->last_source;
	answer_total(entry, slot, tlv);
	return (struct answer){ .status = ANSWER_VALID };
}

/* Reject a block number that this node's clock will not reach soon. */
static bool plausible(const struct ledger *ledger, int64_t block)
{
	return ledger->reported &&
	       block <= later(ledger->newest, RUNNING_AHEAD) &&
	       !block_older(block, ledger->newest, LEDGER_BLOCKS - 1);
}

/* Remember that @from has sent into the flow in @block. */
static void note_ingress(const struct ledger *ledger, struct entry *entry,
			 int64_t block, const struct in6_addr *from)
{
	struct ingress *ingress = entry->ingresses;
	unsigned int i;

	if (!plausible(ledger, block))
		return;
	for (i = 0; i < 2; i++) {
		if (ingress[i].known && IN6_ARE_ADDR_EQUAL(&ingress[i].address,
							   from)) {
			if (ingress[i].block < block)
				ingress[i].block = block;
			return;
		}
	}
	if (ingress[0].known && (!ingress[1].known ||
				 ingress[1].block <= ingress[0].block))
		ingress++;
	*ingress = (struct ingress){
		.known = true,
		.address = *from,
		.block = block,
	};
}

/* Called for kept blocks only, so the distances are small. */
static bool two_ingresses(const struct entry *entry, int64_t block,
			  const struct in6_addr *from)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		const struct ingress *ingress = &entry->ingresses[i];

		if (ingress->known &&
		    !IN6_ARE_ADDR_EQUAL(&ingress->address, from) &&
		    !block_older(ingress->block, block, INGRESS_BLOCKS) &&
		    !block_older(block, ingress->block, INGRESS_BLOCKS))
			return true;
	}
	return false;
}

bool ledger_ask(struct ledger *ledger, struct blocktlv *tlv,
		const struct in6_addr *from)
{
	struct entry *entry = entry_find(ledger, &tlv->flow);
	enum answer_status difference = compare(ledger, tlv);

	memset(&tlv->received, 0, sizeof(tlv->received));
	memset(&tlv->received_total, 0, sizeof(tlv->received_total));
	memset(tlv->identity, 0, sizeof(tlv->identity));
	tlv->answer = (struct answer){ .status = difference };
	if (!entry) {
		tlv->answer.status = not_found(ledger, tlv);
		return false;
	}
	if (difference != ANSWER_VALID)
		return true;
	if (tlv->sent.packets)
		note_ingress(ledger, entry, tlv->block, from);
	tlv->answer = answer_block(ledger, entry, tlv);
	if (tlv->answer.status == ANSWER_VALID &&
	    two_ingresses(entry, tlv->block, from))
		tlv->answer.status = ANSWER_TWO_INGRESSES;
	return true;
}

/* Check whether the set has the flow. Not every block has a dump. */
static bool is_present(const struct ledger *ledger, const struct entry *entry)
{
	return entry && (entry->seen || !block_older(entry->last, ledger->newest, 1));
}

bool ledger_keep(struct ledger *ledger, const struct blocktlv *tlv,
		 const char *key)
{
	if (plausible(ledger, tlv->block) &&
	    learning_keep(ledger->learning, &tlv->flow, tlv->block, key))
		return true;
	return is_present(ledger, entry_find(ledger, &tlv->flow));
}

bool ledger_learn(struct ledger *ledger, const struct blocktlv *tlv,
		  const char *key)
{
	const struct entry *entry = entry_find(ledger, &tlv->flow);
	struct blocktlv asked = *tlv;

	if (tlv->flow.netmask != ledger->own.flow.netmask ||
	    compare(ledger, &asked) != ANSWER_VALID)
		return false;
	if (plausible(ledger, tlv->block) && tlv->block > ledger->since &&
	    (!entry || tlv->block > entry->last))
		learning_add(ledger->learning, &tlv->flow, tlv->block, key);
	return true;
}
