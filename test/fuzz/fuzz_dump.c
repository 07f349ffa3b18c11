// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any answers of the kernel to a request for a listing, in the place of the
 * netlink socket (test/unit/channel_fake.c).
 *
 * Input: steps that write the answer; see the functions for what follows a
 * step. As long as none of them changes bytes, it is known what the library
 * must make of the answer; whatever it is, it makes a whole listing of it, or
 * an error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>

#include "test/fuzz/input.h"
#include "test/unit/listing_fake.h"

#define STEPS_MAX 48
#define FLOWS_MAX 256

enum step {
	STEP_FIRST,
	STEP_RECORDS,
	STEP_RECORDS_TOO,
	STEP_END,
	STEP_DATAGRAM,
	STEP_FLAGS,
	STEP_FAULT,
	STEP_RAW,
};

static struct {
	/* Nothing was written that is not as the kernel writes it. */
	bool clean;
	/* The answer has a sign that it is not whole. */
	bool broken;
	bool headed;
	/* Of the first message; the later ones decide nothing. */
	unsigned int netmask;
	bool ended;
	int verdict;
	/* The message that can get flags, if it is not behind the end. */
	struct nlmsghdr *last;
	bool last_counts;
	/* Messages in the datagram. */
	unsigned int messages;
	struct sr6flow_record flow[FLOWS_MAX];
	unsigned int nflows;
	/* Flows that the callback has seen. */
	unsigned int seen;
	int stop_at;
} script;

/* Kinds of records, by bits of their generation. */
enum {
	RECORD_KIND = 0x3c,
	RECORD_CHANGED = 0x34,
	RECORD_HOST = 0x38,
	RECORD_FOREIGN = 0x3c,
};

/* With a source where the set has a netmask, and @host a bit behind some netmasks. */
static void flow_text(char *text, size_t size, uint8_t number, bool host)
{
	bool sourced = !script.netmask == !!(number & 0x20);
	unsigned int n = number % SR6FLOW_SIDS_MAX + 1;
	size_t len = 0;

	if (number & 0x40)
		len += (size_t)snprintf(text, size, "n%u=", number);
	if (sourced)
		len += (size_t)snprintf(text + len, size - len, "fd00:%x::%s@",
					number & 0x80 ? 0x1000 : 0,
					host ? "1" : "");
	for (unsigned int i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, size - len, "%sfc00::%x:%x",
					i ? "," : "", number & 0x1f, i);
}

static bool same_flow(const struct sr6flow_flow *a,
		      const struct sr6flow_flow *b)
{
	return a->nsids == b->nsids &&
	       !memcmp(&a->source, &b->source, sizeof(a->source)) &&
	       !memcmp(a->sids, b->sids, a->nsids * sizeof(a->sids[0]));
}

/* The source fits the netmask of the set. */
static bool source_right(const struct sr6flow_flow *flow)
{
	struct in6_addr masked = flow->source;

	if (!script.netmask)
		return !flow->netmask;
	sr6flow_source_mask(masked.s6_addr, script.netmask);
	return flow->netmask && !memcmp(&masked, &flow->source, sizeof(masked));
}

/* Of a record with changes in a set without netmask. */
static struct in6_addr last_source(uint64_t changes)
{
	struct in6_addr source = IN6ADDR_ANY_INIT;

	if (changes && !script.netmask)
		source.s6_addr[15] = (uint8_t)changes;
	return source;
}

/* Note the record that the callback must see. */
static void expect(const char *text, uint64_t generation, uint64_t changes,
		   uint32_t colour, uint64_t packets)
{
	unsigned int slot = sr6flow_slot(LISTING_BOTH, colour);
	struct sr6flow_record *record = NULL;
	struct sr6flow_flow flow;
	char error[100];

	must(!sr6flow_flow_parse(&flow, text, error, sizeof(error)));
	script.broken |= !source_right(&flow);
	flow.netmask = script.netmask;
	if (script.nflows)
		record = &script.flow[script.nflows - 1];
	if (!record || !same_flow(&record->flow, &flow)) {
		must(script.nflows < FLOWS_MAX);
		record = &script.flow[script.nflows++];
		record->flow = flow;
		record->generation = generation;
	} else if (record->generation != generation || !packets ||
		   !record->slots || record->slots >> slot & 1) {
		script.broken = true;
	}
	if (changes >= record->source_changes) {
		record->source_changes = changes;
		record->last_source = last_source(changes);
	}
	if (changes)
		record->segments_left_changes = 1;
	if (!packets)
		return;
	script.broken |= colour & ~LISTING_BOTH;
	record->slots |= 1u << slot;
	record->counters[slot].packets = packets;
	record->counters[slot].bytes = packets * 100;
}

static void message_begins(struct nlmsghdr *nlh)
{
	script.last = nlh;
	script.last_counts = !script.ended;
	script.messages++;
}

