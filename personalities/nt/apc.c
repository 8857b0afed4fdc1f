// SPDX-License-Identifier: GPL-2.0-only
/*
 * User APCs: calls of a function that a thread makes when it is ready for them,
 * in an alertable wait or in NtTestAlert(). Special ones are made at once, on
 * the thread's way to user mode.
 *
 * A frame with the interrupted context goes on the thread's stack, and ntdll's
 * KiUserApcDispatcher() calls the function and then NtContinue(). There are two
 * conventions for that: documented Windows has the context at the stack
 * pointer, with function and arguments in its first words, and Wine up to 8 has
 * them in registers. What the entry begins with tells them apart.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/processor-flags.h>

#include "exception.h"
#include "ntdll.h"
#include "nt_table.h"
#include "suspend.h"

/* What a thread may have waiting. */
#define APCS_MAX		BIT(16)

#define SYSCALL_LEN		2

/* "add $8,%rsp": the entry of the older convention. */
#define OLD_ENTRY		0x08c48348u
/* Below the context's stack pointer it pushes two registers. */
#define OLD_PUSHED		16u

/* From the context on, behind its CONTEXT_EX. */
#define CONTEXT_XSTATE_OFFSET	0x500u
static_assert(CONTEXT_XSTATE_OFFSET % 64 == 0);
static_assert(sizeof(struct nt_context) + sizeof(struct nt_context_ex) <= CONTEXT_XSTATE_OFFSET);

/* QUEUE_USER_APC_FLAGS */
#define APC_SPECIAL		1u

/**
 * struct nt_apc - one queued call
 * @link: in nt_thread_object.apcs
 * @func: user address
 * @args: for it
 * @special: made at once
 * @queued: of a timer: cleared when the APC leaves the queue; NULL for others
 */
struct nt_apc {
	struct list_head link;
	u64 func;
	u64 args[3];
	bool special;
	bool *queued;
};

/* What is on the stack below the context, older convention. */
struct old_frame {
	u64 ret;
	u64 home[4];
	u64 func;
	u64 pad;
};

/**
 * nt_apc_new() - an APC to be queued later
 * @func: user address of the function
 * @arg1: its arguments
 * @arg2: likewise
 * @arg3: likewise
 *
 * Context: may sleep.
 * Return: for nt_apc_insert() or nt_apc_free(); NULL if there is no memory.
 */
struct nt_apc *nt_apc_new(u64 func, u64 arg1, u64 arg2, u64 arg3)
{
	struct nt_apc *apc = kzalloc(sizeof(*apc), GFP_KERNEL_ACCOUNT);

	if (!apc)
		return NULL;
	INIT_LIST_HEAD(&apc->link);
	apc->func = func;
	apc->args[0] = arg1;
	apc->args[1] = arg2;
	apc->args[2] = arg3;
	return apc;
}

/**
 * nt_apc_free() - an APC that was not queued
 * @apc: of nt_apc_new(), may be NULL
 *
 * Context: any.
 */
void nt_apc_free(struct nt_apc *apc)
{
	kfree(apc);
}

/**
 * nt_apc_insert() - queue an APC
 * @thread: whose
 * @apc: of nt_apc_new(); belongs to the thread if this succeeds
 *
 * Context: any but NMI.
 * Return: 0, STATUS_UNSUCCESSFUL if the thread has ended, or
 * STATUS_INSUFFICIENT_RESOURCES.
 */
long nt_apc_insert(struct nt_thread_object *thread, struct nt_apc *apc)
{
	unsigned long flags;
	long ret = 0;

	spin_lock_irqsave(&thread->lock, flags);
	if (thread->ended) {
		ret = NT_STATUS_UNSUCCESSFUL;
	} else if (thread->napcs >= APCS_MAX) {
		ret = NT_STATUS_INSUFFICIENT_RESOURCES;
	} else {
		list_add_tail(&apc->link, &thread->apcs);
		WRITE_ONCE(thread->napcs, thread->napcs + 1);
		if (apc->special)
			WRITE_ONCE(thread->special, true);
		/* Ends an alertable wait; others go on where they were. */
		if (thread->task != current || apc->special)
			nt_thread_kick(thread);
	}
	spin_unlock_irqrestore(&thread->lock, flags);
	return ret;
}

