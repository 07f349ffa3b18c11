// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "lmctl/base/numbers.h"

int lmctl_parse_u32(const char *text, uint32_t *value)
{
	unsigned long long number;
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? "0123456789abcdefABCDEF" : "0123456789";
	const char *start = text + (hex ? 2 : 0);

	/* strtoull() alone would accept signs and leading blanks. */
	if (!*start || start[strspn(start, digits)])
		return -EINVAL;
	errno = 0;
	number = strtoull(start, NULL, hex ? 16 : 10);
	if (errno || number > UINT32_MAX)
		return -EINVAL;
	*value = (uint32_t)number;
	return 0;
}
