// SPDX-License-Identifier: GPL-2.0-only
/*
 * What programs of the project do without a kernel, for callgrind.
 *
 *   bench_userspace dump FLOWS [NAME]
 *         sr6flow_dump() of FLOWS flows with two SIDs and two colours each, of
 *         which every one has a name that begins with NAME if given. A stand-in
 *         of lib/channel.c has the messages as the kernel makes them.
 *   bench_userspace codec SIDS TIMES
 *         a SID list encoded and decoded, TIMES times, in codec_round_trip()
 *   bench_userspace recording FLOWS BLOCKS
 *         prints a recording, for lmctl loss
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

/* As much as the kernel puts into a message of a dump. */
#define MESSAGE_SIZE 32000
#define RECORD_SIZE 512
#define PORTID 1
#define MASK SR6FLOW_MASK_DEFAULT

int codec_round_trip(unsigned int sids);

struct message {
	struct message *next;
	char bytes[MESSAGE_SIZE];
};

/* The answer to the next request; its end is the only short message. */
static struct message *answer;

static struct sr6flow_flow flow_number(uint32_t i)
{
	struct sr6flow_flow flow = { .nsids = 2 };
	char text[64];

	snprintf(text, sizeof(text), "fc00:%x:%x::1", 1 + (i >> 16),
		 i & 0xffff);
	inet_pton(AF_INET6, text, &flow.sids[0]);
	inet_pton(AF_INET6, "fcff:8::100", &flow.sids[1]);
	return flow;
}

static void put_u64(struct nlmsghdr *nlh, uint16_t type, uint64_t value)
{
	value = htobe64(value);
	mnl_attr_put(nlh, type | NLA_F_NET_BYTEORDER, sizeof(value), &value);
}

static void put_address(struct nlmsghdr *nlh, uint16_t type, const void *bytes)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV6, 16, bytes);
	mnl_attr_nest_end(nlh, nest);
}

static struct nlmsghdr *message_start(int type)
{
	struct message *message = calloc(1, sizeof(*message));
	struct message **last = &answer;
	struct nlmsghdr *nlh;

	if (!message)
		exit(1);
	while (*last)
		last = &(*last)->next;
	*last = message;
	nlh = mnl_nlmsg_put_header(message->bytes);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_MULTI;
	nlh->nlmsg_pid = PORTID;
	return nlh;
}

static struct nlmsghdr *list_start(void)
{
	struct nlmsghdr *nlh = message_start(NFNL_SUBSYS_IPSET << 8 |
					     IPSET_CMD_LIST);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	mnl_attr_put_u8(nlh, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL);
	mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME, "bench");
	return nlh;
}

static void put_header(struct nlmsghdr *nlh, uint32_t flows)
{
	static const char nothing[16];
	struct nlattr *data;

	mnl_attr_put_strz(nlh, IPSET_ATTR_TYPENAME, SR6FLOW_TYPENAME);
	mnl_attr_put_u8(nlh, IPSET_ATTR_FAMILY, AF_INET6);
	mnl_attr_put_u8(nlh, IPSET_ATTR_REVISION, SR6FLOW_REVISION_MAX);
	data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	request_put_u32(nlh, IPSET_ATTR_HASHSIZE, 1024);
	request_put_u32(nlh, IPSET_ATTR_MAXELEM, flows);
	request_put_u32(nlh, IPSET_ATTR_MARKMASK, MASK);
	request_put_u32(nlh, IPSET_ATTR_INITVAL, sr6flow_colour(MASK, 0));
	request_put_u32(nlh, IPSET_ATTR_REFERENCES, 1);
	request_put_u32(nlh, IPSET_ATTR_MEMSIZE, 1);
	request_put_u32(nlh, IPSET_ATTR_ELEMENTS, flows);
	put_address(nlh, IPSET_ATTR_IP, nothing);
	put_address(nlh, IPSET_ATTR_IP_TO, nothing);
	mnl_attr_nest_end(nlh, data);
}

static void put_record(struct nlmsghdr *nlh, const struct sr6flow_flow *flow,
		       const struct sr6flow_identity *identity, uint32_t i,
		       unsigned int parity)
{
	struct nlattr *data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);

	request_put_flow(nlh, flow, true);
	put_address(nlh, IPSET_ATTR_IP2, identity);
	request_put_u32(nlh, IPSET_ATTR_MARK, sr6flow_colour(MASK, parity));
	put_u64(nlh, IPSET_ATTR_PACKETS, 1000 + i);
	put_u64(nlh, IPSET_ATTR_BYTES, 100000 + i);
	mnl_attr_nest_end(nlh, data);
}

static void make_listing(uint32_t flows, const char *name)
{
	struct nlmsghdr *nlh = list_start();
	struct nlattr *records;
	unsigned int parity;
	uint32_t i;

	put_header(nlh, flows);
	records = mnl_attr_nest_start(nlh, IPSET_ATTR_ADT);
	for (i = 0; i < flows; i++) {
		struct sr6flow_flow flow = flow_number(i);
		struct sr6flow_identity identity = {
			htobe64(1), htobe64(1 + i)
		};

		if (name)
			snprintf(flow.name, sizeof(flow.name), "%s%07u", name,
				 i);
		for (parity = 0; parity < 2; parity++) {
			put_record(nlh, &flow, &identity, i, parity);
			if (nlh->nlmsg_len + RECORD_SIZE < MESSAGE_SIZE)
				continue;
			mnl_attr_nest_end(nlh, records);
			nlh = list_start();
			records = mnl_attr_nest_start(nlh, IPSET_ATTR_ADT);
		}
	}
	mnl_attr_nest_end(nlh, records);
	mnl_nlmsg_put_extra_header(message_start(NLMSG_DONE), sizeof(int));
}

