// SPDX-License-Identifier: GPL-2.0-only
/*
 * What other threads ask of a thread it does on its way to user mode: end, stand
 * still, tell or change its registers, make special APCs.
 *
 * persona_kick() brings it there. A call that it was in begins again later, so
 * nothing of it is half done. A thread stands still in an interruptible sleep:
 * signals, stops and tracers reach it as they reach any other, and then it comes
 * here once more.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/uaccess.h>

#include "async.h"
#include "exception.h"
#include "nt_table.h"
#include "suspend.h"
#include "vm_impl.h"

#define SUSPEND_MAX		127

/* Offsets in the thread environment block. */
#define TEB_CLIENT_ID_THREAD		0x0048
#define TEB_REAL_CLIENT_ID_THREAD	0x07e0

/**
 * struct nt_context_request - what another thread is asked for
 * @ctx: its registers; the flags say which. NULL: nothing of them
 * @set: they are to be set
 * @op: what it shall do to its address space, if @ctx is NULL
 * @taken: it is about to do it; under the thread's lock
 * @done: the thread has answered
 * @ret: its answer
 */
struct nt_context_request {
	struct nt_xcontext *ctx;
	bool set;
	struct nt_vm_op *op;
	bool taken;
	bool done;
	long ret;
};

/**
 * nt_fake_call() - a call in the name of a thread that makes none
 * @call: to be filled
 * @thread: the calling thread
 * @regs: its user registers
 *
 * For functions that want to know on whose behalf they act.
 */
void nt_fake_call(struct persona_call *call, struct persona_thread *thread,
		  struct pt_regs *regs)
{
	memset(call, 0, sizeof(*call));
	call->regs = regs;
	call->thread = thread;
	call->table = thread->tables[0];
}

/**
 * nt_thread_set_id() - tell a thread its number
 * @teb: its environment block
 * @id: number
 *
 * Context: may sleep. The program may have taken the block away.
 */
void nt_thread_set_id(u64 teb, u32 id)
{
	if (put_user((u64)id, (u64 __user *)(uintptr_t)(teb + TEB_CLIENT_ID_THREAD)) ||
	    put_user((u64)id, (u64 __user *)(uintptr_t)(teb + TEB_REAL_CLIENT_ID_THREAD)))
		return;
}

/* Copies of what a request is about: whoever asked may leave at any time. */
struct served {
	struct nt_xcontext ctx;
	struct nt_vm_op op;
};

static long serve_context(struct nt_xcontext *x, bool set, struct pt_regs *regs)
{
	struct pt_regs now;

	if (set) {
		nt_regs_settle(regs);
		return nt_xcontext_to_regs(x, regs);
	}
	now = *regs;
	nt_regs_settle(&now);
	nt_xcontext_from_regs(x, &now);
	return 0;
}

/* Takes the request up: it will be answered. NULL if there is none any more. */
static struct nt_context_request *take(struct nt_thread_object *self, struct served *served,
				       bool *context, bool *set)
{
	struct nt_context_request *req;
	unsigned long flags;

	spin_lock_irqsave(&self->lock, flags);
	req = self->context;
	if (req) {
		req->taken = true;
		*context = req->ctx;
		*set = req->set;
		if (served && req->ctx)
			served->ctx = *req->ctx;
		else if (served)
			served->op = *req->op;
	}
	spin_unlock_irqrestore(&self->lock, flags);
	return req;
}

static void answer(struct nt_thread_object *self, struct nt_context_request *req,
		   const struct served *served, long ret)
{
	unsigned long flags;

	spin_lock_irqsave(&self->lock, flags);
	if (self->context == req) {
		if (served && req->ctx)
			*req->ctx = served->ctx;
		else if (served)
			*req->op = served->op;
		req->ret = ret;
		self->context = NULL;
		/* After all that may be read once this is set. */
		smp_store_release(&req->done, true);
	}
	spin_unlock_irqrestore(&self->lock, flags);
	wake_up_all(&self->wait);
}

/* Another thread wants to know or to change our registers, or our memory. */
static void serve(struct persona_thread *thread, struct pt_regs *regs)
{
	struct nt_thread_object *self = nt_thread(thread)->self;
	struct nt_context_request *req;
	struct served *served;
	bool context = false, set = false;
	long ret;

	served = kzalloc(sizeof(*served), GFP_KERNEL_ACCOUNT);
	req = take(self, served, &context, &set);
	if (req) {
		if (!served)
			ret = -ENOMEM;
		else if (context)
			ret = serve_context(&served->ctx, set, regs);
		else
			ret = nt_vm_op_run(nt_proc(thread->proc)->vm, &served->op);
		answer(self, req, served, ret);
	}
	kfree(served);
}

