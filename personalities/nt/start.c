// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a thread finds when it starts: its environment block, its stack with the
 * context that ntdll continues with, and its registers.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/processor-flags.h>
#include <asm/ptrace.h>
#include <asm/segment.h>

#include "exception.h"
#include "ntdll.h"
#include "start.h"
#include "vm.h"

/* Offsets in the thread environment block. */
#define TEB_EXCEPTION_LIST	0x0000
#define TEB_STACK_BASE		0x0008
#define TEB_STACK_LIMIT		0x0010
#define TEB_SELF		0x0030
#define TEB_CLIENT_ID		0x0040
#define TEB_PEB			0x0060
#define TEB_ACTCTX_FRAMES	0x0290	/* ACTIVATION_CONTEXT_STACK */
#define TEB_ACTCTX_LIST		0x0298
#define TEB_ACTCTX_STACK	0x02c8
#define TEB_REAL_CLIENT_ID	0x07d8
#define TEB_STATIC_STRING	0x1258
#define TEB_STATIC_BUFFER	0x1268
#define TEB_DEALLOCATION_STACK	0x1478

#define STATIC_BUFFER_SIZE	(261 * sizeof(u16))

/* What a new stack has above the first frame. */
#define STACK_RESERVED		0x28

#define FPU_CONTROL		0x027f	/* 53 bits, all exceptions masked */
#define MXCSR_DEFAULT		0x1f80
#define FXSAVE_MXCSR		24
#define FXSAVE_MXCSR_MASK	28

static int put64(u64 addr, u64 value)
{
	return put_user(value, (u64 __user *)(uintptr_t)addr) ? -EFAULT : 0;
}

/**
 * nt_teb_alloc() - memory for a thread environment block
 * @proc: the process, current
 * @teb: set to its address
 *
 * Context: may sleep.
 * Return: 0, an NTSTATUS or a negative errno.
 */
long nt_teb_alloc(struct nt_proc *proc, u64 *teb)
{
	u64 size = NT_TEB_SIZE;

	*teb = 0;
	return nt_vm_alloc(proc->vm, teb, &size, NT_MEM_RESERVE | NT_MEM_COMMIT,
			   NT_PAGE_READWRITE, 0);
}

/**
 * nt_teb_free() - give that back
 * @proc: the process, current
 * @teb: of nt_teb_alloc(), not in use
 *
 * Context: may sleep.
 * Return: 0, an NTSTATUS or a negative errno.
 */
long nt_teb_free(struct nt_proc *proc, u64 teb)
{
	u64 size = 0;

	return nt_vm_free(proc->vm, &teb, &size, NT_MEM_RELEASE);
}

/**
 * nt_teb_fill() - what a thread environment block holds at the start
 * @proc: the process, current
 * @teb: the block, all zero
 * @stack: of the thread
 * @pid: process id
 * @tid: thread id; 0 if it is not known yet
 *
 * Context: may sleep.
 * Return: 0 or -EFAULT.
 */
long nt_teb_fill(struct nt_proc *proc, u64 teb, const struct nt_stack *stack, u32 pid, u32 tid)
{
	const struct {
		u32 offset;
		u64 value;
	} fields[] = {
		{ TEB_EXCEPTION_LIST, ~0ULL },
		{ TEB_STACK_BASE, stack->base },
		{ TEB_STACK_LIMIT, stack->limit },
		{ TEB_SELF, teb },
		{ TEB_CLIENT_ID, pid },
		{ TEB_CLIENT_ID + 8, tid },
		{ TEB_PEB, proc->peb },
		{ TEB_ACTCTX_LIST, teb + TEB_ACTCTX_LIST },
		{ TEB_ACTCTX_LIST + 8, teb + TEB_ACTCTX_LIST },
		{ TEB_ACTCTX_STACK, teb + TEB_ACTCTX_FRAMES },
		{ TEB_REAL_CLIENT_ID, pid },
		{ TEB_REAL_CLIENT_ID + 8, tid },
		{ TEB_STATIC_STRING, STATIC_BUFFER_SIZE << 16 },
		{ TEB_STATIC_STRING + 8, teb + TEB_STATIC_BUFFER },
		{ TEB_DEALLOCATION_STACK, stack->alloc },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (put64(teb + fields[i].offset, fields[i].value))
			return -EFAULT;
	return 0;
}

/**
 * nt_start_context() - put the context of a new thread on its stack
 * @proc: the process, current
 * @stack: of the thread
 * @start: where the thread begins
 * @arg: its argument
 * @context: set to the address of the context
 *
 * ntdll's LdrInitializeThunk() continues with it, in RtlUserThreadStart().
 *
 * Context: may sleep.
 * Return: 0 or -EFAULT.
 */
long nt_start_context(struct nt_proc *proc, const struct nt_stack *stack, u64 start, u64 arg,
		      u64 *context)
{
	u64 sp = stack->base - STACK_RESERVED;
	struct nt_context ctx = {
		.flags = NT_CONTEXT_FULL,
		.mxcsr = MXCSR_DEFAULT,
		.cs = __USER_CS,
		.ds = __USER_DS,
		.es = __USER_DS,
		.gs = __USER_DS,
		.ss = __USER_DS,
		.eflags = X86_EFLAGS_IF,
		.rcx = start,
		.rdx = arg,
		.rsp = sp,
		.rip = nt_entry(proc, NT_ENTRY_RTL_USER_THREAD_START),
	};
	const u16 control = FPU_CONTROL;
	const u32 mxcsr = MXCSR_DEFAULT, mask = U16_MAX;

	memcpy(ctx.fxsave, &control, sizeof(control));
	memcpy(ctx.fxsave + FXSAVE_MXCSR, &mxcsr, sizeof(mxcsr));
	memcpy(ctx.fxsave + FXSAVE_MXCSR_MASK, &mask, sizeof(mask));
	*context = (sp & ~15ull) - sizeof(ctx);
	return copy_to_user((void __user *)(uintptr_t)*context, &ctx, sizeof(ctx)) ? -EFAULT : 0;
}

/**
 * nt_start_regs() - the registers with which a thread begins
 * @proc: its process
 * @regs: its user registers
 * @context: of nt_start_context()
 * @arg: second argument of LdrInitializeThunk(): the argument of the thread, or the
 *	process environment block in the first thread
 *
 * Context: any.
 */
void nt_start_regs(const struct nt_proc *proc, struct pt_regs *regs, u64 context, u64 arg)
{
	regs->ax = 0;
	regs->bx = 0;
	regs->cx = context;
	regs->dx = arg;
	regs->si = 0;
	regs->di = 0;
	regs->bp = 0;
	regs->r8 = 0;
	regs->r9 = 0;
	regs->r10 = 0;
	regs->r11 = 0;
	regs->r12 = 0;
	regs->r13 = 0;
	regs->r14 = 0;
	regs->r15 = 0;
	regs->ip = nt_entry(proc, NT_ENTRY_LDR_INITIALIZE_THUNK);
	regs->sp = context - 8;
	regs->flags = X86_EFLAGS_IF;
	regs->orig_ax = -1;
}
