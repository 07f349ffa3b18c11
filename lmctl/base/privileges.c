// SPDX-License-Identifier: GPL-2.0-only
#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/array.h"
#include "lmctl/base/messages.h"
#include "lmctl/base/privileges.h"

static int refused(void)
{
	int err = errno ? -errno : -EPERM;

	lmctl_error("cannot drop privileges: %s; start as root, or as the user to become",
		    strerror(-err));
	return err;
}

/* ip6tables changes rules, and opens a raw socket for its match "set". */
static const unsigned int lent[] = { CAP_NET_ADMIN, CAP_NET_RAW };

/* Names what a user without an account has. */
#define NOBODY 65534

struct identity {
	uint32_t user;
	uint32_t group;
};

static int find(const char *user, struct identity *identity)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(user);
	if (!entry)
		return -ENOENT;
	*identity = (struct identity){ entry->pw_uid, entry->pw_gid };
	return 0;
}

/* A line of a map: first number inside, first number outside, count. */
static bool maps(const char *line, uint32_t id)
{
	unsigned long inside, count;
	char *end;

	inside = strtoul(line, &end, 10);
	strtoul(end, &end, 10);
	count = strtoul(end, NULL, 10);
	return id >= inside && id - inside < count;
}

static bool mapped(const char *map, uint32_t id)
{
	FILE *file = fopen(map, "re");
	bool found = false;
	char line[128];

	/* A kernel without user namespaces. */
	if (!file)
		return true;
	while (!found && fgets(line, sizeof(line), file))
		found = maps(line, id);
	fclose(file);
	return found;
}

/*
 * Choose the user for a program that root started. Root of a user namespace without
 * other users stays: it is not root outside.
 */
static bool unprivileged(struct identity *identity)
{
	if (geteuid() ||
	    !capng_have_capability(CAPNG_EFFECTIVE, CAP_SETUID) ||
	    !capng_have_capability(CAPNG_EFFECTIVE, CAP_SETGID))
		return false;
	if (find(PRIVILEGES_USER, identity))
		*identity = (struct identity){ NOBODY, NOBODY };
	return mapped("/proc/self/uid_map", identity->user) &&
	       mapped("/proc/self/gid_map", identity->group);
}

static int become(const struct identity *identity, bool bounds)
{
	/* It is this user already, as under a service manager. */
	if (identity->user == getuid() && identity->user == geteuid())
		return capng_apply(CAPNG_SELECT_CAPS) ? refused() : 0;
	errno = 0;
	return capng_change_id((int)identity->user, (int)identity->group,
			       (capng_flags_t)(CAPNG_DROP_SUPP_GRP |
					       (bounds ? CAPNG_CLEAR_BOUNDING :
							 0))) ?
	       refused() : 0;
}

static int stay(bool bounds)
{
	errno = 0;
	return capng_apply(bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS) ?
	       refused() : 0;
}

/*
 * Keep what can be lent in the bounding set. Of that set, programs of root would get
 * everything; without the privileges of root, only what is lent.
 */
static int keep_bound(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lent); i++)
		capng_update(CAPNG_ADD, CAPNG_BOUNDING_SET, lent[i]);
	errno = 0;
	if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED) ||
	    capng_apply(CAPNG_SELECT_BOUNDS))
		return refused();
	return 0;
}

int privileges_drop(const char *user, bool bind, bool lend)
{
	bool admin = capng_have_capability(CAPNG_PERMITTED, CAP_NET_ADMIN);
	bool raw = lend && capng_have_capability(CAPNG_PERMITTED, CAP_NET_RAW);
	bool low = bind && capng_have_capability(CAPNG_PERMITTED,
						 CAP_NET_BIND_SERVICE);
	/* Shrinking the bounding set needs CAP_SETPCAP. */
	bool bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	struct identity identity;
	bool other = true;
	int err;

	if (!user) {
		other = unprivileged(&identity);
	} else if (!*user) {
		other = false;
	} else if (find(user, &identity)) {
		lmctl_error("there is no user '%s': create it, or use another one",
			    user);
		return -ENOENT;
	}
	capng_clear(bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS);
	if (admin)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
			     CAP_NET_ADMIN);
	if (low)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
			     CAP_NET_BIND_SERVICE);
	if (raw)
		capng_update(CAPNG_ADD, CAPNG_PERMITTED, CAP_NET_RAW);
	if (bounds && lend && keep_bound())
		return -EPERM;
	bounds = bounds && !lend;
	err = other ? become(&identity, bounds) : stay(bounds);
	if (err)
		return err;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? refused() : 0;
}

int privileges_lend(bool on)
{
	size_t i;

	errno = 0;
	if (capng_get_caps_process())
		return -EPERM;
	for (i = 0; i < ARRAY_SIZE(lent); i++)
		capng_update(on ? CAPNG_ADD : CAPNG_DROP,
			     CAPNG_INHERITABLE | CAPNG_AMBIENT, lent[i]);
	if (capng_apply(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT))
		return errno ? -errno : -EPERM;
	return 0;
}
