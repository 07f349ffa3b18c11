/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of every harness: the function that libFuzzer calls, and a reader that cuts its
 * bytes into the choices of a test. A reader at its end returns zeros, so that every
 * input is a test.
 */
#ifndef TEST_FUZZ_INPUT_H
#define TEST_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * struct input - bytes that have not been read
 * @data: the next one
 * @len: their number
 */
struct input {
	const uint8_t *data;
	size_t len;
};

/**
 * input_bytes() - read bytes
 * @input: reader
 * @to: filled
 * @len: number of bytes; bytes behind the end are zeros
 */
static inline void input_bytes(struct input *input, void *to, size_t len)
{
	size_t n = len < input->len ? len : input->len;

	memset(to, 0, len);
	if (!n)
		return;
	memcpy(to, input->data, n);
	input->data += n;
	input->len -= n;
}

/**
 * input_number() - read a number, the highest byte first
 * @input: reader
 * @bytes: its length, at most 8
 *
 * Return: number.
 */
static inline uint64_t input_number(struct input *input, size_t bytes)
{
	uint8_t raw[8];
	uint64_t value = 0;

	input_bytes(input, raw, bytes);
	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | raw[i];
	return value;
}

/**
 * input_copy() - bytes in a block of their own, whose ends ASan guards
 * @input: reader
 * @len: number of bytes
 *
 * Return: block for free().
 */
static inline uint8_t *input_copy(struct input *input, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	input_bytes(input, copy, len);
	return copy;
}

/* Unlike assert(), it checks with NDEBUG too. */
#define must(condition) must_at(!!(condition), #condition, __FILE__, __LINE__)

static inline void must_at(int condition, const char *text, const char *file,
			   int line)
{
	if (condition)
		return;
	fprintf(stderr, "%s:%d: not true: %s\n", file, line, text);
	abort();
}

/**
 * input_file() - write bytes to a file in memory, which only its owner may read
 * @data: bytes
 * @size: their number
 *
 * Return: name of the file; it is the same at each call, and the file is overwritten.
 */
static inline const char *input_file(const uint8_t *data, size_t size)
{
	static char path[32];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("input", MFD_CLOEXEC);
		must(fd >= 0 && !fchmod(fd, 0600));
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	must(!ftruncate(fd, 0));
	must(pwrite(fd, data, size, 0) == (ssize_t)size);
	return path;
}

#endif /* TEST_FUZZ_INPUT_H */
