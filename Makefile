# SPDX-License-Identifier: GPL-2.0-only
#
# The front: what there is to do.  Kbuild has the objects, selftests/qemu the work.
#
#   make                    modules for the running kernel (needs its headers)
#   make modules KERNEL=K   modules for K: 6.1, 6.12, debug or next; or KDIR=DIR
#   make modules_install    install those of the running kernel, and load at boot

KERNELS := 6.1 6.12 debug next
RUNNING := /lib/modules/$(shell uname -r)/build
KDIR ?= $(RUNNING)
QEMU := selftests/qemu

.PHONY: all modules modules_install kernels clean

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

modules_install: modules
	$(MAKE) -C $(KDIR) M=$(CURDIR)/build/custom modules_install
	install -D -m 644 modules-load.d/persona.conf $(DESTDIR)/etc/modules-load.d/persona.conf
	test -n "$(DESTDIR)" || depmod -a

kernels:
	$(QEMU)/kernels

clean:
	rm -rf build
