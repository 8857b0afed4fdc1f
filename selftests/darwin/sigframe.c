// SPDX-License-Identifier: GPL-2.0-only
/* The frame a handler gets, what it may change, and frames of the program's own. */
#include "../macho/darwin_consts.h"
#include "../macho/darwin_structs.h"
#include "../macho/ktap.h"
#include "../macho/signal.h"

static long self_pid(void)
{
	return sys(SYS_getpid);
}

static struct ucontext64 uc_copy;
static struct mcontext64 mc_copy;
static siginfo_t info_copy;
static volatile int count;
static volatile uint64_t frame_rsp;
static uint64_t skip_to;

static void record(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	count++;
	uc_copy = *uc;
	mc_copy = *uc->uc_mcontext;
	info_copy = *info;
	frame_rsp = (uint64_t)__builtin_frame_address(0);
}

static void clobber(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	uint32_t mxcsr = 0x1f80 | 0x6000;
	uint16_t fcw = 0x0c7f;

	record(sig, info, uc);
	__asm__ volatile("pxor %%xmm0, %%xmm0; pxor %%xmm7, %%xmm7; pxor %%xmm15, %%xmm15\n\t"
			 "fldpi; ldmxcsr %0; fldcw %1" : : "m"(mxcsr), "m"(fcw)
			 : "xmm0", "xmm7", "xmm15");
}

/* Raises @sig with known registers; tells whether they all came back. */
static int raise_with_registers(int sig)
{
	struct call_regs r = {
		.rax = BSD_NR(SYS_kill), .rbx = 0xb1, .rcx = 0xc1, .rdx = 1,
		.rdi = (uint64_t)self_pid(), .rsi = (uint64_t)sig, .rbp = 0xb2, .r8 = 8,
		.r9 = 9, .r10 = 10, .r12 = 12, .r13 = 13, .r14 = 14, .r15 = 15,
		.rflags = X86_FLAGS,
	};

	call_full(&r);
	return r.rax == 0 && r.rbx == 0xb1 && r.rbp == 0xb2 && r.r12 == 12 && r.r13 == 13 &&
	       r.r14 == 14 && r.r15 == 15 && r.r8 == 8 && r.r9 == 9 && r.rsp == r.rsp_before &&
	       !(r.rflags & X86_CF) && !r.redzone_lost;
}

static void layout(void)
{
	uint32_t mask = signal_bit(SIGHUP);

	sys(SYS_sigprocmask, SIG_SETMASK, &mask, NULL);
	signal_set(SIGUSR1, record, SA_SIGINFO, 0);
	ok(raise_with_registers(SIGUSR1), "all registers survive a handler");
	is_int(count, 1, "which has run");
	is_hex(uc_copy.uc_sigmask, signal_bit(SIGHUP), "uc_sigmask: the mask to go back to");
	is_int(uc_copy.uc_onstack, 0, "uc_onstack");
	ok(uc_copy.uc_mcsize == 712 || uc_copy.uc_mcsize == 1032 || uc_copy.uc_mcsize == 2632,
	   "uc_mcsize %d", (int)uc_copy.uc_mcsize);
	is_hex((uint64_t)uc_copy.uc_mcontext & 15, 0, "the machine context is aligned");
	is_hex(frame_rsp & 15, 0, "and so is the stack");
	is_hex(mc_copy.__ss.__rip, (uint64_t)call_full_return, "rip: behind the call");
	is_hex(mc_copy.__ss.__rbx, 0xb1, "rbx");
	is_hex(mc_copy.__ss.__r15, 15, "r15");
	is_hex(mc_copy.__ss.__rax, 0, "rax: the call's result");
	is_hex(mc_copy.__ss.__cs, 0x2b, "cs as on Darwin");
	is_hex(mc_copy.__es.__trapno, 0, "no exception");
	is_int(info_copy.si_signo, SIGUSR1, "si_signo");
	is_int(info_copy.si_code, SI_USER, "si_code");
	is_int(info_copy.si_pid, self_pid(), "si_pid");
	mask = 0;
	sys(SYS_sigprocmask, SIG_SETMASK, &mask, NULL);
}

