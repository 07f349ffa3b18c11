// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers with a secret, or with data derived from it, are overwritten before they
 * are released.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>

#include "ip_set_hash_sr6flow.h"
#include "lmctl/stamp/keys.h"

/* Room for all keys and some pages of comments. */
#define KEYS_FILE_MAX 16384
/* RFC 8762, section 4.4: the HMAC covers the first six blocks of 16 bytes. */
#define BASE_HMAC_OFFSET 96
#define SEQ_LEN 4
#define BLANKS " \t"

_Static_assert(BASE_HMAC_OFFSET + STAMP_HMAC_LEN == STAMP_AUTH_BASE_LEN,
	       "the HMAC is the last field");
/* Ids look like names of flows; sr6flow_name_valid() checks the length too. */
_Static_assert(KEY_ID_MAX == SR6FLOW_NAME_MAX, "one rule for names");

/**
 * struct place - place of an error, for messages
 * @path: name of the file
 * @line: line, from 1
 * @error: room for the sentence
 * @size: size of @error in bytes
 */
struct place {
	const char *path;
	unsigned int line;
	char *error;
	size_t size;
};

/* Do not quote the line: it may be a secret. */
static int bad_line(const struct place *place, const char *what)
{
	snprintf(place->error, place->size, "'%s' line %u: %s", place->path,
		 place->line, what);
	return -EINVAL;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int parse_secret(struct key *key, const char *text, size_t len,
			const struct place *place)
{
	if (len % 2)
		return bad_line(place, "the secret has half a byte: write two hexadecimal digits per byte");
	key->len = len / 2;
	if (key->len < KEY_SECRET_MIN || key->len > KEY_SECRET_MAX)
		return bad_line(place, "the secret does not have 16 to 64 bytes: write 32 to 128 hexadecimal digits");
	for (size_t i = 0; i < key->len; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return bad_line(place, "the secret is not hexadecimal: use 0-9 and a-f only");
		key->secret[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

/* @line is terminated and neither empty nor a comment. */
static int parse_key(struct keys *keys, const char *line,
		     const struct place *place)
{
	size_t id_len = strcspn(line, BLANKS), secret_len;
	const char *secret = line + id_len;
	struct key *key = &keys->key[keys->n];

	secret += strspn(secret, BLANKS);
	secret_len = strcspn(secret, BLANKS);
	if (!secret_len)
		return bad_line(place, "only one word: write an id and a secret");
	if (secret[secret_len + strspn(secret + secret_len, BLANKS)])
		return bad_line(place, "more than two words: write an id and a secret");
	if (!sr6flow_name_valid(line, id_len))
		return bad_line(place, "bad id: use 1 to 31 of A-Z a-z 0-9 . _ : - and begin with a letter or digit");
	if (keys->n == KEYS_MAX)
		return bad_line(place, "more than 8 keys: take away those that no node uses any more");
	memcpy(key->id, line, id_len);
	key->id[id_len] = '\0';
	if (keys_find(keys, key->id))
		return bad_line(place, "the id is that of a line above: give every key its own");
	keys->n++;
	return parse_secret(key, secret, secret_len, place);
}

/* @text is terminated; it is cut into lines in its place. */
static int parse_keys(struct keys *keys, char *text, size_t len,
		      struct place *place)
{
	char *line = text, *end = text + len, *next;
	int ret;

	for (; line < end; line = next) {
		size_t line_len = strcspn(line, "\n");

		place->line++;
		next = line + line_len + 1;
		if (line[line_len] != '\n' && line + line_len != end)
			return bad_line(place, "it has a NUL byte: this is no text file");
		if (line_len && line[line_len - 1] == '\r')
			line_len--;
		line[line_len] = '\0';
		line += strspn(line, BLANKS);
		if (!*line || *line == '#')
			continue;
		ret = parse_key(keys, line, place);
		if (ret)
			return ret;
	}
	if (keys->n)
		return 0;
	snprintf(place->error, place->size,
		 "'%s' has no key: write lines with an id and a secret in hexadecimal",
		 place->path);
	return -EINVAL;
}

/* Check whether the file can keep a secret. */
static int check_file(int fd, uid_t owner, const struct place *place)
{
	struct stat st;

	if (fstat(fd, &st)) {
		int err = errno;

		snprintf(place->error, place->size, "cannot look at '%s': %s",
			 place->path, strerror(err));
		return -err;
	}
	if (!S_ISREG(st.st_mode)) {
		snprintf(place->error, place->size,
			 "'%s' is not a regular file: keys are read from files only",
			 place->path);
		return -EPERM;
	}
	if (st.st_mode & (S_IRWXG | S_IRWXO)) {
		snprintf(place->error, place->size,
			 "'%s' has mode %04o, others can get at its keys: chmod 600 it and make new keys",
			 place->path, st.st_mode & 07777U);
		return -EPERM;
	}
	if (st.st_uid && st.st_uid != geteuid() && st.st_uid != owner) {
		snprintf(place->error, place->size,
			 "'%s' belongs to user %u, who can get at its keys: chown it to root or to the user that lmctl runs as, and make new keys",
			 place->path, (unsigned int)st.st_uid);
		return -EPERM;
	}
	return 0;
}

/* Return: bytes, or a negative errno. */
static ssize_t read_all(int fd, char *text, size_t size,
			const struct place *place)
{
	size_t len = 0;
	ssize_t got;

	do {
		got = read(fd, text + len, size - len);
		if (got > 0)
			len += (size_t)got;
	} while ((got > 0 && len < size) || (got < 0 && errno == EINTR));
	if (got < 0) {
		int err = errno;

		snprintf(place->error, place->size, "cannot read '%s': %s",
			 place->path, strerror(err));
		return -err;
	}
	if (len == size) {
		snprintf(place->error, place->size,
			 "'%s' is larger than %d bytes: is it a file of keys?",
			 place->path, KEYS_FILE_MAX);
		return -EFBIG;
	}
	return (ssize_t)len;
}

static int load(struct keys *keys, int fd, uid_t owner, struct place *place)
{
	char text[KEYS_FILE_MAX + 1];
	ssize_t len;
	int ret = check_file(fd, owner, place);

	if (ret)
		return ret;
	len = read_all(fd, text, sizeof(text), place);
	if (len < 0) {
		ret = (int)len;
	} else {
		text[len] = '\0';
		ret = parse_keys(keys, text, (size_t)len, place);
	}
	explicit_bzero(text, sizeof(text));
	return ret;
}

int keys_load(struct keys *keys, const char *path, uid_t owner, char *error,
	      size_t size)
{
	struct place place = { .path = path, .error = error, .size = size };
	/* Do not block on a FIFO. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int ret;

	memset(keys, 0, sizeof(*keys));
	if (fd < 0) {
		ret = -errno;
		snprintf(error, size, "cannot open '%s': %s", path,
			 strerror(-ret));
		return ret;
	}
	ret = load(keys, fd, owner, &place);
	close(fd);
	if (ret)
		keys_clear(keys);
	return ret;
}

const struct key *keys_find(const struct keys *keys, const char *id)
{
	for (unsigned int i = 0; i < keys->n; i++) {
		if (!strcmp(keys->key[i].id, id))
			return &keys->key[i];
	}
	return NULL;
}

void keys_clear(struct keys *keys)
{
	explicit_bzero(keys, sizeof(*keys));
}

/* HMAC over two pieces that need not be adjacent. */
static void hmac_pieces(const struct key *key, const uint8_t *first,
			size_t first_len, const uint8_t *second,
			size_t second_len, uint8_t *hmac)
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_set_key(&ctx, key->len, key->secret);
	hmac_sha256_update(&ctx, first_len, first);
	hmac_sha256_update(&ctx, second_len, second);
	hmac_sha256_digest(&ctx, STAMP_HMAC_LEN, hmac);
	explicit_bzero(&ctx, sizeof(ctx));
}

static void base_hmac(const struct key *key, const uint8_t *data, uint8_t *hmac)
{
	hmac_pieces(key, data, BASE_HMAC_OFFSET, data, 0, hmac);
}

void key_seal_base(const struct key *key, uint8_t *data)
{
	base_hmac(key, data, data + BASE_HMAC_OFFSET);
}

const struct key *keys_verify_base(const struct keys *keys,
				   const uint8_t *data, size_t len)
{
	const struct key *found = NULL;
	uint8_t hmac[STAMP_HMAC_LEN];

	if (len < STAMP_AUTH_BASE_LEN)
		return NULL;
	for (unsigned int i = 0; i < keys->n; i++) {
		base_hmac(&keys->key[i], data, hmac);
		if (memeql_sec(hmac, data + BASE_HMAC_OFFSET, sizeof(hmac)) &&
		    !found)
			found = &keys->key[i];
	}
	/* The correct HMAC of a message sealed with another key. */
	explicit_bzero(hmac, sizeof(hmac));
	return found;
}

void key_tlv_hmac(const struct key *key, const uint8_t *data, size_t base,
		  size_t end, uint8_t *hmac)
{
	hmac_pieces(key, data, SEQ_LEN, data + base, end - base, hmac);
}

bool key_tlv_verify(const struct key *key, const uint8_t *data, size_t base,
		    size_t end, const uint8_t *hmac)
{
	uint8_t right[STAMP_HMAC_LEN];
	bool fits;

	key_tlv_hmac(key, data, base, end, right);
	fits = memeql_sec(right, hmac, sizeof(right));
	explicit_bzero(right, sizeof(right));
	return fits;
}
