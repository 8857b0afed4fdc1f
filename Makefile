# SPDX-License-Identifier: GPL-2.0-only
#
# The front: what there is to do.  Kbuild has the objects, selftests/qemu the work.
#
#   make                    modules for the running kernel (needs its headers)
#   make modules KERNEL=K   modules for K: 6.1, 6.12, debug or next; or KDIR=DIR
#   make modules_install    install those of the running kernel, and load at boot
#   make demo               run real macOS and Windows programs (in QEMU; HOST=1: here)
#   make check              all tests on all kernels; KERNEL=K, TEST=GLOB for fewer
#   make style              checkpatch, sparse, W=1, clang-format and our own rules
#   make docs               the support tables in Documentation/syscalls
#   make bench              costs in guest instructions; KERNEL=K for one

KERNELS := 6.1 6.12 debug next
KDIR ?= /lib/modules/$(shell uname -r)/build
QEMU := selftests/qemu
AREAS := $(patsubst selftests/%/Makefile,%,$(wildcard selftests/*/Makefile))

.PHONY: all modules modules_install kernels selftests check demo docs style bench clean

all: modules

modules:
ifdef KERNEL
	@$(QEMU)/build $(KERNEL) >/dev/null
else
	@test -e $(KDIR)/Makefile || { \
		echo "No kernel headers in $(KDIR)."; \
		echo "Install them (Debian: apt install linux-headers-$$(uname -r)), or build for"; \
		echo "another kernel: make modules KERNEL=6.12, or KDIR=/path/to/headers."; \
		exit 1; }
	@$(QEMU)/build $(KDIR) >/dev/null
endif

# Debian's headers have no key to sign with, and say so at length for each module; nor
# the System.map without which they skip depmod, so that is ours. Their kernel.release
# is not what the modules' folder is called.
modules_install: modules
	@$(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR)/build/custom CONFIG_MODULE_SIG_ALL= \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install
	@install -D -m 644 modules-load.d/persona.conf $(DESTDIR)/etc/modules-load.d/persona.conf
ifdef DESTDIR
	@echo "Installed in $(DESTDIR)."
else
	@depmod "$$(cut -d '"' -f 2 $(KDIR)/include/generated/utsrelease.h)"
	@echo "Installed. They are loaded at each boot; now: modprobe -a persona_darwin persona_nt"
endif

kernels:
	@$(QEMU)/deps
	@$(QEMU)/kernels >/dev/null

# Without a rule of make's for the tests themselves: they do not depend on a kernel.
selftests:
	@$(MAKE) --no-print-directory -C selftests

# No network: the tests that want a real program say so and are skipped.
check:
	@$(QEMU)/deps
	@$(QEMU)/wine >/dev/null || true
	@$(QEMU)/programs || true
	@$(MAKE) --no-print-directory selftests
	@$(QEMU)/check $(addprefix --kernel ,$(KERNEL)) $(if $(TEST),--test '$(TEST)')

demo:
	@HOST=$(HOST) KERNEL=$(or $(KERNEL),6.12) $(QEMU)/demo

# The support tables, from the tables that are compiled in
DOCS := Documentation/syscalls
PERSONALITY := $(notdir $(patsubst %/,%,$(dir $(wildcard personalities/*/*.tbl))))
TABLES_darwin := bsd mach mdep diag
TITLE_darwin := Darwin
TABLES_nt := file memory object sync thread process registry token system completion wine \
	unsupported
NAMED_nt := 1
TITLE_nt := NT

docs:
	@mkdir -p $(DOCS)
	@set -e; $(foreach p,$(sort $(PERSONALITY)),\
		LC_ALL=C awk -v mode=rst -v named=$(NAMED_$p) -v title="$(TITLE_$p) system calls" \
			-f personalities/mktable.awk \
			$(TABLES_$p:%=personalities/$p/%.tbl) > $(DOCS)/$p.rst;)

style:
	@$(QEMU)/deps
	@tools/style

bench:
	@$(QEMU)/deps
	@$(MAKE) --no-print-directory selftests AREAS=bench
	@$(QEMU)/bench $(or $(KERNEL),6.1 6.12 next)

clean:
	rm -rf build
