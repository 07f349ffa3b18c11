# SPDX-License-Identifier: GPL-2.0-only
# make                  build everything for the headers of the running kernel
# make check            test each capability once, also in the guest, after installing
#                       missing packages; for users, and first for every change
# make check-full       make check, then every test on every kernel; for every change
# make fuzz-guest       fuzz the kernel module in a guest
# make check-debug      run the guest's tests in the debug kernel
# make check-packages   test the Debian packages in full systems of Debian 12 and 13
# make check-deep       run the debug kernel, data races, storms, long searches: hours
# make demo             show loss between three routers in a guest
# make bench            measure the cost of a packet, a flow and a command
# make bench-check      measure a part of it and compare with the results in the tree
# make model            run random histories of both ends, in user space
# make lint             run checkpatch, sparse, clang-tidy and others
# make coverage         measure the coverage of the tests in user space
# make install          install module, plug-in, library and lmctl
# make deb              build Debian packages, in build/deb
include config.mk

ALL :=
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
include debian/build.mk

.PHONY: all
all: module user

.PHONY: user
user: $(ALL)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Warnings are errors here as in CI.
check-debug check-debug-short check-deep: export CI := true

# Install packages first, then run another make: this one looked for the compiler
# before it was installed.
PARALLEL_MAKE = $(MAKE) --no-print-directory -j$(shell nproc)
.PHONY: deps-test check check-full demo check-debug check-debug-short check-packages check-deep
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

# All tests for the debug kernel, or those of DEBUG_TESTS.
check-debug: deps-test
	+$(PARALLEL_MAKE) test-programs module-6.1-debug
	test/vm/run.sh --kernel 6.1-debug $(DEBUG_TESTS)

# The part that make check-full runs. Counting instructions is slow in the debug kernel,
# and none of these tests needs it.
check-debug-short: deps-test
	+$(PARALLEL_MAKE) test-programs module-6.1-debug
	test/vm/run.sh --short --icount no

check-packages: deps-test
	test/packages/run.sh

# Takes hours.
check-deep:
	./deps.sh deep
	+$(PARALLEL_MAKE) test-programs module-6.12 module-6.1-debug module-6.1-kcsan
	test/deep.sh

.PHONY: install install-user uninstall
install: $(INSTALL)
# Everything but the module: packages leave it to DKMS.
install-user: $(filter-out install-module,$(INSTALL))
# What the operator wrote and what was measured stays.
uninstall: $(UNINSTALL)
	@$(if $(DESTDIR),,echo 'Not removed: /etc/sr6flow, /var/lib/sr6flow, /var/lib/sr6flow-sets,' \
		'the user sr6flow. To remove them:' \
		'rm -r /etc/sr6flow /var/lib/sr6flow*; userdel sr6flow')

.PHONY: clean
clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' -not -path '*/module/*' -not -path '*/deb/*' \
	  -not -path '*/vm/*' 2>/dev/null)
