// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives files to a harness of the fuzzer, for builds without libFuzzer.
 */
#include <stdio.h>
#include <stdlib.h>
#include "test/fuzz/input.h"

/* libFuzzer limits what it makes to this as well. */
#define SIZE_MAX_KEPT (1 << 20)

static uint8_t data[SIZE_MAX_KEPT];

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		size_t size;

		if (!file) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
		size = fread(data, 1, sizeof(data), file);
		if (ferror(file) || size == sizeof(data)) {
			fprintf(stderr, "%s: cannot be read whole\n", argv[i]);
			fclose(file);
			return EXIT_FAILURE;
		}
		fclose(file);
		LLVMFuzzerTestOneInput(data, size);
	}
	return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
