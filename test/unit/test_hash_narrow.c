// SPDX-License-Identifier: GPL-2.0-only
/* The hash as machines without a 128-bit product have it. */
#define TEST_NARROW
#include "test_hash.c"
