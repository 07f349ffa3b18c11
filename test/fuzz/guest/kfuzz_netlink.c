// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any requests to sets of the type, see README.md. The bytes of an input choose
 * messages and attributes, most of them as programs send them, some made of
 * bytes alone. Then the set is listed and must agree with itself;
 * then all is destroyed, so that an input means the same whenever it is run.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "../input.h"
#include "internal.h"
#include "guest.h"
#include "lib/array.h"

#define MESSAGES 12
#define ATTRIBUTES 8
#define RECORDS 6
/* No attribute is begun behind this; the longest takes 300 bytes. */
#define MESSAGE_LEN 3000
#define NET NLA_F_NET_BYTEORDER

/* The library's own messages are shorter. */
union message {
	union request request;
	char room[MESSAGE_LEN + 1000];
};

static const char *const sets[] = { "a", "b", "c" };
#define SETS ARRAY_SIZE(sets)

static struct sr6flow *handle;
static struct mnl_socket *nl;
/* Whether there may be a set of that name. */
static bool made[SETS];
/* The set that most messages are for was to have a netmask. */
static bool sourced;

static void open_socket(void)
{
	if (nl)
		mnl_socket_close(nl);
	nl = mnl_socket_open(NETLINK_NETFILTER);
	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		fuzz_die("netlink");
}

static uint8_t choice(struct input *input)
{
	return input_number(input, 1);
}

/* Most messages are for the set that is there. */
static unsigned int choose_set(struct input *input)
{
	uint8_t number = choice(input);

	return number < 192 ? 0 : number % SETS;
}

/* One of a few values that mean something, or any. */
static uint32_t choose_u32(struct input *input)
{
	static const uint32_t values[] = {
		0, 1, 2, 5, 64, 300, 0x10000, 0x20000, 0x30000, 0x30001, 0x0c,
		0x04, 0x08, 0x80010000, UINT32_MAX, UINT32_MAX - 1,
	};
	uint8_t number = choice(input);

	if (number < 224)
		return values[number % ARRAY_SIZE(values)];
	return input_number(input, 4);
}

/* Few lists and sources, so that flows meet again. */
static void put_list(struct input *input, struct nlmsghdr *nlh)
{
	struct sr6flow_flow flow = { .nsids = 0 };
	uint8_t number = choice(input);
	unsigned int i;

	flow.nsids = 1 + number % (number < 224 ? 3 : SR6FLOW_SIDS_MAX);
	for (i = 0; i < flow.nsids; i++) {
		flow.sids[i].s6_addr[0] = i % 2 ? 0xfc : 0;
		flow.sids[i].s6_addr[15] = number + i;
	}
	if (sourced) {
		flow.netmask = SR6FLOW_NETMASK_MAX;
		flow.source.s6_addr[number & 64 ? 15 : 0] = 0xfd;
	}
	request_put_flow(nlh, &flow, false);
}

static void put_string(struct input *input, struct nlmsghdr *nlh, int type)
{
	uint8_t len = choice(input);
	char text[256];

	input_bytes(input, text, len);
	mnl_attr_put(nlh, type, len, text);
}

static void put_name(struct input *input, struct nlmsghdr *nlh)
{
	static const char *const names[] = {
		"gold", "g", "a2345678901234567890123456789_:", "9.-", "",
	};

	mnl_attr_put_strz(nlh, IPSET_ATTR_NAME, names[choice(input) % 5]);
}

/* Bytes as an attribute of any type, also where it does not belong. */
static void put_raw(struct input *input, struct nlmsghdr *nlh)
{
	uint8_t type = choice(input), len = choice(input) % 40, data[40];
	uint16_t flags = 0;

	flags |= type & 128 ? NLA_F_NESTED : 0;
	flags |= type & 64 ? NET : 0;
	input_bytes(input, data, len);
	mnl_attr_put(nlh, flags | (type & 63), len, data);
}

static void put_u32(struct input *input, struct nlmsghdr *nlh, int type)
{
	mnl_attr_put_u32(nlh, type | NET, htonl(choose_u32(input)));
}

static void put_u64(struct input *input, struct nlmsghdr *nlh, int type)
{
	uint64_t value = choose_u32(input);

	mnl_attr_put_u64(nlh, type | NET, htobe64(value << 32 | value));
}

