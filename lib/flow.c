// SPDX-License-Identifier: GPL-2.0-only
/* Calls on one flow. */
#include <errno.h>
#include "internal.h"

static int flow_check(struct sr6flow *handle, const struct sr6flow_flow *flow)
{
	char problem[ERROR_SIZE];

	if (flow_problem(flow, problem, sizeof(problem)))
		return fail_with(handle, EINVAL, "%s", problem);
	return 0;
}

/* The exist flag is the absence of NLM_F_EXCL. */
static int flow_run(struct sr6flow *handle, const char *set, int command,
		    const struct sr6flow_flow *flow, uint32_t timeout,
		    bool exist, int *verdict)
{
	union request request;
	struct nlmsghdr *nlh;
	struct nlattr *data;
	int ret;

	ret = flow_check(handle, flow);
	if (!ret)
		ret = set_check(handle, set);
	if (ret)
		return ret;
	nlh = request_start(&request, command,
			    NLM_F_ACK | (exist ? 0 : NLM_F_EXCL), set);
	data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	request_put_flow(nlh, flow, command == IPSET_CMD_ADD);
	if (timeout != SR6FLOW_NO_TIMEOUT)
		request_put_u32(nlh, IPSET_ATTR_TIMEOUT, timeout);
	mnl_attr_nest_end(nlh, data);
	return request_run(handle, nlh, NULL, NULL, verdict);
}

static int fail_full(struct sr6flow *handle, const char *set)
{
	struct sr6flow_set info;
	int ret = sr6flow_info(handle, set, &info);

	if (ret)
		return ret;
	return fail_with(handle, ENOSPC,
			 "set '%s' is full, it has maxelem %u flows: delete some or create it with a larger maxelem",
			 set, info.maxelem);
}

/* The set determines whether a flow must have a source. */
static int fail_source(struct sr6flow *handle, const char *set,
		       const struct sr6flow_flow *flow)
{
	char text[SR6FLOW_FLOW_STRLEN];

	sr6flow_flow_format(flow, text);
	if (flow->netmask)
		return fail_with(handle, EINVAL,
				 "set '%s' has no netmask: remove the source from the flow %s",
				 set, text);
	return fail_with(handle, EINVAL,
			 "set '%s' has a netmask: add the source, as in SOURCE@SID, to the flow %s",
			 set, text);
}

static int fail_flow_verdict(struct sr6flow *handle, const char *set,
			     const struct sr6flow_flow *flow, int verdict)
{
	if (verdict == -IPSET_ERR_INVALID_CIDR ||
	    verdict == -IPSET_ERR_IPADDR_IPV6)
		return fail_source(handle, set, flow);
	return fail_verdict(handle, set, verdict);
}

EXPORT int sr6flow_add(struct sr6flow *handle, const char *set,
		       const struct sr6flow_flow *flow, uint32_t timeout,
		       bool exist)
{
	char text[SR6FLOW_FLOW_STRLEN];
	int ret, verdict;

	ret = flow_run(handle, set, IPSET_CMD_ADD, flow, timeout, exist,
		       &verdict);
	if (ret || !verdict)
		return ret;
	switch (-verdict) {
	case IPSET_ERR_EXIST:
		return fail_with(handle, EEXIST, "set '%s' has the flow %s already",
				 set, sr6flow_flow_format(flow, text));
	case SR6FLOW_ERR_FULL:
		return fail_full(handle, set);
	case IPSET_ERR_TIMEOUT:
		return fail_with(handle, EINVAL,
				 "set '%s' has no timeouts: create it with one, or add the flow without",
				 set);
	case EINVAL:
		return fail_with(handle, EINVAL, "set '%s': the kernel refused the flow %s",
				 set, sr6flow_flow_format(flow, text));
	}
	return fail_flow_verdict(handle, set, flow, verdict);
}

EXPORT int sr6flow_del(struct sr6flow *handle, const char *set,
		       const struct sr6flow_flow *flow)
{
	char text[SR6FLOW_FLOW_STRLEN];
	int ret, verdict;

	ret = flow_run(handle, set, IPSET_CMD_DEL, flow, SR6FLOW_NO_TIMEOUT,
		       false, &verdict);
	if (ret || !verdict)
		return ret;
	if (verdict == -IPSET_ERR_EXIST)
		return fail_with(handle, ESRCH, "set '%s' does not have the flow %s",
				 set, sr6flow_flow_format(flow, text));
	return fail_flow_verdict(handle, set, flow, verdict);
}

EXPORT int sr6flow_test(struct sr6flow *handle, const char *set,
			const struct sr6flow_flow *flow)
{
	int ret, verdict;

	ret = flow_run(handle, set, IPSET_CMD_TEST, flow, SR6FLOW_NO_TIMEOUT,
		       false, &verdict);
	if (ret)
		return ret;
	if (verdict == -IPSET_ERR_EXIST)
		return 0;
	return verdict ? fail_flow_verdict(handle, set, flow, verdict) : 1;
}
