// SPDX-License-Identifier: GPL-2.0-only
/*
 * The set type hash:sr6flow for libipset.
 *
 * libipset loads every shared object in its module directory, and the
 * constructor of the object registers a set type. Commands, options and
 * output formats are libipset's. This file maps an element to the
 * options of libipset's data store, and so to netlink attributes:
 *
 *   IPSET_OPT_IP           first SID            IPSET_ATTR_IP
 *   IPSET_OPT_ADT_COMMENT  the other SIDs       IPSET_ATTR_COMMENT
 *   IPSET_OPT_IP_TO        source               IPSET_ATTR_IP_TO
 *   IPSET_OPT_NAME         name of the flow     IPSET_ATTR_NAME
 *   IPSET_OPT_MARK         colour               IPSET_ATTR_MARK
 */
#include <stdio.h>

#include <libipset/data.h>
#include <libipset/print.h>
#include <libipset/session.h>
#include <libipset/types.h>

#include "element.h"

#define ELEMENT_FLAGS	(IPSET_FLAG(IPSET_OPT_IP) | \
			 IPSET_FLAG(IPSET_OPT_ADT_COMMENT) | \
			 IPSET_FLAG(IPSET_OPT_IP_TO) | \
			 IPSET_FLAG(IPSET_OPT_NAME) | \
			 IPSET_FLAG(IPSET_OPT_MARK))

static int store(struct ipset_data *data, const struct element *element)
{
	char comment[SR6FLOW_COMMENT_MAX + 1];
	int err = 0;

	if (element->sids_len)
		err |= ipset_data_set(data, IPSET_OPT_IP, element->sids[0]);
	if (element->sids_len > 1) {
		sr6flow_sids_encode(comment, element->sids, element->sids_len);
		err |= ipset_data_set(data, IPSET_OPT_ADT_COMMENT, comment);
	}
	if (element->has_source)
		err |= ipset_data_set(data, IPSET_OPT_IP_TO, element->source);
	if (element->name[0])
		err |= ipset_data_set(data, IPSET_OPT_NAME, element->name);
	if (element->has_colour)
		err |= ipset_data_set(data, IPSET_OPT_MARK, &element->colour);
	return err;
}

static int parse(struct ipset_session *session, enum ipset_opt opt,
		 const char *text)
{
	struct ipset_data *data = ipset_session_data(session);
	char sentence[ELEMENT_SENTENCE_MAX];
	struct element element;

	(void)opt;
	/* A line that interactive mode refused may have left its element. */
	ipset_data_flags_unset(data, ELEMENT_FLAGS);
	if (element_parse(&element, text, sentence))
		return ipset_err(session, "Syntax error: %s", sentence);
	if (store(data, &element))
		return ipset_err(session, "Internal error: the set has no "
				 "address family");
	return 0;
}

static int load(struct element *element, const struct ipset_data *data)
{
	const __u8 *first = ipset_data_get(data, IPSET_OPT_IP);
	const char *comment = ipset_data_get(data, IPSET_OPT_ADT_COMMENT);
	const __u8 *source = ipset_data_get(data, IPSET_OPT_IP_TO);
	const char *name = ipset_data_get(data, IPSET_OPT_NAME);
	const __u32 *colour = ipset_data_get(data, IPSET_OPT_MARK);

	memset(element, 0, sizeof(*element));
	if (first) {
		element->sids_len = sr6flow_sids_decode(element->sids, first,
							comment ? comment : "",
							comment ?
							strlen(comment) : 0);
		if (!element->sids_len)
			return -1;
	}
	if (source) {
		element->has_source = true;
		memcpy(element->source, source, sizeof(element->source));
	}
	if (name)
		snprintf(element->name, sizeof(element->name), "%s", name);
	if (colour) {
		element->has_colour = true;
		element->colour = *colour;
	}
	return 0;
}

/*
 * Records of a listing have SIDs. Only the answer to `test SET COLOUR` prints
 * a bare colour, followed by " is NOT in set ...", for any answer of the kernel.
 * After a failure libipset stops the listing, so that it prints no wrong SID list.
 */
static int print(char *buf, unsigned int len, const struct ipset_data *data,
		 enum ipset_opt opt, uint8_t env)
{
	struct element element;