/**
 * nt_apc_queue() - make and queue an APC
 * @thread: whose
 * @func: user address of the function
 * @arg1: its arguments
 * @arg2: likewise
 * @arg3: likewise
 *
 * Context: may sleep.
 * Return: 0 or an NTSTATUS or -ENOMEM.
 */
long nt_apc_queue(struct nt_thread_object *thread, u64 func, u64 arg1, u64 arg2, u64 arg3)
{
	struct nt_apc *apc = nt_apc_new(func, arg1, arg2, arg3);
	long ret;

	if (!apc)
		return -ENOMEM;
	ret = nt_apc_insert(thread, apc);
	if (ret)
		nt_apc_free(apc);
	return ret;
}

/**
 * nt_apc_queue_once() - make and queue an APC, unless it is queued still
 * @thread: whose
 * @queued: says so; stays where it is until nt_apc_cancel(). One caller at a time
 * @func: user address of the function
 * @args: for it
 *
 * Context: may sleep.
 */
void nt_apc_queue_once(struct nt_thread_object *thread, bool *queued, u64 func,
		       const u64 args[3])
{
	struct nt_apc *apc;

	if (READ_ONCE(*queued))
		return;
	apc = nt_apc_new(func, args[0], args[1], args[2]);
	if (!apc)
		return;
	apc->queued = queued;
	/* It may be off the queue before this returns. */
	WRITE_ONCE(*queued, true);
	if (!nt_apc_insert(thread, apc))
		return;
	WRITE_ONCE(*queued, false);
	nt_apc_free(apc);
}

/**
 * nt_apc_cancel() - take such an APC back
 * @thread: whose
 * @queued: as given; nobody looks at it any more afterwards
 *
 * Context: any but NMI; nt_apc_queue_once() does not run.
 */
void nt_apc_cancel(struct nt_thread_object *thread, bool *queued)
{
	struct nt_apc *apc, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&thread->lock, flags);
	if (*queued) {
		list_for_each_entry(apc, &thread->apcs, link) {
			if (apc->queued == queued) {
				found = apc;
				break;
			}
		}
	}
	if (found) {
		list_del(&found->link);
		WRITE_ONCE(thread->napcs, thread->napcs - 1);
	}
	*queued = false;
	spin_unlock_irqrestore(&thread->lock, flags);
	nt_apc_free(found);
}

/**
 * nt_apc_pending() - is there an APC to be made?
 * @thread: the calling thread's
 *
 * Context: any.
 * Return: true if so.
 */
bool nt_apc_pending(struct nt_thread_object *thread)
{
	return READ_ONCE(thread->napcs);
}

/**
 * nt_apc_flush() - drop what is queued
 * @thread: a thread that has ended
 *
 * Context: any but NMI.
 */
void nt_apc_flush(struct nt_thread_object *thread)
{
	struct nt_apc *apc, *next;
	unsigned long flags;
	LIST_HEAD(apcs);

	spin_lock_irqsave(&thread->lock, flags);
	list_splice_init(&thread->apcs, &apcs);
	WRITE_ONCE(thread->napcs, 0);
	WRITE_ONCE(thread->special, false);
	spin_unlock_irqrestore(&thread->lock, flags);
	list_for_each_entry_safe(apc, next, &apcs, link)
		kfree(apc);
}

/* The next APC, off the queue. Special ones go before all others. */
static struct nt_apc *dequeue(struct nt_thread_object *thread, bool only_special)
{
	struct nt_apc *apc, *found = NULL;
	unsigned int specials = 0;
	unsigned long flags;

