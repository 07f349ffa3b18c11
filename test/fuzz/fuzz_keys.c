// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a file of keys. */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lmctl/stamp/keys.h"
#include "test/fuzz/input.h"

/* A file that is in memory only, by the name that it has in /proc. */
static int memory_file(char *path, size_t size)
{
	int fd = memfd_create("keys", MFD_CLOEXEC);

	must(fd >= 0);
	must(!fchmod(fd, 0600));
	snprintf(path, size, "/proc/self/fd/%d", fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct keys none;
	static char path[32];
	static int fd = -1;
	struct keys keys;
	char error[256] = "";
	int ret;

	if (fd < 0)
		fd = memory_file(path, sizeof(path));
	must(!ftruncate(fd, 0));
	must(pwrite(fd, data, size, 0) == (ssize_t)size);
	ret = keys_load(&keys, path, 0, error, sizeof(error));
	if (ret) {
		must(error[0] && !strchr(error, '\n'));
		must(!memcmp(&keys, &none, sizeof(keys)));
		return 0;
	}
	must(!error[0] && keys.n >= 1 && keys.n <= KEYS_MAX);
	for (unsigned int i = 0; i < keys.n; i++) {
		must(keys_find(&keys, keys.key[i].id) == &keys.key[i]);
		must(keys.key[i].len >= KEY_SECRET_MIN);
		must(keys.key[i].len <= KEY_SECRET_MAX);
	}
	return 0;
}
