// SPDX-License-Identifier: GPL-2.0-only
/* Number 0: the real number is the first argument, the others move up. */
#include "../macho/darwin_consts.h"
#include "../macho/ktap.h"

int main(int argc, char **argv, char **envp, char **apple)
{
	struct call_regs r;
	struct sysret p;
	char buf[8] = "";
	long pid;

	plan(11);
	is_int(sys(0, SYS_getpid), sys(SYS_getpid), "getpid");
	is_err(bsd(0, SYS_close, -1), EBADF, "an error keeps its carry flag");
	p = bsd(0, SYS_pipe);
	ok(!p.cf && p.rdx > p.rax, "pipe: both results");
	is_int(sys(0, SYS_write, p.rdx, "hello", 5), 5, "write: three arguments");
	is_int(sys(0, SYS_read, p.rax, buf, sizeof(buf)), 5, "read");
	is_str(buf, "hello", "read: the bytes");
	is_err(bsd(0, 8), ENOSYS, "a hole");
	is_err(bsd(0, 0xffffff), ENOSYS, "behind the table");
	is_err(bsd(0, 0, SYS_getpid), ENOSYS, "indirect twice");

	/* five arguments fit in registers behind the number, the sixth is on the stack */
	memset(&r, 0, sizeof(r));
	r.rax = BSD_NR(0);
	r.rdi = SYS_mmap;
	r.rsi = 0;
	r.rdx = 8192;
	r.r10 = PROT_READ | PROT_WRITE;
	r.r8 = MAP_PRIVATE;
	r.r9 = sys(SYS_open, apple_get("executable_path"), O_RDONLY, 0);
	r.stack[0] = 4096;
	r.rflags = X86_FLAGS;
	call_full(&r);
	if (!ok(!(r.rflags & X86_CF), "mmap with six arguments"))
		msg("errno %llu", r.rax);

	pid = sys_fork();
	if (!pid) {
		bsd(0, SYS_exit, 9);
		sys_exit(1);
	}
	is_int(child_status(pid), 9, "exit");
	return done();
}
