# SPDX-License-Identifier: GPL-2.0-only
# Programs of the guest: the code under test is the kernel's, so they are built
# without sanitizers, and only the fuzzer's own part needs clang.
KFUZZ := $(patsubst %,$(B)/test/tools/%,kfuzz_netlink kfuzz_packet)

TEST_TOOLS += $(KFUZZ)

$(KFUZZ): $(B)/test/tools/%: $(B)/test/fuzz/guest/%.o \
			     $(B)/test/fuzz/guest/guest.o $(LIB_OBJS) \
			     $(B)/test/tools/tun.o
	@mkdir -p $(@D)
	clang -fsanitize=fuzzer -o $@ $(filter %.o,$^) -lmnl $(LDLIBS)

# make fuzz-guest    search with each of them in the debug kernel, until it has
#                    tried FUZZ_GUEST_RUNS inputs or for FUZZ_GUEST_SECONDS, and
#                    keep what it learns in corpus/
FUZZ_GUEST_RUNS ?= 1000000
FUZZ_GUEST_SECONDS ?= 14400
FUZZ_GUEST_SEED ?= 1

.PHONY: fuzz-guest
fuzz-guest: deps-test
	+$(PARALLEL_MAKE) test-programs module-6.1-debug
	for harness in $(notdir $(KFUZZ)); do \
		test/fuzz/guest/search.sh $$harness $(FUZZ_GUEST_RUNS) \
			$(FUZZ_GUEST_SEED) $(FUZZ_GUEST_SECONDS) || exit; \
	done
	@echo '$(words $(KFUZZ)) passed, 0 failed'
