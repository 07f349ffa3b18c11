// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include "internal.h"

static int index_read(struct sr6flow *handle, const struct nlmsghdr *nlh,
		      void *arg)
{
	const size_t offset = MNL_ALIGN(sizeof(struct nfgenmsg));
	struct attributes left = {
		mnl_nlmsg_get_payload_offset(nlh, offset),
		mnl_nlmsg_get_payload_len(nlh) - offset,
	};
	const struct nlattr *attr;
	uint16_t *index = arg;

	while ((attr = attributes_next(&left))) {
		if (attribute_type(attr) != IPSET_ATTR_INDEX ||
		    payload_len(attr) != sizeof(*index))
			continue;
		memcpy(index, payload(attr), sizeof(*index));
		*index = ntohs(*index);
		return 0;
	}
	return fail_damaged(handle, "no index of the set");
}

EXPORT int sr6flow_index(struct sr6flow *handle, const char *set,
			 uint16_t *index)
{
	union request request;
	struct nlmsghdr *nlh;
	int ret, verdict;

	ret = set_name_check(handle, set);
	if (ret)
		return ret;
	nlh = request_start(&request, IPSET_CMD_GET_BYNAME, NLM_F_ACK, set);
	ret = request_run(handle, nlh, index_read, index, &verdict);
	if (ret)
		return ret;
	return verdict ? fail_verdict(handle, set, verdict) : 0;
}
