// SPDX-License-Identifier: GPL-2.0-only
/*
 * CONTEXT structures to and from the registers of the calling thread.
 *
 * What a program puts into a CONTEXT is hostile: segments stay the user's,
 * addresses canonical, and of the flags and of MXCSR only those bits are taken
 * that user mode may set.
 */
#include <linux/compiler.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/thread_info.h>
#include <asm/fpu/api.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>

#include "../../module/compat/symbols.h"
#include "exception.h"

#define FXSAVE_SIZE	512
#define FXSAVE_MXCSR	24
#define FXSAVE_MASK	28
/* Of processors that do not tell. */
#define MXCSR_MASK	0xffbfu

#define EFLAGS_USER	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF | \
			 X86_EFLAGS_SF | X86_EFLAGS_TF | X86_EFLAGS_DF | X86_EFLAGS_OF | \
			 X86_EFLAGS_RF | X86_EFLAGS_AC)

static bool has(u32 flags, u32 part)
{
	return (flags & part) == part;
}

/* The instructions want 16-byte alignment, which the kernel's stack has not. */
struct fxbuf {
	u8 bytes[FXSAVE_SIZE + 16];
};

static u8 *fxbuf_area(struct fxbuf *buf)
{
	return PTR_ALIGN(&buf->bytes[0], 16);
}

/**
 * nt_fpu_load() - have the calling thread's state in the registers
 *
 * Context: between fpregs_lock() and _unlock(), as long as which it is there.
 */
void nt_fpu_load(void)
{
	if (test_thread_flag(TIF_NEED_FPU_LOAD))
		persona_switch_fpu_return();
}

static void fxsave(u8 *area)
{
	asm volatile("fxsaveq %0" : "=m" (*(u8 (*)[FXSAVE_SIZE])area));
}

static void fxrstor(const u8 *area)
{
	asm volatile("fxrstorq %0" : : "m" (*(const u8 (*)[FXSAVE_SIZE])area));
}

/**
 * nt_fpu_get() - the calling thread's x87 and SSE state
 * @area: 512 bytes, as FXSAVE lays them out
 *
 * Context: may sleep.
 */
void nt_fpu_get(void *area)
{
	struct fxbuf buf;
	u8 *fx = fxbuf_area(&buf);

	/* Some of the area is never written. */
	memset(fx, 0, FXSAVE_SIZE);
	fpregs_lock();
	nt_fpu_load();
	fxsave(fx);
	fpregs_unlock();
	memcpy(area, fx, FXSAVE_SIZE);
}

/**
 * nt_fpu_set() - set it
 * @area: 512 bytes, hostile
 *
 * The upper halves of the AVX registers keep their values.
 *
 * Context: may sleep.
 */
void nt_fpu_set(const void *area)
{
	struct fxbuf buf;
	u8 *fx = fxbuf_area(&buf);
	u32 mask, mxcsr;

	memset(fx, 0, FXSAVE_SIZE);
	fpregs_lock();
	nt_fpu_load();
	fxsave(fx);
	memcpy(&mask, fx + FXSAVE_MASK, sizeof(mask));
	memcpy(fx, area, FXSAVE_SIZE);
	/* A reserved bit would be a fault of ours. */
	memcpy(&mxcsr, fx + FXSAVE_MXCSR, sizeof(mxcsr));
	mxcsr &= mask ?: MXCSR_MASK;
	memcpy(fx + FXSAVE_MXCSR, &mxcsr, sizeof(mxcsr));
	fxrstor(fx);
	fpregs_unlock();
}

/**
 * nt_fpu_clear_exceptions() - forget pending x87 exceptions
 *
 * So that a handler can use the x87 without another fault.
 *
 * Context: may sleep.
 */
void nt_fpu_clear_exceptions(void)
{
	fpregs_lock();
	nt_fpu_load();
	asm volatile("fnclex");
	fpregs_unlock();
}

/**
 * nt_context_from_regs() - fill a CONTEXT
 * @ctx: zeroed or from before; the parts named are written
 * @regs: user registers of the calling thread
 * @flags: NT_CONTEXT_*; the floating-point state is the calling thread's
 *
 * Context: may sleep.
 */
