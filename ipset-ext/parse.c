// SPDX-License-Identifier: GPL-2.0-only
/* From text to element, with a message for every error. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "element.h"

/* Longest quote of an invalid part, so that a message stays readable. */
#define QUOTE_MAX	48

struct part {
	const char *text;
	size_t len;
};

__attribute__((format(printf, 2, 3)))
static int refuse(char *sentence, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, ELEMENT_SENTENCE_MAX, format, args);
	va_end(args);
	return -1;
}

/* Room for a quoted part, every character of it escaped. */
#define QUOTE_LEN	(QUOTE_MAX * sizeof("\\x00") + sizeof("…"))

/* Bad input is echoed to a terminal: no control characters, bounded. */
static const char *quote(char buf[QUOTE_LEN], struct part part)
{
	size_t len = part.len < QUOTE_MAX ? part.len : QUOTE_MAX, i;
	char *to = buf;

	for (i = 0; i < len; i++)
		to += sprintf(to, isprint((unsigned char)part.text[i]) ?
			      "%c" : "\\x%02x", (unsigned char)part.text[i]);
	strcpy(to, part.len > QUOTE_MAX ? "…" : "");
	return buf;
}

#define QUOTE(part)	quote((char [QUOTE_LEN]){ 0 }, part)

/* Only called for a name that is not valid. */
static int refuse_name(struct part name, char *sentence)
{
	struct part head = { name.text, SR6FLOW_NAME_MAX };
	size_t i;

	if (!name.len)
		return refuse(sentence, "the name before '=' is empty");
	if (name.len > SR6FLOW_NAME_MAX)
		return refuse(sentence,
			      "name '%s…' is longer than %d characters",
			      QUOTE(head), SR6FLOW_NAME_MAX);
	for (i = 0; i < name.len; i++) {
		const char tail[] = { 'a', name.text[i] };

		if (sr6flow_name_valid(tail, sizeof(tail)))
			continue;
		return refuse(sentence, "name '%s' has the character '%s'; "
			      "allowed are letters, digits and . _ : -",
			      QUOTE(name),
			      QUOTE(((struct part){ name.text + i, 1 })));
	}
	return refuse(sentence, "name '%s' does not begin with a letter or "
		      "digit", QUOTE(name));
}

static bool is_colour(struct part part)
{
	return part.len >= 2 && part.text[0] == '0' &&
	       (part.text[1] == 'x' || part.text[1] == 'X');
}

static int parse_colour(struct element *element, struct part part,
			char *sentence)
{
	size_t digits = 0, i;
	__u32 colour = 0;

	for (i = 2; i < part.len; i++) {
		unsigned char c = (unsigned char)part.text[i];

		if (!isxdigit(c))
			break;
		colour = colour << 4 |
			 (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
		/* Leading zeros do not count. */
		digits += colour || digits;
	}
	if (i < part.len || i == 2)
		return refuse(sentence, "'%s' is not a colour: 0x and 1 to 8 "
			      "hexadecimal digits", QUOTE(part));
	if (digits > 8)
		return refuse(sentence, "colour '%s' is longer than 32 bits",
			      QUOTE(part));
	element->colour = colour;
	element->has_colour = true;
	return 0;
}

/* Report that a part is not an address, with a hint if possible. */
static int refuse_address(struct part part, const char *text, char *sentence)
{
	struct in_addr ipv4;
	const char *hint = "";

	if (inet_pton(AF_INET, text, &ipv4) == 1)
		hint = " but an IPv4 address";
	else if (strspn(text, "0123456789abcdefABCDEF") == part.len)
		hint = "; a colour begins with 0x";
	return refuse(sentence, "'%s' is not an IPv6 address%s", QUOTE(part),
		      hint);
}

static int parse_address(struct in6_addr *address, struct part part,
			 char *sentence)
{
	char text[QUOTE_MAX + 1];

	/* No address is as long as that, so that a cut one is refused too. */
	snprintf(text, sizeof(text), "%.*s", (int)part.len, part.text);
	if (part.len > QUOTE_MAX || inet_pton(AF_INET6, text, address) != 1)
		return refuse_address(part, text, sentence);
	return 0;
}

static int parse_source(struct element *element, struct part part,
			char *sentence)
{
	struct in6_addr source;

	if (!part.len)
		return refuse(sentence, "the source before '@' is empty");
	if (parse_address(&source, part, sentence))
		return -1;
	memcpy(element->source, &source, sizeof(source));
	element->has_source = true;
	return 0;
}

static int parse_sid(struct element *element, struct part part,
		     char *sentence)
{
	struct in6_addr sid;

	if (parse_address(&sid, part, sentence))
		return -1;
	/* SIDs beyond the limit are only checked and counted. */
	if (element->sids_len < SR6FLOW_SIDS_MAX)
		memcpy(element->sids[element->sids_len], &sid, sizeof(sid));
	element->sids_len++;
	return 0;
}

static int parse_part(struct element *element, struct part part, bool last,
		      char *sentence)
{
	if (!part.len)
		return refuse(sentence, "SID %u is empty",
			      element->sids_len + 1);
	if (!is_colour(part))
		return parse_sid(element, part, sentence);
	if (!last)
		return refuse(sentence, "colour '%s' is not the last part",
			      QUOTE(part));
	return parse_colour(element, part, sentence);
}

/* Returns the part before a sign and moves *@text behind it; an empty part without one. */
static struct part take(const char **text, char sign)
{
	const char *at = strchr(*text, sign);
	struct part part = { at ? *text : NULL, at ? (size_t)(at - *text) : 0 };

	if (at)
		*text = at + 1;
	return part;
}

static int parse_list(struct element *element, const char *text,
		      char *sentence)
{
	struct part part;
	bool last;

	do {
		part.text = text;
		part.len = strcspn(text, ",");
		last = !text[part.len];
		if (parse_part(element, part, last, sentence))
			return -1;
		text += part.len + 1;
	} while (!last);
	if (element->sids_len > SR6FLOW_SIDS_MAX)
		return refuse(sentence, "%u SIDs: a flow has at most %d",
			      element->sids_len, SR6FLOW_SIDS_MAX);
	return 0;
}

int element_parse(struct element *element, const char *text, char *sentence)
{
	struct part part;

	memset(element, 0, sizeof(*element));
	if (!*text)
		return refuse(sentence, "the element is empty");
	part = take(&text, '=');
	if (part.text) {
		if (!sr6flow_name_valid(part.text, part.len))
			return refuse_name(part, sentence);
		memcpy(element->name, part.text, part.len);
		if (!*text)
			return refuse(sentence, "name '%s' has no SID",
				      element->name);
	}
	part = take(&text, '@');
	if (part.text && parse_source(element, part, sentence))
		return -1;
	if (parse_list(element, text, sentence))
		return -1;
	if (element->sids_len)
		return 0;
	if (element->name[0])
		return refuse(sentence, "name '%s' has no SID, only a colour",
			      element->name);
	if (element->has_source)
		return refuse(sentence, "the source has no SID, only a colour");
	return 0;
}
