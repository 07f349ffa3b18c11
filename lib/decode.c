// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of an answer. Every one is checked: lengths are exact, required
 * attributes are present, unknown numbers are ignored.
 * Each function returns NULL or the problem, as the end of "it has ...".
 */
#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter/nfnetlink.h>
#include <stddef.h>
#include <string.h>
#include "internal.h"

static const char cut_off[] = "an attribute that is cut off";

static const char *attributes_index(const struct nlattr **tb, uint16_t max,
				    struct attributes left)
{
	const struct nlattr *attr;

	while ((attr = attributes_next(&left)))
		if (attribute_type(attr) <= max)
			tb[attribute_type(attr)] = attr;
	return left.size ? cut_off : NULL;
}

static const char *nest_index(const struct nlattr **tb, uint16_t max,
			      const struct nlattr *nest)
{
	return attributes_index(tb, max, attributes_of(nest));
}

static bool get_bytes(void *to, size_t len, const struct nlattr *attr)
{
	if (!attr || payload_len(attr) != len)
		return false;
	memcpy(to, payload(attr), len);
	return true;
}

static bool get_u16(uint16_t *to, const struct nlattr *attr)
{
	if (!get_bytes(to, sizeof(*to), attr))
		return false;
	*to = ntohs(*to);
	return true;
}

static bool get_u32(uint32_t *to, const struct nlattr *attr)
{
	if (!get_bytes(to, sizeof(*to), attr))
		return false;
	*to = ntohl(*to);
	return true;
}

static bool get_u64(uint64_t *to, const struct nlattr *attr)
{
	if (!get_bytes(to, sizeof(*to), attr))
		return false;
	*to = be64toh(*to);
	return true;
}

/* Opaque bytes in an attribute for an IPv6 address. */
static bool get_opaque(void *to, size_t len, const struct nlattr *attr)
{
	const struct nlattr *tb[IPSET_ATTR_IPADDR_MAX + 1] = { NULL };

	return attr && !nest_index(tb, IPSET_ATTR_IPADDR_MAX, attr) &&
	       get_bytes(to, len, tb[IPSET_ATTR_IPADDR_IPV6]);
}

static bool get_address(void *to, const struct nlattr *attr)
{
	return get_opaque(to, 16, attr);
}

/* Length of a string without the NUL, which may be missing. */
static size_t string_len(const struct nlattr *attr)
{
	const size_t len = payload_len(attr);
	const char *text = payload(attr);

	return len && !text[len - 1] ? len - 1 : len;
}

/* @to has room for IPSET_MAXNAMELEN bytes, as all names in ipset. */
static bool get_name(char *to, const struct nlattr *attr)
{
	size_t len = string_len(attr);

	if (!len || len >= IPSET_MAXNAMELEN ||
	    memchr(payload(attr), '\0', len))
		return false;
	memcpy(to, payload(attr), len);
	to[len] = '\0';
	return true;
}

/**
 * decode_header() - read the command level of a message
 * @header: filled with what is there; strings are empty, others zero if not
 * @nlh: message with a struct nfgenmsg
 *
 * Return: NULL or what is wrong.
 */
