# SPDX-License-Identifier: GPL-2.0-only
# make lint            every linter over the tree, in test/lint/README.md
# make lint-fast       those of make check
# make lint-slow       the others
# make lint-selftest   plants a fault for each of them

LINT_FAST := kernel-6.1 checkpatch docs codespell sources floors packages
LINT_SLOW := tidy kernel-6.12 shellcheck cppcheck

.PHONY: lint lint-fast lint-slow lint-selftest
lint: LINT = $(LINT_SLOW) $(LINT_FAST)
lint-fast: LINT = $(LINT_FAST)
lint-slow: LINT = $(LINT_SLOW)
lint lint-fast lint-slow: deps-test
	$(foreach c,$(filter kernel-%,$(LINT)),test/vm/kernels.sh fetch $(c:kernel-%=%) &&) \
		test/lint/run.sh $(LINT)

lint-selftest: deps-test
	test/lint/selftest.sh

# What clang-tidy and cppcheck compile with.
.PHONY: lint-flags
lint-flags:
	@printf '%s\n' $(ALL_CPPFLAGS) $(LMCTL_CFLAGS)
