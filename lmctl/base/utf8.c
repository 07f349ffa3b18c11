// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "lib/array.h"
#include "lmctl/base/utf8.h"

unsigned int utf8_length(const unsigned char *text)
{
	static const struct {
		unsigned char first, last, low, high;
		unsigned int length;
	} forms[] = {
		{ 0x01, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(forms); i++)
		if (*text >= forms[i].first && *text <= forms[i].last)
			break;
	if (i == ARRAY_SIZE(forms))
		return 0;
	if (forms[i].length > 1 &&
	    (text[1] < forms[i].low || text[1] > forms[i].high))
		return 0;
	for (j = 2; j < forms[i].length; j++)
		if (text[j] < 0x80 || text[j] > 0xbf)
			return 0;
	return forms[i].length;
}
