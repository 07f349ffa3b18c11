# SPDX-License-Identifier: GPL-2.0-only
# make                  everything for the running kernel's headers
# make check            each capability once, in the guest too (installs what it
#                       needs): for users, and for every change first
# make check-full       that, then every test on every kernel: for every change
# make fuzz-guest       searches for inputs of the kernel module, in a guest
# make check-debug      the guest's tests in a kernel that watches itself
# make check-deep       that, data races, storms, long searches: hours
# make demo             three routers with loss in a guest
# make bench            what a packet, a flow and a command cost
# make bench-check      a short form of it, against the figures in the tree
# make model            random histories of both ends, in user space
# make lint             checkpatch, sparse, clang-tidy and others
# make coverage         what the tests of user space reach
# make install          module, plug-in, library and lmctl
include config.mk

ALL :=
UNIT_TESTS :=
TEST_TOOLS :=
MAN :=
INSTALL :=
UNINSTALL :=

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

include kernel/build.mk
include lib/build.mk
include ipset-ext/build.mk
include lmctl/build.mk
include test/unit/build.mk
include test/model/build.mk
include test/fuzz/build.mk
include test/tools/build.mk
include test/fuzz/guest/build.mk
include test/vm/build.mk
include test/bench/build.mk
include test/lint/build.mk
include test/coverage/build.mk

.PHONY: all
all: module user

.PHONY: user
user: $(ALL)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Warnings are errors here as in CI.
check-debug check-debug-short check-deep: export CI := true

# Packages first, then a make of its own: this one looked for the compiler
# when it was not there yet.
PARALLEL_MAKE = $(MAKE) --no-print-directory -j$(shell nproc)
.PHONY: deps-test check check-full demo check-debug check-debug-short check-deep
deps-test:
	./deps.sh test

.PHONY: test-programs
test-programs: module-6.1 user $(TEST_TOOLS)

check:
	test/check.sh check

check-full:
	test/check.sh check rest

demo: deps-test
	+$(PARALLEL_MAKE) test-programs
	test/demo.sh

# All tests that are meant for it, or those of DEBUG_TESTS.
check-debug: deps-test
	+$(PARALLEL_MAKE) test-programs module-6.1-debug
	test/vm/run.sh --kernel 6.1-debug $(DEBUG_TESTS)

# What make check-full has time for. Counting instructions is slow in that kernel,
# and none of these tests needs it.
check-debug-short: deps-test
	+$(PARALLEL_MAKE) test-programs module-6.1-debug
	test/vm/run.sh --short --icount no

# Hours.
check-deep: deps-test
	+$(PARALLEL_MAKE) test-programs module-6.12 module-6.1-debug module-6.1-kcsan
	test/deep.sh

.PHONY: install uninstall
install: $(INSTALL)
uninstall: $(UNINSTALL)

.PHONY: clean
clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' -not -path '*/module/*' \
	  -not -path '*/vm/*' 2>/dev/null)
