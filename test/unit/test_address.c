// SPDX-License-Identifier: GPL-2.0-only
/* Addresses as text: the same as the C library's, whatever is zero in them. */
#include <string.h>
#include <arpa/inet.h>

#include "lmctl/base/address.h"
#include "test/unit/unit.h"

static void check(const struct in6_addr *address)
{
	char want[INET6_ADDRSTRLEN], got[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, address, want, sizeof(want));
	assert_int_equal(address_format(got, address), strlen(want));
	assert_string_equal(got, want);
}

/* Every way in which words can be zero, have few digits, or look like IPv4. */
TEST(test_words)
{
	static const uint16_t values[] = { 1, 0x20, 0x345, 0xfcff, 0xffff };
	unsigned int zero, value, i;

	for (zero = 0; zero < 256; zero++)
		for (value = 0; value < 5; value++) {
			struct in6_addr address;

			for (i = 0; i < 8; i++)
				address.s6_addr16[i] = zero & 1u << i ? 0 :
					htons(values[(value + i) % 5]);
			check(&address);
		}
}

TEST(test_digits)
{
	struct in6_addr address = { .s6_addr = { 0xfc } };
	uint32_t word;

	for (word = 0; word <= UINT16_MAX; word++) {
		address.s6_addr16[7] = htons((uint16_t)word);
		check(&address);
	}
}

TEST(test_mapped)
{
	static const char *const texts[] = {
		"::", "::1", "::1.2.3.4", "::ffff:1.2.3.4", "::fffe:1.2.3.4",
		"::1:0:0:0", "0:0:0:0:1::", "ffff::",
	};
	struct in6_addr address;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(inet_pton(AF_INET6, texts[i], &address), 1);
		check(&address);
	}
}
