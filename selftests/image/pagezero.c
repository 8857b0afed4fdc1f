// SPDX-License-Identifier: GPL-2.0-only
/* What a program cannot do to its own address space. */
#include "../macho/darwin_consts.h"
#include "../macho/ktap.h"

#define PAGEZERO_END	0x100000000UL
#define COMMPAGE	0x7fffffe00000UL
#define ANON		(MAP_PRIVATE | MAP_ANON)

int main(int argc, char **argv, char **envp, char **apple)
{
	uint64_t addr;

	plan(6);
	is_err(bsd(SYS_mmap, 0x10000, 4096, PROT_READ, ANON | MAP_FIXED, -1, 0), ENOMEM,
	       "mmap: nothing fixed in __PAGEZERO");
	is_err(bsd(SYS_mmap, PAGEZERO_END - 4096, 8192, PROT_READ, ANON | MAP_FIXED, -1, 0),
	       ENOMEM, "mmap: nor across its end");
	addr = sys(SYS_mmap, 0x20000, 4096, PROT_READ, ANON, -1, 0);
	ok(addr >= PAGEZERO_END && addr < COMMPAGE, "mmap: a hint into it is not taken");
	addr = sys(SYS_mmap, 0, 4096, PROT_READ, ANON, -1, 0);
	ok(addr >= PAGEZERO_END && addr < COMMPAGE, "mmap: without a hint");
	is_err(bsd(SYS_mprotect, COMMPAGE, 4096, PROT_READ | PROT_WRITE), EACCES,
	       "mprotect: the commpage cannot be made writable");
	ok(!memcmp((void *)COMMPAGE, "commpage 64-bit", 16), "its signature");
	return done();
}