static void fp_state(void)
{
	static const uint64_t in[2] = { 0x1122334455667788, 0x99aabbccddeeff00 };
	uint64_t out0[2], out7[2], out15[2];
	uint32_t mxcsr = 0;
	uint16_t fcw = 0;
	double x = 2.5, y = 0;
	long self = self_pid();
	long ret = BSD_NR(SYS_kill);

	signal_set(SIGUSR1, clobber, SA_SIGINFO, 0);
	__asm__ volatile("movdqu %[in], %%xmm0; movdqu %[in], %%xmm7; movdqu %[in], %%xmm15\n\t"
			 "fldl %[x]; syscall\n\t"
			 "fstpl %[y]; movdqu %%xmm0, %[o0]; movdqu %%xmm7, %[o7]\n\t"
			 "movdqu %%xmm15, %[o15]; stmxcsr %[mxcsr]; fnstcw %[fcw]"
			 : "+a"(ret), [y] "=m"(y), [o0] "=m"(out0), [o7] "=m"(out7),
			   [o15] "=m"(out15), [mxcsr] "=m"(mxcsr), [fcw] "=m"(fcw)
			 : [in] "m"(in), [x] "m"(x), "D"(self), "S"((long)SIGUSR1), "d"(1L)
			 : "rcx", "r11", "memory", "cc", "xmm0", "xmm7", "xmm15");
	ok(!memcmp(in, out0, 16) && !memcmp(in, out7, 16) && !memcmp(in, out15, 16),
	   "xmm registers survive");
	ok(y == 2.5, "the x87 stack survives");
	is_hex(mxcsr, 0x1f80, "mxcsr survives");
	is_hex(fcw, 0x37f, "the x87 control word survives");
	ok(!memcmp(mc_copy.__fs.__fpu_xmm[0], in, 16) &&
	   !memcmp(mc_copy.__fs.__fpu_xmm[15], in, 16),
	   "the frame has the xmm registers");
	is_hex(mc_copy.__fs.__fpu_mxcsr, 0x1f80, "mxcsr");
	is_hex(mc_copy.__fs.__fpu_fcw, 0x37f, "and the control word");
}

static void change(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	uint64_t v[2] = { 0x0102030405060708, 0x1112131415161718 };

	record(sig, info, uc);
	uc->uc_mcontext->__ss.__rbx = 0x4242;
	uc->uc_mcontext->__ss.__rax = 0x77;
	uc->uc_mcontext->__ss.__rflags |= X86_CF;
	memcpy(uc->uc_mcontext->__fs.__fpu_xmm[3], v, 16);
	uc->uc_mcontext->__fs.__fpu_mxcsr = 0xffffffff;
	uc->uc_sigmask = signal_bit(SIGTERM) | signal_bit(SIGKILL);
}

static void changes(void)
{
	uint64_t xmm3[2] = { 0 }, want[2] = { 0x0102030405060708, 0x1112131415161718 };
	uint32_t mask = 0, mxcsr = 0;
	uint8_t cf = 0;
	long ret = BSD_NR(SYS_kill), rbx = 0;
	long self = self_pid();
	uint32_t normal = 0x1f80;

	signal_set(SIGUSR1, change, SA_SIGINFO, 0);
	__asm__ volatile("pxor %%xmm3, %%xmm3; xorl %%ebx, %%ebx; syscall\n\t"
			 "setc %[cf]; movdqu %%xmm3, %[o]; movq %%rbx, %[rbx]; stmxcsr %[m]\n\t"
			 "ldmxcsr %[n]"
			 : "+a"(ret), [cf] "=m"(cf), [o] "=m"(xmm3), [rbx] "=m"(rbx),
			   [m] "=m"(mxcsr)
			 : "D"(self), "S"((long)SIGUSR1), "d"(1L), [n] "m"(normal)
			 : "rcx", "r11", "memory", "cc", "xmm3", "rbx");
	is_hex(rbx, 0x4242, "a handler can change rbx");
	is_hex(ret, 0x77, "rax");
	is_int(cf, 1, "the carry flag");
	ok(!memcmp(xmm3, want, 16), "xmm3");
	ok(!(mxcsr & 0xffff0000), "bits of mxcsr that do not exist are dropped");
	sys(SYS_sigprocmask, SIG_BLOCK, NULL, &mask);
	is_hex(mask, signal_bit(SIGTERM), "and the mask, but for SIGKILL");
	mask = 0;
	sys(SYS_sigprocmask, SIG_SETMASK, &mask, NULL);
}