/* Bits: another type or revision; the attributes to leave out, or the netmask. */
static void step_first(struct input *input)
{
	static const int netmasks[] = { -1, 128, 64, 20 };
	unsigned int bits = (unsigned int)input_number(input, 1);
	struct nlmsghdr *nlh;

	nlh = listing_begin(bits & 1 ? "fo" : "foo",
			    bits & 2 ? "hash:ip" : SR6FLOW_TYPENAME,
			    bits & 4 ? SR6FLOW_REVISION_MAX + 1 : 0);
	listing_sourced_set(bits & 8 ? (int)(bits >> 4) : 0,
			    bits & 8 ? -1 : netmasks[bits >> 4 & 3]);
	message_begins(nlh);
	if (script.ended)
		return;
	if (!script.headed && !(bits & 8) && netmasks[bits >> 4 & 3] > 0)
		script.netmask = (unsigned int)netmasks[bits >> 4 & 3];
	script.broken |= bits & 7 || script.headed;
	script.clean &= !(bits & 8);
	script.headed = true;
}

static void put_record(const char *flow, unsigned int generation,
		       uint64_t changes, uint32_t colour, uint64_t packets)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr last;

	listing_record_begin();
	listing_flow(flow);
	listing_identity(generation);
	if (changes) {
		last = last_source(changes);
		inet_ntop(AF_INET6, &last, text, sizeof(text));
		listing_changes(changes, 1, text);
	}
	if (packets)
		listing_counters(colour, packets, packets * 100);
	listing_record_end();
}

/* Number; then of each a flow, a generation with its kind, a slot, packets. */
static void step_records(struct input *input)
{
	unsigned int n = (unsigned int)input_number(input, 1) % 5;

	message_begins(listing_next());
	listing_records();
	script.broken |= !script.headed && !script.ended;
	while (n--) {
		uint8_t number = (uint8_t)input_number(input, 1);
		unsigned int generation = (unsigned int)input_number(input, 1);
		uint32_t colour = sr6flow_slot_colour(LISTING_BOTH,
						      generation >> 6);
		uint64_t packets = input_number(input, 1);
		unsigned int kind = generation & RECORD_KIND;
		uint64_t changes = kind == RECORD_CHANGED ? packets + 1 : 0;
		char text[SR6FLOW_FLOW_STRLEN];

		/* One that the set does not have. */
		if (kind == RECORD_FOREIGN)
			colour |= 0x40000;
		flow_text(text, sizeof(text), number, kind == RECORD_HOST);
		put_record(text, generation & 3, changes, colour, packets);
		if (!script.ended)
			expect(text, generation & 3, changes, colour, packets);
	}
	listing_close();
}

/* Bits: which end; a byte of error. */
static void step_end(struct input *input)
{
	unsigned int bits = (unsigned int)input_number(input, 1);
	int error = bits & 2 ? -(int)input_number(input, 1) : 0;

	message_begins(fake_end(bits & 1 ? NLMSG_ERROR : NLMSG_DONE, error));
	if (script.ended)
		return;
	script.ended = true;
	script.verdict = error;
}

/* Bits: number of bytes that are cut off; changes: offset, byte to XOR. */
static void step_datagram(struct input *input)
{
	unsigned int bits = (unsigned int)input_number(input, 1);
	unsigned int n = bits & 0x80 ? bits & 15 : 0;
	size_t cut = bits & 0x40 ? bits & 0x3f : 0;

	script.clean &= !n && !cut;
	/* The kernel sends none without a message. */
	script.broken |= !script.messages && !script.ended;
	while (n--) {
		size_t at = (size_t)input_number(input, 2);

		fake_change(at, (unsigned char)input_number(input, 1));
	}
	fake_datagram(cut);
	script.last = NULL;
	script.messages = 0;
}

/* Change the header of the last message. */
static void step_flags(struct input *input)
{
	unsigned int bits = (unsigned int)input_number(input, 1);
	struct nlmsghdr *nlh = script.last;

	if (!nlh)
		return;
	switch (bits & 7) {
	case 0:
		nlh->nlmsg_flags |= NLM_F_DUMP_INTR;
		script.broken |= script.last_counts;
		break;
	case 1:
		nlh->nlmsg_seq -= 1 + (bits >> 3);
		break;
	case 2:
		nlh->nlmsg_pid = bits >> 3;
		break;
	case 3:
		nlh->nlmsg_type = (uint16_t)(bits >> 3);
		break;
	case 4:
		nlh->nlmsg_type = (uint16_t)input_number(input, 2);
		break;
	default:
		nlh->nlmsg_flags = (uint16_t)input_number(input, 2);
		break;
	}
	/* Only the first is of a kind that is known to be an error. */
	if (bits & 7)
		script.clean = false;
}

static void step_fault(struct input *input)
{
	static const int errors[] = { ENOBUFS, EMSGSIZE, EAGAIN, EIO, EINTR };

	/* The messages written before come first. */
	if (script.messages)
		fake_datagram(0);
	script.last = NULL;
	script.messages = 0;
	fake_recv_error(errors[input_number(input, 1) % 5]);
	script.broken |= !script.ended;
}

