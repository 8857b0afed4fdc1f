// SPDX-License-Identifier: GPL-2.0-only
/*
 * Darwin signal frames. The kernel has built its own frame when deliver() is
 * called; Darwin's goes right below it:
 *
 *	native rt_sigframe	(registers, xsave area, mask, alternate stack)
 *	struct darwin_link	where sigreturn() finds the native frame again
 *	struct darwin_ucontext
 *	struct darwin_siginfo
 *	machine context		712, 1032 or 2632 bytes
 *	8 bytes			as if the trampoline had been called
 *
 * sigreturn() copies what a program may change (registers, vector registers,
 * mask) back into the native frame and lets the native sigreturn do the rest,
 * with all of its checks. A context that the program moved or made itself has
 * no link: a native frame is then made from it.
 *
 * Layouts and entry registers: bsd/dev/i386/unix_signal.c (facts only).
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <asm/cpufeature.h>
#include <asm/fpu/types.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <asm/sigframe.h>

#include "bsd_table.h"
#include "darwin.h"
#include "signal.h"

#define DARWIN_LINK_MAGIC	0x6b6e696c2d697364ULL

/* Directly behind a ucontext that deliver() made. */
struct darwin_link {
	u64 magic;
	u64 uctx;	/* address of that ucontext: a copy elsewhere differs */
	u64 frame;	/* the native frame */
	u64 pad;
};

/* User-visible parts of fxsave and xsave images. */
#define FX_SIZE			512
#define FX_MXCSR		24
#define FX_MXCSR_MASK		28
#define FX_ST			32
#define FX_USED			416	/* st(i) and xmm(i) end here */
#define XSTATE_BV		512
#define MXCSR_DEFAULT_MASK	0xffbf

/* One part of the vector state in both layouts. */
struct darwin_xpart {
	int feature;	/* xsave component */
	u16 offset;	/* in Darwin's machine context */
	u16 size;
};

static const struct darwin_xpart darwin_xparts[] = {
	{ 2, DARWIN_MC_YMMH, 256 },
	{ 5, DARWIN_MC_OPMASK, 64 },
	{ 6, DARWIN_MC_ZMMH, 512 },
	{ 7, DARWIN_MC_ZMM16, 1024 },
};

#define XPART_AVX		BIT_ULL(2)
#define XPARTS_AVX512		(BIT_ULL(5) | BIT_ULL(6) | BIT_ULL(7))

/**
 * struct darwin_xsave - what the native frame's FP area contains
 * @area: user address, NULL if there is none
 * @saved: xsave components that it has room for (0: fxsave only)
 * @in_use: those that are not in their initial state
 */
struct darwin_xsave {
	u8 __user *area;
	u64 saved;
	u64 in_use;
};

static int xsave_read(struct darwin_xsave *xs, u64 fpstate)
{
	struct _fpx_sw_bytes sw;

	memset(xs, 0, sizeof(*xs));
	if (!fpstate)
		return 0;
	xs->area = (u8 __user *)(uintptr_t)fpstate;
	if (!boot_cpu_has(X86_FEATURE_XSAVE))
		return 0;
	if (copy_from_user(&sw, xs->area + offsetof(struct fxregs_state, sw_reserved),
			   sizeof(sw)))
		return -EFAULT;
	if (sw.magic1 != FP_XSTATE_MAGIC1)
		return 0;
	if (copy_from_user(&xs->in_use, xs->area + XSTATE_BV, sizeof(xs->in_use)))
		return -EFAULT;
	xs->saved = sw.xfeatures;
	xs->in_use &= xs->saved;
	return 0;
}

/* Offset of a component in the standard (uncompacted) xsave layout. */
static u32 xpart_offset(int feature)
{
	u32 eax, ebx, ecx, edx;

	cpuid_count(0xd, feature, &eax, &ebx, &ecx, &edx);
	return ebx;
}

/* Copies between user addresses in pieces that fit on the stack. */
static noinline_for_stack int copy_user_user(u8 __user *to, const u8 __user *from, size_t size)
{
	u8 buf[256];
	size_t n;

	for (; size; size -= n, to += n, from += n) {
		n = min(size, sizeof(buf));
		if (copy_from_user(buf, from, n) || copy_to_user(to, buf, n))
			return -EFAULT;
	}
	return 0;
}

/* Size of the machine context: what xnu chooses for a thread with that state. */
static u32 mcontext_size(const struct darwin_xsave *xs)
{
	if (xs->in_use & XPARTS_AVX512)
		return DARWIN_MC_SIZE_AVX512;
	if (xs->saved & XPART_AVX)
		return DARWIN_MC_SIZE_AVX;
	return DARWIN_MC_SIZE_FP;
}

