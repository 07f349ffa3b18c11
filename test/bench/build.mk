# SPDX-License-Identifier: GPL-2.0-only

BENCH_SOURCES := $(wildcard test/bench/Kbuild test/bench/inject/* \
			    test/bench/floor/* kernel/uapi/*.h)
BENCH_MODULES = $(B)/bench/module/$(KERNELRELEASE)

# As the module: a copy of the sources for every kernel.
.PHONY: bench-module
bench-module:
	@mkdir -p $(BENCH_MODULES)
	@cp --parents -u $(BENCH_SOURCES) $(BENCH_MODULES)/
	$(MAKE) -C $(KERNELDIR) M=$(abspath $(BENCH_MODULES))/test/bench W=1 \
		modules

.PHONY: bench-module-6.1 bench-module-6.12
bench-module-6.1 bench-module-6.12: bench-module-%:
	test/vm/kernels.sh fetch $*
	$(MAKE) bench-module \
		KERNELRELEASE=$$(test/vm/kernels.sh release $*) \
		KERNELDIR=$$(test/vm/kernels.sh headers $*)

# Programs for the guest; run.sh takes all of $(B)/bench/bin along.
BENCH_TOOLS := $(addprefix $(B)/bench/bin/,bench_control bench_flows bench_run)
# For this machine. bench_userspace has a stand-in for the library's channel to the
# kernel.
BENCH_USERSPACE := $(B)/bench/bench_userspace
BENCH_HISTORY := $(B)/bench/bench_history
BENCH_ARCHIVES := $(LMCTL_ARCHIVES) $(LIB_INSIDE)

define BENCH_RULE
$(1): $(B)/test/bench/tools/$(notdir $(1)).o $(BENCH_ARCHIVES)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_LDFLAGS) -Wl,--as-needed -o $$@ $$(filter %.o %.a,$$^) $$(LMCTL_LDLIBS)
endef
$(foreach t,$(BENCH_TOOLS) $(BENCH_USERSPACE) $(BENCH_HISTORY),$(eval $(call BENCH_RULE,$(t))))

# Everything that the bench boots and measures.
.PHONY: bench-programs
bench-programs: test-programs module-6.12 bench-module-6.1 bench-module-6.12 \
		$(BENCH_TOOLS) $(BENCH_USERSPACE) $(BENCH_HISTORY)

BENCH_OUT := $(B)/bench/out

.PHONY: bench
bench: deps-test
	+$(MAKE) --no-print-directory bench-programs
	test/bench/run.sh --out $(BENCH_OUT)
	test/bench/report plot $(BENCH_OUT)/figures.json $(BENCH_OUT)/flows
	test/bench/report table $(BENCH_OUT)/figures.json >$(BENCH_OUT)/table.md
	cat $(BENCH_OUT)/table.md
	test/bench/trace/run.sh --out $(BENCH_OUT)
	test/bench/report targets $(BENCH_OUT)/figures.json

# Keeps what make bench measured.
.PHONY: bench-results
bench-results:
	cp $(addprefix $(BENCH_OUT)/,figures.json table.md flows.svg flows.png) \
		test/bench/results/

.PHONY: bench-check
bench-check: deps-test
	+$(MAKE) --no-print-directory bench-programs
	test/bench/check.sh
