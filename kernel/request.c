// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink side of ipset: add, delete and test flows, write counters, set the
 * active colour. See the UAPI header for the attributes.
 *
 * The core holds the nfnl mutex for add and delete, which may sleep, and
 * rcu_read_lock_bh() for test, which must not. Never return -EAGAIN or -ERANGE: the core
 * would repeat the request.
 */

#include <linux/slab.h>

#include "table.h"
#include "variant.h"

/**
 * struct sr6flow_request - a decoded request
 * @key: points at @source and @wire; n is 0 for a bare colour
 * @source: masked source
 * @wire: SIDs in wire order
 * @name: name, or NULL
 * @name_len: characters in @name
 * @has_colour: @colour is given
 * @colour: colour
 * @ext: timeout, skbinfo, counters
 * @has_packets: ext.packets is given
 * @has_bytes: ext.bytes is given
 */
struct sr6flow_request {
	struct sr6flow_key key;
	struct in6_addr source;
	struct in6_addr wire[SR6FLOW_SIDS_MAX];
	const char *name;
	size_t name_len;
	bool has_colour;
	u32 colour;
	struct ip_set_ext ext;
	bool has_packets;
	bool has_bytes;
};

static int sr6flow_decode_sids(struct nlattr *tb[],
			       struct sr6flow_request *req)
{
	__u8 sids[SR6FLOW_SIDS_MAX][SR6FLOW_SID_LEN];
	union nf_inet_addr first;
	const char *comment = "";
	size_t len = 0;
	int err;

	err = ip_set_get_ipaddr6(tb[IPSET_ATTR_IP], &first);
	if (err)
		return err;
	if (tb[IPSET_ATTR_COMMENT]) {
		comment = nla_data(tb[IPSET_ATTR_COMMENT]);
		len = strnlen(comment, nla_len(tb[IPSET_ATTR_COMMENT]));
	}
	req->key.n = sr6flow_sids_decode(sids, first.in6.s6_addr, comment, len);
	if (!req->key.n)
		return -EINVAL;
	sr6flow_sids_reverse((void *)req->wire, (const void *)sids,
			     req->key.n);
	req->key.sids = req->wire;
	return 0;
}

/* A flow has a source if and only if the set has a netmask. */
static int sr6flow_decode_source(const struct sr6flow_htype *h,
				 struct nlattr *attr,
				 struct sr6flow_request *req)
{
	union nf_inet_addr source;
	int err;

	if (!h->netmask)
		return attr ? -IPSET_ERR_INVALID_CIDR : 0;
	if (!attr)
		return -IPSET_ERR_IPADDR_IPV6;
	err = ip_set_get_ipaddr6(attr, &source);
	if (!err)
		req->source = sr6flow_source(h, &source.in6);
	req->key.source = &req->source;
	return err;
}

static int sr6flow_decode_name(const struct nlattr *attr,
			       struct sr6flow_request *req)
{
	req->name = nla_data(attr);
	req->name_len = strnlen(req->name, nla_len(attr));
	return sr6flow_name_valid(req->name, req->name_len) ? 0 : -EINVAL;
}

static int sr6flow_decode_extensions(struct ip_set *set, struct nlattr *tb[],
				     struct sr6flow_request *req)
{
	struct nlattr *packets = tb[IPSET_ATTR_PACKETS];
	struct nlattr *bytes = tb[IPSET_ATTR_BYTES];
	struct nlattr *comment = tb[IPSET_ATTR_COMMENT];
	int err;

	if (!ip_set_optattr_netorder(tb, IPSET_ATTR_PACKETS) ||
	    !ip_set_optattr_netorder(tb, IPSET_ATTR_BYTES))
		return -IPSET_ERR_PROTOCOL;
	/* Hide attributes that the core would read as its own extensions. */
	tb[IPSET_ATTR_PACKETS] = NULL;
	tb[IPSET_ATTR_BYTES] = NULL;
	tb[IPSET_ATTR_COMMENT] = NULL;
	err = ip_set_get_extensions(set, tb, &req->ext);
	tb[IPSET_ATTR_PACKETS] = packets;
	tb[IPSET_ATTR_BYTES] = bytes;
	tb[IPSET_ATTR_COMMENT] = comment;
	if (err)
		return err;
	req->has_packets = packets;
	if (packets)
		req->ext.packets = be64_to_cpu(nla_get_be64(packets));
	req->has_bytes = bytes;
	if (bytes)
		req->ext.bytes = be64_to_cpu(nla_get_be64(bytes));
	return 0;
}

static int sr6flow_decode(struct ip_set *set, struct nlattr *tb[],
			  struct sr6flow_request *req)
{
	int err;

	if (!ip_set_optattr_netorder(tb, IPSET_ATTR_MARK))
		return -IPSET_ERR_PROTOCOL;
	req->has_colour = tb[IPSET_ATTR_MARK];
	if (req->has_colour)
		req->colour = ip_set_get_h32(tb[IPSET_ATTR_MARK]);
	if (tb[IPSET_ATTR_IP]) {
		err = sr6flow_decode_sids(tb, req);
		if (!err)
			err = sr6flow_decode_source(set->data,
						    tb[IPSET_ATTR_IP_TO], req);
		if (err)
			return err;
	}
	if (tb[IPSET_ATTR_NAME]) {
		err = sr6flow_decode_name(tb[IPSET_ATTR_NAME], req);
		if (err)
			return err;
	}
	return sr6flow_decode_extensions(set, tb, req);
}

