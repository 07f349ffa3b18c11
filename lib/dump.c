// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listings. The records of a flow, one per colour, follow each other but may
 * lie in different messages, so a flow is held back until a record of another
 * flow or the end comes.
 */
#include <errno.h>
#include <string.h>
#include "internal.h"

struct dump {
	struct sr6flow *handle;
	const char *set;
	bool headed;
	struct sr6flow_set info;
	sr6flow_dump_fn fn;
	void *arg;
	/* The flow that is held back, and room for the next one. */
	bool pending;
	struct sr6flow_record *record;
	struct sr6flow_record *spare;
	struct sr6flow_record records[2];
	/* The label of the flow that is held back, in the current message. */
	struct decoded_label label;
};

static int dump_head(struct dump *dump, const struct header *header)
{
	const char *problem;
	int ret;

	if (!header->type[0])
		return fail_damaged(dump->handle, "records before the set header");
	ret = set_type_check(dump->handle, dump->set, header->type,
			     header->revision);
	if (ret)
		return ret;
	problem = header->data ? decode_set(&dump->info, header->data) :
		  "no set header";
	if (problem)
		return fail_damaged(dump->handle, problem);
	memcpy(dump->info.name, header->set, sizeof(dump->info.name));
	dump->headed = true;
	return 0;
}

static bool same_flow(const struct sr6flow_flow *a,
		      const struct sr6flow_flow *b)
{
	return a->nsids == b->nsids && a->netmask == b->netmask &&
	       !memcmp(&a->source, &b->source, sizeof(a->source)) &&
	       !memcmp(a->sids, b->sids, a->nsids * sizeof(a->sids[0]));
}

static int dump_flow(struct dump *dump)
{
	if (!dump->pending)
		return 0;
	dump->pending = false;
	return dump->fn(&dump->info, dump->record, dump->arg);
}

static void dump_colour(struct dump *dump, const struct decoded_colour *colour)
{
	struct sr6flow_record *record = dump->record;

	record->timeout = colour->timeout;
	if (!colour->counted)
		return;
	record->slots |= 1u << colour->slot;
	record->counters[colour->slot] = colour->counters;
}

/* Witnesses only grow, so the last ones hold for the counters before, too. */
static void witness_later(uint64_t *witness, uint64_t later)
{
	if (later > *witness)
		*witness = later;
}

/* Another colour of the flow that is held back. */
static int dump_merge(struct dump *dump, const struct sr6flow_record *next,
		      const struct decoded_colour *colour)
{
	struct sr6flow_record *record = dump->record;

	if (!colour->counted || !record->slots ||
	    record->slots & 1u << colour->slot)
		return fail_damaged(dump->handle, "a flow twice");
	/* The colours before are of the old counters, this one is of the new:
	 * no generation is right for both.
	 */
	if (next->generation != record->generation)
		return fail_with(dump->handle, EINTR,
				 "set '%s': counters were written while it was listed: try again",
				 dump->set);
	if (next->source_changes >= record->source_changes)
		record->last_source = next->last_source;
	witness_later(&record->source_changes, next->source_changes);
	witness_later(&record->segments_left_changes,
		      next->segments_left_changes);
	dump_colour(dump, colour);
	return 0;
}

static int dump_record(struct dump *dump, const struct nlattr *data)
{
	struct sr6flow_record *next = dump->spare;
	struct decoded_colour colour;
	struct decoded_label label;
	const char *problem;
	int ret;

	if (attribute_type(data) != IPSET_ATTR_DATA)
		return fail_damaged(dump->handle,
				    "something else among the records");
	if (dump->pending &&
	    decode_labelled(&colour, &dump->label, dump->info.mask, data))
		return dump_merge(dump, dump->record, &colour);
	problem = decode_record(next, &colour, &label, &dump->info, data);
	if (problem)
		return fail_damaged(dump->handle, problem);
	if (dump->pending && same_flow(&dump->record->flow, &next->flow)) {
		dump->label = label;
		return dump_merge(dump, next, &colour);
	}
	ret = dump_flow(dump);
	dump->spare = dump->record;
	dump->record = next;
	dump->label = label;
	dump->pending = true;
	dump_colour(dump, &colour);
	return ret;
}

static int dump_records(struct dump *dump, const struct nlattr *records)
{
	struct attributes left = attributes_of(records);
	const struct nlattr *data;
	int ret;

	while ((data = attributes_next(&left))) {
		ret = dump_record(dump, data);
		if (ret)
			return ret;
	}
	if (left.size)
		return fail_damaged(dump->handle, "a record that is cut off");
	return 0;
}

static int dump_message(struct sr6flow *handle, const struct nlmsghdr *nlh,
			void *arg)
{
	struct dump *dump = arg;
	struct header header;
	const char *problem;
	int ret;

	/* It points into the message before. */
	dump->label.len = 0;
	problem = decode_header(&header, nlh);
	if (!problem && strcmp(header.set, dump->set))
		problem = "another set";
	if (!problem && dump->headed && header.type[0])
		problem = "two set headers";
	if (problem)
		return fail_damaged(handle, problem);
	if (!dump->headed) {
		ret = dump_head(dump, &header);
		if (ret)
			return ret;
	}
	return header.records && dump->fn ?
	       dump_records(dump, header.records) : 0;
}

/* Requests no acknowledgement: a listing that cannot start answers with an
 * error anyway, and with two if an acknowledgement is requested.
 */
static int dump_run(struct dump *dump, uint32_t flags)
{
	union request request;
	struct nlmsghdr *nlh;
	int ret, verdict;

	dump->record = &dump->records[0];
	dump->spare = &dump->records[1];
	ret = set_name_check(dump->handle, dump->set);
	if (ret)
		return ret;
	nlh = request_start(&request, IPSET_CMD_LIST, NLM_F_DUMP, dump->set);
	if (flags)
		request_put_u32(nlh, IPSET_ATTR_FLAGS, flags);
	ret = request_run(dump->handle, nlh, dump_message, dump, &verdict);
	if (ret)
		return ret;
	if (verdict)
		return fail_verdict(dump->handle, dump->set, verdict);
	if (!dump->headed)
		return fail_damaged(dump->handle, "no set header");
	return dump_flow(dump);
}

EXPORT int sr6flow_info(struct sr6flow *handle, const char *set,
			struct sr6flow_set *info)
{
	struct dump dump = { .handle = handle, .set = set };
	int ret = dump_run(&dump, IPSET_FLAG_LIST_HEADER);

	if (!ret)
		*info = dump.info;
	return ret;
}

EXPORT int sr6flow_dump(struct sr6flow *handle, const char *set,
			sr6flow_dump_fn fn, void *arg)
{
	struct dump dump = {
		.handle = handle,
		.set = set,
		.fn = fn,
		.arg = arg,
	};

	return dump_run(&dump, 0);
}
