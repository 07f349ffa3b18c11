// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "lmctl/base/address.h"
#include "lmctl/base/block.h"
#include "lmctl/base/jsonline.h"
#include "lmctl/base/utf8.h"

/* U+FFFD, the replacement character. */
static const char replacement[] = "\xef\xbf\xbd";

/* Reserve room at the end of the line; NULL if there is not enough. */
static char *room(struct jsonline *line, size_t len)
{
	char *at = line->text + line->len;

	if (len > sizeof(line->text) - line->len) {
		line->cut = true;
		return NULL;
	}
	line->len += len;
	return at;
}

static void put(struct jsonline *line, const char *text, size_t len)
{
	char *at = room(line, len);

	if (at)
		memcpy(at, text, len);
}

static void put_char(struct jsonline *line, char c)
{
	char *at = room(line, 1);

	if (at)
		*at = c;
}

static void put_text(struct jsonline *line, const char *text)
{
	put(line, text, strlen(text));
}

/* printf() would take most of the time of a line full of numbers. */
static void put_decimal(struct jsonline *line, uint64_t value,
			unsigned int least)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value || sizeof(digits) - at < least);
	put(line, digits + at, sizeof(digits) - at);
}

/* Eight hexadecimal digits, all at once: one byte per digit, and 39 more for
 * those above 9, which turn '0' + 10 into 'a'.
 */
static void hex_digits(char *at, uint32_t value)
{
	uint64_t digits = value;

	digits = (digits << 16 | digits) & 0x0000ffff0000ffff;
	digits = (digits << 8 | digits) & 0x00ff00ff00ff00ff;
	digits = (digits << 4 | digits) & 0x0f0f0f0f0f0f0f0f;
	digits += 0x3030303030303030 +
		  ((digits + 0x0606060606060606) >> 4 & 0x0101010101010101) * 39;
	digits = htobe64(digits);
	memcpy(at, &digits, sizeof(digits));
}

static void put_value(struct jsonline *line, const char *key)
{
	const char last = line->len ? line->text[line->len - 1] : '{';
	const bool comma = last != '{' && last != '[';
	const size_t len = key ? strlen(key) : 0;
	char *at = room(line, comma + (key ? len + 3 : 0));

	if (!at)
		return;
	if (comma)
		*at++ = ',';
	if (!key)
		return;
	*at++ = '"';
	memcpy(at, key, len);
	at[len] = '"';
	at[len + 1] = ':';
}

static void put_escaped(struct jsonline *line, unsigned char c)
{
	if (c < ' ' || c >= 0x7f) {
		put_text(line, "\\u00");
		put_char(line, (char)('0' + (c >> 4)));
		put_char(line, "0123456789abcdef"[c & 15]);
		return;
	}
	if (c == '"' || c == '\\')
		put_char(line, '\\');
	put_char(line, (char)c);
}

void jsonline_begin(struct jsonline *line)
{
	line->cut = false;
	line->len = 0;
	put_char(line, '{');
}

bool jsonline_end(struct jsonline *line)
{
	put(line, "}\n", 2);
	return !line->cut;
}

void jsonline_open(struct jsonline *line, const char *key, char bracket)
{
	put_value(line, key);
	put_char(line, bracket);
}

void jsonline_close(struct jsonline *line, char bracket)
{
	put_char(line, bracket);
}

void jsonline_text(struct jsonline *line, const char *text, size_t len)
{
	put_value(line, NULL);
	put(line, text, len);
}

void jsonline_null(struct jsonline *line, const char *key)
{
	put_value(line, key);
	put_text(line, "null");
}

void jsonline_bool(struct jsonline *line, const char *key, bool value)
{
	put_value(line, key);
	put_text(line, value ? "true" : "false");
}

/* Number of bytes at the start of a string that need no escape. */
static size_t plain_length(const unsigned char *text)
{
	size_t len = 0;

	while (text[len] >= ' ' && text[len] < 0x7f && text[len] != '"' &&
	       text[len] != '\\')
		len++;
	return len;
}

void jsonline_string(struct jsonline *line, const char *key,
		     const char *value)
{
	const unsigned char *at = (const unsigned char *)value;
	unsigned int length;
	size_t plain;

	if (!value) {
		jsonline_null(line, key);
		return;
	}
	put_value(line, key);
	put_char(line, '"');
	for (;;) {
		plain = plain_length(at);
		put(line, (const char *)at, plain);
		at += plain;
		if (!*at)
			break;
		length = *at < 0x80 ? 1 : utf8_length(at);
		if (!length)
			put_text(line, replacement);
		else if (length == 1)
			put_escaped(line, *at);
		else if (*at == 0xc2 && at[1] < 0xa0)
			/* A control character of 8 bits. */
			put_escaped(line, at[1]);
		else
			put(line, (const char *)at, length);
		at += length ? length : 1;
	}
	put_char(line, '"');
}

