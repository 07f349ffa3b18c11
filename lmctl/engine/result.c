// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>

#include "lmctl/engine/result.h"

/* No block has as many packets or bytes; bounded counts subtract without overflow. */
#define COUNT_MAX INT64_MAX

/**
 * struct count - count of one point of the path
 * @word: reason for which the others are unknown, NULL if they are known
 * @packets: packets
 * @bytes: their bytes
 */
struct count {
	const char *word;
	uint64_t packets;
	uint64_t bytes;
};

bool measurement_same_path(const struct measurement *a, const struct measurement *b)
{
	unsigned int i;

	if (a->group != b->group || a->npeers != b->npeers)
		return false;
	for (i = 0; i < a->npeers; i++)
		if (strcmp(a->peer[i], b->peer[i]))
			return false;
	return true;
}

static struct count count_checked(struct count count)
{
	static const struct answer anomaly = { .status = ANSWER_ANOMALY };

	if (count.packets > COUNT_MAX || count.bytes > COUNT_MAX)
		count.word = answer_word(&anomaly);
	return count;
}

static struct count count_sent(const struct result *result)
{
	return count_checked((struct count){
		.word = reason_word(result->reason),
		.packets = result->sent,
		.bytes = result->sent_bytes,
	});
}

static struct count count_peer(const struct result *result, unsigned int i)
{
	const struct result_peer *peer = &result->peer[i];

	if (peer->answer.status != ANSWER_VALID)
		return (struct count){ .word = answer_word(&peer->answer) };
	return count_checked((struct count){
		.packets = peer->packets,
		.bytes = peer->bytes,
	});
}

/* The sum of two checked counts fits 64 bits. */
static struct count count_group(const struct result *result)
{
	struct count sum = { NULL, 0, 0 };
	unsigned int i;

	if (result->gap)
		return count_checked((struct count){
			.packets = result->received.packets,
			.bytes = result->received.bytes,
		});
	for (i = 0; i < result->of->npeers && !sum.word; i++) {
		struct count peer = count_peer(result, i);

		if (peer.word)
			return peer;
		sum.packets += peer.packets;
		sum.bytes += peer.bytes;
		sum = count_checked(sum);
	}
	return sum;
}

static struct segment segment_between(const struct count *from,
				      const struct count *to)
{
	struct segment segment = {
		.status = RESULT_INVALID,
		.word = from->word ? from->word : to->word,
	};

	if (segment.word)
		return segment;
	segment.sent = from->packets;
	segment.received = to->packets;
	segment.sent_bytes = from->bytes;
	segment.received_bytes = to->bytes;
	segment.lost = (int64_t)from->packets - (int64_t)to->packets;
	segment.status = segment.lost < 0 ? RESULT_ANOMALY : RESULT_EXACT;
	if (segment.status == RESULT_ANOMALY)
		segment.word = "anomaly";
	return segment;
}

bool result_covers(const struct result *result, uint32_t part)
{
	return !result->gap || result->covers & part;
}

static struct segment not_covered(void)
{
	return (struct segment){
		.status = RESULT_INVALID, .word = "not-in-gap",
	};
}

static struct count count_received(const struct result *result)
{
	return result->of->group ? count_group(result) :
				   count_peer(result, result->of->npeers - 1);
}

struct segment result_total(const struct result *result)
{
	const struct count sent = count_sent(result);
	const struct count received = count_received(result);

	return result_covers(result, RESULT_TOTAL) ?
	       segment_between(&sent, &received) : not_covered();
}

struct segment result_segment(const struct result *result, unsigned int i)
{
	const struct count from = i ? count_peer(result, i - 1) :
				      count_sent(result);
	const struct count to = count_peer(result, i);

	return result_covers(result, RESULT_SEGMENT(i)) ?
	       segment_between(&from, &to) : not_covered();
}

struct known result_sent(const struct result *result)
{
	return (struct known){
		.known = result->reason == REASON_NONE &&
			 result_covers(result, RESULT_TOTAL |
					       RESULT_SEGMENT(0)),
		.packets = result->sent,
		.bytes = result->sent_bytes,
	};
}

struct known result_arrived(const struct result *result, unsigned int i)
{
	const struct result_peer *peer = &result->peer[i];

	return (struct known){
		.known = peer->answer.status == ANSWER_VALID,
		.packets = peer->packets,
		.bytes = peer->bytes,
	};
}

struct known result_received(const struct result *result)
{
	const struct count received = count_received(result);

	if (received.word || !result_covers(result, RESULT_TOTAL))
		return (struct known){ .known = false };
	return (struct known){ true, received.packets, received.bytes };
}
