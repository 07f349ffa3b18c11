// SPDX-License-Identifier: GPL-2.0-only
/* Handles, and the version of ipset's protocol that both sides speak. */
#include <errno.h>
#include <stdlib.h>
#include "internal.h"

static int protocol_check(struct sr6flow *handle)
{
	union request request;
	struct header header;
	struct nlmsghdr *nlh;
	int ret, verdict;

	nlh = request_start(&request, IPSET_CMD_PROTOCOL, NLM_F_ACK, NULL);
	ret = header_run(handle, nlh, &header, &verdict);
	if (ret)
		return ret;
	if (verdict == -EINVAL || verdict == -EOPNOTSUPP)
		return fail_with(handle, EOPNOTSUPP,
				 "the kernel has no ipset: try 'modprobe ip_set'");
	if (verdict == -EPERM)
		return fail_verdict(handle, "", verdict);
	if (verdict)
		return fail_with(handle, EPROTO,
				 "the kernel does not tell its ipset protocol (error %d)",
				 -verdict);
	if (header.protocol < IPSET_PROTOCOL)
		return fail_with(handle, EPROTONOSUPPORT,
				 "the kernel speaks ipset protocol %u, libsr6flow needs %u: update the kernel",
				 header.protocol, IPSET_PROTOCOL);
	/* The minimum shares its number with a type's lowest revision. */
	if (header.revision_min > IPSET_PROTOCOL)
		return fail_with(handle, EPROTONOSUPPORT,
				 "the kernel needs ipset protocol %u, libsr6flow speaks %u: update libsr6flow",
				 header.revision_min, IPSET_PROTOCOL);
	return 0;
}

EXPORT int sr6flow_open(struct sr6flow **result)
{
	struct sr6flow *handle = calloc(1, sizeof(*handle));
	int error;

	*result = handle;
	if (!handle)
		return -ENOMEM;
	error = channel_open(&handle->channel);
	if (error == -EPROTONOSUPPORT || error == -EAFNOSUPPORT)
		return fail_with(handle, -error,
				 "the kernel has no nfnetlink: try 'modprobe nfnetlink'");
	if (error)
		return fail_with(handle, -error, "cannot open a netlink socket: %s",
				 errno_text(-error));
	return protocol_check(handle);
}

EXPORT void sr6flow_close(struct sr6flow *handle)
{
	if (!handle)
		return;
	channel_close(&handle->channel);
	free(handle);
}
