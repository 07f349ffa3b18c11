/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keyed hash of a SID list, with or without a source address.
 *
 * A SID is two words. One is mixed with the state of the hash, the other with a part
 * of the secret, and both are multiplied. The two halves of the product are folded into
 * the next state, as in wyhash. This takes five instructions for 16 bytes; jhash2()
 * takes about 60. Each set has its own secret. Without it an attacker cannot choose
 * lists for one bucket. test/unit/test_hash.c measures the quality.
 *
 * Words have the width of the machine's multiplication, so hashes differ between
 * machines. The code is plain C, for tests in user space.
 */
#ifndef SR6FLOW_HASH_H
#define SR6FLOW_HASH_H

#include "ip_set_hash_sr6flow.h"

#if defined(CONFIG_ARCH_SUPPORTS_INT128) && \
	defined(CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS)
#define sr6flow_word __u64
#define sr6flow_product unsigned __int128
#else
#define sr6flow_word __u32
#define sr6flow_product __u64
#endif

#define SR6FLOW_SID_WORDS (SR6FLOW_SID_LEN / sizeof(sr6flow_word))

/**
 * struct sr6flow_secret - key of the hash, random
 * @start: first state
 * @step: mixed with every other word
 * @end: spreads the last state over all bits
 */
struct sr6flow_secret {
	sr6flow_word start;
	sr6flow_word step;
	sr6flow_word end;
};

/* The two halves of a product, folded into one. */
static __always_inline sr6flow_word sr6flow_hash_fold(sr6flow_word a,
						      sr6flow_word b)
{
#if defined(CONFIG_X86_64)
	sr6flow_word high;

	/* GCC would align the stack for a product of 128 bits, and spill it. */
	asm("mulq %2" : "+a" (a), "=d" (high) : "rm" (b) : "cc");
	return high ^ a;
#else
	sr6flow_product product = (sr6flow_product)a * b;

	return (sr6flow_word)(product >> 8 * sizeof(a)) ^ (sr6flow_word)product;
#endif
}

static __always_inline sr6flow_word
sr6flow_hash_sid(sr6flow_word state, const sr6flow_word *sid, sr6flow_word step)
{
	unsigned int i;

	for (i = 0; i < SR6FLOW_SID_WORDS; i += 2)
		state = sr6flow_hash_fold(sid[i] ^ state, sid[i + 1] ^ step);
	return state;
}

/**
 * sr6flow_hash() - hash of a flow's key
 * @source: source address, aligned as @sids
 * @sourced: @source belongs to the key
 * @sids: SIDs in any fixed order; aligned to 4 bytes, or unaligned where the
 *	machine allows it
 * @n: number of SIDs, 1 to SR6FLOW_SIDS_MAX
 * @secret: key
 * @seed: selects another hash if chains are long by chance
 *
 * Return: 32 bits of equal quality.
 */
static __always_inline __u32 sr6flow_hash(const void *source, bool sourced,
					  const void *sids, unsigned int n,
					  const struct sr6flow_secret *secret,
					  __u32 seed)
{
	const sr6flow_word *sid = sids, step = secret->step;
	sr6flow_word state = secret->start ^ seed;

	if (sourced)
		state = sr6flow_hash_sid(state, source, step);
	for (; n >= 4; n -= 4, sid += 4 * SR6FLOW_SID_WORDS) {
		state = sr6flow_hash_sid(state, sid, step);
		state = sr6flow_hash_sid(state, sid + SR6FLOW_SID_WORDS, step);
		state = sr6flow_hash_sid(state, sid + 2 * SR6FLOW_SID_WORDS,
					 step);
		state = sr6flow_hash_sid(state, sid + 3 * SR6FLOW_SID_WORDS,
					 step);
	}
	for (; n; n--, sid += SR6FLOW_SID_WORDS)
		state = sr6flow_hash_sid(state, sid, step);
	return sr6flow_hash_fold(state, secret->end);
}

#endif /* SR6FLOW_HASH_H */
