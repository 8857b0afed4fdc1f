// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions on their way to the program: KiUserExceptionDispatcher with its
 * frame on the stack, and the calls that go on from there.
 *
 * The frame: CONTEXT, CONTEXT_EX, EXCEPTION_RECORD, the interrupted ip, cs,
 * flags, sp and ss in the form that unwinders know from interrupts (Wine 10
 * looks for that; to others it is unused stack), and an XSTATE area if the
 * processor has AVX.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <asm/processor-flags.h>
#include <asm/trap_pf.h>

#include "exception.h"
#include "nt_table.h"
#include "ntdll.h"
#include "suspend.h"
#include "vm.h"

#define EXCEPTION_MAX_PARAMS	15
#define EXCEPTION_NONCONTINUABLE 1u

struct nt_machine_frame {
	u64 rip;
	u64 cs;
	u64 eflags;
	u64 rsp;
	u64 ss;
};

/* What lies on the stack above the CONTEXT. */
struct nt_exception_tail {
	struct nt_context_ex ex;
	struct nt_exception_record rec;
	u64 align;
	struct nt_machine_frame machine;
	u64 align2;
};

static_assert(offsetof(struct nt_exception_tail, rec) == 0x20);
static_assert(offsetof(struct nt_exception_tail, machine) == 0xc0);
static_assert((sizeof(struct nt_context) + sizeof(struct nt_exception_tail)) % 16 == 0);

/* What XSAVE writes is 64-byte aligned: then so is all of the frame. */
#define EXC_XSTATE_OFFSET	(sizeof(struct nt_context) + sizeof(struct nt_exception_tail))
static_assert(EXC_XSTATE_OFFSET % 64 == 0);
#define EXC_FRAME_SIZE	(EXC_XSTATE_OFFSET + sizeof(struct nt_xstate))
/* The interrupted function may have arguments' home space in use. */
#define EXC_FRAME_GAP	0x20

static bool write_frame(u64 sp, const struct nt_context *ctx,
			const struct nt_exception_tail *tail, const struct nt_xstate *xs)
{
	return !copy_to_user((void __user *)sp, ctx, sizeof(*ctx)) &&
	       !copy_to_user((void __user *)(sp + sizeof(*ctx)), tail, sizeof(*tail)) &&
	       (!nt_xstate_avx() ||
		!copy_to_user((void __user *)(sp + EXC_XSTATE_OFFSET), xs, sizeof(*xs)));
}

/* The frame may reach into a guard page, as any push may. */
static bool make_room(struct nt_vm *vm, u64 sp)
{
	u64 page;

	if (!vm || sp > NT_USER_MAX - EXC_FRAME_SIZE)
		return false;
	/* From above, as a stack grows. */
	for (page = (sp + EXC_FRAME_SIZE - 1) & PAGE_MASK; page + PAGE_SIZE > sp;
	     page -= PAGE_SIZE) {
		switch (nt_vm_fault(vm, page, X86_PF_USER | X86_PF_WRITE | X86_PF_PROT)) {
		case NT_VM_VIOLATION:
		case NT_VM_IN_PAGE:
			return false;
		default:
			break;
		}
	}
	return true;
}

/**
 * nt_exception_kill() - no handler runs: the process ends
 * @thread: the calling thread
 * @regs: its registers
 * @code: exit code, the exception's
 *
 * Context: may sleep.
 */
void nt_exception_kill(struct persona_thread *thread, struct pt_regs *regs, u32 code)
{
	struct persona_call call;

	nt_fake_call(&call, thread, regs);
	nt_process_leave(&call, code);
}

/**
 * nt_exception_raise() - have the program handle an exception
 * @thread: the calling thread
 * @regs: its registers; set to enter KiUserExceptionDispatcher
 * @rec: what happened
 * @ctx: where: the state to go on with; the AVX registers are added
 *
 * Context: may sleep.
 * Return: true: done, or the process is about to end for it; false: the program
 * has no dispatcher, so the kernel's signal is all there is.
 */
noinline_for_stack
bool nt_exception_raise(struct persona_thread *thread, struct pt_regs *regs,
			const struct nt_exception_record *rec, struct nt_context *ctx)
{
	struct nt_proc *proc = nt_proc(thread->proc);
	u64 entry = nt_entry(proc, NT_ENTRY_KI_USER_EXCEPTION_DISPATCHER);
	u64 sp = ((ctx->rsp - EXC_FRAME_GAP) & ~63ull) - EXC_FRAME_SIZE;
	struct nt_exception_tail tail = {
		.rec = *rec,
		.machine = {
			.rip = ctx->rip,
			.cs = ctx->cs,
			.eflags = ctx->eflags,
			.rsp = ctx->rsp,
			.ss = ctx->ss,
		},
	};
	struct nt_xstate xs;

	if (!entry)
		return false;
	ctx->flags &= ~(NT_CONTEXT_XSTATE & ~NT_CONTEXT_AMD64);
	if (nt_xstate_avx()) {
		ctx->flags |= NT_CONTEXT_XSTATE;
		nt_xstate_get(&xs);
	}
	nt_context_ex_fill(&tail.ex, nt_xstate_avx() ? EXC_XSTATE_OFFSET : 0);
	if (!write_frame(sp, ctx, &tail, &xs) &&
	    (!make_room(proc->vm, sp) || !write_frame(sp, ctx, &tail, &xs)))
		goto err_kill;
	regs->ip = entry;
	regs->sp = sp;
	regs->flags &= ~(X86_EFLAGS_TF | X86_EFLAGS_DF | X86_EFLAGS_AC | X86_EFLAGS_RF);
	/* Not a call any more, and both halves of a return have to be restored. */
	regs->orig_ax = -1;
	return true;

err_kill:
	nt_exception_kill(thread, regs, rec->code);
	return true;
}