/* Sleeps while suspended; false if the kernel has to look at something first. */
static bool rest(struct nt_thread_object *self)
{
	if (task_work_pending(current))
		return false;
	clear_notify_signal();
	return !wait_event_interruptible(self->wait, !READ_ONCE(self->suspended) ||
					 READ_ONCE(self->terminating) ||
					 READ_ONCE(self->context));
}

/**
 * nt_pending() - struct personality.pending
 * @thread: the calling thread
 * @regs: its user registers
 *
 * Context: on the way to user mode, may sleep.
 */
void nt_pending(struct persona_thread *thread, struct pt_regs *regs)
{
	struct nt_thread *t = nt_thread(thread);
	struct nt_thread_object *self = t->self;
	struct persona_call call;

	if (!self)
		return;
	if (unlikely(t->dying)) {
		nt_exception_kill(thread, regs, t->dying);
		return;
	}
	if (self->fresh) {
		self->fresh = false;
		nt_thread_set_id(self->teb, nt_thread_id(self));
	}
	nt_exception_pending(thread, regs);
	nt_signals_pending(thread, regs);
	for (;;) {
		if (READ_ONCE(self->terminating)) {
			nt_fake_call(&call, thread, regs);
			nt_thread_leave(&call, self->exit_code);
			return;
		}
		if (READ_ONCE(self->context))
			serve(thread, regs);
		nt_io_run(thread);
		if (!READ_ONCE(self->suspended))
			break;
		if (!rest(self)) {
			persona_rekick(thread);
			return;
		}
	}
	if (READ_ONCE(self->special))
		nt_apc_enter(t, regs, true);
}

/**
 * nt_thread_suspend() - have a thread stand still
 * @thread: any, the calling one too
 * @previous: set to its suspend count until now
 *
 * It stands still when it is about to run in user mode.
 *
 * Context: any but NMI.
 * Return: 0, STATUS_THREAD_IS_TERMINATING or STATUS_SUSPEND_COUNT_EXCEEDED.
 */
long nt_thread_suspend(struct nt_thread_object *thread, u32 *previous)
{
	unsigned long flags;
	long ret = 0;

	spin_lock_irqsave(&thread->lock, flags);
	*previous = thread->suspended;
	if (thread->ended || thread->terminating) {
		ret = NT_STATUS_THREAD_IS_TERMINATING;
	} else if (thread->suspended >= SUSPEND_MAX) {
		ret = NT_STATUS_SUSPEND_COUNT_EXCEEDED;
	} else {
		WRITE_ONCE(thread->suspended, thread->suspended + 1);
		if (thread->suspended == 1)
			nt_thread_kick(thread);
	}
	spin_unlock_irqrestore(&thread->lock, flags);
	return ret;
}

/**
 * nt_thread_resume() - undo one nt_thread_suspend()
 * @thread: thread
 * @previous: set to its suspend count until now
 *
 * Context: any but NMI.
 * Return: 0.
 */
long nt_thread_resume(struct nt_thread_object *thread, u32 *previous)
{
	unsigned long flags;

	spin_lock_irqsave(&thread->lock, flags);
	*previous = thread->suspended;
	if (thread->suspended) {
		WRITE_ONCE(thread->suspended, thread->suspended - 1);
		if (!thread->suspended)
			wake_up_all(&thread->wait);
	}
	spin_unlock_irqrestore(&thread->lock, flags);
	return 0;
}

/*
 * Takes a request back; false if it has been answered, or unless @anyway if it is
 * being seen to.
 */
static bool retract(struct nt_thread_object *thread, struct nt_context_request *req, bool anyway)
{
	unsigned long flags;
	bool mine;

	spin_lock_irqsave(&thread->lock, flags);
	mine = thread->context == req && (anyway || !req->taken);
	if (mine)
		thread->context = NULL;
	spin_unlock_irqrestore(&thread->lock, flags);
	if (mine)
		wake_up_all(&thread->wait);
	return mine;
}

/* Puts a request up; false if there is one already. */
static bool request(struct nt_thread_object *thread, struct nt_context_request *req)
{
	unsigned long flags;
	bool mine = true;

	spin_lock_irqsave(&thread->lock, flags);
	if (thread->ended || !thread->task) {
		req->ret = NT_STATUS_UNSUCCESSFUL;
		req->done = true;
	} else if (thread->context) {
		mine = false;
	} else {
		thread->context = req;
		nt_thread_kick(thread);
	}
	spin_unlock_irqrestore(&thread->lock, flags);
	return mine;
}

