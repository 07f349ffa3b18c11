# SPDX-License-Identifier: GPL-2.0-only
# make coverage   what the unit tests and the fuzzer's kept inputs reach

# A build of its own, below the folder that the report goes to. Inputs of the
# fuzzer are run by a main() that libFuzzer is not needed for.
COVERAGE := $(B)/coverage
COVERAGE_MAKE = $(MAKE) --no-print-directory B=$(COVERAGE) \
		OPTIMIZE='-O0 -g --coverage -fprofile-update=atomic' SANITIZER= \
		LDFLAGS='$(LDFLAGS) --coverage' HARDENING=
# Tracefiles of others, such as that of a kernel with gcov.
COVERAGE_MORE ?=

.PHONY: coverage
coverage: deps-test
	+$(COVERAGE_MAKE) $(UNIT_TESTS:$(B)/%=$(COVERAGE)/%) \
		$(FUZZ_TESTS:$(B)/%=$(COVERAGE)/%-replay)
	test/coverage/collect.sh $(COVERAGE) $(UNIT_TESTS:$(B)/%=$(COVERAGE)/%)
	test/coverage/report.sh $(COVERAGE)/html $(COVERAGE)/user.info $(COVERAGE_MORE)

define FUZZ_REPLAY_RULE
$(B)/test/fuzz/$(1)-replay: $(B)/test/fuzz/$(1).o $(B)/test/coverage/replay.o $($(1)_OBJS) \
			    $(UNIT_ARCHIVES)
	$$(CC) $$(ALL_LDFLAGS) $$(call wrap,$($(1)_WRAP)) -o $$@ $$(filter %.o,$$^) \
		-Wl,--start-group $$(UNIT_ARCHIVES) -Wl,--end-group $$(UNIT_LDLIBS)
endef
$(foreach t,$(notdir $(FUZZ_TESTS)),$(eval $(call FUZZ_REPLAY_RULE,$(t))))
