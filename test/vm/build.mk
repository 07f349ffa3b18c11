# SPDX-License-Identifier: GPL-2.0-only

# For the kernels of the test bench. KCOV tells a fuzzer what ran.
MODULE_FLAGS_6.1-debug = KCOV_INSTRUMENT=y
.PHONY: module-6.1 module-6.12 module-6.1-debug module-6.1-kcsan
module-6.1 module-6.12 module-6.1-debug module-6.1-kcsan: module-%:
	test/vm/kernels.sh fetch $*
	$(MAKE) module MODULE_FLAGS='W=1 $(MODULE_FLAGS_$*)' \
		KERNELRELEASE=$$(test/vm/kernels.sh release $*) \
		KERNELDIR=$$(test/vm/kernels.sh headers $*)

# The runner's own tests; they need none of the project's programs.
.PHONY: vm-selftest
vm-selftest:
	test/vm/selftest.sh
