// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of name, type and revision before a message that changes a set.
 *
 * Most messages mean something to other types as well: an IPv6 address added to a
 * hash:ip set is no error. So the type is read before each such message. It is not
 * remembered, because a set can be replaced at any time.
 */
#include <errno.h>
#include <string.h>
#include "internal.h"

static const char library[] = "libsr6flow";

int set_name_check(struct sr6flow *handle, const char *set)
{
	size_t len = set ? strlen(set) : 0;

	if (!len)
		return fail_with(handle, EINVAL, "the name of the set is missing");
	if (len > SR6FLOW_SETNAME_MAX)
		return fail_with(handle, EINVAL,
				 "set name '%.*s...' is longer than %d characters",
				 SR6FLOW_SETNAME_MAX, set, SR6FLOW_SETNAME_MAX);
	return 0;
}

static int fail_revision(struct sr6flow *handle, const char *set,
			 int revision, const char *older)
{
	return fail_with(handle, EPROTONOSUPPORT,
			 "set '%s': the kernel has revision %d of "
			 SR6FLOW_TYPENAME ", libsr6flow " SR6FLOW_VERSION
			 " knows %d to %d: update %s",
			 set, revision, SR6FLOW_REVISION_MIN, SR6FLOW_REVISION_MAX,
			 older);
}

int set_type_check(struct sr6flow *handle, const char *set, const char *type,
		   int revision)
{
	if (strcmp(type, SR6FLOW_TYPENAME))
		return fail_with(handle, EMEDIUMTYPE,
				 "'%s' is a set of type %s, not " SR6FLOW_TYPENAME,
				 set, type);
	if (revision > SR6FLOW_REVISION_MAX)
		return fail_revision(handle, set, revision, library);
	if (revision < SR6FLOW_REVISION_MIN)
		return fail_revision(handle, set, revision, MODULE);
	return 0;
}

static int header_read(struct sr6flow *handle, const struct nlmsghdr *nlh,
		       void *arg)
{
	const char *problem = decode_header(arg, nlh);

	return problem ? fail_damaged(handle, problem) : 0;
}

/**
 * header_run() - send a request whose answer is one command level
 * @handle: handle
 * @nlh: request
 * @header: filled
 * @verdict: as in request_run()
 *
 * Return: as request_run().
 */
int header_run(struct sr6flow *handle, struct nlmsghdr *nlh,
	       struct header *header, int *verdict)
{
	memset(header, 0, sizeof(*header));
	return request_run(handle, nlh, header_read, header, verdict);
}

/* The answer to a request about a set or its type has a type name. */
static int type_run(struct sr6flow *handle, const char *set,
		    struct nlmsghdr *nlh, struct header *header)
{
	int verdict, ret = header_run(handle, nlh, header, &verdict);

	if (ret)
		return ret;
	if (verdict)
		return fail_verdict(handle, set, verdict);
	return header->type[0] ? 0 : fail_damaged(handle, "no type name");
}

/**
 * set_check() - make sure that a set exists and is of our type
 * @handle: handle
 * @set: name
 *
 * Return: 0 or a negative errno.
 */
int set_check(struct sr6flow *handle, const char *set)
{
	union request request;
	struct header header;
	struct nlmsghdr *nlh;
	int ret;

	ret = set_name_check(handle, set);
	if (ret)
		return ret;
	nlh = request_start(&request, IPSET_CMD_HEADER, NLM_F_ACK, set);
	ret = type_run(handle, set, nlh, &header);
	return ret ? ret : set_type_check(handle, set, header.type, header.revision);
}

/**
 * revision_choose() - find the newest revision that kernel and library know
 * @handle: handle
 * @set: name of the set to create, for messages
 *
 * Return: the revision, or a negative errno.
 */
int revision_choose(struct sr6flow *handle, const char *set)
{
	union request request;
	struct header header;
	struct nlmsghdr *nlh;
	int ret, newest;

	nlh = request_start(&request, IPSET_CMD_TYPE, NLM_F_ACK, NULL);
	mnl_attr_put_strz(nlh, IPSET_ATTR_TYPENAME, SR6FLOW_TYPENAME);
	mnl_attr_put_u8(nlh, IPSET_ATTR_FAMILY, AF_INET6);
	ret = type_run(handle, set, nlh, &header);
	if (ret)
		return ret;
	if (header.revision_min > SR6FLOW_REVISION_MAX)
		return fail_revision(handle, set, header.revision_min, library);
	newest = header.revision;
	if (newest < SR6FLOW_REVISION_MIN)
		return fail_revision(handle, set, newest, MODULE);
	return newest < SR6FLOW_REVISION_MAX ? newest : SR6FLOW_REVISION_MAX;
}
