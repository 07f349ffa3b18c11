# SPDX-License-Identifier: GPL-2.0-only
# make lint            every linter over the tree, in test/lint/README.md
# make lint-selftest   plants a fault for each of them

.PHONY: lint lint-selftest
lint: deps-test
	test/vm/kernels.sh fetch 6.1
	test/vm/kernels.sh fetch 6.12
	test/lint/run.sh

lint-selftest: deps-test
	test/lint/selftest.sh

# What clang-tidy and cppcheck compile with.
.PHONY: lint-flags
lint-flags:
	@printf '%s\n' $(ALL_CPPFLAGS) $(LMCTL_CFLAGS)
