// SPDX-License-Identifier: GPL-2.0-only
/* NtGetContextThread and NtSetContextThread. */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "exception.h"
#include "nt_table.h"
#include "process.h"

/* Hardware breakpoints are a debugger's; a program has none. */
static bool wants_breakpoints(const struct nt_context *ctx)
{
	return (ctx->flags & NT_CONTEXT_DEBUG_REGISTERS) == NT_CONTEXT_DEBUG_REGISTERS &&
	       (ctx->dr7 & 0xff);
}

static long thread_context(struct persona_call *call, struct nt_thread_object *thread,
			   struct nt_context *ctx, bool set)
{
	if (thread != nt_calling_thread(call)->self)
		return nt_thread_context(thread, ctx, set);
	if (!set) {
		nt_context_from_regs(ctx, call->regs, ctx->flags);
		return 0;
	}
	/* Of itself it changes the state that it returns with. */
	call->raw = true;
	return nt_context_to_regs(ctx, call->regs);
}

static long context_call(struct persona_call *call, bool set)
{
	void __user *user = (void __user *)call->args[1];
	struct nt_thread_object *thread;
	struct nt_context *ctx;
	long ret;

	ctx = kmalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);
	if (!ctx)
		return -ENOMEM;
	ret = -EFAULT;
	if (copy_from_user(ctx, user, sizeof(*ctx)))
		goto out;
	ret = nt_context_check(ctx);
	if (ret)
		goto out;
	ret = NT_STATUS_NOT_SUPPORTED;
	if (set && wants_breakpoints(ctx))
		goto out;
	ret = nt_thread_ref(call, call->args[0],
			    set ? NT_THREAD_SET_CONTEXT : NT_THREAD_GET_CONTEXT, &thread);
	if (ret)
		goto out;
	ret = thread_context(call, thread, ctx, set);
	nt_object_put(&thread->obj);
	if (!ret && !set && copy_to_user(user, ctx, sizeof(*ctx)))
		ret = -EFAULT;
out:
	kfree(ctx);
	return ret;
}

/**
 * nt_get_context_thread() - NtGetContextThread
 * @call: thread, CONTEXT
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_get_context_thread(struct persona_call *call)
{
	return context_call(call, false);
}

/**
 * nt_set_context_thread() - NtSetContextThread
 * @call: thread, CONTEXT
 *
 * Context: see persona_fn.
 * Return: NTSTATUS.
 */
long nt_set_context_thread(struct persona_call *call)
{
	return context_call(call, true);
}
