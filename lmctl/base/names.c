// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "lmctl/base/names.h"

bool name_valid(const char *name)
{
	size_t len;

	for (len = 0; name[len]; len++)
		if ((unsigned char)name[len] < ' ' || name[len] == 0x7f)
			return false;
	return len > 0 && len < NAME_LEN;
}
