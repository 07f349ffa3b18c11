// SPDX-License-Identifier: GPL-2.0-only
#include "history.h"
#include "kernel/set.h"
#include "test/fuzz/input.h"

/* More than an input has packets. */
#define FLOWS_MAX 16

/* A flow; generations are not used again. */
struct history {
	u64 generation;
	bool sourced;
	__u8 source[SR6FLOW_SID_LEN];
	bool routed;
	unsigned int segments_left;
	u64 source_changes;
	u64 segments_left_changes;
};

static struct history flows[FLOWS_MAX];
static unsigned int nflows;

void history_begin(void)
{
	nflows = 0;
}

static struct history *find(const struct sr6flow_elem *flow)
{
	for (unsigned int i = 0; i < nflows; i++)
		if (flows[i].generation == flow->generation)
			return &flows[i];
	return NULL;
}

static struct history *add(const struct sr6flow_elem *flow)
{
	must(nflows < FLOWS_MAX);
	memset(&flows[nflows], 0, sizeof(flows[nflows]));
	flows[nflows].generation = flow->generation;
	return &flows[nflows++];
}

void history_add(const struct ip_set *set, const struct sr6flow_elem *flow,
		 const struct reference *ref)
{
	const struct sr6flow_htype *h = set->data;
	struct history *known = find(flow);

	if (!known)
		known = add(flow);
	if (!h->netmask) {
		known->source_changes += known->sourced &&
			memcmp(known->source, ref->source, sizeof(ref->source));
		/* Such packets do not come from a network; they are as none. */
		known->sourced = ref->source[0] != 0xff;
		memset(known->source, 0, sizeof(known->source));
		if (known->sourced)
			memcpy(known->source, ref->source, sizeof(ref->source));
	}
	if (ref->srh) {
		known->segments_left_changes += known->routed &&
			known->segments_left != ref->segments_left;
		known->routed = true;
		known->segments_left = ref->segments_left;
	}
}

void history_check(const struct ip_set *set)
{
	static const __u8 none[SR6FLOW_SID_LEN];
	const struct sr6flow_htype *h = set->data;
	const struct sr6flow_elem *flow;
	struct sr6flow_sum sum;

	rcu_read_lock();
	list_for_each_entry(flow, &h->flows, list) {
		const struct history *known = find(flow);

		sr6flow_sum(flow, &sum);
		must(sum.changes.source == (known ? known->source_changes : 0));
		must(h->netmask ||
		     !memcmp(&sum.last_source, known ? known->source : none,
			     sizeof(none)));
		must(sum.changes.segments_left ==
		     (known ? known->segments_left_changes : 0));
	}
	rcu_read_unlock();
}