/* Native FP area to Darwin's, which has been cleared. */
static int fp_to_foreign(u8 __user *mctx, u32 size, const struct darwin_xsave *xs)
{
	const struct darwin_xpart *p;
	size_t i;

	if (!xs->area)
		return 0;
	if (copy_user_user(mctx + DARWIN_MC_FX, xs->area, FX_USED))
		return -EFAULT;
	for (i = 0; i < ARRAY_SIZE(darwin_xparts); i++) {
		p = &darwin_xparts[i];
		if (p->offset + p->size > size || !(xs->in_use & BIT_ULL(p->feature)))
			continue;
		if (copy_user_user(mctx + p->offset, xs->area + xpart_offset(p->feature), p->size))
			return -EFAULT;
	}
	return 0;
}

/* The first FX_ST bytes: control words. Bits of mxcsr that would fault are cleared. */
static int fp_control_to_native(u8 __user *area, const u8 __user *mctx)
{
	u8 head[FX_MXCSR_MASK];
	u32 mxcsr, mask;

	if (copy_from_user(head, mctx + DARWIN_MC_FX, sizeof(head)) ||
	    copy_from_user(&mask, area + FX_MXCSR_MASK, sizeof(mask)))
		return -EFAULT;
	memcpy(&mxcsr, head + FX_MXCSR, sizeof(mxcsr));
	mxcsr &= mask ?: MXCSR_DEFAULT_MASK;
	memcpy(head + FX_MXCSR, &mxcsr, sizeof(mxcsr));
	return copy_to_user(area, head, sizeof(head)) ? -EFAULT : 0;
}

/* Darwin's FP state into the native area. */
static int fp_to_native(const struct darwin_xsave *xs, const u8 __user *mctx, u64 mcsize)
{
	u64 bv = XFEATURE_MASK_FP | XFEATURE_MASK_SSE;
	const struct darwin_xpart *p;
	size_t i;
	int err;

	if (!xs->area)
		return 0;
	err = fp_control_to_native(xs->area, mctx);
	if (err)
		return err;
	err = copy_user_user(xs->area + FX_ST, mctx + DARWIN_MC_FX + FX_ST, FX_USED - FX_ST);
	if (err || !xs->saved)
		return err;

	if (mcsize != DARWIN_MC_SIZE_AVX && mcsize != DARWIN_MC_SIZE_AVX512)
		mcsize = DARWIN_MC_SIZE_FP;
	for (i = 0; i < ARRAY_SIZE(darwin_xparts); i++) {
		p = &darwin_xparts[i];
		if (p->offset + p->size > mcsize || !(xs->saved & BIT_ULL(p->feature)))
			continue;
		err = copy_user_user(xs->area + xpart_offset(p->feature), mctx + p->offset,
				     p->size);
		if (err)
			return err;
		bv |= BIT_ULL(p->feature);
	}
	bv = (bv | xs->in_use) & xs->saved;
	return copy_to_user(xs->area + XSTATE_BV, &bv, sizeof(bv)) ? -EFAULT : 0;
}

/**
 * darwin_fill_mcontext - exception and thread state of a signal frame
 * @mc: is filled completely
 * @sc: native machine context
 * @fault: the signal is a hardware exception, whose details are to be shown
 *
 * Context: any.
 */
void darwin_fill_mcontext(struct darwin_mcontext_head *mc, const struct sigcontext_64 *sc,
			  bool fault)
{
	memset(mc, 0, sizeof(*mc));
	if (fault) {
		mc->es.trapno = sc->trapno;
		mc->es.err = sc->err;
		mc->es.faultvaddr = sc->cr2;
	}
	mc->es.cpu = raw_smp_processor_id();
	mc->ss = (struct darwin_ss64){
		.rax = sc->ax, .rbx = sc->bx, .rcx = sc->cx, .rdx = sc->dx,
		.rdi = sc->di, .rsi = sc->si, .rbp = sc->bp, .rsp = sc->sp,
		.r8 = sc->r8, .r9 = sc->r9, .r10 = sc->r10, .r11 = sc->r11,
		.r12 = sc->r12, .r13 = sc->r13, .r14 = sc->r14, .r15 = sc->r15,
		.rip = sc->ip, .rflags = sc->flags, .cs = DARWIN_USER64_CS,
	};
}
EXPORT_SYMBOL_FOR_TEST(darwin_fill_mcontext);

/**
 * darwin_apply_mcontext - registers that sigreturn() takes from the program
 * @sc: native machine context to change; segments are left alone
 * @ss: Darwin thread state
 *
 * The native sigreturn filters the flags.
 *
 * Context: any.
 */
