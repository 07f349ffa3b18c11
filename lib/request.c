// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages to the kernel and the end of its answer.
 *
 * Every answer has an end: an NLMSG_ERROR message (error or acknowledgement)
 * or, for a listing, NLMSG_DONE. request_run() reads up to it even after an
 * error, so that the next request finds an empty socket and the kernel
 * releases the set that it listed. Messages with another sequence number are
 * left over from an answer whose end was lost, and skipped.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include "internal.h"

/* How often to restart a listing that the kernel has stopped. */
#define NUDGES_MAX 16
/* Never the number of a request whose answer is read. */
#define NUDGE_SEQ 0
/* errno ends at 4095, errors of set types begin at 4352. */
#define VERDICT_MIN (-65535)

struct nlmsghdr *request_start(union request *request, int command, int flags,
			       const char *set)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request->bytes);
	struct nfgenmsg *nfg;

	nlh->nlmsg_type = NFNL_SUBSYS_IPSET << 8 | command;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->nfgen_family = AF_INET6;
	nfg->version = NFNETLINK_V0;
	mnl_attr_put_u8(nlh, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL);
	if (set)
		mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME, set);
	return nlh;
}

void request_put_u32(struct nlmsghdr *nlh, int attribute, uint32_t value)
{
	mnl_attr_put_u32(nlh, attribute | NLA_F_NET_BYTEORDER, htonl(value));
}

static void put_address(struct nlmsghdr *nlh, int attribute,
			const void *address)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attribute);

	mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV6 | NLA_F_NET_BYTEORDER,
		     sizeof(struct in6_addr), address);
	mnl_attr_nest_end(nlh, nest);
}

void request_put_flow(struct nlmsghdr *nlh, const struct sr6flow_flow *flow,
		      bool with_name)
{
	const __u8 (*sids)[SR6FLOW_SID_LEN] = (const void *)flow->sids;
	char comment[SR6FLOW_COMMENT_MAX + 1];
	size_t len = sr6flow_sids_encode(comment, sids, flow->nsids);

	put_address(nlh, IPSET_ATTR_IP, sids[0]);
	if (flow->netmask)
		put_address(nlh, IPSET_ATTR_IP_TO, &flow->source);
	if (len)
		mnl_attr_put(nlh, IPSET_ATTR_COMMENT, len + 1, comment);
	if (with_name && flow->name[0])
		mnl_attr_put_strz(nlh, IPSET_ATTR_NAME, flow->name);
}

/* Reading any message makes the kernel produce the next one of a listing; if
 * that failed for want of memory, only another message restarts it.
 */
static int nudge(struct sr6flow *handle)
{
	union request request;
	struct nlmsghdr *nlh;

	nlh = request_start(&request, IPSET_CMD_PROTOCOL, 0, NULL);
	nlh->nlmsg_seq = NUDGE_SEQ;
	return channel_send(&handle->channel, nlh, nlh->nlmsg_len);
}

struct run {
	const struct nlmsghdr *request;
	answer_fn fn;
	void *arg;
	int ret;
	int verdict;
	bool ended;
};

static void message_read(struct sr6flow *handle, struct run *run,
			 const struct nlmsghdr *nlh)
{
	const size_t len = mnl_nlmsg_get_payload_len(nlh);

	if (nlh->nlmsg_seq != run->request->nlmsg_seq ||
	    nlh->nlmsg_pid != handle->channel.portid)
		return;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR && !run->ret)
		run->ret = fail_with(handle, EINTR,
				     "the listing was interrupted by a change: try again");
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		run->ended = true;
		/* Both begin with the error; an end without one does not say
		 * that the answer is whole.
		 */
		if (len >= sizeof(run->verdict))
			memcpy(&run->verdict, mnl_nlmsg_get_payload(nlh),
			       sizeof(run->verdict));
		else if (!run->ret)
			run->ret = fail_damaged(handle, "an end without error code");
		if (run->verdict > 0 && !run->ret)
			run->ret = fail_damaged(handle, "an error above zero");
		if (run->verdict < VERDICT_MIN && !run->ret)
			run->ret = fail_damaged(handle, "an error below all that there are");
		return;
	case NLMSG_NOOP:
		return;
	case NLMSG_OVERRUN:
		if (!run->ret)
			run->ret = fail_with(handle, ENOBUFS,
					     "the kernel lost a part of its answer: try again");
		return;
	}
	if (run->ret)
		return;
	if (nlh->nlmsg_type != run->request->nlmsg_type ||
	    len < sizeof(struct nfgenmsg))
		run->ret = fail_damaged(handle, "a message of another kind");
	else if (run->fn)
		run->ret = run->fn(handle, nlh, run->arg);
}

static void datagram_read(struct sr6flow *handle, struct run *run, size_t size)
{
	const struct nlmsghdr *nlh = (const void *)handle->answer;
	int len = size;

	/* The last message may have no padding; then @len goes below 0. */
	for (; len > 0 && message_fits(nlh, len) && !run->ended;
	     nlh = mnl_nlmsg_next(nlh, &len))
		message_read(handle, run, nlh);
	if (len > 0 && !run->ended && !run->ret)
		run->ret = fail_damaged(handle, "a message that is cut off");
}

static int fail_recv(struct sr6flow *handle, int error)
{
	if (error == -ENOBUFS)
		return fail_with(handle, ENOBUFS,
				 "the kernel lost a part of its answer: try again");
	if (error == -EAGAIN)
		return fail_with(handle, ETIMEDOUT,
				 "the kernel did not finish its answer: try again");
	return fail_with(handle, -error, "cannot read from the netlink socket: %s",
			 errno_text(-error));
}

/**
 * request_run() - send a request and read the answer to its end
 * @handle: handle
 * @nlh: request; gets its sequence number here
 * @fn: called for every message but the end, until it returns non-zero or
 *	anything else goes wrong; NULL to ignore them
 * @arg: for @fn
 * @verdict: result at the end of the answer: 0 or a negative error, which may
 *	     be one of ipset's own above 4096
 *
 * Return: 0 if the answer was read without fault and @verdict is valid; the
 * value of @fn; or a negative errno with its sentence set.
 */
int request_run(struct sr6flow *handle, struct nlmsghdr *nlh, answer_fn fn,
		void *arg, int *verdict)
{
	struct run run = { .request = nlh, .fn = fn, .arg = arg };
	int nudges = (nlh->nlmsg_flags & NLM_F_DUMP) ? NUDGES_MAX : 0;
	ssize_t len;
	int error;

	if (++handle->seq == NUDGE_SEQ)
		handle->seq++;
	nlh->nlmsg_seq = handle->seq;
	error = channel_send(&handle->channel, nlh, nlh->nlmsg_len);
	if (error)
		return fail_with(handle, -error,
				 "cannot write to the netlink socket: %s",
				 errno_text(-error));
	while (!run.ended) {
		len = channel_recv(&handle->channel, handle->answer,
				   sizeof(handle->answer), !run.ret);
		if (len > 0) {
			datagram_read(handle, &run, len);
			continue;
		}
		if (!run.ret)
			run.ret = fail_recv(handle, len ? len : -ECONNRESET);
		if (len == -EAGAIN && (!nudges-- || nudge(handle)))
			break;
		if (len != -EAGAIN && len != -ENOBUFS && len != -EMSGSIZE)
			break;
	}
	*verdict = run.verdict;
	return run.ret;
}
