# SPDX-License-Identifier: GPL-2.0-only
# What every part of the build shares. Override on the command line.

VERSION := 0.1.0

PREFIX ?= /usr/local
DESTDIR ?=
# Directory below PREFIX for libraries: what the compiler's own search uses.
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)
LIBDIR ?= $(PREFIX)/lib$(if $(MULTIARCH),/$(MULTIARCH))
INCLUDEDIR ?= $(PREFIX)/include
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man

B ?= build

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	    -Wformat=2 -Wvla $(if $(CI),-Werror)
HARDENING := -fstack-protector-strong -fstack-clash-protection -fcf-protection
# ASan and the fortified libc functions check the same calls; one at a time.
comma := ,
# SANITIZE=1 is ASan and UBSan, SANITIZE=thread what it says.
SANITIZE ?=
SANITIZERS := -fsanitize=$(patsubst 1,address$(comma)undefined,$(SANITIZE))
SANITIZER := $(if $(SANITIZE),$(SANITIZERS) \
	       -fno-sanitize-recover=all -fno-omit-frame-pointer,\
	       -D_FORTIFY_SOURCE=2)

OPTIMIZE ?= -O2 -g
ALL_CPPFLAGS = -D_GNU_SOURCE -DSR6FLOW_VERSION='"$(VERSION)"' \
	       -I. -Ikernel/uapi -Ilib $(CPPFLAGS)
ALL_CFLAGS = -std=gnu17 -fPIC $(OPTIMIZE) $(WARNINGS) $(HARDENING) \
	     $(SANITIZER) $(ALL_CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(if $(SANITIZE),$(SANITIZERS)) \
	      -Wl,-z,relro,-z,now $(LDFLAGS)
