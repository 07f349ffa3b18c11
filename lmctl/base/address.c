// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "lmctl/base/address.h"

#define WORDS 8

/* Zero words, written as "::". */
struct zeros {
	unsigned int first;
	unsigned int n;
};

/* The longest run of at least two, of several the first. Source: RFC 5952,
 * section 4.2.
 */
static struct zeros zeros_find(const uint16_t *words)
{
	struct zeros best = { WORDS, 1 }, run = { 0, 0 };
	unsigned int i;

	for (i = 0; i < WORDS; i++) {
		if (words[i]) {
			run = (struct zeros){ i + 1, 0 };
			continue;
		}
		if (++run.n > best.n)
			best = run;
	}
	return best;
}

static char *put_word(char *at, uint16_t word)
{
	static const char digits[] = "0123456789abcdef";

	if (word >= 0x1000)
		*at++ = digits[word >> 12];
	if (word >= 0x100)
		*at++ = digits[word >> 8 & 15];
	if (word >= 0x10)
		*at++ = digits[word >> 4 & 15];
	*at++ = digits[word & 15];
	return at;
}

size_t address_format(char *text, const struct in6_addr *address)
{
	uint16_t words[WORDS];
	struct zeros zeros;
	char *at = text;
	unsigned int i;

	memcpy(words, address, sizeof(words));
	/*
	 * inet_ntop() prints these addresses with an IPv4 address at the end; SIDs are
	 * none of them.
	 */
	if (!words[0] && !words[1] && !words[2] && !words[3] && !words[4]) {
		inet_ntop(AF_INET6, address, text, INET6_ADDRSTRLEN);
		return strlen(text);
	}
	for (i = 0; i < WORDS; i++)
		words[i] = ntohs(words[i]);
	zeros = zeros_find(words);
	for (i = 0; i < WORDS; i++) {
		if (i == zeros.first) {
			*at++ = ':';
			i += zeros.n - 1;
			if (i == WORDS - 1)
				*at++ = ':';
			continue;
		}
		if (i)
			*at++ = ':';
		at = put_word(at, words[i]);
	}
	*at = '\0';
	return at - text;
}