static void put_attribute(struct input *input, struct nlmsghdr *nlh)
{
	static const uint8_t numbers[] = {
		IPSET_ATTR_MARK, IPSET_ATTR_TIMEOUT, IPSET_ATTR_SKBPRIO,
		IPSET_ATTR_CADT_FLAGS, IPSET_ATTR_MARKMASK, IPSET_ATTR_INITVAL,
		IPSET_ATTR_LINENO, IPSET_ATTR_MARK,
	};
	static const uint8_t big[] = {
		IPSET_ATTR_PACKETS, IPSET_ATTR_BYTES, IPSET_ATTR_SKBMARK,
	};
	uint8_t kind = choice(input);

	if (kind < 80)
		put_list(input, nlh);
	else if (kind < 112)
		put_name(input, nlh);
	else if (kind < 176)
		put_u32(input, nlh, numbers[kind % 8]);
	else if (kind < 216)
		put_u64(input, nlh, big[kind % 3]);
	else if (kind < 224)
		mnl_attr_put_u16(nlh, IPSET_ATTR_SKBQUEUE | NET, kind);
	else if (kind < 232)
		put_string(input, nlh, kind & 1 ? IPSET_ATTR_COMMENT :
						  IPSET_ATTR_NAME);
	else
		put_raw(input, nlh);
}

/*
 * Sizes are bounded: a table of many megabytes is slow and no mistake. No netmask if it
 * is negative.
 */
static void put_options(struct input *input, struct nlmsghdr *nlh, int netmask)
{
	if (netmask >= 0)
		mnl_attr_put_u8(nlh, IPSET_ATTR_NETMASK, netmask);

	mnl_attr_put_u32(nlh, IPSET_ATTR_HASHSIZE | NET,
			 htonl(choose_u32(input) % 1000));
	mnl_attr_put_u32(nlh, IPSET_ATTR_MAXELEM | NET,
			 htonl(choose_u32(input)));
}

static void put_attributes(struct input *input, struct nlmsghdr *nlh,
			   unsigned int n)
{
	while (n-- && nlh->nlmsg_len < MESSAGE_LEN)
		put_attribute(input, nlh);
}

static void put_data(struct input *input, struct nlmsghdr *nlh)
{
	struct nlattr *data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);

	put_attributes(input, nlh, choice(input) % ATTRIBUTES);
	mnl_attr_nest_end(nlh, data);
}

/* Many records in a message, as ipset restore sends them. */
static void put_records(struct input *input, struct nlmsghdr *nlh)
{
	struct nlattr *adt;
	unsigned int n = 1 + choice(input) % RECORDS;

	mnl_attr_put_u32(nlh, IPSET_ATTR_LINENO | NET, htonl(1));
	adt = mnl_attr_nest_start(nlh, IPSET_ATTR_ADT);
	while (n-- && nlh->nlmsg_len < MESSAGE_LEN)
		put_data(input, nlh);
	mnl_attr_nest_end(nlh, adt);
}

/* With a netmask, some of them wrong, if all of some bits of the choice are set. */
static void put_create(struct input *input, struct nlmsghdr *nlh)
{
	static const uint8_t netmasks[] = { 128, 64, 1, 48, 127, 0, 129, 20 };
	uint8_t odd = choice(input), n = choice(input) % ATTRIBUTES;
	int netmask = (odd & 0x83) == 0x83 ? netmasks[odd >> 2 & 7] : -1;
	struct nlattr *data;

	mnl_attr_put_strz(nlh, IPSET_ATTR_TYPENAME, SR6FLOW_TYPENAME);
	mnl_attr_put_u8(nlh, IPSET_ATTR_REVISION,
			odd == 255 ? SR6FLOW_REVISION_MAX + 1 : odd & 1);
	mnl_attr_put_u8(nlh, IPSET_ATTR_FAMILY, odd == 254 ? AF_INET : AF_INET6);
	data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	put_options(input, nlh, netmask);
	put_attributes(input, nlh, n);
	mnl_attr_nest_end(nlh, data);
	sourced = netmask > 0;
}

