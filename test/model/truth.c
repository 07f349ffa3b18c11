// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "test/model/need.h"
#include "test/model/truth.h"

static struct true_block **bucket(struct truth *truth, enum node_id node,
				  unsigned int flow, int64_t block)
{
	uint64_t hash = (uint64_t)block * 31 + flow * 7919u + node;

	return &truth->blocks[hash % TRUE_BLOCKS];
}

static bool same_block(const struct true_block *of, enum node_id node,
		       unsigned int flow, int64_t block)
{
	return of->node == node && of->flow == flow && of->block == block;
}

/* The newest one. */
static struct true_block *block_find(struct truth *truth, enum node_id node,
				     unsigned int flow, int64_t block)
{
	struct true_block *of = *bucket(truth, node, flow, block);

	while (of && !same_block(of, node, flow, block))
		of = of->next;
	return of;
}

static struct true_block *block_add(struct truth *truth, enum node_id node,
				    unsigned int flow, int64_t block)
{
	struct true_block **at = bucket(truth, node, flow, block);
	struct true_block *of = need(calloc(1, sizeof(*of)));

	of->node = node;
	of->flow = flow;
	of->block = block;
	of->next = *at;
	*at = of;
	return of;
}

void truth_free(struct truth *truth)
{
	struct true_block *of, *next;
	unsigned int i;

	for (i = 0; i < TRUE_BLOCKS; i++) {
		for (of = truth->blocks[i]; of; of = next) {
			next = of->next;
			free(of);
		}
	}
	free(truth->packets);
	free(truth->rows);
}

size_t truth_sent(struct truth *truth, enum node_id node, unsigned int flow,
		  int64_t block, unsigned int epoch)
{
	struct true_block *of = block_find(truth, node, flow, block);

	if (!of || of->epoch != epoch) {
		of = block_add(truth, node, flow, block);
		of->epoch = epoch;
	}
	of->sent++;
	if (truth->npackets == truth->packets_room) {
		truth->packets_room = truth->packets_room ?
				      2 * truth->packets_room : 1024;
		truth->packets = need(reallocarray(truth->packets,
						   truth->packets_room,
						   sizeof(*truth->packets)));
	}
	truth->packets[truth->npackets] = (struct true_packet){
		.of = of, .flow = (uint16_t)flow, .node = (uint16_t)node,
	};
	return truth->npackets++;
}

void truth_row(struct truth *truth, struct row row)
{
	row.of = block_find(truth, row.node, row.flow, row.block);
	if (!row.of)
		row.of = block_add(truth, row.node, row.flow, row.block);
	if (truth->nrows == truth->rows_room) {
		truth->rows_room = truth->rows_room ? 2 * truth->rows_room : 64;
		truth->rows = need(reallocarray(truth->rows, truth->rows_room,
						sizeof(*truth->rows)));
	}
	truth->rows[truth->nrows++] = row;
}

/* Had a block a figure of its own? */
static bool has_figure(const struct truth *truth, const struct row *gap,
		       int64_t block)
{
	size_t i;

	for (i = 0; i < truth->nrows; i++) {
		const struct row *row = &truth->rows[i];

		if (row->node == gap->node && row->flow == gap->flow &&
		    row->block == block && !row->joined && !row->gap &&
		    (!row->word || !strcmp(row->word, "anomaly")))
			return true;
	}
	return false;
}

/* What the blocks of a gap row had of packets when it came. */
static struct true_block gap_sum(const struct truth *truth,
				 const struct row *gap)
{
	struct true_block sum = { 0 };
	const struct true_block *of;
	unsigned int i;

	for (i = 0; i < TRUE_BLOCKS; i++) {
		for (of = truth->blocks[i]; of; of = of->next) {
			if (of->node != gap->node || of->flow != gap->flow ||
			    of->block < gap->first || of->block > gap->block ||
			    of->epoch > gap->epoch ||
			    has_figure(truth, gap, of->block))
				continue;
			sum.sent += of->sent;
			sum.arrived += of->arrived;
		}
	}
	return sum;
}

/* Recordings do not say of which time a number is that was there twice. */
struct true_block row_truth(const struct truth *truth, const struct row *row)
{
	return row->gap ? gap_sum(truth, row) : *row->of;
}

bool row_false(const struct truth *truth, const struct row *row)
{
	const struct true_block *of;
	struct true_block sum;

	if (row->gap && !row->word) {
		sum = gap_sum(truth, row);
		return row->sent != sum.sent || row->received != sum.arrived;
	}

	if (row->word)
		return !*row->word || !strcmp(row->word, "invalid") ||
		       !strcmp(row->word, "unknown");
	for (of = row->of; of; of = row->joined ? of->next : NULL)
		if (same_block(of, row->node, row->flow, row->block) &&
		    row->sent == of->sent && row->received == of->arrived)
			return false;
	return true;
}
