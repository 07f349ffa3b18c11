// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys: files that are right and wrong, HMACs against values of another
 * implementation, which key fits.
 *
 * The HMACs below were made with Python's hmac and hashlib:
 *   hmac.new(key, data, hashlib.sha256).digest()[:16]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lmctl/stamp/keys.h"
#include "test/unit/unit.h"

/* 16 bytes and 64 bytes. */
#define HEX16 "101112131415161718191a1b1c1d1e1f"
#define HEX64 HEX16 HEX16 HEX16 HEX16

static char path[] = "/tmp/test_keys.XXXXXX";
static struct keys keys;
static char error[512];

static void put(const char *text, size_t len)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, len, stream), len);
	assert_int_equal(fclose(stream), 0);
}

/* There must be nothing left of a key after a failure. */
static void is_empty(void)
{
	static const struct keys none;

	assert_memory_equal(&keys, &none, sizeof(keys));
}

static void loads(const char *text, unsigned int n)
{
	put(text, strlen(text));
	error[0] = '\0';
	assert_int_equal(keys_load(&keys, path, 0, error, sizeof(error)), 0);
	assert_string_equal(error, "");
	assert_int_equal(keys.n, n);
}

/* Fails with a sentence that has @words and none of the file's secret. */
static void fails(const char *text, size_t len, int err, const char *words)
{
	put(text, len);
	memset(&keys, 0x5a, sizeof(keys));
	error[0] = '\0';
	assert_int_equal(keys_load(&keys, path, 0, error, sizeof(error)), err);
	assert_non_null(strstr(error, path));
	assert_non_null(strstr(error, words));
	assert_null(strstr(error, "1011"));
	assert_null(strchr(error, '\n'));
	is_empty();
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

/* Every test of files begins with one of mode 600. */
static int fresh_file(void **state)
{
	remove_file(state);
	strcpy(path + sizeof(path) - 7, "XXXXXX");
	return make_file(state);
}

TEST_WITH(fresh_file, NULL, test_load)
{
	loads("one " HEX16 "\n"
	      "2:k.e_y-\t \t" HEX64 "\n", 2);
	assert_string_equal(keys.key[0].id, "one");
	assert_int_equal(keys.key[0].len, 16);
	for (unsigned int i = 0; i < 16; i++)
		assert_int_equal(keys.key[0].secret[i], 0x10 + i);
	assert_string_equal(keys.key[1].id, "2:k.e_y-");
	assert_int_equal(keys.key[1].len, 64);
	assert_int_equal(keys.key[1].secret[63], 0x1f);
	assert_ptr_equal(keys_find(&keys, "one"), &keys.key[0]);
	assert_ptr_equal(keys_find(&keys, "2:k.e_y-"), &keys.key[1]);
	assert_null(keys_find(&keys, "on"));
	assert_null(keys_find(&keys, "one "));
	assert_null(keys_find(&keys, ""));
	keys_clear(&keys);
	is_empty();
	assert_null(keys_find(&keys, "one"));
}

TEST_WITH(fresh_file, NULL, test_load_forms)
{
	/* comments, empty lines, blanks around, no newline at the end */
	loads("# keys of 2024\n\n \t\n  # and\n\t one " HEX16 "  \n#x y z\n"
	      "two " HEX16, 2);
	/* line ends of another system, also alone and after blanks */
	loads("# keys\r\n\r\n \r\none " HEX16 "\r\ntwo " HEX16 " \r\n", 2);
	assert_int_equal(keys.key[1].len, 16);
	/* capital digits */
	loads("one ABCDEF0123456789abcdef0123456789\n", 1);
	assert_int_equal(keys.key[0].secret[0], 0xab);
	assert_int_equal(keys.key[0].secret[9], 0xcd);
	/* as many keys as there can be, and the longest id */
	loads("a " HEX16 "\nb " HEX16 "\nc " HEX16 "\nd " HEX16 "\n"
	      "e " HEX16 "\nf " HEX16 "\ng " HEX16 "\n"
	      "abcdefghijklmnopqrstuvwxyz01234 " HEX16 "\n", KEYS_MAX);
	assert_non_null(keys_find(&keys, "abcdefghijklmnopqrstuvwxyz01234"));
}

TEST_WITH(fresh_file, NULL, test_load_bad_lines)
{
	static const struct {
		const char *text;
		const char *words;
	} cases[] = {
		{ "", "has no key" },
		{ "# one " HEX16 "\n\n", "has no key" },
		{ "one\n", "line 1: only one word" },
		{ HEX16 "\n", "line 1: only one word" },
		{ "one \t\n", "line 1: only one word" },
		{ "\n# x\none " HEX16 " x\n", "line 3: more than two words" },
		{ "one " HEX16 " # mine\n", "line 1: more than two words" },
		{ "one " HEX16 "0\n", "line 1: the secret has half a byte" },
		{ "one 1011121314151617\n", "line 1: the secret does not have" },
		{ "one 101112131415161718191a1b1c1d1e\n", "does not have" },
		{ "one " HEX64 "00\n", "line 1: the secret does not have" },
		{ "one g01112131415161718191a1b1c1d1e1f\n", "hexadecimal" },
		{ "one 0x1112131415161718191a1b1c1d1e1f\n", "hexadecimal" },
		{ "one 10:112131415161718191a1b1c1d1e1f\n", "hexadecimal" },
		{ "one 10\r12131415161718191a1b1c1d1e1f\n", "hexadecimal" },
		{ "one 101112131415161718191a1b1c1d1e1@\n", "hexadecimal" },
		{ "-one " HEX16 "\n", "line 1: bad id" },
		{ "o/ne " HEX16 "\n", "line 1: bad id" },
		{ "\xef\xbb\xbfone " HEX16 "\n", "line 1: bad id" },
		{ "abcdefghijklmnopqrstuvwxyz012345 " HEX16 "\n", "bad id" },
		{ HEX16 " one\n", "line 1: bad id" },
		{ "one " HEX16 "\ntwo " HEX16 "\none " HEX64 "\n",
		  "line 3: the id" },
		{ "a " HEX16 "\nb " HEX16 "\nc " HEX16 "\nd " HEX16 "\n"
		  "e " HEX16 "\nf " HEX16 "\ng " HEX16 "\nh " HEX16 "\n"
		  "i " HEX16 "\n", "line 9: more than 8 keys" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		fails(cases[i].text, strlen(cases[i].text), -EINVAL,
		      cases[i].words);
}

TEST_WITH(fresh_file, NULL, test_load_no_text)
{
	static const char nul[] = "one " HEX16 "\ntwo\0" HEX16 "\n";
	size_t len = 20000;
	char *large = test_malloc(len);

	fails(nul, sizeof(nul) - 1, -EINVAL, "line 2: it has a NUL byte");
	fails("\0", 1, -EINVAL, "NUL byte");
	memset(large, '#', len);
	fails(large, len, -EFBIG, "larger than 16384 bytes");
	fails(large, 16385, -EFBIG, "larger than 16384 bytes");
	fails(large, 16384, -EINVAL, "has no key");
	test_free(large);
}

TEST_WITH(fresh_file, NULL, test_load_mode)
{
	static const mode_t bad[] = {
		0640, 0620, 0610, 0604, 0602, 0601, 0644, 0666, 0777,
	};

	put("one " HEX16 "\n", 4 + 32 + 1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(chmod(path, bad[i]), 0);
		assert_int_equal(keys_load(&keys, path, 0, error, sizeof(error)),
				 -EPERM);
		assert_non_null(strstr(error, "chmod 600"));
		is_empty();
	}
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(keys_load(&keys, path, 0, error, sizeof(error)), 0);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(keys_load(&keys, path, 0, error, sizeof(error)), 0);
}

TEST_WITH(fresh_file, NULL, test_load_owner)
{
	const uid_t other = 12345;

	put("one " HEX16 "\n", 4 + 32 + 1);
	if (geteuid())
		skip();
	assert_int_equal(chown(path, other, other), 0);
	assert_int_equal(keys_load(&keys, path, 0, error, sizeof(error)),
			 -EPERM);
	assert_non_null(strstr(error, "belongs to user 12345"));
	is_empty();
	assert_int_equal(keys_load(&keys, path, other + 1, error,
				   sizeof(error)), -EPERM);
	assert_int_equal(keys_load(&keys, path, other, error, sizeof(error)),
			 0);
	/* A file of root is always good. */
	assert_int_equal(chown(path, 0, 0), 0);
	assert_int_equal(keys_load(&keys, path, other, error, sizeof(error)),
			 0);
}

/* None of these may hang, a FIFO that nobody writes to least of all. */
TEST_WITH(fresh_file, NULL, test_load_no_file)
{
	assert_int_equal(unlink(path), 0);
	assert_int_equal(keys_load(&keys, path, 0, error, sizeof(error)),
			 -ENOENT);
	assert_non_null(strstr(error, path));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(keys_load(&keys, path, 0, error, sizeof(error)), -EPERM);
	assert_non_null(strstr(error, "regular file"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(keys_load(&keys, path, 0, error, sizeof(error)), -EPERM);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(keys_load(&keys, "/dev/null", 0, error, sizeof(error)),
			 -EPERM);
	is_empty();
	/* A short room for the sentence is kept to. */
	memset(error, 0x5a, sizeof(error));
	assert_int_equal(keys_load(&keys, path, 0, error, 8), -ENOENT);
	assert_int_equal(strlen(error), 7);
	assert_int_equal(error[8], 0x5a);
}

/* 16 bytes from 0x10 on, and 64 from 0x40 on. */
static struct keys two_keys(void)
{
	struct keys two = { .n = 2 };

	strcpy(two.key[0].id, "short");
	two.key[0].len = 16;
	for (unsigned int i = 0; i < 16; i++)
		two.key[0].secret[i] = (uint8_t)(0x10 + i);
	strcpy(two.key[1].id, "long");
	two.key[1].len = 64;
	for (unsigned int i = 0; i < 64; i++)
		two.key[1].secret[i] = (uint8_t)(0x40 + i);
	return two;
}

/* Over the bytes 0 to 95. */
static const uint8_t base_hmac[2][STAMP_HMAC_LEN] = {
	{ 0x8f, 0xfa, 0x16, 0xd9, 0xe7, 0x59, 0x79, 0x08,
	  0x14, 0xeb, 0xfd, 0x8b, 0x11, 0x39, 0x72, 0x44 },
	{ 0x3d, 0x47, 0xb7, 0x5c, 0xa4, 0xfa, 0x8b, 0xce,
	  0x0c, 0x49, 0xa1, 0xd9, 0xd1, 0xed, 0x25, 0x4c },
};

/* Over the bytes 0 to 3 and 0xa0 to 0xb3. */
static const uint8_t tlv_hmac[2][STAMP_HMAC_LEN] = {
	{ 0xae, 0x64, 0x4b, 0xd1, 0xf7, 0xec, 0x14, 0x13,
	  0x88, 0x02, 0x54, 0xfb, 0xeb, 0xf7, 0xdd, 0xcf },
	{ 0xb7, 0xde, 0xfd, 0xd1, 0x75, 0x55, 0x04, 0xb9,
	  0x42, 0x8e, 0x0d, 0x89, 0xfa, 0x7e, 0x0d, 0xaf },
};

/* Over the bytes 0 to 3 alone. */
static const uint8_t empty_hmac[STAMP_HMAC_LEN] = {
	0x7c, 0x0c, 0x3f, 0xda, 0xeb, 0xd2, 0x1d, 0x15,
	0x13, 0x53, 0x71, 0x1f, 0x6b, 0x46, 0xc2, 0x04,
};

static void fill_base(uint8_t *data)
{
	for (unsigned int i = 0; i < STAMP_AUTH_BASE_LEN; i++)
		data[i] = (uint8_t)i;
}

TEST(test_base_hmac)
{
	struct keys two = two_keys();
	uint8_t data[STAMP_AUTH_BASE_LEN], before[STAMP_AUTH_BASE_LEN];

	fill_base(before);
	fill_base(data);
	for (unsigned int i = 0; i < 2; i++) {
		key_seal_base(&two.key[i], data);
		assert_memory_equal(data, before, 96);
		assert_memory_equal(data + 96, base_hmac[i], STAMP_HMAC_LEN);
		assert_ptr_equal(keys_verify_base(&two, data, sizeof(data)),
				 &two.key[i]);
	}
}

/* Any bit that is another is found out, and any length that is short. */
TEST(test_base_verify)
{
	struct keys two = two_keys(), one = two_keys(), none = { 0 };
	uint8_t data[STAMP_AUTH_BASE_LEN + 8] = { 0 };

	fill_base(data);
	key_seal_base(&two.key[1], data);
	one.n = 1;
	assert_null(keys_verify_base(&one, data, STAMP_AUTH_BASE_LEN));
	assert_null(keys_verify_base(&none, data, STAMP_AUTH_BASE_LEN));
	for (size_t len = 0; len < STAMP_AUTH_BASE_LEN; len++)
		assert_null(keys_verify_base(&two, data, len));
	for (unsigned int bit = 0; bit < 8 * STAMP_AUTH_BASE_LEN; bit++) {
		data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_null(keys_verify_base(&two, data, sizeof(data)));
		data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* It says nothing about what follows the base packet. */
	data[STAMP_AUTH_BASE_LEN] = 1;
	assert_ptr_equal(keys_verify_base(&two, data, sizeof(data)),
			 &two.key[1]);
	/* The same secret twice: the first one. */
	two.key[0] = two.key[1];
	assert_ptr_equal(keys_verify_base(&two, data, sizeof(data)),
			 &two.key[0]);
}

TEST(test_tlv_hmac)
{
	struct keys two = two_keys();
	uint8_t data[STAMP_AUTH_BASE_LEN + 20], hmac[STAMP_HMAC_LEN];
	size_t end = sizeof(data);

	fill_base(data);
	for (unsigned int i = 0; i < 20; i++)
		data[STAMP_AUTH_BASE_LEN + i] = (uint8_t)(0xa0 + i);
	for (unsigned int i = 0; i < 2; i++) {
		key_tlv_hmac(&two.key[i], data, STAMP_AUTH_BASE_LEN, end, hmac);
		assert_memory_equal(hmac, tlv_hmac[i], STAMP_HMAC_LEN);
		assert_true(key_tlv_verify(&two.key[i], data,
					   STAMP_AUTH_BASE_LEN, end, hmac));
		assert_false(key_tlv_verify(&two.key[!i], data,
					    STAMP_AUTH_BASE_LEN, end, hmac));
	}
	key_tlv_hmac(&two.key[0], data, end, end, hmac);
	assert_memory_equal(hmac, empty_hmac, STAMP_HMAC_LEN);
	/* Base packets of both lengths. */
	memmove(data + STAMP_BASE_LEN, data + STAMP_AUTH_BASE_LEN, 20);
	assert_true(key_tlv_verify(&two.key[1], data, STAMP_BASE_LEN,
				   STAMP_BASE_LEN + 20, tlv_hmac[1]));
}

/* It covers the Sequence Number and the TLVs, all of them and nothing else. */
TEST(test_tlv_verify)
{
	struct keys two = two_keys();
	uint8_t data[STAMP_AUTH_BASE_LEN + 20], hmac[STAMP_HMAC_LEN];

	memset(data, 0x5a, sizeof(data));
	key_tlv_hmac(&two.key[0], data, STAMP_AUTH_BASE_LEN, sizeof(data),
		     hmac);
	for (size_t i = 0; i < sizeof(data); i++) {
		data[i] ^= 1;
		assert_int_equal(key_tlv_verify(&two.key[0], data,
						STAMP_AUTH_BASE_LEN,
						sizeof(data), hmac),
				 i >= 4 && i < STAMP_AUTH_BASE_LEN);
		data[i] ^= 1;
	}
	for (unsigned int bit = 0; bit < 8 * STAMP_HMAC_LEN; bit++) {
		hmac[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(key_tlv_verify(&two.key[0], data,
					    STAMP_AUTH_BASE_LEN, sizeof(data),
					    hmac));
		hmac[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

UNIT_REGISTER(group)
{
	unit_group(make_file, remove_file);
}