	(void)opt;
	(void)env;
	if (load(&element, data))
		return -1;
	if (!element.sids_len)
		return snprintf(buf, len, "The colour 0x%08x, not a flow,",
				element.colour);
	return element_print(buf, len, &element);
}

#define FLOW_HELP	"[NAME=][SOURCE@]SID[,SID...][,COLOUR]"

/* Index of the option of revision 1 among those of create. */
#define NETMASK_ARG	8

/*
 * Revisions, as in the kernel module (SR6FLOW_REVISION_MAX):
 *   0: first version
 *   1: netmask
 */
static struct ipset_type hash_sr6flow1 = {
	.name = SR6FLOW_TYPENAME,
	.alias = { NULL },
	.revision = 1,
	.family = NFPROTO_IPV6,
	.dimension = IPSET_DIM_ONE,
	.elem = {
		[IPSET_DIM_ONE - 1] = {
			.parse = parse,
			.print = print,
			.opt = IPSET_OPT_IP,
		},
	},
	/* libipset uses this one for an element with commas. */
	.compat_parse_elem = parse,
	.cmd = {
		[IPSET_CREATE] = {
			.args = {
				IPSET_ARG_HASHSIZE,
				IPSET_ARG_MAXELEM,
				IPSET_ARG_MARKMASK,
				IPSET_ARG_INITVAL,
				IPSET_ARG_TIMEOUT,
				IPSET_ARG_COUNTERS,
				IPSET_ARG_FORCEADD,
				IPSET_ARG_SKBINFO,
				[NETMASK_ARG] = IPSET_ARG_NETMASK,
				IPSET_ARG_NONE,
			},
			.help = "",
		},
		[IPSET_ADD] = {
			.args = {
				IPSET_ARG_TIMEOUT,
				IPSET_ARG_PACKETS,
				IPSET_ARG_BYTES,
				IPSET_ARG_SKBMARK,
				IPSET_ARG_SKBPRIO,
				IPSET_ARG_SKBQUEUE,
				IPSET_ARG_NONE,
			},
			.full = ELEMENT_FLAGS,
			.help = FLOW_HELP " | COLOUR",
		},
		[IPSET_DEL] = {
			.args = { IPSET_ARG_NONE },
			.full = ELEMENT_FLAGS,
			.help = FLOW_HELP,
		},
		[IPSET_TEST] = {
			.args = { IPSET_ARG_NONE },
			.full = ELEMENT_FLAGS,
			.help = FLOW_HELP,
		},
	},
	.usage = "where SID is an IPv6 address; a flow has 1 to 16 of them, "
		 "in path order.\n"
		 "      SOURCE is the outer source address. It is needed in a "
		 "set with netmask,\n"
		 "      the number of its bits that belong to the flow, and "
		 "refused in any other.\n"
		 "      NAME is a label of at most 31 letters, digits and "
		 ". _ : -\n"
		 "      COLOUR is hexadecimal with 0x. Alone, it becomes the "
		 "active colour, which\n"
		 "      the set writes into packets. With a flow, packets and "
		 "bytes are the\n"
		 "      counters of that colour; del and test ignore it.\n"
		 "      markmask is one or two bits of (SRH Tag << 16 | "
		 "Traffic Class), by default\n"
		 "      0x00030000; initval is the active colour at creation. "
		 "Counters are always on.",
	.description = "SRv6 flows with counters per marking colour",
};

/* A copy has no room for the member alias, which has no length: an initialiser makes it. */
static struct ipset_type hash_sr6flow0 = { .alias = { NULL } };

static void add(struct ipset_type *type)
{
	int err = ipset_type_add(type);

	if (err)
		fprintf(stderr, "ipset_hash_sr6flow.so: libipset refuses %s "
			"revision %u: %s\n", type->name, type->revision,
			strerror(-err));
}

__attribute__((constructor))
static void register_type(void)
{
	hash_sr6flow0 = hash_sr6flow1;
	hash_sr6flow0.revision = 0;
	hash_sr6flow0.cmd[IPSET_CREATE].args[NETMASK_ARG] = IPSET_ARG_NONE;
	/* libipset refuses a revision that is below one that it has. */
	add(&hash_sr6flow0);
	add(&hash_sr6flow1);
}
