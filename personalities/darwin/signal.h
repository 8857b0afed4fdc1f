/* SPDX-License-Identifier: GPL-2.0-only */
/* Darwin signals: numbers, flags and the layouts of a signal frame. */
#ifndef _DARWIN_SIGNAL_H
#define _DARWIN_SIGNAL_H

#include <linux/build_bug.h>
#include <linux/signal.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "darwin_signal.h"
#include "flags_sa.h"

/*
 * SIGEMT and SIGINFO have no native number. Between foreign processes they
 * travel as the two last real-time signals, which no native library claims.
 * SIGINFO is ignored by default on Darwin: its carrier is set to SIG_IGN when
 * an image is started, and is not sent to processes that left it at SIG_DFL
 * (those are native ones, which it would kill).
 */
#define DARWIN_NATIVE_SIGEMT	63
#define DARWIN_NATIVE_SIGINFO	64

static_assert(DARWIN_NATIVE_SIGINFO == _NSIG);

/* What xnu keeps of sa_flags; it drops all other bits. */
#define DARWIN_SA_USERSPACE_MASK 0x7f

/* how of sigprocmask() */
#define DARWIN_SIG_BLOCK	1
#define DARWIN_SIG_UNBLOCK	2
#define DARWIN_SIG_SETMASK	3

/* ss_flags */
#define DARWIN_SS_ONSTACK	0x0001
#define DARWIN_SS_DISABLE	0x0004
#define DARWIN_MINSIGSTKSZ	32768

/* si_code */
#define DARWIN_SI_USER		0x10001
#define DARWIN_SI_QUEUE		0x10002
#define DARWIN_SI_TIMER		0x10003
#define DARWIN_SI_ASYNCIO	0x10004
#define DARWIN_SI_MESGQ		0x10005
#define DARWIN_ILL_ILLOPC	1
#define DARWIN_TRAP_BRKPT	1
#define DARWIN_TRAP_TRACE	2
#define DARWIN_BUS_ADRERR	2
#define DARWIN_SEGV_NOOP	0

/* second argument of the trampoline and of sigreturn() */
#define DARWIN_UC_TRAD		1
#define DARWIN_UC_FLAVOR	30
#define DARWIN_UC_SET_ALT_STACK		0x40000000
#define DARWIN_UC_RESET_ALT_STACK	0x80000000

/* What sigaction() reads: struct __sigaction of the system library. */
struct darwin_ksigaction {
	u64 handler;
	u64 tramp;
	u32 mask;
	u32 flags;
};

static_assert(sizeof(struct darwin_ksigaction) == 24);

/* What sigaction() writes: struct sigaction. */
struct darwin_usigaction {
	u64 handler;
	u32 mask;
	u32 flags;
};

static_assert(sizeof(struct darwin_usigaction) == 16);

struct darwin_siginfo {
	s32 signo;
	s32 error;
	s32 code;
	s32 pid;
	u32 uid;
	s32 status;
	u64 addr;
	u64 value;
	s64 band;
	u64 pad[7];
};

static_assert(sizeof(struct darwin_siginfo) == 104);
static_assert(offsetof(struct darwin_siginfo, addr) == 24);
static_assert(offsetof(struct darwin_siginfo, band) == 40);

struct darwin_stack {
	u64 sp;
	u64 size;
	s32 flags;
	u32 pad;
};

static_assert(sizeof(struct darwin_stack) == 24);

struct darwin_ucontext {
	s32 onstack;
	u32 sigmask;
	struct darwin_stack stack;
	u64 link;
	u64 mcsize;
	u64 mcontext;
};

static_assert(sizeof(struct darwin_ucontext) == 56);
static_assert(offsetof(struct darwin_ucontext, link) == 32);
static_assert(offsetof(struct darwin_ucontext, mcontext) == 48);

/* Exception state: first part of a machine context. */
struct darwin_es64 {
	u16 trapno;
	u16 cpu;
	u32 err;
	u64 faultvaddr;
};

static_assert(sizeof(struct darwin_es64) == 16);

/* Thread state: second part of a machine context. */
struct darwin_ss64 {
	u64 rax, rbx, rcx, rdx, rdi, rsi, rbp, rsp;
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
	u64 rip, rflags, cs, fs, gs;
};

static_assert(sizeof(struct darwin_ss64) == 168);
static_assert(offsetof(struct darwin_ss64, rip) == 128);

struct darwin_mcontext_head {
	struct darwin_es64 es;
	struct darwin_ss64 ss;
};

static_assert(sizeof(struct darwin_mcontext_head) == 184);

/*
 * Third part: the floating-point state, an fxsave image behind eight reserved
 * bytes, followed by the upper halves of the vector registers. Offsets from
 * the start of the machine context, and its three sizes.
 */
#define DARWIN_MC_FX		192
#define DARWIN_MC_YMMH		772
#define DARWIN_MC_OPMASK	1028
#define DARWIN_MC_ZMMH		1092
#define DARWIN_MC_ZMM16		1604
#define DARWIN_MC_SIZE_FP	712
#define DARWIN_MC_SIZE_AVX	1032
#define DARWIN_MC_SIZE_AVX512	2632

#define DARWIN_USER64_CS	0x2b

struct persona_signal;

/* siginfo.c */
int darwin_sig_to_native(int dsig);
int darwin_sig_to_foreign(int sig);
void darwin_fill_siginfo(struct darwin_siginfo *d, const kernel_siginfo_t *info, int dsig);
int darwin_sicode(int sig, int code);

/* sigframe.c */
void darwin_fill_mcontext(struct darwin_mcontext_head *mc, const struct sigcontext_64 *sc,
			  bool fault);
void darwin_apply_mcontext(struct sigcontext_64 *sc, const struct darwin_ss64 *ss);

#endif /* _DARWIN_SIGNAL_H */
