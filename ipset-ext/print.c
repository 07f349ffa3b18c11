// SPDX-License-Identifier: GPL-2.0-only
/* From element to text. */
#include <arpa/inet.h>
#include <stdio.h>

#include "element.h"

int element_print(char *buf, size_t len, const struct element *element)
{
	char text[ELEMENT_TEXT_MAX], address[INET6_ADDRSTRLEN];
	const char *comma = "";
	unsigned int i;
	int at = 0;

	if (element->name[0])
		at += snprintf(text, sizeof(text), "%s=", element->name);
	if (element->has_source) {
		inet_ntop(AF_INET6, element->source, address, sizeof(address));
		at += snprintf(text + at, sizeof(text) - at, "%s@", address);
	}
	for (i = 0; i < element->sids_len; i++) {
		inet_ntop(AF_INET6, element->sids[i], address, sizeof(address));
		at += snprintf(text + at, sizeof(text) - at, "%s%s", comma, address);
		comma = ",";
	}
	if (element->has_colour)
		at += snprintf(text + at, sizeof(text) - at, "%s0x%08x", comma,
			       element->colour);
	return snprintf(buf, len, "%.*s", at, text);
}
