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

$(BENCH_TOOLS): LDLIBS = -lmnl
$(BENCH_TOOLS): $(B)/bench/bin/%: $(B)/test/bench/tools/%.o \
				  $(B)/lib/libsr6flow.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LDLIBS)

# Everything that the bench boots and measures.
.PHONY: bench-programs
bench-programs: test-programs module-6.12 bench-module-6.1 bench-module-6.12 \
		$(BENCH_TOOLS)

BENCH_OUT := $(B)/bench/out

.PHONY: bench
bench: deps-test
	+$(MAKE) --no-print-directory bench-programs
	test/bench/run.sh --out $(BENCH_OUT)
	test/bench/report table $(BENCH_OUT)/figures
	test/bench/trace/run.sh
	test/bench/report targets $(BENCH_OUT)/figures

.PHONY: bench-check
bench-check: deps-test
	+$(MAKE) --no-print-directory bench-programs
	test/bench/check.sh
