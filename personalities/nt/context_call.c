// SPDX-License-Identifier: GPL-2.0-only
/* NtGetContextThread and NtSetContextThread. */
#include <linux/slab.h>

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
			   struct nt_xcontext *x, bool set)
{
	if (thread != nt_calling_thread(call)->self)
		return nt_thread_context(thread, x, set);
	if (!set) {
		nt_xcontext_from_regs(x, call->regs);
		return 0;
	}
	/* Of itself it changes the state that it returns with. */
	call->raw = true;
	return nt_xcontext_to_regs(x, call->regs);
}

static long context_call(struct persona_call *call, bool set)
{
	struct nt_thread_object *thread;
	struct nt_xcontext *x;
	long ret;

	x = kmalloc(sizeof(*x), GFP_KERNEL_ACCOUNT);
	if (!x)
		return -ENOMEM;
	ret = nt_xcontext_read(x, call->args[1]);
	if (ret)
		goto out;
	ret = nt_context_check(&x->ctx);
	if (ret)
		goto out;
	ret = NT_STATUS_NOT_SUPPORTED;
	if (set && wants_breakpoints(&x->ctx))
		goto out;
	ret = nt_thread_ref(call, call->args[0],
			    set ? NT_THREAD_SET_CONTEXT : NT_THREAD_GET_CONTEXT, &thread);
	if (ret)
		goto out;
	ret = thread_context(call, thread, x, set);
	nt_object_put(&thread->obj);
	if (!ret && !set)
		ret = nt_xcontext_write(x, call->args[1]);
out:
	kfree(x);
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
