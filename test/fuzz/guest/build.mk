# SPDX-License-Identifier: GPL-2.0-only
# A program of the guest: the code under test is the kernel's, so it is built without
# sanitizers, and only the fuzzer's own part needs clang.
KFUZZ := $(B)/test/tools/kfuzz_netlink

TEST_TOOLS += $(KFUZZ)

$(KFUZZ): $(B)/test/fuzz/guest/kfuzz_netlink.o $(B)/test/fuzz/guest/guest.o $(LIB_OBJS)
	@mkdir -p $(@D)
	clang -fsanitize=fuzzer -o $@ $^ -lmnl $(LDLIBS)

# make fuzz-guest    search in the debug kernel until FUZZ_GUEST_RUNS inputs are done or
#                    for FUZZ_GUEST_SECONDS, and keep new inputs in corpus/
FUZZ_GUEST_RUNS ?= 1000000
FUZZ_GUEST_SECONDS ?= 14400
FUZZ_GUEST_SEED ?= 1

.PHONY: fuzz-guest
fuzz-guest: deps-test
	+$(PARALLEL_MAKE) test-programs module-6.1-debug
	test/fuzz/guest/search.sh $(FUZZ_GUEST_RUNS) $(FUZZ_GUEST_SEED) $(FUZZ_GUEST_SECONDS)
	@echo '1 passed, 0 failed'