	spin_lock_irqsave(&thread->lock, flags);
	if (thread->special) {
		list_for_each_entry(apc, &thread->apcs, link) {
			if (!apc->special)
				continue;
			if (!found)
				found = apc;
			if (++specials > 1)
				break;
		}
		WRITE_ONCE(thread->special, specials > 1);
	}
	if (!found && !only_special)
		found = list_first_entry_or_null(&thread->apcs, struct nt_apc, link);
	if (found) {
		list_del(&found->link);
		WRITE_ONCE(thread->napcs, thread->napcs - 1);
		if (found->queued)
			WRITE_ONCE(*found->queued, false);
	}
	spin_unlock_irqrestore(&thread->lock, flags);
	return found;
}

/**
 * nt_regs_settle() - make registers such as a program may see and change
 * @regs: user registers, of a call that is to be restarted perhaps
 *
 * Such a call begins again when a thread goes on with them.
 *
 * Context: any.
 */
void nt_regs_settle(struct pt_regs *regs)
{
	switch ((long)regs->ax) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		if ((int)regs->orig_ax == -1)
			break;
		regs->ax = regs->orig_ax;
		regs->ip -= SYSCALL_LEN;
	}
	regs->orig_ax = -1;
}
EXPORT_SYMBOL_FOR_TEST(nt_regs_settle);

/*
 * Room for the context. A call that ends with an APC gives up the upper halves of the
 * AVX registers, as any does; what a special one interrupts does not.
 */
static u64 context_below(u64 sp, const struct nt_apc *apc)
{
	if (apc->special && nt_xstate_avx())
		return round_down(sp - CONTEXT_XSTATE_OFFSET - sizeof(struct nt_xstate), 64);
	return round_down(sp - sizeof(struct nt_context), 16);
}

static int write_context(u64 to, struct nt_context *ctx, const struct nt_apc *apc)
{
	struct nt_context_ex ex;
	struct nt_xstate xs;

	if (apc->special && nt_xstate_avx()) {
		nt_context_ex_fill(&ex, CONTEXT_XSTATE_OFFSET);
		nt_xstate_get(&xs);
		ctx->flags |= NT_CONTEXT_XSTATE;
		if (copy_to_user((void __user *)(to + sizeof(*ctx)), &ex, sizeof(ex)) ||
		    copy_to_user((void __user *)(to + CONTEXT_XSTATE_OFFSET), &xs, sizeof(xs)))
			return -EFAULT;
	}
	return copy_to_user((void __user *)to, ctx, sizeof(*ctx)) ? -EFAULT : 0;
}

static int write_old(struct pt_regs *regs, struct nt_context *ctx, const struct nt_apc *apc)
{
	struct old_frame frame = { .func = apc->func };
	u64 context = context_below(regs->sp - OLD_PUSHED, apc);
	u64 sp = context - sizeof(frame);

	if (copy_to_user((void __user *)sp, &frame, sizeof(frame)) ||
	    write_context(context, ctx, apc))
		return -EFAULT;
	regs->sp = sp;
	regs->cx = context;
	regs->dx = apc->args[0];
	regs->r8 = apc->args[1];
	regs->r9 = apc->args[2];
	return 0;
}

static int write_new(struct pt_regs *regs, struct nt_context *ctx, const struct nt_apc *apc)
{
	u64 sp = context_below(regs->sp, apc);

	memcpy(ctx->home, apc->args, sizeof(apc->args));
	ctx->home[3] = apc->func;
	if (write_context(sp, ctx, apc))
		return -EFAULT;
	regs->sp = sp;
	return 0;
}

/* Enters the dispatcher for one APC. */
static int enter(struct nt_proc *nt, struct pt_regs *regs, const struct nt_apc *apc)
{
	u64 entry = nt_entry(nt, NT_ENTRY_KI_USER_APC_DISPATCHER);
	struct nt_context *ctx;
	u32 head;
	int err;

	if (!entry || get_user(head, (u32 __user *)(uintptr_t)entry))
		return -EFAULT;
	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);
	if (!ctx)
		return -ENOMEM;
	nt_context_from_regs(ctx, regs, NT_CONTEXT_FULL | NT_CONTEXT_SEGMENTS);
	if (head == OLD_ENTRY)
		err = write_old(regs, ctx, apc);
	else
		err = write_new(regs, ctx, apc);
	kfree(ctx);
	if (err)
		return err;
	regs->ip = entry;
	regs->flags &= ~(X86_EFLAGS_TF | X86_EFLAGS_DF | X86_EFLAGS_AC | X86_EFLAGS_RF);
	return 0;
}

