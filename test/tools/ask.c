// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>

#include "ask.h"

/* Attributes of a flow with 16 SIDs, name and timeout. */
#define FLOW_ROOM 500

int ask(struct sr6flow *handle, struct nlmsghdr *nlh)
{
	int verdict, ret = request_run(handle, nlh, NULL, NULL, &verdict);

	return ret ? ret : verdict;
}

int ask_two_sets(struct sr6flow *handle, int command, const char *a,
		 const char *b)
{
	union request request;
	struct nlmsghdr *nlh = request_start(&request, command, NLM_F_ACK, a);

	mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME2, b);
	return ask(handle, nlh);
}

int ask_write(struct sr6flow *handle, const char *set,
	      const struct sr6flow_flow *flow, uint32_t colour,
	      uint64_t packets)
{
	union request request;
	struct nlmsghdr *nlh = request_start(&request, IPSET_CMD_ADD,
					     NLM_F_ACK | NLM_F_EXCL, set);
	struct nlattr *data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);

	request_put_flow(nlh, flow, false);
	request_put_u32(nlh, IPSET_ATTR_MARK, colour);
	mnl_attr_put_u64(nlh, IPSET_ATTR_PACKETS | NLA_F_NET_BYTEORDER,
			 htobe64(packets));
	mnl_attr_put_u64(nlh, IPSET_ATTR_BYTES | NLA_F_NET_BYTEORDER,
			 htobe64(packets * 100));
	mnl_attr_nest_end(nlh, data);
	return ask(handle, nlh);
}

int ask_add(struct sr6flow *handle, const char *set,
	    const struct sr6flow_flow *flows, unsigned int count,
	    uint32_t timeout)
{
	static _Thread_local union ask_room room;
	struct nlattr *records, *data;
	struct nlmsghdr *nlh;
	int error = 0;

	while (count && !error) {
		nlh = request_start(&room.request, IPSET_CMD_ADD, NLM_F_ACK, set);
		request_put_u32(nlh, IPSET_ATTR_LINENO, 0);
		records = mnl_attr_nest_start(nlh, IPSET_ATTR_ADT);
		for (; count && nlh->nlmsg_len + FLOW_ROOM < sizeof(room); count--) {
			data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
			request_put_flow(nlh, flows++, true);
			if (timeout != SR6FLOW_NO_TIMEOUT)
				request_put_u32(nlh, IPSET_ATTR_TIMEOUT, timeout);
			mnl_attr_nest_end(nlh, data);
		}
		mnl_attr_nest_end(nlh, records);
		error = ask(handle, nlh);
	}
	return error;
}
