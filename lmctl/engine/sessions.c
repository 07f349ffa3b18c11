// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->lost = true)
#include <uthash.h>
#include <utlist.h>

#include "lmctl/engine/sessions.h"

#define WORD_BITS 64

/* Its bytes are compared: no padding. */
struct session_key {
	struct in6_addr address;
	uint32_t scope;
	in_port_t port;
	uint16_t ssid;
};

_Static_assert(sizeof(struct session_key) == sizeof(struct in6_addr) +
	       sizeof(uint32_t) + 2 * sizeof(uint16_t), "padding");

/**
 * struct session - a session
 * @key: its identity
 * @number: Sequence Number of the next reply
 * @started: a message was accepted
 * @top: highest number accepted since the sender began (anew)
 * @newest: latest timestamp accepted
 * @epoch: timestamp with which the sender began anew
 * @seen: bit (number modulo SESSION_WINDOW) for numbers from @top down
 * @lost: the hash table had no memory for it
 * @prev: list, the longest unused first
 * @next: likewise
 * @hh: table
 */
struct session {
	struct session_key key;
	uint32_t number;
	bool started;
	uint32_t top;
	int64_t newest;
	int64_t epoch;
	uint64_t seen[SESSION_WINDOW / WORD_BITS];
	bool lost;
	struct session *prev, *next;
	UT_hash_handle hh;
};

struct sessions {
	unsigned int max;
	struct session *table;
	struct session *by_use;
};

struct sessions *sessions_new(unsigned int max)
{
	struct sessions *sessions = calloc(1, sizeof(*sessions));

	if (sessions)
		sessions->max = max;
	return sessions;
}

static void session_remove(struct sessions *sessions, struct session *session)
{
	/* It is in the table. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	HASH_DEL(sessions->table, session);
	DL_DELETE(sessions->by_use, session);
}

void sessions_free(struct sessions *sessions)
{
	struct session *session, *next;

	if (!sessions)
		return;
	DL_FOREACH_SAFE(sessions->by_use, session, next) {
		session_remove(sessions, session);
		free(session);
	}
	free(sessions);
}

unsigned int sessions_count(const struct sessions *sessions)
{
	return HASH_COUNT(sessions->table);
}

/* Memory for a session: new, or that of the least recently used one. */
static struct session *session_alloc(struct sessions *sessions)
{
	struct session *session = NULL;

	if (HASH_COUNT(sessions->table) < sessions->max)
		session = malloc(sizeof(*session));
	if (!session && sessions->by_use) {
		session = sessions->by_use;
		session_remove(sessions, session);
	}
	if (session)
		memset(session, 0, sizeof(*session));
	return session;
}

struct session *sessions_get(struct sessions *sessions,
			     const struct sockaddr_in6 *from, uint16_t ssid)
{
	const struct session_key key = {
		.address = from->sin6_addr,
		.scope = from->sin6_scope_id,
		.port = from->sin6_port,
		.ssid = ssid,
	};
	struct session *session;

	HASH_FIND(hh, sessions->table, &key, sizeof(key), session);
	if (session) {
		DL_DELETE(sessions->by_use, session);
		DL_APPEND(sessions->by_use, session);
		return session;
	}
	session = session_alloc(sessions);
	if (!session)
		return NULL;
	session->key = key;
	HASH_ADD(hh, sessions->table, key, sizeof(key), session);
	if (session->lost) {
		free(session);
		return NULL;
	}
	DL_APPEND(sessions->by_use, session);
	return session;
}

uint32_t session_number(struct session *session)
{
	return session->number++;
}

static uint64_t *word_of(struct session *session, uint32_t seq)
{
	return &session->seen[seq % SESSION_WINDOW / WORD_BITS];
}

static uint64_t bit_of(uint32_t seq)
{
	return UINT64_C(1) << seq % WORD_BITS;
}

static void window_restart(struct session *session, uint32_t seq)
{
	memset(session->seen, 0, sizeof(session->seen));
	session->top = seq;
}

static void window_advance(struct session *session, uint32_t seq)
{
	if (seq - session->top >= SESSION_WINDOW) {
		window_restart(session, seq);
		return;
	}
	while (session->top != seq) {
		session->top++;
		*word_of(session, session->top) &= ~bit_of(session->top);
	}
}

bool session_accept(struct session *session, uint32_t seq, int64_t sent)
{
	if (!session->started) {
		session->started = true;
		session->newest = sent;
		session->epoch = INT64_MIN;
		window_restart(session, seq);
	} else if (sent < session->epoch) {
		return false;
	} else if ((int32_t)(seq - session->top) > 0) {
		window_advance(session, seq);
	} else if (session->top - seq >= SESSION_WINDOW ||
		   *word_of(session, seq) & bit_of(seq)) {
		if (sent <= session->newest)
			return false;
		session->epoch = sent;
		window_restart(session, seq);
	}
	*word_of(session, seq) |= bit_of(seq);
	if (sent > session->newest)
		session->newest = sent;
	return true;
}
