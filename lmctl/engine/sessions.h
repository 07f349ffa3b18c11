/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sessions of a reflector: state of a sender between two messages. A session is
 * identified by source address, port and STAMP Session Identifier (RFC 8972,
 * section 3). Pure.
 *
 * Their number is bounded; a new session then replaces the least recently used one.
 */
#ifndef LMCTL_ENGINE_SESSIONS_H
#define LMCTL_ENGINE_SESSIONS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* Messages of a session that may overtake one another; a power of two. */
#define SESSION_WINDOW 1024

struct session;
struct sessions;

/**
 * sessions_new() - make a table of sessions
 * @max: most sessions, at least 1
 *
 * Return: table for sessions_free(), or NULL when memory is short.
 */
struct sessions *sessions_new(unsigned int max);

/**
 * sessions_free() - free a table and its sessions
 * @sessions: table or NULL
 */
void sessions_free(struct sessions *sessions);

/**
 * sessions_get() - find or make the session of a message
 * @sessions: table
 * @from: source address and port of the message
 * @ssid: its STAMP Session Identifier
 *
 * Return: session, valid until the next call; NULL when memory is short and there
 * is no session to replace.
 */
struct session *sessions_get(struct sessions *sessions,
			     const struct sockaddr_in6 *from, uint16_t ssid);

/**
 * sessions_count() - number of sessions
 * @sessions: table
 *
 * Return: sessions.
 */
unsigned int sessions_count(const struct sessions *sessions);

/**
 * session_number() - Sequence Number of the next reply (stateful reflector)
 * @session: session
 *
 * Return: 0 for the first, then one more each time.
 */
uint32_t session_number(struct session *session);

/**
 * session_accept() - check a message of the session for a replay
 * @session: session
 * @seq: its Sequence Number
 * @sent: its timestamp, nanoseconds since 1970; authenticated, as is @seq
 *
 * A number is accepted once if it is ahead of all others or less than
 * SESSION_WINDOW behind (the window of RFC 4303, section 3.4.3). A sender that
 * restarts with low numbers differs from a replay by its timestamp, which is later
 * than that of any earlier message; older messages are rejected from then on.
 *
 * Return: true, or false for a replay or a message that is too late.
 */
bool session_accept(struct session *session, uint32_t seq, int64_t sent);

#endif /* LMCTL_ENGINE_SESSIONS_H */