/* Faults: the handler goes on behind the instruction. */
static void on_fault(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	record(sig, info, uc);
	uc->uc_mcontext->__ss.__rip = skip_to;
}

#define FAULT(insn, ...)						\
	do {								\
		count = 0;						\
		__asm__ volatile("leaq 1f(%%rip), %%rax; movq %%rax, %0\n\t" \
				 insn "\n1:"				\
				 : "=m"(skip_to) : __VA_ARGS__		\
				 : "rax", "rdx", "rcx", "memory", "cc");	\
	} while (0)

static void is_fault(int sig, int code, int trapno, const char *what)
{
	is_int(count ? info_copy.si_signo : 0, sig, "%s: signal", what);
	is_int(info_copy.si_code, code, "%s: si_code", what);
	is_int(mc_copy.__es.__trapno, trapno, "%s: trapno", what);
}

static void faults(void)
{
	static const int sigs[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP };
	char *page;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(sigs); i++)
		signal_set(sigs[i], on_fault, SA_SIGINFO, 0);

	FAULT("movb $1, (%1)", "r"(16L));
	is_fault(SIGSEGV, SEGV_MAPERR, 14, "write to nowhere");
	is_hex((uint64_t)info_copy.si_addr, 16, "si_addr");
	is_hex(mc_copy.__es.__faultvaddr, 16, "faultvaddr");
	is_hex(mc_copy.__es.__err, 6, "err: write, user");

	page = (char *)sys(SYS_mmap, 0, 4096, PROT_READ, MAP_ANON | MAP_PRIVATE, -1, 0);
	FAULT("movb $1, (%1)", "r"(page));
	is_fault(SIGBUS, BUS_ADRERR, 14, "write to a read-only page");
	is_hex((uint64_t)info_copy.si_addr, (uint64_t)page, "si_addr");
	sys(SYS_munmap, page, 4096);
	FAULT("movb (%1), %%al", "r"(page));
	is_fault(SIGSEGV, SEGV_MAPERR, 14, "read of an unmapped page");

	FAULT("movb (%1), %%al", "r"(0x8000000000000000UL));
	is_fault(SIGSEGV, 0, 13, "not canonical");
	FAULT("ud2", "r"(0));
	is_fault(SIGILL, ILL_ILLOPC, 6, "ud2");
	FAULT("xorl %%edx, %%edx; movl $1, %%eax; xorl %%ecx, %%ecx; divl %%ecx", "r"(0));
	is_fault(SIGFPE, FPE_INTDIV, 0, "division by zero");
	FAULT("int3", "r"(0));
	is_fault(SIGTRAP, TRAP_BRKPT, 3, "int3");

	fd = (int)sys(SYS_open, "/tmp/sigframe.tmp", O_CREAT | O_RDWR | O_TRUNC, 0600);
	page = (char *)sys(SYS_mmap, 0, 4096, PROT_READ, MAP_SHARED, fd, 0);
	FAULT("movb (%1), %%al", "r"(page));
	is_fault(SIGBUS, BUS_ADRERR, 14, "behind the end of a file");
	sys(SYS_unlink, "/tmp/sigframe.tmp");

	/* Blocked and ignored faults kill. */
	{
		long pid = sys_fork();

		if (!pid) {
			uint32_t mask = ~0U;

			sys(SYS_sigprocmask, SIG_SETMASK, &mask, NULL);
			*(volatile char *)"const" = 1;
			sys_exit(0);
		}
		is_hex(child_wait(pid) & 0x7f, SIGBUS, "a blocked SIGBUS kills");
		for (i = 0; i < ARRAY_SIZE(sigs); i++)
			signal_set(sigs[i], (signal_fn)0, 0, 0);
		pid = sys_fork();
		if (!pid) {
			*(volatile char *)16 = 1;
			sys_exit(0);
		}
		is_hex(child_wait(pid) & 0x7f, SIGSEGV, "SIGSEGV kills by default");
	}
}

