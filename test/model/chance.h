/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that are drawn by name and not in turn: the number of a thing in
 * a stream depends on nothing else. A history that loses an event therefore keeps
 * its packets, their fates and its latencies, and can be shrunk.
 */
#ifndef TEST_MODEL_CHANCE_H
#define TEST_MODEL_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

enum chance_stream {
	CHANCE_HISTORY,
	CHANCE_GAP,
	CHANCE_IDLE,
	CHANCE_FATE,
	CHANCE_COPY,
	CHANCE_DELAY,
	CHANCE_LATENCY,
	CHANCE_WANDER,
	CHANCE_MESSAGE,
	CHANCE_MESSAGE_DELAY,
	CHANCE_LOAD,
};

/**
 * chance_draw() - number of a thing (splitmix64, Steele, Lea and Flood 2014)
 * @seed: seed of the history
 * @stream: what it is drawn for
 * @n: which one
 *
 * Return: 64 bits.
 */
static inline uint64_t chance_draw(uint64_t seed, enum chance_stream stream,
				   uint64_t n)
{
	uint64_t z = seed * UINT64_C(0xd1342543de82ef95) +
		     ((uint64_t)stream << 48) + n + 1;
	int i;

	for (i = 0; i < 2; i++) {
		z += UINT64_C(0x9e3779b97f4a7c15);
		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		z ^= z >> 31;
	}
	return z;
}

/**
 * chance_below() - number below a bound
 * @seed: seed of the history
 * @stream: what it is drawn for
 * @n: which one
 * @bound: bound; 0 is taken for 1
 *
 * Return: 0 to @bound - 1.
 */
static inline int64_t chance_below(uint64_t seed, enum chance_stream stream,
				   uint64_t n, int64_t bound)
{
	return bound > 1 ? (int64_t)(chance_draw(seed, stream, n) %
				     (uint64_t)bound) : 0;
}

/**
 * chance_happens() - does it happen to a thing
 * @seed: seed of the history
 * @stream: what it is drawn for
 * @n: which one
 * @permille: how often
 *
 * Return: true if it does.
 */
static inline bool chance_happens(uint64_t seed, enum chance_stream stream,
				  uint64_t n, int64_t permille)
{
	return permille && chance_below(seed, stream, n, 1000) < permille;
}

#endif /* TEST_MODEL_CHANCE_H */