const char *decode_header(struct header *header, const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[IPSET_ATTR_CMD_MAX + 1] = { NULL };
	const size_t offset = MNL_ALIGN(sizeof(struct nfgenmsg));
	const char *problem;

	memset(header, 0, sizeof(*header));
	problem = attributes_index(tb, IPSET_ATTR_CMD_MAX,
				   (struct attributes){
		mnl_nlmsg_get_payload_offset(nlh, offset),
		mnl_nlmsg_get_payload_len(nlh) - offset,
	});
	if (problem)
		return problem;
	if (tb[IPSET_ATTR_SETNAME] &&
	    !get_name(header->set, tb[IPSET_ATTR_SETNAME]))
		return "a set name that is empty or too long";
	if (tb[IPSET_ATTR_TYPENAME] &&
	    !get_name(header->type, tb[IPSET_ATTR_TYPENAME]))
		return "a type name that is empty or too long";
	if ((tb[IPSET_ATTR_PROTOCOL] &&
	     !get_bytes(&header->protocol, 1, tb[IPSET_ATTR_PROTOCOL])) ||
	    (tb[IPSET_ATTR_REVISION] &&
	     !get_bytes(&header->revision, 1, tb[IPSET_ATTR_REVISION])) ||
	    (tb[IPSET_ATTR_REVISION_MIN] &&
	     !get_bytes(&header->revision_min, 1, tb[IPSET_ATTR_REVISION_MIN])))
		return "a version that is not one byte";
	header->has_index = get_u16(&header->index, tb[IPSET_ATTR_INDEX]);
	header->data = tb[IPSET_ATTR_DATA];
	header->records = tb[IPSET_ATTR_ADT];
	return NULL;
}

static const char *decode_diagnostics(struct sr6flow_set *set,
				      const struct nlattr *low,
				      const struct nlattr *high)
{
	struct sr6flow_diagnostics diagnostics;

	if (!get_address(&diagnostics, low) ||
	    !get_address((char *)&diagnostics + 16, high))
		return "diagnostics that are not twice 16 bytes";
	set->no_flow = be64toh(diagnostics.no_flow);
	set->malformed = be64toh(diagnostics.malformed);
	set->not_writable = be64toh(diagnostics.not_writable);
	return NULL;
}

/**
 * decode_set() - read the header of a listing
 * @set: filled but for the name
 * @data: IPSET_ATTR_DATA of the first message
 *
 * Return: NULL or what is wrong.
 */
const char *decode_set(struct sr6flow_set *set, const struct nlattr *data)
{
	const struct nlattr *tb[IPSET_ATTR_CREATE_MAX + 1] = { NULL };
	const char *problem = nest_index(tb, IPSET_ATTR_CREATE_MAX, data);
	uint32_t memsize, flags = 0;
	uint8_t netmask = 0;

	if (problem)
		return problem;
	if (!get_u32(&set->mask, tb[IPSET_ATTR_MARKMASK]) ||
	    !sr6flow_mask_valid(set->mask))
		return "no valid mark mask";
	if (!get_u32(&set->colour, tb[IPSET_ATTR_INITVAL]) ||
	    !sr6flow_colour_valid(set->mask, set->colour))
		return "no valid active colour";
	if (!get_u32(&set->maxelem, tb[IPSET_ATTR_MAXELEM]) ||
	    !get_u32(&set->hashsize, tb[IPSET_ATTR_HASHSIZE]) ||
	    !get_u32(&set->references, tb[IPSET_ATTR_REFERENCES]) ||
	    !get_u32(&memsize, tb[IPSET_ATTR_MEMSIZE]) ||
	    !get_u32(&set->flows, tb[IPSET_ATTR_ELEMENTS]))
		return "a set header that is not complete";
	set->memsize = memsize;
	set->timeout = SR6FLOW_NO_TIMEOUT;
	if ((tb[IPSET_ATTR_TIMEOUT] &&
	     !get_u32(&set->timeout, tb[IPSET_ATTR_TIMEOUT])) ||
	    (tb[IPSET_ATTR_CADT_FLAGS] &&
	     !get_u32(&flags, tb[IPSET_ATTR_CADT_FLAGS])))
		return "a set option that is not four bytes";
	if (tb[IPSET_ATTR_NETMASK] &&
	    (!get_bytes(&netmask, 1, tb[IPSET_ATTR_NETMASK]) || !netmask ||
	     netmask > SR6FLOW_NETMASK_MAX))
		return "a netmask that is not 1 to 128";
	set->netmask = netmask;
	set->forceadd = flags & IPSET_FLAG_WITH_FORCEADD;
	set->skbinfo = flags & IPSET_FLAG_WITH_SKBINFO;
	return decode_diagnostics(set, tb[IPSET_ATTR_IP],
				  tb[IPSET_ATTR_IP_TO]);
}

