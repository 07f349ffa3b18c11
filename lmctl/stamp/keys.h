/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys and the HMACs of authenticated STAMP: HMAC-SHA-256 truncated to 128
 * bits (RFC 8762, section 4.4; RFC 8972, section 4.8).
 *
 * STAMP has no field for the id of a key. A receiver therefore tries each of its
 * keys, at most KEYS_MAX, and answers with the one that fits; ids name keys in
 * files, options and messages. To replace a key, add the new one to all receivers,
 * then let the senders use it, then remove the old one.
 */
#ifndef LMCTL_STAMP_KEYS_H
#define LMCTL_STAMP_KEYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "lmctl/stamp/stamp.h"

#define KEYS_MAX 8
#define KEY_ID_MAX 31
#define KEY_SECRET_MIN 16
#define KEY_SECRET_MAX 64

/**
 * struct key - a shared secret
 * @id: name of the key, [A-Za-z0-9][A-Za-z0-9._:-]*
 * @len: bytes of @secret
 * @secret: the secret
 */
struct key {
	char id[KEY_ID_MAX + 1];
	size_t len;
	uint8_t secret[KEY_SECRET_MAX];
};

/**
 * struct keys - the keys of a file
 * @n: their number
 * @key: keys in the order of the file
 */
struct keys {
	unsigned int n;
	struct key key[KEYS_MAX];
};

/**
 * keys_load() - read a file of keys
 * @keys: filled
 * @path: name of the file: one key per line, id and secret in hexadecimal,
 *	  separated by blanks; empty lines and lines that begin with # are
 *	  ignored
 * @owner: user who may own the file beside root and the caller; 0 for no other
 * @error: filled with a sentence when it fails: file, line, what is wrong and
 *	   what to do; never a secret
 * @size: size of @error in bytes
 *
 * The file must be a regular file that neither group nor others can read or write
 * and that no other user owns: otherwise its secrets may be known.
 *
 * Return: 0; -EPERM for another file; -EINVAL for a bad line, a repeated id, or no
 * key at all; or the errno of opening and reading it.
 */
int keys_load(struct keys *keys, const char *path, uid_t owner, char *error,
	      size_t size);

/**
 * keys_find() - key by its id
 * @keys: keys
 * @id: id
 *
 * Return: key, or NULL if there is none.
 */
const struct key *keys_find(const struct keys *keys, const char *id);

/**
 * keys_clear() - overwrite secrets that are no longer needed
 * @keys: keys; there are none afterwards
 */
void keys_clear(struct keys *keys);

/**
 * key_seal_base() - write the HMAC of an authenticated base packet
 * @key: key
 * @data: base packet of STAMP_AUTH_BASE_LEN bytes, complete but for the HMAC
 */
void key_seal_base(const struct key *key, uint8_t *data);

/**
 * keys_verify_base() - find the key of a base packet's HMAC
 * @keys: keys
 * @data: message
 * @len: its length in bytes
 *
 * Compare in constant time and try all keys, whichever fits.
 *
 * Return: key, or NULL if none fits or the message is too short.
 */
const struct key *keys_verify_base(const struct keys *keys,
				   const uint8_t *data, size_t len);

/**
 * key_tlv_hmac() - HMAC of the TLVs of a message
 * @key: key
 * @data: message
 * @base: length of its base packet
 * @end: offset of the HMAC TLV: it covers the Sequence Number and the bytes from
 *	 @base to @end
 * @hmac: filled with STAMP_HMAC_LEN bytes
 */
void key_tlv_hmac(const struct key *key, const uint8_t *data, size_t base,
		  size_t end, uint8_t *hmac);

/**
 * key_tlv_verify() - check the HMAC of the TLVs of a message
 * @key: key
 * @data: message
 * @base: length of its base packet
 * @end: offset of the HMAC TLV
 * @hmac: STAMP_HMAC_LEN bytes from the message
 *
 * Compares in constant time.
 *
 * Return: true if it fits.
 */
bool key_tlv_verify(const struct key *key, const uint8_t *data, size_t base,
		    size_t end, const uint8_t *hmac);

#endif /* LMCTL_STAMP_KEYS_H */
