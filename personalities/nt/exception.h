/* SPDX-License-Identifier: GPL-2.0-only */
/* Machine contexts and exception records, and how the program gets them. */
#ifndef _NT_EXCEPTION_H
#define _NT_EXCEPTION_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "nt.h"

#define NT_CONTEXT_AMD64		0x00100000u
#define NT_CONTEXT_CONTROL		(NT_CONTEXT_AMD64 | 0x01)
#define NT_CONTEXT_INTEGER		(NT_CONTEXT_AMD64 | 0x02)
#define NT_CONTEXT_SEGMENTS		(NT_CONTEXT_AMD64 | 0x04)
#define NT_CONTEXT_FLOATING_POINT	(NT_CONTEXT_AMD64 | 0x08)
#define NT_CONTEXT_DEBUG_REGISTERS	(NT_CONTEXT_AMD64 | 0x10)
#define NT_CONTEXT_XSTATE		(NT_CONTEXT_AMD64 | 0x40)
#define NT_CONTEXT_FULL			(NT_CONTEXT_AMD64 | 0x0b)

struct nt_context {
	u64 home[6];
	u32 flags;
	u32 mxcsr;
	u16 cs, ds, es, fs, gs, ss;
	u32 eflags;
	u64 dr0, dr1, dr2, dr3, dr6, dr7;
	u64 rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
	u64 rip;
	u8 fxsave[512];
	u8 vector[26][16];
	u64 vector_control;
	u64 debug_control;
	u64 last_branch_to, last_branch_from;
	u64 last_exception_to, last_exception_from;
} __aligned(16);
static_assert(sizeof(struct nt_context) == 0x4d0);

/* CONTEXT_CHUNK: where a part is, from the CONTEXT_EX on. */
struct nt_context_chunk {
	s32 offset;
	u32 length;
};

/* CONTEXT_EX: right behind a CONTEXT */
struct nt_context_ex {
	struct nt_context_chunk all;
	struct nt_context_chunk legacy;
	struct nt_context_chunk xstate;
	u64 pad;
};

static_assert(sizeof(struct nt_context_ex) == 0x20);

#define NT_XSTATE_AVX		BIT_ULL(2)	/* in masks */
#define NT_XSTATE_HEADER_SIZE	0x40
/* In the whole of what XSAVE writes. */
#define NT_XSTATE_AVX_OFFSET	576
#define NT_XSTATE_AVX_SIZE	256

/* XSTATE: what XSAVE writes, from its header on */
struct nt_xstate {
	u64 mask;		/* what is not zero */
	u64 compaction;
	u64 reserved[6];
	u8 ymmh[16][16];
};

static_assert(offsetof(struct nt_xstate, ymmh) == NT_XSTATE_HEADER_SIZE);
static_assert(sizeof(struct nt_xstate) == 0x140);

/**
 * struct nt_xcontext - a CONTEXT and what is behind it
 * @ctx: CONTEXT
 * @xstate: if its flags have NT_CONTEXT_XSTATE
 * @area: where the user has that, 0 without
 * @avx: the upper halves of the AVX registers are to be set, or told
 */
struct nt_xcontext {
	struct nt_context ctx;
	struct nt_xstate xstate;
	u64 area;
	bool avx;
};

struct nt_exception_record {
	u32 code;
	u32 flags;
	u64 next;
	u64 address;
	u32 nparams;
	u32 pad;
	u64 params[15];
};

static_assert(sizeof(struct nt_exception_record) == 0x98);

/* context.c */
void nt_context_from_regs(struct nt_context *ctx, const struct pt_regs *regs, u32 flags);
long nt_context_to_regs(const struct nt_context *ctx, struct pt_regs *regs);
long nt_context_check(const struct nt_context *ctx);
void nt_context_set_regs(const struct nt_context *ctx, struct pt_regs *regs);
void nt_fpu_load(void);
void nt_fpu_get(void *area);
void nt_fpu_set(const void *area);
void nt_fpu_clear_exceptions(void);

/* xstate.c */
void nt_xstate_init(void);
bool nt_xstate_avx(void);
void nt_xstate_get(struct nt_xstate *xs);
void nt_xstate_set(const struct nt_xstate *xs);
void nt_context_ex_fill(struct nt_context_ex *ex, u32 xstate);
long nt_context_ex_check(const struct nt_context_ex *ex);
bool nt_xstate_has_room(const struct nt_context_ex *ex, u64 compaction);
long nt_xcontext_read(struct nt_xcontext *x, u64 user);
long nt_xcontext_write(const struct nt_xcontext *x, u64 user);
void nt_xcontext_from_regs(struct nt_xcontext *x, const struct pt_regs *regs);
long nt_xcontext_to_regs(const struct nt_xcontext *x, struct pt_regs *regs);

/* exception.c: enters KiUserExceptionDispatcher, or ends the process */
bool nt_exception_raise(struct persona_thread *thread, struct pt_regs *regs,
			const struct nt_exception_record *rec, struct nt_context *ctx);
void nt_exception_pending(struct persona_thread *thread, struct pt_regs *regs);
void nt_exception_kill(struct persona_thread *thread, struct pt_regs *regs, u32 code);

#endif /* _NT_EXCEPTION_H */
