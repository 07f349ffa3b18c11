// SPDX-License-Identifier: GPL-2.0-only
#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lmctl/lmctl.h"
#include "lmctl/privileges.h"

static int refused(void)
{
	int err = errno ? -errno : -EPERM;

	lmctl_error("cannot drop privileges: %s; start as root, or as the user that lmctl is to run as",
		    strerror(-err));
	return err;
}

static int become(const char *user)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(user);
	if (!entry) {
		lmctl_error("there is no user '%s': create it, or name another one",
			    user);
		return -ENOENT;
	}
	/* Already this one, as under a service manager. */
	if (entry->pw_uid == getuid() && entry->pw_uid == geteuid())
		return capng_apply(CAPNG_SELECT_CAPS) ? refused() : 0;
	errno = 0;
	return capng_change_id((int)entry->pw_uid, (int)entry->pw_gid,
			       CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING) ?
	       refused() : 0;
}

static int stay(bool bounds)
{
	errno = 0;
	return capng_apply(bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS) ?
	       refused() : 0;
}

int privileges_drop(const char *user, bool bind)
{
	bool admin = capng_have_capability(CAPNG_PERMITTED, CAP_NET_ADMIN);
	bool low = bind && capng_have_capability(CAPNG_PERMITTED,
						 CAP_NET_BIND_SERVICE);
	/* Only who has CAP_SETPCAP may shrink the bounding set. */
	bool bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	int err;

	capng_clear(bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS);
	if (admin)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
			     CAP_NET_ADMIN);
	if (low)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
			     CAP_NET_BIND_SERVICE);
	err = user && *user ? become(user) : stay(bounds);
	if (err)
		return err;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? refused() : 0;
}
