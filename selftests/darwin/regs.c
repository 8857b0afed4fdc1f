// SPDX-License-Identifier: GPL-2.0-only
/*
 * The convention of a call: result, second result and carry flag; everything
 * else is as it was, down to the red zone and the vector registers.
 */
#include "../macho/ktap.h"

#define SEED	0x1122334455667700UL
#define NTESTS	10

static const struct {
	const char *name;
	uint64_t nr;
	uint64_t rdi;
	bool fails;
	uint64_t rax;		/* 0: whatever */
} calls[] = {
	{ "getpid", BSD_NR(SYS_getpid), 0, false, 0 },
	{ "close(-1)", BSD_NR(SYS_close), -1UL, true, EBADF },
	{ "number 8, a hole", BSD_NR(8), 0, true, ENOSYS },
	{ "number 0xffffff", BSD_NR(0xffffff), 0, true, ENOSYS },
	{ "getppid", BSD_NR(SYS_getppid), 0, false, 0 },
};

/* Every register gets a value of its own. */
static void fill(struct call_regs *r, uint64_t nr, uint64_t rdi, uint64_t rflags)
{
	memset(r, 0, sizeof(*r));
	r->rax = nr;
	r->rdi = rdi;
	r->rbx = SEED + 1;
	r->rcx = SEED + 2;
	r->rdx = SEED + 3;
	r->rsi = SEED + 4;
	r->rbp = SEED + 5;
	r->r8 = SEED + 8;
	r->r9 = SEED + 9;
	r->r10 = SEED + 10;
	r->r11 = SEED + 11;
	r->r12 = SEED + 12;
	r->r13 = SEED + 13;
	r->r14 = SEED + 14;
	r->r15 = SEED + 15;
	r->rflags = rflags;
}

static void check(size_t n, uint64_t rflags)
{
	const char *name = calls[n].name;
	struct call_regs in, out;

	fill(&in, calls[n].nr, calls[n].rdi, rflags);
	out = in;
	call_full(&out);
	is_int(out.rflags & X86_CF, calls[n].fails, "%s, flags 0x%llx: carry flag", name, rflags);
	is_hex(out.rflags & ~X86_CF, rflags & ~X86_CF, "%s: the other flags are kept", name);
	if (calls[n].rax)
		is_hex(out.rax, calls[n].rax, "%s: rax is the errno", name);
	else
		ok((long)out.rax > 0 && out.rax < 1UL << 31, "%s: rax is the result", name);
	if (calls[n].fails)
		ok(out.rdx == in.rdx || !out.rdx, "%s: rdx is kept or 0 after an error", name);
	else
		is_hex(out.rdx, 0, "%s: no second result, so rdx is 0", name);
	ok(out.rbx == in.rbx && out.rbp == in.rbp && out.r12 == in.r12 && out.r13 == in.r13 &&
	   out.r14 == in.r14 && out.r15 == in.r15, "%s: callee-saved registers", name);
	ok(out.rdi == in.rdi && out.rsi == in.rsi && out.r8 == in.r8 && out.r9 == in.r9 &&
	   out.r10 == in.r10, "%s: argument registers", name);
	is_hex(out.rcx, (uint64_t)call_full_return, "%s: rcx is the return address", name);
	ok(out.r11 == rflags || out.r11 == out.rflags, "%s: r11 holds the flags (0x%llx)", name,
	   out.r11);
	is_hex(out.rsp, out.rsp_before, "%s: rsp", name);
	is_int((long)out.redzone_lost, 0, "%s: the red zone", name);
}

static void check_second_result(void)
{
	struct sysret p = bsd(SYS_pipe);
	struct sysret f;
	char c = 0;

	ok(!p.cf && p.rdx != p.rax && p.rdx > 2 && p.rdx < 1000, "pipe: rdx is the second fd");
	sys(SYS_write, p.rdx, "x", 1);
	ok(sys(SYS_read, p.rax, &c, 1) == 1 && c == 'x', "pipe: rax reads what rdx wrote");
	sys(SYS_close, p.rax);
	sys(SYS_close, p.rdx);

	f = bsd(SYS_fork);
	if (!f.cf && f.rdx) {
		/* a pid in rax, 1 in rdx: the child */
		sys_exit(f.rdx == 1 && f.rax > 0 ? 7 : 8);
	}
	ok(!f.cf && f.rdx == 0, "fork: rdx is 0 in the parent");
	is_int(child_status((long)f.rax), 7, "fork: rdx is 1 and rax a pid in the child");
}

static void check_wide_result(void)
{
	struct sysret m = bsd(SYS_mmap, NULL, 4096, 3, 0x1002, -1, 0);

	ok(!m.cf && m.rax > 0xffffffffUL, "mmap: all 64 bits of rax");
	is_hex(m.rdx, 0, "mmap: rdx is 0");
	if (!m.cf)
		sys(SYS_munmap, m.rax, 4096);
}

static void check_vectors(void)
{
	static uint8_t in[16 * 16], out[16 * 16];
	uint64_t ret = BSD_NR(SYS_getppid);
	size_t i;

	for (i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7 + 1);
	__asm__ volatile("\n"
#define LD(n) "movups " #n "*16(%[in]), %%xmm" #n "\n\t"
#define ST(n) "movups %%xmm" #n ", " #n "*16(%[out])\n\t"
		LD(0) LD(1) LD(2) LD(3) LD(4) LD(5) LD(6) LD(7)
		LD(8) LD(9) LD(10) LD(11) LD(12) LD(13) LD(14) LD(15)
		"syscall\n\t"
		ST(0) ST(1) ST(2) ST(3) ST(4) ST(5) ST(6) ST(7)
		ST(8) ST(9) ST(10) ST(11) ST(12) ST(13) ST(14) ST(15)
		: "+a"(ret)
		: [in] "r"(in), [out] "r"(out)
		: "rcx", "rdx", "r11", "cc", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
		  "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
		  "xmm14", "xmm15");
	ok(!memcmp(in, out, sizeof(in)), "the 16 xmm registers are kept");
}

/* Upper halves of 32-bit arguments mean nothing. */
static void check_narrow_arguments(void)
{
	struct sysret p = bsd(SYS_pipe);
	char c = 0;

	is_int(sys(SYS_write, p.rdx | 0xabcd000000000000UL, "y", 1), 1,
	       "an int argument with rubbish above: write");
	is_int(sys(SYS_read, p.rax | 0x100000000UL, &c, 1), 1,
	       "an int argument with rubbish above: read");
	is_int(sys(SYS_close, p.rax | 0x7fffffff00000000UL), 0,
	       "an int argument with rubbish above: close");
	sys(SYS_close, p.rdx);
	is_int(sys(SYS_getpid | 0xffff000000000000UL), sys(SYS_getpid),
	       "the number is taken from eax, not rax");
}

int main(int argc, char **argv, char **envp, char **apple)
{
	/* carry clear; carry set; carry and all other arithmetic flags; DF */
	static const uint64_t flags[] = { 0x202, 0x203, 0xad7, 0x606 };
	size_t i, j;

	plan(ARRAY_SIZE(flags) * ARRAY_SIZE(calls) * NTESTS + 4 + 2 + 1 + 4);
	for (j = 0; j < ARRAY_SIZE(flags); j++)
		for (i = 0; i < ARRAY_SIZE(calls); i++)
			check(i, flags[j]);
	check_second_result();
	check_wide_result();
	check_vectors();
	check_narrow_arguments();
	return done();
}