/* A signal of the processor's, which only signal handlers are told of otherwise. */
static bool take_trap(void)
{
	/* The calling thread's own does not go away. */
	struct sighand_struct *sighand = rcu_dereference_protected(current->sighand, true);
	struct sigpending *pending = &current->pending;
	kernel_siginfo_t info;
	struct sigqueue *q;
	bool found = false;
	sigset_t others;

	siginitsetinv(&others, sigmask(SIGTRAP));
	spin_lock_irq(&sighand->siglock);
	list_for_each_entry(q, &pending->list, list) {
		if (q->info.si_signo == SIGTRAP && q->info.si_code > 0) {
			found = true;
			break;
		}
	}
	if (found)
		found = persona_dequeue_signal(&others, &info) == SIGTRAP;
	spin_unlock_irq(&sighand->siglock);
	return found;
}

/**
 * nt_exception_pending() - single steps, which come as signals
 * @thread: the calling thread
 * @regs: its user registers
 *
 * Where the thread has a tracer, it is the tracer who steps.
 *
 * Context: on the way to user mode, before signals are looked at; may sleep.
 */
void nt_exception_pending(struct persona_thread *thread, struct pt_regs *regs)
{
	struct nt_exception_record rec = { .code = NT_STATUS_SINGLE_STEP };
	struct nt_context ctx = { };

	if (likely(!sigismember(&current->pending.signal, SIGTRAP)) || current->ptrace)
		return;
	if (!take_trap())
		return;
	rec.address = regs->ip;
	regs->flags &= ~X86_EFLAGS_TF;
	nt_context_from_regs(&ctx, regs, NT_CONTEXT_FULL | NT_CONTEXT_SEGMENTS);
	if (!nt_exception_raise(thread, regs, &rec, &ctx))
		force_sig(SIGTRAP);
}

static long do_continue(struct persona_call *call, bool alertable)
{
	struct nt_thread_object *self = nt_calling_thread(call)->self;
	struct nt_xcontext x;
	long ret;

	ret = nt_xcontext_read(&x, call->args[0]);
	if (ret)
		return ret;
	ret = nt_xcontext_to_regs(&x, call->regs);
	if (ret)
		return ret;
	call->raw = true;
	if (alertable && self && nt_apc_pending(self))
		nt_apc_deliver(call, call->regs->ax);
	return 0;
}

/**
 * nt_continue() - NtContinue: go on with another state
 * @call: CONTEXT, alertable
 *
 * Context: see persona_fn.
 * Return: does not, but with a bad context.
 */
long nt_continue(struct persona_call *call)
{
	return do_continue(call, call->args[1] & 0xff);
}

/* KCONTINUE_ARGUMENT */
struct nt_continue_argument {
	u32 type;
	u32 flags;
	u64 reserved[2];
};

#define CONTINUE_TEST_ALERT	1u

/**
 * nt_continue_ex() - NtContinueEx
 * @call: CONTEXT, KCONTINUE_ARGUMENT or a BOOLEAN
 *
 * Context: see persona_fn.
 * Return: does not, but with a bad context.
 */
long nt_continue_ex(struct persona_call *call)
{
	struct nt_continue_argument arg;

	/* As documented for callers of the old call: no pointer is that small. */
	if (call->args[1] <= 0xff)
		return do_continue(call, call->args[1]);
	if (copy_from_user(&arg, (void __user *)call->args[1], sizeof(arg)))
		return -EFAULT;
	return do_continue(call, arg.flags & CONTINUE_TEST_ALERT);
}

/**
 * nt_raise_exception() - NtRaiseException
 * @call: EXCEPTION_RECORD, CONTEXT, first chance
 *
 * Context: see persona_fn.
 * Return: does not, but with bad arguments.
 */
long nt_raise_exception(struct persona_call *call)
{
	struct nt_exception_record rec;
	struct nt_xcontext x;
	long ret;

	if (copy_from_user(&rec, (void __user *)call->args[0], sizeof(rec)))
		return -EFAULT;
	ret = nt_xcontext_read(&x, call->args[1]);
	if (ret)
		return ret;
	if (rec.nparams > EXCEPTION_MAX_PARAMS)
		return NT_STATUS_INVALID_PARAMETER;
	/* Nobody wanted it. */
	if (!(call->args[2] & 0xff)) {
		call->raw = true;
		nt_exception_kill(call->thread, call->regs, rec.code);
		return 0;
	}
	ret = nt_xcontext_to_regs(&x, call->regs);
	if (ret)
		return ret;
	call->raw = true;
	x.ctx.cs = call->regs->cs;
	x.ctx.ss = call->regs->ss;
	if (!nt_exception_raise(call->thread, call->regs, &rec, &x.ctx))
		force_sig(SIGSEGV);
	return 0;
}