void darwin_apply_mcontext(struct sigcontext_64 *sc, const struct darwin_ss64 *ss)
{
	sc->ax = ss->rax;
	sc->bx = ss->rbx;
	sc->cx = ss->rcx;
	sc->dx = ss->rdx;
	sc->di = ss->rdi;
	sc->si = ss->rsi;
	sc->bp = ss->rbp;
	sc->sp = ss->rsp;
	sc->r8 = ss->r8;
	sc->r9 = ss->r9;
	sc->r10 = ss->r10;
	sc->r11 = ss->r11;
	sc->r12 = ss->r12;
	sc->r13 = ss->r13;
	sc->r14 = ss->r14;
	sc->r15 = ss->r15;
	sc->ip = ss->rip;
	sc->flags = ss->rflags;
}
EXPORT_SYMBOL_FOR_TEST(darwin_apply_mcontext);

static bool is_fault(const kernel_siginfo_t *info)
{
	if (info->si_code <= 0)
		return false;
	switch (info->si_signo) {
	case SIGILL:
	case SIGFPE:
	case SIGSEGV:
	case SIGBUS:
	case SIGTRAP:
		return true;
	}
	return false;
}

/**
 * darwin_deliver - struct personality.deliver
 * @thread: the thread
 * @regs: user registers; sp is the native frame
 * @sig: the signal
 *
 * Context: the thread itself; may sleep.
 * Return: 0, or -EFAULT or -EINVAL, and then the process gets SIGSEGV.
 */
int darwin_deliver(struct persona_thread *thread, struct pt_regs *regs,
		   struct persona_signal *sig)
{
	struct darwin_proc *proc = darwin_proc(thread->proc);
	const struct sigcontext_64 *sc = &sig->sc;
	struct darwin_mcontext_head mc;
	struct darwin_ucontext uc = {};
	struct darwin_sigaction act;
	struct darwin_link link = {};
	struct darwin_siginfo info;
	struct darwin_xsave xs;
	u64 uctx, sinfo, mctx, fp;
	bool onstack, interrupted_onstack;
	int dsig, err;

	dsig = darwin_sig_to_foreign(sig->sig);
	if (!dsig)
		return -EINVAL;
	spin_lock(&proc->sig_lock);
	act = proc->sig[dsig];
	spin_unlock(&proc->sig_lock);

	err = xsave_read(&xs, sc->fpstate);
	if (err)
		return err;

	uc.mcsize = mcontext_size(&xs);
	uctx = (u64)(uintptr_t)sig->frame - sizeof(link) - sizeof(uc);
	uctx = round_down(uctx, 16);
	sinfo = uctx - sizeof(info);
	mctx = round_down(sinfo - uc.mcsize, 16);
	fp = mctx - sizeof(u64);
	if (!access_ok((void __user *)(uintptr_t)fp, (uintptr_t)sig->frame - fp))
		return -EFAULT;

	onstack = on_sig_stack(fp);
	interrupted_onstack = on_sig_stack(sc->sp);
	uc.onstack = interrupted_onstack;
	uc.sigmask = darwin_sigmask_to_foreign(sig->mask);
	uc.stack.sp = fp;
	if (onstack) {
		uc.stack.sp = current->sas_ss_sp;
		uc.stack.size = current->sas_ss_size;
	}
	if (interrupted_onstack)
		uc.stack.flags = DARWIN_SS_ONSTACK;
	uc.mcontext = mctx;
	link.magic = DARWIN_LINK_MAGIC;
	link.uctx = uctx;
	link.frame = (u64)(uintptr_t)sig->frame;
	darwin_fill_siginfo(&info, &sig->info, dsig);
	darwin_fill_mcontext(&mc, sc, is_fault(&sig->info));

	if (clear_user((void __user *)(uintptr_t)fp, sinfo - fp) ||
	    copy_to_user((void __user *)(uintptr_t)mctx, &mc, sizeof(mc)) ||
	    copy_to_user((void __user *)(uintptr_t)sinfo, &info, sizeof(info)) ||
	    copy_to_user((void __user *)(uintptr_t)uctx, &uc, sizeof(uc)) ||
	    copy_to_user((void __user *)(uintptr_t)(uctx + sizeof(uc)), &link, sizeof(link)))
		return -EFAULT;
	err = fp_to_foreign((u8 __user *)(uintptr_t)mctx, uc.mcsize, &xs);
	if (err)
		return err;

	regs->ip = act.tramp;
	regs->di = act.handler;
	regs->si = act.flags & DARWIN_SA_SIGINFO ? DARWIN_UC_FLAVOR : DARWIN_UC_TRAD;
	regs->dx = dsig;
	regs->cx = sinfo;
	regs->r8 = uctx;
	regs->r9 = uctx;	/* token; sigreturn() does not ask for it */
	regs->sp = fp;
	return 0;
}

