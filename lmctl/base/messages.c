// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lmctl/base/messages.h"

void message_harmless(char *text)
{
	unsigned char before = 0, at;

	for (; (at = (unsigned char)*text); text++) {
		if (at < ' ' || at == 0x7f)
			*text = '?';
		if (before == 0xc2 && at >= 0x80 && at < 0xa0)
			text[-1] = text[0] = '?';
		before = at;
	}
}

static void __attribute__((format(printf, 2, 0)))
message(const char *start, const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0) {
		fprintf(stderr, "%s%s\n", start, strerror(ENOMEM));
		return;
	}
	message_harmless(text);
	fprintf(stderr, "%s%s\n", start, text);
	free(text);
}

void lmctl_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	message("lmctl: ", format, args);
	va_end(args);
}

void lmctl_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	message("lmctl: warning: ", format, args);
	va_end(args);
}

void lmctl_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	message("lmctl: ", format, args);
	va_end(args);
}
