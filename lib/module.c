// SPDX-License-Identifier: GPL-2.0-only
/* Why the kernel does not have the set type, and what to do. */
#include <stdio.h>
#include <string.h>
#include "internal.h"

#define NAME "ip_set_hash_sr6flow"

/* True if a line of the file contains the text. */
static bool file_has(const char *root, const char *path, const char *text)
{
	char name[512], line[1024];
	bool found = false;
	FILE *file;

	snprintf(name, sizeof(name), "%s%s", root, path);
	file = fopen(name, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, text);
	fclose(file);
	return found;
}

/**
 * module_remedy() - explain why the module is not loaded
 * @root: prefix of all paths that are read, "" for this host
 * @release: of the kernel, as 'uname -r' prints it
 * @text: filled with the reason and the remedy
 * @size: room in @text
 */
void module_remedy(const char *root, const char *release, char *text,
		   size_t size)
{
	static const char lockdown[] = "/sys/kernel/security/lockdown";
	char index[256];

	snprintf(index, sizeof(index), "/lib/modules/%s/modules.dep", release);
	if (!file_has(root, index, "/" NAME ".ko"))
		snprintf(text, size,
			 "its module is not installed for kernel %s: 'apt install linux-headers-%s', then 'dkms autoinstall', or from source 'make && make install'",
			 release, release);
	else if (file_has(root, "/sys/module/module/parameters/sig_enforce", "Y") ||
		 file_has(root, lockdown, "[integrity]") ||
		 file_has(root, lockdown, "[confidentiality]"))
		snprintf(text, size,
			 "the kernel refuses modules without a trusted signature (Secure Boot, lockdown or module.sig_enforce): enroll the key of DKMS with 'mokutil --import /var/lib/dkms/mok.pub', reboot and confirm; 'modprobe "
			 NAME "' prints its reason");
	else
		snprintf(text, size,
			 "its module is installed, but not loaded: 'modprobe "
			 NAME "' prints the reason");
}
