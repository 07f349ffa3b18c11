# SPDX-License-Identifier: GPL-2.0-only
# Programs of the guest: the code under test is the kernel's, so they are built
# without sanitizers, and only the fuzzer's own part needs clang.
KFUZZ := $(patsubst %,$(B)/test/tools/%,kfuzz_netlink kfuzz_packet)

TEST_TOOLS += $(KFUZZ)

$(KFUZZ): $(B)/test/tools/%: $(B)/test/fuzz/guest/%.o \
			     $(B)/test/fuzz/guest/guest.o $(LIB_OBJS)
	@mkdir -p $(@D)
	clang -fsanitize=fuzzer -o $@ $(filter %.o,$^) -lmnl $(LDLIBS)