/* Whatever has been answered so far. */
static void drain(void)
{
	static char answer[65536];

	while (recv(mnl_socket_get_fd(nl), answer, sizeof(answer),
		    MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
		;
}

static void send_message(struct nlmsghdr *nlh)
{
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		fuzz_die("cannot send");
}

static void make_message(struct input *input)
{
	static union message message;
	union request *room = &message.request;
	uint8_t command = choice(input), how = choice(input);
	int flags = NLM_F_ACK | (how & 1 ? NLM_F_EXCL : 0);
	unsigned int number = choose_set(input);
	const char *set = sets[number];
	struct nlmsghdr *nlh;

	switch (command % 16) {
	default:
		nlh = request_start(room, IPSET_CMD_ADD, flags, set);
		if (how & 2)
			put_records(input, nlh);
		else
			put_data(input, nlh);
		break;
	case 8:
		nlh = request_start(room, IPSET_CMD_DEL, flags, set);
		put_data(input, nlh);
		break;
	case 9:
		nlh = request_start(room, IPSET_CMD_TEST, flags, set);
		put_data(input, nlh);
		break;
	case 10:
		nlh = request_start(room, IPSET_CMD_CREATE, flags | NLM_F_CREATE, set);
		put_create(input, nlh);
		made[number] = true;
		break;
	case 11:
	case 12:
		/* The rest comes when a later message is read, or never. */
		nlh = request_start(room, IPSET_CMD_LIST, NLM_F_DUMP, set);
		if (how & 2)
			mnl_attr_put_u32(nlh, IPSET_ATTR_FLAGS | NET,
					 htonl(choose_u32(input)));
		break;
	case 13:
		nlh = request_start(room, IPSET_CMD_FLUSH, flags, set);
		break;
	case 14:
		nlh = request_start(room, how & 2 ? IPSET_CMD_SWAP : IPSET_CMD_RENAME,
			    flags, set);
		number = choose_set(input);
		mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME2, sets[number]);
		made[number] = true;
		break;
	case 15:
		nlh = request_start(room, how & 2 ? IPSET_CMD_DESTROY : IPSET_CMD_HEADER,
			    flags, set);
		break;
	}
	send_message(nlh);
	if (how < 224)
		drain();
	if (how == 255)
		open_socket();
}

struct listing {
	uint32_t listed, flows, maxelem, timeout;
};

static int count_flow(const struct sr6flow_set *set,
		      const struct sr6flow_record *record, void *arg)
{
	struct listing *listing = arg;

	(void)record;
	listing->listed++;
	listing->flows = set->flows;
	listing->maxelem = set->maxelem;
	listing->timeout = set->timeout;
	return 0;
}

/* The library, which takes no nonsense, can list it. */
static void judge(const char *set)
{
	struct listing listing = { .timeout = SR6FLOW_NO_TIMEOUT };
	int ret = sr6flow_dump(handle, set, count_flow, &listing);

	if (ret == -ENOENT)
		return;
	if (ret)
		fuzz_found("%s cannot be listed: %s", set, sr6flow_error(handle));
	/* Flows may time out on the way. */
	if (listing.timeout == SR6FLOW_NO_TIMEOUT &&
	    listing.listed != listing.flows)
		fuzz_found("%s lists %u flows of %u", set, listing.listed,
			   listing.flows);
	if (listing.listed && listing.listed > listing.maxelem)
		fuzz_found("%s has %u flows of %u at most", set, listing.listed,
			   listing.maxelem);
}

static void destroy_all(void)
{
	union request room;
	unsigned int i;

	for (i = 0; i < SETS; i++) {
		if (!made[i])
			continue;
		send_message(request_start(&room, IPSET_CMD_DESTROY, NLM_F_ACK,
					   sets[i]));
		made[i] = false;
	}
	drain();
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (sr6flow_open(&handle))
		fuzz_die("libsr6flow");
	open_socket();
	guest_start();
	return 0;
}

/* The first message of all makes the set that the others are for. */
static void make_set(struct input *input)
{
	static union message message;
	struct nlmsghdr *nlh;

	nlh = request_start(&message.request, IPSET_CMD_CREATE,
			    NLM_F_ACK | NLM_F_CREATE, sets[0]);
	put_create(input, nlh);
	send_message(nlh);
	drain();
	made[0] = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { .data = data, .len = size };
	unsigned int i;

	guest_begin();
	make_set(&input);
	for (i = 0; i < MESSAGES && input.len; i++)
		make_message(&input);
	/* Also the end of listings that nobody has read. */
	drain();
	/* One in four: it takes as long as the messages. */
	if (size && data[size - 1] % 4 == 0)
		judge(sets[0]);
	destroy_all();
	guest_end();
	return 0;
}
