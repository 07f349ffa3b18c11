// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quality of the hash of keys, SID lists with or without a source: every bit of a
 * key moves every bit of the hash half of the time; keys as operators number them
 * spread over buckets like chance; and no two keys meet more often than by chance
 * when the secret changes. Compiled twice, for wide words and for narrow ones.
 *
 * "Chance" comes from a generator with fixed seeds, so results never differ.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#ifndef TEST_NARROW
#define CONFIG_ARCH_SUPPORTS_INT128
#define CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS
#ifdef __x86_64__
#define CONFIG_X86_64
#endif
#endif
#include "kernel/hash.h"
#include "test/unit/unit.h"

#define BUCKET_BITS 16
#define BUCKETS (1u << BUCKET_BITS)

/* Words as the hash reads them; bytes are filled in with memcpy(). */
struct list {
	sr6flow_word source[SR6FLOW_SID_WORDS];
	sr6flow_word words[SR6FLOW_SIDS_MAX * SR6FLOW_SID_WORDS];
	unsigned int n;
	bool sourced;
};

/* splitmix64 */
static uint64_t chance(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static void fill(void *to, size_t size, uint64_t *state)
{
	unsigned char *byte = to;
	size_t i;

	for (i = 0; i < size; i++)
		byte[i] = chance(state) & 0xff;
}

static uint32_t hash(const struct list *list,
		     const struct sr6flow_secret *secret)
{
	return sr6flow_hash(list->source, list->sourced, list->words, list->n,
			    secret, 0);
}

/* 16 bytes: fcff:LOCATOR::FUNCTION */
static void address(void *to, unsigned int locator, unsigned int function)
{
	unsigned char bytes[SR6FLOW_SID_LEN] = {
		0xfc, 0xff, locator >> 8, locator & 0xff,
		[12] = function >> 24, function >> 16, function >> 8, function,
	};

	memcpy(to, bytes, sizeof(bytes));
}

/* SID @i of @list */
static void number(struct list *list, unsigned int i, unsigned int locator,
		   unsigned int function)
{
	address((char *)list->words + i * SR6FLOW_SID_LEN, locator, function);
}

/* Bytes of the key, the source before the list. */
static unsigned int key_bytes(const struct list *list)
{
	return (list->sourced + list->n) * SR6FLOW_SID_LEN;
}

static unsigned char *key_byte(struct list *list, unsigned int i)
{
	if (!list->sourced)
		return (unsigned char *)list->words + i;
	return i < SR6FLOW_SID_LEN ? (unsigned char *)list->source + i :
	       (unsigned char *)list->words + i - SR6FLOW_SID_LEN;
}

static void avalanche_of(unsigned int n, bool sourced)
{
	enum { TRIALS = 500 };
	struct list list = { .n = n, .sourced = sourced }, other;
	unsigned int *flips, bits = key_bytes(&list) * 8, bit, out, t;
	struct sr6flow_secret secret;
	uint64_t state = n;

	flips = test_calloc(bits * 32, sizeof(*flips));
	for (t = 0; t < TRIALS; t++) {
		uint32_t before;

		fill(&secret, sizeof(secret), &state);
		fill(list.source, sizeof(list.source), &state);
		fill(list.words, sizeof(list.words), &state);
		before = hash(&list, &secret);
		for (bit = 0; bit < bits; bit++) {
			uint32_t moved;

			other = list;
			*key_byte(&other, bit / 8) ^= 1 << bit % 8;
			moved = before ^ hash(&other, &secret);
			for (out = 0; out < 32; out++)
				flips[bit * 32 + out] += moved >> out & 1;
		}
	}
	/* Six standard deviations are 0.134. */
	for (bit = 0; bit < bits * 32; bit++)
		assert_in_range(flips[bit], TRIALS * 36 / 100,
				TRIALS * 64 / 100);
	test_free(flips);
}

TEST(every_bit_moves_every_bit)
{
	for (int sourced = 0; sourced < 2; sourced++) {
		avalanche_of(1, sourced);
		avalanche_of(2, sourced);
		avalanche_of(3, sourced);
		avalanche_of(SR6FLOW_SIDS_MAX, sourced);
	}
}

TEST(a_fold_is_both_halves_of_a_product)
{
	uint64_t chances = 3;
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		sr6flow_word a = chance(&chances), b = chance(&chances);
		sr6flow_product product = (sr6flow_product)a * b;

		assert_true(sr6flow_hash_fold(a, b) ==
			    (sr6flow_word)((sr6flow_word)product ^
					   product >> 8 * sizeof(a)));
	}
}