/*
 * Has a thread answer. Two that ask each other at once are both interrupted, and see
 * to the other's wish before they ask again; what has been begun is waited for, as it
 * must not be done twice.
 */
static long ask(struct nt_thread_object *thread, struct nt_context_request *req)
{
	int err;

	err = wait_event_interruptible(thread->wait, request(thread, req));
	if (err)
		return -ERESTARTNOINTR;
	/* Once this is set, so is what belongs to it. */
	err = wait_event_interruptible(thread->wait, smp_load_acquire(&req->done) ||
				       READ_ONCE(thread->ended));
	if (err) {
		if (retract(thread, req, false))
			return -ERESTARTNOINTR;
		/* As above. */
		err = wait_event_killable(thread->wait, smp_load_acquire(&req->done) ||
					  READ_ONCE(thread->ended));
	}
	if (!retract(thread, req, true))
		return req->ret;
	return err ? -ERESTARTNOINTR : (long)NT_STATUS_UNSUCCESSFUL;
}

/**
 * nt_thread_context() - registers of another thread
 * @thread: any but the calling one
 * @x: its flags say which; filled in, or to be set
 * @set: to be set
 *
 * Should the thread run, it does not stop for longer than that takes.
 *
 * Context: may sleep.
 * Return: 0, an NTSTATUS or a negative errno.
 */
long nt_thread_context(struct nt_thread_object *thread, struct nt_xcontext *x, bool set)
{
	struct nt_context_request req = { .ctx = x, .set = set };

	return ask(thread, &req);
}

/**
 * nt_thread_vm_op() - have a thread do something to its address space
 * @thread: of another process
 * @op: what; answers are filled in
 *
 * Context: may sleep.
 * Return: 0, an NTSTATUS or a negative errno.
 */
long nt_thread_vm_op(struct nt_thread_object *thread, struct nt_vm_op *op)
{
	struct nt_context_request req = { .op = op };
	long ret = ask(thread, &req);

	return ret == NT_STATUS_UNSUCCESSFUL ? (long)NT_STATUS_PROCESS_IS_TERMINATING : ret;
}

static long suspend_resume(struct persona_call *call, bool resume)
{
	u32 __user *uprevious = u64_to_user_ptr(call->args[1]);
	struct nt_thread_object *thread;
	u32 previous;
	long ret;

	ret = nt_thread_ref(call, call->args[0], NT_THREAD_SUSPEND_RESUME, &thread);
	if (ret)
		return ret;
	ret = resume ? nt_thread_resume(thread, &previous) :
		       nt_thread_suspend(thread, &previous);
	nt_object_put(&thread->obj);
	if (!ret && uprevious && put_user(previous, uprevious))
		return -EFAULT;
	return ret;
}

/* NtSuspendThread(thread, *previous count) */
long nt_suspend_thread(struct persona_call *call)
{
	return suspend_resume(call, false);
}

/* NtResumeThread(thread, *previous count) */
long nt_resume_thread(struct persona_call *call)
{
	return suspend_resume(call, true);
}

/* NtAlertResumeThread(thread, *previous count) */
long nt_alert_resume_thread(struct persona_call *call)
{
	struct nt_thread_object *thread;
	unsigned long flags;
	long ret;

	ret = nt_thread_ref(call, call->args[0], NT_THREAD_SUSPEND_RESUME, &thread);
	if (ret)
		return ret;
	spin_lock_irqsave(&thread->lock, flags);
	thread->alerted = true;
	nt_thread_kick(thread);
	spin_unlock_irqrestore(&thread->lock, flags);
	nt_object_put(&thread->obj);
	return suspend_resume(call, true);
}

static long process_suspend_resume(struct persona_call *call, bool resume)
{
	struct nt_thread_object *thread;
	struct nt_process *process;
	u32 previous;
	long ret;

	ret = nt_process_ref(call, call->args[0], NT_PROCESS_SUSPEND_RESUME, &process);
	if (ret)
		return ret;
	spin_lock(&process->threads_lock);
	if (list_empty(&process->threads))
		ret = process->ended ? NT_STATUS_PROCESS_IS_TERMINATING :
				       NT_STATUS_NOT_SUPPORTED;
	list_for_each_entry(thread, &process->threads, link) {
		if (resume)
			nt_thread_resume(thread, &previous);
		else
			nt_thread_suspend(thread, &previous);
	}
	spin_unlock(&process->threads_lock);
	nt_object_put(&process->obj);
	return ret;
}

/* NtSuspendProcess(process) */
long nt_suspend_process(struct persona_call *call)
{
	return process_suspend_resume(call, false);
}

/* NtResumeProcess(process) */
long nt_resume_process(struct persona_call *call)
{
	return process_suspend_resume(call, true);
}