static void step_raw(struct input *input)
{
	/* The next message begins where messages can begin. */
	size_t len = MNL_ALIGN((size_t)input_number(input, 1));
	uint8_t *bytes = input_copy(input, len);

	fake_bytes(bytes, len);
	free(bytes);
	script.last = NULL;
	script.messages++;
	script.clean = false;
}

static void step(struct input *input)
{
	switch ((enum step)(input_number(input, 1) & 7)) {
	case STEP_FIRST:
		step_first(input);
		break;
	case STEP_RECORDS:
	case STEP_RECORDS_TOO:
		step_records(input);
		break;
	case STEP_END:
		step_end(input);
		break;
	case STEP_DATAGRAM:
		step_datagram(input);
		break;
	case STEP_FLAGS:
		step_flags(input);
		break;
	case STEP_FAULT:
		step_fault(input);
		break;
	case STEP_RAW:
		step_raw(input);
		break;
	}
}

static void check_set(const struct sr6flow_set *set)
{
	must(!strcmp(set->name, "foo"));
	must(sr6flow_mask_valid(set->mask));
	must(sr6flow_colour_valid(set->mask, set->colour));
	must(set->netmask <= SR6FLOW_NETMASK_MAX);
}

static int see(const struct sr6flow_set *set,
	       const struct sr6flow_record *record, void *arg)
{
	const struct sr6flow_record *want = &script.flow[script.seen];
	const struct sr6flow_flow *flow = &record->flow;

	must(arg == &script);
	check_set(set);
	must(flow->nsids >= 1 && flow->nsids <= SR6FLOW_SIDS_MAX);
	must(flow->netmask == set->netmask);
	must(flow->netmask || IN6_IS_ADDR_UNSPECIFIED(&flow->source));
	must(!flow->name[0] || sr6flow_name_valid(flow->name,
						  strlen(flow->name)));
	must(!(record->slots >> sr6flow_slots(set->mask)));
	for (unsigned int i = 0; i < SR6FLOW_SLOTS_MAX; i++)
		must(record->slots >> i & 1 ||
		     (!record->counters[i].packets &&
		      !record->counters[i].bytes));
	if (script.clean) {
		must(script.seen < script.nflows);
		must(set->netmask == script.netmask);
		must(same_flow(flow, &want->flow));
		must(!strcmp(flow->name, want->flow.name));
		must(record->generation == want->generation);
	}
	/* Of the last one before an error, colours may have been left out. */
	if (script.clean && !script.broken) {
		must(record->slots == want->slots);
		must(record->source_changes == want->source_changes);
		must(record->segments_left_changes ==
		     want->segments_left_changes);
		must(IN6_ARE_ADDR_EQUAL(&record->last_source,
					&want->last_source));
		must(!memcmp(record->counters, want->counters,
			     sizeof(want->counters)));
	}
	script.seen++;
	return (int)script.seen == script.stop_at ? 42 : 0;
}

static void check_dump(struct sr6flow *handle)
{
	int ret = sr6flow_dump(handle, "foo", see, &script);
	const char *error = sr6flow_error(handle);

	must(ret <= 0 || (ret == 42 && (int)script.seen == script.stop_at));
	if (ret < 0)
		must(*error && !strchr(error, '\n'));
	if (!script.clean)
		return;
	if (script.broken || !script.ended || script.verdict ||
	    !script.headed)
		must(ret);
	else
		must(ret == 42 || script.seen == script.nflows);
	if (!script.broken && script.ended && !script.verdict &&
	    script.headed)
		must(ret >= 0);
}

/* The same answer to a request for the state of the set alone. */
static void check_info(struct sr6flow *handle)
{
	struct sr6flow_set info;
	int ret = sr6flow_info(handle, "foo", &info);

	must(ret <= 0);
	if (!ret)
		check_set(&info);
	if (script.clean && (!script.ended || script.verdict ||
			     !script.headed))
		must(ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned int bits = (unsigned int)input_number(&input, 1);
	struct sr6flow *handle;

	memset(&script, 0, sizeof(script));
	script.clean = true;
	script.stop_at = bits & 2 ? (int)(bits >> 2) : -1;
	fake_reset();
	handle = fake_open();
	fake_request(IPSET_CMD_LIST);
	for (unsigned int i = 0; i < STEPS_MAX && input.len; i++) {
		step(&input);
		/* The longest step has some 2500 bytes. */
		if (script.messages > 12) {
			fake_datagram(0);
			script.messages = 0;
			script.last = NULL;
		}
	}
	if (script.messages)
		fake_datagram(0);
	if (bits & 1)
		check_info(handle);
	else
		check_dump(handle);
	sr6flow_close(handle);
	fake_reset();
	return 0;
}