/**
 * struct fields - attributes of a record
 * @sid: IPSET_ATTR_IP, NULL like all others if it is not there
 * @sids: IPSET_ATTR_COMMENT
 * @source: IPSET_ATTR_IP_TO
 * @name: IPSET_ATTR_NAME
 * @identity: IPSET_ATTR_IP2
 * @changes: IPSET_ATTR_IP2_TO
 * @mark: IPSET_ATTR_MARK
 * @packets: IPSET_ATTR_PACKETS
 * @bytes: IPSET_ATTR_BYTES
 * @timeout: IPSET_ATTR_TIMEOUT
 */
struct fields {
	const struct nlattr *sid;
	const struct nlattr *sids;
	const struct nlattr *source;
	const struct nlattr *name;
	const struct nlattr *identity;
	const struct nlattr *changes;
	const struct nlattr *mark;
	const struct nlattr *packets;
	const struct nlattr *bytes;
	const struct nlattr *timeout;
};

/* Returns true for an attribute that all records of a flow have in common. */
static bool fields_add(struct fields *fields, const struct nlattr *attr)
{
	switch (attribute_type(attr)) {
	case IPSET_ATTR_IP:
		fields->sid = attr;
		return true;
	case IPSET_ATTR_COMMENT:
		fields->sids = attr;
		return true;
	case IPSET_ATTR_IP_TO:
		fields->source = attr;
		return true;
	case IPSET_ATTR_NAME:
		fields->name = attr;
		return true;
	case IPSET_ATTR_IP2:
		fields->identity = attr;
		return true;
	case IPSET_ATTR_IP2_TO:
		fields->changes = attr;
		return true;
	case IPSET_ATTR_MARK:
		fields->mark = attr;
		break;
	case IPSET_ATTR_PACKETS:
		fields->packets = attr;
		break;
	case IPSET_ATTR_BYTES:
		fields->bytes = attr;
		break;
	case IPSET_ATTR_TIMEOUT:
		fields->timeout = attr;
		break;
	}
	return false;
}

static const char *decode_source(struct sr6flow_flow *flow,
				 unsigned int netmask,
				 const struct nlattr *source)
{
	struct in6_addr masked;

	if (!netmask)
		return source ? "a source in a set without netmask" : NULL;
	if (!get_address(&flow->source, source))
		return "a flow without its source in a set with a netmask";
	masked = flow->source;
	sr6flow_source_mask(masked.s6_addr, netmask);
	if (memcmp(&masked, &flow->source, sizeof(masked)))
		return "a source with bits behind the netmask";
	flow->netmask = netmask;
	return NULL;
}

static const char *decode_flow(struct sr6flow_flow *flow,
			       unsigned int netmask,
			       const struct fields *fields)
{
	const struct nlattr *sids = fields->sids, *name = fields->name;
	__u8 first[SR6FLOW_SID_LEN];

	if (!get_address(first, fields->sid))
		return "a flow without its first SID";
	flow->nsids = sr6flow_sids_decode((void *)flow->sids, first,
					  sids ? payload(sids) : NULL,
					  sids ? string_len(sids) : 0);
	if (!flow->nsids)
		return "a SID list that is not encoded as it should be";
	if (name && (!get_name(flow->name, name) ||
		     !sr6flow_name_valid(flow->name, strlen(flow->name))))
		return "a flow name with characters that names do not have";
	return decode_source(flow, netmask, fields->source);
}

static const char *decode_colour(struct decoded_colour *colour, uint32_t mask,
				 const struct fields *fields)
{
	uint32_t word;

	colour->counted = false;
	colour->timeout = SR6FLOW_NO_TIMEOUT;
	if (fields->timeout && !get_u32(&colour->timeout, fields->timeout))
		return "a timeout that is not four bytes";
	if (!fields->mark && !fields->packets && !fields->bytes)
		return NULL;
	if (!get_u32(&word, fields->mark) || word & ~mask)
		return "counters without a colour of the set";
	if (!get_u64(&colour->counters.packets, fields->packets) ||
	    !get_u64(&colour->counters.bytes, fields->bytes))
		return "a colour without packets and bytes";
	colour->counted = true;
	colour->slot = sr6flow_slot(mask, word);
	return NULL;
}

