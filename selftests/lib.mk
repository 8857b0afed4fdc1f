# SPDX-License-Identifier: GPL-2.0-only
#
# Rules for the folders of tests.  A folder's Makefile sets some of these and ends
# with `include ../lib.mk`; everything is built into build/selftests/FOLDER.
#
#   NATIVE          static native programs, from NAME.c
#   MACHO           static Mach-O programs, from NAME.c and the runtime in ../macho
#   MACHO_PIE       the same, position-independent
#   NT              Windows programs NAME.exe, from NAME.c or NAME.cpp
#   SCRIPTS         scripts, run as they are
#   HELPERS, HELPERS_MACHO, HELPERS_MACHO_PIE, HELPERS_NT, HELPER_FILES
#                   built or copied like those, but not run as tests
#
# CFLAGS_NAME and LDLIBS_NAME are for one program.
#
# A test prints KTAP, or says by its exit status how it went (0 passed, 4 skipped).
# A file named `settings` may hold timeout=SECONDS for each test of the folder
# (60), or timeout.NAME=SECONDS for one, and dlls=VERSION... : then all of the
# folder's tests run once with each of these sets of Windows DLLs; dlls.NAME=...
# for a test that does with fewer of them.

AREA := $(notdir $(CURDIR))
TOP := $(patsubst %/,%,$(dir $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))))
OUT := $(TOP)/build/selftests/$(AREA)
RUNTIME := $(TOP)/build/selftests/macho

WARN := -Wall -Wextra -Wno-unused-parameter
CFLAGS ?= -O2 -g
NATIVE_CFLAGS := -std=gnu11 $(CFLAGS) $(WARN) -static -pthread -I$(TOP)/uapi -I$(TOP)/selftests

MACHO_CC := clang
MACHO_LD := $(firstword $(shell command -v ld64.lld-14 ld64.lld 2>/dev/null) ld64.lld)
MACHO_CFLAGS := --target=x86_64-apple-macos10.15 -ffreestanding -nostdlib \
	-fno-stack-protector -O2 $(WARN) -I$(TOP)/selftests/macho -I$(TOP)/uapi
MACHO_LDFLAGS := -arch x86_64 -platform_version macos 10.15 10.15 -headerpad 0x200 -e start

NT_CC := x86_64-w64-mingw32-gcc
NT_CXX := x86_64-w64-mingw32-g++
NT_CFLAGS := -O2 -g $(WARN) -Wno-cast-function-type -Wno-array-bounds -Wno-infinite-recursion -municode -D_WIN32_WINNT=0x0a00 \
	-DUNICODE -D_UNICODE -D__USE_MINGW_ANSI_STDIO=1 -I$(TOP)/selftests/nt
NT_LDFLAGS := -static -s

MACHO_HEADERS := $(wildcard $(TOP)/selftests/macho/*.h *.h)
NATIVE_HEADERS := $(wildcard $(TOP)/selftests/*.h $(TOP)/uapi/linux/*.h *.h)
POSTLINK := $(TOP)/selftests/macho/postlink.py

NT_HEADERS := $(wildcard $(TOP)/selftests/nt/*.h *.h)

native := $(NATIVE) $(HELPERS)
macho := $(MACHO) $(HELPERS_MACHO)
macho_pie := $(MACHO_PIE) $(HELPERS_MACHO_PIE)
nt := $(addsuffix .exe,$(NT) $(HELPERS_NT))
files := $(SCRIPTS) $(HELPER_FILES)
tests := $(NATIVE) $(MACHO) $(MACHO_PIE) $(addsuffix .exe,$(NT)) $(SCRIPTS)

.DELETE_ON_ERROR:
.PHONY: all
all: $(addprefix $(OUT)/,$(native) $(macho) $(macho_pie) $(nt) $(files) .tests)

$(OUT) $(RUNTIME):
	@mkdir -p $@

# The list may come from what files there are: always written.
.PHONY: FORCE
$(OUT)/.tests: FORCE | $(OUT)
	@printf '%s\n' $(tests) > $@
	@cp settings $(OUT)/ 2>/dev/null || rm -f $(OUT)/settings

$(addprefix $(OUT)/,$(native)): $(OUT)/%: %.c $(NATIVE_HEADERS) $(TOP)/selftests/lib.mk | $(OUT)
	$(CC) $(NATIVE_CFLAGS) $(CFLAGS_$*) -o $@ $< $(LDLIBS) $(LDLIBS_$*)

$(RUNTIME)/%.o: $(TOP)/selftests/macho/%.S $(MACHO_HEADERS) | $(RUNTIME)
	$(MACHO_CC) $(MACHO_CFLAGS) -c -o $@.$$$$ $< && mv $@.$$$$ $@

$(RUNTIME)/%.o: $(TOP)/selftests/macho/%.c $(MACHO_HEADERS) | $(RUNTIME)
	$(MACHO_CC) $(MACHO_CFLAGS) -c -o $@.$$$$ $< && mv $@.$$$$ $@

runtime := $(patsubst $(TOP)/selftests/macho/%,$(RUNTIME)/%.o,\
	$(basename $(wildcard $(TOP)/selftests/macho/*.S $(TOP)/selftests/macho/*.c)))

# lld says "not yet implemented" with exit status 0: what it prints is an error.
define macho_program
$(MACHO_CC) $(MACHO_CFLAGS) $(CFLAGS_$*) -c -o $@.o $<
$(MACHO_LD) $(MACHO_LDFLAGS) $(2) -o $@.linked $(runtime) $@.o 2> $@.said; \
	status=$$?; cat $@.said >&2; test $$status = 0 && ! test -s $@.said
$(POSTLINK) $(1) $@.linked $@
@rm -f $@.linked $@.said $@.o
endef

$(addprefix $(OUT)/,$(macho)): $(OUT)/%: %.c $(runtime) $(MACHO_HEADERS) $(POSTLINK) $(TOP)/selftests/lib.mk | $(OUT)
	$(call macho_program,static,-no_pie)

$(addprefix $(OUT)/,$(macho_pie)): $(OUT)/%: %.c $(runtime) $(MACHO_HEADERS) $(POSTLINK) $(TOP)/selftests/lib.mk | $(OUT)
	$(call macho_program,static-pie,)

nt_c := $(filter $(patsubst %.c,%.exe,$(wildcard *.c)),$(nt))
nt_cpp := $(filter $(patsubst %.cpp,%.exe,$(wildcard *.cpp)),$(nt))

$(addprefix $(OUT)/,$(nt_c)): $(OUT)/%.exe: %.c $(NT_HEADERS) $(TOP)/selftests/lib.mk | $(OUT)
	$(NT_CC) -std=gnu11 $(NT_CFLAGS) $(CFLAGS_$*) $(NT_LDFLAGS) -o $@ $< $(LDLIBS_$*)

$(addprefix $(OUT)/,$(nt_cpp)): $(OUT)/%.exe: %.cpp $(NT_HEADERS) $(TOP)/selftests/lib.mk | $(OUT)
	$(NT_CXX) -std=gnu++17 $(NT_CFLAGS) $(CFLAGS_$*) $(NT_LDFLAGS) -o $@ $< $(LDLIBS_$*)

$(addprefix $(OUT)/,$(files)): $(OUT)/%: % | $(OUT)
	install -m 755 $< $@
