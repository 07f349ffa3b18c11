// SPDX-License-Identifier: GPL-2.0-only
/* Why the module is not loaded, from files below a folder of the test. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/internal.h"
#include "test/unit/unit.h"

static const struct row {
	const char *name, *modules, *lockdown, *sig_enforce, *reason;
} rows[] = {
	{ "missing", "kernel/a.ko: kernel/b.ko\n", "none [integrity] confidentiality\n", "Y\n",
	  "not installed for kernel 6.1-x: 'apt install linux-headers-6.1-x'" },
	{ "no_index", NULL, NULL, NULL, "not installed for kernel 6.1-x" },
	{ "integrity", "updates/ip_set_hash_sr6flow.ko: \n", "none [integrity] confidentiality\n",
	  "N\n", "mokutil --import /var/lib/dkms/mok.pub" },
	{ "confidentiality", "updates/dkms/ip_set_hash_sr6flow.ko.xz: \n",
	  "none integrity [confidentiality]\n", NULL, "refuses modules without a trusted" },
	{ "sig_enforce", "kernel/a.ko:\nupdates/ip_set_hash_sr6flow.ko:\n", NULL, "Y\n",
	  "refuses modules without a trusted" },
	{ "not_loaded", "updates/ip_set_hash_sr6flow.ko:\n", "[none] integrity confidentiality\n",
	  "N\n", "installed, but not loaded: 'modprobe ip_set_hash_sr6flow'" },
};

/* Write the file, or remove that of the row before. */
static void put(const char *path, const char *text)
{
	FILE *file;

	remove(path);
	if (!text)
		return;
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

TEST_ROWS(rows, remedy)
{
	static const char *const folders[] = {
		"lib", "lib/modules", "lib/modules/6.1-x", "sys", "sys/kernel",
		"sys/kernel/security", "sys/module", "sys/module/module",
		"sys/module/module/parameters",
	};
	const struct row *row = *state;
	char root[] = "/tmp/test_module.XXXXXX", text[ERROR_SIZE];
	size_t i;

	assert_non_null(mkdtemp(root));
	assert_int_equal(chdir(root), 0);
	for (i = 0; i < ARRAY_SIZE(folders); i++)
		assert_int_equal(mkdir(folders[i], 0700), 0);
	put("lib/modules/6.1-x/modules.dep", row->modules);
	put("sys/kernel/security/lockdown", row->lockdown);
	put("sys/module/module/parameters/sig_enforce", row->sig_enforce);
	module_remedy(root, "6.1-x", text, sizeof(text));
	put("lib/modules/6.1-x/modules.dep", NULL);
	put("sys/kernel/security/lockdown", NULL);
	put("sys/module/module/parameters/sig_enforce", NULL);
	for (i = ARRAY_SIZE(folders); i--;)
		assert_int_equal(rmdir(folders[i]), 0);
	assert_int_equal(rmdir(root), 0);
	assert_non_null(strstr(text, row->reason));
}