/* Contexts that the kernel did not make, or not there. */
static volatile int arrived;
static char other_stack[16384] __attribute__((__aligned__(16)));

static void arrive(void)
{
	arrived = 1;
	sys_exit(42);
}

static void moved(int sig, siginfo_t *info, struct ucontext64 *uc)
{
	static struct mcontext64 mc;
	static struct ucontext64 copy;

	mc = *uc->uc_mcontext;
	copy = *uc;
	copy.uc_mcontext = &mc;
	copy.uc_mcsize = sizeof(mc);
	mc.__ss.__rbx = 0x99;
	sys(SYS_sigreturn, &copy, 30, 0);
	sys_exit(1);
}

static void own_frames(void)
{
	struct mcontext64 mc = { 0 };
	struct ucontext64 uc = { 0 };
	long pid, ret, rbx;

	pid = sys_fork();
	if (!pid) {
		mc.__ss.__rip = (uint64_t)arrive;
		mc.__ss.__rsp = (uint64_t)other_stack + sizeof(other_stack) - 8;
		mc.__fs.__fpu_fcw = 0x37f;
		mc.__fs.__fpu_mxcsr = 0x1f80;
		uc.uc_mcontext = &mc;
		uc.uc_mcsize = sizeof(mc);
		sys(SYS_sigreturn, &uc, 1, 0);
		sys_exit(1);
	}
	is_int(child_status(pid), 42, "sigreturn of a context made by hand");

	signal_set(SIGUSR1, moved, SA_SIGINFO, 0);
	ret = BSD_NR(SYS_kill);
	__asm__ volatile("xorl %%ebx, %%ebx; syscall; movq %%rbx, %1"
			 : "+a"(ret), "=m"(rbx) : "D"(self_pid()), "S"((long)SIGUSR1), "d"(1L)
			 : "rcx", "r11", "memory", "cc", "rbx");
	is_hex(rbx, 0x99, "sigreturn of a moved context");

	is_err(bsd(SYS_sigreturn, 0, 1, 0), EFAULT, "sigreturn of nothing");
	uc.uc_mcontext = (void *)0x10;
	is_err(bsd(SYS_sigreturn, &uc, 1, 0), EFAULT, "no machine context");
	uc.uc_mcontext = &mc;
	mc.__ss.__rip = 0x8000000000000000;
	is_err(bsd(SYS_sigreturn, &uc, 1, 0), EINVAL, "rip that is not canonical");
	is_int(sys(SYS_sigreturn, 0, 0x40000000, 0), 0, "style 0x40000000");
	is_int(sys(SYS_sigreturn, 0, 0x80000000, 0), 0, "style 0x80000000");

	/* No room for a frame. */
	pid = sys_fork();
	if (!pid) {
		signal_set(SIGUSR1, record, SA_SIGINFO, 0);
		__asm__ volatile("movq $16, %%rsp; syscall" : : "a"(BSD_NR(SYS_kill)),
				 "D"(self_pid()), "S"((long)SIGUSR1), "d"(1L) : "memory");
	}
	is_hex(child_wait(pid) & 0x7f, SIGSEGV, "no stack for the frame: killed");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	plan(0);
	layout();
	fp_state();
	changes();
	faults();
	own_frames();
	return done();
}
