// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of any attributes to the kernel module, which runs in user space:
 * see test/fuzz/kernel/.
 *
 * Input: the attributes of a set to create, then steps. A step is a byte, enum
 * step in its lower three bits; see the functions for what follows. Attributes
 * are written as they should be, as far as the input says so, and then changed
 * at some places; the policy of the type rejects some of them before.
 */
#include "kernel/table.h"
#include "test/fuzz/input.h"
#include "test/fuzz/kernel/flows.h"
#include "test/fuzz/kernel/listing.h"
#include "test/fuzz/kernel/message.h"
#include "test/fuzz/kernel/reference.h"

#define STEPS_MAX 64

enum step {
	STEP_REQUEST,
	STEP_REQUEST_TOO,
	STEP_REQUEST_ALSO,
	STEP_LIST,
	STEP_TIME,
	STEP_WORK,
	STEP_MOVE,
	STEP_FLUSH,
};

/* Bits of a request. */
enum {
	REQUEST_ADT = 3,
	REQUEST_EXIST = 4,
	REQUEST_POOR = 8,
	REQUEST_CHANGED = 16,
};

static struct ip_set set;
static struct listing listing;

static void put_flow(struct message *message, u8 number, bool first, bool rest)
{
	__u8 sids[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	char comment[SR6FLOW_COMMENT_MAX + 1];
	unsigned int n = flows_sids(sids, number);

	if (first)
		message_put_address(message, IPSET_ATTR_IP, sids[0]);
	if (rest && n > 1)
		message_put(message, IPSET_ATTR_COMMENT, comment,
			    sr6flow_sids_encode(comment, sids, n) + 1);
}

/*
 * Bits: the set's way with sources is not followed; the rest is which source. They are
 * bits 12 to 15 of a request.
 */
static void put_source(struct message *message, unsigned int bits)
{
	const struct sr6flow_htype *h = set.data;
	__u8 source[SR6FLOW_SID_LEN];

	if (!!h->netmask == (bits & 1))
		return;
	flows_source(source, (bits >> 1 & 1) | (bits & 4) | (bits & 8) << 4);
	message_put_address(message, IPSET_ATTR_IP_TO, source);
}

static void put_name(struct message *message, u8 number)
{
	static const char name[] = "gold.a_b:c-d-e-f-g-h-i-j-k-l-m-n";

	/* 0 to 32 characters, of which the first may be one that must not be. */
	message_put(message, IPSET_ATTR_NAME,
		    name + sizeof(name) - 1 - number % 33, number % 33 + 1U);
}

/* A byte for a value of the masked bits, or for any word that follows. */
static u32 read_colour(struct input *input, u32 mask)
{
	u8 kind = (u8)input_number(input, 1);

	if (kind & 0x80)
		return (u32)input_number(input, 4);
	return sr6flow_mask_valid(mask) ?
	       sr6flow_slot_colour(mask, kind % SR6FLOW_SLOTS_MAX) : kind;
}

/* Attributes: two bytes of bits, then the values for each of them. */
static struct nlattr *read_request(struct input *input, u32 mask, bool changed)
{
	struct message message;
	unsigned int bits = (unsigned int)input_number(input, 2);
	u8 flow = (u8)input_number(input, 1);

	message_begin(&message);
	put_flow(&message, flow, bits & 1, bits & 2);
	put_source(&message, bits >> 12);
	if (bits & 4)
		put_name(&message, (u8)input_number(input, 1));
	if (bits & 8)
		message_put_number(&message, IPSET_ATTR_MARK, 4,
				   read_colour(input, mask));
	if (bits & 16)
		message_put_number(&message, IPSET_ATTR_PACKETS, 8,
				   input_number(input, 8));
	if (bits & 32)
		message_put_number(&message, IPSET_ATTR_BYTES, 8,
				   input_number(input, 8));
	if (bits & 64)
		message_put_number(&message, IPSET_ATTR_TIMEOUT, 4,
				   input_number(input, bits & 0x800 ? 4 : 1));
	if (bits & 128)
		message_put_number(&message, IPSET_ATTR_SKBMARK, 8,
				   input_number(input, 8));
	if (bits & 0x100)
		message_put_number(&message, IPSET_ATTR_SKBPRIO, 4,
				   input_number(input, 4));
	if (bits & 0x200)
		message_put_number(&message, IPSET_ATTR_SKBQUEUE, 2,
				   input_number(input, 2));
	if (bits & 0x400)
		message_put_number(&message, IPSET_ATTR_LINENO, 4,
				   input_number(input, 4));
	return message_done(&message, changed ? input : NULL);
}

static bool read_source(struct nlattr *attr, struct in6_addr *source)
{
	const struct sr6flow_htype *h = set.data;
	union nf_inet_addr address;

	if (!h->netmask)
		return !attr;
	if (!attr || ip_set_get_ipaddr6(attr, &address))
		return false;
	reference_source(source->s6_addr, address.in6.s6_addr, h->netmask);
	return true;
}

/* The flow that the attributes name; false if they break a rule of the interface. */
static bool read_key(struct nlattr *tb[], struct in6_addr *wire,
		     struct in6_addr *source, struct sr6flow_key *key)
{
	__u8 sids[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	const struct nlattr *comment = tb[IPSET_ATTR_COMMENT];
	union nf_inet_addr first;

	if (!tb[IPSET_ATTR_IP])
		return true;
	if (ip_set_get_ipaddr6(tb[IPSET_ATTR_IP], &first))
		return false;
	key->n = sr6flow_sids_decode(sids, first.in6.s6_addr,
				     comment ? nla_data(comment) : "",
				     comment ? strlen(nla_data(comment)) : 0);
	sr6flow_sids_reverse((void *)wire, (const void *)sids, key->n);
	return key->n && read_source(tb[IPSET_ATTR_IP_TO], source);
}

/* The rules of the interface that hold for every request. */
static bool decodes(struct nlattr *tb[])
{
	static const u8 numbers[] = {
		IPSET_ATTR_MARK, IPSET_ATTR_PACKETS, IPSET_ATTR_BYTES,
		IPSET_ATTR_TIMEOUT, IPSET_ATTR_SKBMARK, IPSET_ATTR_SKBPRIO,
		IPSET_ATTR_SKBQUEUE,
	};
	const struct nlattr *name = tb[IPSET_ATTR_NAME];

	for (size_t i = 0; i < sizeof(numbers); i++)
		if (!ip_set_optattr_netorder(tb, numbers[i]))
			return false;
	if (tb[IPSET_ATTR_TIMEOUT] && !SET_WITH_TIMEOUT(&set))
		return false;
	if ((tb[IPSET_ATTR_SKBMARK] || tb[IPSET_ATTR_SKBPRIO] ||
	     tb[IPSET_ATTR_SKBQUEUE]) && !SET_WITH_SKBINFO(&set))
		return false;
	return !name || sr6flow_name_valid(nla_data(name),
					   strlen(nla_data(name)));
}

static bool colour_right(struct nlattr *tb[], unsigned int n)
{
	const struct sr6flow_htype *h = set.data;
	bool counters = tb[IPSET_ATTR_PACKETS] || tb[IPSET_ATTR_BYTES];
	u32 colour = tb[IPSET_ATTR_MARK] ?
		     ip_set_get_h32(tb[IPSET_ATTR_MARK]) : 0;

	if (n)
		return counters == !!tb[IPSET_ATTR_MARK] &&
		       !(colour & ~h->mask);
	return tb[IPSET_ATTR_MARK] && !counters && !tb[IPSET_ATTR_NAME] &&
	       !tb[IPSET_ATTR_COMMENT] && !tb[IPSET_ATTR_IP_TO] &&
	       !tb[IPSET_ATTR_TIMEOUT] &&
	       !tb[IPSET_ATTR_SKBMARK] && !tb[IPSET_ATTR_SKBPRIO] &&
	       !tb[IPSET_ATTR_SKBQUEUE] &&
	       sr6flow_colour_valid(h->mask, colour);
}

static struct sr6flow_elem *find(const struct sr6flow_key *key)
{
	struct sr6flow_elem *flow;

	rcu_read_lock();
	flow = sr6flow_find(set.data, key);
	if (flow && sr6flow_expired(flow))
		flow = NULL;
	rcu_read_unlock();
	return flow;
}

/* Flows that are or wait to be found expired. */
static unsigned int count(bool expired_too)
{
	const struct sr6flow_htype *h = set.data;
	const struct sr6flow_elem *flow;
	unsigned int n = 0;

	list_for_each_entry(flow, &h->flows, list)
		n += flow->state == SR6FLOW_LIVE &&
		     (expired_too || !sr6flow_expired(flow));
	return n;
}

static void check_add(struct nlattr *tb[], const struct sr6flow_key *key)
{
	const struct sr6flow_htype *h = set.data;
	const struct nlattr *name = tb[IPSET_ATTR_NAME];
	struct sr6flow_elem *flow = find(key);
	struct sr6flow_sum sum;
	unsigned int slot;

	must(flow);
	must(!flow->name || sr6flow_name_valid(flow->name->text,
					       strlen(flow->name->text)));
	/* A write without the exist flag leaves an old name. */
	if (name && !flow->name)
		must(tb[IPSET_ATTR_MARK]);
	if (!tb[IPSET_ATTR_MARK])
		return;
	slot = sr6flow_slot(h->mask, ip_set_get_h32(tb[IPSET_ATTR_MARK]));
	rcu_read_lock();
	sr6flow_sum(flow, &sum);
	rcu_read_unlock();
	if (tb[IPSET_ATTR_PACKETS])
		must(sum.packets[slot] ==
		     be64_to_cpu(nla_get_be64(tb[IPSET_ATTR_PACKETS])));
	if (tb[IPSET_ATTR_BYTES])
		must(sum.bytes[slot] ==
		     be64_to_cpu(nla_get_be64(tb[IPSET_ATTR_BYTES])));
}

static void check_error(int err, struct nlattr *tb[], bool right, bool existed,
			bool exist)
{
	const struct sr6flow_htype *h = set.data;

	must(err != -EAGAIN && err != -ERANGE);
	switch (err) {
	case -ENOMEM:
		must(world_refused());
		return;
	case -SR6FLOW_ERR_FULL:
		must(right && !existed && h->count >= h->maxelem);
		return;
	case -IPSET_ERR_EXIST:
		must(right && !exist);
		return;
	case -EINVAL:
	case -EDOM:
	case -IPSET_ERR_PROTOCOL:
	case -IPSET_ERR_TIMEOUT:
	case -IPSET_ERR_SKBINFO:
	case -IPSET_ERR_IPADDR_IPV6:
		must(!right);
		return;
	case -IPSET_ERR_INVALID_CIDR:
		must(!right && !h->netmask && tb[IPSET_ATTR_IP_TO]);
		return;
	}
	abort();
}

/* All that a set reports of itself, to detect a change by a request. */
struct state {
	struct sk_buff listing;
	u32 colour;
};

static void state_get(struct state *state)
{
	const struct sr6flow_htype *h = set.data;

	listing_print(&set, &state->listing);
	state->colour = h->colour;
}

static bool state_same(const struct state *a, const struct state *b)
{
	return a->colour == b->colour && a->listing.len == b->listing.len &&
	       !memcmp(a->listing.data, b->listing.data, a->listing.len);
}

static int call(struct nlattr *tb[], enum ipset_adt adt, u32 flags)
{
	struct nlattr *kept[IPSET_ATTR_ADT_MAX + 1];
	u32 lineno = 0;
	int err;

	memcpy(kept, tb, sizeof(kept));
	/* The core holds RCU for a test, and nothing that forbids to sleep
	 * for the others.
	 */
	if (adt == IPSET_TEST)
		rcu_read_lock();
	err = set.variant->uadt(&set, tb, adt, &lineno, flags, false);
	if (adt == IPSET_TEST)
		rcu_read_unlock();
	might_sleep();
	must(!memcmp(kept, tb, sizeof(kept)));
	must(lineno == (tb[IPSET_ATTR_LINENO] ?
			nla_get_u32(tb[IPSET_ATTR_LINENO]) : 0));
	return err;
}

/* A request that the policy accepts: it is carried out, or changes nothing. */
static void request(struct nlattr *tb[], enum ipset_adt adt, bool exist)
{
	const struct sr6flow_htype *h = set.data;
	struct in6_addr wire[SR6FLOW_SIDS_MAX];
	struct in6_addr source;
	struct sr6flow_key key = { .source = &source, .sids = wire };
	struct state before, after;
	bool right, existed;
	int err;

	right = read_key(tb, wire, &source, &key) && decodes(tb) &&
		(key.n || adt == IPSET_ADD) &&
		(adt != IPSET_ADD || colour_right(tb, key.n));
	existed = key.n && find(&key);
	state_get(&before);
	err = call(tb, adt, exist ? IPSET_FLAG_EXIST : 0);
	state_get(&after);
	if (err < 0)
		check_error(err, tb, right, existed, exist);
	else
		must(right);
	if (err < 0 || adt == IPSET_TEST)
		must(state_same(&before, &after));
	if (adt == IPSET_TEST && err >= 0)
		must(err == existed);
	else if (adt == IPSET_DEL && !err)
		must(!find(&key) && (existed || exist));
	else if (adt == IPSET_ADD && !err && key.n)
		check_add(tb, &key);
	else if (adt == IPSET_ADD && !err)
		must(h->colour == ip_set_get_h32(tb[IPSET_ATTR_MARK]));
	must(sr6flow_colour_valid(h->mask, h->colour));
	must(h->count == count(true));
	skb_drop(&before.listing);
	skb_drop(&after.listing);
}

/* Bits; which allocation fails, if one shall; attributes. */
static void step_request(struct input *input)
{
	static const enum ipset_adt adts[] = {
		IPSET_ADD, IPSET_ADD, IPSET_DEL, IPSET_TEST,
	};
	const struct sr6flow_htype *h = set.data;
	struct nlattr *tb[IPSET_ATTR_ADT_MAX + 1], *nest;
	unsigned int bits = (unsigned int)input_number(input, 1);

	if (bits & REQUEST_POOR)
		world_refuse((int)input_number(input, 1) % 8);
	nest = read_request(input, h->mask, bits & REQUEST_CHANGED);
	if (!nla_parse_nested(tb, IPSET_ATTR_ADT_MAX, nest,
			      world_type->adt_policy, NULL))
		request(tb, adts[bits & REQUEST_ADT], bits & REQUEST_EXIST);
	world_refuse(-1);
	free(nest);
}

static void check_head_netmask(const struct nlattr *nest)
{
	static const struct nla_policy policy[IPSET_ATTR_CREATE_MAX + 1] = {
		[IPSET_ATTR_IP] = { .type = NLA_NESTED },
		[IPSET_ATTR_IP_TO] = { .type = NLA_NESTED },
		[IPSET_ATTR_HASHSIZE] = { .type = NLA_U32 },
		[IPSET_ATTR_MAXELEM] = { .type = NLA_U32 },
		[IPSET_ATTR_MARKMASK] = { .type = NLA_U32 },
		[IPSET_ATTR_INITVAL] = { .type = NLA_U32 },
		[IPSET_ATTR_NETMASK] = { .type = NLA_U8 },
		[IPSET_ATTR_REFERENCES] = { .type = NLA_U32 },
		[IPSET_ATTR_MEMSIZE] = { .type = NLA_U32 },
		[IPSET_ATTR_ELEMENTS] = { .type = NLA_U32 },
		[IPSET_ATTR_TIMEOUT] = { .type = NLA_U32 },
		[IPSET_ATTR_CADT_FLAGS] = { .type = NLA_U32 },
	};
	const struct sr6flow_htype *h = set.data;
	struct nlattr *tb[IPSET_ATTR_CREATE_MAX + 1];

	must(!nla_parse_nested(tb, IPSET_ATTR_CREATE_MAX, nest, policy, NULL));
	must(!tb[IPSET_ATTR_NETMASK] == !h->netmask);
	if (h->netmask)
		must(nla_get_u8(tb[IPSET_ATTR_NETMASK]) == h->netmask);
}

/* The header of a listing is whole or an error. */
static void check_head(size_t room)
{
	struct sk_buff skb;
	int err;

	skb_room(&skb, room);
	err = set.variant->head(&set, &skb);
	if (err) {
		must(err == -EMSGSIZE && room < 256);
	} else {
		must(((struct nlattr *)skb.data)->nla_len == skb.len);
		check_head_netmask((struct nlattr *)skb.data);
	}
	skb_drop(&skb);
}

static void step(struct input *input)
{
	struct sr6flow_htype *h = set.data;
	unsigned int bits = (unsigned int)input_number(input, 1);

	switch ((enum step)(bits & 7)) {
	case STEP_REQUEST:
	case STEP_REQUEST_TOO:
	case STEP_REQUEST_ALSO:
		step_request(input);
		break;
	case STEP_LIST:
		if (bits & 8)
			listing_end(&listing, &set);
		else if (bits & 16)
			check_head(input_number(input, 1));
		else
			listing_next(&listing, &set, input_number(input, 2));
		break;
	case STEP_TIME:
		jiffies += HZ * input_number(input, bits & 8 ? 4 : 1);
		break;
	case STEP_WORK:
		if (bits & 8)
			world_tick();
		world_settle();
		break;
	case STEP_MOVE:
		standin_table_move(&h->table, bits >> 3);
		break;
	case STEP_FLUSH:
		if (bits & 0xc0)
			break;
		set.variant->flush(&set);
		must(!h->count && !count(true));
		break;
	}
	might_sleep();
}

/* Bits, then the values for each of them, as in a request. */
static struct nlattr *read_create(struct input *input)
{
	static const u32 masks[] = {
		SR6FLOW_MASK_DEFAULT, 0x4, 0x3, 0x80010000, 0x80, 0, 0x10001,
	};
	struct message message;
	unsigned int bits = (unsigned int)input_number(input, 1);
	u32 mask = SR6FLOW_MASK_DEFAULT;

	message_begin(&message);
	if (bits & 1) {
		mask = masks[input_number(input, 1) % 7];
		message_put_number(&message, IPSET_ATTR_MARKMASK, 4, mask);
	}
	if (bits & 2)
		message_put_number(&message, IPSET_ATTR_INITVAL, 4,
				   read_colour(input, mask));
	if (bits & 4)
		message_put_number(&message, IPSET_ATTR_MAXELEM, 4,
				   input_number(input, 1));
	if (bits & 8)
		message_put_number(&message, IPSET_ATTR_HASHSIZE, 4,
				   input_number(input, 4));
	if (bits & 16)
		message_put_number(&message, IPSET_ATTR_TIMEOUT, 4,
				   input_number(input, 2));
	if (bits & 32)
		message_put_number(&message, IPSET_ATTR_CADT_FLAGS, 4,
				   input_number(input, 2));
	if (bits & 128) {
		u8 netmask = (u8)input_number(input, 1);

		message_put(&message, IPSET_ATTR_NETMASK, &netmask, 1);
	}
	return message_done(&message, bits & 64 ? input : NULL);
}

/* 0 without one, -1 for one that cannot be. */
static int wanted_netmask(struct nlattr *tb[])
{
	int netmask = tb[IPSET_ATTR_NETMASK] ?
		      nla_get_u8(tb[IPSET_ATTR_NETMASK]) : 0;

	if (tb[IPSET_ATTR_NETMASK] &&
	    (!set.revision || netmask < 1 || netmask > 128))
		return -1;
	return netmask;
}

static void check_created(int err, struct nlattr *tb[], size_t memory)
{
	const struct sr6flow_htype *h = set.data;
	int netmask = wanted_netmask(tb);

	must(!err || world_memory() == memory);
	switch (-err) {
	case 0:
		must(netmask >= 0 && h->netmask == (u32)netmask);
		break;
	case IPSET_ERR_INVALID_NETMASK:
		must(netmask < 0);
		break;
	case IPSET_ERR_PROTOCOL:
	case IPSET_ERR_INVALID_MARKMASK:
		break;
	default:
		must(err == -ENOMEM && world_refused());
	}
}

/* A set, or an error and nothing left of it. */
static bool create(struct input *input)
{
	struct nlattr *tb[IPSET_ATTR_CREATE_MAX + 1], *nest;
	size_t memory = world_memory();
	int poor = (int)input_number(input, 1), err = 1;
	const struct sr6flow_htype *h;

	memset(&set, 0, sizeof(set));
	set.family = NFPROTO_IPV6;
	/* One of the bits that do not select the allocation that fails. */
	set.revision = poor >> 3 & 1;
	nest = read_create(input);
	world_refuse(poor & 0xf0 ? -1 : poor);
	if (!nla_parse_nested(tb, IPSET_ATTR_CREATE_MAX, nest,
			      world_type->create_policy, NULL)) {
		err = world_type->create(NULL, &set, tb, 0);
		check_created(err, tb, memory);
	}
	world_refuse(-1);
	free(nest);
	if (err)
		return false;
	h = set.data;
	must(sr6flow_mask_valid(h->mask));
	must(sr6flow_colour_valid(h->mask, h->colour));
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };

	world_begin();
	memset(&listing, 0, sizeof(listing));
	if (create(&input)) {
		for (unsigned int i = 0; i < STEPS_MAX && input.len; i++)
			step(&input);
		listing_end(&listing, &set);
		set.variant->cancel_gc(&set);
		set.variant->destroy(&set);
		must(!set.data);
	}
	world_end();
	return 0;
}
