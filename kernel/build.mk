# SPDX-License-Identifier: GPL-2.0-only

# Headers to build for; KERNELRELEASE names the tree that it is installed to.
KERNELDIR ?= /lib/modules/$(KERNELRELEASE)/build
KERNELRELEASE ?= $(shell uname -r)

MODULE_SOURCES := Kbuild $(wildcard kernel/*.[ch] kernel/uapi/*.h)
MODULE := ip_set_hash_sr6flow.ko

MODULE_BUILD = $(B)/module/$(KERNELRELEASE)

# Kbuild leaves its objects beside the sources, so every kernel gets a copy.
.PHONY: module
module:
	@test -e $(KERNELDIR)/Makefile || { \
		echo "no kernel headers in $(KERNELDIR): install the" \
		     "linux-headers package of the kernel, or set KERNELDIR" >&2; \
		exit 1; }
	@mkdir -p $(MODULE_BUILD)
	@cp --parents -u $(MODULE_SOURCES) $(MODULE_BUILD)/
	$(MAKE) -C $(KERNELDIR) M=$(abspath $(MODULE_BUILD)) $(MODULE_FLAGS) \
		modules

# For the kernels of the test bench. KCOV tells a fuzzer what ran.
MODULE_FLAGS_6.1-debug = KCOV_INSTRUMENT=y
.PHONY: module-6.1 module-6.12 module-6.1-debug module-6.1-kcsan
module-6.1 module-6.12 module-6.1-debug module-6.1-kcsan: module-%:
	test/vm/kernels.sh fetch $*
	$(MAKE) module MODULE_FLAGS='W=1 $(MODULE_FLAGS_$*)' \
		KERNELRELEASE=$$(test/vm/kernels.sh release $*) \
		KERNELDIR=$$(test/vm/kernels.sh headers $*)

MODULE_DIR = $(DESTDIR)/lib/modules/$(KERNELRELEASE)/updates

INSTALL += install-module
UNINSTALL += uninstall-module

# The plug-in first: without it, ipset stops at a set of this type.
.PHONY: install-module uninstall-module
install-module: module install-ipset-ext
	install -D -m 644 $(MODULE_BUILD)/$(MODULE) \
		$(MODULE_DIR)/$(MODULE)
	strip --strip-debug $(MODULE_DIR)/$(MODULE)
	$(if $(DESTDIR),,depmod $(KERNELRELEASE))

uninstall-module:
	rm -f $(MODULE_DIR)/$(MODULE)
	$(if $(DESTDIR),,depmod $(KERNELRELEASE))

# The module in user space, among stand-ins for the kernel's headers. Addresses
# need not be aligned, as on the machines that the kernel is configured for.
FUZZ_KERNEL_HARNESSES := $(B)/test/fuzz/fuzz_attributes.o \
			 $(B)/test/fuzz/fuzz_packet.o
FUZZ_KERNEL_OBJS := $(patsubst %.c,$(B)/%.o,$(wildcard kernel/*.c \
		      test/fuzz/kernel/*.c))
$(FUZZ_KERNEL_OBJS) $(FUZZ_KERNEL_HARNESSES): CPPFLAGS += \
	-Itest/fuzz/kernel -D__KERNEL__
$(FUZZ_KERNEL_OBJS) $(FUZZ_KERNEL_HARNESSES): CFLAGS += -Wno-unused-parameter \
	-Wno-sign-compare -fno-sanitize=alignment
fuzz_attributes_OBJS := $(FUZZ_KERNEL_OBJS)
fuzz_packet_OBJS := $(FUZZ_KERNEL_OBJS)