/* The label ends before the first attribute that is not part of it. It is empty
 * if a part of it follows later.
 */
static const char *fields_index(struct fields *fields,
				struct decoded_label *label,
				const struct nlattr *data)
{
	struct attributes left = attributes_of(data);
	const struct nlattr *attr;
	const char *end = NULL;
	bool mixed = false;

	label->bytes = left.at;
	while ((attr = attributes_next(&left))) {
		if (!fields_add(fields, attr))
			end = end ? end : (const char *)attr;
		else if (end)
			mixed = true;
	}
	label->len = end && !mixed ? end - label->bytes : 0;
	return left.size ? cut_off : NULL;
}

/* The first module with changes sends them without the last source. */
static bool get_changes(struct sr6flow_changes *changes,
			const struct nlattr *attr)
{
	return get_opaque(changes, sizeof(*changes), attr) ||
	       get_opaque(changes, offsetof(struct sr6flow_changes,
					    last_source), attr);
}

static const char *decode_witnesses(struct sr6flow_record *record,
				    const struct fields *fields)
{
	struct sr6flow_identity identity;
	struct sr6flow_changes changes = {};

	if (!get_address(&identity, fields->identity))
		return "a flow without its identity";
	if (fields->changes && !get_changes(&changes, fields->changes))
		return "changes of a flow that are not 16 or 32 bytes";
	record->instance = be64toh(identity.instance);
	record->generation = be64toh(identity.generation);
	record->source_changes = be64toh(changes.source);
	record->segments_left_changes = be64toh(changes.segments_left);
	memcpy(&record->last_source, changes.last_source,
	       sizeof(record->last_source));
	if (record->flow.netmask &&
	    !IN6_IS_ADDR_UNSPECIFIED(&record->last_source))
		return "a last source in a set with a netmask";
	return NULL;
}

/**
 * decode_record() - read one record of a listing
 * @record: filled but for timeout and counters
 * @colour: filled
 * @label: filled
 * @set: state of the set
 * @data: IPSET_ATTR_DATA in IPSET_ATTR_ADT
 *
 * Return: NULL or what is wrong.
 */
const char *decode_record(struct sr6flow_record *record,
			  struct decoded_colour *colour,
			  struct decoded_label *label,
			  const struct sr6flow_set *set,
			  const struct nlattr *data)
{
	struct fields fields = {};
	const char *problem;

	memset(record, 0, sizeof(*record));
	problem = fields_index(&fields, label, data);
	if (!problem)
		problem = decode_flow(&record->flow, set->netmask, &fields);
	if (!problem)
		problem = decode_colour(colour, set->mask, &fields);
	return problem ? problem : decode_witnesses(record, &fields);
}

/**
 * decode_labelled() - read another record of a flow
 * @colour: filled
 * @label: of the record before, which decode_record() found without fault
 * @mask: mark mask of the set
 * @data: IPSET_ATTR_DATA in IPSET_ATTR_ADT
 *
 * Return: true; false if decode_record() has to read it, because it is of
 * another flow or not as it should be.
 */
bool decode_labelled(struct decoded_colour *colour,
		     const struct decoded_label *label, uint32_t mask,
		     const struct nlattr *data)
{
	struct attributes left = attributes_of(data);
	struct fields fields = {};
	const struct nlattr *attr;

	if (!label->len || left.size <= label->len ||
	    memcmp(left.at, label->bytes, label->len))
		return false;
	left.at += label->len;
	left.size -= label->len;
	while ((attr = attributes_next(&left)))
		if (fields_add(&fields, attr))
			return false;
	return !left.size && !decode_colour(colour, mask, &fields);
}
