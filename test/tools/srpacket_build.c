// SPDX-License-Identifier: GPL-2.0-only
/*
 * Builds packets bit by bit out of words. Every field can be given, right or
 * wrong; what is not given is what a correct packet has. None of the project's
 * headers is used: the tests compare the module with this.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "srpacket.h"
#include "lib/array.h"

#define MAX_LAYERS 64
#define MAX_KEYS 16
#define MAX_SIDS 255
#define NONE SIZE_MAX

enum {
	PROTO_HOPOPTS = 0,
	PROTO_IPV4 = 4,
	PROTO_UDP = 17,
	PROTO_IPV6 = 41,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_AH = 51,
	PROTO_NO_NEXT = 59,
	PROTO_DSTOPTS = 60,
	PROTO_ETHERNET = 143,
};

struct key {
	char *name;
	char *value;
	bool used;
};

/*
 * A layer in the packet. Lengths and checksums cover what follows, so they
 * are filled in when all layers are there.
 */
struct layer {
	const struct kind *kind;
	struct key keys[MAX_KEYS];
	unsigned int n;
	size_t off;
	/* where this header says what follows, or NONE */
	size_t nexthdr;
	/* the final destination, for the checksum of an upper layer */
	uint8_t final[16];
	bool has_final;
};

struct builder {
	struct srpacket *p;
	struct layer layers[MAX_LAYERS];
	unsigned int n;
	size_t cut;
	bool keep;
};

struct kind {
	const char *name;
	int proto;
	void (*emit)(struct builder *b, struct layer *l);
	void (*finish)(struct builder *b, unsigned int at);
};

static const char *text(struct layer *l, const char *name)
{
	unsigned int i;

	for (i = 0; i < l->n; i++) {
		if (strcmp(l->keys[i].name, name))
			continue;
		l->keys[i].used = true;
		return l->keys[i].value;
	}
	return NULL;
}

static unsigned long parse_number(const char *value)
{
	unsigned long parsed;
	char *end;

	errno = 0;
	parsed = strtoul(value, &end, 0);
	if (errno || *end || end == value)
		srpacket_die("not a number", value);
	return parsed;
}

static unsigned long number(struct layer *l, const char *name,
			    unsigned long otherwise)
{
	const char *value = text(l, name);

	return value ? parse_number(value) : otherwise;
}

static uint8_t *put(struct builder *b, size_t len)
{
	uint8_t *data = b->p->data + b->p->len;

	if (len > sizeof(b->p->data) - b->p->len)
		srpacket_die("longer than the tool can make", b->p->label);
	b->p->len += len;
	memset(data, 0, len);
	return data;
}