int channel_open(struct channel *channel)
{
	channel->portid = PORTID;
	return 0;
}

void channel_close(struct channel *channel)
{
	(void)channel;
}

/* The kernel's messages have the number of the request. */
int channel_send(struct channel *channel, const void *message, size_t len)
{
	const struct nlmsghdr *request = message;
	struct message *each;

	(void)channel;
	(void)len;
	for (each = answer; each; each = each->next)
		((struct nlmsghdr *)each->bytes)->nlmsg_seq =
			request->nlmsg_seq;
	return 0;
}

ssize_t channel_recv(struct channel *channel, void *buffer, size_t size,
		     bool wait)
{
	struct message *message = answer;
	size_t len;

	(void)channel;
	(void)wait;
	if (!message)
		return -EAGAIN;
	len = ((struct nlmsghdr *)message->bytes)->nlmsg_len;
	if (len > size)
		return -EMSGSIZE;
	memcpy(buffer, message->bytes, len);
	answer = message->next;
	free(message);
	return (ssize_t)len;
}

static int see_flow(const struct sr6flow_set *set,
		    const struct sr6flow_record *record, void *arg)
{
	uint32_t *flows = arg;

	(void)set;
	*flows += record->slots == 6;
	return 0;
}

static int do_dump(uint32_t flows, const char *name)
{
	struct sr6flow *handle;
	uint32_t seen = 0;
	struct nlmsghdr *nlh;

	nlh = message_start(NFNL_SUBSYS_IPSET << 8 | IPSET_CMD_PROTOCOL);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	mnl_attr_put_u8(nlh, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL);
	mnl_attr_put_u8(nlh, IPSET_ATTR_PROTOCOL_MIN, IPSET_PROTOCOL_MIN);
	mnl_nlmsg_put_extra_header(message_start(NLMSG_ERROR),
				   sizeof(struct nlmsgerr));
	if (sr6flow_open(&handle))
		return 1;
	make_listing(flows, name);
	if (sr6flow_dump(handle, "bench", see_flow, &seen) || seen != flows) {
		fprintf(stderr, "bench_userspace: %u flows: %s\n", seen,
			sr6flow_error(handle));
		return 1;
	}
	sr6flow_close(handle);
	return 0;
}

__attribute__((noinline)) int codec_round_trip(unsigned int sids)
{
	static __u8 list[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	static __u8 back[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	char comment[SR6FLOW_COMMENT_MAX + 1];
	size_t len;

	/* As SIDs are: two parts that differ, then zeros, then a function. */
	for (unsigned int i = 0; i < sids; i++) {
		memcpy(list[i], (__u8[]){ 0xfc, 0xff, 0, i }, 4);
		list[i][SR6FLOW_SID_LEN - 2] = 1;
	}
	len = sr6flow_sids_encode(comment, (const void *)list, sids);
	return sr6flow_sids_decode(back, list[0], comment, len) == sids;
}

static int do_codec(unsigned int sids, unsigned int times)
{
	if (!sids || sids > SR6FLOW_SIDS_MAX)
		return 2;
	while (times--)
		if (!codec_round_trip(sids))
			return 1;
	return 0;
}

static int do_recording(uint32_t flows, uint32_t blocks)
{
	uint32_t block, i;

	for (block = 0; block < blocks; block++)
		for (i = 0; i < flows; i++)
			printf("{\"v\":2,\"node\":\"node\",\"set\":\"lm-tx\",\"boot\":\"0123456789abcdef\",\"instance\":\"0000000000000001\",\"generation\":\"%016x\",\"source\":\"fcff:1::1/128\",\"sids\":[\"fc00:%x:%x::1\",\"fcff:8::100\"],\"name\":null,\"synchronised\":true,\"boot_time_us\":1700000000123456,\"period_ms\":10000,\"guard_us\":1000000,\"band_us\":100000,\"mask\":\"0x00030000\",\"block\":%u,\"colour\":\"0x%08x\",\"packets\":%u,\"bytes\":%u,\"valid\":true,\"reason\":null}\n",
			       1 + i, 1 + (i >> 16), i & 0xffff, 1000 + block,
			       sr6flow_colour(MASK, block), 1000 + i,
			       100000 + i);
	return fflush(stdout) ? 1 : 0;
}

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 0);
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "dump"))
		return do_dump(number(argv[2]), argv[3]);
	if (argc > 3 && !strcmp(argv[1], "codec"))
		return do_codec(number(argv[2]), number(argv[3]));
	if (argc > 3 && !strcmp(argv[1], "recording"))
		return do_recording(number(argv[2]), number(argv[3]));
	fputs("usage: bench_userspace dump FLOWS [NAME]\n"
	      "       bench_userspace codec SIDS TIMES\n"
	      "       bench_userspace recording FLOWS BLOCKS\n", stderr);
	return 2;
}
