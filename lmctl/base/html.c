// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "lmctl/base/html.h"
#include "lmctl/base/utf8.h"

#define REPLACEMENT "\357\277\275"

static const char *escaped(const unsigned char *at, unsigned int len)
{
	/* U+0080 to U+009F are control characters, too. */
	if (!len || *at < ' ' || *at == 0x7f || (*at == 0xc2 && at[1] < 0xa0))
		return REPLACEMENT;
	switch (*at) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_text(struct text *text, const char *string)
{
	const unsigned char *at = (const unsigned char *)string;

	while (*at) {
		unsigned int len = utf8_length(at);
		const char *other = escaped(at, len);

		if (other)
			text_string(text, other);
		else
			text_add(text, (const char *)at, len);
		at += len ? len : 1;
	}
}
