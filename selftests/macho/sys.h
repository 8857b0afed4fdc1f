/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Raw Darwin system calls for Mach-O test programs. There is no errno: every
 * call gives all that the kernel answered, so threads need no care.
 */
#ifndef _MACHO_SYS_H
#define _MACHO_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "darwin_numbers.h"

/**
 * struct sysret - what a call returned
 * @rax: result, or the errno when @cf
 * @rdx: second result
 * @cf: carry flag: the call failed
 */
struct sysret {
	uint64_t rax;
	uint64_t rdx;
	bool cf;
};

static inline struct sysret raw_call(uint64_t nr, uint64_t a0, uint64_t a1, uint64_t a2,
				     uint64_t a3, uint64_t a4, uint64_t a5)
{
	register uint64_t r10 __asm__("r10") = a3;
	register uint64_t r8 __asm__("r8") = a4;
	register uint64_t r9 __asm__("r9") = a5;
	struct sysret ret = { .rax = nr, .rdx = a2 };
	uint8_t cf;

	__asm__ volatile("syscall\n\tsetc %[cf]"
			 : "+a"(ret.rax), "+d"(ret.rdx), [cf] "=&q"(cf), "+r"(r10), "+r"(r8),
			   "+r"(r9)
			 : "D"(a0), "S"(a1)
			 : "rcx", "r11", "cc", "memory");
	ret.cf = cf;
	return ret;
}

#define CALL_U_(a)			((uint64_t)(a))
#define CALL_0_(nr)			raw_call(nr, 0, 0, 0, 0, 0, 0)
#define CALL_1_(nr, a)			raw_call(nr, CALL_U_(a), 0, 0, 0, 0, 0)
#define CALL_2_(nr, a, b)		raw_call(nr, CALL_U_(a), CALL_U_(b), 0, 0, 0, 0)
#define CALL_3_(nr, a, b, c)		\
	raw_call(nr, CALL_U_(a), CALL_U_(b), CALL_U_(c), 0, 0, 0)
#define CALL_4_(nr, a, b, c, d)		\
	raw_call(nr, CALL_U_(a), CALL_U_(b), CALL_U_(c), CALL_U_(d), 0, 0)
#define CALL_5_(nr, a, b, c, d, e)	\
	raw_call(nr, CALL_U_(a), CALL_U_(b), CALL_U_(c), CALL_U_(d), CALL_U_(e), 0)
#define CALL_6_(nr, a, b, c, d, e, f)	\
	raw_call(nr, CALL_U_(a), CALL_U_(b), CALL_U_(c), CALL_U_(d), CALL_U_(e), CALL_U_(f))
#define CALL_N_(_nr, _1, _2, _3, _4, _5, _6, macro, ...)	macro
#define CALL_(...)	\
	CALL_N_(__VA_ARGS__, CALL_6_, CALL_5_, CALL_4_, CALL_3_, CALL_2_, CALL_1_, \
		CALL_0_)(__VA_ARGS__)

#define BSD_NR(nr)	((uint64_t)DARWIN_CLASS_BSD << 24 | (nr))
#define MACH_NR(nr)	((uint64_t)DARWIN_CLASS_MACH << 24 | (nr))
#define MDEP_NR(nr)	((uint64_t)DARWIN_CLASS_MDEP << 24 | (nr))
#define DIAG_NR(nr)	((uint64_t)DARWIN_CLASS_DIAG << 24 | (nr))

/* bsd(SYS_read, fd, buf, len): everything the kernel answered */
#define bsd(nr, ...)	CALL_(BSD_NR(nr), ##__VA_ARGS__)
/* sys(SYS_read, fd, buf, len): the result, or minus the Darwin errno */
#define sys(nr, ...)	sysret_long(bsd(nr, ##__VA_ARGS__))
/* mach(MACH_task_self): the kern_return_t or port name */
#define mach(nr, ...)	((uint32_t)CALL_(MACH_NR(nr), ##__VA_ARGS__).rax)
#define mdep(nr, ...)	CALL_(MDEP_NR(nr), ##__VA_ARGS__)

static inline long sysret_long(struct sysret ret)
{
	return ret.cf ? -(long)ret.rax : (long)ret.rax;
}

/**
 * struct call_regs - every register, for call_full()
 * @rsp_before: set by call_full(): rsp at the call
 * @stack: arguments seven and up
 * @redzone_lost: set by call_full(): words below rsp that have changed
 */
struct call_regs {
	uint64_t rax, rbx, rcx, rdx, rdi, rsi, rbp, rsp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rflags;
	uint64_t rsp_before;
	uint64_t stack[8];
	uint64_t redzone_lost;
};

void call_full(struct call_regs *regs);
extern char call_full_return[];		/* the instruction behind its syscall */
extern struct call_regs start_regs;	/* registers at program entry */

#define X86_CF		0x1UL
#define X86_FLAGS	0x202UL		/* what user code usually runs with */

/* A BSD call with eight arguments. */
static inline struct sysret bsd8(uint64_t nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
				 uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7)
{
	struct call_regs r = {
		.rax = BSD_NR(nr), .rdi = a0, .rsi = a1, .rdx = a2, .r10 = a3, .r8 = a4, .r9 = a5,
		.stack = { a6, a7 }, .rflags = X86_FLAGS,
	};

	call_full(&r);
	return (struct sysret){ .rax = r.rax, .rdx = r.rdx, .cf = r.rflags & X86_CF };
}

/* A Mach trap with eight arguments. */
static inline uint32_t mach8(uint64_t nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
			     uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7)
{
	struct call_regs r = {
		.rax = MACH_NR(nr), .rdi = a0, .rsi = a1, .rdx = a2, .r10 = a3, .r8 = a4, .r9 = a5,
		.stack = { a6, a7 }, .rflags = X86_FLAGS,
	};

	call_full(&r);
	return r.rax;
}

/* fork(2): 0 in the child, where the kernel answers a pid and rdx 1 */
static inline long sys_fork(void)
{
	struct sysret ret = bsd(SYS_fork);

	if (ret.cf)
		return -(long)ret.rax;
	return ret.rdx ? 0 : (long)ret.rax;
}

static inline __attribute__((__noreturn__)) void sys_exit(int status)
{
	for (;;)
		bsd(SYS_exit, status);
}

/* What the wait status says; numbers of Darwin. */
#define WIFEXITED(s)	(((s) & 0x7f) == 0)
#define WEXITSTATUS(s)	(((s) >> 8) & 0xff)
#define WIFSIGNALED(s)	(((s) & 0x7f) != 0x7f && ((s) & 0x7f) != 0)
#define WTERMSIG(s)	((s) & 0x7f)
#define WIFSTOPPED(s)	(((s) & 0x7f) == 0x7f && ((s) >> 8) != 0x13)
#define WSTOPSIG(s)	(((s) >> 8) & 0xff)

#endif /* _MACHO_SYS_H */