void jsonline_integer(struct jsonline *line, const char *key, int64_t value)
{
	put_value(line, key);
	if (value < 0)
		put_char(line, '-');
	put_decimal(line, value < 0 ? -(uint64_t)value : (uint64_t)value, 1);
}

void jsonline_counter(struct jsonline *line, const char *key, bool known,
		      uint64_t value)
{
	if (!known) {
		jsonline_null(line, key);
		return;
	}
	put_value(line, key);
	if (value > INT64_MAX)
		put_char(line, '"');
	put_decimal(line, value, 1);
	if (value > INT64_MAX)
		put_char(line, '"');
}

void jsonline_us(struct jsonline *line, const char *key, bool known,
		 int64_t ns)
{
	uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;

	if (!known) {
		jsonline_null(line, key);
		return;
	}
	put_value(line, key);
	if (ns < 0)
		put_char(line, '-');
	put_decimal(line, size / BLOCK_NS_PER_US, 1);
	put_char(line, '.');
	put_decimal(line, size % BLOCK_NS_PER_US, 3);
}

void jsonline_ratio(struct jsonline *line, const char *key, uint64_t part,
		    uint64_t whole)
{
	char text[32];

	put_value(line, key);
	/* Fast path: most flows of a network lose nothing. */
	if (!part || part == whole) {
		put_text(line, part ? "1.0" : "0.0");
		return;
	}
	snprintf(text, sizeof(text), "%.15g", (double)part / (double)whole);
	put_text(line, text);
}

/* Seventeen digits tell every double; jansson wants a point or an exponent, and
 * no zeros before the latter.
 */
void jsonline_real(struct jsonline *line, const char *key, bool known,
		   double value)
{
	char text[40], *exponent, *digits;

	if (!known) {
		jsonline_null(line, key);
		return;
	}
	put_value(line, key);
	snprintf(text, sizeof(text) - 2, "%.17g", value);
	exponent = strchr(text, 'e');
	if (exponent) {
		exponent += exponent[1] == '-' ? 2 : 1;
		digits = exponent + strspn(exponent, "+0");
		memmove(exponent, digits, strlen(digits) + 1);
	} else if (!strchr(text, '.')) {
		strcat(text, ".0");
	}
	put_text(line, text);
}

void jsonline_mark(struct jsonline *line, const char *key, uint32_t word)
{
	char *at;

	put_value(line, key);
	at = room(line, 12);
	if (!at)
		return;
	memcpy(at, "\"0x", 3);
	hex_digits(at + 3, word);
	at[11] = '"';
}

void jsonline_identity(struct jsonline *line, const char *key,
		       uint64_t identity)
{
	char *at;

	put_value(line, key);
	at = room(line, 18);
	if (!at)
		return;
	at[0] = '"';
	hex_digits(at + 1, (uint32_t)(identity >> 32));
	hex_digits(at + 9, (uint32_t)identity);
	at[17] = '"';
}

void jsonline_sids(struct jsonline *line, const char *key,
		   const struct sr6flow_flow *flow)
{
	char text[INET6_ADDRSTRLEN + 2];
	unsigned int i;
	size_t len;

	jsonline_open(line, key, '[');
	for (i = 0; i < flow->nsids; i++) {
		text[0] = '"';
		len = 1 + address_format(text + 1, &flow->sids[i]);
		text[len++] = '"';
		put_value(line, NULL);
		put(line, text, len);
	}
	jsonline_close(line, ']');
}

void jsonline_address(struct jsonline *line, const char *key,
		      const struct in6_addr *address)
{
	char text[INET6_ADDRSTRLEN];

	if (IN6_IS_ADDR_UNSPECIFIED(address)) {
		jsonline_null(line, key);
		return;
	}
	address_format(text, address);
	jsonline_string(line, key, text);
}

void jsonline_source(struct jsonline *line, const char *key,
		     const struct sr6flow_flow *flow)
{
	char text[INET6_ADDRSTRLEN + sizeof("/128")];

	if (!flow->netmask) {
		jsonline_null(line, key);
		return;
	}
	sprintf(text + address_format(text, &flow->source), "/%u",
		flow->netmask);
	jsonline_string(line, key, text);
}
