// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any packet against the rules of a set, in the kernel module, which runs in
 * user space: see test/fuzz/kernel/.
 *
 * Input: the set, the rule, the packet (packet_read.h). A packet meets the rule
 * twice, in as many pieces as the input says and with nothing in the linear
 * part, so that the path for plain packets and the general one both judge it;
 * a third opinion comes from test/fuzz/kernel/reference.c. What changed from one
 * packet of a flow to the next is known from the packets themselves.
 */
#include "kernel/counters.h"
#include "kernel/packet.h"
#include "kernel/swap.h"
#include "kernel/table.h"
#include "kernel/variant.h"
#include "kernel/wire.h"
#include "test/fuzz/input.h"
#include "test/fuzz/kernel/flows.h"
#include "test/fuzz/kernel/history.h"
#include "test/fuzz/kernel/listing.h"
#include "test/fuzz/kernel/message.h"
#include "test/fuzz/kernel/packet_read.h"
#include "test/fuzz/kernel/pass.h"
#include "test/fuzz/kernel/reference.h"
#include "test/fuzz/kernel/world.h"

/* How the packet meets the set, by bits. */
enum {
	RULE_SRC = 1,
	RULE_MEMBER = 2,
	RULE_COUNTERS = 4,
	/* Four of PASS_*, shifted. */
	RULE_PASS_SHIFT = 3,
	RULE_TARGET = 128,
};

/* State of the packet and the table before the rule, by bits. */
enum {
	WORLD_CLONED = 1,
	WORLD_POOR = 2,
	WORLD_CSUM = 4,
	WORLD_CPU = 8,
	WORLD_NO_PAGE = 16,
	WORLD_NESTED = 32,
	WORLD_MOVED = 64,
	WORLD_LATER = 128,
};

/* One list can have flows of so many sources. */
static const u8 flow_sources[] = { 0, 5 };

static struct ip_set set;

struct rule {
	struct pass pass;
	struct xt_action_param par;
	/* By which the set is asked. */
	struct xt_set_info_match_v4 info;
	struct ip_set_adt_opt opt;
	unsigned int bits;
	/* It marks or counts. */
	bool counts;
};

/* All that a packet can change in a set. */
struct tally {
	u64 packets[SR6FLOW_SLOTS_MAX];
	u64 bytes[SR6FLOW_SLOTS_MAX];
	u64 diagnosed[3];
};

/* Mask, colour, timeout, size, netmask. */
static void create(struct input *input)
{
	static const u8 netmasks[] = { 0, 128, 61, 20 };
	static const u32 masks[] = {
		SR6FLOW_MASK_DEFAULT, 0x4, 0x3, 0x80010000, 0x84, 0x40000,
		0x80000000, 0x80,
	};
	unsigned int bits = (unsigned int)input_number(input, 1);
	struct nlattr *tb[IPSET_ATTR_CREATE_MAX + 1], *nest;
	u32 mask = masks[bits & 7];
	struct message message;

	message_begin(&message);
	message_put_number(&message, IPSET_ATTR_MARKMASK, 4, mask);
	message_put_number(&message, IPSET_ATTR_INITVAL, 4,
			   sr6flow_colour(mask, bits >> 3 & 1));
	message_put_number(&message, IPSET_ATTR_MAXELEM, 4, bits & 32 ? 4 : 64);
	if (bits & 16)
		message_put_number(&message, IPSET_ATTR_TIMEOUT, 4, 10);
	if (bits >> 6)
		message_put(&message, IPSET_ATTR_NETMASK, &netmasks[bits >> 6],
			    1);
	nest = message_done(&message, NULL);
	must(!nla_parse_nested(tb, IPSET_ATTR_CREATE_MAX, nest,
			       world_type->create_policy, NULL));
	memset(&set, 0, sizeof(set));
	set.family = NFPROTO_IPV6;
	set.revision = 1;
	must(!world_type->create(NULL, &set, tb, 0));
	free(nest);
	pass_learn(bits & 64);
}

/* The source of a key, which is kept in @room. */
static void key_source(struct sr6flow_key *key, struct in6_addr *room,
		       const __u8 *address)
{
	const struct sr6flow_htype *h = set.data;

	reference_source(room->s6_addr, address, h->netmask);
	key->source = room;
}