/*
 * As many keys as buckets, for some secrets: the sum of the squares of the
 * lengths of chains, which is what looking up costs, and the longest chain.
 */
static void check_buckets(void (*make)(struct list *, unsigned int),
			  unsigned int n, unsigned int shift)
{
	enum { SECRETS = 4 };
	unsigned int *chain, i, t, longest = 0;
	uint64_t state = n + shift, all = 0;
	struct list list = { .n = n };

	chain = test_malloc(BUCKETS * sizeof(*chain));
	for (t = 0; t < SECRETS; t++) {
		struct sr6flow_secret secret;
		uint64_t squares = 0;

		memset(chain, 0, BUCKETS * sizeof(*chain));
		fill(&secret, sizeof(secret), &state);
		for (i = 0; i < BUCKETS; i++) {
			make(&list, i);
			chain[hash(&list, &secret) >> shift & (BUCKETS - 1)]++;
		}
		for (i = 0; i < BUCKETS; i++) {
			squares += chain[i] * chain[i];
			if (chain[i] > longest)
				longest = chain[i];
		}
		/* By chance 2 * BUCKETS, with a standard deviation of 0.3 %. */
		assert_in_range(squares, 0, 2 * BUCKETS * 103 / 100);
		all += squares;
	}
	assert_in_range(all, 0, SECRETS * 2 * BUCKETS * 1008ull / 1000);
	/* By chance, one chain in 10^10 is longer. */
	assert_in_range(longest, 3, 12);
	test_free(chain);
}

static void by_function(struct list *list, unsigned int i)
{
	unsigned int sid;

	for (sid = 0; sid < list->n; sid++)
		number(list, sid, sid, sid == list->n / 2 ? i : 1);
}

static void by_locator(struct list *list, unsigned int i)
{
	unsigned int sid;

	for (sid = 0; sid < list->n; sid++)
		number(list, sid, sid ? sid : i, 0);
}

static void by_pair(struct list *list, unsigned int i)
{
	unsigned int sid;

	for (sid = 0; sid < list->n; sid++)
		number(list, sid, sid & 1 ? i & 0xff : i >> 8, 0x100);
}

static void from(struct list *list, unsigned int ingress, unsigned int function)
{
	list->sourced = true;
	address(list->source, ingress, function);
}

/* Every ingress reaches every egress through the same list; both are numbered alike. */
static void by_mesh(struct list *list, unsigned int i)
{
	unsigned int sid;

	for (sid = 0; sid < list->n; sid++)
		number(list, sid, i & 0xff, sid ? sid : 0x100);
	from(list, i >> 8, 1);
}

/* The same, where the netmask leaves only the locator of the source. */
static void by_masked_mesh(struct list *list, unsigned int i)
{
	by_mesh(list, i);
	from(list, i >> 8, 0);
}

/* All ingresses send into one list. */
static void by_ingress(struct list *list, unsigned int i)
{
	unsigned int sid;

	for (sid = 0; sid < list->n; sid++)
		number(list, sid, 0xff00 + sid, 0x100);
	from(list, i, 1);
}

static void spreads_like_chance(void (*make)(struct list *, unsigned int))
{
	static const unsigned int lengths[] = { 1, 2, 3, 16 };
	unsigned int i, shift;

	for (i = make == by_pair; i < ARRAY_SIZE(lengths); i++)
		for (shift = 0; shift <= 32 - BUCKET_BITS; shift += 8)
			check_buckets(make, lengths[i], shift);
}

