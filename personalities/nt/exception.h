/* SPDX-License-Identifier: GPL-2.0-only */
/* Machine contexts and exception records, and how the program gets them. */
#ifndef _NT_EXCEPTION_H
#define _NT_EXCEPTION_H

#include <linux/build_bug.h>
#include <linux/types.h>

#include "nt.h"

#define NT_CONTEXT_AMD64		0x00100000u
#define NT_CONTEXT_CONTROL		(NT_CONTEXT_AMD64 | 0x01)
#define NT_CONTEXT_INTEGER		(NT_CONTEXT_AMD64 | 0x02)
#define NT_CONTEXT_SEGMENTS		(NT_CONTEXT_AMD64 | 0x04)
#define NT_CONTEXT_FLOATING_POINT	(NT_CONTEXT_AMD64 | 0x08)
#define NT_CONTEXT_DEBUG_REGISTERS	(NT_CONTEXT_AMD64 | 0x10)
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
void nt_fpu_get(void *area);
void nt_fpu_set(const void *area);
void nt_fpu_clear_exceptions(void);

/* exception.c: enters KiUserExceptionDispatcher, or ends the process */
bool nt_exception_raise(struct persona_thread *thread, struct pt_regs *regs,
			const struct nt_exception_record *rec, const struct nt_context *ctx);
void nt_exception_pending(struct persona_thread *thread, struct pt_regs *regs);
void nt_exception_kill(struct persona_thread *thread, struct pt_regs *regs, u32 code);

#endif /* _NT_EXCEPTION_H */