void nt_context_from_regs(struct nt_context *ctx, const struct pt_regs *regs, u32 flags)
{
	ctx->flags = flags;
	if (has(flags, NT_CONTEXT_CONTROL)) {
		ctx->rip = regs->ip;
		ctx->rsp = regs->sp;
		ctx->eflags = regs->flags;
		ctx->cs = regs->cs;
		ctx->ss = regs->ss;
	}
	if (has(flags, NT_CONTEXT_INTEGER)) {
		ctx->rax = regs->ax;
		ctx->rcx = regs->cx;
		ctx->rdx = regs->dx;
		ctx->rbx = regs->bx;
		ctx->rbp = regs->bp;
		ctx->rsi = regs->si;
		ctx->rdi = regs->di;
		ctx->r8 = regs->r8;
		ctx->r9 = regs->r9;
		ctx->r10 = regs->r10;
		ctx->r11 = regs->r11;
		ctx->r12 = regs->r12;
		ctx->r13 = regs->r13;
		ctx->r14 = regs->r14;
		ctx->r15 = regs->r15;
	}
	if (has(flags, NT_CONTEXT_SEGMENTS)) {
		ctx->ds = __USER_DS;
		ctx->es = __USER_DS;
		ctx->fs = 0;
		ctx->gs = __USER_DS;
	}
	if (has(flags, NT_CONTEXT_DEBUG_REGISTERS)) {
		/* Nobody can set any. */
		ctx->dr0 = 0;
		ctx->dr1 = 0;
		ctx->dr2 = 0;
		ctx->dr3 = 0;
		ctx->dr6 = 0;
		ctx->dr7 = 0;
	}
	if (has(flags, NT_CONTEXT_FLOATING_POINT)) {
		nt_fpu_get(ctx->fxsave);
		memcpy(&ctx->mxcsr, ctx->fxsave + FXSAVE_MXCSR, sizeof(ctx->mxcsr));
	}
}

/**
 * nt_context_check() - may a thread go on with this?
 * @ctx: hostile
 *
 * Context: any.
 * Return: 0 or NT_STATUS_INVALID_PARAMETER.
 */
long nt_context_check(const struct nt_context *ctx)
{
	if (!(ctx->flags & NT_CONTEXT_AMD64))
		return NT_STATUS_INVALID_PARAMETER;
	if (!has(ctx->flags, NT_CONTEXT_CONTROL))
		return 0;
	/* A non-canonical address faults in the kernel, on some processors. */
	if (ctx->rip >= TASK_SIZE_MAX || ctx->rsp >= TASK_SIZE_MAX)
		return NT_STATUS_INVALID_PARAMETER;
	return 0;
}
EXPORT_SYMBOL_FOR_TEST(nt_context_check);

/**
 * nt_context_set_regs() - the general registers of a CONTEXT
 * @ctx: hostile, checked by nt_context_check()
 * @regs: user registers; those parts are changed that @ctx->flags name
 *
 * Context: any.
 */
void nt_context_set_regs(const struct nt_context *ctx, struct pt_regs *regs)
{
	if (has(ctx->flags, NT_CONTEXT_CONTROL)) {
		regs->ip = ctx->rip;
		regs->sp = ctx->rsp;
		regs->flags = (ctx->eflags & EFLAGS_USER) | X86_EFLAGS_IF | X86_EFLAGS_FIXED;
	}
	if (has(ctx->flags, NT_CONTEXT_INTEGER)) {
		regs->ax = ctx->rax;
		regs->cx = ctx->rcx;
		regs->dx = ctx->rdx;
		regs->bx = ctx->rbx;
		regs->bp = ctx->rbp;
		regs->si = ctx->rsi;
		regs->di = ctx->rdi;
		regs->r8 = ctx->r8;
		regs->r9 = ctx->r9;
		regs->r10 = ctx->r10;
		regs->r11 = ctx->r11;
		regs->r12 = ctx->r12;
		regs->r13 = ctx->r13;
		regs->r14 = ctx->r14;
		regs->r15 = ctx->r15;
	}
	/* Nothing of this is a call to be restarted. */
	regs->orig_ax = -1;
}
EXPORT_SYMBOL_FOR_TEST(nt_context_set_regs);

/**
 * nt_context_to_regs() - let the calling thread go on with a CONTEXT
 * @ctx: hostile; only the parts that its flags name are used
 * @regs: the thread's user registers
 *
 * Context: may sleep.
 * Return: 0 or NT_STATUS_INVALID_PARAMETER with nothing changed.
 */
long nt_context_to_regs(const struct nt_context *ctx, struct pt_regs *regs)
{
	long ret = nt_context_check(ctx);

	if (ret)
		return ret;
	nt_context_set_regs(ctx, regs);
	if (has(ctx->flags, NT_CONTEXT_FLOATING_POINT)) {
		struct {
			u8 bytes[FXSAVE_SIZE];
		} fx;

		memcpy(&fx, ctx->fxsave, sizeof(fx));
		memcpy(fx.bytes + FXSAVE_MXCSR, &ctx->mxcsr, sizeof(ctx->mxcsr));
		nt_fpu_set(&fx);
	}
	return 0;
}
