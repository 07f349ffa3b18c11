# SPDX-License-Identifier: GPL-2.0-only

# The runner's own tests; they need none of the project's programs.
.PHONY: vm-selftest
vm-selftest:
	test/vm/selftest.sh