/**
 * nt_apc_enter() - make the thread call an APC's function, if it has one
 * @thread: the calling thread
 * @regs: its registers: the state that the function returns to
 * @special: only a special one
 *
 * A thread without room for the frame on its stack dies of a stack overflow.
 *
 * Context: may sleep.
 * Return: true if there was one.
 */
bool nt_apc_enter(struct nt_thread *thread, struct pt_regs *regs, bool special)
{
	struct nt_apc *apc = dequeue(thread->self, special);

	if (!apc)
		return false;
	nt_regs_settle(regs);
	if (enter(nt_proc(thread->thread->proc), regs, apc)) {
		/* On the way to user mode: who waits here has references to put. */
		thread->dying = NT_STATUS_STACK_OVERFLOW;
		persona_kick(current);
	}
	kfree(apc);
	return true;
}

/**
 * nt_apc_deliver() - end a call with an APC, if there is one
 * @call: call under way; with @call->raw its registers are complete
 * @status: result of the call
 *
 * Context: may sleep.
 * Return: @status, as the handler is to return it.
 */
long nt_apc_deliver(struct persona_call *call, long status)
{
	struct nt_thread *t = nt_calling_thread(call);

	if (!t->self || !nt_apc_pending(t->self))
		return status;
	if (!call->raw) {
		nt_encode(call->regs, status, 0);
		call->regs->orig_ax = -1;
		call->raw = true;
	}
	nt_apc_enter(t, call->regs, false);
	return 0;
}

static long queue_apc(struct persona_call *call, u64 handle, const u64 *args, u32 flags)
{
	struct nt_thread_object *thread;
	struct nt_apc *apc;
	long ret;

	if (flags & ~APC_SPECIAL)
		return NT_STATUS_INVALID_PARAMETER;
	ret = nt_thread_ref(call, handle, NT_THREAD_SET_CONTEXT, &thread);
	if (ret)
		return ret;
	apc = nt_apc_new(args[0], args[1], args[2], args[3]);
	if (apc) {
		apc->special = flags & APC_SPECIAL;
		ret = nt_apc_insert(thread, apc);
		if (ret)
			nt_apc_free(apc);
	} else {
		ret = -ENOMEM;
	}
	nt_object_put(&thread->obj);
	return ret;
}

/* NtQueueApcThread(thread, function, 3 arguments) */
long nt_queue_apc_thread(struct persona_call *call)
{
	return queue_apc(call, call->args[0], &call->args[1], 0);
}

/*
 * NtQueueApcThreadEx(thread, reserve, function, 3 arguments): in place of a
 * reserve object, of which there are none, stand flags.
 */
long nt_queue_apc_thread_ex(struct persona_call *call)
{
	if (call->args[1] & ~(u64)APC_SPECIAL)
		return NT_STATUS_INVALID_HANDLE;
	return queue_apc(call, call->args[0], &call->args[2], call->args[1]);
}

/* NtQueueApcThreadEx2(thread, reserve, flags, function, 3 arguments) */
long nt_queue_apc_thread_ex2(struct persona_call *call)
{
	if (call->args[1])
		return NT_STATUS_INVALID_HANDLE;
	return queue_apc(call, call->args[0], &call->args[3], call->args[2]);
}

/* NtTestAlert() */
long nt_test_alert(struct persona_call *call)
{
	struct nt_thread_object *self = nt_calling_thread(call)->self;
	bool alerted = READ_ONCE(self->alerted) && xchg(&self->alerted, false);

	return nt_apc_deliver(call, alerted ? NT_STATUS_ALERTED : NT_STATUS_SUCCESS);
}