TEST(keys_with_a_source_spread_like_chance)
{
	spreads_like_chance(by_mesh);
	spreads_like_chance(by_masked_mesh);
	spreads_like_chance(by_ingress);
}

TEST(numbered_lists_spread_like_chance)
{
	spreads_like_chance(by_function);
	spreads_like_chance(by_locator);
	/* From two SIDs on. */
	spreads_like_chance(by_pair);
}

/* How many of 2^16 secrets give two lists the same 6 bits? */
static void check_pair(const struct list *a, const struct list *b)
{
	struct sr6flow_secret secret;
	unsigned int met = 0, i;
	uint64_t state = 7;

	for (i = 0; i < 1u << 16; i++) {
		secret.start = chance(&state);
		secret.step = chance(&state);
		secret.end = chance(&state);
		met += !((hash(a, &secret) ^ hash(b, &secret)) & 0x3f);
	}
	/* 1,024 by chance, with a standard deviation of 32. */
	assert_in_range(met, 1024 - 6 * 32, 1024 + 6 * 32);
}

TEST(chosen_lists_meet_by_chance_only)
{
	struct list a = { .n = 2 }, b = { .n = 2 };

	/* One bit, the first or the last of a word. */
	b.words[0] = 1;
	check_pair(&a, &b);
	b.words[0] = (sr6flow_word)1 << (8 * sizeof(sr6flow_word) - 1);
	check_pair(&a, &b);
	/* The two words of a product, or two products, exchanged. */
	a.words[0] = b.words[1] = 5;
	a.words[1] = b.words[0] = 9;
	check_pair(&a, &b);
	memset(a.words, 0, sizeof(a.words));
	memset(b.words, 0, sizeof(b.words));
	a.words[0] = b.words[SR6FLOW_SID_WORDS] = 1;
	check_pair(&a, &b);
	/* Opposite differences. */
	memset(a.words, 0, sizeof(a.words));
	memset(b.words, 0, sizeof(b.words));
	b.words[0] = b.words[2] = 1;
	b.words[1] = b.words[3] = -1;
	check_pair(&a, &b);
	/* A list and its beginning. */
	memset(b.words, 0, sizeof(b.words));
	b.n = 3;
	check_pair(&a, &b);
}

TEST(chosen_sources_meet_by_chance_only)
{
	struct list a = { .n = 1, .sourced = true }, b = a;

	b.source[0] = 1;
	check_pair(&a, &b);
	b.source[0] = (sr6flow_word)1 << (8 * sizeof(sr6flow_word) - 1);
	check_pair(&a, &b);
	/* Source and SID exchanged: the way there and the way back. */
	memset(b.source, 0, sizeof(b.source));
	address(a.source, 1, 1);
	address(a.words, 2, 0x100);
	memcpy(b.source, a.words, sizeof(b.source));
	memcpy(b.words, a.source, sizeof(a.source));
	check_pair(&a, &b);
	/* Opposite differences. */
	memcpy(b.source, a.source, sizeof(b.source));
	memcpy(b.words, a.words, sizeof(b.words));
	b.source[0]++;
	b.words[0]--;
	check_pair(&a, &b);
	/* Another list behind the same source. */
	b = a;
	memcpy(b.words, a.source, sizeof(a.source));
	memcpy(b.words + SR6FLOW_SID_WORDS, a.words, sizeof(a.source));
	b.n = 2;
	check_pair(&a, &b);
}

TEST(a_seed_makes_another_hash)
{
	struct list list = { .n = 1 };
	struct sr6flow_secret secret;
	unsigned int i, met = 0;
	uint64_t chances = 1;

	fill(&secret, sizeof(secret), &chances);
	for (i = 0; i < BUCKETS; i++) {
		uint32_t seed = chance(&chances);

		by_function(&list, i);
		met += !((sr6flow_hash(NULL, false, list.words, 1, &secret, seed) ^
			  sr6flow_hash(NULL, false, list.words, 1, &secret, seed + 1)) &
			 0xff);
	}
	/* 256 by chance; neighbouring seeds are the least different ones. */
	assert_in_range(met, 0, 256 + 6 * 16);
}
