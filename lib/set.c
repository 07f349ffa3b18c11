// SPDX-License-Identifier: GPL-2.0-only
/* Calls on whole sets. */
#include <errno.h>
#include <stdio.h>
#include "internal.h"

static int options_check(struct sr6flow *handle,
			 const struct sr6flow_options *options, uint32_t mask)
{
	char choice[SR6FLOW_MASK_CHOICE_LEN];

	if (!sr6flow_mask_valid(mask))
		return fail_with(handle, EINVAL,
				 "mark mask 0x%08x: must be one or two bits, %s",
				 mask, sr6flow_mask_choice(choice));
	if (options->has_colour && !sr6flow_colour_valid(mask, options->colour))
		return fail_with(handle, EINVAL,
				 "colour 0x%08x: mark mask 0x%08x has the colours 0x%08x and 0x%08x",
				 options->colour, mask, sr6flow_colour(mask, 0),
				 sr6flow_colour(mask, 1));
	if (options->netmask > SR6FLOW_NETMASK_MAX)
		return fail_with(handle, EINVAL,
				 "netmask %u: must be 0 to %d bits of the source",
				 options->netmask, SR6FLOW_NETMASK_MAX);
	return 0;
}

static void options_put(struct nlmsghdr *nlh,
			const struct sr6flow_options *options, uint32_t mask)
{
	struct nlattr *data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	uint32_t flags = 0;

	request_put_u32(nlh, IPSET_ATTR_MARKMASK, mask);
	if (options->has_colour)
		request_put_u32(nlh, IPSET_ATTR_INITVAL, options->colour);
	if (options->maxelem)
		request_put_u32(nlh, IPSET_ATTR_MAXELEM, options->maxelem);
	if (options->hashsize)
		request_put_u32(nlh, IPSET_ATTR_HASHSIZE, options->hashsize);
	if (options->has_timeout)
		request_put_u32(nlh, IPSET_ATTR_TIMEOUT, options->timeout);
	if (options->netmask)
		mnl_attr_put_u8(nlh, IPSET_ATTR_NETMASK, options->netmask);
	if (options->forceadd)
		flags |= IPSET_FLAG_WITH_FORCEADD;
	if (options->skbinfo)
		flags |= IPSET_FLAG_WITH_SKBINFO;
	if (flags)
		request_put_u32(nlh, IPSET_ATTR_CADT_FLAGS, flags);
	mnl_attr_nest_end(nlh, data);
}

/* A set of that name exists: report its type or options. */
static int fail_exists(struct sr6flow *handle, const char *set, bool exist)
{
	char timeout[16] = "none";
	struct sr6flow_set info;
	int ret;

	if (!exist) {
		ret = set_check(handle, set);
		if (ret == -EMEDIUMTYPE)
			return ret;
		return fail_with(handle, EEXIST,
				 "set '%s' exists: destroy it or take another name",
				 set);
	}
	ret = sr6flow_info(handle, set, &info);
	if (ret)
		return ret;
	if (info.timeout != SR6FLOW_NO_TIMEOUT)
		snprintf(timeout, sizeof(timeout), "%u", info.timeout);
	return fail_with(handle, EEXIST,
			 "set '%s' exists with other options (mark mask 0x%08x, netmask %u, maxelem %u, timeout %s%s%s): ask for the same or destroy it",
			 set, info.mask, info.netmask, info.maxelem, timeout,
			 info.forceadd ? ", forceadd" : "",
			 info.skbinfo ? ", skbinfo" : "");
}

