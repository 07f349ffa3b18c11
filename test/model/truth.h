/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Truth: which packets of which block were sent, and what became of them. It knows
 * packets from the moment in which they pass the ingress, whether or not anything
 * marks or counts them there.
 *
 * A packet is of the block whose colour was the active one when it passed, whether or
 * not it met a rule: the block that runs by the ingress's clock; with the other colour
 * the one before it until the change is late, and the one after it once the one before
 * has been read; see path.c. What the network copies arrives more than once; so do the two ends
 * count it, and so does the truth.
 */
#ifndef TEST_MODEL_TRUTH_H
#define TEST_MODEL_TRUTH_H

#include <stddef.h>
#include <stdint.h>

#include "test/model/history.h"

/**
 * struct true_block - packets of a flow in a block
 * @node: the ingress
 * @flow: the flow
 * @block: the block
 * @sent: packets that passed the ingress
 * @arrived: packets that came to the egress
 * @epoch: how often the ingress's clock had been set: a block in which it is set is two
 * @next: another one of the same hash, or the time before
 */
struct true_block {
	enum node_id node;
	unsigned int flow;
	int64_t block;
	uint64_t sent;
	uint64_t arrived;
	unsigned int epoch;
	struct true_block *next;
};

/**
 * struct true_packet - a packet
 * @of: its block
 * @word: the mark word that it carries
 * @flow: its flow
 * @node: the ingress
 */
struct true_packet {
	struct true_block *of;
	uint32_t word;
	uint16_t flow;
	uint16_t node;
};

/**
 * struct row - what the product says of a flow in a block
 * @of: what is true
 * @node: the ingress
 * @flow: the flow
 * @block: the block
 * @gap: number of blocks of a gap row, otherwise 0
 * @first: the first of them, @block being the last
 * @epoch: of a gap row: how often the ingress's clock had been set
 * @joined: it is of two recordings, otherwise of messages
 * @word: why it is not exact; NULL if it is
 * @sent: packets sent, if it is exact
 * @received: packets received, if it is exact
 */
struct row {
	struct true_block *of;
	enum node_id node;
	unsigned int flow;
	int64_t block;
	uint64_t gap;
	int64_t first;
	unsigned int epoch;
	bool joined;
	const char *word;
	uint64_t sent;
	uint64_t received;
};

#define TRUE_BLOCKS 4096

/**
 * struct truth - all of that; zeros at first
 * @blocks: hash table
 * @packets: all packets
 * @npackets: their number
 * @packets_room: room for them
 * @rows: all rows
 * @nrows: their number
 * @rows_room: room for them
 */
struct truth {
	struct true_block *blocks[TRUE_BLOCKS];
	struct true_packet *packets;
	size_t npackets;
	size_t packets_room;
	struct row *rows;
	size_t nrows;
	size_t rows_room;
};

/**
 * truth_free() - free what it knows
 * @truth: truth
 */
void truth_free(struct truth *truth);

/**
 * truth_sent() - a packet passes an ingress
 * @truth: truth
 * @node: the ingress
 * @flow: its flow
 * @block: its block
 * @epoch: how often the ingress's clock was set
 *
 * Return: number of the packet.
 */
size_t truth_sent(struct truth *truth, enum node_id node, unsigned int flow,
		  int64_t block, unsigned int epoch);

/**
 * truth_row() - the product says something
 * @truth: truth
 * @row: row; its @of is set
 */
void truth_row(struct truth *truth, struct row row);

/**
 * row_truth() - what is true of a row
 * @truth: truth
 * @row: row, after all packets have arrived or been lost
 *
 * Return: packets that were sent and arrived.
 */
struct true_block row_truth(const struct truth *truth, const struct row *row);

/**
 * row_false() - is a row false
 * @truth: truth
 * @row: row, after all packets have arrived or been lost
 *
 * Return: true if it is exact and not true, or is not exact and has no reason.
 */
bool row_false(const struct truth *truth, const struct row *row);

#endif /* TEST_MODEL_TRUTH_H */
