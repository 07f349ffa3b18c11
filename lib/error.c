// SPDX-License-Identifier: GPL-2.0-only
/* Errno and sentence for a failure: what, which value, what to do. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include "internal.h"

/* The description in English, never the locale's; static and constant. */
const char *errno_text(int error)
{
	const char *text = strerrordesc_np(error);

	return text ? text : "unknown error";
}

int fail_with(struct sr6flow *handle, int error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(handle->error, sizeof(handle->error), format, ap);
	va_end(ap);
	text_one_line(handle->error);
	return -error;
}

int fail_damaged(struct sr6flow *handle, const char *problem)
{
	return fail_with(handle, EPROTO,
			 "cannot understand the kernel's answer, it has %s: update libsr6flow (now "
			 SR6FLOW_VERSION ") or " MODULE ", whichever is older",
			 problem);
}

static int fail_type(struct sr6flow *handle)
{
	char remedy[ERROR_SIZE];
	struct utsname kernel;

	uname(&kernel);
	module_remedy("", kernel.release, remedy, sizeof(remedy));
	return fail_with(handle, ENOENT,
			 "the kernel does not know the set type " SR6FLOW_TYPENAME ": %s",
			 remedy);
}

/**
 * fail_verdict() - turn the kernel's error into errno and sentence
 * @handle: handle
 * @set: name of the set
 * @verdict: negative, from request_run()
 *
 * Only errors that mean the same in every call; a caller handles those with a
 * meaning of their own before.
 *
 * Return: a negative errno.
 */
int fail_verdict(struct sr6flow *handle, const char *set, int verdict)
{
	switch (-verdict) {
	case EPERM:
		return fail_with(handle, EPERM,
				 "ipset needs CAP_NET_ADMIN in this network namespace: run as root");
	case ENOENT:
		return fail_with(handle, ENOENT,
				 "there is no set '%s': create it with 'lmctl init' or 'ipset create %s "
				 SR6FLOW_TYPENAME "'", set, set);
	case ENOMEM:
		return fail_with(handle, ENOMEM,
				 "set '%s': the kernel is out of memory", set);
	case EBUSY:
	case IPSET_ERR_BUSY:
	case IPSET_ERR_REFERENCED:
		return fail_with(handle, EBUSY,
				 "set '%s' is in use: remove the rules that name it, let listings of it end",
				 set);
	case IPSET_ERR_FIND_TYPE:
		return fail_type(handle);
	case IPSET_ERR_MAX_SETS:
		return fail_with(handle, ENFILE,
				 "the kernel has no room for set '%s': destroy another one",
				 set);
	case IPSET_ERR_PROTOCOL:
		return fail_with(handle, EPROTO,
				 "set '%s': the kernel refused the message: update libsr6flow (now "
				 SR6FLOW_VERSION ") or " MODULE ", whichever is older",
				 set);
	}
	if (-verdict >= IPSET_ERR_PRIVATE)
		return fail_with(handle, EPROTO,
				 "set '%s': the kernel answered with ipset error %d",
				 set, -verdict);
	return fail_with(handle, -verdict, "set '%s': %s", set,
			 errno_text(-verdict));
}

EXPORT const char *sr6flow_error(const struct sr6flow *handle)
{
	return handle ? handle->error : "out of memory";
}