EXPORT int sr6flow_create(struct sr6flow *handle, const char *set,
			  const struct sr6flow_options *options)
{
	static const struct sr6flow_options defaults;
	union request request;
	struct nlmsghdr *nlh;
	int ret, verdict, revision;
	uint32_t mask;

	if (!options)
		options = &defaults;
	mask = options->mask ? options->mask : SR6FLOW_MASK_DEFAULT;
	ret = set_name_check(handle, set);
	if (!ret)
		ret = options_check(handle, options, mask);
	if (ret)
		return ret;
	revision = revision_choose(handle, set);
	if (revision < 0)
		return revision;
	/* A module of revision 0 might ignore the attribute. */
	if (options->netmask && revision < 1)
		return fail_with(handle, EPROTONOSUPPORT,
				 "set '%s': netmask needs revision 1 of "
				 SR6FLOW_TYPENAME ", the kernel has %d: update " MODULE,
				 set, revision);
	nlh = request_start(&request, IPSET_CMD_CREATE, NLM_F_ACK | NLM_F_CREATE |
			    (options->exist ? 0 : NLM_F_EXCL), set);
	mnl_attr_put_strz(nlh, IPSET_ATTR_TYPENAME, SR6FLOW_TYPENAME);
	mnl_attr_put_u8(nlh, IPSET_ATTR_REVISION, revision);
	mnl_attr_put_u8(nlh, IPSET_ATTR_FAMILY, AF_INET6);
	options_put(nlh, options, mask);
	ret = request_run(handle, nlh, NULL, NULL, &verdict);
	if (ret)
		return ret;
	if (verdict == -EEXIST)
		return fail_exists(handle, set, options->exist);
	if (verdict == -IPSET_ERR_INVALID_MARKMASK)
		return fail_with(handle, EINVAL,
				 "set '%s': the kernel refused mark mask 0x%08x or colour 0x%08x",
				 set, mask, options->has_colour ? options->colour :
				 sr6flow_colour(mask, 0));
	return verdict ? fail_verdict(handle, set, verdict) : 0;
}

static int command_run(struct sr6flow *handle, const char *set, int command)
{
	union request request;
	struct nlmsghdr *nlh;
	int ret, verdict;

	ret = set_check(handle, set);
	if (ret)
		return ret;
	nlh = request_start(&request, command, NLM_F_ACK, set);
	ret = request_run(handle, nlh, NULL, NULL, &verdict);
	if (ret)
		return ret;
	return verdict ? fail_verdict(handle, set, verdict) : 0;
}

EXPORT int sr6flow_index(struct sr6flow *handle, const char *set,
			 uint16_t *index)
{
	union request request;
	struct header header;
	struct nlmsghdr *nlh;
	int ret, verdict;

	ret = set_name_check(handle, set);
	if (ret)
		return ret;
	nlh = request_start(&request, IPSET_CMD_GET_BYNAME, NLM_F_ACK, set);
	ret = header_run(handle, nlh, &header, &verdict);
	if (ret)
		return ret;
	if (verdict)
		return fail_verdict(handle, set, verdict);
	if (!header.has_index)
		return fail_damaged(handle, "no index of the set");
	*index = header.index;
	return 0;
}

EXPORT int sr6flow_destroy(struct sr6flow *handle, const char *set)
{
	return command_run(handle, set, IPSET_CMD_DESTROY);
}

EXPORT int sr6flow_flush(struct sr6flow *handle, const char *set)
{
	return command_run(handle, set, IPSET_CMD_FLUSH);
}

static int fail_colour(struct sr6flow *handle, const char *set, uint32_t colour)
{
	struct sr6flow_set info;
	int ret = sr6flow_info(handle, set, &info);

	if (ret)
		return ret;
	return fail_with(handle, EDOM,
			 "colour 0x%08x: set '%s' has the colours 0x%08x and 0x%08x",
			 colour, set, sr6flow_colour(info.mask, 0),
			 sr6flow_colour(info.mask, 1));
}

/* Does not check the type first, so that a colour change is a single message:
 * no other type accepts MARK without IP. hash:ip,mark requires IP, and the
 * kernel's strict parser refuses MARK for types without it.
 */
EXPORT int sr6flow_set_colour(struct sr6flow *handle, const char *set,
			      uint32_t colour)
{
	union request request;
	struct nlmsghdr *nlh;
	struct nlattr *data;
	int ret, verdict;

	ret = set_name_check(handle, set);
	if (ret)
		return ret;
	nlh = request_start(&request, IPSET_CMD_ADD, NLM_F_ACK, set);
	data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	request_put_u32(nlh, IPSET_ATTR_MARK, colour);
	mnl_attr_nest_end(nlh, data);
	ret = request_run(handle, nlh, NULL, NULL, &verdict);
	if (ret || !verdict)
		return ret;
	if (verdict == -EDOM)
		return fail_colour(handle, set, colour);
	if (verdict == -IPSET_ERR_PROTOCOL) {
		ret = set_check(handle, set);
		if (ret)
			return ret;
	}
	return fail_verdict(handle, set, verdict);
}