static void add_flow(u8 number, u8 source_number)
{
	__u8 source[SR6FLOW_SID_LEN];
	__u8 sids[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	__u8 wire[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	struct sr6flow_key key = { .sids = (void *)wire };
	struct ip_set_ext ext = { .timeout = set.timeout };
	struct sr6flow_change change = { .ext = &ext };
	struct in6_addr room;

	key.n = flows_sids(sids, number);
	sr6flow_sids_reverse(wire, (const void *)sids, key.n);
	flows_source(source, source_number);
	key_source(&key, &room, source);
	change.flow = sr6flow_alloc(set.data, &key, GFP_KERNEL);
	must(change.flow);
	must(!sr6flow_apply(&set, &key, &change) ||
	     ((struct sr6flow_htype *)set.data)->maxelem == 4);
	sr6flow_change_free(&change);
}

static void add_flows(u8 number)
{
	const struct sr6flow_htype *h = set.data;

	add_flow(number, flow_sources[0]);
	if (h->netmask)
		add_flow(number, flow_sources[1]);
}

static void rule_read(struct rule *rule, struct input *input)
{
	unsigned int bits = (unsigned int)input_number(input, 1);
	bool member;

	memset(rule, 0, sizeof(*rule));
	rule->bits = bits;
	rule->opt.flags = bits & RULE_SRC ? IPSET_DIM_ONE_SRC : 0;
	rule->opt.ext.timeout = IPSET_NO_TIMEOUT;
	pass_read(&rule->pass, bits >> RULE_PASS_SHIFT & 15, input);
	rule->par.state = &rule->pass.state;
	rule->info.match_set.index = bits & RULE_SRC;
	rule->par.matchinfo = &rule->info;
	if (bits & RULE_MEMBER)
		rule->opt.cmdflags = IPSET_FLAG_SKIP_COUNTER_UPDATE <<
				     input_number(input, 1) % 8;
	member = bits & RULE_MEMBER &&
		 rule->opt.cmdflags & (IPSET_FLAG_SKIP_COUNTER_UPDATE |
				       IPSET_FLAG_MAP_SKBMARK |
				       IPSET_FLAG_MAP_SKBPRIO |
				       IPSET_FLAG_MAP_SKBQUEUE);
	rule->counts = !member;
	if (bits & RULE_COUNTERS) {
		rule->opt.cmdflags |= IPSET_FLAG_MATCH_COUNTERS;
		rule->opt.ext.packets_op = input_number(input, 1) % 5;
		rule->opt.ext.packets = input_number(input, 1);
	}
}

static void tally_get(struct tally *tally)
{
	const struct sr6flow_htype *h = set.data;
	const struct sr6flow_elem *flow;
	struct sr6flow_sum sum;

	memset(tally, 0, sizeof(*tally));
	rcu_read_lock();
	list_for_each_entry(flow, &h->flows, list) {
		sr6flow_sum(flow, &sum);
		for (unsigned int i = 0; i < SR6FLOW_SLOTS_MAX; i++) {
			tally->packets[i] += sum.packets[i];
			tally->bytes[i] += sum.bytes[i];
		}
	}
	rcu_read_unlock();
	for (unsigned int i = 0; i < 3; i++)
		tally->diagnosed[i] = sr6flow_diagnosed(h, i);
}

/* Subtract @before from @after. */
static void tally_subtract(struct tally *after, const struct tally *before)
{
	for (unsigned int i = 0; i < SR6FLOW_SLOTS_MAX; i++) {
		after->packets[i] -= before->packets[i];
		after->bytes[i] -= before->bytes[i];
	}
	for (unsigned int i = 0; i < 3; i++)
		after->diagnosed[i] -= before->diagnosed[i];
}

static u32 checksum(const u8 *bytes, size_t len)
{
	u64 sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i & 1 ? (u64)bytes[i] << 8 : bytes[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u32)sum;
}

/* One's complement has two zeros. */
static bool checksum_same(u32 a, u32 b)
{
	while (a >> 16)
		a = (a & 0xffff) + (a >> 16);
	return a % 0xffff == b % 0xffff;
}

/* The module's own parser must agree with the reference. */
static void check_parse(const struct sk_buff *skb, const struct reference *ref)
{
	const struct sr6flow_htype *h = set.data;
	struct in6_addr room[SR6FLOW_SIDS_MAX];
	struct sr6flow_packet pkt;
	int kind = sr6flow_packet_parse(skb, h, &pkt, room);

	must(kind == (ref->malformed ? -EINVAL :
		      ref->srv6 ? SR6FLOW_SRV6 : SR6FLOW_OTHER));
	if (kind != SR6FLOW_SRV6)
		return;
	must(pkt.key.n == ref->n);
	must(!memcmp(pkt.key.sids, ref->sids, ref->n * sizeof(ref->sids[0])));
	must(!memcmp(pkt.key.source, ref->source, sizeof(ref->source)));
	must(pkt.start.segments_left ==
	     (ref->srh ? ref->segments_left : SR6FLOW_NO_SEGMENTS_LEFT));
	must(((pkt.word ^ ref->word) & h->mask) == 0);
	must(pkt.later_fragment == ref->later_fragment);
}

/* A header that the quick check accepted. */
static void check_plain(const struct ipv6hdr *ip6, const struct reference *ref)
{
	const struct sr6flow_htype *h = set.data;
	const struct ipv6_sr_hdr *srh = (const void *)(ip6 + 1);

	must(ref->srv6 && ref->n == srh->first_segment + 1U);
	must(!memcmp(srh->segments, ref->sids, ref->n * sizeof(ref->sids[0])));
	must(!((sr6flow_packet_word(ip6, srh, h->carrier) ^ ref->word) & h->mask));
	must(!ref->later_fragment);
	must(ref->segments_left == srh->segments_left);
}

/*
 * A header that is like the one before is not looked at: it must be one that the
 * close look would accept, with the same Segments Left.
 */
static void check_as_before(const struct ipv6hdr *ip6, unsigned int linear,
			    const struct reference *ref)
{
	const struct ipv6_sr_hdr *srh = (const void *)(ip6 + 1);
	struct sr6flow_key key = {
		.sids = srh->segments, .n = srh->first_segment + 1U,
	};
	const struct sr6flow_elem *flow;
	struct in6_addr room;

	if (key.n > SR6FLOW_SIDS_MAX ||
	    linear < sizeof(*ip6) + sizeof(*srh) + key.n * sizeof(*key.sids))
		return;
	key_source(&key, &room, (const __u8 *)&ip6->saddr);
	rcu_read_lock();
	flow = sr6flow_find(set.data, &key);
	rcu_read_unlock();
	if (!flow || (!sr6flow_srh_is_usual(flow, srh, key.n) &&
		      !sr6flow_srh_is_as_before(flow, srh, key.n, linear)))
		return;
	check_plain(ip6, ref);
	must(ref->segments_left == flow->last.segments_left);
}

/* The quick check never accepts a packet that the full check would reject. */
static void check_peek(const struct sk_buff *skb, const struct reference *ref)
{
	const struct sr6flow_htype *h = set.data;
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	const struct ipv6_sr_hdr *srh = (const void *)(ip6 + 1);
	unsigned int linear = (unsigned int)(skb_tail_pointer(skb) - (u8 *)ip6);

	switch (sr6flow_packet_peek(ip6, linear, h->carrier)) {
	case SR6FLOW_OTHER:
		must(!ref->srv6 && !ref->malformed);
		break;
	case SR6FLOW_BARE:
		must(ref->srv6 && ref->n == 1 && !ref->srh);
		must(!memcmp(&ip6->daddr, ref->sids, sizeof(ref->sids[0])));
		break;
	case SR6FLOW_SRV6:
		if (sr6flow_srh_is_plain(srh, srh->first_segment + 1U, linear))
			check_plain(ip6, ref);
		check_as_before(ip6, linear, ref);
		break;
	case SR6FLOW_UNSURE:
		break;
	}
}

static struct sr6flow_elem *find(const struct reference *ref)
{
	const struct sr6flow_key key = {
		.source = (const void *)ref->source,
		.sids = (const void *)ref->sids, .n = ref->n,
	};
	struct sr6flow_elem *flow;

	rcu_read_lock();
	flow = ref->srv6 ? sr6flow_find(set.data, &key) : NULL;
	rcu_read_unlock();
	return flow && !sr6flow_expired(flow) ? flow : NULL;
}

/* A packet in flight, and its state before. */
struct flight {
	struct sk_buff skb;
	u8 *shared;
	unsigned int linear;
	bool cloned;
};

static void flight_begin(struct flight *flight, const struct packet *packet,
			 const struct rule *rule, unsigned int linear,
			 unsigned int world)
{
	struct sk_buff *skb = &flight->skb;

	skb_make(skb, packet->bytes, linear, packet->len);
	skb->network_header = packet->network;
	skb->inner_network_header = packet->inner;
	skb->encapsulation = packet->encapsulation;
	skb->shared = packet->gso;
	skb->cloned = world & WORLD_CLONED;
	skb->poor = world & WORLD_POOR;
	pass_begin(&rule->pass, skb);
	if (world & WORLD_CSUM) {
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->csum = checksum(packet->bytes, packet->len);
	}
	flight->shared = skb->head;
	flight->linear = linear;
	flight->cloned = skb->cloned;
}

/* Nothing but the masked bits may have changed; returns whether they did. */
static bool check_bytes(struct flight *flight, const struct packet *packet,
			const struct reference *ref)
{
	const struct sr6flow_htype *h = set.data;
	u8 *now = malloc(packet->len);
	u8 *want = malloc(packet->len);
	bool changed;

	must(now && want);
	memcpy(want, packet->bytes, packet->len);
	must(flight->skb.len == packet->len);
	must(!skb_copy_bits(&flight->skb, 0, now, (int)packet->len));
	changed = memcmp(now, packet->bytes, packet->len);
	if (changed) {
		must(ref->srv6);
		reference_mark(want, packet, ref, h->mask, h->colour);
		must(!memcmp(now, want, packet->len));
	}
	if (flight->skb.ip_summed == CHECKSUM_COMPLETE)
		must(checksum_same(flight->skb.csum,
				   checksum(now, packet->len)));
	/* Other owners of the packet see it unchanged. */
	if (flight->cloned)
		must(!memcmp(flight->shared, packet->bytes, flight->linear));
	free(now);
	free(want);
	return changed;
}

/* A marking rule does not change packets that have a colour in the Tag. */
static bool marked_before(u32 mask, u32 word)
{
	return sr6flow_slots(mask) == 4 && mask >> 16 &&
	       (sr6flow_slot(mask, word) == 1 || sr6flow_slot(mask, word) == 2);
}

/* The tally of one packet, which is of a flow if @flow. */
static void check_tally(const struct tally *tally, const struct rule *rule,
			const struct reference *ref, bool flow, bool marked,
			const struct sr6flow_wire *wire, bool poor)
{
	const struct sr6flow_htype *h = set.data;
	bool src = rule->bits & RULE_SRC;
	bool before = src && marked_before(h->mask, ref->word);
	bool marks = src && !before && (ref->word & h->mask) != h->colour;
	u32 word = before ? h->mask : src ? h->colour : ref->word;
	bool fails = poor && marks;
	bool counted = rule->counts && flow && !fails && !ref->later_fragment;

	for (unsigned int i = 0; i < SR6FLOW_SLOTS_MAX; i++) {
		bool here = counted && i == sr6flow_slot(h->mask, word);

		must(tally->packets[i] == (here ? wire->packets : 0));
		must(tally->bytes[i] == (here ? wire->bytes : 0));
	}
	must(tally->diagnosed[SR6FLOW_NO_FLOW] ==
	     (rule->counts && ref->srv6 && !flow));
	must(tally->diagnosed[SR6FLOW_MALFORMED] ==
	     (rule->counts && ref->malformed));
	must(tally->diagnosed[SR6FLOW_NOT_WRITABLE] ==
	     (rule->counts && flow && fails));
	must(marked == (rule->counts && flow && marks && !fails));
}

static void check_wire(const struct sk_buff *skb,
		       const struct sr6flow_wire *wire)
{
	unsigned int len = skb->len - skb_network_offset(skb);

	must(wire->packets >= 1 && wire->bytes >= len);
	if (!skb_is_gso(skb))
		must(wire->packets == 1 && wire->bytes == len);
	/* Every segment but the last is full, and has headers of its own. */
	must(wire->packets <= max(len, skb_shinfo(skb)->gso_segs) + 1);
	must(wire->bytes <= len + wire->packets * (u64)(len + 8));
}

/* One packet through the match; returns the verdict. */
static int match(const struct packet *packet, const struct rule *rule,
		 const struct reference *ref, unsigned int linear,
		 unsigned int world)
{
	struct ip_set_adt_opt opt = rule->opt;
	struct tally before, after;
	struct sr6flow_wire wire;
	struct sr6flow_elem *flow = find(ref);
	struct flight flight;
	bool marked, poor;
	int verdict;

	flight_begin(&flight, packet, rule, linear, world);
	check_parse(&flight.skb, ref);
	check_peek(&flight.skb, ref);
	wire = sr6flow_wire(&flight.skb);
	check_wire(&flight.skb, &wire);
	poor = flight.skb.poor &&
	       (flight.skb.cloned || !reference_linear(packet, ref,
			((struct sr6flow_htype *)set.data)->mask, linear));
	tally_get(&before);
	world_refuse(world & WORLD_NO_PAGE ? 0 : -1);
	rcu_read_lock();
	verdict = set.variant->kadt(&set, &flight.skb, &rule->par, IPSET_TEST,
				    &opt);
	rcu_read_unlock();
	world_refuse(-1);
	might_sleep();
	tally_get(&after);
	tally_subtract(&after, &before);
	marked = check_bytes(&flight, packet, ref);
	pass_check();
	check_tally(&after, rule, ref, flow, marked, &wire, poor);
	if (rule->counts && flow)
		history_add(&set, flow, ref);
	history_check(&set);
	if (!(rule->bits & RULE_COUNTERS))
		must(verdict == !!flow);
	else
		must(verdict == 0 || (verdict == 1 && flow));
	skb_drop(&flight.skb);
	return verdict;
}

/* The SET target: learn or forget, and leave the packet alone. */
static void target(const struct packet *packet, const struct rule *rule,
		   const struct reference *ref, unsigned int linear,
		   unsigned int world)
{
	enum ipset_adt adt = rule->bits & RULE_SRC ? IPSET_ADD : IPSET_DEL;
	const struct sr6flow_htype *h = set.data;
	struct ip_set_adt_opt opt = rule->opt;
	struct sr6flow_elem *flow = find(ref);
	struct flight flight;
	int err;

	opt.cmdflags = rule->bits & RULE_COUNTERS ? IPSET_FLAG_EXIST : 0;
	flight_begin(&flight, packet, rule, linear, world);
	world_refuse(world & WORLD_NO_PAGE ? (int)(world >> 6) : -1);
	rcu_read_lock();
	err = set.variant->kadt(&set, &flight.skb, &rule->par, adt, &opt);
	rcu_read_unlock();
	might_sleep();
	must(!check_bytes(&flight, packet, ref));
	if (!ref->srv6)
		must(err == -EINVAL);
	else if (adt == IPSET_DEL)
		must(err == (flow ? 0 : -IPSET_ERR_EXIST) && !find(ref));
	else if (!err)
		must(find(ref) && (!flow || opt.cmdflags));
	else if (err == -IPSET_ERR_EXIST)
		must(flow && flow == find(ref));
	else
		must(!flow && !find(ref) &&
		     ((err == -ENOMEM && world_refused()) ||
		      (err == -SR6FLOW_ERR_FULL && h->count >= h->maxelem)));
	world_refuse(-1);
	skb_drop(&flight.skb);
}

static void table_prepare(unsigned int world)
{
	struct sr6flow_htype *h = set.data;

	standin_cpu = world & WORLD_CPU ? 1 : 0;
	if (world & WORLD_LATER)
		jiffies += 20 * HZ;
	if (world & WORLD_MOVED)
		standin_table_move(&h->table, 1 + (world & 3));
	h->table.tbl->nest = world & WORLD_NESTED;
}

static void one_packet(struct input *input)
{
	const struct sr6flow_htype *h = set.data;
	unsigned int world = (unsigned int)input_number(input, 1);
	struct reference ref;
	struct packet packet;
	unsigned int least;
	struct rule rule;
	int verdict;

	rule_read(&rule, input);
	packet_read(&packet, input);
	least = packet.network +
		(pass_needs_header(&rule.pass) ? sizeof(struct ipv6hdr) : 0);
	if (least > packet.len)
		goto out;
	packet.linear = max(packet.linear, least);
	rule.counts = rule.counts && pass_counts(&rule.pass, &packet);
	table_prepare(world);
	reference_parse(&ref, &packet, h->mask & SR6FLOW_MASK_TCLASS,
			h->netmask);
	if (rule.bits & RULE_TARGET) {
		target(&packet, &rule, &ref, packet.linear, world);
	} else {
		verdict = match(&packet, &rule, &ref, packet.linear, world);
		if (!(rule.bits & RULE_COUNTERS))
			must(verdict == match(&packet, &rule, &ref, least,
					      world & ~WORLD_POOR));
	}
out:
	packet_free(&packet);
}

/* The flows of a listing, with their witnesses. */
static void list_all(void)
{
	struct sr6flow_htype *h = set.data;
	struct listing listing = { .open = false };

	h->table.tbl->nest = 0;
	do
		listing_next(&listing, &set, 2048);
	while (listing.open);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned int flows;

	world_begin();
	history_begin();
	create(&input);
	flows = (unsigned int)input_number(&input, 2);
	for (u8 number = 0; number < 16; number++)
		if (flows >> number & 1)
			add_flows(number);
	for (unsigned int i = 0; i < 4 && input.len; i++)
		one_packet(&input);
	list_all();
	set.variant->cancel_gc(&set);
	set.variant->destroy(&set);
	world_end();
	return 0;
}