static void put16(uint8_t *at, unsigned long value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void put32(uint8_t *at, unsigned long value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static void put_address(uint8_t *at, int family, const char *value)
{
	if (inet_pton(family, value, at) != 1)
		srpacket_die("not an address", value);
}

/* The header's field for what follows: given, or patched by the next layer. */
static void put_nexthdr(struct builder *b, struct layer *l, uint8_t *at)
{
	const char *value = text(l, "nh");

	*at = PROTO_NO_NEXT;
	if (value)
		*at = parse_number(value);
	else
		l->nexthdr = at - b->p->data;
}

static void put_hex(struct builder *b, const char *hex)
{
	size_t len = strlen(hex) / 2, i;
	uint8_t *data = put(b, len);
	char digits[3] = "";
	char *end;

	if (strlen(hex) % 2)
		srpacket_die("odd number of hexadecimal digits", hex);
	for (i = 0; i < len; i++) {
		memcpy(digits, hex + 2 * i, 2);
		data[i] = strtoul(digits, &end, 16);
		if (*end)
			srpacket_die("not hexadecimal digits", hex);
	}
}

static uint32_t sum(const uint8_t *data, size_t len, uint32_t start)
{
	size_t i;

	for (i = 0; i < len; i++)
		start += i % 2 ? data[i] : data[i] << 8;
	return start;
}

static uint16_t fold(uint32_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	return value;
}

static void emit_ip(struct builder *b, struct layer *l)
{
	const char *src = text(l, "src"), *dst = text(l, "dst");
	uint8_t *ip = put(b, 40);

	put32(ip, number(l, "ver", 6) << 28 | number(l, "tc", 0) << 20 |
		  number(l, "fl", 0));
	put_nexthdr(b, l, ip + 6);
	ip[7] = number(l, "hl", 64);
	put_address(ip + 8, AF_INET6, src ? src : "fd00:5::1");
	put_address(ip + 24, AF_INET6, dst ? dst : "fcff:ff::1");
	memcpy(l->final, ip + 24, 16);
	l->has_final = true;
}

static void finish_ip(struct builder *b, unsigned int at)
{
	struct layer *l = &b->layers[at];
	uint8_t *ip = b->p->data + l->off;

	put16(ip + 4, number(l, "plen", b->p->len - l->off - 40));
}

/*
 * Hop-by-hop or destination options: PadN, then an experimental option to be
 * skipped (RFC 4727) every 8 bytes, because Linux drops packets with more
 * than 7 bytes of padding in a row.
 */
static void emit_options(struct builder *b, struct layer *l)
{
	unsigned long len = number(l, "len", 8), i;
	uint8_t *opt = put(b, len);

	if (len < 8 || len % 8)
		srpacket_die("options: len is not a multiple of 8", "len");
	put_nexthdr(b, l, opt);
	opt[1] = number(l, "hdrlen", len / 8 - 1);
	opt[2] = 1;
	opt[3] = 4;
	for (i = 8; i < len; i += 8) {
		opt[i] = 0x1e;
		opt[i + 1] = 6;
	}
}

/* AH with an ICV of 12 bytes; its length counts words of 4, less 2. */
static void emit_ah(struct builder *b, struct layer *l)
{
	uint8_t *ah = put(b, 24);

	put_nexthdr(b, l, ah);
	ah[1] = number(l, "hdrlen", 4);
	put32(ah + 4, number(l, "spi", 0x1000));
	put32(ah + 8, number(l, "seq", 1));
	memset(ah + 12, 0xa5, 12);
}

static void emit_fragment(struct builder *b, struct layer *l)
{
	uint8_t *frag = put(b, 8);

	put_nexthdr(b, l, frag);
	put16(frag + 2, (number(l, "off", 0) & ~7ul) | number(l, "more", 0));
	put32(frag + 4, number(l, "id", 1));
}

static void emit_routing(struct builder *b, struct layer *l)
{
	unsigned long len = number(l, "len", 24);
	uint8_t *rh;

	if (len < 8)
		srpacket_die("routing header: len is below 8", "len");
	rh = put(b, len);
	put_nexthdr(b, l, rh);
	rh[1] = number(l, "hdrlen", len / 8 - 1);
	rh[2] = number(l, "type", 0);
	rh[3] = number(l, "sl", 0);
}

static unsigned int put_sids(struct builder *b, const char *list)
{
	char *copy = strdup(list), *save = NULL, *sid;
	uint8_t path[MAX_SIDS][16], *wire;
	unsigned int n = 0, i;

	if (!copy)
		srpacket_die("no memory", list);
	for (sid = strtok_r(copy, ",", &save); sid;
	     sid = strtok_r(NULL, ",", &save)) {
		if (n == MAX_SIDS)
			srpacket_die("too many SIDs", list);
		put_address(path[n++], AF_INET6, sid);
	}
	free(copy);
	wire = put(b, 16 * n);
	for (i = 0; i < n; i++)
		memcpy(wire + 16 * i, path[n - 1 - i], 16);
	return n;
}

/* RFC 8754 section 2. SIDs are given in path order. */
static void emit_srh(struct builder *b, struct layer *l)
{
	const char *sids = text(l, "sids"), *tlv = text(l, "tlv");
	size_t off = b->p->len;
	uint8_t *srh = put(b, 8);
	struct layer *ip = l;
	unsigned int n, sl;

	put_nexthdr(b, l, srh);
	n = put_sids(b, sids ? sids : "");
	if (tlv)
		put_hex(b, tlv);
	sl = number(l, "sl", n ? n - 1 : 0);
	srh[1] = number(l, "hdrlen", (b->p->len - off) / 8 - 1);
	srh[2] = number(l, "type", 4);
	srh[3] = sl;
	srh[4] = number(l, "last", n ? n - 1 : 0);
	srh[5] = number(l, "flags", 0);
	put16(srh + 6, number(l, "tag", 0));
	while (ip > b->layers && !ip->has_final)
		ip--;
	if (ip->has_final && sl && n)
		memcpy(ip->final, srh + 8, 16);
}

static void emit_ip4(struct builder *b, struct layer *l)
{
	const char *src = text(l, "src"), *dst = text(l, "dst");
	uint8_t *ip = put(b, 20);

	ip[0] = 0x45;
	ip[1] = number(l, "tos", 0);
	ip[8] = number(l, "ttl", 64);
	put_nexthdr(b, l, ip + 9);
	put_address(ip + 12, AF_INET, src ? src : "10.5.0.1");
	put_address(ip + 16, AF_INET, dst ? dst : "10.5.0.2");
}

static void finish_ip4(struct builder *b, unsigned int at)
{
	uint8_t *ip = b->p->data + b->layers[at].off;

	put16(ip + 2, b->p->len - b->layers[at].off);
	put16(ip + 10, ~fold(sum(ip, 20, 0)));
}

static void emit_ethernet(struct builder *b, struct layer *l)
{
	uint8_t *eth = put(b, 14);

	memset(eth, 0x02, 6);
	memset(eth + 6, 0x06, 6);
	put16(eth + 12, number(l, "type", 0x86dd));
}

static void emit_udp(struct builder *b, struct layer *l)
{
	unsigned long data = number(l, "data", 16), i;
	uint8_t *udp = put(b, 8 + data);

	put16(udp, number(l, "sport", 4000));
	put16(udp + 2, number(l, "dport", 4001));
	put16(udp + 4, 8 + data);
	for (i = 0; i < data; i++)
		udp[8 + i] = i;
}

/* The pseudo-header of the nearest IP layer outside; "wrong" is added. */
static void finish_udp(struct builder *b, unsigned int at)
{
	struct layer *l = &b->layers[at], *ip = l;
	uint8_t *udp = b->p->data + l->off, *outer;
	size_t len = b->p->len - l->off;
	uint32_t start = PROTO_UDP + len;
	uint16_t check;

	while (ip > b->layers && ip->kind->proto != PROTO_IPV6 &&
	       ip->kind->proto != PROTO_IPV4)
		ip--;
	outer = b->p->data + ip->off;
	if (ip->kind->proto == PROTO_IPV4)
		start = sum(outer + 12, 8, start);
	else
		start = sum(ip->final, 16, sum(outer + 8, 16, start));
	check = ~fold(sum(udp, len, start));
	put16(udp + 6, fold((check ? check : 0xffff) + number(l, "wrong", 0)));
}

static void emit_data(struct builder *b, struct layer *l)
{
	const char *hex = text(l, "hex");

	if (hex)
		put_hex(b, hex);
	else
		memset(put(b, number(l, "len", 8)), 0x5a, number(l, "len", 8));
}

static void emit_cut(struct builder *b, struct layer *l)
{
	b->cut = number(l, "at", NONE);
	b->keep = number(l, "keep", 0);
}

static void emit_skb(struct builder *b, struct layer *l)
{
	b->p->linear = number(l, "linear", 0);
}

static const struct kind kinds[] = {
	{ "ip", PROTO_IPV6, emit_ip, finish_ip },
	{ "hbh", PROTO_HOPOPTS, emit_options, NULL },
	{ "opts", PROTO_DSTOPTS, emit_options, NULL },
	{ "ah", PROTO_AH, emit_ah, NULL },
	{ "frag", PROTO_FRAGMENT, emit_fragment, NULL },
	{ "rh", PROTO_ROUTING, emit_routing, NULL },
	{ "srh", PROTO_ROUTING, emit_srh, NULL },
	{ "ip4", PROTO_IPV4, emit_ip4, finish_ip4 },
	{ "eth", PROTO_ETHERNET, emit_ethernet, NULL },
	{ "udp", PROTO_UDP, emit_udp, finish_udp },
	{ "data", -1, emit_data, NULL },
	{ "cut", -1, emit_cut, NULL },
	{ "skb", -1, emit_skb, NULL },
};

static const struct kind *kind_of(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	srpacket_die("not a layer", name);
}

static void add_word(struct builder *b, char *word)
{
	char *equals = strchr(word, '=');
	struct layer *l;

	if (!equals) {
		if (b->n == MAX_LAYERS)
			srpacket_die("too many layers", word);
		l = &b->layers[b->n++];
		l->kind = kind_of(word);
		l->nexthdr = NONE;
		return;
	}
	if (!b->n)
		srpacket_die("a field before the first layer", word);
	l = &b->layers[b->n - 1];
	if (l->n == MAX_KEYS)
		srpacket_die("too many fields", word);
	*equals = '\0';
	l->keys[l->n++] = (struct key) { .name = word, .value = equals + 1 };
}

static void emit(struct builder *b)
{
	struct layer *l, *before = NULL;

	for (l = b->layers; l < b->layers + b->n; l++) {
		l->off = b->p->len;
		if (before && before->nexthdr != NONE && l->kind->proto >= 0)
			b->p->data[before->nexthdr] = l->kind->proto;
		l->kind->emit(b, l);
		before = l;
	}
}

/* Innermost first, so that outer checksums cover finished headers. */
static void finish(struct builder *b)
{
	unsigned int i;

	for (i = b->n; i--;)
		if (b->layers[i].kind->finish)
			b->layers[i].kind->finish(b, i);
}

static void check_used(struct builder *b)
{
	unsigned int i, k;

	for (i = 0; i < b->n; i++)
		for (k = 0; k < b->layers[i].n; k++)
			if (!b->layers[i].keys[k].used)
				srpacket_die("the layer has no such field",
					     b->layers[i].keys[k].name);
}

/*
 * A packet that is cut says so in its outermost payload length, unless the
 * line keeps the lengths of the whole.
 */
static void cut(struct builder *b)
{
	size_t plen;

	if (b->cut == NONE)
		return;
	if (b->cut > b->p->len || b->cut < 40)
		srpacket_die("cut: not inside the packet", b->p->label);
	b->p->len = b->cut;
	plen = b->cut - 40;
	if (!b->keep)
		put16(b->p->data + 4, plen);
}

void srpacket_parse(struct srpacket *packet, char *line)
{
	struct builder b = { .p = packet, .cut = NONE };
	char *save = NULL, *word;
	size_t len;

	packet->label[0] = '\0';
	packet->count = 1;
	packet->linear = 0;
	packet->len = 0;
	for (word = strtok_r(line, " \t\n", &save); word;
	     word = strtok_r(NULL, " \t\n", &save)) {
		len = strlen(word);
		if (word[len - 1] == ':' && !b.n && len < SRPACKET_LABEL_MAX) {
			memcpy(packet->label, word, len - 1);
			packet->label[len - 1] = '\0';
		} else if (*word == 'x' && !b.n) {
			packet->count = parse_number(word + 1);
		} else {
			add_word(&b, word);
		}
	}
	emit(&b);
	finish(&b);
	check_used(&b);
	cut(&b);
}