/* Finds the native frame that belongs to @uctx; NULL if there is none. */
static struct rt_sigframe __user *linked_frame(u64 uctx)
{
	struct darwin_link link;

	if (copy_from_user(&link, (void __user *)(uintptr_t)(uctx + sizeof(struct darwin_ucontext)),
			   sizeof(link)))
		return NULL;
	if (link.magic != DARWIN_LINK_MAGIC || link.uctx != uctx)
		return NULL;
	return (struct rt_sigframe __user *)(uintptr_t)link.frame;
}

/* A native frame for a context that did not come from deliver(). */
static struct rt_sigframe __user *make_frame(struct persona_call *call)
{
	const size_t fx_offset = ALIGN(sizeof(struct rt_sigframe), 64) + 64;
	struct rt_sigframe __user *frame;
	struct sigcontext_64 sc = {};
	unsigned long flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
	stack_t ss = {};
	u64 mask;
	u8 __user *area;

	area = persona_scratch(call, fx_offset + FX_SIZE);
	if (IS_ERR(area))
		return (struct rt_sigframe __user *)area;
	frame = (struct rt_sigframe __user *)area;
	area = PTR_ALIGN(area + sizeof(struct rt_sigframe), 64);

	sc.cs = __USER_CS;
	sc.ss = __USER_DS;
	sc.fpstate = (u64)(uintptr_t)area;
	ss.ss_sp = (void __user *)current->sas_ss_sp;
	ss.ss_size = current->sas_ss_size;
	ss.ss_flags = current->sas_ss_size ? 0 : SS_DISABLE;
	mask = current->blocked.sig[0];
	if (clear_user(frame, fx_offset + FX_SIZE) ||
	    copy_to_user(&frame->uc.uc_flags, &flags, sizeof(flags)) ||
	    copy_to_user(&frame->uc.uc_mcontext, &sc, sizeof(sc)) ||
	    copy_to_user(&frame->uc.uc_stack, &ss, sizeof(ss)) ||
	    copy_to_user(&frame->uc.uc_sigmask, &mask, sizeof(mask)))
		return (struct rt_sigframe __user *)ERR_PTR(-EFAULT);
	return frame;
}

/* Signals without a Darwin number stay blocked or not as they were. */
static u64 merge_mask(u64 native, u32 foreign)
{
	u64 known = darwin_sigmask_to_native(~0U);

	return (native & ~known) | darwin_sigmask_to_native(foreign);
}

/**
 * darwin_sigreturn - BSD 184: leave a signal handler
 * @call: ucontext, style, token
 *
 * Context: handler. xnu's rules for what is taken from the context; errors
 * are returned to the caller and nothing has happened then.
 * Return: does not, or -EFAULT, -EINVAL; 0 for the two styles that only move
 * the on-alternate-stack mark, which the kernel derives from the stack
 * pointer here.
 */
long darwin_sigreturn(struct persona_call *call)
{
	u64 uctx = call->args[0];
	u32 style = call->args[1];
	struct rt_sigframe __user *frame;
	struct darwin_mcontext_head mc;
	struct darwin_ucontext uc;
	struct sigcontext_64 sc;
	struct darwin_xsave xs;
	u64 mask;
	int err;

	if (style == DARWIN_UC_SET_ALT_STACK || style == DARWIN_UC_RESET_ALT_STACK)
		return 0;
	if (copy_from_user(&uc, (void __user *)(uintptr_t)uctx, sizeof(uc)) ||
	    copy_from_user(&mc, (void __user *)(uintptr_t)uc.mcontext, sizeof(mc)))
		return -EFAULT;
	if (mc.ss.rip >= TASK_SIZE_MAX)
		return -EINVAL;

	frame = linked_frame(uctx);
	if (!frame) {
		frame = make_frame(call);
		if (IS_ERR(frame))
			return PTR_ERR(frame);
	}
	if (copy_from_user(&sc, &frame->uc.uc_mcontext, sizeof(sc)) ||
	    copy_from_user(&mask, &frame->uc.uc_sigmask, sizeof(mask)))
		return -EFAULT;
	err = xsave_read(&xs, sc.fpstate);
	if (err)
		return err;
	err = fp_to_native(&xs, (const u8 __user *)(uintptr_t)uc.mcontext, uc.mcsize);
	if (err)
		return err;
	darwin_apply_mcontext(&sc, &mc.ss);
	mask = merge_mask(mask, uc.sigmask);
	if (copy_to_user(&frame->uc.uc_mcontext, &sc, sizeof(sc)) ||
	    copy_to_user(&frame->uc.uc_sigmask, &mask, sizeof(mask)))
		return -EFAULT;
	return persona_sigreturn(call, frame);
}