static int sr6flow_set_colour(struct sr6flow_htype *h, struct nlattr *tb[],
			      const struct sr6flow_request *req)
{
	if (!req->has_colour || req->name || req->has_packets ||
	    req->has_bytes || tb[IPSET_ATTR_COMMENT] || tb[IPSET_ATTR_IP_TO] ||
	    tb[IPSET_ATTR_TIMEOUT] || tb[IPSET_ATTR_SKBMARK] ||
	    tb[IPSET_ATTR_SKBPRIO] || tb[IPSET_ATTR_SKBQUEUE])
		return -EINVAL;
	if (!sr6flow_colour_valid(h->mask, req->colour))
		return -EDOM;
	WRITE_ONCE(h->colour, req->colour);
	return 0;
}

/* Allocate memory for sr6flow_apply() before it takes the lock. */
static int sr6flow_prepare(struct sr6flow_htype *h,
			   struct sr6flow_change *change,
			   const struct sr6flow_request *req, bool flow)
{
	if (flow && !change->flow) {
		change->flow = sr6flow_alloc(h, &req->key, SR6FLOW_GFP);
		if (!change->flow)
			return -ENOMEM;
	}
	if (req->name && !change->name) {
		change->name = kzalloc(sr6flow_name_size(req->name_len),
				       SR6FLOW_GFP);
		if (!change->name)
			return -ENOMEM;
		memcpy(change->name->text, req->name, req->name_len);
	}
	if (change->write && !change->base) {
		change->base = kzalloc(sizeof(*change->base), SR6FLOW_GFP);
		if (!change->base)
			return -ENOMEM;
	}
	return 0;
}

static bool sr6flow_exists(struct sr6flow_htype *h,
			   const struct sr6flow_key *key)
{
	struct sr6flow_elem *flow;
	bool exists;

	rcu_read_lock();
	flow = sr6flow_find(h, key);
	exists = flow && !sr6flow_expired(flow);
	rcu_read_unlock();
	return exists;
}

static int sr6flow_add(struct ip_set *set, const struct sr6flow_request *req,
		       u32 flags)
{
	struct sr6flow_htype *h = set->data;
	struct sr6flow_change change = {
		.ext = &req->ext,
		.refresh = flags & IPSET_FLAG_EXIST,
		.write = req->has_packets || req->has_bytes,
		.slot = sr6flow_slot(h->mask, req->colour),
		.packets = req->ext.packets,
		.bytes = req->ext.bytes,
		.has_packets = req->has_packets,
		.has_bytes = req->has_bytes,
	};
	bool exists = sr6flow_exists(h, &req->key);
	int err;

	if (change.write != req->has_colour)
		return -EINVAL;
	if (req->has_colour && req->colour & ~h->mask)
		return -EDOM;
	if (exists && !change.refresh && !change.write)
		return -IPSET_ERR_EXIST;
	if (!exists && READ_ONCE(h->count) >= h->maxelem &&
	    sr6flow_may_sweep(h))
		sr6flow_sweep(h, false);
	do {
		err = sr6flow_prepare(h, &change, req, !exists);
		if (err)
			break;
		err = sr6flow_apply(set, &req->key, &change);
		/* The flow may have been removed since the check. */
		exists = false;
	} while (err == -ENOENT);
	sr6flow_change_free(&change);
	return err;
}

/**
 * sr6flow_uadt() - carry out a request from netlink
 * @set: set
 * @tb: attributes, checked against the policy of the type
 * @adt: IPSET_ADD, IPSET_DEL or IPSET_TEST
 * @lineno: set to the line of the request in a restore
 * @flags: IPSET_FLAG_EXIST
 * @retried: never true, because the type does not request it
 *
 * Return: for IPSET_TEST 1 or 0; otherwise 0; or a negative errno.
 */
int sr6flow_uadt(struct ip_set *set, struct nlattr *tb[], enum ipset_adt adt,
		 u32 *lineno, u32 flags, bool retried)
{
	struct sr6flow_htype *h = set->data;
	struct sr6flow_request req = { .ext = IP_SET_INIT_UEXT(set) };
	int err;

	if (tb[IPSET_ATTR_LINENO])
		*lineno = nla_get_u32(tb[IPSET_ATTR_LINENO]);
	err = sr6flow_decode(set, tb, &req);
	if (err)
		return err;
	if (adt == IPSET_ADD && !req.key.n)
		return sr6flow_set_colour(h, tb, &req);
	if (!req.key.n)
		return -IPSET_ERR_IPADDR_IPV6;
	if (adt == IPSET_ADD)
		return sr6flow_add(set, &req, flags);
	if (adt == IPSET_TEST)
		return sr6flow_exists(h, &req.key);
	err = sr6flow_remove(h, &req.key);
	return ip_set_eexist(err, flags) ? 0 : err;
}
