// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a file of keys. */
#include "lmctl/stamp/keys.h"
#include "test/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct keys none;
	const char *path = input_file(data, size);
	struct keys keys;
	char error[256] = "";
	int ret;

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
