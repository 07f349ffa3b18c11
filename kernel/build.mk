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

MODULE_DIR = $(DESTDIR)/lib/modules/$(KERNELRELEASE)/updates

INSTALL += install-module
UNINSTALL += uninstall-module

# The plug-in first: without it, ipset stops at a set of this type.
.PHONY: install-module uninstall-module uninstall-check
install-module: module install-ipset-ext
	install -D -m 644 $(MODULE_BUILD)/$(MODULE) \
		$(MODULE_DIR)/$(MODULE)
	strip --strip-debug $(MODULE_DIR)/$(MODULE)
	$(if $(DESTDIR),,depmod $(KERNELRELEASE))

# On this host, module and plug-in stay while there are sets.
uninstall-check:
	@$(if $(DESTDIR),,kernel/in-use.sh)

# From all kernels; the DKMS package has its own in updates/dkms.
uninstall-module: uninstall-check
	@$(if $(DESTDIR),,[ ! -d /sys/module/$(basename $(MODULE)) ] || rmmod $(basename $(MODULE)))
	@for file in $(DESTDIR)/lib/modules/*/updates/$(MODULE); do \
		[ -e "$$file" ] || continue; \
		echo "rm $$file"; \
		rm "$$file"; \
		$(if $(DESTDIR),,release=$${file#/lib/modules/}; depmod "$${release%%/*}";) \
	done
